"""The cache of development: its own clock, its sweep, its feeds."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import aclosing
from time import thread_time
from typing import TYPE_CHECKING

import pytest

from sinch_cache_gui.cache.errors import WrongType
from sinch_cache_gui.cache.feed import (
    Change,
    ChangeKind,
    Changes,
    ChangesMissed,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
)
from sinch_cache_gui.cache.interface import ExpireIn, Gone, KeyType, Saved, Snapshot, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.wall_clock import wall_clock_ms

if TYPE_CHECKING:
    from tests.cache.conftest import HandClock


@pytest.fixture
def cache(clock: HandClock) -> MemoryCache:
    return MemoryCache(clock)


@pytest.fixture
async def feed(cache: MemoryCache) -> AsyncIterator[AsyncIterator[FeedEvent]]:
    async with aclosing(cache.watch()) as events:
        assert await anext(events) == LiveStatus(LiveSource.MEMORY)
        yield events


async def test_a_key_ends_at_its_deadline_and_not_before(
    cache: MemoryCache, clock: HandClock
) -> None:
    await cache.set("session:1", {"a": 1}, 60)
    clock.now += 59_999
    assert await cache.has("session:1")
    clock.now += 1
    assert not await cache.has("session:1")
    assert await cache.count_keys() == 0


async def test_a_key_nobody_touches_is_neither_counted_nor_shown_after_its_deadline(
    cache: MemoryCache, clock: HandClock
) -> None:
    for number in range(100):
        await cache.set(f"rate:{number}", number, 10)
    await cache.set("stays", 1, 100)
    clock.now += 10_000
    assert await cache.count_keys() == 1
    assert (await cache.scan_page()).keys == [b"stays"]
    assert await cache.keys() == ["stays"]


async def test_a_key_whose_time_comes_while_it_is_renamed_is_moved_or_gone() -> None:
    for ttl_ms in range(1, 10):
        ticks = itertools.count()
        cache = MemoryCache(lambda ticks=ticks: next(ticks))  # time passes between any two looks
        await cache.write(b"new", b"2", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        saved = await cache.write(b"old", b"1", expected=None, ttl=ttl_ms)
        assert isinstance(saved, Saved)
        outcome = await cache.rename(b"old", b"new", overwrites=True)
        is_moved = isinstance(outcome, Saved) and outcome.deadline_ms == saved.deadline_ms
        assert is_moved or outcome == Gone()


async def test_the_feed_tells_of_every_write_in_order(
    cache: MemoryCache, clock: HandClock, feed: AsyncIterator[FeedEvent]
) -> None:
    await cache.set("a", 1, 60)
    await cache.extend("a", 60)
    await cache.delete("a")
    assert await anext(feed) == Changes(
        (
            Change(b"a", ChangeKind.WRITTEN, clock.now + 60_000),
            Change(b"a", ChangeKind.TTL_CHANGED, clock.now + 120_000),
            Change(b"a", ChangeKind.DELETED),
        )
    )


async def test_a_moved_clock_expires_keys_that_nobody_touches(
    cache: MemoryCache, clock: HandClock, feed: AsyncIterator[FeedEvent]
) -> None:
    await cache.set("a", 1, 60)
    await anext(feed)
    expired = asyncio.ensure_future(anext(feed))
    clock.now += 60_000
    cache.clock_moved()
    assert await expired == Changes((Change(b"a", ChangeKind.EXPIRED),))


async def test_the_feed_wakes_by_itself_at_a_deadline() -> None:
    cache = MemoryCache()
    async with aclosing(cache.watch()) as feed:
        await anext(feed)
        await cache.write(b"a", b"1", expected=None, ttl=30)
        await anext(feed)
        deadline = wall_clock_ms() + 30
        assert await anext(feed) == Changes((Change(b"a", ChangeKind.EXPIRED),))
        assert wall_clock_ms() - deadline < 1000


async def test_a_slow_feed_is_told_that_it_missed_changes(
    cache: MemoryCache, feed: AsyncIterator[FeedEvent]
) -> None:
    await cache.set("counter", 0)
    for _ in range(60_000):
        await cache.write(b"other", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await cache.remove(b"other")
    assert isinstance(await anext(feed), ChangesMissed)
    await cache.set("counter", 1)
    following = await anext(feed)
    assert isinstance(following, Changes)
    assert [change.key for change in following.changes] == [b"counter"]


async def test_every_feed_is_told(cache: MemoryCache, feed: AsyncIterator[FeedEvent]) -> None:
    async with aclosing(cache.watch()) as second:
        await anext(second)
        await cache.set("a", 1)
        assert await anext(feed) == await anext(second)


async def test_clearing_tells_that_all_keys_are_gone(
    cache: MemoryCache, feed: AsyncIterator[FeedEvent]
) -> None:
    await cache.set("a", 1)
    await cache.clear()
    await cache.set("b", 1)
    assert await anext(feed) == Flushed()
    changes = await anext(feed)
    assert isinstance(changes, Changes)
    assert [change.key for change in changes.changes] == [b"b"]
    assert await cache.keys() == ["b"]


async def test_closing_ends_the_feeds(cache: MemoryCache, feed: AsyncIterator[FeedEvent]) -> None:
    await cache.aclose()
    await cache.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(feed)


async def test_a_scan_meets_every_key_that_stays_whatever_comes_and_goes(
    cache: MemoryCache,
) -> None:
    stable = {f"stable:{number}" for number in range(500)}
    for number in range(500):
        await cache.set(f"stable:{number}", 1)
        await cache.set(f"passing:{number}", 1)
    seen: set[bytes] = set()
    page = await cache.scan_page(count=50)
    number = 0
    while True:
        seen.update(page.keys)
        await cache.delete(f"passing:{number}")
        await cache.delete(f"passing:{499 - number}")
        await cache.set(f"new:{number}", 1)
        number += 1
        if page.next is None:
            break
        page = await cache.scan_page(page.next, count=50)
    assert stable <= {key.decode() for key in seen}


async def test_many_keys_are_scanned_in_short_slices(clock: HandClock) -> None:
    cache = MemoryCache(clock)
    for number in range(300_000):
        key = b"session:%d" % number
        await cache.write(key, b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    longest, total = 0.0, 0
    cursor = None
    while True:
        began = thread_time()
        page = await cache.scan_page(cursor, pattern=b"session:*")
        longest = max(longest, thread_time() - began)
        total += len(page.keys)
        cursor = page.next
        if cursor is None:
            break
    assert total == 300_000
    assert longest < 0.02


async def test_a_snapshot_of_another_type_cannot_be_restored(cache: MemoryCache) -> None:
    with pytest.raises(WrongType, match="hash"):
        await cache.restore(Snapshot(b"h", KeyType.HASH, b"\x04...", None))


async def test_a_snapshot_past_its_deadline_stays_gone(
    cache: MemoryCache, clock: HandClock
) -> None:
    await cache.set("a", 1, 60)
    removed = await cache.remove(b"a")
    assert not isinstance(removed, Gone)
    clock.now += 60_000
    assert await cache.restore(removed.before) == Gone()


async def test_a_ttl_changed_to_what_it_was_is_no_change(
    cache: MemoryCache, feed: AsyncIterator[FeedEvent]
) -> None:
    await cache.set("a", 1, 60)
    await cache.change_ttl(b"a", ExpireIn(60_000))
    await cache.set("b", 1, 60)
    changes = await anext(feed)
    assert isinstance(changes, Changes)
    assert [change.kind for change in changes.changes] == [ChangeKind.WRITTEN] * 2
