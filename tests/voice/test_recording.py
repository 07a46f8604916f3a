"""Every operation of a callback is told, with what it found and changed."""

from __future__ import annotations

import asyncio

import pytest

from sinch_cache_gui.cache.errors import InvalidTtl
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
        async def set(self, key, value, ttl=3600):
            await asyncio.Event().wait()

    recorded = RecordingCache(Stuck(clock), "c1", Event.ICE, clock, told.append)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await recorded.set("k", 1)

    assert [(item.name, item.key) for item in told] == [("set", "k")]
    assert "given up" in told[0].error


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
