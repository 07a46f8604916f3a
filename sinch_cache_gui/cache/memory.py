"""The cache of development: in this process, with a clock of its own."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import replace
from typing import Final, assert_never

from sinch_cache_gui.cache.change_queue import ChangeQueue
from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome, kind_of
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.errors import CacheError, WrongType
from sinch_cache_gui.cache.feed import Change, ChangeKind, FeedEvent, LiveSource, LiveStatus
from sinch_cache_gui.cache.glob import compile_pattern
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    LONG_STRING_BYTES,
    BackendFacts,
    CacheBackend,
    Changed,
    ElementPage,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    JsonValue,
    KeyInfo,
    KeyType,
    MoveDeadline,
    Persist,
    Saved,
    ScanCursor,
    ScanPage,
    Snapshot,
    StoredValue,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.key_table import Entry, KeyTable
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.cache.names import check_new_name
from sinch_cache_gui.cache.stored_json import decode_keys, decode_value, encode_key, encode_value
from sinch_cache_gui.cache.ttl import check_ttl, check_ttl_change, ms_of_seconds, ttl_ms_of_seconds
from sinch_cache_gui.pacing import Breather

_SWEEP_STEP: Final = 20
"""Due keys that any operation takes away with it, so that nothing piles up unwatched."""

_SWEEP_SLICE: Final = 500
_LONGEST_NAP_S: Final = 1.0
"""A feed looks at the clock this often at least: a wall clock may be put forward."""


def wall_clock_ms() -> int:
    """Answer the time of this machine in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class MemoryCache(CacheBackend):
    """Keys in memory, strings only. Every operation is one step: none awaits in its middle.

    Keys end when they are touched after their deadline, and by the sweep of whoever watches.

    Args:
        clock: The time in milliseconds since the epoch. Who moves an injected clock calls
            `clock_moved` afterwards, so that the feeds look at it at once.
    """

    def __init__(self, clock: Callable[[], int] = wall_clock_ms) -> None:
        self._clock = clock
        self._table = KeyTable()
        self._queues: set[ChangeQueue] = set()

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
        return self._clock()

    def clock_moved(self) -> None:
        """Learn that the clock jumped or changed its pace: what is due now is told now."""
        for queue in self._queues:
            queue.wake()

    def next_deadline_ms(self) -> int | None:
        """Answer when the next key expires; None if none will."""
        return self._table.next_deadline_ms()

    async def connect(self) -> None:
        """Nothing to reach."""

    async def aclose(self) -> None:
        """End every feed; the keys stay for as long as the object does."""
        for queue in self._queues:
            queue.close()

    async def sweep(self) -> int:
        """End every key whose deadline has come, in slices; answer how many there were."""
        breathe = Breather()
        total = 0
        while ended := self._end_due_keys(_SWEEP_SLICE):
            total += ended
            await breathe()
        return total

    async def clear(self) -> None:
        """Remove every key at once, as a restart does."""
        self._table.clear()
        for queue in self._queues:
            queue.put_flushed()

    async def count_keys(self) -> int | None:
        """Exact, always."""
        return self._table.count(self._clock())

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Answer the keys of the next `count` slots that match."""
        self._end_due_keys(_SWEEP_STEP)
        if type_ not in (None, KeyType.STRING):
            return ScanPage((), None)
        at = 0 if cursor is None else cursor
        if not isinstance(at, int):
            raise TypeError(f"not a cursor of this cache: {cursor!r}")
        keys, following = self._table.page(at, max(count, 1), self._clock())
        if pattern is not None:
            keys = list(filter(compile_pattern(pattern), keys))
        return ScanPage(keys, following)

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Every key is a string here."""
        return [
            None
            if (entry := self._find(key)) is None
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
        return [None if self._find(key) is None else KeyType.STRING for key in keys]

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer from memory."""
        return [Gone() if (entry := self._find(key)) is None else entry.deadline_ms for key in keys]

    async def read(self, key: bytes) -> StoredValue | None:
        """Answer from memory."""
        entry = self._find(key)
        return None if entry is None else _stored(entry)

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Compare in memory."""
        entry = self._find(key)
        return entry is not None and entry.data == data

    async def elements(
        self,
        key: bytes,  # noqa: ARG002
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
        check_ttl(ttl, expects_key=expected is not None)
        entry = self._find(key)
        if entry is None and expected is not None:
            return Gone()
        if entry is not None and entry.data != expected:
            return _changed(entry)
        before = None if entry is None else _snapshot(key, entry)
        match ttl:
            case TtlPolicy.KEEP:
                deadline_ms = None if entry is None else entry.deadline_ms
            case TtlPolicy.NO_EXPIRY:
                deadline_ms = None
            case int():
                deadline_ms = self._clock() + ttl
        self._put(key, data, deadline_ms)
        return Saved(deadline_ms, before)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Nothing can come between; there is no other type than strings."""
        check_ttl(ttl_ms, expects_key=False)
        entry = self._find(key)
        before = None if entry is None else _snapshot(key, entry)
        deadline_ms = self._clock() + ttl_ms
        self._put(key, data, deadline_ms)
        return Saved(deadline_ms, before)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Move, set or remove the deadline."""
        now_ms = self._clock()
        check_ttl_change(change, now_ms)
        entry = self._find(key)
        if entry is None:
            return Gone()
        before_ms = entry.deadline_ms
        match change:
            case ExpireIn(ms):
                after_ms: int | None = now_ms + ms
            case ExtendBy(ms):
                after_ms = None if before_ms is None else before_ms + ms
            case ExpireAt(deadline_ms):
                after_ms = deadline_ms
            case Persist():
                after_ms = None
            case MoveDeadline(from_ms, to_ms):
                after_ms = to_ms if before_ms == from_ms else before_ms
            case _:
                assert_never(change)
        if after_ms != before_ms:
            self._table.set_deadline(key, entry, after_ms)
            self._tell(Change(key, ChangeKind.TTL_CHANGED, after_ms))
        return TtlChanged(before_ms, after_ms)

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Take the key away and answer what it held."""
        entry = self._find(key)
        if entry is None:
            return Gone()
        if expected is not None and entry.data != expected:
            return _changed(entry)
        before = _snapshot(key, entry)
        self._end(key, ChangeKind.DELETED)
        return Saved(None, before)

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Refuse: this cache holds strings only."""
        if self._find(key) is None:
            return Gone()
        raise WrongType(
            f"This key holds a string, not a {kind_of(change)}", "It was left as it is."
        )

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a removed string back until its old deadline.

        Raises:
            WrongType: The snapshot is of another type, taken from another cache.
        """
        if snapshot.type != KeyType.STRING:
            raise WrongType(f"The in-memory cache cannot hold a {snapshot.type}")
        if snapshot.deadline_ms is not None and snapshot.deadline_ms <= self._clock():
            return Gone()
        entry = self._find(snapshot.key)
        if entry is not None:
            return _changed(entry)
        self._put(snapshot.key, snapshot.payload, snapshot.deadline_ms)
        return Saved(snapshot.deadline_ms, None)

    async def replace(self, held: Snapshot, by: Snapshot | None) -> WriteOutcome:
        """Compare and replace: nothing can come between.

        Raises:
            WrongType: `by` is of another type than a string, taken from another cache.
        """
        if by is not None and by.type != KeyType.STRING:
            raise WrongType(f"The in-memory cache cannot hold a {by.type}")
        entry = self._find(held.key)
        if entry is None:
            return Gone()
        if held.type != KeyType.STRING or entry.data != held.payload:
            return _changed(entry)
        before = _snapshot(held.key, entry)
        if by is None:
            self._end(held.key, ChangeKind.DELETED)
            return Saved(None, before)
        if by.deadline_ms is not None and by.deadline_ms <= self._clock():
            return Gone()
        self._put(held.key, by.payload, by.deadline_ms)
        return Saved(by.deadline_ms, before)

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
        return await one_by_one(pairs, lambda pair: self.replace(*pair), workers=1)

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Answer from memory."""
        entry = self._find(key)
        return None if entry is None else _snapshot(key, entry)

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
        check_new_name(key, to)
        if leaving is not None and leaving.type != KeyType.STRING:
            raise WrongType(f"The in-memory cache cannot hold a {leaving.type}")
        entry = self._find(key)
        if entry is None:
            return Gone()
        moved = _snapshot(key, entry)
        if held is not None and (held.type, held.payload) != (moved.type, moved.payload):
            return Changed(_stored(entry))
        other = self._find(to)
        if other is not None and not overwrites:
            return _changed(other)
        before = None if other is None else _snapshot(to, other)
        self._end(key, ChangeKind.DELETED)
        self._put(to, moved.payload, moved.deadline_ms)
        if leaving is not None and (
            leaving.deadline_ms is None or leaving.deadline_ms > self._clock()
        ):
            self._put(key, leaving.payload, leaving.deadline_ms)
        return Saved(moved.deadline_ms, before, moved)

    def retry_now(self) -> None:
        """Never lost."""

    async def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow every change, expiry included: a feed sweeps at the nearest deadline."""
        queue = ChangeQueue()
        self._queues.add(queue)
        try:
            yield LiveStatus(LiveSource.MEMORY)
            while not queue.is_closed:
                await self.sweep()
                for event in queue.take():
                    yield event
                await queue.wait(self._nap_s())
        finally:
            self._queues.discard(queue)

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store a function's value."""
        ttl_ms = ttl_ms_of_seconds(ttl)
        stored_key, data = encode_key(key), encode_value(value)
        self._find(stored_key)
        self._put(stored_key, data, self._clock() + ttl_ms)

    async def get(self, key: str) -> JsonValue:
        """Answer a function's value."""
        stored_key = encode_key(key)
        entry = self._find(stored_key)
        return None if entry is None else decode_value(stored_key, entry.data)

    async def has(self, key: str) -> bool:
        """Answer from memory."""
        return self._find(encode_key(key)) is not None

    async def delete(self, key: str) -> bool:
        """Remove a function's key."""
        stored_key = encode_key(key)
        if self._find(stored_key) is None:
            return False
        self._end(stored_key, ChangeKind.DELETED)
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

    def _find(self, key: bytes) -> Entry | None:
        """Touch a key: one that is due ends here."""
        self._end_due_keys(_SWEEP_STEP)
        entry = self._table.find(key)
        if entry is None or entry.deadline_ms is None or entry.deadline_ms > self._clock():
            return entry
        self._end(key, ChangeKind.EXPIRED)
        return None

    def _end_due_keys(self, limit: int) -> int:
        due = self._table.due(self._clock(), limit)
        for key in due:
            self._end(key, ChangeKind.EXPIRED)
        return len(due)

    def _put(self, key: bytes, data: bytes, deadline_ms: int | None) -> None:
        self._table.put(key, data, deadline_ms)
        self._tell(Change(key, ChangeKind.WRITTEN, deadline_ms))

    def _end(self, key: bytes, kind: ChangeKind) -> None:
        self._table.drop(key)
        self._tell(Change(key, kind))

    def _tell(self, change: Change) -> None:
        for queue in self._queues:
            queue.put(change)

    def _nap_s(self) -> float | None:
        nearest = self._table.next_deadline_ms()
        if nearest is None:
            return None
        return min(max(nearest - self._clock(), 0) / 1000, _LONGEST_NAP_S)


def _stored(entry: Entry) -> StoredValue:
    return StoredValue(KeyType.STRING, entry.data, len(entry.data), entry.deadline_ms)


def _changed(entry: Entry) -> Changed:
    stored = _stored(entry)
    is_long = len(entry.data) > LONG_STRING_BYTES
    return Changed(replace(stored, data=None) if is_long else stored)


def _snapshot(key: bytes, entry: Entry) -> Snapshot:
    return Snapshot(key, KeyType.STRING, entry.data, entry.deadline_ms)
