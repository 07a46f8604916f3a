"""Every write this tool made, and its undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    ExpireAt,
    Gone,
    KeyType,
    Persist,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.pacing import Breather

T = TypeVar("T")

JOURNAL_LIMIT: Final = 1000
"""Entries kept; the oldest leave first."""


class Action(Enum):
    """What a write meant to do."""

    CREATED = "created"
    SAVED = "saved"
    TTL_CHANGED = "ttl changed"
    DELETED = "deleted"
    RESTORED = "restored"
    RENAMED = "renamed"


class Result(Enum):
    """What became of a write."""

    DONE = "done"
    REFUSED_CHANGED = "refused: somebody else changed the key"
    REFUSED_GONE = "refused: the key does not exist any more"
    UNKNOWN = "unknown: the connection died"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One write of this window.

    Attributes:
        number: Counts up from 1.
        at_ms: When, by the backend's clock.
        action: What it meant to do.
        key: The key's bytes.
        result: What became of it.
        before: What the key held until then, with its deadline; None if nothing or not known.
        after: The bytes written; None where the write put none there.
        before_deadline_ms: For `TTL_CHANGED`, the deadline until then.
        after_deadline_ms: The deadline from then on; None for no expiry.
        type: The type of what was written.
        new_name: For `RENAMED`, the name the key was given.
    """

    number: int
    at_ms: int
    action: Action
    key: bytes
    result: Result
    before: Snapshot | None = None
    after: bytes | None = field(default=None, repr=False)
    before_deadline_ms: int | None = None
    after_deadline_ms: int | None = None
    type: str = KeyType.STRING
    new_name: bytes | None = None

    @property
    def is_undoable(self) -> bool:
        """Whether there is something to put back."""
        return self.result is Result.DONE and self.action is not Action.RESTORED


class Journal:
    """The last writes of this window, oldest first."""

    def __init__(self, limit: int = JOURNAL_LIMIT) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=limit)
        self._written = 0
        self._listeners: list[Callable[[JournalEntry], None]] = []

    @property
    def entries(self) -> Sequence[JournalEntry]:
        """What is kept, oldest first."""
        return tuple(self._entries)

    def listen(self, listener: Callable[[JournalEntry], None]) -> None:
        """Call `listener` with every entry from now on."""
        self._listeners.append(listener)

    def record(
        self,
        action: Action,
        key: bytes,
        result: Result,
        *,
        at_ms: int,
        before: Snapshot | None = None,
        after: bytes | None = None,
        before_deadline_ms: int | None = None,
        after_deadline_ms: int | None = None,
        type_: str = KeyType.STRING,
        new_name: bytes | None = None,
    ) -> JournalEntry:
        """Keep one write and tell the listeners."""
        self._written += 1
        entry = JournalEntry(
            self._written,
            at_ms,
            action,
            key,
            result,
            before,
            after,
            before_deadline_ms,
            after_deadline_ms,
            type_,
            new_name,
        )
        self._entries.append(entry)
        for listener in self._listeners:
            listener(entry)
        return entry


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What an undo did.

    Attributes:
        undone: The keys that are as they were.
        refused: Keys that were left alone, each with a sentence that says why.
    """

    undone: tuple[bytes, ...]
    refused: tuple[tuple[bytes, str], ...]


async def undo(backend: CacheBackend, entries: Sequence[JournalEntry]) -> UndoReport:
    """Take back `entries`, the newest first, each only while the key is as the write left it.

    The bytes come back with the TTL that would remain now had the write never happened.
    """
    return await _each(reversed(entries), lambda e: e.key, lambda e: _undo_one(backend, e))


async def put_back(backend: CacheBackend, snapshots: Sequence[Snapshot]) -> UndoReport:
    """Restore removed keys until their old deadlines; keys that exist again are left alone."""

    async def restore(snapshot: Snapshot) -> str | None:
        return _why_not(await backend.restore(snapshot))

    return await _each(snapshots, lambda s: s.key, restore)


async def _each(
    items: Iterable[T],
    key_of: Callable[[T], bytes],
    undo_one: Callable[[T], Coroutine[object, object, str | None]],
) -> UndoReport:
    undone: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    breathe = Breather()
    for item in items:
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


async def _undo_one(backend: CacheBackend, entry: JournalEntry) -> str | None:
    """Answer None when undone, else why not."""
    if not entry.is_undoable:
        return NOT_UNDOABLE
    match entry.action:
        case Action.CREATED:
            return await _undo_creation(backend, entry)
        case Action.RENAMED:
            return await _undo_rename(backend, entry)
        case Action.DELETED:
            if entry.before is None:
                return NOT_UNDOABLE
            return _why_not(await backend.restore(entry.before))
        case Action.TTL_CHANGED:
            return await _undo_ttl(backend, entry)
        case _:
            return await _undo_save(backend, entry)


async def _undo_creation(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.type == KeyType.STRING:
        return _why_not(await backend.remove(entry.key, expected=entry.after))
    # What was removed is told whole, so that a key somebody wrote to meanwhile comes back.
    outcome = await backend.remove(entry.key)
    if isinstance(outcome, Saved) and outcome.before is not None:
        if outcome.before.payload != entry.after:
            await backend.restore(outcome.before)
            return CHANGED_SINCE
        return None
    return _why_not(outcome)


async def _undo_rename(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.new_name is None:
        return NOT_UNDOABLE
    reason = _why_not(await backend.rename(entry.new_name, entry.key))
    if reason is None and entry.before is not None:
        return _why_not(await backend.restore(entry.before))
    return reason


async def _undo_save(backend: CacheBackend, entry: JournalEntry) -> str | None:
    if entry.before is None or entry.after is None:
        return NOT_UNDOABLE
    ttl: Ttl = TtlPolicy.KEEP
    if entry.before.deadline_ms != entry.after_deadline_ms:
        left = _left_ms(backend, entry.before.deadline_ms)
        if left is not None and left <= 0:
            return TIME_RAN_OUT
        ttl = TtlPolicy.NO_EXPIRY if left is None else left
    outcome = await backend.write(entry.key, entry.before.payload, expected=entry.after, ttl=ttl)
    return _why_not(outcome)


async def _undo_ttl(backend: CacheBackend, entry: JournalEntry) -> str | None:
    left = _left_ms(backend, entry.before_deadline_ms)
    if left is not None and left <= 0:
        return TIME_RAN_OUT
    now = (await backend.deadlines([entry.key]))[0]
    if isinstance(now, Gone):
        return TIME_RAN_OUT
    if now != entry.after_deadline_ms and not _is_close(now, entry.after_deadline_ms):
        return CHANGED_SINCE
    deadline = entry.before_deadline_ms
    change: TtlChange = Persist() if deadline is None else ExpireAt(deadline)
    return TIME_RAN_OUT if isinstance(await backend.change_ttl(entry.key, change), Gone) else None


def _is_close(one_ms: int | None, other_ms: int | None) -> bool:
    """Deadlines read through a network wander by the time of a round trip."""
    return one_ms is not None and other_ms is not None and abs(one_ms - other_ms) < 1000


def _left_ms(backend: CacheBackend, deadline_ms: int | None) -> int | None:
    return None if deadline_ms is None else deadline_ms - backend.now_ms()


def _why_not(outcome: WriteOutcome) -> str | None:
    match outcome:
        case Saved():
            return None
        case Changed():
            return CHANGED_SINCE
        case Gone():
            return TIME_RAN_OUT


class JournalingBackend(ForwardingBackend):
    """A backend whose every inspector's write is in the journal, by construction."""

    def __init__(self, inner: CacheBackend, journal: Journal) -> None:
        super().__init__(inner)
        self._journal = journal
        self._taken: set[bytes] = set()

    @property
    def journal(self) -> Journal:
        """Where the writes are kept."""
        return self._journal

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Write, and keep what happened."""
        action = Action.CREATED if expected is None else Action.SAVED
        return await self._recorded(
            action, key, data, self._inner.write(key, data, expected=expected, ttl=ttl)
        )

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Remove, and keep what it held."""
        return await self._recorded(
            Action.DELETED, key, None, self._inner.remove(key, expected=expected)
        )

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Restore what this window deleted, or put down a copy; keep what happened."""
        return await self._recorded(
            Action.RESTORED if snapshot.key in self._taken else Action.CREATED,
            snapshot.key,
            snapshot.payload,
            self._inner.restore(snapshot),
            type_=snapshot.type,
        )

    async def rename(self, key: bytes, to: bytes, *, overwrites: bool = False) -> WriteOutcome:
        """Rename, and keep both names and what was replaced."""
        return await self._recorded(
            Action.RENAMED,
            key,
            None,
            self._inner.rename(key, to, overwrites=overwrites),
            new_name=to,
        )

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Change the TTL, and keep both deadlines."""
        try:
            outcome = await self._inner.change_ttl(key, change)
        except CacheError as error:
            self._record_failure(Action.TTL_CHANGED, key, error)
            raise
        if isinstance(outcome, TtlChanged):
            self._journal.record(
                Action.TTL_CHANGED,
                key,
                Result.DONE,
                at_ms=self.now_ms(),
                before_deadline_ms=outcome.before_ms,
                after_deadline_ms=outcome.after_ms,
            )
        else:
            self._journal.record(Action.TTL_CHANGED, key, Result.REFUSED_GONE, at_ms=self.now_ms())
        return outcome

    async def _recorded(
        self,
        action: Action,
        key: bytes,
        after: bytes | None,
        operation: Coroutine[object, object, WriteOutcome],
        *,
        type_: str = KeyType.STRING,
        new_name: bytes | None = None,
    ) -> WriteOutcome:
        try:
            outcome = await operation
        except CacheError as error:
            self._record_failure(action, key, error, new_name)
            raise
        result = {
            Saved: Result.DONE,
            Changed: Result.REFUSED_CHANGED,
            Gone: Result.REFUSED_GONE,
        }[type(outcome)]
        saved = outcome if isinstance(outcome, Saved) else None
        self._note_taken(action, new_name or key, saved)
        self._journal.record(
            action,
            key,
            result,
            at_ms=self.now_ms(),
            before=saved.before if saved else None,
            after=after if saved else None,
            after_deadline_ms=saved.deadline_ms if saved else None,
            type_=type_,
            new_name=new_name,
        )
        return outcome

    def _note_taken(self, action: Action, key: bytes, saved: Saved | None) -> None:
        """Know which keys this window took away: putting one back creates nothing new."""
        if saved is None:
            return
        if action is Action.DELETED or (action is Action.RENAMED and saved.before is not None):
            self._taken.add(key)
        else:
            self._taken.discard(key)

    def _record_failure(
        self, action: Action, key: bytes, error: CacheError, new_name: bytes | None = None
    ) -> None:
        result = Result.UNKNOWN if isinstance(error, OutcomeUnknown) else Result.FAILED
        self._journal.record(action, key, result, at_ms=self.now_ms(), new_name=new_name)
