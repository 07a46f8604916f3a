"""While the cache cannot be reached, the mirror keeps what it knew and says since when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

from sinch_cache_gui.cache.feed import ChangesMissed, ConnectionLost, ConnectionRestored, FeedEvent
from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror


class ToldCache(MemoryCache):
    """A cache whose feed tells nothing but what the test says."""

    def __init__(self) -> None:
        super().__init__(lambda: 1_000_000)
        self.news: asyncio.Queue[FeedEvent] = asyncio.Queue()
        self.when_asked: Callable[[], None] = lambda: None

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        self.when_asked()
        return await super().scan_page(cursor, pattern=pattern, count=count, type_=type_)

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        inner = super().watch()
        yield await anext(inner)
        try:
            while True:
                yield await self.news.get()
        finally:
            await inner.aclose()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - only the end counts here
            await asyncio.sleep(0.002)


@asynccontextmanager
async def mirrored() -> AsyncIterator[tuple[ToldCache, Mirror]]:
    cache = ToldCache()
    for number in range(5000):
        await cache.set(f"k:{number}", 1)
    mirror = Mirror(cache, memory_settled=lambda: None)
    running = asyncio.create_task(mirror.run())
    try:
        yield cache, mirror
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cache.aclose()


async def test_what_was_known_stays_and_is_said_to_be_stale() -> None:
    async with mirrored() as (cache, mirror):
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        await cache.news.put(ConnectionLost("No answer from here", 500))
        await until(lambda: mirror.is_stale)
        assert mirror.key_count == 5000
        assert mirror.coverage.stale_since_ms == 1_000_000
        await cache.delete("k:1")
        await cache.news.put(ConnectionRestored())
        await cache.news.put(ChangesMissed("the connection was lost for a while"))
        await until(lambda: mirror.key_count == 4999)
        assert not mirror.is_stale
        assert mirror.coverage.stale_since_ms is None


async def test_after_a_stop_missed_changes_are_told_and_continue_starts_over() -> None:
    async with mirrored() as (cache, mirror):
        cache.when_asked = mirror.stop_loading
        await until(lambda: mirror.coverage.state is CoverageState.STOPPED)
        cache.when_asked = lambda: None
        seen = set(mirror.index)
        for key in seen:
            await cache.delete(key.decode())
        await cache.news.put(ChangesMissed("the connection was lost for a while"))
        await until(lambda: bool(mirror.coverage.reason))
        assert mirror.coverage.state is CoverageState.STOPPED, "the user's wish stands"
        assert set(mirror.index) == seen
        mirror.resume_loading()
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert mirror.key_count == 5000 - len(seen), "what was loaded before is not believed"
        assert mirror.coverage.reason == ""
