"""A backend that keeps every write in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Final, TypeVar

from sinch_cache_gui.cache.element_change import (
    DeadlineMoved,
    ElementChange,
    ElementChanged,
    ElementGone,
    ElementOutcome,
    ElementSaved,
    kind_of,
)
from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown, RemovalUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    Gone,
    KeyType,
    MoveDeadline,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    WriteOutcome,
)
from sinch_cache_gui.keyspace.journal import Action, Journal, Result

R = TypeVar("R")
T = TypeVar("T")

_RESULTS: Final = {
    Saved: Result.DONE,
    Changed: Result.REFUSED_CHANGED,
    Gone: Result.REFUSED_GONE,
}


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
        try:
            outcome = await self._inner.restore(snapshot)
        except (CacheError, asyncio.CancelledError) as error:
            self._record_restored(snapshot, error)
            raise
        self._record_restored(snapshot, outcome)
        return outcome

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Rename, and keep both names, what was renamed and what was replaced."""
        return await self._recorded(
            Action.RENAMED,
            key,
            None,
            self._inner.rename(key, to, overwrites=overwrites, leaving=leaving, held=held),
            new_name=to,
        )

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Change the TTL, and keep both deadlines."""
        try:
            outcome = await self._inner.change_ttl(key, change)
        except (CacheError, asyncio.CancelledError) as error:
            self._record_ttl((key, change), error)
            raise
        self._record_ttl((key, change), outcome)
        return outcome

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Remove, and keep what each held."""
        outcomes = await self._answered(self._inner.remove_many(keys), keys, self._record_removal)
        for key, outcome in zip(keys, outcomes, strict=True):
            self._record_removal(key, outcome)
        return outcomes

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Change the TTLs, and keep both deadlines of each."""
        outcomes = await self._answered(
            self._inner.change_ttl_many(changes), changes, self._record_ttl
        )
        for asked, outcome in zip(changes, outcomes, strict=True):
            self._record_ttl(asked, outcome)
        return outcomes

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Restore, and keep what happened to each."""
        outcomes = await self._answered(
            self._inner.restore_many(snapshots), snapshots, self._record_restored
        )
        for snapshot, outcome in zip(snapshots, outcomes, strict=True):
            self._record_restored(snapshot, outcome)
        return outcomes

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Replace or remove, and keep what was there."""
        outcomes = await self._answered(
            self._inner.replace_many(pairs), pairs, self._record_replaced
        )
        for pair, outcome in zip(pairs, outcomes, strict=True):
            self._record_replaced(pair, outcome)
        return outcomes

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Change an element, and keep the change that takes it back."""
        try:
            outcome = await self._inner.change_element(key, change)
        except (CacheError, asyncio.CancelledError) as error:
            self._record_element(key, change, _result_of(error))
            raise
        match outcome:
            case ElementSaved():
                if outcome.vanished is not None:
                    self._taken.add(key)
                self._record_element(key, change, Result.DONE, outcome)
            case ElementChanged() | ElementGone() | DeadlineMoved():
                self._record_element(key, change, Result.REFUSED_CHANGED)
            case Gone():
                self._record_element(key, change, Result.REFUSED_GONE)
        return outcome

    def _record_element(
        self, key: bytes, change: ElementChange, result: Result, saved: ElementSaved | None = None
    ) -> None:
        self._journal.record(
            Action.ELEMENT_CHANGED,
            key,
            result,
            at_ms=self.now_ms(),
            before=saved.vanished if saved else None,
            after_deadline_ms=saved.deadline_ms if saved else None,
            type_=kind_of(change),
            element=change,
            inverse=saved.inverse if saved else None,
        )

    async def _recorded(
        self,
        action: Action,
        key: bytes,
        after: bytes | None,
        operation: Coroutine[object, object, WriteOutcome],
        *,
        new_name: bytes | None = None,
    ) -> WriteOutcome:
        try:
            outcome = await operation
        except (CacheError, asyncio.CancelledError) as error:
            self._record_failure(action, key, error, new_name)
            raise
        self._record_outcome(action, key, after, outcome, new_name=new_name)
        return outcome

    async def _answered(
        self,
        operation: Coroutine[object, object, list[R]],
        items: Sequence[T],
        record: Callable[[T, BaseException], None],
    ) -> list[R]:
        """Answer what many writes became; those cancelled on their way may have happened."""
        try:
            return await operation
        except asyncio.CancelledError as error:
            for item in items:
                record(item, error)
            raise

    def _record_removal(self, key: bytes, outcome: WriteOutcome | BaseException) -> None:
        self._record_outcome(Action.DELETED, key, None, outcome)

    def _record_restored(self, snapshot: Snapshot, outcome: WriteOutcome | BaseException) -> None:
        action, kind = self._action_of(snapshot), snapshot.type
        self._record_outcome(action, snapshot.key, _left(snapshot, outcome), outcome, type_=kind)

    def _record_replaced(
        self, pair: tuple[Snapshot, Snapshot | None], outcome: WriteOutcome | BaseException
    ) -> None:
        held, by = pair
        if by is None:
            self._record_outcome(
                Action.DELETED, held.key, None, outcome, type_=held.type, seen=held
            )
        else:
            after = _left(by, outcome)
            self._record_outcome(Action.SAVED, by.key, after, outcome, type_=by.type)

    def _record_ttl(
        self, asked: tuple[bytes, TtlChange], outcome: TtlOutcome | BaseException
    ) -> None:
        key, change = asked
        match outcome:
            case BaseException():
                self._record_failure(Action.TTL_CHANGED, key, outcome)
            case Gone():
                result = Result.REFUSED_GONE
                self._journal.record(Action.TTL_CHANGED, key, result, at_ms=self.now_ms())
            case TtlChanged() if isinstance(change, MoveDeadline) and change.was_refused(outcome):
                result = Result.REFUSED_CHANGED
                self._journal.record(Action.TTL_CHANGED, key, result, at_ms=self.now_ms())
            case TtlChanged(before_ms, after_ms):
                self._journal.record(
                    Action.TTL_CHANGED,
                    key,
                    Result.DONE,
                    at_ms=self.now_ms(),
                    before_deadline_ms=before_ms,
                    after_deadline_ms=after_ms,
                )

    def _record_outcome(
        self,
        action: Action,
        key: bytes,
        after: bytes | None,
        outcome: WriteOutcome | BaseException,
        *,
        type_: str = KeyType.STRING,
        new_name: bytes | None = None,
        seen: Snapshot | None = None,
    ) -> None:
        if isinstance(outcome, BaseException):
            self._record_failure(action, key, outcome, new_name, seen)
            return
        saved = outcome if isinstance(outcome, Saved) else None
        if saved is not None and saved.moved is not None:
            after, type_ = saved.moved.payload, saved.moved.type
        self._note_taken(action, new_name or key, saved)
        self._journal.record(
            action,
            key,
            _RESULTS[type(outcome)],
            at_ms=self.now_ms(),
            before=saved.before if saved else None,
            after=after if saved else None,
            after_deadline_ms=saved.deadline_ms if saved else None,
            type_=type_,
            new_name=new_name,
        )

    def _action_of(self, restored: Snapshot) -> Action:
        return Action.RESTORED if restored.key in self._taken else Action.CREATED

    def _note_taken(self, action: Action, key: bytes, saved: Saved | None) -> None:
        """Know which keys this window took away: putting one back creates nothing new."""
        if saved is None:
            return
        if action is Action.DELETED or (action is Action.RENAMED and saved.before is not None):
            self._taken.add(key)
        else:
            self._taken.discard(key)

    def _record_failure(
        self,
        action: Action,
        key: bytes,
        error: BaseException,
        new_name: bytes | None = None,
        seen: Snapshot | None = None,
    ) -> None:
        result = _result_of(error)
        if isinstance(error, RemovalUnknown):
            seen = error.seen
        before = seen if result is Result.UNKNOWN else None
        self._journal.record(
            action, key, result, at_ms=self.now_ms(), before=before, new_name=new_name
        )


def _result_of(error: BaseException) -> Result:
    """Answer what became of a write. One that was cancelled on its way may have happened, too."""
    is_known = isinstance(error, CacheError) and not isinstance(error, OutcomeUnknown)
    return Result.FAILED if is_known else Result.UNKNOWN


def _left(put_down: Snapshot, outcome: WriteOutcome | BaseException) -> bytes:
    """Answer what a write left behind: what the server tells of it, or what was sent."""
    left = outcome.left if isinstance(outcome, Saved) else None
    return put_down.payload if left is None else left
