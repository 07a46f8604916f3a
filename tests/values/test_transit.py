"""A value that is long on its way is told of, and one that is not needs no words."""

from __future__ import annotations

import asyncio

import pytest

from sinch_cache_gui.cache.transfers import Transfer, watch_of_this_task
from sinch_cache_gui.values.transit import Progress, Transit, Way


class Told:
    """What a transit tells, by a clock in the hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.all: list[Progress | None] = []
        self.transit = Transit(lambda: self.now_s)
        self.transit.listen(self.all.append)


def moved(sent: int, to_send: int, received: int = 0) -> None:
    """As a connection tells it."""
    watch = watch_of_this_task()
    assert watch is not None
    watch(Transfer(sent, to_send, received))


async def test_a_second_passes_before_anything_is_told_and_the_end_is_told_too() -> None:
    told = Told()
    with told.transit.reading(1000):
        told.now_s = 0.9
        moved(50, 50, 300)
        assert told.all == []
        told.now_s = 1.0
        moved(50, 50, 400)
        moved(50, 50, 500)  # sooner than anybody reads
        told.now_s = 1.3
        moved(50, 50, 1040)  # with what is around the value
    assert told.all == [
        Progress(Way.FROM_CACHE, 400, 1000),
        Progress(Way.FROM_CACHE, 1000, 1000),
        None,
    ]
    assert watch_of_this_task() is None


async def test_of_a_save_only_what_carries_the_value_is_told() -> None:
    told = Told()
    with told.transit.writing(1000):
        told.now_s = 2
        moved(30, 30, 5000)  # the look at the key before
        moved(700, 2100)
        assert told.all == [Progress(Way.TO_CACHE, 700, 2100)]


async def test_only_what_is_told_of_can_be_stopped() -> None:
    told = Told()
    is_under_way = asyncio.Event()

    async def read() -> None:
        with told.transit.reading(1000):
            is_under_way.set()
            told.now_s += 0.5
            moved(50, 50, 10)
            await asyncio.sleep(0)
            told.now_s += 0.5
            moved(50, 50, 20)
            await asyncio.Event().wait()

    reading = asyncio.create_task(read())
    await is_under_way.wait()
    told.transit.stop()
    assert not told.transit.was_stopped
    await asyncio.sleep(0)
    told.transit.stop()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert told.transit.was_stopped
    assert told.transit.progress is None
