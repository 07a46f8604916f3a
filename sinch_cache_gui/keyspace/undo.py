"""Taking back writes of this window, each only while the key is as the write left it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.cache.element_change import ElementSaved, given_deadline
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
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
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.keyspace.journal import Action, JournalEntry, Result


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

BATCH: Final = 100
"""Writes taken back together at most. A stop waits for those under way."""

SETTLED_EVERY: Final = 10_000
"""Keys after which what is kept for undo is left alone by the collector of cycles: it would hold
the window for a longer time with each of its rounds (60 ms at 100,000 keys, measured)."""

Told: TypeAlias = str | CacheError | None
"""None when something is as it was, else why not."""


async def undo(
    backend: CacheBackend,
    entries: Sequence[JournalEntry],
    progress: Progress | None = None,
    *,
    memory_settled: Callable[[], object] = gc.freeze,
) -> UndoReport:
    """Take back `entries`, the newest first, each only while the key is as the write left it.

    The bytes come back with the TTL that would remain now had the write never happened. Once the
    cache cannot be reached no further write is begun.

    Args:
        backend: The cache.
        entries: What to take back, oldest first.
        progress: Told how many are done.
        memory_settled: Called when much is kept, by the journal, that will stay.
    """
    undone: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    lost: CacheUnreachable | None = None
    done = settled = 0
    for batch in _batches(entries):
        if progress is not None and not progress(done):
            break
        done += len(batch)
        told: Sequence[Told] = [lost] * len(batch)
        if lost is None:
            told = await _take_back(backend, batch)
        for entry, why in zip(batch, told, strict=True):
            if isinstance(why, CacheUnreachable):
                lost = why
            if why is None:
                undone.append(entry.key)
            else:
                refused.append((entry.key, why.title if isinstance(why, CacheError) else why))
        if done - settled >= SETTLED_EVERY:
            settled = done
            memory_settled()
        await asyncio.sleep(0)  # a cache in memory answers without letting the window go on
    return UndoReport(tuple(undone), tuple(refused))


def _batches(entries: Sequence[JournalEntry]) -> Iterator[list[JournalEntry]]:
    """Yield writes, the newest first, in batches that touch no key twice."""
    batch: list[JournalEntry] = []
    touched: set[bytes] = set()
    for entry in reversed(entries):
        names = {entry.key, entry.new_name or entry.key}
        if len(batch) == BATCH or not touched.isdisjoint(names):
            yield batch
            batch, touched = [], set()
        batch.append(entry)
        touched |= names
    if batch:
        yield batch


CHANGED_SINCE: Final = "it was changed again meanwhile"
TIME_RAN_OUT: Final = "its time has run out meanwhile"
NOT_UNDOABLE: Final = "there is nothing to put back"
NOT_KEPT: Final = "its value was not kept on disk"
STILL_UNKNOWN: Final = "nobody knows whether it happened"
CACHE_LOST: Final = "the in-memory cache it was written to ended with its session"

_SLACK_MS: Final = 1000
"""By how much two readings of one deadline differ on servers that tell only the time left."""


def never_undoable(entry: JournalEntry) -> str | None:
    """Answer why `entry` cannot be taken back whatever the key holds; None if it may be."""
    if entry.has_lost_cache:
        return CACHE_LOST
    if entry.is_undoable:
        return None
    if entry.result is Result.UNKNOWN:
        return STILL_UNKNOWN
    is_kept_no_more = entry.lacks_values or (entry.action is Action.RENAMED and entry.is_done)
    return NOT_KEPT if is_kept_no_more else NOT_UNDOABLE


async def _take_back(backend: CacheBackend, batch: Sequence[JournalEntry]) -> list[Told]:
    """Take back writes to different keys; what many keys can be asked for is asked at once."""
    told: dict[bytes, Told] = {}
    deleted: list[Snapshot] = []
    written: list[tuple[Snapshot, Snapshot | None]] = []
    moved: list[tuple[bytes, MoveDeadline]] = []
    others: list[JournalEntry] = []
    for entry in batch:
        match entry:
            case _ if (reason := never_undoable(entry)) is not None:
                told[entry.key] = reason
            case JournalEntry(action=Action.DELETED, before=Snapshot() as before):
                deleted.append(before)
            case JournalEntry(action=Action.TTL_CHANGED):
                change = MoveDeadline(entry.after_deadline_ms, entry.before_deadline_ms)
                moved.append((entry.key, change))
            case JournalEntry(action=Action.CREATED | Action.SAVED, after=bytes() as after) if (
                not _keeps_ttl(entry)
            ):
                written.append((Snapshot(entry.key, entry.type, after, None), entry.before))
            case _:
                others.append(entry)
    told |= await put_back_many(backend, deleted)
    told |= await move_back_many(backend, moved)
    for (held, _), outcome in zip(written, await backend.replace_many(written), strict=True):
        told[held.key] = outcome if isinstance(outcome, CacheError) else _why_not(outcome)
    alone = await one_by_one(others, lambda entry: _undo_one(backend, entry))
    told |= {entry.key: why for entry, why in zip(others, alone, strict=True)}
    return [told[entry.key] for entry in batch]


def _keeps_ttl(entry: JournalEntry) -> bool:
    """Whether a save left the deadline as it was: one that was moved since then stays, too."""
    return (
        entry.before is not None
        and entry.type == entry.before.type == KeyType.STRING
        and entry.before.deadline_ms == entry.after_deadline_ms
    )


async def _undo_one(backend: CacheBackend, entry: JournalEntry) -> Told:
    """Answer None when undone, else why not."""
    match entry.action:
        case Action.RENAMED:
            return await _undo_rename(backend, entry)
        case Action.ELEMENT_CHANGED:
            return await _undo_element(backend, entry)
        case Action.SAVED if entry.before is not None and entry.after is not None:
            data, expected = entry.before.payload, entry.after
            kept = TtlPolicy.KEEP
            return _why_not(await backend.write(entry.key, data, expected=expected, ttl=kept))
    return NOT_UNDOABLE


async def put_back_many(backend: CacheBackend, taken: Sequence[Snapshot]) -> dict[bytes, Told]:
    """Restore keys that were taken away, each once; answer for each whether it is as it was.

    It may be so already, by an earlier try whose answer never came.
    """
    outcomes = zip(taken, await backend.restore_many(taken), strict=True)
    told: dict[bytes, Told] = {}
    there: list[Snapshot] = []
    for snapshot, outcome in outcomes:
        if isinstance(outcome, Changed):
            there.append(snapshot)
        else:
            told[snapshot.key] = outcome if isinstance(outcome, CacheError) else _why_not(outcome)
    found = await backend.snapshot_many([snapshot.key for snapshot in there])
    for snapshot, held in zip(there, found, strict=True):
        is_back = isinstance(held, Snapshot) and _is_same(held, snapshot)
        why = None if is_back else CHANGED_SINCE
        told[snapshot.key] = held if isinstance(held, CacheError) else why
    return told


async def move_back_many(
    backend: CacheBackend, moved: Sequence[tuple[bytes, MoveDeadline]]
) -> dict[bytes, Told]:
    """Put deadlines back, each key once, unless somebody changed them again meanwhile."""
    now_ms = backend.now_ms()
    told: dict[bytes, Told] = {}
    due: list[tuple[bytes, MoveDeadline]] = []
    for key, change in moved:
        if has_passed(change.to_ms, now_ms):
            told[key] = TIME_RAN_OUT
        else:
            due.append((key, change))
    for (key, change), outcome in zip(due, await backend.change_ttl_many(due), strict=True):
        told[key] = outcome if isinstance(outcome, CacheError) else _why_not_moved(outcome, change)
    return told


async def put_back(backend: CacheBackend, taken: Snapshot) -> Told:
    """Restore a key that was taken away; answer None if it is as it was, else why not."""
    return (await put_back_many(backend, [taken]))[taken.key]


def _is_same(held: Snapshot, taken: Snapshot) -> bool:
    if (held.type, held.payload) != (taken.type, taken.payload):
        return False
    if held.deadline_ms is None or taken.deadline_ms is None:
        return held.deadline_ms is taken.deadline_ms
    return abs(held.deadline_ms - taken.deadline_ms) <= _SLACK_MS


async def _undo_element(backend: CacheBackend, entry: JournalEntry) -> Told:
    if entry.before is not None:  # the key went with its last element
        return await put_back(backend, entry.before)
    if entry.inverse is None:
        return NOT_UNDOABLE
    if has_passed(given_deadline(entry.inverse), backend.now_ms()):
        return TIME_RAN_OUT
    outcome = await backend.change_element(entry.key, entry.inverse)
    if isinstance(outcome, ElementSaved):
        return None
    return TIME_RAN_OUT if isinstance(outcome, Gone) else CHANGED_SINCE


async def _undo_rename(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.new_name is None or entry.after is None:
        return NOT_UNDOABLE
    held = Snapshot(entry.new_name, entry.type, entry.after, None)
    return _why_not(
        await backend.rename(entry.new_name, entry.key, leaving=entry.before, held=held)
    )


def _why_not_moved(outcome: TtlOutcome, change: MoveDeadline) -> str | None:
    """Answer why a deadline was not put back; None if it was."""
    if isinstance(outcome, Gone):
        return TIME_RAN_OUT
    return CHANGED_SINCE if change.was_refused(outcome) else None


def _why_not(outcome: WriteOutcome) -> str | None:
    match outcome:
        case Saved():
            return None
        case Changed():
            return CHANGED_SINCE
        case Gone():
            return TIME_RAN_OUT
