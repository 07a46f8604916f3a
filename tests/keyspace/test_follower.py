"""What happens between two frames arrives as one burst, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sinch_cache_gui.cache.errors import NotPermitted
from sinch_cache_gui.cache.feed import (
    Change,
    ChangeKind,
    Changes,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
)
from sinch_cache_gui.keyspace.follower import ChangeRate, Follower, merged


def written(key: bytes, deadline_ms: int | None = None) -> Change:
    return Change(key, ChangeKind.WRITTEN, deadline_ms)


def deleted(key: bytes) -> Change:
    return Change(key, ChangeKind.DELETED)


def test_only_the_last_change_of_a_key_counts_between_two_other_events() -> None:
    events: list[FeedEvent] = [
        Changes((written(b"a", 1), written(b"b"))),
        Changes((written(b"a", 2),)),
        Flushed(),
        Changes((written(b"a", 3), deleted(b"a"))),
    ]
    assert merged(events) == [
        Changes((written(b"b"), written(b"a", 2))),
        Flushed(),
        Changes((deleted(b"a"),)),
    ]


class Feed:
    def __init__(self) -> None:
        self.events: asyncio.Queue[FeedEvent] = asyncio.Queue()

    async def watch(self) -> AsyncIterator[FeedEvent]:
        while True:
            yield await self.events.get()


async def test_a_thousand_changes_are_few_bursts() -> None:
    feed, bursts = Feed(), list[Changes]()
    all_there = asyncio.Event()

    async def apply(event: FeedEvent) -> None:
        assert isinstance(event, Changes)
        bursts.append(event)
        if sum(len(burst.changes) for burst in bursts) == 1000:
            all_there.set()

    follower = Follower(feed, apply)
    running = asyncio.create_task(follower.run())
    for number in range(1000):
        feed.events.put_nowait(Changes((written(b"%d" % number),)))
    await asyncio.wait_for(all_there.wait(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(bursts) <= 3
    keys = [change.key for burst in bursts for change in burst.changes]
    assert keys == [b"%d" % number for number in range(1000)]
    assert follower.rate.per_second() > 0


class Refusing:
    async def watch(self) -> AsyncIterator[FeedEvent]:
        raise NotPermitted("The server does not let this user follow changes")
        yield Flushed()


async def test_a_cache_that_cannot_be_followed_says_so() -> None:
    told: asyncio.Queue[FeedEvent] = asyncio.Queue()
    running = asyncio.create_task(Follower(Refusing(), told.put).run())
    event = await asyncio.wait_for(told.get(), 10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert event == LiveStatus(LiveSource.NONE, "The server does not let this user follow changes")


def test_the_rate_is_a_mean_over_the_last_seconds() -> None:
    now = 100.0
    rate = ChangeRate(lambda: now)
    rate.count(30)
    assert rate.per_second() == 10
    now += 2
    rate.count(30)
    assert rate.per_second() == 20
    now += 2
    assert rate.per_second() == 10
    now += 5
    assert rate.per_second() == 0
