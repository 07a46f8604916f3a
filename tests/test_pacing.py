"""Long work holds the loop for a slice at most, and for less where others need it too."""

from __future__ import annotations

import asyncio
import weakref

from sinch_cache_gui.pacing import FREED_AT_ONCE, Breather, Kept
from tests.clock import Clock


async def slices_ms(*, others_ms: int) -> list[int]:
    """Work in steps of 1 ms beside others who take so long in every turn; answer its slices."""
    clock = Clock()
    breathe = Breather(slice_s=8, clock=clock)
    slices, began = list[int](), clock.ms
    done = asyncio.Event()

    async def others() -> None:
        nonlocal began
        while not done.is_set():
            slices.append(clock.ms - began)
            clock.ms += others_ms
            began = clock.ms
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    for _ in range(100):
        clock.ms += 1
        await breathe()
    done.set()
    await beside
    return slices[1:-1]


async def test_alone_it_takes_whole_slices() -> None:
    assert set(await slices_ms(others_ms=0)) == {8}


async def test_beside_as_much_other_work_too() -> None:
    assert set(await slices_ms(others_ms=8)) == {8}


async def test_where_others_hold_the_loop_longer_it_takes_half_as_much() -> None:
    slices = await slices_ms(others_ms=20)
    assert set(slices[1:]) == {4}


class Thing:
    """Can be seen to go."""


async def test_very_many_things_go_some_at_a_time() -> None:
    things = [Thing() for _ in range(3 * FREED_AT_ONCE)]
    seen = weakref.WeakSet(things)
    kept = Kept(things)
    del things
    del kept
    counts = []
    while seen:
        counts.append(len(seen))
        await asyncio.sleep(0)
    assert counts == [2 * FREED_AT_ONCE, FREED_AT_ONCE]


def test_without_a_loop_nothing_is_held_back() -> None:
    thing = Thing()
    seen = weakref.ref(thing)
    kept = Kept([thing] * (2 * FREED_AT_ONCE))
    del thing
    del kept
    assert seen() is None
