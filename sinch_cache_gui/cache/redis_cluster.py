"""A Redis Cluster as one cache: each key at the primary that holds it, wherever that is by now."""

from __future__ import annotations

import asyncio
from collections import ChainMap
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from redis.crc import key_slot

from sinch_cache_gui.cache.cluster_members import ClusterMembers, Member
from sinch_cache_gui.cache.cluster_routes import ClusterRoutes
from sinch_cache_gui.cache.cluster_scan import ClusterScan
from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    BackendFacts,
    CacheBackend,
    ElementPage,
    Gone,
    JsonValue,
    KeyInfo,
    Saved,
    ScanCursor,
    ScanPage,
    Snapshot,
    StoredValue,
    Ttl,
    TtlChange,
    TtlOutcome,
    WriteOutcome,
)
from sinch_cache_gui.cache.live_cluster import ClusterFeed
from sinch_cache_gui.cache.live_source import DEFAULT_PLAN, LivePlan
from sinch_cache_gui.cache.names import check_new_name
from sinch_cache_gui.cache.redis import DEFAULT_TIMEOUT_S, RedisCache
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.scanning import scan_all
from sinch_cache_gui.cache.server_clock import ServerClock
from sinch_cache_gui.cache.stored_json import decode_keys, encode_key


class ClusterCache(CacheBackend):
    """A Redis Cluster. Its nodes' clocks are taken to agree.

    Args:
        target: The cluster.
        timeout_s: The longest a server may be silent before it counts as unreachable.
        can_script: False writes by transactions from the start, as where scripts are denied.
        live: How changes are noticed.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        can_script: bool = True,
        live: LivePlan = DEFAULT_PLAN,
    ) -> None:
        clock = ServerClock()

        def make_cache(target: Target, node: RedisNode) -> RedisCache:
            return RedisCache(target, can_script=can_script, live=live, node=node, clock=clock)

        self._target = target
        self._live = live
        self._clock = clock
        self._members = ClusterMembers(target, timeout_s=timeout_s, make_cache=make_cache)
        self._routes = ClusterRoutes(self._members)
        self._scan = ClusterScan(self._members)
        self._feeds: set[ClusterFeed] = set()
        self._product = "Redis"
        self._refused: Mapping[str, str] = {}
        self._restores_entries = False

    @property
    def facts(self) -> BackendFacts:
        """What `connect` learnt; little before it."""
        target, members = self._target, self._members.all()
        details = {"Mode": "cluster"}
        if members:
            count = len(members)
            details["Mode"] = f"cluster, {count} primar{'y' if count == 1 else 'ies'}"
            places = sorted(member.endpoint.address for member in members.values())
            details["Primaries"] = ", ".join(places)
        details["User"] = target.username or "default"
        return BackendFacts(
            target.label,
            self._product,
            not target.is_on_this_machine,
            details,
            self._refused,
            self._restores_entries,
        )

    @property
    def is_read_only(self) -> bool:
        """Never by itself; the servers may still refuse a write."""
        return False

    def now_ms(self) -> int:
        """The servers' clock, as last read."""
        return self._clock.now_ms()

    async def connect(self) -> None:
        """Find the primaries and learn what they can do. One that is down may be so."""
        await self._members.look()
        members = self._members.all().values()
        found = await asyncio.gather(*map(Member.ready, members), return_exceptions=True)
        ready = [cache for cache in found if isinstance(cache, RedisCache)]
        for error in found:
            if isinstance(error, BaseException) and not (
                ready and isinstance(error, CacheUnreachable)
            ):
                raise error
        self._product = ready[0].facts.product
        self._refused = dict(ChainMap(*(dict(cache.facts.refused) for cache in ready)))
        self._restores_entries = all(cache.facts.restores_entries for cache in ready)

    async def aclose(self) -> None:
        """Close every connection and end every feed."""
        for feed in self._feeds:
            feed.close()
        await self._members.aclose()

    def retry_now(self) -> None:
        """Let the feeds try lost primaries again at once."""
        for feed in self._feeds:
            feed.retry_now()

    async def count_keys(self) -> int | None:
        """The sum over the primaries; None while one of several is down or does not tell."""
        members = self._members.all().values()
        counts = await asyncio.gather(
            *(member.cache.count_keys() for member in members), return_exceptions=True
        )
        errors = [count for count in counts if isinstance(count, BaseException)]
        for error in errors:
            if len(errors) == len(counts) or not isinstance(error, CacheUnreachable):
                raise error
        told = [count for count in counts if isinstance(count, int)]
        return sum(told) if len(told) == len(counts) else None

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """One SCAN, or one at each of several primaries with few keys."""
        return await self._scan.page(cursor, pattern, count, type_)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.spread(
            keys, lambda cache, part: cache.describe(part, preview_bytes=preview_bytes)
        )

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.spread(keys, RedisCache.types)

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.spread(keys, RedisCache.deadlines)

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.spread(keys, RedisCache.exist)

    async def read(self, key: bytes) -> StoredValue | None:
        """Read where the key is."""
        return await self._routes.at(key, lambda cache: cache.read(key))

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """Read where the key is."""
        return await self._routes.at(key, lambda cache: cache.piece(key, start, size))

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Compare where the key is."""
        return await self._routes.at(key, lambda cache: cache.holds(key, data))

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """A page from where the key is; a cursor means nothing to another server."""
        held_by, at = (None, None) if cursor is None else _parse_element_cursor(cursor)

        async def page(cache: RedisCache) -> ElementPage | None:
            place = cache.facts.label
            here = at if place == held_by else None
            found = await cache.elements(key, kind, here, count=count, within=within)
            if found is None or found.next is None:
                return found
            return replace(found, next=(place, found.next))

        return await self._routes.at(key, page)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Compare and set where the key is."""
        return await self._routes.at(
            key, lambda cache: cache.write(key, data, expected=expected, ttl=ttl)
        )

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Overwrite where the key belongs."""
        return await self._routes.at(key, lambda cache: cache.overwrite(key, data, ttl_ms))

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Change the TTL where the key is."""
        return await self._routes.at(key, lambda cache: cache.change_ttl(key, change))

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Look and delete where the key is."""
        return await self._routes.at(key, lambda cache: cache.remove(key, expected=expected))

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Look and change where the key is."""
        return await self._routes.at(key, lambda cache: cache.change_element(key, change))

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a key back where it belongs by now."""
        return await self._routes.at(snapshot.key, lambda cache: cache.restore(snapshot))

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.at_each(
            keys, _itself, RedisCache.remove_many, lambda cache, key: cache.remove(key)
        )

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.at_each(
            changes,
            lambda one: one[0],
            RedisCache.change_ttl_many,
            lambda cache, one: cache.change_ttl(*one),
        )

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Pipelines to every primary that shall hold some of the keys, at the same time."""
        return await self._routes.at_each(
            snapshots, lambda one: one.key, RedisCache.restore_many, RedisCache.restore
        )

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.at_each(
            pairs,
            lambda pair: pair[0].key,
            RedisCache.replace_many,
            _replace_one,
        )

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Take a key whole where it is."""
        return await self._routes.at(key, lambda cache: cache.snapshot(key))

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Pipelines to every primary that holds some of the keys, at the same time."""
        return await self._routes.at_each(
            keys, _itself, RedisCache.snapshot_many, RedisCache.snapshot
        )

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Rename within a slot: between two, no server can do it in one step."""
        check_new_name(key, to)
        if key_slot(key) != key_slot(to):
            raise NotPermitted(
                "These two names live in different slots of the cluster",
                "A cluster renames in one step only between names that share a {tag}. "
                "Copy the key to the new name, then delete the old one.",
            )
        return await self._routes.at(
            key,
            lambda cache: cache.rename(key, to, overwrites=overwrites, leaving=leaving, held=held),
        )

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow every primary, and whoever takes over from it."""
        feed = ClusterFeed(self._members, self, self._live)
        self._feeds.add(feed)
        try:
            async with aclosing(feed.events()) as events:
                async for event in events:
                    yield event
        finally:
            self._feeds.discard(feed)

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value where its key belongs."""
        await self._routes.at(encode_key(key), lambda cache: cache.set(key, value, ttl))

    async def get(self, key: str) -> JsonValue:
        """Answer a function's value."""
        return await self._routes.at(encode_key(key), lambda cache: cache.get(key))

    async def has(self, key: str) -> bool:
        """Ask where the key belongs."""
        return await self._routes.at(encode_key(key), lambda cache: cache.has(key))

    async def delete(self, key: str) -> bool:
        """Remove a function's key where it is."""
        return await self._routes.at(encode_key(key), lambda cache: cache.delete(key))

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time where the key is."""
        return await self._routes.at(encode_key(key), lambda cache: cache.extend(key, seconds))

    async def keys(self, pattern: str = "*") -> list[str]:
        """SCAN every primary; keys that are not text are not a function's."""
        found = await scan_all(self.scan_page, encode_key(pattern))
        return decode_keys(list(dict.fromkeys(found)))

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Pipelines to every primary that holds some of the keys, at the same time."""

        async def values(cache: RedisCache, part: Sequence[bytes]) -> list[JsonValue]:
            texts = [key.decode() for key in part]
            found = await cache.get_many(texts)
            return [found[text] for text in texts]

        found = await self._routes.spread([encode_key(key) for key in keys], values)
        return dict(zip(keys, found, strict=True))


async def _replace_one(cache: RedisCache, pair: tuple[Snapshot, Snapshot | None]) -> WriteOutcome:
    (outcome,) = await cache.replace_many([pair])
    if isinstance(outcome, CacheError):
        raise outcome
    return outcome


def _itself(key: bytes) -> bytes:
    return key


def _parse_element_cursor(cursor: ScanCursor) -> tuple[str, ScanCursor]:
    match cursor:
        case (str() as held_by, at):
            return held_by, at
    raise TypeError(f"not a cursor of this cache: {cursor!r}")
