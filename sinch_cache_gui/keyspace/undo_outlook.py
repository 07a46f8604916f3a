"""Whether a write could be taken back right now, found out by looking and nothing else.

It is a forecast for a button: the undo itself compares and sets, whatever was forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.element_change import given_deadline
from sinch_cache_gui.cache.interface import CacheBackend, Gone, KeyType
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.keyspace.journal import Action, JournalEntry
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, TIME_RAN_OUT, never_undoable

KEY_GONE: Final = "the key does not exist any more"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be done about an entry.

    Attributes:
        obstacle: Why it cannot be taken back, a sentence's end; empty if it can.
        is_gone: Whether the key does not exist now.
    """

    obstacle: str
    is_gone: bool


async def outlook(backend: CacheBackend, entry: JournalEntry) -> Outlook:
    """Look at the keys of `entry`."""
    names = [entry.key] if entry.new_name is None else [entry.key, entry.new_name]
    found = await backend.deadlines(names)
    is_gone = isinstance(found[0], Gone)
    obstacle = never_undoable(entry)
    if obstacle is None:
        match entry.action:
            case Action.ELEMENT_CHANGED if entry.before is None:
                obstacle = _of_element(backend, entry, is_gone=is_gone)
            case Action.DELETED | Action.ELEMENT_CHANGED:
                obstacle = _of_deletion(backend, entry, is_gone=is_gone)
            case Action.RENAMED:
                is_free = is_gone and not isinstance(found[-1], Gone)
                obstacle = None if is_free else CHANGED_SINCE
            case Action.TTL_CHANGED:
                obstacle = _of_ttl(backend, entry, is_gone=is_gone)
            case _:
                obstacle = await _of_value(backend, entry)
    return Outlook(obstacle or "", is_gone)


def _of_deletion(backend: CacheBackend, entry: JournalEntry, *, is_gone: bool) -> str | None:
    deadline_ms = None if entry.before is None else entry.before.deadline_ms
    if not is_gone:
        return CHANGED_SINCE
    return TIME_RAN_OUT if has_passed(deadline_ms, backend.now_ms()) else None


def _of_element(backend: CacheBackend, entry: JournalEntry, *, is_gone: bool) -> str | None:
    due_ms = None if entry.inverse is None else given_deadline(entry.inverse)
    return TIME_RAN_OUT if is_gone or has_passed(due_ms, backend.now_ms()) else None


def _of_ttl(backend: CacheBackend, entry: JournalEntry, *, is_gone: bool) -> str | None:
    is_over = is_gone or has_passed(entry.before_deadline_ms, backend.now_ms())
    return TIME_RAN_OUT if is_over else None


async def _of_value(backend: CacheBackend, entry: JournalEntry) -> str | None:
    (kind,) = await backend.types([entry.key])
    if kind is None:
        return KEY_GONE
    if kind != entry.type:
        return CHANGED_SINCE
    # Only a string can be compared without a DUMP; the undo of another type looks for itself.
    if kind != KeyType.STRING:
        return None
    is_held = entry.after is not None and await backend.holds(entry.key, entry.after)
    return None if is_held else CHANGED_SINCE
