"""The keys of a memory cache as of now: one that is due ends, and every change is told."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Final

from sinch_cache_gui.cache.change_queue import ChangeQueue
from sinch_cache_gui.cache.feed import Change, ChangeKind, FeedEvent, LiveSource, LiveStatus
from sinch_cache_gui.cache.key_table import Entry, KeyTable
from sinch_cache_gui.pacing import Breather

_SWEEP_STEP: Final = 20
"""Due keys that any operation takes away with it, so that nothing piles up unwatched."""

_SWEEP_SLICE: Final = 500
_LONGEST_NAP_S: Final = 1.0
"""A feed looks at the clock this often at least: a wall clock may be put forward."""


class MemoryKeys:
    """A key table with a clock, followed by feeds.

    Keys end when they are touched after their deadline, and by the sweep of whoever watches.

    Args:
        clock: The time in milliseconds since the epoch.
    """

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._table = KeyTable()
        self._queues: set[ChangeQueue] = set()

    def now_ms(self) -> int:
        """The clock's time."""
        return self._clock()

    def next_deadline_ms(self) -> int | None:
        """Answer when the next key expires; None if none will."""
        return self._table.next_deadline_ms()

    def count(self) -> int:
        """Answer how many keys there are."""
        return self._table.count(self._clock())

    def page(self, at: int, count: int) -> tuple[Sequence[bytes], int | None]:
        """Answer the keys in `count` slots from `at`, and the slot to go on at, if any."""
        return self._table.page(at, count, self._clock())

    def find(self, key: bytes) -> Entry | None:
        """Touch a key: one that is due ends here."""
        self.end_due()
        entry = self._table.find(key)
        if entry is None or entry.deadline_ms is None or entry.deadline_ms > self._clock():
            return entry
        self._end(key, ChangeKind.EXPIRED)
        return None

    def put(self, key: bytes, data: bytes, deadline_ms: int | None) -> None:
        """Store a key, new or not."""
        self._table.put(key, data, deadline_ms)
        self._tell(Change(key, ChangeKind.WRITTEN, deadline_ms))

    def set_deadline(self, key: bytes, entry: Entry, deadline_ms: int | None) -> None:
        """Let a key that was found end at another time; None: never."""
        self._table.set_deadline(key, entry, deadline_ms)
        self._tell(Change(key, ChangeKind.TTL_CHANGED, deadline_ms))

    def delete(self, key: bytes) -> None:
        """Remove a key that was found."""
        self._end(key, ChangeKind.DELETED)

    def end_due(self, limit: int = _SWEEP_STEP) -> int:
        """End up to `limit` keys whose deadline has come; answer how many there were."""
        due = self._table.due(self._clock(), limit)
        for key in due:
            self._end(key, ChangeKind.EXPIRED)
        return len(due)

    async def sweep(self) -> int:
        """End every key whose deadline has come, in slices; answer how many there were."""
        breathe = Breather()
        total = 0
        while ended := self.end_due(_SWEEP_SLICE):
            total += ended
            await breathe()
        return total

    def clear(self) -> None:
        """Remove every key at once."""
        self._table.clear()
        for queue in self._queues:
            queue.put_flushed()

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow every change, expiry included: a feed sweeps at the nearest deadline."""
        queue = ChangeQueue()
        self._queues.add(queue)
        try:
            yield LiveStatus(LiveSource.MEMORY)
            while not queue.is_closed:
                await self.sweep()
                for event in queue.take():
                    yield event
                await queue.wait(self._nap_s())
        finally:
            self._queues.discard(queue)

    def wake_feeds(self) -> None:
        """Let every feed look at the clock now."""
        for queue in self._queues:
            queue.wake()

    def end_feeds(self) -> None:
        """End every feed; the keys stay."""
        for queue in self._queues:
            queue.close()

    def _end(self, key: bytes, kind: ChangeKind) -> None:
        self._table.drop(key)
        self._tell(Change(key, kind))

    def _tell(self, change: Change) -> None:
        for queue in self._queues:
            queue.put(change)

    def _nap_s(self) -> float | None:
        nearest = self._table.next_deadline_ms()
        if nearest is None:
            return None
        return min(max(nearest - self._clock(), 0) / 1000, _LONGEST_NAP_S)
