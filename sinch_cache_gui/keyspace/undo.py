"""Taking back writes of this window, each only while the key is as the write left it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from sinch_cache_gui.cache.element_change import ElementSaved, FieldChange
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    Gone,
    KeyType,
    MoveDeadline,
    Saved,
    Snapshot,
    TtlOutcome,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.keyspace.journal import Action, JournalEntry
from sinch_cache_gui.pacing import Breather

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo did.

    Attributes:
        undone: The keys that are as they were.
        refused: Keys that were left alone, each with a sentence that says why.
    """

    undone: tuple[bytes, ...]
    refused: tuple[tuple[bytes, str], ...]


Progress = Callable[[int], bool]
"""Told how many are done; answers whether to go on."""


async def undo(
    backend: CacheBackend, entries: Sequence[JournalEntry], progress: Progress | None = None
) -> UndoReport:
    """Take back `entries`, the newest first, each only while the key is as the write left it.

    The bytes come back with the TTL that would remain now had the write never happened.
    """
    newest_first = reversed(entries)
    return await _each(newest_first, lambda e: e.key, lambda e: _undo_one(backend, e), progress)


async def _each(
    items: Iterable[T],
    key_of: Callable[[T], bytes],
    undo_one: Callable[[T], Coroutine[object, object, str | None]],
    progress: Progress | None = None,
) -> UndoReport:
    undone: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    breathe = Breather()
    for done, item in enumerate(items):
        if progress is not None and not progress(done):
            break
        try:
            reason = await undo_one(item)
        except CacheError as error:
            reason = error.title
        if reason is None:
            undone.append(key_of(item))
        else:
            refused.append((key_of(item), reason))
        await breathe()
    return UndoReport(tuple(undone), tuple(refused))


CHANGED_SINCE: Final = "it was changed again meanwhile"
TIME_RAN_OUT: Final = "its time has run out meanwhile"
NOT_UNDOABLE: Final = "there is nothing to put back"
NOT_KEPT: Final = "its value was not kept on disk"
CACHE_LOST: Final = "the in-memory cache it was written to ended with its session"

_SLACK_MS: Final = 1000
"""By how much two readings of one deadline differ on servers that tell only the time left."""


def never_undoable(entry: JournalEntry) -> str | None:
    """Answer why `entry` cannot be taken back whatever the key holds; None if it may be."""
    if entry.has_lost_cache:
        return CACHE_LOST
    if entry.is_undoable:
        return None
    return NOT_KEPT if entry.lacks_values else NOT_UNDOABLE


async def _undo_one(backend: CacheBackend, entry: JournalEntry) -> str | None:
    """Answer None when undone, else why not."""
    if (reason := never_undoable(entry)) is not None:
        return reason
    match entry.action:
        case Action.CREATED:
            return await _undo_creation(backend, entry)
        case Action.RENAMED:
            return await _undo_rename(backend, entry)
        case Action.DELETED:
            if entry.before is None:
                return NOT_UNDOABLE
            return await put_back(backend, entry.before)
        case Action.TTL_CHANGED:
            return await _undo_ttl(backend, entry)
        case Action.ELEMENT_CHANGED:
            return await _undo_element(backend, entry)
        case _:
            return await _undo_save(backend, entry)


async def put_back(backend: CacheBackend, taken: Snapshot) -> str | None:
    """Restore a key that was taken away; answer None if it is as it was, else why not."""
    return await why_not_put_back(backend, taken, await backend.restore(taken))


async def why_not_put_back(
    backend: CacheBackend, taken: Snapshot, outcome: WriteOutcome
) -> str | None:
    """Answer why a key is not as it was after restoring it came out so; None if it is.

    It may be so already, by an earlier try whose answer never came.
    """
    if isinstance(outcome, Changed):
        held = await backend.snapshot(taken.key)
        return None if held is not None and _is_same(held, taken) else CHANGED_SINCE
    return _why_not(outcome)


def _is_same(held: Snapshot, taken: Snapshot) -> bool:
    if (held.type, held.payload) != (taken.type, taken.payload):
        return False
    if held.deadline_ms is None or taken.deadline_ms is None:
        return held.deadline_ms is taken.deadline_ms
    return abs(held.deadline_ms - taken.deadline_ms) <= _SLACK_MS


async def _undo_creation(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.type == KeyType.STRING:
        return _why_not(await backend.remove(entry.key, expected=entry.after))
    if entry.after is None:
        return NOT_UNDOABLE
    written = Snapshot(entry.key, entry.type, entry.after, None)
    return _why_not(await backend.replace(written, None))


async def _undo_element(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.before is not None:  # the key went with its last element
        return await put_back(backend, entry.before)
    match entry.inverse:
        case None:
            return NOT_UNDOABLE
        case FieldChange(deadline_ms=int() as due) if due <= backend.now_ms():
            return TIME_RAN_OUT
    outcome = await backend.change_element(entry.key, entry.inverse)
    if isinstance(outcome, ElementSaved):
        return None
    return TIME_RAN_OUT if isinstance(outcome, Gone) else CHANGED_SINCE


async def _undo_rename(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.new_name is None:
        return NOT_UNDOABLE
    outcome = await backend.rename(entry.new_name, entry.key, leaving=entry.before)
    return _why_not(outcome)


async def _undo_save(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.before is None or entry.after is None:
        return NOT_UNDOABLE
    if (
        entry.type == entry.before.type == KeyType.STRING
        and entry.before.deadline_ms == entry.after_deadline_ms
    ):
        data, expected = entry.before.payload, entry.after
        return _why_not(await backend.write(entry.key, data, expected=expected, ttl=TtlPolicy.KEEP))
    written = Snapshot(entry.key, entry.type, entry.after, None)
    return _why_not(await backend.replace(written, entry.before))


async def _undo_ttl(backend: CacheBackend, entry: JournalEntry) -> str | None:
    to_ms = entry.before_deadline_ms
    if to_ms is not None and to_ms <= backend.now_ms():
        return TIME_RAN_OUT
    change = MoveDeadline(entry.after_deadline_ms, to_ms)
    outcome = await backend.change_ttl(entry.key, change)
    return why_not_moved(outcome, change)


def why_not_moved(outcome: TtlOutcome, change: MoveDeadline) -> str | None:
    """Answer why a deadline was not put back; None if it was."""
    if isinstance(outcome, Gone):
        return TIME_RAN_OUT
    is_same_again = outcome.after_ms == outcome.before_ms != change.to_ms
    return CHANGED_SINCE if is_same_again else None


def _why_not(outcome: WriteOutcome) -> str | None:
    match outcome:
        case Saved():
            return None
        case Changed():
            return CHANGED_SINCE
        case Gone():
            return TIME_RAN_OUT
