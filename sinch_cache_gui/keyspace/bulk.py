"""One operation on many keys: in batches, stoppable between them, and taken back as one.

Every key is one write of its own that the cache does in one step, so that stopping halfway, a lost
connection or another client leave no key half done, and every write is in the journal.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from time import perf_counter
from typing import Final, TypeAlias, TypeVar

from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    OutcomeUnknown,
    RemovalUnknown,
)
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    Gone,
    MoveDeadline,
    Saved,
    Snapshot,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    WriteOutcome,
)
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.keyspace.undo import (
    CHANGED_SINCE,
    SETTLED_EVERY,
    Told,
    move_back_many,
    put_back_many,
)

T = TypeVar("T")

FIRST_BATCH: Final = 50
LARGEST_BATCH: Final = 200
"""Keys of one batch. A stop waits for the batch under way, and undo keeps room for one."""

QUICK_S: Final = 0.25
"""A batch that took less is followed by a larger one."""

SLOW_S: Final = 1.0
"""A batch that took more is followed by a smaller one."""

TELL_EVERY_S: Final = 0.1

UNDO_BYTES: Final = 256 << 20
"""What is kept for undo at most. A run that reaches it stops and says so: nothing that was done is
ever without its undo, and what is left can be started again."""

KEPT_BESIDE: Final = 300
"""Bytes of memory a key takes beside its name and its value, about."""

SAMPLES: Final = 3
"""Keys named for each reason of refusal."""

UNKNOWN_OUTCOME: Final = "the connection died before the answer: it may have happened"


@dataclass(frozen=True, slots=True)
class DeleteKeys:
    """Take the keys away.

    Attributes:
        seen: Only while they hold these bytes; None for whatever they hold.
    """

    seen: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChangeTtl:
    """Change when the keys expire.

    Attributes:
        change: For every key alike; a moment is the same moment for all.
    """

    change: TtlChange


BulkOperation: TypeAlias = DeleteKeys | ChangeTtl


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that was changed, enough to put it back.

    Attributes:
        key: The key's bytes.
        before_ms: The deadline until then; None for no expiry.
        after_ms: The deadline from then on; None for no expiry.
    """

    key: bytes
    before_ms: int | None
    after_ms: int | None


Trace: TypeAlias = Snapshot | Moved
"""What one write leaves behind for its undo."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Keys that were left as they were for the same reason.

    Attributes:
        reason: Why, for people.
        count: How many.
        sample: The first few of them.
    """

    reason: str
    count: int
    sample: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """How far it is.

    Attributes:
        handled: Keys whose turn it was.
        total: All of them.
    """

    handled: int
    total: int


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What was done, and why not all of it if so.

    Attributes:
        total: Keys it was to be done to.
        done: Keys it was done to.
        gone: Keys that did not exist any more.
        unchanged: Keys that were so already, or have no TTL to add to.
        refused: Keys that were left as they were, by reason.
        ended_early: Why keys are left whose turn never came; empty if none is, or it was stopped.
        traces: What was done, for `undo_bulk`, in the order it was done; and what may have been
            done: taken back, a key that is as it was is left so.
    """

    total: int
    done: int
    gone: int
    unchanged: int
    refused: tuple[Refusal, ...]
    ended_early: str
    traces: Sequence[Trace] = field(repr=False)

    @property
    def left(self) -> int:
        """How many keys' turn never came."""
        refused = sum(refusal.count for refusal in self.refused)
        return self.total - self.done - self.gone - self.unchanged - refused


class BulkRun:
    """Something done to many keys batch by batch, or taken back; `run` once."""

    def __init__(
        self,
        total: int,
        told: Callable[[BulkProgress], None],
        *,
        memory_settled: Callable[[], object] = gc.freeze,
    ) -> None:
        """Have done nothing yet.

        Args:
            total: How many keys there are.
            told: Called with how far it is, at most ten times a second.
            memory_settled: Called when much is kept that will stay.
        """
        self.total = total
        self._told = told
        self._memory_settled = memory_settled
        self._settled = 0
        self._told_at = perf_counter()
        self._batch = FIRST_BATCH
        self._handled = 0
        self._done = self._gone = self._unchanged = 0
        self._refused: dict[str, tuple[int, tuple[bytes, ...]]] = {}
        self._is_stopped = False
        self._ended_early = ""
        self._traces: list[Trace] = []
        self._kept = 0

    def stop(self) -> None:
        """Begin no further batch. The keys under way are done and told."""
        self._is_stopped = True

    @property
    def is_over(self) -> bool:
        """Whether no further batch is begun."""
        return self._is_stopped or bool(self._ended_early)

    async def each_batch(
        self, items: Iterable[T], act: Callable[[Sequence[T]], Awaitable[None]]
    ) -> None:
        """Let `act` have the items in batches, as large as the cache is quick."""
        waiting = iter(items)
        while not self.is_over and (batch := list(islice(waiting, self._batch))):
            began_at = perf_counter()
            await act(batch)
            self._note_batch(len(batch), perf_counter(), began_at)
            await asyncio.sleep(0)  # a cache in memory answers without letting the window go on

    def lost(self, error: CacheUnreachable) -> None:
        """Begin no further batch: the cache cannot be reached."""
        self._ended_early = self._ended_early or error.title

    def did(self, trace: Trace | None) -> None:
        """Count a key as done, and keep what its undo needs."""
        self._done += 1
        if trace is not None:
            self._keep(trace)

    def may_have_done(self, trace: Trace) -> None:
        """Keep what undo needs in case it was done: the answer was lost."""
        self._keep(trace)

    def _keep(self, trace: Trace) -> None:
        self._traces.append(trace)
        held = len(trace.payload) if isinstance(trace, Snapshot) else 0
        self._kept += KEPT_BESIDE + len(trace.key) + held

    def found_gone(self) -> None:
        """Count a key that did not exist any more."""
        self._gone += 1

    def found_unchanged(self) -> None:
        """Count a key for which there was nothing to do."""
        self._unchanged += 1

    def refuse(self, key: bytes, reason: str) -> None:
        """Count a key that was left as it was."""
        count, sample = self._refused.get(reason, (0, ()))
        self._refused[reason] = (count + 1, (*sample, key) if len(sample) < SAMPLES else sample)

    def end_if_full(self, undo_bytes: int) -> None:
        """Begin no further key once so much is kept for undo."""
        if self._kept >= undo_bytes and not self._ended_early:
            self._ended_early = f"What undo keeps has reached {undo_bytes >> 20} MB"

    def report(self, traces: Sequence[Trace] | None = None) -> BulkReport:
        """Answer what was done; `traces` in place of those kept here."""
        refused = tuple(Refusal(why, *rest) for why, rest in self._refused.items())
        return BulkReport(
            self.total,
            self._done,
            self._gone,
            self._unchanged,
            refused,
            self._ended_early,
            self._traces if traces is None else traces,
        )

    def _note_batch(self, count: int, now: float, began_at: float) -> None:
        if now - began_at < QUICK_S:
            self._batch = min(2 * self._batch, LARGEST_BATCH)
        elif now - began_at > SLOW_S:
            self._batch = max(self._batch // 2, 1)
        self._handled += count
        if len(self._traces) - self._settled >= SETTLED_EVERY:
            self._settled = len(self._traces)
            self._memory_settled()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._told(BulkProgress(self._handled, self.total))


async def run_bulk(
    run: BulkRun,
    backend: CacheBackend,
    keys: Collection[bytes],
    operation: BulkOperation,
    *,
    undo_bytes: int = UNDO_BYTES,
) -> BulkReport:
    """Do `operation` to every key; what went wrong with one does not end the rest.

    Args:
        run: Counts, tells, and is where it is stopped.
        backend: The cache; one that journals, so that every write is in the journal.
        keys: Each once.
        operation: What to do.
        undo_bytes: The memory kept for undo, about.
    """

    async def act(batch: Sequence[bytes]) -> None:
        outcomes: Sequence[WriteOutcome | TtlOutcome | CacheError]
        match operation:
            case DeleteKeys(seen=None):
                outcomes = await backend.remove_many(batch)
            case DeleteKeys(seen=seen):
                outcomes = await one_by_one(batch, lambda key: backend.remove(key, expected=seen))
            case ChangeTtl(change):
                outcomes = await backend.change_ttl_many([(key, change) for key in batch])
        for key, outcome in zip(batch, outcomes, strict=True):
            _count(run, key, outcome)
        run.end_if_full(undo_bytes)

    await run.each_batch(keys, act)
    return run.report()


async def undo_bulk(run: BulkRun, backend: CacheBackend, traces: Sequence[Trace]) -> BulkReport:
    """Take back what was done, each key only while it is as it was left, the newest first.

    The report's traces are those whose turn never came, or of which nobody knows whether they were
    taken back: undo can be stopped and gone on with.
    """
    waiting = list(traces)

    async def act(batch: Sequence[Trace]) -> None:
        left: list[Trace] = []
        for trace, told in zip(batch, await _take_back(backend, batch), strict=True):
            match told:
                case None:
                    run.did(None)
                case OutcomeUnknown():
                    left.append(trace)
                    run.refuse(trace.key, UNKNOWN_OUTCOME)
                    run.lost(told)
                case CacheUnreachable():
                    left.append(trace)
                    run.lost(told)
                case CacheError():
                    run.refuse(trace.key, told.title)
                case str():
                    run.refuse(trace.key, told)
        waiting.extend(reversed(left))

    await run.each_batch(_newest_first(waiting), act)
    return run.report(waiting)


def _newest_first(waiting: list[Trace]) -> Iterable[Trace]:
    """Take traces off the end of the list as their turns come."""
    while waiting:
        yield waiting.pop()


def _count(run: BulkRun, key: bytes, outcome: WriteOutcome | TtlOutcome | CacheError) -> None:
    match outcome:
        case Saved(before=before):
            run.did(before)
        case TtlChanged(before_ms, after_ms) if before_ms == after_ms:
            run.found_unchanged()
        case TtlChanged(before_ms, after_ms):
            run.did(Moved(key, before_ms, after_ms))
        case Gone():
            run.found_gone()
        case Changed():
            run.refuse(key, CHANGED_SINCE)
        case OutcomeUnknown():
            run.refuse(key, UNKNOWN_OUTCOME)
            run.lost(outcome)
            if isinstance(outcome, RemovalUnknown):
                run.may_have_done(outcome.seen)
        case CacheUnreachable():
            run.lost(outcome)  # it was not sent: this key is left
        case CacheError():
            run.refuse(key, outcome.title)


async def _take_back(backend: CacheBackend, traces: Sequence[Trace]) -> Sequence[Told]:
    """Answer for each None when it is taken back, else why not."""
    moved = [one for one in traces if isinstance(one, Moved)]
    told = await put_back_many(backend, [one for one in traces if isinstance(one, Snapshot)])
    told |= await move_back_many(
        backend, [(one.key, MoveDeadline(one.after_ms, one.before_ms)) for one in moved]
    )
    return [told[trace.key] for trace in traces]
