"""Entries of the journal as lines of JSON, and back.

Bytes that are UTF-8 stand as text, so that the file can be read; others as base64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import orjson

from sinch_cache_gui.cache.interface import Snapshot
from sinch_cache_gui.keyspace.journal import Action, JournalEntry, Result
from sinch_cache_gui.keyspace.journal_elements import (
    Json,
    meant_bytes,
    meant_element,
    said_bytes,
    said_element,
)

S = TypeVar("S")
T = TypeVar("T")

MAX_VALUE_BYTES: Final = 500_000
"""A longer value is left out of its line; the session that wrote it still has it in memory."""

LAST_MOMENT_MS: Final = 253_402_300_799_999
"""The end of the calendar: a line that was damaged may name a moment beyond."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """One line read back.

    Attributes:
        session: Which session wrote it.
        entry: The entry, without its number.
    """

    session: str
    entry: JournalEntry


def line_of(entry: JournalEntry, session: str, *, omits_values: bool) -> bytes:
    """Answer `entry` as one line, its end included."""
    values: dict[str, Json] = {
        "before": None if entry.before is None else _said_snapshot(entry.before),
        "after": None if entry.after is None else said_bytes(entry.after),
        "element": None if entry.element is None else said_element(entry.element),
        "inverse": None if entry.inverse is None else said_element(entry.inverse),
    }
    has_values = any(value is not None for value in values.values())
    lacks_values = entry.lacks_values or (has_values and (omits_values or _is_long(entry, values)))
    said: dict[str, Json] = {
        "session": session,
        "at_ms": entry.at_ms,
        "action": entry.action.name,
        "key": said_bytes(entry.key),
        "result": entry.result.name,
        "before_deadline_ms": (
            entry.before_deadline_ms if entry.before is None else entry.before.deadline_ms
        ),
        "after_deadline_ms": entry.after_deadline_ms,
        "type": entry.type,
        "new_name": None if entry.new_name is None else said_bytes(entry.new_name),
        "lacks_values": lacks_values,
        **({} if lacks_values else values),
    }
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def _is_long(entry: JournalEntry, values: dict[str, Json]) -> bool:
    payloads = (b"" if entry.before is None else entry.before.payload, entry.after or b"")
    if max(map(len, payloads)) > MAX_VALUE_BYTES:
        return True
    elements = orjson.dumps((values["element"], values["inverse"]))
    return len(elements) > 2 * MAX_VALUE_BYTES


def parse_line(line: bytes) -> KeptEntry | None:
    """Answer what a line says; None for one that was torn or is of another version."""
    try:
        said = orjson.loads(line)
        values = {name: said.get(name) for name in ("before", "after", "element", "inverse")}
        return KeptEntry(
            str(said["session"]),
            JournalEntry(
                0,
                min(max(int(said["at_ms"]), 0), LAST_MOMENT_MS),
                Action[said["action"]],
                meant_bytes(said["key"]),
                Result[said["result"]],
                before=_meant_if(_meant_snapshot, values["before"]),
                after=_meant_if(meant_bytes, values["after"]),
                before_deadline_ms=_meant_deadline(said["before_deadline_ms"]),
                after_deadline_ms=_meant_deadline(said["after_deadline_ms"]),
                type=str(said["type"]),
                new_name=_meant_if(meant_bytes, said["new_name"]),
                element=_meant_if(meant_element, values["element"]),
                inverse=_meant_if(meant_element, values["inverse"]),
                lacks_values=bool(said["lacks_values"]),
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def _meant_if(meant: Callable[[S], T], said: S | None) -> T | None:
    return None if said is None else meant(said)


def _said_snapshot(snapshot: Snapshot) -> Json:
    return {
        "key": said_bytes(snapshot.key),
        "type": snapshot.type,
        "payload": said_bytes(snapshot.payload),
        "deadline_ms": snapshot.deadline_ms,
    }


def _meant_snapshot(said: dict[str, str]) -> Snapshot:
    return Snapshot(
        meant_bytes(said["key"]),
        str(said["type"]),
        meant_bytes(said["payload"]),
        _meant_deadline(said["deadline_ms"]),
    )


def _meant_deadline(said: object) -> int | None:
    if said is None or isinstance(said, int):
        return said
    raise TypeError(f"not a deadline: {said!r}")
