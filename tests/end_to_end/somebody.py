"""Somebody else who uses the cache that the window shows."""

from __future__ import annotations

import asyncio
import json
from time import monotonic
from typing import Protocol

import redis

from sinch_cache_gui.cache.interface import CacheBackend

PATIENCE_S = 30


class SomebodyElse(Protocol):
    """Another user of the same cache."""

    async def put(self, key: str, value: object, ttl_s: int = 600) -> None: ...
    async def drop(self, key: str) -> None: ...
    async def look(self, key: str) -> object: ...
    async def time_left_s(self, key: str) -> float | None: ...


async def finds(somebody: SomebodyElse, key: str, value: object) -> None:
    """Look until the key holds the value."""
    until_s = monotonic() + PATIENCE_S
    while (found := await somebody.look(key)) != value:
        assert monotonic() < until_s, f"{key} holds {found!r}"
        await asyncio.sleep(0.01)


class OnRedis:
    """Somebody else with a client of their own."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    async def put(self, key: str, value: object, ttl_s: int = 600) -> None:
        self._client.set(key, json.dumps(value), ex=ttl_s)

    async def drop(self, key: str) -> None:
        self._client.delete(key)

    async def look(self, key: str) -> object:
        data = self._client.get(key)
        return None if data is None else json.loads(data)

    async def time_left_s(self, key: str) -> float | None:
        left_ms = self._client.pttl(key)
        return None if left_ms < 0 else left_ms / 1000


class InMemory:
    """The function that shares the embedded cache with the window."""

    def __init__(self, cache: CacheBackend) -> None:
        self._cache = cache

    async def put(self, key: str, value: object, ttl_s: int = 600) -> None:
        await self._cache.set(key, value, ttl_s)

    async def drop(self, key: str) -> None:
        await self._cache.delete(key)

    async def look(self, key: str) -> object:
        return await self._cache.get(key)

    async def time_left_s(self, key: str) -> float | None:
        (deadline,) = await self._cache.deadlines([key.encode()])
        return (deadline - self._cache.now_ms()) / 1000 if isinstance(deadline, int) else None
