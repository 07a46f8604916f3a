"""A clock that can be stopped, put forward, and run at another pace."""

from __future__ import annotations

from collections.abc import Callable

from sinch_cache_gui.cache.wall_clock import wall_clock_ms


class VirtualClock:
    """Milliseconds since the epoch that follow another clock until somebody says otherwise.

    It never goes back: what has expired stays expired.

    Args:
        source: The clock whose pace is taken.
    """

    def __init__(self, source: Callable[[], int] = wall_clock_ms) -> None:
        self._source = source
        self._pace = 1.0
        self._since_ms = source()
        self._shown_ms = self._since_ms
        self._listeners: list[Callable[[], None]] = []
        self._next_event: Callable[[], int | None] = lambda: None

    @property
    def pace(self) -> float:
        """How many of its seconds pass in one of the source's; 0 while it stands still."""
        return self._pace

    @property
    def ahead_ms(self) -> int:
        """How far it is before the source; negative after it stood still."""
        return self() - self._source()

    def __call__(self) -> int:
        """Answer its time."""
        return self._shown_ms + int(max(0, self._source() - self._since_ms) * self._pace)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever it jumped or changed its pace."""
        self._listeners.append(listener)

    def expect(self, next_event: Callable[[], int | None]) -> None:
        """Let `next_event` answer when something happens next by this clock."""
        self._next_event = next_event

    def step(self) -> int | None:
        """Put it forward to what happens next; answer by how much, None where nothing will."""
        at_ms = self._next_event()
        if at_ms is None:
            return None
        ahead_ms = max(0, at_ms - self())
        self.put_forward(ahead_ms)
        return ahead_ms

    def set_pace(self, pace: float) -> None:
        """Run `pace` times as fast as the source; 0 stops it.

        Raises:
            ValueError: A negative pace.
        """
        if not pace >= 0:
            raise ValueError("a clock does not run backwards")
        self._settle(self())
        self._pace = pace
        self._tell()

    def put_forward(self, ms: int) -> None:
        """Let `ms` pass at once.

        Raises:
            ValueError: A negative time.
        """
        if ms < 0:
            raise ValueError("a clock is not put back")
        self._settle(self() + ms)
        self._tell()

    def _settle(self, shown_ms: int) -> None:
        self._shown_ms, self._since_ms = shown_ms, self._source()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
