"""Keys are chosen by their TTL and type, asked for on request only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import redis

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.interface import CacheBackend, Gone, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.conditions import Conditions
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror

NOW = 1_000_000
MINUTE_MS = 60_000


class CountingCache(MemoryCache):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__(lambda: NOW)
        self.asked_for = 0
        self.types_asked_for = 0
        self.fails = False
        self.is_heard = True
        self.answers = asyncio.Event()
        self.answers.set()

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        async for event in super().watch():
            if self.is_heard:
                yield event

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        if self.fails:
            raise CacheUnreachable("No answer from here")
        self.asked_for += len(keys)
        await self.answers.wait()
        await asyncio.sleep(0)
        return await super().deadlines(keys)

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        self.types_asked_for += len(keys)
        return await super().types(keys)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - only the end counts here
            await asyncio.sleep(0.002)


@asynccontextmanager
async def mirrored() -> AsyncIterator[tuple[CountingCache, Mirror]]:
    cache = CountingCache()
    for number in range(600):
        await cache.set(f"session:{number}", 1, 30 if number < 10 else 3600)
        await cache.set(f"rate:{number}", 1, 30 if number < 10 else 3600)
    await cache.write(b"config", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    async with followed(cache) as mirror:
        yield cache, mirror


@asynccontextmanager
async def followed(cache: CacheBackend) -> AsyncIterator[Mirror]:
    mirror = Mirror(cache, memory_settled=lambda: None)
    running = asyncio.create_task(mirror.run())
    try:
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        yield mirror
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cache.aclose()


def is_asked(mirror: Mirror) -> bool:
    return mirror.asked is not None and mirror.asked.is_done and not mirror.is_filtering


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (Conditions(within_ms=MINUTE_MS), 20),
        (Conditions(is_lasting=True), 1),
        (Conditions(type="string"), 1201),
        (Conditions(within_ms=MINUTE_MS, type="string"), 20),
        (Conditions(type="hash"), 0),
    ],
)
async def test_only_keys_that_meet_the_conditions_are_shown(
    conditions: Conditions, found: int
) -> None:
    async with mirrored() as (cache, mirror):
        assert cache.asked_for == 0, "nothing is asked unless it is wished"
        mirror.set_conditions(conditions)
        await until(lambda: is_asked(mirror))
        assert mirror.index.key_count == found
        assert mirror.asked is not None
        assert mirror.asked.as_of_ms == NOW
        assert mirror.asked.percent == 100
        mirror.set_conditions(Conditions())
        assert mirror.index.key_count == 1201
        assert mirror.asked is None


async def test_with_a_filter_only_its_keys_are_asked_for() -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_filter("session:*")
        await until(lambda: not mirror.is_filtering)
        mirror.set_conditions(Conditions(within_ms=MINUTE_MS))
        await until(lambda: is_asked(mirror))
        assert mirror.index.key_count == 10
        assert cache.asked_for == 600


async def test_the_keys_of_a_type_are_found_by_a_scan_and_not_one_by_one() -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_filter("session:")
        mirror.set_conditions(Conditions(type="string"))
        await until(lambda: is_asked(mirror))
        assert mirror.index.key_count == 600
        assert cache.types_asked_for == cache.asked_for == 0


async def test_of_few_names_each_is_asked_for_its_type() -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_filter("session:59*")
        mirror.set_conditions(Conditions(type="string", within_ms=MINUTE_MS))
        await cache.set("session:590", 1, 30)
        await until(lambda: is_asked(mirror))
        assert set(mirror.index) == {b"session:590"}
        assert cache.types_asked_for in (11, 12), "the one that changed may be asked for once more"


async def test_only_loaded_keys_of_a_type_are_shown() -> None:
    async with mirrored() as (_, mirror):
        mirror.load_only(b"rate:*")
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        mirror.set_conditions(Conditions(type="string"))
        await until(lambda: is_asked(mirror))
        assert mirror.index.key_count == 600


async def test_what_changes_later_comes_and_goes_by_its_new_deadline() -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_conditions(Conditions(within_ms=MINUTE_MS))
        await until(lambda: is_asked(mirror))
        await cache.set("session:20", 1, 5)
        await cache.set("session:1", 1, 3600)
        await cache.delete("session:2")
        await until(lambda: b"session:20" in mirror.index)
        await until(lambda: not {b"session:1", b"session:2"} & set(mirror.index))


async def test_what_is_written_later_has_its_type_asked(redis_url: str) -> None:
    other = redis.Redis.from_url(redis_url)
    other.mset({f"string:{number}": "1" for number in range(300)})
    other.hset("hash:0", "field", "1")
    cache = open_backend(parse_target(redis_url))
    await cache.connect()
    async with followed(cache) as mirror:
        mirror.set_filter("hash")
        mirror.set_conditions(Conditions(type="hash"))
        await until(lambda: is_asked(mirror))
        assert set(mirror.index) == {b"hash:0"}
        for number in range(1, 600):
            other.hset(f"hash:{number}", "field", "1")
        other.set("hash:string", "1")
        other.hset("another", "field", "1")
        await until(lambda: mirror.index.key_count == 600)
        other.set("hash:1", "now a string")
        other.delete("hash:2")
        other.delete("hash:string")
        other.hset("hash:string", "now", "a hash")
        await until(lambda: b"hash:string" in mirror.index)
        await until(lambda: not {b"hash:1", b"hash:2"} & set(mirror.index))
        assert mirror.index.key_count == 599
    other.close()


@pytest.mark.parametrize("conditions", [Conditions(type="string"), Conditions(is_lasting=True)])
async def test_what_was_missed_is_asked_about_once_it_is_found(conditions: Conditions) -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_conditions(conditions)
        await until(lambda: is_asked(mirror))
        found = mirror.index.key_count
        cache.is_heard = False
        await cache.write(b"missed", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await cache.remove(b"config")
        mirror.reload()
        await until(lambda: b"missed" in mirror.index and b"config" not in mirror.index)
        assert mirror.index.key_count == found


async def test_loading_again_does_not_ask_again() -> None:
    async with mirrored() as (cache, mirror):
        mirror.set_conditions(Conditions(within_ms=MINUTE_MS))
        await until(lambda: is_asked(mirror))
        before = cache.asked_for
        mirror.reload()
        await until(lambda: mirror.coverage.state is CoverageState.CATCHING_UP)
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert mirror.index.key_count == 20
        assert cache.asked_for == before
        mirror.ask_again()
        await until(lambda: cache.asked_for == 2 * before and is_asked(mirror))


async def test_asking_that_fails_says_why_and_how_far_it_came() -> None:
    async with mirrored() as (cache, mirror):
        cache.fails = True
        mirror.set_conditions(Conditions(is_lasting=True))
        await until(lambda: mirror.asked is not None and bool(mirror.asked.reason))
        assert mirror.asked is not None
        assert not mirror.asked.is_done
        assert mirror.asked.reason == "No answer from here"


def names_shown(mirror: Mirror, prefix: bytes) -> list[bytes]:
    rows = map(mirror.index.row_at, range(mirror.index.row_count()))
    return [row.name for row in rows if row.path.startswith(prefix)]


async def test_what_could_not_be_sorted_is_sorted_once_the_cache_answers() -> None:
    async with mirrored() as (cache, mirror):
        mirror.index.expand(b"rate")
        cache.fails = True
        mirror.sort_by_ttl((b"rate:",))
        await until(lambda: mirror.sorted_by_ttl is not None and bool(mirror.sorted_by_ttl.reason))
        cache.fails = False
        mirror.reload()
        await until(lambda: mirror.sorted_by_ttl is not None and mirror.sorted_by_ttl.is_done)
        assert names_shown(mirror, b"rate:")[:10] == [b"%d" % number for number in range(10)]


async def test_all_is_sorted_though_it_is_loaded_again_meanwhile() -> None:
    async with mirrored() as (cache, mirror):
        for number in range(600, 5000):
            await cache.set(f"rate:{number}", 1, 3600)
        mirror.index.expand(b"rate")
        await until(lambda: len(names_shown(mirror, b"rate:")) == 5000)
        cache.answers.clear()
        mirror.sort_by_ttl((b"rate:",))
        await until(lambda: cache.asked_for > 0)
        mirror.reload()
        await until(lambda: mirror.coverage.state is CoverageState.CATCHING_UP)
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        cache.answers.set()
        await until(lambda: mirror.sorted_by_ttl is not None and mirror.sorted_by_ttl.is_done)
        soonest = [b"%d" % number for number in range(10)]
        await until(lambda: names_shown(mirror, b"rate:")[:10] == soonest)


async def test_only_a_part_is_loaded_and_followed_until_all_is_wanted() -> None:
    async with mirrored() as (cache, mirror):
        mirror.load_only(b"session:*")
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert mirror.coverage.pattern == b"session:*"
        assert mirror.key_count == 600
        await cache.set("rate:new", 1)
        await cache.set("session:new", 1)
        await until(lambda: b"session:new" in mirror.index)
        assert mirror.key_count == 601
        assert await mirror.look_up(b"rate:1")
        assert b"rate:1" in mirror.index, "asked for by name it is shown"
        mirror.load_all()
        assert mirror.coverage.state is CoverageState.LOADING
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert mirror.key_count == 1203
        assert mirror.coverage.pattern is None
