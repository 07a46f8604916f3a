"""The time by a server's own clock, told without asking it each time."""

from __future__ import annotations

import time
from typing import Final

_STALE_AFTER_MS: Final = 60_000
"""An old reading gives way to a newer one, however quick it was: clocks drift."""


def monotonic_ms() -> int:
    """Answer this machine's steady time, from an arbitrary beginning."""
    return time.monotonic_ns() // 1_000_000


class ServerClock:
    """Follows a server's TIME.

    A reading is as good as the round trip that brought it was short: the best one of the last
    minute counts. Until the first, the server's clock is taken to agree with this machine's.
    """

    def __init__(self) -> None:
        self._offset_ms = time.time_ns() // 1_000_000 - monotonic_ms()
        self._trip_ms: int | None = None
        self._read_at_ms = 0

    def now_ms(self) -> int:
        """Answer the server's time in milliseconds since the epoch."""
        return monotonic_ms() + self._offset_ms

    def observe(self, server_ms: int, sent_at_ms: int) -> None:
        """Learn what the server's time was between `sent_at_ms` (monotonic) and now."""
        now_ms = monotonic_ms()
        trip_ms = now_ms - sent_at_ms
        is_stale = now_ms - self._read_at_ms > _STALE_AFTER_MS
        if self._trip_ms is None or trip_ms <= self._trip_ms or is_stale:
            self._offset_ms = server_ms - (sent_at_ms + now_ms) // 2
            self._trip_ms = trip_ms
            self._read_at_ms = now_ms
