"""Values are looked through at a pace, within bounds, and what was not searched is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
import redis

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, KeyInfo
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.keyspace.value_search import (
    FIRST_BYTES,
    MIDDLE_BYTES,
    MOST_BYTES,
    MOST_FOUND,
    ValueSearch,
)

KEYS = [b"session:%d" % number for number in range(350)]


@pytest.fixture(params=["memory", "redis", "redis below a prefix"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[CacheBackend]:
    inner: CacheBackend = MemoryCache()
    if request.param.startswith("redis"):
        inner = RedisCache(parse_target(request.getfixturevalue("redis_url")))
    if "prefix" in request.param:
        inner = CacheView(inner, prefix=b"fn:")
    await inner.connect()
    yield inner
    await inner.aclose()


async def put(cache: CacheBackend, key: bytes, data: bytes) -> None:
    await cache.write(key, data, expected=None, ttl=600_000)


async def needle(data: bytes) -> int | None:
    at = data.find(b"needle")
    return None if at < 0 else at


def search_of(cache: CacheBackend, keys: Sequence[bytes]) -> ValueSearch[int]:
    return ValueSearch(cache, keys, needle, lambda: None)


async def test_values_of_every_size_are_read_whole(cache: CacheBackend) -> None:
    sizes = (0, 100, FIRST_BYTES, FIRST_BYTES + 1, MIDDLE_BYTES, MIDDLE_BYTES + 1, 300_000)
    keys = [b"k:%d" % size for size in sizes]
    for key, size in zip(keys, sizes, strict=True):
        await put(cache, key, bytes(size) + b"needle")
        await put(cache, key + b":hay", bytes(size) + b"straw")
    search = search_of(cache, [*keys, *(key + b":hay" for key in keys), b"gone"])
    await search.run()
    assert {one.key: one.match for one in search.found} == dict(zip(keys, sizes, strict=True))
    assert {one.size for one in search.found} == {size + 6 for size in sizes}
    assert (search.looked_at, search.total, search.gone, search.cut_short) == (15, 15, 1, 0)
    assert all(one.deadline_ms is not None for one in search.found)


async def test_of_a_huge_value_only_the_head_is_searched_and_that_is_told() -> None:
    cache = MemoryCache()
    await put(cache, b"early", b"needle" + bytes(MOST_BYTES))
    await put(cache, b"late", bytes(MOST_BYTES) + b"needle")
    search = search_of(cache, (b"early", b"late"))
    await search.run()
    assert [one.key for one in search.found] == [b"early"]
    assert search.cut_short == 2


async def test_other_types_are_counted_and_passed_over(
    redis_cache: CacheBackend, raw: redis.Redis
) -> None:
    await put(redis_cache, b"text", b"needle")
    raw.hset("hash", "needle", "needle")
    search = search_of(redis_cache, (b"text", b"hash"))
    await search.run()
    assert [one.key for one in search.found] == [b"text"]
    assert (search.looked_at, search.other_types) == (2, 1)


async def test_it_can_be_stopped_and_keeps_what_was_found(cache: CacheBackend) -> None:
    for key in KEYS:
        await put(cache, key, b"needle")

    async def stops_after_ten(data: bytes) -> int | None:
        if len(search.found) == 9:
            search.stop()
        return await needle(data)

    search = ValueSearch(cache, KEYS, stops_after_ten, lambda: None)
    await search.run()
    assert (len(search.found), search.looked_at, search.error) == (10, 10, "")


async def test_a_search_that_found_enough_ends(cache: CacheBackend) -> None:
    await put(cache, b"same", b"needle")
    search = search_of(cache, [b"same"] * (MOST_FOUND + 500))
    await search.run()
    assert len(search.found) == MOST_FOUND
    assert search.is_full


async def test_no_pipeline_asks_for_much_at_once(cache: CacheBackend) -> None:
    class Counting(ForwardingBackend):
        most = 0

        async def describe(
            self, keys: Sequence[bytes], *, preview_bytes: int = 200
        ) -> list[KeyInfo | None]:
            infos = await self._inner.describe(keys, preview_bytes=preview_bytes)
            asked = sum(len(info.preview) for info in infos if info is not None)
            self.most = max(self.most, asked)
            return infos

    for number, key in enumerate(KEYS):
        await put(cache, key, bytes(number * 200))
    counting = Counting(cache)
    await search_of(counting, KEYS).run()
    assert counting.most <= 1 << 20


async def test_a_lost_connection_is_told_and_what_was_found_is_kept() -> None:
    class Dying(ForwardingBackend):
        asked = 0

        async def describe(
            self, keys: Sequence[bytes], *, preview_bytes: int = 200
        ) -> list[KeyInfo | None]:
            self.asked += 1
            if self.asked > 2:
                raise CacheUnreachable("The connection was lost")
            return await self._inner.describe(keys, preview_bytes=preview_bytes)

    cache = MemoryCache()
    for key in KEYS:
        await put(cache, key, b"needle")
    search = search_of(Dying(cache), KEYS)
    await search.run()
    assert (len(search.found), search.looked_at) == (200, 200)
    assert search.error == "The connection was lost"
