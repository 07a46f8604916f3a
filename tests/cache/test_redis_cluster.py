"""A real cluster, rearranged under the eyes of whoever reads and writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from redis.crc import key_slot

from sinch_cache_gui.cache.cluster_members import ClusterMembers
from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.interface import ExpireIn, Gone, Saved, TtlChanged, TtlPolicy
from sinch_cache_gui.cache.live_cluster import ClusterFeed
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache

if TYPE_CHECKING:
    import redis as redis_client
    from redis import RedisCluster

    from sinch_cache_gui.cache.connect import Target
    from tests.redis_fleet import Cluster, Node

NAMES = [b"k%d" % number for number in range(3000)]
KEY = b"moving"
SLOT = key_slot(KEY)


@pytest.fixture
async def cache(cluster: Cluster) -> AsyncIterator[ClusterCache]:
    cache = ClusterCache(parse_target(cluster.url))
    await cache.connect()
    yield cache
    await cache.aclose()


def ends_of_a_move(cluster: Cluster, slot: int = SLOT, choice: int = 0) -> tuple[Node, Node]:
    source = cluster.owner(slot)
    return source, [node for node in cluster.primaries if node is not source][choice]


@contextmanager
def on_its_way(cluster: Cluster) -> Iterator[tuple[Node, Node]]:
    """The slot of KEY is being moved: its keys are at the goal, but the source still owns it."""
    source, goal = ends_of_a_move(cluster)
    cluster.begin_move(SLOT, source, goal)
    try:
        cluster.move_keys(SLOT, source, goal)
        yield source, goal
    finally:
        cluster.end_move(SLOT, source, goal)


def move(cluster: Cluster, slot: int = SLOT, choice: int = 0) -> None:
    source, goal = ends_of_a_move(cluster, slot, choice)
    cluster.begin_move(slot, source, goal)
    cluster.move_keys(slot, source, goal)
    cluster.end_move(slot, source, goal)


async def scanned(cache: ClusterCache) -> set[bytes]:
    page = await cache.scan_page()
    keys = set(page.keys)
    while page.next is not None:
        page = await cache.scan_page(page.next)
        keys.update(page.keys)
    return keys


async def test_a_cluster_says_what_it_is(
    cache: ClusterCache, cluster: Cluster, raw: redis_client.Redis
) -> None:
    facts = cache.facts
    assert facts.label == f"127.0.0.1:{cluster.nodes[0].port} cluster"
    assert facts.product.endswith(f" {raw.info('server')['redis_version']}")
    assert facts.details["Mode"] == "cluster, 3 primaries"
    assert facts.details["Primaries"].count("127.0.0.1:") == 3


async def test_every_primary_is_scanned_counted_and_asked(
    cache: ClusterCache, cluster_raw: RedisCluster
) -> None:
    cluster_raw.mset_nonatomic(dict.fromkeys(NAMES, "1"))
    assert await cache.count_keys() == 3000
    assert await scanned(cache) == set(NAMES)
    infos = await cache.describe([*NAMES, b"missing"])
    assert [info and info.key for info in infos] == [*NAMES, None]
    assert await cache.deadlines([*NAMES, b"missing"]) == [None] * 3000 + [Gone()]
    texts = [name.decode() for name in NAMES]
    assert await cache.get_many(texts) == dict.fromkeys(texts, 1)
    assert sorted(await cache.keys("k1?")) == [f"k1{digit}" for digit in range(10)]


async def test_one_seed_that_answers_is_enough(cluster: Cluster) -> None:
    target = parse_target(f"redis+cluster://127.0.0.1:1,127.0.0.1:{cluster.nodes[1].port}")
    cache = ClusterCache(target)
    await cache.connect()
    assert await cache.count_keys() == 0
    await cache.aclose()


async def test_what_is_no_cluster_is_told(target: Target) -> None:
    for url, title in (
        (f"redis+cluster://127.0.0.1:{target.port}", "is not part of a cluster"),
        ("redis+cluster://127.0.0.1:1", "127.0.0.1:1 refused the connection"),
    ):
        cache = ClusterCache(parse_target(url))
        with pytest.raises(CacheUnreachable, match=title):
            await cache.connect()
        await cache.aclose()


async def test_a_wrong_password_is_told_without_it(cluster: Cluster) -> None:
    target = replace(parse_target(cluster.url), username="ann", password="hunter2")
    cache = ClusterCache(target)
    with pytest.raises(CacheUnreachable, match="refused the user name or the password") as refusal:
        await cache.connect()
    assert "hunter2" not in f"{refusal.value.title} {refusal.value.detail}"
    await cache.aclose()


async def test_two_names_in_different_slots_are_not_renamed(cache: ClusterCache) -> None:
    await cache.set("foo", 1)
    with pytest.raises(NotPermitted, match="different slots"):
        await cache.rename(b"foo", b"bar")
    assert await cache.get("foo") == 1


# ----- a slot moves


async def test_a_slot_that_moved_is_followed(cache: ClusterCache, cluster: Cluster) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=60_000)
    move(cluster)
    before = await cache.read(KEY)
    assert before is not None
    move(cluster)
    deadline_ms, missing = await cache.deadlines([KEY, b"none"])
    # A key that moves takes its remaining time along, not its deadline: each move costs a moment.
    assert deadline_ms == pytest.approx(before.deadline_ms, abs=500)
    assert missing == Gone()
    move(cluster)
    saved = await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    assert isinstance(saved, Saved)
    assert saved.deadline_ms == pytest.approx(before.deadline_ms, abs=500)
    move(cluster)
    snapshot = await cache.snapshot(KEY)
    assert snapshot is not None
    move(cluster)
    assert isinstance(await cache.remove(KEY, expected=b"2"), Saved)
    move(cluster)
    assert isinstance(await cache.restore(snapshot), Saved)


async def test_of_many_keys_those_whose_slot_moved_are_followed(
    cache: ClusterCache, cluster: Cluster
) -> None:
    keys = [*NAMES[:20], KEY, *NAMES[20:40]]
    for key in keys:
        await cache.write(key, b"1", expected=None, ttl=60_000)
    move(cluster)
    removed = await cache.remove_many(keys)
    taken = [one.before for one in removed if isinstance(one, Saved) and one.before is not None]
    assert [one.key for one in taken] == keys
    move(cluster)
    restored = await cache.restore_many(taken)
    assert restored == [Saved(one.deadline_ms, None) for one in taken]
    with on_its_way(cluster):
        told = await cache.change_ttl_many([(key, ExpireIn(5000)) for key in keys])
    assert all(isinstance(one, TtlChanged) for one in told)
    assert await cache.count_keys() == len(keys)


async def test_a_key_on_its_way_is_read_and_written(cache: ClusterCache, cluster: Cluster) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=60_000)
    with on_its_way(cluster):
        stored = await cache.read(KEY)
        assert stored is not None
        assert stored.data == b"1"
        assert await cache.deadlines([KEY, b"none"]) == [stored.deadline_ms, Gone()]
        (info,) = await cache.describe([KEY])
        assert info is not None
        assert info.preview == b"1"
        saved = await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP)
        assert isinstance(saved, Saved)
        assert saved.deadline_ms == stored.deadline_ms
        assert isinstance(await cache.change_ttl(KEY, ExpireIn(5000)), TtlChanged)
        assert await cache.delete("moving")
        await cache.set("moving", 3)
    assert await cache.get("moving") == 3
    assert await cache.count_keys() == 1


async def test_a_transaction_waits_until_its_key_has_arrived(cluster: Cluster) -> None:
    cache = ClusterCache(parse_target(cluster.url), can_script=False)
    await cache.connect()
    try:
        await cache.write(KEY, b"1", expected=None, ttl=60_000)
        with on_its_way(cluster):
            writing = asyncio.create_task(cache.write(KEY, b"2", expected=b"1", ttl=60_000))
            with pytest.raises(CacheUnreachable, match="being moved"):
                await cache.snapshot(KEY)
            with pytest.raises(CacheUnreachable, match="being moved"):
                await writing
            writing = asyncio.create_task(cache.write(KEY, b"2", expected=b"1", ttl=60_000))
            await cache.count_keys()
        assert isinstance(await writing, Saved)
    finally:
        await cache.aclose()


async def test_a_scan_loses_no_key_while_slots_move(
    cache: ClusterCache, cluster: Cluster, cluster_raw: RedisCluster
) -> None:
    cluster_raw.mset_nonatomic(dict.fromkeys(NAMES, "1"))
    slots = iter({key_slot(name) for name in NAMES})
    page = await cache.scan_page(count=100)
    seen = set(page.keys)
    moves = 0
    while page.next is not None:
        if moves < 24:
            move(cluster, next(slots), choice=moves % 2)
            moves += 1
        page = await cache.scan_page(page.next, count=100)
        seen.update(page.keys)
    assert moves == 24
    assert seen == set(NAMES)


async def test_a_scan_finds_what_is_on_its_way(cache: ClusterCache, cluster: Cluster) -> None:
    await cache.set("moving", 1)
    with on_its_way(cluster):
        assert await scanned(cache) == {KEY}


class Defective(ClusterCache):
    """What became of keys cannot be read."""

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        raise TypeError("an answer nobody has thought of")


class Blind(ClusterMembers):
    """Who holds the keys cannot be read."""

    async def look(self) -> None:
        raise TypeError("an answer nobody has thought of")


@pytest.mark.parametrize("is_blind", [False, True], ids=["of a primary", "of a look at all"])
async def test_a_defect_ends_the_feed_of_a_cluster_and_is_told(
    cluster: Cluster, is_blind: bool
) -> None:
    target = parse_target(cluster.url)
    cache = Defective(target)
    await cache.connect()
    feed: AsyncGenerator[FeedEvent, None] = cache.watch()
    if is_blind:
        members = Blind(
            target, timeout_s=2, make_cache=lambda where, node: RedisCache(where, node=node)
        )
        feed = ClusterFeed(members, cache, LivePlan(poll_s=0.01)).events()
    try:
        async with asyncio.timeout(10), aclosing(feed):
            with pytest.raises(TypeError, match="nobody has thought of"):
                await anext(feed)
    finally:
        await cache.aclose()
