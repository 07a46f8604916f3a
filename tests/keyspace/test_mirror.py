"""The mirror shows what the cache holds, from the first page to the last change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.feed import Change, ConnectionLost, LiveSource, LiveStatus
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, KeyInfo, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace import applier
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror


class Witness:
    """Writes down what a mirror tells, and wakes whoever waits for something to be true."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.changes: list[Change] = []
        self.coverages: list[Coverage] = []
        self.flushes = 0
        self.when_told: Callable[[], None] = lambda: None
        self._news = asyncio.Event()
        mirror.listen(self)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def complete(self) -> None:
        await self.until(lambda: self.mirror.coverage.state is CoverageState.COMPLETE)

    def index_replaced(self) -> None:
        self._news.set()

    def coverage_changed(self, coverage: Coverage) -> None:
        self.coverages.append(coverage)
        self.when_told()
        self._news.set()

    def live_changed(self, status: LiveStatus, changes_per_s: float) -> None:
        self._news.set()

    def keys_changed(self, changes: tuple[Change, ...]) -> None:
        self.changes.extend(changes)
        self._news.set()

    def flushed(self) -> None:
        self.flushes += 1
        self._news.set()

    def values_may_have_changed(self) -> None:
        self._news.set()

    def details_changed(self, keys: tuple[bytes, ...]) -> None:
        self._news.set()

    def connection_lost(self, event: ConnectionLost) -> None:
        self._news.set()

    def connection_restored(self) -> None:
        self._news.set()


@asynccontextmanager
async def mirror_of(cache: CacheBackend) -> AsyncIterator[tuple[Mirror, Witness]]:
    mirror = Mirror(cache, memory_settled=lambda: None)
    witness = Witness(mirror)
    running = asyncio.create_task(mirror.run())
    try:
        yield mirror, witness
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cache.aclose()


async def filled(keys: Sequence[str]) -> MemoryCache:
    cache = MemoryCache()
    await cache.connect()
    for key in keys:
        await cache.set(key, 1)
    return cache


async def test_it_loads_every_key_and_says_it_is_complete() -> None:
    cache = await filled([f"session:{i}" for i in range(3000)])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        assert mirror.coverage.keys == 3000
        assert mirror.index.row_at(0).count == 3000
        assert mirror.live_status.source is LiveSource.MEMORY


class Unsaid(ForwardingBackend):
    """A cache in which a key has gone and nobody was told."""

    gone = b""

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        found = await super().describe(keys, preview_bytes=preview_bytes)
        return [None if key == self.gone else info for key, info in zip(keys, found, strict=True)]


async def test_a_key_that_is_looked_up_in_vain_is_shown_no_more() -> None:
    cache = Unsaid(await filled(["a:1", "a:2"]))
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        assert await mirror.look_up(b"a:1")
        cache.gone = b"a:1"
        assert not await mirror.look_up(b"a:1")
        await witness.until(lambda: b"a:1" not in mirror.index)
        assert mirror.key_count == 1


async def test_it_follows_what_comes_and_goes() -> None:
    cache = await filled(["a:1", "a:2"])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        await cache.set("b:1", 1)
        await cache.delete("a:1")
        await witness.until(lambda: b"b:1" in mirror.index and b"a:1" not in mirror.index)
        assert sorted(mirror.index) == [b"a:2", b"b:1"]
        assert {change.key for change in witness.changes} == {b"b:1", b"a:1"}


async def test_a_cleared_cache_is_an_empty_tree_that_goes_on_living() -> None:
    cache = await filled([f"a:{i}" for i in range(100)])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        await cache.clear()
        await witness.until(lambda: witness.flushes == 1)
        assert mirror.index.row_count() == 0
        await cache.set("a:new", 1)
        await witness.until(lambda: mirror.key_count == 1)


async def test_a_filter_shows_what_it_means_and_follows_changes() -> None:
    cache = await filled(["session:1", "session:2", "rate:1"])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        mirror.index.expand(b"session")
        mirror.set_filter("*:1")
        await witness.until(lambda: sorted(mirror.index) == [b"rate:1", b"session:1"])
        paths = [mirror.index.row_at(row).path for row in range(mirror.index.row_count())]
        assert paths == [b"rate", b"session", b"session:1"], "what was expanded stays so"
        await cache.set("new:1", 1)
        await cache.set("new:2", 1)
        await witness.until(lambda: b"new:1" in mirror.index)
        assert b"new:2" not in mirror.index
        assert mirror.key_count == 5
        mirror.set_filter("")
        await witness.until(lambda: b"new:2" in mirror.index)


async def test_loading_stops_where_it_is_told_and_goes_on_from_there() -> None:
    cache = await filled([f"k{i}" for i in range(5000)])
    async with mirror_of(cache) as (mirror, witness):
        witness.when_told = mirror.stop_loading
        await witness.until(lambda: mirror.coverage.state is CoverageState.STOPPED)
        assert 0 < mirror.key_count < 5000
        assert mirror.coverage.expected == 5000
        witness.when_told = lambda: None
        mirror.resume_loading()
        await witness.complete()
        assert mirror.key_count == 5000


async def test_a_reload_keeps_the_tree_and_ends_with_the_truth() -> None:
    cache = await filled([f"a:{i}" for i in range(100)])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        mirror.index.expand(b"a")
        before = mirror.index
        mirror.reload()
        assert mirror.index is before
        await witness.until(lambda: mirror.index is not before)
        assert mirror.index.row_count() == 101


async def test_details_are_fetched_for_wanted_keys_and_follow_changes() -> None:
    cache = await filled(["a", "b"])
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        assert mirror.details.get(b"a") is None
        mirror.details.want([b"a"])
        await witness.until(lambda: mirror.details.get(b"a") is not None)
        assert mirror.details.get(b"b") is None
        await cache.set("a", "something longer")
        await witness.until(lambda: b"longer" in mirror.details.get(b"a").preview)


async def test_an_expired_key_leaves_and_is_said_to_have_expired() -> None:
    now = 1_000_000
    cache = MemoryCache(lambda: now)
    await cache.write(b"a", b"1", expected=None, ttl=5_000)
    await cache.write(b"b", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        mirror.details.want([b"a", b"b"])
        await witness.until(lambda: mirror.details.get(b"a") is not None)
        now += 5_001
        cache.clock_moved()
        await witness.until(lambda: bool(witness.changes))
        assert [(change.key, change.kind.value) for change in witness.changes] == [
            (b"a", "expired")
        ]
        assert mirror.is_leaving(b"a")
        await witness.until(lambda: b"a" not in mirror.index)
        assert list(mirror.index) == [b"b"]


async def test_a_mirror_that_has_ended_tells_of_no_row_that_was_leaving(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applier, "LEAVE_S", 0.2)
    now = 1_000_000
    cache = MemoryCache(lambda: now)
    await cache.write(b"a", b"1", expected=None, ttl=5_000)
    async with mirror_of(cache) as (mirror, witness):
        await witness.complete()
        mirror.details.want([b"a"])
        await witness.until(lambda: mirror.details.get(b"a") is not None)
        now += 5_001
        cache.clock_moved()
        await witness.until(lambda: mirror.is_leaving(b"a"))
    told = len(witness.coverages)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await witness.until(lambda: len(witness.coverages) > told)


async def test_on_a_real_redis_it_loads_and_follows_other_clients(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as other:
        await other.mset({f"session:{number}": "{}" for number in range(500)})
        await other.rpush("a:list", "1", "2")
        backend = open_backend(parse_target(redis_url))
        await backend.connect()
        async with mirror_of(backend) as (mirror, witness):
            await witness.complete()
            assert set(mirror.index) == {key async for key in other.scan_iter()}
            await other.set("rate:+4670", "1", px=300)
            await other.delete("session:7")
            await witness.until(lambda: b"rate:+4670" in mirror.index)
            await witness.until(lambda: b"session:7" not in mirror.index)
            mirror.details.want([b"a:list"])
            await witness.until(lambda: mirror.details.get(b"a:list") is not None)
            assert mirror.details.get(b"a:list").type == "list"
            await witness.until(lambda: b"rate:+4670" not in mirror.index)
