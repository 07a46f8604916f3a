"""A user who may not use some commands of looking around is shown all the rest, and told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import LiveSource
from sinch_cache_gui.cache.interface import CacheBackend, KeyType, Snapshot
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from sinch_cache_gui.keyspace.conditions import Conditions
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.keyspace.mirror import Mirror
from tests.cache.conftest import target_of
from tests.keyspace.test_unwalked import Disturbed
from tests.redis_fleet import Cluster

NAMES = {b"k:%d" % number for number in range(100)}
PLAN = LivePlan(poll_s=0.05)

Restricted = Callable[[str], CacheBackend]


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110  servers are asked, they do not tell
            await asyncio.sleep(0.01)


@pytest.fixture
def restricted(redis_url: str, raw: redis_client.Redis) -> Iterator[Restricted]:
    """The cache of a user with all rights but these; half of its keys expire in an hour."""
    for number, name in enumerate(sorted(NAMES)):
        raw.set(name, "1", px=3_600_000 if number % 2 else None)

    def restrict(rights: str) -> RedisCache:
        everything = ("on", ">secret", "allkeys", "allchannels", "+@all")
        raw.execute_command("ACL", "SETUSER", "ann", "reset", *everything, *rights.split())
        return RedisCache(target_of(redis_url, username="ann", password="secret"), live=PLAN)

    yield restrict
    raw.execute_command("ACL", "DELUSER", "ann")


@asynccontextmanager
async def followed(cache: CacheBackend) -> AsyncIterator[Mirror]:
    await cache.connect()
    mirror = Mirror(cache, memory_settled=lambda: None)
    running = asyncio.create_task(mirror.run())
    try:
        ended = (CoverageState.COMPLETE, CoverageState.FAILED)
        await until(lambda: mirror.coverage.state in ended)
        yield mirror
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await cache.aclose()


@pytest.mark.parametrize(
    "rights",
    [
        "-dbsize",
        "-type",
        "-pttl -pexpiretime",
        "-type -strlen -getrange -memory -info -config -time",
        "-dbsize -client -config",
        "-type -pttl -pexpiretime",
        "-type -pttl -pexpiretime -exists",
        "-@all +scan +get",
    ],
)
async def test_every_key_is_shown_and_followed(
    restricted: Restricted, raw: redis_client.Redis, rights: str
) -> None:
    async with followed(restricted(rights)) as mirror:
        assert mirror.coverage.state is CoverageState.COMPLETE
        assert set(mirror.index) == NAMES
        assert (mirror.coverage.expected is None) == ("-dbsize" in rights or "-@all" in rights)
        raw.set("new", 1)
        await until(lambda: b"new" in mirror.index)
        raw.delete("k:1")
        await until(lambda: b"k:1" not in mirror.index)
        raw.flushall()
        await until(lambda: mirror.key_count == 0)


async def test_where_nothing_tells_whether_a_key_exists_the_list_of_keys_does(
    restricted: Restricted, raw: redis_client.Redis
) -> None:
    raw.config_set("notify-keyspace-events", "EA")
    try:
        async with followed(restricted("-type -pttl -pexpiretime -exists")) as mirror:
            assert mirror.live_status.source is LiveSource.POLLING
            said = "polling every 0.05 s; whether a changed key still exists is not told"
            assert mirror.live_status.reason == said
    finally:
        raw.config_set("notify-keyspace-events", "")


async def test_no_key_is_made_up_where_neither_types_nor_ttls_are_told(
    restricted: Restricted, raw: redis_client.Redis
) -> None:
    raw.set("empty", "")
    async with followed(restricted("-type -pttl -pexpiretime")) as mirror:
        assert mirror.live_status.source is LiveSource.TRACKING
        assert not await mirror.look_up(b"missing")
        assert await mirror.look_up(b"empty")
        assert set(mirror.index) == NAMES | {b"empty"}


async def test_a_flush_of_another_database_takes_nothing_away_where_no_count_is_told(
    restricted: Restricted, raw: redis_client.Redis
) -> None:
    async with followed(restricted("-dbsize")) as mirror:
        assert mirror.live_status.source is LiveSource.TRACKING
        with redis_client.Redis(port=raw.connection_pool.connection_kwargs["port"], db=1) as other:
            other.set("there", 1)
            other.flushdb()
        raw.set("new", 1)
        await until(lambda: b"new" in mirror.index)
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        assert set(mirror.index) == NAMES | {b"new"}


async def test_no_key_is_said_to_live_for_ever_where_ttls_are_not_told(
    restricted: Restricted,
) -> None:
    async with followed(restricted("-pttl -pexpiretime")) as mirror:
        mirror.details.want([b"k:1"])
        await until(lambda: mirror.details.get(b"k:1"))
        known = mirror.details.get(b"k:1")
        assert known is not None
        assert (known.type, known.size, known.is_deadline_told) == (KeyType.STRING, 1, False)
        refusal = "This user may not know when keys expire (PTTL)"
        mirror.set_conditions(Conditions(is_lasting=True))
        await until(lambda: mirror.asked and mirror.asked.reason == refusal)
        assert mirror.index.key_count == 0
        mirror.set_conditions(Conditions())
        mirror.index.expand(b"k")
        mirror.sort_by_ttl((b"k:",))
        await until(lambda: mirror.sorted_by_ttl and mirror.sorted_by_ttl.reason == refusal)


async def test_keys_that_may_not_be_listed_can_still_be_opened_by_name(
    restricted: Restricted,
) -> None:
    async with followed(restricted("-scan")) as mirror:
        assert mirror.coverage.state is CoverageState.FAILED
        assert mirror.coverage.reason.startswith("This user may not list keys (SCAN)")
        assert await mirror.look_up(b"k:1")
        assert set(mirror.index) == {b"k:1"}


async def test_what_is_refused_and_what_that_costs_is_known(restricted: Restricted) -> None:
    cache = restricted("-dbsize -pexpiretime -strlen")
    await cache.connect()
    assert list(cache.facts.refused) == ["DBSIZE", "STRLEN"]  # PTTL tells what PEXPIRETIME does
    await cache.aclose()


async def test_a_cluster_whose_user_may_not_count(cluster: Cluster) -> None:
    for node in cluster.primaries:
        assert node.server.send("ACL SETUSER default -dbsize") == "+OK"
    try:
        with redis_client.RedisCluster(host="127.0.0.1", port=cluster.nodes[0].port) as client:
            client.mset_nonatomic(dict.fromkeys(NAMES, "1"))
        cache = ClusterCache(parse_target(cluster.url), live=PLAN)
        async with followed(cache) as mirror:
            assert set(mirror.index) == NAMES
            assert mirror.coverage.expected is None
            assert list(cache.facts.refused) == ["DBSIZE"]
    finally:
        for node in cluster.primaries:
            node.server.send("ACL SETUSER default +dbsize")


async def test_a_cluster_of_which_one_primary_may_not_be_tracked(
    cluster: Cluster, cluster_raw: redis_client.RedisCluster
) -> None:
    node = cluster.primaries[1]
    assert node.server.send("ACL SETUSER default -client|tracking") == "+OK"
    try:
        cluster_raw.mset_nonatomic(dict.fromkeys(NAMES, "1"))
        cache = Disturbed(ClusterCache(parse_target(cluster.url), live=PLAN))
        passing = [b"passing:%d" % number for number in range(30)]
        returning = sorted(NAMES)[:30]

        def before() -> None:
            cluster_raw.mset_nonatomic(dict.fromkeys(passing, "1"))
            cluster_raw.delete(*returning)

        def after() -> None:
            cluster_raw.delete(*passing)
            cluster_raw.mset_nonatomic(dict.fromkeys(returning, "1"))

        async with followed(cache) as mirror:
            assert mirror.live_status.source is LiveSource.POLLING
            assert mirror.live_status.reason == (
                f"127.0.0.1:{node.port}: polling every 0.05 s; "
                "tracking is not permitted; notifications are off"
            )
            cluster_raw.mset_nonatomic({b"new:%d" % number: "1" for number in range(30)})
            cluster_raw.delete(*sorted(NAMES)[30:60])
            await until(lambda: set(mirror.index) == set(cluster_raw.scan_iter()))
            cache.before, cache.after = before, after  # what only the scan sees, or misses
            mirror.reload()
            await until(lambda: mirror.coverage.state is CoverageState.CATCHING_UP)
            await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
            cache.before = cache.after = lambda: None
            await until(lambda: set(mirror.index) == set(cluster_raw.scan_iter()))
    finally:
        node.server.send("ACL SETUSER default +client|tracking")


async def test_a_damaged_dump_is_refused_with_what_is_wrong_with_it(
    redis_cache: CacheBackend,
) -> None:
    for payload in (b"\0\0\0", b"no dump at all"):
        with pytest.raises(CacheError, match="cannot read this DUMP: it is damaged"):
            await redis_cache.restore(Snapshot(b"n", KeyType.HASH, payload, None))
    assert await redis_cache.count_keys() == 0
