"""Every operation of a callback is told, with what it found and changed."""

from __future__ import annotations

import asyncio

import pytest

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.errors import InvalidTtl, NotPermitted
from sinch_cache_gui.cache.interface import Gone, Persist
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.recording import CacheOperation, RecordingCache, Unread


@pytest.fixture
def told() -> list[CacheOperation]:
    return []


@pytest.fixture
def recorded(cache: MemoryCache, clock, told: list[CacheOperation]) -> RecordingCache:
    return RecordingCache(cache, "c1", Event.ICE, clock, told.append)


async def test_writes_tell_before_and_after(recorded, cache, told) -> None:
    await cache.set("k", 1)

    await recorded.set("k", 2, 60)
    await recorded.set("k", 3, None)
    await recorded.extend("k", 30)
    assert await recorded.delete("k")
    assert not await recorded.delete("k")

    assert [(item.name, item.before, item.after, item.ttl_s) for item in told] == [
        ("set", 1, 2, 60),
        ("set", 2, 3, 3600),
        ("extend", Unread.UNREAD, Unread.UNREAD, 30),
        ("delete", 3, None, None),
        ("delete", None, None, None),
    ]
    assert all(item.is_write for item in told)


async def test_writes_tell_how_long_the_key_had_to_live_and_has_now(
    recorded, cache, clock, told
) -> None:
    await recorded.set("k", 1, 600)
    clock.advance(19)
    await recorded.set("k", 2, 600)
    await recorded.extend("k", 300)
    await recorded.delete("k")
    await recorded.extend("k", 300)
    await cache.set("k", 1)
    await cache.change_ttl(b"k", Persist())
    await recorded.extend("k", 300)
    await recorded.set("k", 2, 60)

    assert [(item.name, item.left_before, item.left_after) for item in told] == [
        ("set", Gone(), 600_000),
        ("set", 581_000, 600_000),
        ("extend", 600_000, 900_000),
        ("delete", 900_000, Gone()),
        ("extend", Gone(), Gone()),
        ("extend", None, None),
        ("set", None, 60_000),
    ]


async def test_reads_tell_what_was_found(recorded, cache, told) -> None:
    await cache.set("a:1", {"x": 1})

    assert await recorded.get("a:1") == {"x": 1}
    assert await recorded.has("a:1")
    assert await recorded.keys("a:*") == ["a:1"]
    assert await recorded.get_many(["a:1", "b"]) == {"a:1": {"x": 1}, "b": None}

    assert [(item.name, item.key, item.after) for item in told] == [
        ("get", "a:1", {"x": 1}),
        ("has", "a:1", Unread.UNREAD),
        ("keys", "a:*", Unread.UNREAD),
        ("getMany", "a:1", {"x": 1}),
        ("getMany", "b", None),
    ]
    assert not any(item.is_write for item in told)
    assert [item.has_key for item in told] == [True, True, False, True, True]


async def test_a_failure_is_told_and_still_raised(recorded, told) -> None:
    with pytest.raises(InvalidTtl):
        await recorded.set("k", 1, 0)

    assert told[0].name == "set"
    assert told[0].error


async def test_an_operation_that_is_given_up_is_told(clock, told) -> None:
    class Stuck(MemoryCache):
        async def overwrite(self, key, data, ttl_ms):
            await asyncio.Event().wait()

    recorded = RecordingCache(Stuck(clock), "c1", Event.ICE, clock, told.append)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await recorded.set("k", 1)

    assert [(item.name, item.key) for item in told] == [("set", "k")]
    assert "given up" in told[0].error


async def test_what_was_there_before_is_exact_however_many_write(clock, redis_url, told) -> None:
    """Each write replaces what exactly one other wrote; a look beforehand would see some twice."""
    backend = open_backend(parse_target(redis_url))
    await backend.connect()
    try:
        recorded = RecordingCache(backend, "c1", Event.ICE, clock, told.append)
        await asyncio.gather(*(recorded.set("k", number, 600 + number) for number in range(40)))
        last = await recorded.get("k")
        assert await recorded.delete("k")
    finally:
        await backend.aclose()

    *sets, _, removal = told
    before = [item.before for item in sets if item.before is not None]
    assert sorted([*before, last]) == list(range(40))
    lived = {item.before: item.left_before for item in [*sets, removal]}
    for number in range(40):
        assert (600 + number) * 1000 - 30_000 < lived[number] <= (600 + number) * 1000
    assert lived[None] == Gone()


async def test_a_cache_that_may_not_be_read_is_written_all_the_same(clock, told) -> None:
    class WriteOnly(MemoryCache):
        async def overwrite(self, key, data, ttl_ms):
            raise NotPermitted("No GET", "for this user")

    cache = WriteOnly(clock)
    await RecordingCache(cache, "c1", Event.ICE, clock, told.append).set("k", 1)

    assert await cache.get("k") == 1
    assert (told[0].before, told[0].left_before) == (Unread.UNREAD, Unread.UNREAD)


async def test_bytes_that_are_no_value_are_replaced_and_not_shown(recorded, cache, told) -> None:
    await cache.write(b"k", b"\xff", expected=None, ttl=1000)
    await recorded.set("k", 1)
    assert (told[0].before, told[0].left_before) == (Unread.UNREAD, 1000)


@pytest.mark.parametrize(
    ("key", "is_odd"),
    [
        ("session:undefined", True),
        ("session:null", True),
        ("call:undefined:cli", True),
        ("session:4f1c", False),
        ("undefined", True),
        ("app:nullable", False),
    ],
)
def test_keys_without_an_id_are_warned_of(key: str, is_odd: bool) -> None:
    operation = CacheOperation("c1", Event.ICE, "set", key, 0)

    assert bool(operation.warning) is is_odd
