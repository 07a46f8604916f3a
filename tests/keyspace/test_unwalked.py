"""What only a scan saw, or missed, is put right by the next walk of a feed that polls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.feed import FeedEvent, LiveSource, Walked
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, ScanCursor, ScanPage
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror

POLL_S: Final = 0.3
"""Long beside one page, so that what happens around a page falls between two walks."""


class Disturbed(ForwardingBackend):
    """A cache in which others are at work just before and after a page is read for the tree."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None
        self.walks = 0

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        self.before()
        try:
            return await self._inner.scan_page(cursor, pattern=pattern, count=count, type_=type_)
        finally:
            self.after()

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        async for event in self._inner.watch():
            yield event
            self.walks += isinstance(event, Walked)


@pytest.fixture
def plain_user(raw: redis_client.Redis) -> Iterator[str]:
    """One who may neither track changes nor be notified of them."""
    rights = ["on", ">pw", "~*", "&*", "+@all", "-client|tracking", "-psubscribe"]
    raw.execute_command("ACL", "SETUSER", "plain", *rights)
    yield "plain"
    raw.execute_command("ACL", "DELUSER", "plain")


@asynccontextmanager
async def polled(
    redis_url: str, user: str, disturb: Callable[[Disturbed], None], prefix: bytes = b""
) -> AsyncIterator[tuple[Disturbed, Mirror]]:
    target = replace(parse_target(redis_url), username=user, password="pw")
    inner = RedisCache(target, live=LivePlan(poll_s=POLL_S, prefix=prefix))
    cache = Disturbed(CacheView(inner, prefix=prefix) if prefix else inner)
    disturb(cache)
    await cache.connect()
    mirror = Mirror(cache, memory_settled=lambda: None)
    running = asyncio.create_task(mirror.run())
    try:
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert mirror.live_status.source is LiveSource.POLLING
        yield cache, mirror
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cache.aclose()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - only the end counts here
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("prefix", [b"", b"fn*:"])
async def test_a_tree_that_a_scan_made_untrue_becomes_true_by_itself(
    redis_url: str, raw: redis_client.Redis, plain_user: str, prefix: bytes
) -> None:
    raw.mset({prefix + b"stays": "1", prefix + b"returns": "1", b"other": "1"})

    def disturb(cache: Disturbed) -> None:
        def before() -> None:
            raw.set(prefix + b"passing", "1")
            raw.delete(prefix + b"returns")

        def after() -> None:
            raw.delete(prefix + b"passing")
            raw.set(prefix + b"returns", "1")

        cache.before, cache.after = before, after

    def is_true(mirror: Mirror) -> bool:
        return {prefix + key for key in mirror.index} == {
            key for key in raw.scan_iter() if key.startswith(prefix)
        }

    async with polled(redis_url, plain_user, disturb, prefix) as (_, mirror):
        assert b"passing" in mirror.index
        assert b"returns" not in mirror.index
        await until(lambda: is_true(mirror))
        mirror.reload()
        await until(lambda: b"passing" in mirror.index)
        await until(lambda: is_true(mirror))


async def test_keys_not_to_be_known_are_not_brought_in(
    redis_url: str, raw: redis_client.Redis, plain_user: str
) -> None:
    raw.mset({"a:1": "1", "b:1": "1"})
    async with polled(redis_url, plain_user, lambda _: None) as (cache, mirror):
        cache.before = lambda: raw.set("a:passing", "1")
        cache.after = lambda: raw.delete("a:passing")
        mirror.load_only(b"a:*")
        await until(lambda: b"a:passing" in mirror.index)
        walks = cache.walks
        await until(lambda: cache.walks >= walks + 2)
        assert set(mirror.index) == {b"a:1"}


async def test_a_scan_that_was_stopped_is_not_completed_by_a_walk(
    redis_url: str, raw: redis_client.Redis, plain_user: str
) -> None:
    names = {b"k:%d" % number for number in range(3000)}
    raw.mset(dict.fromkeys(names, "1"))
    async with polled(redis_url, plain_user, lambda _: None) as (cache, mirror):
        assert set(mirror.index) == names
        cache.after = mirror.stop_loading
        mirror.load_only(b"k:*")
        await until(lambda: mirror.coverage.state is CoverageState.STOPPED)
        few = set(mirror.index)
        assert few < names
        gone = few.pop()
        raw.delete(gone)
        walks = cache.walks
        await until(lambda: cache.walks >= walks + 2 and gone not in mirror.index)
        assert set(mirror.index) == few
