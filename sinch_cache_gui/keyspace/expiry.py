"""When keys expire: the deadlines known, and how they read."""

from __future__ import annotations

from datetime import datetime, tzinfo
from heapq import heapify, heappop, heappush
from typing import Final

SOON_MS: Final = 60_000
"""Less than this to live is worth emphasis."""

DUE_AT_ONCE: Final = 500
"""Keys asked about in one go when their time is up."""

MOST_KNOWN: Final = 100_000
"""Deadlines kept; what is not kept expires when the cache itself finds out."""


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
        self._known: dict[bytes, int] = {}
        self._heap: list[tuple[int, bytes]] = []

    def note(self, key: bytes, deadline_ms: int | None) -> None:
        """Know that `key` expires at `deadline_ms`; None: not at all, or it is gone."""
        if deadline_ms is None:
            if self._known.pop(key, None) is not None:
                self._drop_stale()  # bit by bit: all at once would hold the window
            return
        known = self._known.get(key)
        if known == deadline_ms or (known is None and len(self._known) >= self._limit):
            return
        self._known[key] = deadline_ms
        heappush(self._heap, (deadline_ms, key))
        self._drop_stale()

    def clear(self) -> None:
        """Know nothing."""
        self._known.clear()
        self._heap.clear()

    def next_ms(self) -> int | None:
        """Answer the nearest deadline; None if none is known."""
        while self._heap and self._known.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now_ms: int) -> list[bytes]:
        """Answer keys whose time is up, so many at once, and forget their deadlines."""
        due: list[bytes] = []
        while len(due) < DUE_AT_ONCE:
            nearest = self.next_ms()
            if nearest is None or nearest > now_ms:
                break
            _, key = heappop(self._heap)
            del self._known[key]
            due.append(key)
        return due

    def _drop_stale(self) -> None:
        if len(self._heap) > 2 * len(self._known) + 1000:
            self._heap = [(deadline, key) for key, deadline in self._known.items()]
            heapify(self._heap)
