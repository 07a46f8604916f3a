"""A backend that hands everything on: the ground for those that add one thing."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import CacheError
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


class ForwardingBackend(CacheBackend):
    """Asks `inner` for everything; a subclass overrides what it changes."""

    def __init__(self, inner: CacheBackend) -> None:
        self._inner = inner

    @property
    def facts(self) -> BackendFacts:
        """Forwarded."""
        return self._inner.facts

    @property
    def is_read_only(self) -> bool:
        """Forwarded."""
        return self._inner.is_read_only

    def now_ms(self) -> int:
        """Forwarded."""
        return self._inner.now_ms()

    async def connect(self) -> None:
        """Forwarded."""
        await self._inner.connect()

    async def aclose(self) -> None:
        """Forwarded."""
        await self._inner.aclose()

    async def count_keys(self) -> int | None:
        """Forwarded."""
        return await self._inner.count_keys()

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Forwarded."""
        return await self._inner.scan_page(cursor, pattern=pattern, count=count, type_=type_)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Forwarded."""
        return await self._inner.describe(keys, preview_bytes=preview_bytes)

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Forwarded."""
        return await self._inner.types(keys)

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Forwarded."""
        return await self._inner.deadlines(keys)

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """Forwarded."""
        return await self._inner.exist(keys)

    async def read(self, key: bytes) -> StoredValue | None:
        """Forwarded."""
        return await self._inner.read(key)

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """Forwarded."""
        return await self._inner.piece(key, start, size)

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Forwarded."""
        return await self._inner.holds(key, data)

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """Forwarded."""
        return await self._inner.elements(key, kind, cursor, count=count, within=within)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Forwarded."""
        return await self._inner.write(key, data, expected=expected, ttl=ttl)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Forwarded."""
        return await self._inner.overwrite(key, data, ttl_ms)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Forwarded."""
        return await self._inner.change_ttl(key, change)

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Forwarded."""
        return await self._inner.remove(key, expected=expected)

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Forwarded."""
        return await self._inner.change_element(key, change)

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Forwarded."""
        return await self._inner.restore(snapshot)

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Forwarded."""
        return await self._inner.remove_many(keys)

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Forwarded."""
        return await self._inner.change_ttl_many(changes)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Forwarded."""
        return await self._inner.restore_many(snapshots)

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Forwarded."""
        return await self._inner.replace_many(pairs)

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Forwarded."""
        return await self._inner.snapshot(key)

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Forwarded."""
        return await self._inner.snapshot_many(keys)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Forwarded."""
        return await self._inner.rename(key, to, overwrites=overwrites, leaving=leaving, held=held)

    def retry_now(self) -> None:
        """Forwarded."""
        self._inner.retry_now()

    def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Forwarded."""
        return self._inner.watch()

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Forwarded."""
        await self._inner.set(key, value, ttl)

    async def get(self, key: str) -> JsonValue:
        """Forwarded."""
        return await self._inner.get(key)

    async def has(self, key: str) -> bool:
        """Forwarded."""
        return await self._inner.has(key)

    async def delete(self, key: str) -> bool:
        """Forwarded."""
        return await self._inner.delete(key)

    async def extend(self, key: str, seconds: int) -> bool:
        """Forwarded."""
        return await self._inner.extend(key, seconds)

    async def keys(self, pattern: str = "*") -> list[str]:
        """Forwarded."""
        return await self._inner.keys(pattern)

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Forwarded."""
        return await self._inner.get_many(keys)
