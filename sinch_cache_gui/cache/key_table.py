"""The keys of a memory cache: found by name, walked in pages, ended by deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sortedcontainers import SortedList

from sinch_cache_gui.cache.interface import KeyType, Snapshot, StoredValue


@dataclass(slots=True)
class Entry:
    """One key that exists.

    Attributes:
        data: The stored bytes.
        deadline_ms: When it expires; None for no expiry.
        slot: Its place in the walk, which it keeps for life.
    """

    data: bytes
    deadline_ms: int | None
    slot: int

    def stored(self) -> StoredValue:
        """Answer what the key holds."""
        return StoredValue(KeyType.STRING, self.data, len(self.data), self.deadline_ms)

    def snapshot(self, key: bytes) -> Snapshot:
        """Answer the key whole; an entry does not know its key."""
        return Snapshot(key, KeyType.STRING, self.data, self.deadline_ms)


class KeyTable:
    """Keys with their values and deadlines. Knows no clock: it is told the time.

    Each key has a slot for as long as it exists, so a walk in slot order meets every key that
    exists from its beginning to its end, whatever comes and goes meanwhile.
    """

    def __init__(self) -> None:
        self._entries: dict[bytes, Entry] = {}
        self._slots: list[bytes | None] = []
        self._free_slots: list[int] = []
        self._deadlines: SortedList = SortedList()

    def find(self, key: bytes) -> Entry | None:
        """Answer the key's entry, due or not."""
        return self._entries.get(key)

    def put(self, key: bytes, data: bytes, deadline_ms: int | None) -> None:
        """Store a key, new or not."""
        entry = self._entries.get(key)
        if entry is None:
            entry = Entry(data, None, self._take_slot(key))
            self._entries[key] = entry
        entry.data = data
        self.set_deadline(key, entry, deadline_ms)

    def set_deadline(self, key: bytes, entry: Entry, deadline_ms: int | None) -> None:
        """Let a key that exists end at another time; None: never."""
        if entry.deadline_ms == deadline_ms:
            return
        if entry.deadline_ms is not None:
            self._deadlines.remove((entry.deadline_ms, key))
        if deadline_ms is not None:
            self._deadlines.add((deadline_ms, key))
        entry.deadline_ms = deadline_ms

    def drop(self, key: bytes) -> None:
        """Forget a key that exists."""
        entry = self._entries.pop(key)
        self.set_deadline(key, entry, None)
        self._slots[entry.slot] = None
        self._free_slots.append(entry.slot)

    def clear(self) -> None:
        """Forget every key."""
        self._entries.clear()
        self._slots.clear()
        self._free_slots.clear()
        self._deadlines.clear()

    def page(self, at: int, count: int, now_ms: int) -> tuple[Sequence[bytes], int | None]:
        """Answer the keys in `count` slots from `at`, and the slot to go on at, if any."""
        entries = self._entries
        keys = [
            key
            for key in self._slots[at : at + count]
            if key is not None
            and ((deadline := entries[key].deadline_ms) is None or deadline > now_ms)
        ]
        following = at + count
        return keys, following if following < len(self._slots) else None

    def count(self, now_ms: int) -> int:
        """Answer how many keys are not due."""
        return len(self._entries) - int(self._deadlines.bisect_left((now_ms + 1,)))

    def due(self, now_ms: int, limit: int) -> list[bytes]:
        """Answer up to `limit` keys whose deadline has come, the earliest first."""
        if not self._deadlines or self._deadlines[0][0] > now_ms:
            return []
        return [key for _, key in islice(self._deadlines.irange(None, (now_ms + 1,)), limit)]

    def next_deadline_ms(self) -> int | None:
        """Answer the nearest deadline; None where no key expires."""
        return int(self._deadlines[0][0]) if self._deadlines else None

    def _take_slot(self, key: bytes) -> int:
        if self._free_slots:
            slot = self._free_slots.pop()
            self._slots[slot] = key
            return slot
        self._slots.append(key)
        return len(self._slots) - 1
