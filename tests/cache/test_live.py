"""Changes of a real Redis are noticed, by every way it may allow, and through its loss."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest
import redis as redis_client

from sinch_cache_gui.cache.feed import (
    Change,
    ChangeKind,
    Changes,
    ChangesMissed,
    ConnectionLost,
    ConnectionRestored,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
    ValuesMayHaveChanged,
)
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView

if TYPE_CHECKING:
    from sinch_cache_gui.cache.connect import Target

Connect = Callable[..., Awaitable[RedisCache]]
Start = Callable[..., tuple[object, object]]
T = TypeVar("T")

PLAN = LivePlan(poll_s=0.05, first_retry_s=0.05, longest_retry_s=0.2, silence_s=0.2)
EVERY_SOURCE = [LiveSource.TRACKING, LiveSource.NOTIFICATIONS, LiveSource.POLLING]


class Follower:
    """Reads a feed, and remembers what it told."""

    def __init__(self, feed: AsyncIterator[FeedEvent]) -> None:
        self._feed = feed
        self.told: list[FeedEvent] = []

    async def until(self, kind: type[T]) -> T:
        """Read on until an event of that kind."""
        async with asyncio.timeout(10):
            while True:
                event = await anext(self._feed)
                self.told.append(event)
                if isinstance(event, kind):
                    return event

    async def changes(self, *keys: bytes) -> dict[bytes, Change]:
        """Read on until each key has changed, and answer its change."""
        found: dict[bytes, Change] = {}
        while not found.keys() >= set(keys):
            found |= {change.key: change for change in (await self.until(Changes)).changes}
        return found

    async def departure(self, key: bytes) -> Change:
        """Read on until the key is gone; a SET and its expiry may be told in two pieces."""
        while not (change := (await self.changes(key))[key]).kind.removes:
            pass
        return change


@asynccontextmanager
async def following(cache: object) -> AsyncIterator[Follower]:
    async with aclosing(cache.watch()) as feed:
        yield Follower(feed)


@pytest.fixture
def notifying(raw: redis_client.Redis) -> Iterator[None]:
    raw.config_set("notify-keyspace-events", "EA")
    yield
    raw.config_set("notify-keyspace-events", "")


@pytest.fixture(params=EVERY_SOURCE, ids=lambda source: source.value)
async def followed(
    request: pytest.FixtureRequest, connected: Connect, target: Target, notifying: None
) -> AsyncIterator[Follower]:
    cache = await connected(target, live=replace(PLAN, sources=(request.param,)))
    async with following(cache) as follower:
        status = await follower.until(LiveStatus)
        assert status.source is request.param
        yield follower


async def test_keys_that_come_and_go_are_told(followed: Follower, raw: redis_client.Redis) -> None:
    raw.set("a", "1", px=600_000)
    raw.rpush("list", "1")
    raw.set(b"\xff", "1")
    told = await followed.changes(b"a", b"list", b"\xff")
    assert not told[b"a"].kind.removes
    assert told[b"a"].deadline_ms == raw.pexpiretime("a")
    assert told[b"list"] == Change(b"list", ChangeKind.WRITTEN, None)
    raw.delete("a")
    await followed.departure(b"a")


async def test_a_key_that_expires_is_told(followed: Follower, raw: redis_client.Redis) -> None:
    raw.set("a", "1", px=300)
    assert not (await followed.changes(b"a"))[b"a"].kind.removes
    assert await followed.departure(b"a") == Change(b"a", ChangeKind.EXPIRED)


async def test_a_flush_is_told(followed: Follower, raw: redis_client.Redis) -> None:
    names = [b"k%d" % number for number in range(3000)]
    raw.mset(dict.fromkeys(names, "1"))
    await followed.changes(*names)
    raw.flushdb()
    await followed.until(Flushed)


async def test_a_cache_that_stays_empty_is_not_told_to_be_flushed(
    connected: Connect,
    target: Target,
    raw: redis_client.Redis,
    notifying: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sinch_cache_gui.cache.live_notifications._LOOK_FOR_FLUSH_S", 0.01)

    async def until(is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not is_so():  # noqa: ASYNC110  a server is asked, it does not tell
                await asyncio.sleep(0.01)

    def looks() -> int:
        return int(raw.info("commandstats").get("cmdstat_dbsize", {"calls": 0})["calls"])

    before = looks()
    plan = replace(PLAN, sources=(LiveSource.NOTIFICATIONS,))
    async with following(await connected(target, live=plan)) as follower:
        await follower.until(LiveStatus)
        flushed = asyncio.create_task(follower.until(Flushed))
        await until(lambda: looks() >= before + 4)
        assert len(follower.told) == 1
        raw.set("a", "1")
        await until(lambda: len(follower.told) == 2)
        raw.flushdb()
        await flushed


async def test_many_changes_arrive_complete(followed: Follower, raw: redis_client.Redis) -> None:
    names = [b"k%d" % number for number in range(3000)]
    raw.mset(dict.fromkeys(names, "1"))
    assert not any(change.kind.removes for change in (await followed.changes(*names)).values())
    raw.delete(*names[:1500])
    told = await followed.changes(*names[:1500])
    assert all(change.kind.removes for change in told.values())


async def test_a_changed_value_is_told(followed: Follower, raw: redis_client.Redis) -> None:
    raw.set("a", "1")
    await followed.changes(b"a")
    raw.set("a", "2")
    while not isinstance(event := await followed.until(object), ValuesMayHaveChanged):
        if isinstance(event, Changes):
            assert event == Changes((Change(b"a", ChangeKind.WRITTEN),))
            break


# ----- choosing a way


async def test_tracking_is_the_first_choice(connected: Connect, target: Target) -> None:
    async with following(await connected(target)) as follower:
        assert await follower.until(LiveStatus) == LiveStatus(LiveSource.TRACKING)


async def test_a_feed_given_up_at_any_moment_leaves_no_connection_behind(target: Target) -> None:
    for turns in range(60):
        cache = RedisCache(target, live=PLAN)
        feed = cache.watch()
        beginning = asyncio.ensure_future(anext(feed))
        for _ in range(turns):
            await asyncio.sleep(0)
        beginning.cancel()
        await asyncio.gather(beginning, return_exceptions=True)
        await feed.aclose()
        await cache.aclose()
        gc.collect()  # a connection left open says so when it is collected


async def test_tracking_needs_no_right_to_configure_or_to_ask_for_information(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.execute_command("ACL", "SETUSER", "plain", "on", ">pw", "~*", "+@all", "-config", "-info")
    try:
        cache = await connected(replace(target, username="plain", password="pw"))
        async with following(cache) as follower:
            assert await follower.until(LiveStatus) == LiveStatus(LiveSource.TRACKING)
    finally:
        raw.execute_command("ACL", "DELUSER", "plain")


@pytest.mark.parametrize(
    ("denied", "flags", "source", "reason"),
    [
        ("-client|tracking", "EA", LiveSource.NOTIFICATIONS, "tracking is not permitted"),
        (
            *("-client|tracking", "Ex", LiveSource.POLLING),
            "tracking is not permitted; notifications are off",
        ),
        (
            *("-client|tracking -config", "EA", LiveSource.POLLING),
            "tracking is not permitted; whether notifications are on is not told",
        ),
        (
            *("-client -psubscribe", "EA", LiveSource.POLLING),
            "tracking is not permitted; notifications are not permitted",
        ),
    ],
)
async def test_what_is_denied_gives_way_to_the_next_and_is_told(
    connected: Connect,
    target: Target,
    raw: redis_client.Redis,
    notifying: None,
    denied: str,
    flags: str,
    source: LiveSource,
    reason: str,
) -> None:
    raw.config_set("notify-keyspace-events", flags)
    raw.execute_command(
        *("ACL", "SETUSER", "plain", "on", ">pw", "~*", "&*", "+@all"), *denied.split()
    )
    try:
        cache = await connected(replace(target, username="plain", password="pw"), live=PLAN)
        async with following(cache) as follower:
            status = await follower.until(LiveStatus)
            assert status.source is source
            assert reason in status.reason
            raw.set("a", "1")
            await follower.changes(b"a")
    finally:
        raw.execute_command("ACL", "DELUSER", "plain")


async def test_a_server_that_does_not_know_tracking(
    connected: Connect, target: Target, own_redis: Start
) -> None:
    server, _ = own_redis("--rename-command", "CLIENT", "")
    cache = await connected(replace(target, port=server.port), live=PLAN)
    async with following(cache) as follower:
        status = await follower.until(LiveStatus)
        assert status.source is LiveSource.POLLING
        assert "tracking is not offered by this server" in status.reason


async def test_notifications_are_never_switched_on_from_here(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    plan = replace(PLAN, sources=(LiveSource.NOTIFICATIONS, LiveSource.POLLING))
    async with following(await connected(target, live=plan)) as follower:
        assert (await follower.until(LiveStatus)).source is LiveSource.POLLING
    assert raw.config_get("notify-keyspace-events") == {"notify-keyspace-events": ""}


async def test_a_large_cache_is_polled_with_rests_and_says_so(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    names = [b"k%d" % number for number in range(12_345)]
    raw.mset(dict.fromkeys(names, "1"))
    cache = await connected(target, live=replace(PLAN, sources=(LiveSource.POLLING,)))
    async with following(cache) as follower:
        assert (await follower.until(LiveStatus)).source is LiveSource.POLLING
        await follower.until(ChangesMissed)
        statuses = [event for event in follower.told if isinstance(event, LiveStatus)]
        assert "12,000 keys" in statuses[-1].reason
        raw.delete("k1")
        raw.set("new", "1")
        told = await follower.changes(b"k1", b"new")
        assert told[b"k1"].kind is ChangeKind.GONE
        assert told[b"new"].kind is ChangeKind.WRITTEN


# ----- what is ours


async def test_below_a_prefix_only_its_keys_are_followed(
    connected: Connect, target: Target, raw: redis_client.Redis, notifying: None
) -> None:
    for source in EVERY_SOURCE:
        plan = replace(PLAN, sources=(source,), prefix=b"fn*:")
        view = CacheView(await connected(target, live=plan), prefix=b"fn*:")
        async with following(view) as follower:
            await follower.until(LiveStatus)
            raw.set("other", source.value)
            raw.set("fnx:", source.value)
            raw.set("fn*:a", source.value)
            assert set(await follower.changes(b"a")) == {b"a"}
        raw.flushdb()


async def test_another_databases_flush_is_no_flush_of_ours(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.set("a", "1")
    async with following(await connected(target, live=PLAN)) as follower:
        await follower.until(LiveStatus)
        with redis_client.Redis(port=target.port, db=5, protocol=2) as elsewhere:
            elsewhere.flushdb()
        await follower.until(ChangesMissed)
        assert Flushed() not in follower.told


async def test_another_databases_keys_are_not_ours(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.set("same", "1")
    async with following(await connected(target, live=PLAN)) as follower:
        await follower.until(LiveStatus)
        with redis_client.Redis(port=target.port, db=5, protocol=2) as elsewhere:
            elsewhere.set("same", "1", px=1000)
            elsewhere.set("elsewhere", "1")
        told = await follower.changes(b"elsewhere", b"same")
        assert told[b"elsewhere"].kind is ChangeKind.GONE
        assert told[b"same"] == Change(b"same", ChangeKind.WRITTEN, None)


async def test_too_many_changes_are_let_pass_and_said_so(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    cache = await connected(target, live=replace(PLAN, most_pending=500))
    async with following(cache) as follower:
        await follower.until(LiveStatus)
        raw.mset({f"k{number}": "1" for number in range(5000)})
        assert "catching up" in (await follower.until(LiveStatus)).reason
        await follower.until(ChangesMissed)
        assert await follower.until(LiveStatus) == LiveStatus(LiveSource.TRACKING)
        await follower.until(ChangesMissed)
        raw.set("after", "1")
        assert set(await follower.changes(b"after")) == {b"after"}


# ----- losing the server


@pytest.mark.parametrize("source", EVERY_SOURCE, ids=lambda source: source.value)
async def test_a_killed_server_is_told_and_found_again(
    connected: Connect, target: Target, own_redis: Start, source: LiveSource
) -> None:
    options = ("--notify-keyspace-events", "EA")
    server, process = own_redis(*options)
    there = replace(target, port=server.port)
    cache = await connected(there, live=replace(PLAN, sources=(source,)))
    async with following(cache) as follower:
        await follower.until(LiveStatus)
        process.kill()
        process.wait()
        first = await follower.until(ConnectionLost)
        assert f"127.0.0.1:{server.port}" in first.title
        second = await follower.until(ConnectionLost)
        assert "refused the connection" in second.title
        assert 0 < first.retry_in_ms <= 50
        assert 0 < second.retry_in_ms <= 100
        own_redis("--port", str(server.port), *options)
        follower.told.clear()
        await follower.until(ChangesMissed)
        told = [type(event) for event in follower.told if not isinstance(event, ConnectionLost)]
        assert told == [ConnectionRestored, LiveStatus, ChangesMissed]
        with redis_client.Redis(port=server.port, protocol=2) as raw:
            raw.set("a", "1")
            await follower.changes(b"a")


async def test_reconnecting_at_once_on_request(
    connected: Connect, target: Target, own_redis: Start
) -> None:
    server, process = own_redis()
    plan = replace(PLAN, first_retry_s=3600, longest_retry_s=3600)
    cache = await connected(replace(target, port=server.port), live=plan)
    async with following(cache) as follower:
        await follower.until(LiveStatus)
        process.kill()
        process.wait()
        await follower.until(ConnectionLost)
        cache.retry_now()  # nothing waits yet, as while an attempt is under way
        await follower.until(ConnectionLost)
        own_redis("--port", str(server.port))
        restored = asyncio.ensure_future(follower.until(ConnectionRestored))
        await asyncio.sleep(0)
        cache.retry_now()
        await restored


@pytest.mark.parametrize("source", EVERY_SOURCE, ids=lambda source: source.value)
async def test_a_server_that_falls_silent_counts_as_lost(
    connected: Connect, target: Target, own_redis: Start, source: LiveSource
) -> None:
    server, process = own_redis("--notify-keyspace-events", "EA")
    there = replace(target, port=server.port)
    plan = replace(PLAN, sources=(source,))
    cache = await connected(there, live=plan, timeout_s=0.3)
    async with following(cache) as follower:
        await follower.until(LiveStatus)
        process.send_signal(signal.SIGSTOP)
        try:
            assert "does not answer" in (await follower.until(ConnectionLost)).title
        finally:
            process.send_signal(signal.SIGCONT)
        await follower.until(ConnectionRestored)
        await follower.until(ChangesMissed)


def pings(raw: redis_client.Redis) -> int:
    return int(raw.info("commandstats").get("cmdstat_ping", {"calls": 0})["calls"])


async def test_a_quiet_server_is_not_lost(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    async with following(await connected(target, live=PLAN)) as follower:
        await follower.until(LiveStatus)
        before = pings(raw)
        waiting = asyncio.ensure_future(follower.until(Changes))
        async with asyncio.timeout(5):
            while pings(raw) < before + 2:  # noqa: ASYNC110  only the server knows
                await asyncio.sleep(0.01)
        raw.set("a", "1")
        await waiting
        assert [type(event) for event in follower.told] == [LiveStatus, Changes]


async def test_a_server_that_is_not_there_yet_is_waited_for(
    connected: Connect, target: Target, own_redis: Start
) -> None:
    server, process = own_redis()
    process.kill()
    process.wait()
    cache = RedisCache(replace(target, port=server.port), live=PLAN)
    async with following(cache) as follower:
        await follower.until(ConnectionLost)
        own_redis("--port", str(server.port))
        await follower.until(ConnectionRestored)
        assert await follower.until(LiveStatus) == LiveStatus(LiveSource.TRACKING)
        await follower.until(ChangesMissed)
    await cache.aclose()


async def test_closing_the_cache_ends_its_feeds(connected: Connect, target: Target) -> None:
    for source in (LiveSource.TRACKING, LiveSource.POLLING):
        cache = await connected(target, live=replace(PLAN, sources=(source,), poll_s=3600))
        async with following(cache) as follower:
            await follower.until(LiveStatus)
            waiting = asyncio.ensure_future(follower.until(ConnectionLost))
            await asyncio.sleep(0)
            await cache.aclose()
            with pytest.raises(StopAsyncIteration):
                await waiting
