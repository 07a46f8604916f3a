"""When keys expire: the deadlines known, and how they read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from heapq import heapify, heappop, heappush, heapreplace
from typing import Final

SOON_MS: Final = 60_000
"""Less than this to live is worth emphasis."""

DUE_AT_ONCE: Final = 500
"""Keys asked about in one go when their time is up."""

MOST_KNOWN: Final = 100_000
"""Deadlines kept; what is not kept expires when the cache itself finds out."""

_SHARDS: Final = 16


def format_countdown(ms: int) -> str:
    """Answer time to live as a clock reads: "0:07", "9:41", "1:02:03", "3 d 4 h".

    Begun seconds count, so it reads 0:00 only once the time is up.
    """
    seconds = max(0, -(-ms // 1000))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days:,} d {hours} h"
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def format_deadline(deadline_ms: int, zone: tzinfo | None = None) -> str:
    """Answer the exact moment in local time (or in `zone`), to the millisecond."""
    try:
        moment = datetime.fromtimestamp(deadline_ms // 1000, zone)
    except (OverflowError, ValueError, OSError):
        return "far in the future"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{deadline_ms % 1000:03}"


def format_time(moment_ms: int, zone: tzinfo | None = None) -> str:
    """Answer the time of day in local time (or in `zone`), to the second: "17:02:11"."""
    try:
        return f"{datetime.fromtimestamp(moment_ms // 1000, zone):%H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        return "far in the future"


class Deadlines:
    """Which key expires next, of those whose deadline is known."""

    def __init__(self, limit: int = MOST_KNOWN) -> None:
        self._limit = limit
        self._shards = [_Shard({}, []) for _ in range(_SHARDS)]
        self._count = 0

    def note(self, key: bytes, deadline_ms: int | None) -> None:
        """Know that `key` expires at `deadline_ms`; None: not at all, or it is gone."""
        shard = self._shards[hash(key) % _SHARDS]
        known = shard.known.get(key)
        if known == deadline_ms:
            return
        if deadline_ms is None:
            del shard.known[key]
            self._count -= 1
        elif known is not None or self._count < self._limit:
            self._count += known is None
            shard.known[key] = deadline_ms
            heappush(shard.heap, (deadline_ms, key))
        shard.drop_stale()

    def clear(self) -> None:
        """Know nothing."""
        for shard in self._shards:
            shard.known.clear()
            shard.heap.clear()
        self._count = 0

    def next_ms(self) -> int | None:
        """Answer the nearest deadline; None if none is known."""
        heads = (shard.heap[0][0] for shard in self._shards if shard.has_next())
        return min(heads, default=None)

    def take_due(self, now_ms: int) -> list[bytes]:
        """Answer keys whose time is up, so many at once, and forget their deadlines."""
        due: list[bytes] = []
        heads = [(shard.heap[0], at) for at, shard in enumerate(self._shards) if shard.has_next()]
        heapify(heads)
        while heads and len(due) < DUE_AT_ONCE:
            (deadline_ms, key), at = heads[0]
            if deadline_ms > now_ms:
                break
            shard = self._shards[at]
            heappop(shard.heap)
            del shard.known[key]
            self._count -= 1
            due.append(key)
            if shard.has_next():
                heapreplace(heads, (shard.heap[0], at))
            else:
                heappop(heads)
        return due


@dataclass(slots=True)
class _Shard:
    """Some of the keys: to tidy up after all of them would hold the window for 60 ms (measured).

    Attributes:
        known: When each of them expires.
        heap: The same, the nearest first, and what was known before.
    """

    known: dict[bytes, int]
    heap: list[tuple[int, bytes]]

    def has_next(self) -> bool:
        """Whether any deadline is known; then the nearest is first."""
        while self.heap and self.known.get(self.heap[0][1]) != self.heap[0][0]:
            heappop(self.heap)
        return bool(self.heap)

    def drop_stale(self) -> None:
        """Forget what was known before, once that is more than half."""
        if len(self.heap) > 2 * len(self.known) + 100:
            self.heap = [(deadline, key) for key, deadline in self.known.items()]
            heapify(self.heap)
