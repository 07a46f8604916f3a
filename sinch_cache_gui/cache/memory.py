"""The cache of development: in this process, with a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence

from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome, kind_of
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import CacheError, WrongType
from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.glob import compile_pattern
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    LONG_STRING_BYTES,
    BackendFacts,
    CacheBackend,
    ElementPage,
    ExtendBy,
    Gone,
    JsonValue,
    KeyInfo,
    KeyType,
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
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.cache.memory_keys import MemoryKeys
from sinch_cache_gui.cache.memory_writes import MemoryWrites
from sinch_cache_gui.cache.stored_json import decode_keys, decode_value, encode_key, encode_value
from sinch_cache_gui.cache.ttl import ms_of_seconds, ttl_ms_of_seconds
from sinch_cache_gui.cache.wall_clock import wall_clock_ms
from sinch_cache_gui.pacing import Breather


class MemoryCache(CacheBackend):
    """Keys in memory, strings only. Every operation is one step: none awaits in its middle.

    Keys end when they are touched after their deadline, and by the sweep of whoever watches.

    Args:
        clock: The time in milliseconds since the epoch. Who moves an injected clock calls
            `clock_moved` afterwards, so that the feeds look at it at once.
    """

    def __init__(self, clock: Callable[[], int] = wall_clock_ms) -> None:
        self._keys = MemoryKeys(clock)
        self._writes = MemoryWrites(self._keys)

    @property
    def facts(self) -> BackendFacts:
        """Constant."""
        return BackendFacts("memory", "in-memory", False, {"Lifetime": "lost when it is closed"})

    @property
    def is_read_only(self) -> bool:
        """Never."""
        return False

    def now_ms(self) -> int:
        """The injected clock's time."""
        return self._keys.now_ms()

    def clock_moved(self) -> None:
        """Learn that the clock jumped or changed its pace: what is due now is told now."""
        self._keys.wake_feeds()

    def next_deadline_ms(self) -> int | None:
        """Answer when the next key expires; None if none will."""
        return self._keys.next_deadline_ms()

    async def connect(self) -> None:
        """Nothing to reach."""

    async def aclose(self) -> None:
        """End every feed; the keys stay for as long as the object does."""
        self._keys.end_feeds()

    async def sweep(self) -> int:
        """End every key whose deadline has come, in slices; answer how many there were."""
        return await self._keys.sweep()

    async def clear(self) -> None:
        """Remove every key at once, as a restart does."""
        self._keys.clear()

    async def count_keys(self) -> int | None:
        """Exact, always."""
        return self._keys.count()

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Answer the keys of the next `count` slots that match."""
        self._keys.end_due()
        if type_ not in (None, KeyType.STRING):
            return ScanPage((), None)
        at = 0 if cursor is None else cursor
        if not isinstance(at, int):
            raise TypeError(f"not a cursor of this cache: {cursor!r}")
        keys, following = self._keys.page(at, max(count, 1))
        if pattern is not None:
            keys = list(filter(compile_pattern(pattern), keys))
        return ScanPage(keys, following)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Every key is a string here."""
        return [
            None
            if (entry := self._keys.find(key)) is None
            else KeyInfo(
                key,
                KeyType.STRING,
                entry.deadline_ms,
                len(entry.data),
                entry.data[:preview_bytes],
            )
            for key in keys
        ]

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Every key is a string here."""
        return [None if self._keys.find(key) is None else KeyType.STRING for key in keys]

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer from memory."""
        return [
            Gone() if (entry := self._keys.find(key)) is None else entry.deadline_ms for key in keys
        ]

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """Answer from memory."""
        return [self._keys.find(key) is not None for key in keys]

    async def read(self, key: bytes) -> StoredValue | None:
        """Answer from memory."""
        entry = self._keys.find(key)
        return None if entry is None else entry.stored()

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """Answer from memory."""
        entry = self._keys.find(key)
        return b"" if entry is None else entry.data[start : start + size]

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Compare in memory, a long string in slices: of this very moment, whatever comes."""
        entry = self._keys.find(key)
        if entry is None or len(entry.data) != len(data):
            return False
        held, breathe = entry.data, Breather()
        for at in range(0, len(held), LONG_STRING_BYTES):
            if held[at : at + LONG_STRING_BYTES] != data[at : at + LONG_STRING_BYTES]:
                return False
            await breathe()
        return True

    async def elements(
        self,
        key: bytes,  # noqa: ARG002 - as the interface has it, like those that follow
        kind: str,  # noqa: ARG002
        cursor: ScanCursor | None = None,  # noqa: ARG002
        *,
        count: int = 200,  # noqa: ARG002
        within: ElementRange | None = None,  # noqa: ARG002
    ) -> ElementPage | None:
        """Every key is a string here."""
        return None

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Compare and set: nothing can come between."""
        return self._writes.write(key, data, expected=expected, ttl=ttl)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Nothing can come between; there is no other type than strings."""
        return self._writes.overwrite(key, data, ttl_ms)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Move, set or remove the deadline."""
        return self._writes.change_ttl(key, change)

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Take the key away and answer what it held."""
        return self._writes.remove(key, expected=expected)

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Refuse: this cache holds strings only."""
        if self._keys.find(key) is None:
            return Gone()
        raise WrongType(
            f"This key holds a string, not a {kind_of(change)}", "It was left as it is."
        )

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a removed string back until its old deadline.

        Raises:
            WrongType: The snapshot is of another type, taken from another cache.
        """
        return self._writes.restore(snapshot)

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Take them away one after the other, in slices."""
        return await one_by_one(keys, self.remove, workers=1)

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """Change them one after the other, in slices."""
        return await one_by_one(changes, lambda one: self.change_ttl(*one), workers=1)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """Put them back one after the other, in slices."""
        return await one_by_one(snapshots, self.restore, workers=1)

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Replace them one after the other, in slices."""

        async def replace_one(pair: tuple[Snapshot, Snapshot | None]) -> WriteOutcome:
            return self._writes.replace(*pair)

        return await one_by_one(pairs, replace_one, workers=1)

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Answer from memory."""
        entry = self._keys.find(key)
        return None if entry is None else entry.snapshot(key)

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Answer from memory, in slices."""
        return await one_by_one(keys, self.snapshot, workers=1)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Move the bytes and the deadline: nothing can come between.

        Raises:
            WrongType: `leaving` is of another type than a string, taken from another cache.
        """
        return self._writes.rename(key, to, overwrites=overwrites, leaving=leaving, held=held)

    def retry_now(self) -> None:
        """Never lost."""

    def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow every change, expiry included: a feed sweeps at the nearest deadline."""
        return self._keys.watch()

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value."""
        ttl_ms = ttl_ms_of_seconds(ttl)
        stored_key, data = encode_key(key), encode_value(value)
        self._keys.find(stored_key)
        self._keys.put(stored_key, data, self._keys.now_ms() + ttl_ms)

    async def get(self, key: str) -> JsonValue:
        """Answer a function's value."""
        stored_key = encode_key(key)
        entry = self._keys.find(stored_key)
        return None if entry is None else decode_value(stored_key, entry.data)

    async def has(self, key: str) -> bool:
        """Answer from memory."""
        return self._keys.find(encode_key(key)) is not None

    async def delete(self, key: str) -> bool:
        """Remove a function's key."""
        stored_key = encode_key(key)
        if self._keys.find(stored_key) is None:
            return False
        self._keys.delete(stored_key)
        return True

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time."""
        change = ExtendBy(ms_of_seconds(seconds))
        return await self.change_ttl(encode_key(key), change) != Gone()

    async def keys(self, pattern: str = "*") -> list[str]:
        """Answer matching keys, walking all of them in slices."""
        matches = encode_key(pattern)
        breathe = Breather()
        found: list[bytes] = []
        page = await self.scan_page(pattern=matches)
        found += page.keys
        while page.next is not None:
            await breathe()
            page = await self.scan_page(page.next, pattern=matches)
            found += page.keys
        return decode_keys(found)

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Answer each key's value."""
        return {key: await self.get(key) for key in keys}
