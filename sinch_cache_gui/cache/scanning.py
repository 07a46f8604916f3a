"""Scanning with regard for the server: how much to ask for, and a scan from end to end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Final, Protocol

from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.pacing import Breather

LEAST_COUNT: Final = 500
MOST_COUNT: Final = 10_000

HOLD_LIMIT_S: Final = 0.0025
"""The server's time a call may take as we measure it; our own parsing is in it, to be safe."""

HOLD_AIM_S: Final = 0.00125
"""A call that takes less may ask for twice as much."""

CALM: Final = 16
"""Calls in a row that take less before more is asked for again, once it was too much."""


class PageAsker(Protocol):
    """`CacheBackend.scan_page`."""

    async def __call__(
        self, cursor: ScanCursor | None = None, *, pattern: bytes | None = None, count: int = 1000
    ) -> ScanPage:
        """Answer the next page."""
        ...


class Pace:
    """How many keys to ask for, so that no call holds the server long.

    A call takes the network's time, the same for each, and the server's, which grows with the
    count: two calls of different counts tell them apart. One slow call may be our own doing; two
    in a row are the server's, and then it is left with less for a while.

    Attributes:
        count: How many to ask for next.
        is_in_doubt: The last call was slow, and the next is to tell whether that was the server.
    """

    def __init__(self, limit_s: float = HOLD_LIMIT_S, aim_s: float = HOLD_AIM_S) -> None:
        """Have measured nothing yet.

        Args:
            limit_s: The server's time a call may take.
            aim_s: A call that takes less may ask for twice as much.
        """
        self.count = LEAST_COUNT
        self._limit_s = limit_s
        self._aim_s = aim_s
        self._quickest = (float("inf"), 0)
        self._calm = 0
        self._calm_needed = 1
        self.is_in_doubt = False

    def measured(self, count: int, took_s: float) -> None:
        """Learn that a call for `count` keys took so long."""
        self._quickest = min(self._quickest, (took_s, count))
        hold_s = self._hold_s(count, took_s)
        was_slow, self.is_in_doubt = self.is_in_doubt, hold_s > self._limit_s
        self._calm = self._calm + 1 if hold_s < self._aim_s else 0
        if self.is_in_doubt and was_slow:
            self.count = max(LEAST_COUNT, count // 2)
            self._calm_needed = CALM
        elif self._calm >= self._calm_needed:
            self._calm = 0
            self.count = min(MOST_COUNT, max(self.count, count * 2))

    def _hold_s(self, count: int, took_s: float) -> float:
        """Answer about how much of a call's time was the server's.

        The quickest call was the server's in part, too: what a call for more keys takes longer is
        the server's time for the keys beyond those.
        """
        quickest_s, fewer = self._quickest
        beyond = count - fewer
        return (took_s - quickest_s) * (count / beyond if beyond > 0 else 1)

    async def page(self, ask: Callable[[int], Awaitable[ScanPage]]) -> ScanPage:
        """Ask for as many keys as are due, and learn from how long that takes."""
        count, began = self.count, perf_counter()
        page = await ask(count)
        self.measured(count, perf_counter() - began)
        return page


async def scan_all(ask: PageAsker, pattern: bytes) -> list[bytes]:
    """Answer every key that matches; one that moved meanwhile may be among them twice."""
    breathe, pace = Breather(), Pace()
    found: list[bytes] = []
    cursor: ScanCursor | None = None
    is_last = False
    while not is_last:
        page = await pace.page(partial(_ask_for, ask, cursor, pattern))
        found += page.keys
        cursor, is_last = page.next, page.next is None
        await breathe()
    return found


async def _ask_for(
    ask: PageAsker, cursor: ScanCursor | None, pattern: bytes, count: int
) -> ScanPage:
    return await ask(cursor, pattern=pattern, count=count)
