"""Filling an index by SCAN: page by page, paced, stoppable, and honest about what is missing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from time import perf_counter
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.cache.scanning import Pace
from sinch_cache_gui.pacing import Breather

MEASURE_EVERY: Final = 16
"""One page in so many is not overlapped with our own work, so that its time is the server's."""

FIRST_PAGES: Final = 8
"""The first pages are small; each is shown before the next is asked for."""

DIGEST: Final = 2000
"""Keys put into the index before the loop may breathe."""

TELL_EVERY_S: Final = 0.2
"""Between two words on progress; showing it takes time from loading."""


class CoverageState(Enum):
    """How much of the cache the index knows."""

    LOADING = "loading"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    CATCHING_UP = "catching up"
    """All was known once; changes were missed, and a fresh scan is under way."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The truth about what is shown.

    Attributes:
        state: Whether folders may be incomplete, and why.
        keys: How many keys are known.
        expected: About how many there are; None where nobody can tell.
        elapsed_s: How long the scan took so far.
        reason: Why it failed, is catching up, or was outdated while it stood still, in one line;
            empty otherwise.
        pattern: Only keys that match it are asked for; None for all.
        stale_since_ms: By the cache's clock, since when nothing new can be known because the
            connection is lost; None while there is one.
    """

    state: CoverageState
    keys: int = 0
    expected: int | None = None
    elapsed_s: float = 0.0
    reason: str = ""
    pattern: bytes | None = None
    stale_since_ms: int | None = None


class PageSource(Protocol):
    """The part of a cache a loader needs."""

    async def count_keys(self) -> int | None:
        """Answer about how many keys there are."""
        ...

    async def scan_page(
        self, cursor: ScanCursor | None = None, *, pattern: bytes | None = None, count: int = 1000
    ) -> ScanPage:
        """Answer the next page."""
        ...


class Loader:
    """Scans a cache once, from wherever it stands, handing on every key it sees."""

    def __init__(
        self,
        source: PageSource,
        digest: Callable[[Sequence[bytes]], None],
        told: Callable[[], None],
        pattern: bytes | None = None,
    ) -> None:
        """Stand at the beginning.

        Args:
            source: The cache.
            digest: Takes keys, some of them more than once.
            told: Called a few times a second while there is progress.
            pattern: Asks only for keys that match it.
        """
        self._source = source
        self._digest = digest
        self._told = told
        self._pace = Pace()
        self._cursor: ScanCursor | None = None
        self._is_stopping = False
        self._told_at = 0.0
        self._since: float | None = None
        self._before_s = 0.0
        self.pattern = pattern
        self.state = CoverageState.LOADING
        self.expected: int | None = None
        self.reason = ""

    @property
    def elapsed_s(self) -> float:
        """How long scanning took so far, without the time it stood still."""
        return self._before_s + (0.0 if self._since is None else perf_counter() - self._since)

    def stop(self) -> None:
        """Stand still after the page under way; `run` goes on from there."""
        self._is_stopping = True

    async def run(self) -> None:
        """Scan until all is seen, `stop` is called, or the cache fails: then `state` says which."""
        self._is_stopping = False
        self.reason = ""
        self.state = CoverageState.LOADING
        self._since = perf_counter()
        ended = CoverageState.STOPPED
        try:
            self.expected = await self._source.count_keys()
            ended = await self._scan()
        except CacheError as error:
            ended = CoverageState.FAILED
            self.reason = error.title
        finally:
            self._before_s, self._since = self.elapsed_s, None
            self.state = ended
        self._told()

    async def _scan(self) -> CoverageState:
        breathe = Breather()
        pages: asyncio.Queue[ScanPage | None] = asyncio.Queue()
        asking = asyncio.create_task(self._ask(pages))
        try:
            while (page := await pages.get()) is not None:
                await self._take_in(page, breathe)
                pages.task_done()
            await asking
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        return CoverageState.COMPLETE if self._cursor is None else CoverageState.STOPPED

    async def _ask(self, pages: asyncio.Queue[ScanPage | None]) -> None:
        """Put page after page, then None; each is asked for while the one before is taken in."""
        try:
            for number in itertools.count(1):
                is_measured = number <= FIRST_PAGES or number % MEASURE_EVERY == 0
                if is_measured or self._pace.is_in_doubt:
                    await pages.join()
                    page = await self._pace.page(self._page)
                else:
                    page = await self._page(self._pace.count)
                await pages.join()  # no more than one page is to wait
                self._cursor = page.next
                pages.put_nowait(page)
                if page.next is None or self._is_stopping:
                    return
        finally:
            pages.put_nowait(None)

    async def _page(self, count: int) -> ScanPage:
        return await self._source.scan_page(self._cursor, pattern=self.pattern, count=count)

    async def _take_in(self, page: ScanPage, breathe: Breather) -> None:
        keys = page.keys
        for start in range(0, len(keys), DIGEST):
            self._digest(keys[start : start + DIGEST] if len(keys) > DIGEST else keys)
            await breathe()
        now = perf_counter()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._told()
