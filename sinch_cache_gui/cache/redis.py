"""The cache of production: a Redis server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

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
    ExtendBy,
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
from sinch_cache_gui.cache.live import RedisFeed
from sinch_cache_gui.cache.live_source import DEFAULT_PLAN, LivePlan
from sinch_cache_gui.cache.redis_abilities import PROBES, Abilities, parse_abilities
from sinch_cache_gui.cache.redis_atomic_writes import Deadlines, ScriptsDenied
from sinch_cache_gui.cache.redis_comparison import holds
from sinch_cache_gui.cache.redis_elements import RedisElements
from sinch_cache_gui.cache.redis_errors import translate
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_reads import BATCH, RedisReads
from sinch_cache_gui.cache.redis_scan import RedisScan
from sinch_cache_gui.cache.redis_sentinel import SentinelNode
from sinch_cache_gui.cache.redis_writes import RedisWrites
from sinch_cache_gui.cache.scanning import scan_all
from sinch_cache_gui.cache.server_clock import ServerClock
from sinch_cache_gui.cache.stored_json import decode_keys, decode_value, encode_key, encode_value
from sinch_cache_gui.cache.ttl import ms_of_seconds, ttl_ms_of_seconds
from sinch_cache_gui.cache.wall_clock import steady_clock_ms
from sinch_cache_gui.pacing import Breather

DEFAULT_TIMEOUT_S: Final = 5.0


class RedisCache(CacheBackend):
    """One Redis server, or one that speaks its protocol: standalone, by Sentinel, or in a cluster.

    Args:
        target: Where it is.
        timeout_s: The longest the server may be silent before it counts as unreachable.
        can_script: False writes by transactions from the start, as where scripts are denied.
        live: How changes are noticed.
        node: The server itself, where it is more than the one address of the target.
        clock: Shared by the servers of a cluster.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        can_script: bool = True,
        live: LivePlan = DEFAULT_PLAN,
        node: RedisNode | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        self._target = target
        kind = SentinelNode if target.kind.is_sentinel else RedisNode
        self._node = node or kind(target, timeout_s=timeout_s)
        self._clock = clock or ServerClock()
        self._abilities = Abilities()
        self._prefers_scripts = can_script
        self._live = live
        self._feeds: set[RedisFeed] = set()
        self._learn(self._abilities)

    @property
    def facts(self) -> BackendFacts:
        """What `connect` learnt; little before it."""
        target, abilities = self._target, self._abilities
        details = {"Database": str(target.database)}
        if target.kind.is_sentinel:
            details["Mode"] = f"sentinel, service {target.service}"
            details["Primary"] = self._node.where
            details["Sentinels"] = target.address
        elif abilities.mode:
            details["Mode"] = abilities.mode
        if abilities.role and abilities.role != "master":
            details["Role"] = abilities.role
        details["User"] = target.username or "default"
        return BackendFacts(
            target.label,
            abilities.product,
            not target.is_on_this_machine,
            details,
            abilities.refused,
            abilities.can_lower_ids,
        )

    @property
    def is_read_only(self) -> bool:
        """Never by itself; the server may still refuse a write."""
        return False

    def now_ms(self) -> int:
        """The server's clock, as last read."""
        return self._clock.now_ms()

    async def connect(self) -> None:
        """Reach the server and learn what it can do. May be called again after it was lost."""
        sent_at_ms = steady_clock_ms()
        replies = await self._node.ask_many(PROBES)
        received_at_ms = steady_clock_ms()
        for reply in replies:
            if isinstance(reply, Exception):
                error = translate(reply, self._node.where)
                if isinstance(error, CacheUnreachable):
                    raise error from reply
        abilities = parse_abilities(replies)
        if abilities.time_ms is not None:
            self._clock.observe(abilities.time_ms, sent_at_ms, received_at_ms)
        self._learn(abilities)

    async def aclose(self) -> None:
        """Close every connection and end every feed."""
        for feed in self._feeds:
            feed.close()
        await self._node.aclose()

    def retry_now(self) -> None:
        """Let the feeds try a lost server again at once."""
        for feed in self._feeds:
            feed.retry_now()

    async def count_keys(self) -> int | None:
        """DBSIZE: counts keys that are due but not yet taken away."""
        try:
            count = await self._node.ask("DBSIZE")
        except NotPermitted:
            return None
        return count if isinstance(count, int) else None

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """One SCAN."""
        return await self._scan.page(cursor, pattern, count, type_)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """One pipeline for many keys, a second for those that are not strings."""
        return await self._reads.describe(keys, preview_bytes)

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """One pipeline for many keys."""
        return await self._reads.types(keys)

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """One pipeline for many keys."""
        return await self._reads.deadlines(keys)

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """One pipeline for many keys."""
        return await self._reads.exist(keys)

    async def read(self, key: bytes) -> StoredValue | None:
        """One round trip for a string, two for another type."""
        return await self._reads.read(key)

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """One round trip."""
        return await self._reads.piece(key, start, size)

    async def holds(self, key: bytes, data: bytes) -> bool:
        """One round trip, and one for each piece; the digest of a piece where scripts may run."""
        # The script asks for the type.
        if self._writes.runs_scripts and "TYPE" not in self._abilities.refused:
            try:
                return await holds(self._node, key, data, by_digest=True)
            except ScriptsDenied:
                self._writes.give_up_scripts()
        return await holds(self._node, key, data, by_digest=False)

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """One round trip; two for a hash, where fields may have TTLs of their own."""
        elements = RedisElements(self._node, has_field_ttl=self._abilities.has_field_ttl)
        return await elements.page(key, kind, cursor, count, within)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Compare and set in one step on the server."""
        return await self._writes.write(key, data, expected=expected, ttl=ttl)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Look and store in one step on the server."""
        return await self._writes.overwrite(key, data, ttl_ms)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Look at and change the TTL in one step on the server."""
        return await self._writes.change_ttl(key, change)

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Look and delete in one step on the server, having looked at it before, too."""
        return await self._writes.remove(key, expected=expected)

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Look at an element and change it in one step on the server."""
        return await self._writes.change_element(key, change)

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a key back in one step on the server; other types than strings by RESTORE."""
        return await self._writes.restore(snapshot)

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Look and delete each in one step on the server, many in one pipeline."""
        return await self._writes.remove_many(keys)

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Look at and change each TTL in one step on the server, many in one pipeline."""
        return await self._writes.change_ttl_many(changes)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Put each back in one step on the server, many in one pipeline."""
        return await self._writes.restore_many(snapshots)

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Compare and replace each in one step on the server, many in one pipeline."""
        return await self._writes.replace_many(pairs)

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Two round trips, the second a transaction."""
        return await self._reads.snapshot(key)

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Two round trips for many keys, each in a transaction of its own."""
        return await self._reads.snapshot_many(keys)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Look at both names and rename in one step on the server."""
        return await self._writes.rename(key, to, overwrites=overwrites, leaving=leaving, held=held)

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow the server; a lost one is tried again until the iterator is closed."""
        feed = RedisFeed(self._node, self, self._live)
        self._feeds.add(feed)
        try:
            async with aclosing(feed.events()) as events:
                async for event in events:
                    yield event
        finally:
            self._feeds.discard(feed)

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value as a string; another type is left alone."""
        ttl_ms = ttl_ms_of_seconds(ttl)
        await self._writes.put(encode_key(key), encode_value(value), ttl_ms)

    async def get(self, key: str) -> JsonValue:
        """One GET."""
        return (await self.get_many([key]))[key]

    async def has(self, key: str) -> bool:
        """One EXISTS."""
        return await self._node.ask("EXISTS", encode_key(key)) == 1

    async def delete(self, key: str) -> bool:
        """One UNLINK."""
        return await self._node.tell("UNLINK", encode_key(key)) == 1

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time in one step on the server."""
        change = ExtendBy(ms_of_seconds(seconds))
        return await self.change_ttl(encode_key(key), change) != Gone()

    async def keys(self, pattern: str = "*") -> list[str]:
        """SCAN from end to end; keys that are not text are not a function's."""
        return decode_keys(await scan_all(self.scan_page, encode_key(pattern)))

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """One pipeline of GET for many keys: MGET would take another type for a missing key."""
        values: dict[str, JsonValue] = {}
        breathe = Breather()
        for start in range(0, len(keys), BATCH):
            batch = [(key, encode_key(key)) for key in keys[start : start + BATCH]]
            replies = await self._node.ask_many([("GET", stored) for _, stored in batch])
            for (key, stored), reply in zip(batch, replies, strict=True):
                data = self._node.checked(reply)
                values[key] = decode_value(stored, data) if isinstance(data, bytes) else None
                await breathe()
        return values

    def _learn(self, abilities: Abilities) -> None:
        self._abilities = abilities
        command = "PEXPIRETIME" if abilities.has_expiretime else "PTTL"
        times = Deadlines(command, self._clock.now_ms)
        self._reads = RedisReads(self._node, times, self._clock)
        self._scan = RedisScan(self._node, self._reads.types)
        self._writes = RedisWrites(
            self._node, self._reads, times, abilities, can_script=self._prefers_scripts
        )
