"""Caches of every kind, and hands that reach behind each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target, TargetKind, parse_target
from sinch_cache_gui.cache.interface import CacheBackend, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from sinch_cache_gui.cache.view import CacheView
from tests.redis_fleet import Cluster, Trio, running_cluster, running_trio
from tests.redis_server import RedisServer


class HandClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


class Behind(Protocol):
    """Another client of the same cache: what happens behind the back of the one tested."""

    async def put(self, key: bytes, data: bytes, ttl_ms: int | None) -> None: ...

    async def remove(self, key: bytes) -> None: ...

    async def expire(self, key: bytes) -> None:
        """Let the key reach its deadline, untouched."""
        ...


class BehindMemory:
    def __init__(self, cache: MemoryCache, clock: HandClock) -> None:
        self._cache, self._clock = cache, clock

    async def put(self, key: bytes, data: bytes, ttl_ms: int | None) -> None:
        await self._cache.remove(key)
        ttl = TtlPolicy.NO_EXPIRY if ttl_ms is None else ttl_ms
        await self._cache.write(key, data, expected=None, ttl=ttl)

    async def remove(self, key: bytes) -> None:
        await self._cache.remove(key)

    async def expire(self, key: bytes) -> None:
        (deadline,) = await self._cache.deadlines([key])
        assert isinstance(deadline, int)
        self._clock.now = max(self._clock.now, deadline)


class BehindRedis:
    def __init__(self, raw: redis_client.Redis | redis_client.RedisCluster) -> None:
        self.raw = raw

    async def put(self, key: bytes, data: bytes, ttl_ms: int | None) -> None:
        self.raw.set(key, data, px=ttl_ms)

    async def remove(self, key: bytes) -> None:
        self.raw.delete(key)

    async def expire(self, key: bytes) -> None:
        self.raw.pexpire(key, 1)
        while self.raw.pttl(key) != -2:
            pass


@dataclass
class Stage:
    """One cache of the contract, and another client of it."""

    cache: CacheBackend
    behind: Behind
    prefix: bytes

    @property
    def raw(self) -> redis_client.Redis | redis_client.RedisCluster:
        """The server itself; skips where there is none."""
        if not isinstance(self.behind, BehindRedis):
            pytest.skip("only strings in memory")
        return self.behind.raw

    def full(self, key: bytes) -> bytes:
        return self.prefix + key


def target_of(url: str, **changes: object) -> Target:
    port = int(url.rpartition(":")[2].partition("/")[0])
    return Target(TargetKind.TCP, "127.0.0.1", port, **changes)  # type: ignore[arg-type]


@pytest.fixture
def newer_target(shared_newer_redis: RedisServer) -> Target:
    """Where it is."""
    return target_of(shared_newer_redis.url)


@pytest.fixture
def denied_eval(redis_url: str, raw: redis_client.Redis) -> Iterator[Target]:
    """A user who may not run scripts."""
    raw.execute_command(
        "ACL", "SETUSER", "plain", "on", ">secret", "allkeys", "+@all", "-@scripting"
    )
    yield target_of(redis_url, username="plain", password="secret")
    raw.execute_command("ACL", "DELUSER", "plain")


@pytest.fixture(scope="session")
def shared_cluster(shared_redis: object) -> Iterator[Cluster]:
    """One cluster of three primaries for the run (of each worker). Tests take `cluster`."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(shared_cluster: Cluster) -> Cluster:
    """A whole and empty cluster. Whoever breaks one starts it with `running_cluster`."""
    shared_cluster.flush()
    return shared_cluster


@pytest.fixture
def cluster_raw(cluster: Cluster) -> Iterator[redis_client.RedisCluster]:
    """A plain client of the empty cluster."""
    port = cluster.nodes[0].port
    with redis_client.RedisCluster(host="127.0.0.1", port=port, protocol=2) as client:
        yield client


@pytest.fixture(scope="session")
def shared_trio(shared_redis: object) -> Iterator[Trio]:
    """One primary watched by Sentinel for the run (of each worker)."""
    with running_trio() as trio:
        yield trio


@pytest.fixture
def trio_raw(shared_trio: Trio) -> Iterator[redis_client.Redis]:
    """A plain client of the empty primary."""
    client = redis_client.Redis(port=shared_trio.primary.port, protocol=2)
    client.flushall()
    yield client
    client.close()


@asynccontextmanager
async def opened(cache: CacheBackend) -> AsyncIterator[CacheBackend]:
    await cache.connect()
    try:
        yield cache
    finally:
        await cache.aclose()


KINDS = ["memory", "redis", "redis without scripts"]
FLEETS = ["cluster", "cluster without scripts", "cluster, below a prefix", "sentinel"]
TAGGED = "{fn*:å}:".encode()
"""A prefix that keeps the keys below it together in a cluster."""


@pytest.fixture(params=[*KINDS, *(f"{kind}, below a prefix" for kind in KINDS), *FLEETS])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    """Every kind of cache, plain and seen through a prefix."""
    kind, _, view = request.param.partition(", ")
    prefix = TAGGED if view else b""
    behind: Behind
    cache: CacheBackend
    if kind == "memory":
        clock = HandClock()
        cache = MemoryCache(clock)
        behind = BehindMemory(cache, clock)
    elif kind == "sentinel":
        behind = BehindRedis(request.getfixturevalue("trio_raw"))
        cache = RedisCache(parse_target(request.getfixturevalue("shared_trio").url))
    elif kind.startswith("cluster"):
        behind = BehindRedis(request.getfixturevalue("cluster_raw"))
        url = request.getfixturevalue("cluster").url
        cache = ClusterCache(parse_target(url), can_script=kind == "cluster")
    else:
        raw = request.getfixturevalue("raw")
        behind = BehindRedis(raw)
        if kind == "redis":
            cache = RedisCache(target_of(request.getfixturevalue("redis_url")))
        else:
            cache = RedisCache(request.getfixturevalue("denied_eval"))
    if view:
        cache = CacheView(cache, prefix=prefix)
    async with opened(cache):
        yield Stage(cache, behind, prefix)


@pytest.fixture
def one_server(stage: Stage) -> None:
    """Skips where two names may live on two servers: then nothing can be done to both at once."""
    if isinstance(stage.cache, ClusterCache):
        pytest.skip("names without a common tag")


@pytest.fixture
def target(redis_url: str) -> Target:
    """The empty server."""
    return target_of(redis_url)


@pytest.fixture
async def connected() -> AsyncIterator[Callable[..., Awaitable[RedisCache]]]:
    """Connect caches that are closed after the test."""
    caches: list[RedisCache] = []

    async def connect(target: Target, **options: object) -> RedisCache:
        cache = RedisCache(target, **options)  # type: ignore[arg-type]
        caches.append(cache)
        await cache.connect()
        return cache

    yield connect
    for cache in caches:
        await cache.aclose()
