"""What a change of one element replaced, and what it put there."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    FieldRename,
    FieldTtlChange,
    ListInsertion,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamAddition,
    StreamDeletion,
    StreamRestoration,
)
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.key_text import display_key


def element_sides(change: ElementChange) -> tuple[str, str]:
    """Answer the element before and after `change` as text, each with what tells it from others."""
    match change:
        case FieldChange() | FieldRename() | FieldTtlChange():
            return _field_sides(change)
        case ListReplacement(index, before, after):
            return _named(b"%d" % index, before), _named(b"%d" % index, after)
        case ListInsertion(index, value):
            return "", _named(b"%d" % index, value)
        case ListPush(value):
            return "", display_key(value)
        case ListRemoval(index, value):
            return _named(b"%d" % index, value), ""
        case MemberChange(before, after):
            return display_key(before or b""), display_key(after or b"")
        case ScoreChange(member, before, after):
            return _scored(member, before), _scored(member, after)
        case ScoredRename(member, to, score):
            return _scored(member, score), _scored(to, score)
        case StreamAddition(fields) | StreamRestoration(fields=fields):
            return "", _fields(fields)
        case StreamDeletion(_id, fields):
            return _fields(fields), ""
        case _:
            assert_never(change)


def _field_sides(change: FieldChange | FieldRename | FieldTtlChange) -> tuple[str, str]:
    match change:
        case FieldChange(name, before, after):
            return _named(name, before), _named(name, after)
        case FieldRename(name, to, value):
            return _named(name, value), _named(to, value)
        case FieldTtlChange(name, value, before_ms, after_ms):
            return _timed(name, value, before_ms), _timed(name, value, after_ms)


def _named(name: bytes, value: bytes | None) -> str:
    return "" if value is None else f"{display_key(name)}: {display_key(value)}"


def _timed(name: bytes, value: bytes, deadline_ms: int | None) -> str:
    when = QCoreApplication.translate("EntryDetails", "no expiry of its own")
    if deadline_ms is not None:
        expires = QCoreApplication.translate("EntryDetails", "expires {}")
        when = expires.format(format_deadline(deadline_ms))
    return f"{_named(name, value)}\n{when}"


def _scored(member: bytes, score: float | None) -> str:
    return "" if score is None else f"{display_key(member)}: {score:g}"


def _fields(fields: tuple[tuple[bytes, bytes], ...]) -> str:
    return "\n".join(_named(name, value) for name, value in fields)
