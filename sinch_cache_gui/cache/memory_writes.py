"""Writes to the memory cache that lose nothing: what a key holds is compared in the same step."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from sinch_cache_gui.cache.errors import WrongType
from sinch_cache_gui.cache.interface import (
    LONG_STRING_BYTES,
    Changed,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    KeyType,
    MoveDeadline,
    Persist,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.key_table import Entry
from sinch_cache_gui.cache.memory_keys import MemoryKeys
from sinch_cache_gui.cache.names import check_new_name
from sinch_cache_gui.cache.ttl import check_ttl, check_ttl_change, has_passed


class MemoryWrites:
    """Changes keys that still hold what the caller believes.

    None of these is a coroutine: nothing can come between the look and the write.
    """

    def __init__(self, keys: MemoryKeys) -> None:
        self._keys = keys

    def write(self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl) -> WriteOutcome:
        """As `CacheBackend.write`."""
        check_ttl(ttl, expects_key=expected is not None)
        entry = self._keys.find(key)
        if entry is None and expected is not None:
            return Gone()
        if entry is not None and entry.data != expected:
            return _changed(entry)
        before = None if entry is None else entry.snapshot(key)
        match ttl:
            case TtlPolicy.KEEP:
                deadline_ms = None if entry is None else entry.deadline_ms
            case TtlPolicy.NO_EXPIRY:
                deadline_ms = None
            case int():
                deadline_ms = self._keys.now_ms() + ttl
        self._keys.put(key, data, deadline_ms)
        return Saved(deadline_ms, before)

    def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """As `CacheBackend.overwrite`; there is no other type than strings."""
        check_ttl(ttl_ms, expects_key=False)
        entry = self._keys.find(key)
        before = None if entry is None else entry.snapshot(key)
        deadline_ms = self._keys.now_ms() + ttl_ms
        self._keys.put(key, data, deadline_ms)
        return Saved(deadline_ms, before)

    def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """As `CacheBackend.change_ttl`."""
        now_ms = self._keys.now_ms()
        check_ttl_change(change, now_ms)
        entry = self._keys.find(key)
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
            self._keys.set_deadline(key, entry, after_ms)
        return TtlChanged(before_ms, after_ms)

    def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """As `CacheBackend.remove`."""
        entry = self._keys.find(key)
        if entry is None:
            return Gone()
        if expected is not None and entry.data != expected:
            return _changed(entry)
        before = entry.snapshot(key)
        self._keys.delete(key)
        return Saved(None, before)

    def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """As `CacheBackend.restore`.

        Raises:
            WrongType: The snapshot is of another type, taken from another cache.
        """
        _refuse_other_types(snapshot)
        if self._is_past(snapshot):
            return Gone()
        entry = self._keys.find(snapshot.key)
        if entry is not None:
            return _changed(entry)
        self._keys.put(snapshot.key, snapshot.payload, snapshot.deadline_ms)
        return Saved(snapshot.deadline_ms, None)

    def replace(self, held: Snapshot, by: Snapshot | None) -> WriteOutcome:
        """As `CacheBackend.replace_many`, for one key.

        Raises:
            WrongType: `by` is of another type than a string, taken from another cache.
        """
        if by is not None:
            _refuse_other_types(by)
        entry = self._keys.find(held.key)
        if entry is None:
            return Gone()
        if not _holds(entry, held):
            return _changed(entry)
        before = entry.snapshot(held.key)
        if by is None:
            self._keys.delete(held.key)
            return Saved(None, before)
        if self._is_past(by):
            return Gone()
        self._keys.put(held.key, by.payload, by.deadline_ms)
        return Saved(by.deadline_ms, before)

    def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool,
        leaving: Snapshot | None,
        held: Snapshot | None,
    ) -> WriteOutcome:
        """As `CacheBackend.rename`.

        Raises:
            WrongType: `leaving` is of another type than a string, taken from another cache.
        """
        check_new_name(key, to)
        if leaving is not None:
            _refuse_other_types(leaving)
        # The one to be moved is looked for last: each look may end a key whose time has come.
        other = self._keys.find(to)
        before = None if other is None else other.snapshot(to)
        entry = self._keys.find(key)
        if entry is None:
            return Gone()
        moved = entry.snapshot(key)
        if held is not None and not _holds(entry, held):
            return _changed(entry)
        if other is not None and not overwrites:
            return _changed(other)
        self._keys.delete(key)
        self._keys.put(to, moved.payload, moved.deadline_ms)
        if leaving is not None and not self._is_past(leaving):
            self._keys.put(key, leaving.payload, leaving.deadline_ms)
        return Saved(moved.deadline_ms, before, moved)

    def _is_past(self, snapshot: Snapshot) -> bool:
        return has_passed(snapshot.deadline_ms, self._keys.now_ms())


def _holds(entry: Entry, held: Snapshot) -> bool:
    return held.type == KeyType.STRING and entry.data == held.payload


def _changed(entry: Entry) -> Changed:
    stored = entry.stored()
    is_long = len(entry.data) > LONG_STRING_BYTES
    return Changed(replace(stored, data=None) if is_long else stored)


def _refuse_other_types(snapshot: Snapshot) -> None:
    if snapshot.type != KeyType.STRING:
        raise WrongType(f"The in-memory cache cannot hold a {snapshot.type}")
