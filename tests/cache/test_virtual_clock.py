"""A clock that is stopped, put forward and sped up, and the keys that follow it."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock


class Source:
    ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


def test_it_follows_its_source_until_told_otherwise() -> None:
    source = Source()
    clock = VirtualClock(source)
    source.ms += 1500

    assert clock() == source.ms
    assert clock.ahead_ms == 0


def test_it_stands_still_and_goes_on_where_it_stood() -> None:
    source = Source()
    clock = VirtualClock(source)
    clock.set_pace(0)
    stood_at = clock()
    source.ms += 60_000
    assert clock() == stood_at

    clock.set_pace(1)
    source.ms += 1000

    assert clock() == stood_at + 1000
    assert clock.ahead_ms == -60_000


def test_it_runs_faster() -> None:
    source = Source()
    clock = VirtualClock(source)
    clock.set_pace(10)
    source.ms += 2000
    assert clock.ahead_ms == 18_000


def test_it_never_goes_back() -> None:
    source = Source()
    clock = VirtualClock(source)
    before = clock()
    source.ms -= 5000
    assert clock() == before
    with pytest.raises(ValueError, match="back"):
        clock.put_forward(-1)
    with pytest.raises(ValueError, match="backwards"):
        clock.set_pace(-1)


async def test_a_session_is_gone_when_half_an_hour_is_skipped() -> None:
    clock = VirtualClock(Source())
    told = []
    clock.listen(lambda: told.append(clock()))
    cache = MemoryCache(clock)
    await cache.set("session:1", {}, 600)

    clock.put_forward(29 * 60_000)

    assert told
    assert not await cache.has("session:1")


async def test_it_steps_to_the_next_expiry_of_the_cache_it_drives() -> None:
    source = Source()
    clock = VirtualClock(source)
    cache = open_backend(parse_target("memory:"), clock=clock)
    assert clock.step() is None
    await cache.set("short", 1, 60)
    await cache.set("long", 1, 3600)

    assert clock.step() == 60_000

    assert not await cache.has("short")
    assert await cache.has("long")
