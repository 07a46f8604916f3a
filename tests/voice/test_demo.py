"""The demo is small, believable, and the same each time."""

from __future__ import annotations

import re

from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.voice.demo import fill_demo


async def content(cache: MemoryCache) -> dict[str, object]:
    keys = await cache.keys()
    return await cache.get_many(sorted(keys))


async def test_it_fills_a_cache_with_what_it_says(cache: MemoryCache, clock) -> None:
    count = await fill_demo(cache, now_ms=clock())

    keys = await cache.keys()
    assert len(keys) == count
    assert 50 <= count <= 70
    assert {key.split(":")[0] for key in keys} == {"session", "rate", "customer", "app", "greeting"}


async def test_it_is_the_same_each_time(clock) -> None:
    first, second, other = MemoryCache(clock), MemoryCache(clock), MemoryCache(clock)
    await fill_demo(first, now_ms=clock())
    await fill_demo(second, now_ms=clock())
    await fill_demo(other, now_ms=clock(), seed=7)

    assert await content(first) == await content(second)
    assert await content(first) != await content(other)


async def test_some_keys_expire_soon_and_some_late(cache: MemoryCache, clock) -> None:
    await fill_demo(cache, now_ms=clock())

    keys = [key.encode() for key in await cache.keys()]
    left_s = sorted((deadline - clock()) // 1000 for deadline in await cache.deadlines(keys))
    assert left_s[0] < 60
    assert left_s[-1] > 86_400


async def test_a_session_began_when_its_ttl_says(cache: MemoryCache, clock) -> None:
    await fill_demo(cache, now_ms=clock())

    for key in await cache.keys("session:*"):
        session = await cache.get(key)
        (deadline,) = await cache.deadlines([key.encode()])
        assert deadline - session["startTime"] == 600_000


async def test_every_number_is_kept_free_for_fiction(cache: MemoryCache, clock) -> None:
    await fill_demo(cache, now_ms=clock())

    numbers = re.findall(r"\+\d+", str(await content(cache)))
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"\+467017406\d\d|\+1\d{3}55501\d\d", number), number
