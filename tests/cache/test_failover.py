"""Primaries are killed, and slots moved, while a mirror follows: it ends up true all the same."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
import redis as redis_client
from redis.crc import key_slot

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import (
    Changes,
    ChangesMissed,
    ConnectionLost,
    ConnectionRestored,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
    Walked,
)
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, Saved
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror
from tests.redis_fleet import Cluster, Node, Trio, call, running_cluster, running_trio, wait_until

PLAN = LivePlan(poll_s=0.05, first_retry_s=0.05, longest_retry_s=0.2, silence_s=0.5)
NAMES = [b"k%d" % number for number in range(2000)]
E = TypeVar("E")


class Overheard(ForwardingBackend):
    """A cache whose feed is written down on its way."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.told: list[FeedEvent] = []

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        async for event in self._inner.watch():
            self.told.append(event)
            yield event

    def heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110  servers are asked, they do not tell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def followed(cache: CacheBackend) -> AsyncIterator[tuple[Overheard, Mirror]]:
    """A mirror of the cache, complete."""
    overheard = Overheard(cache)
    await overheard.connect()
    mirror = Mirror(overheard, memory_settled=lambda: None)
    running = asyncio.create_task(mirror.run())
    try:
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        yield overheard, mirror
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await overheard.aclose()


def held_by(nodes: Iterable[Node]) -> set[bytes]:
    """Every key the servers hold."""
    held: set[bytes] = set()
    for node in nodes:
        with redis_client.Redis(port=node.port) as client:
            held.update(client.scan_iter(count=10_000))
    return held


def is_true(mirror: Mirror, nodes: Iterable[Node]) -> bool:
    return mirror.coverage.state is CoverageState.COMPLETE and set(mirror.index) == held_by(nodes)


@pytest.fixture
def replicated(shared_redis: object) -> Iterator[Cluster]:
    """A cluster to break: three primaries, a replica of each, and NAMES in all of them."""
    with running_cluster(replicas=1) as cluster:
        with redis_client.RedisCluster(port=cluster.nodes[0].port, host="127.0.0.1") as client:
            client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
        wait_until(lambda: held_by(cluster.nodes[3:]) == set(NAMES), "replicas that hold the keys")
        yield cluster


def slot_of(node: Node, cluster: Cluster) -> int:
    return next(slot for name in NAMES if cluster.owner(slot := key_slot(name)) is node)


async def test_a_primary_of_a_cluster_is_killed_while_it_is_followed(replicated: Cluster) -> None:
    cluster = replicated
    victim = cluster.primaries[1]
    slot = slot_of(victim, cluster)
    async with followed(ClusterCache(parse_target(cluster.url), live=PLAN)) as (cache, mirror):
        assert set(mirror.index) == set(NAMES)
        assert mirror.live_status == LiveStatus(LiveSource.TRACKING)
        victim.kill()
        await until(lambda: cache.heard(ConnectionLost))
        assert f"127.0.0.1:{victim.port}" in cache.heard(ConnectionLost)[0].title
        assert "one of 3 primaries" in cache.heard(ConnectionLost)[0].title
        await until(lambda: cache.heard(ConnectionRestored))
        assert cache.heard(ChangesMissed)
        heir = cluster.owner(slot)
        assert heir is not victim
        await until(lambda: is_true(mirror, cluster.serving()))
        # Reading, writing and following go on where the keys are now.
        name = next(name for name in NAMES if key_slot(name) == slot)
        outcome = await cache.write(name, b"2", expected=b"1", ttl=60_000)
        assert isinstance(outcome, Saved)
        call(heir.port, "DEL", name.decode())
        await until(lambda: name not in mirror.index)
        assert is_true(mirror, cluster.serving())
        assert cache.facts.details["Mode"] == "cluster, 3 primaries"
        assert f"127.0.0.1:{heir.port}" in cache.facts.details["Primaries"]


async def test_a_primary_that_hangs_gives_way_to_its_replica(replicated: Cluster) -> None:
    cluster = replicated
    victim = cluster.primaries[2]
    slot = slot_of(victim, cluster)
    name = next(name for name in NAMES if key_slot(name) == slot)
    cache = ClusterCache(parse_target(cluster.url), timeout_s=1, live=PLAN)
    async with followed(cache) as (overheard, mirror):
        victim.process.send_signal(signal.SIGSTOP)
        await until(lambda: overheard.heard(ConnectionLost))
        assert "does not answer" in overheard.heard(ConnectionLost)[0].title
        heard = "has become a primary"
        await until(lambda: heard in str(overheard.heard(ChangesMissed)))
        others = [node for node in cluster.nodes if node is not victim]
        heirs = [node for node in others if "role:master" in call(node.port, "INFO")]
        call(heirs[-1].port, "DEL", *(name.decode() for name in held_by(heirs[-1:])))
        await until(lambda: is_true(mirror, heirs))
        victim.process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(
            wait_until,
            lambda: "role:slave" in call(victim.port, "INFO"),
            "an old primary that obeys",
        )
        if await cache.read(name) is not None:
            assert isinstance(await cache.remove(name), Saved)
        await until(lambda: is_true(mirror, heirs))


async def test_what_the_others_hold_is_shown_while_one_is_down(shared_redis: object) -> None:
    with running_cluster() as cluster:
        with redis_client.RedisCluster(port=cluster.nodes[0].port, host="127.0.0.1") as client:
            client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
        cluster.primaries[0].kill()
        cache = ClusterCache(parse_target(f"{cluster.url},127.0.0.1:{cluster.nodes[1].port}"))
        await cache.connect()
        page = await cache.scan_page(count=10_000)
        assert set(page.keys) == held_by(cluster.primaries[1:2]) | held_by(cluster.primaries[2:])
        with pytest.raises(CacheUnreachable, match=f":{cluster.nodes[0].port} refused"):
            await cache.scan_page(page.next)
        await cache.aclose()


async def test_a_role_is_handed_over_while_it_is_followed(replicated: Cluster) -> None:
    """CLUSTER FAILOVER: the old primary lives on as a replica, and answers SCAN all the same."""
    cluster = replicated
    old = cluster.primaries[0]
    slot = slot_of(old, cluster)
    old_id = call(old.port, "CLUSTER", "MYID")
    (heir,) = [
        node
        for node in cluster.nodes[3:]
        if f"slave {old_id}"
        in next(
            line for line in call(node.port, "CLUSTER", "NODES").splitlines() if "myself" in line
        )
    ]
    async with followed(ClusterCache(parse_target(cluster.url), live=PLAN)) as (cache, mirror):
        call(heir.port, "CLUSTER", "FAILOVER")
        await until(lambda: cluster.owner(slot) is heir)
        await until(lambda: f":{heir.port} has become" in str(cache.heard(ChangesMissed)))
        name = next(name for name in NAMES if key_slot(name) == slot)
        call(heir.port, "DEL", name.decode())
        await until(lambda: is_true(mirror, cluster.serving()) and name not in mirror.index)


async def test_slots_move_while_a_cluster_is_followed(cluster: Cluster) -> None:
    with redis_client.RedisCluster(port=cluster.nodes[0].port, host="127.0.0.1") as client:
        client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
    async with followed(ClusterCache(parse_target(cluster.url), live=PLAN)) as (cache, mirror):
        for name in NAMES[:5]:
            slot = key_slot(name)
            source = cluster.owner(slot)
            goal = next(node for node in cluster.primaries if node is not source)
            cluster.begin_move(slot, source, goal)
            cluster.move_keys(slot, source, goal)
            await asyncio.sleep(0)
            cluster.end_move(slot, source, goal)
            call(goal.port, "SET", f"{{{name.decode()}}}:new", "1")
        await until(lambda: b"{k4}:new" in mirror.index)
        await until(lambda: is_true(mirror, cluster.primaries))
        assert mirror.key_count == len(NAMES) + 5
        assert not cache.heard(ConnectionLost)


async def test_a_flush_of_every_primary_is_a_flush(cluster: Cluster) -> None:
    with redis_client.RedisCluster(port=cluster.nodes[0].port, host="127.0.0.1") as client:
        client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
    async with followed(ClusterCache(parse_target(cluster.url), live=PLAN)) as (cache, mirror):
        call(cluster.primaries[0].port, "FLUSHALL")
        await until(lambda: is_true(mirror, cluster.primaries))
        assert mirror.key_count
        cluster.flush()
        await until(lambda: cache.heard(Flushed) and not mirror.key_count)


@pytest.mark.parametrize("source", [LiveSource.NOTIFICATIONS, LiveSource.POLLING])
async def test_a_cluster_is_followed_in_other_ways(cluster: Cluster, source: LiveSource) -> None:
    flags = "EA" if source is LiveSource.NOTIFICATIONS else ""
    for node in cluster.primaries:
        call(node.port, "CONFIG", "SET", "notify-keyspace-events", flags)
    plan = LivePlan(sources=(source,), poll_s=0.05)
    async with followed(ClusterCache(parse_target(cluster.url), live=plan)) as (cache, mirror):
        assert mirror.live_status.source is source
        with redis_client.RedisCluster(port=cluster.nodes[0].port, host="127.0.0.1") as client:
            client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
            await until(lambda: mirror.key_count == len(NAMES))
            client.delete("k1", "k2", "k3")
        await until(lambda: is_true(mirror, cluster.primaries))
        assert cache.heard(Changes)
        if source is LiveSource.POLLING:
            await until(lambda: cache.heard(Walked)[-1].key_count == len(NAMES) - 3)


async def test_a_killed_primary_is_followed_to_where_sentinel_says(shared_redis: object) -> None:
    with running_trio() as trio:
        call(trio.primary.port, "MSET", *[word for name in NAMES for word in (name.decode(), 1)])
        wait_until(lambda: held_by([trio.replica]) == set(NAMES), "a replica that holds the keys")
        async with followed(RedisCache(parse_target(trio.url), live=PLAN)) as (cache, mirror):
            assert set(mirror.index) == set(NAMES)
            assert cache.facts.label == "mymaster/0"
            assert cache.facts.details["Mode"] == "sentinel, service mymaster"
            assert str(trio.primary.port) in cache.facts.details["Primary"]
            trio.primary.kill()
            trio.sentinels[0].kill()
            await until(lambda: cache.heard(ConnectionLost))
            assert "mymaster" in cache.heard(ConnectionLost)[0].title
            await until(lambda: cache.heard(ConnectionRestored))
            call(trio.replica.port, "SET", "new", "1")
            call(trio.replica.port, "DEL", "k1")
            await until(lambda: is_true(mirror, [trio.replica]) and b"new" in mirror.index)
            assert cache.heard(ChangesMissed)
            assert str(trio.replica.port) in cache.facts.details["Primary"]
            outcome = await cache.write(b"k2", b"2", expected=b"1", ttl=60_000)
            assert isinstance(outcome, Saved)


async def test_a_service_no_sentinel_knows_is_told(shared_trio: Trio) -> None:
    cache = RedisCache(parse_target(shared_trio.url.replace("mymaster", "other")))
    with pytest.raises(CacheUnreachable, match="No sentinel tells where other is") as refusal:
        await cache.connect()
    assert refusal.value.detail.count("knows no service of that name") == 3
    await cache.aclose()


async def test_sentinels_that_do_not_answer_are_told() -> None:
    cache = RedisCache(parse_target("redis+sentinel://127.0.0.1:1,127.0.0.1:2/mymaster"))
    with pytest.raises(CacheUnreachable, match="No sentinel tells") as refusal:
        await cache.connect()
    assert "127.0.0.1:2 refused the connection" in refusal.value.detail
    await cache.aclose()


async def test_a_server_that_is_no_sentinel_is_named(shared_trio: Trio) -> None:
    port = shared_trio.primary.port
    cache = RedisCache(parse_target(f"redis+sentinel://127.0.0.1:{port}/mymaster"))
    with pytest.raises(CacheUnreachable, match="No sentinel tells") as refusal:
        await cache.connect()
    assert f"127.0.0.1:{port} is a Redis and no sentinel" in refusal.value.detail
    await cache.aclose()


async def test_one_sentinel_that_answers_is_enough(shared_trio: Trio, trio_raw: object) -> None:
    port = shared_trio.sentinels[2].port
    cache = RedisCache(parse_target(f"redis+sentinel://127.0.0.1:1,127.0.0.1:{port}/mymaster"))
    await cache.connect()
    assert await cache.count_keys() == 0
    await cache.aclose()
