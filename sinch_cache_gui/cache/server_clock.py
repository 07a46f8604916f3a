"""The time by a server's own clock, told without asking it each time."""

from __future__ import annotations

from typing import Final

from sinch_cache_gui.cache.wall_clock import steady_clock_ms, wall_clock_ms

_SLACK_MS: Final = 5
"""By how much two good readings may disagree without one of the clocks having been moved."""


class ServerClock:
    """Follows a server's TIME.

    A reading is as good as the round trip that brought it was short. The best one counts, until
    another shows that a clock has drifted or been moved. Before the first, the server's clock is
    taken to agree with this machine's. In between, time is counted by a clock that nobody sets:
    one that is set here must not change when keys expire there.
    """

    def __init__(self) -> None:
        self._offset_ms = wall_clock_ms() - steady_clock_ms()
        self._trip_ms: int | None = None

    def now_ms(self) -> int:
        """Answer the server's time in milliseconds since the epoch."""
        return steady_clock_ms() + self._offset_ms

    def observe(self, server_ms: int, sent_at_ms: int, received_at_ms: int) -> None:
        """Learn the server's time at some moment between two of `steady_clock_ms`."""
        trip_ms = abs(received_at_ms - sent_at_ms)
        offset_ms = server_ms - (sent_at_ms + received_at_ms) // 2
        is_contradicted = abs(offset_ms - self._offset_ms) > trip_ms + _SLACK_MS
        if self._trip_ms is None or trip_ms <= self._trip_ms or is_contradicted:
            self._offset_ms = offset_ms
            self._trip_ms = trip_ms
