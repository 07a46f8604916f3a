"""Keys come into another cache byte for byte, with the time they have left, and none is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from redis.asyncio import Redis

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import CacheBackend, Snapshot, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.copying import CHANGED_WHILE_MOVING, SAME_CACHE, copy_keys
from sinch_cache_gui.keyspace.imports import OnConflict
from tests.clock import Clock


def go_on(_done: int) -> bool:
    return True


@pytest.fixture
def source() -> MemoryCache:
    return MemoryCache(Clock(1_000_000))


@pytest.fixture
def target() -> MemoryCache:
    """Its clock is hours from that of the other."""
    return MemoryCache(Clock(90_000_000))


async def left_ms(cache: CacheBackend, key: bytes) -> int | None:
    held = await cache.snapshot(key)
    assert held is not None
    return None if held.deadline_ms is None else held.deadline_ms - cache.now_ms()


async def test_a_copy_has_the_bytes_and_the_time_left_by_another_clock(
    source: MemoryCache, target: MemoryCache
) -> None:
    await source.write(b"\xff\x00", b"\xfe", expected=None, ttl=60_001)
    await source.write(b"forever", b"1.0", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    keys = (b"\xff\x00", b"forever", b"gone")
    report = await copy_keys(source, target, keys, OnConflict.SKIP, go_on, moves=False)
    assert (report.written, report.gone) == (keys[:2], keys[2:])
    assert await left_ms(target, b"\xff\x00") == 60_001
    assert await left_ms(target, b"forever") is None
    assert await left_ms(source, b"\xff\x00") == 60_001


async def test_a_moved_key_leaves_only_once_it_has_arrived(
    source: MemoryCache, target: MemoryCache
) -> None:
    await source.write(b"a", b"1", expected=None, ttl=1000)
    await source.write(b"b", b"2", expected=None, ttl=1000)
    await target.write(b"b", b"theirs", expected=None, ttl=1000)
    report = await copy_keys(source, target, (b"a", b"b"), OnConflict.SKIP, go_on, moves=True)
    assert (report.written, report.skipped) == ((b"a",), (b"b",))
    assert await source.snapshot(b"a") is None
    kept, theirs = await source.snapshot(b"b"), await target.snapshot(b"b")
    assert (kept and kept.payload, theirs and theirs.payload) == (b"2", b"theirs")


async def test_a_key_written_to_while_it_moves_is_not_taken_away(
    source: MemoryCache, target: MemoryCache
) -> None:
    await source.write(b"a", b"1", expected=None, ttl=1000)

    class Busy(MemoryCache):
        """Somebody writes to the source whenever a key arrives."""

        async def restore(self, snapshot: Snapshot):
            await source.write(b"a", b"newer", expected=b"1", ttl=TtlPolicy.KEEP)
            return await super().restore(snapshot)

    busy = Busy(Clock(5))
    report = await copy_keys(source, busy, (b"a",), OnConflict.SKIP, go_on, moves=True)
    assert report.refused == ((b"a", CHANGED_WHILE_MOVING),)
    kept = await source.snapshot(b"a")
    assert kept is not None
    assert kept.payload == b"newer"


async def test_a_cache_is_not_moved_into_itself(source: MemoryCache) -> None:
    """Two connections may lead to one server: localhost and its address are one."""
    await source.write(b"a", b"1", expected=None, ttl=1000)
    before = await source.snapshot(b"a")
    report = await copy_keys(source, source, (b"a",), OnConflict.OVERWRITE, go_on, moves=True)
    assert await source.snapshot(b"a") == before
    assert (report.written, report.refused) == ((), ((b"a", SAME_CACHE),))


async def test_a_moved_key_of_which_nobody_can_say_that_it_arrived_comes_back(
    source: MemoryCache,
) -> None:
    await source.write(b"a", b"1", expected=None, ttl=1000)

    class Lossy(MemoryCache):
        """It does not answer any more once it was written to."""

        async def exist(self, keys: Sequence[bytes]) -> list[bool]:
            raise CacheUnreachable("No answer")

    report = await copy_keys(source, Lossy(), (b"a",), OnConflict.SKIP, go_on, moves=True)
    assert report.refused == ((b"a", "No answer"),)
    held = await source.snapshot(b"a")
    assert held is not None
    assert held.payload == b"1"


async def test_every_type_goes_between_redis_databases(
    redis_cache: CacheBackend, redis_url: str
) -> None:
    other = open_backend(parse_target(redis_url.rsplit("/", 1)[0] + "/9"))
    await other.connect()
    try:
        async with Redis.from_url(redis_url) as client:
            await client.hset("h", mapping={"field": "value"})
            await client.pexpire("h", 60_000)
            await client.rpush("l", "one", "two")
        report = await copy_keys(
            redis_cache, other, (b"h", b"l"), OnConflict.SKIP, go_on, moves=True
        )
        assert report.written == (b"h", b"l")
        assert await redis_cache.snapshot(b"h") is None
        copied = await other.snapshot(b"h")
        assert copied is not None
        assert copied.type == "hash"
        left = await left_ms(other, b"h")
        assert left is not None
        assert 50_000 < left <= 60_000
        for key in (b"h", b"l"):
            await other.remove(key)
    finally:
        await other.aclose()


async def test_what_the_other_cache_cannot_hold_stays(
    redis_cache: CacheBackend, redis_url: str, target: MemoryCache
) -> None:
    async with Redis.from_url(redis_url) as client:
        await client.rpush("l", "one")
    report = await copy_keys(redis_cache, target, (b"l",), OnConflict.SKIP, go_on, moves=True)
    assert report.written == ()
    ((key, why),) = report.refused
    assert key == b"l"
    assert "list" in why
    assert await redis_cache.snapshot(b"l") is not None
