"""The last value and TTL seen of keys somebody looked at or a call touched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import Snapshot
from sinch_cache_gui.keyspace.journal import Action, JournalEntry, Result

MAX_KEYS: Final = 1_000
"""The key seen longest ago leaves first."""

MAX_BYTES: Final = 32_000_000
"""Of all values together."""

MAX_VALUE_BYTES: Final = 4_000_000
"""A longer value is not kept."""

_TAKING: Final = (Action.DELETED, Action.ELEMENT_CHANGED)
"""What took a key away if it tells what was there before: the second with the last element."""

ECHO_MS: Final = 1_500
"""How long after a write of ours a change of the same key is taken for its echo."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """A key as it was seen last.

    Attributes:
        snapshot: What it held, and until when.
        at_ms: When that was seen, by the backend's clock.
        knows_ttl: Whether the deadline was seen too; otherwise the snapshot's says nothing.
        is_outdated: Whether the key was written since, unseen.
    """

    snapshot: Snapshot
    at_ms: int
    knows_ttl: bool = True
    is_outdated: bool = False

    @property
    def left_ms(self) -> int | None:
        """The time it had left when it was seen; None for no expiry, or if not known."""
        deadline_ms = self.snapshot.deadline_ms
        return None if deadline_ms is None else max(deadline_ms - self.at_ms, 1)


class BlackBox:
    """What was seen of keys, whatever becomes of them. It asks the cache for nothing itself."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        *,
        max_keys: int = MAX_KEYS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._now_ms = now_ms
        self._max_keys = max_keys
        self._max_bytes = max_bytes
        self._seen: OrderedDict[bytes, LastSeen] = OrderedDict()
        self._bytes = 0
        self._echoes: OrderedDict[bytes, int] = OrderedDict()

    def last(self, key: bytes) -> LastSeen | None:
        """Answer what `key` held when it was seen last; None if it never was."""
        return self._seen.get(key)

    def note(self, snapshot: Snapshot, *, knows_ttl: bool = True) -> None:
        """Keep what a key holds now."""
        self._forget(snapshot.key)
        if len(snapshot.payload) > min(MAX_VALUE_BYTES, self._max_bytes):
            return
        self._seen[snapshot.key] = LastSeen(snapshot, self._now_ms(), knows_ttl)
        self._bytes += len(snapshot.payload)
        while self._bytes > self._max_bytes or len(self._seen) > self._max_keys:
            self._forget(next(iter(self._seen)))

    def wrote(self, entry: JournalEntry) -> None:
        """Keep what a write of this window left behind, or took away."""
        if entry.result is not Result.DONE:
            if entry.before is not None:  # it may be gone, and this was seen just before
                self.note(entry.before)
            return
        self._expect_echo(entry.key)
        if entry.action is Action.TTL_CHANGED:
            self._note_deadline(entry.key, entry.after_deadline_ms)
        elif entry.action is Action.RENAMED and entry.new_name is not None:
            self._follow_rename(entry.key, entry.new_name)
        elif entry.after is not None:
            self.note(Snapshot(entry.key, entry.type, entry.after, entry.after_deadline_ms))
        elif entry.before is not None and entry.action in _TAKING:
            self.note(entry.before)
        elif entry.action is Action.ELEMENT_CHANGED:
            self._note_outdated(entry.key)

    def saw(self, changes: Iterable[Change]) -> None:
        """Take note of changes of keys that are kept."""
        for change in changes:
            if change.kind is ChangeKind.TTL_CHANGED:
                self._note_deadline(change.key, change.deadline_ms)
            elif not change.kind.removes and not self._is_echo(change.key):
                self._note_outdated(change.key)

    def _expect_echo(self, key: bytes) -> None:
        now_ms = self._now_ms()
        self._echoes.pop(key, None)
        self._echoes[key] = now_ms + ECHO_MS
        while (oldest := next(iter(self._echoes))) != key and self._echoes[oldest] <= now_ms:
            del self._echoes[oldest]

    def _is_echo(self, key: bytes) -> bool:
        return self._echoes.get(key, 0) > self._now_ms()

    def _note_outdated(self, key: bytes) -> None:
        # Until it is looked at again: whoever shows the key does that by itself.
        known = self._seen.get(key)
        if known is not None:
            self._seen[key] = replace(known, is_outdated=True)

    def _note_deadline(self, key: bytes, deadline_ms: int | None) -> None:
        known = self._seen.get(key)
        if known is not None:
            snapshot = replace(known.snapshot, deadline_ms=deadline_ms)
            self._seen[key] = replace(
                known, snapshot=snapshot, at_ms=self._now_ms(), knows_ttl=True
            )

    def _follow_rename(self, key: bytes, to: bytes) -> None:
        known = self._seen.get(key)
        self._forget(key)
        if known is not None:
            self.note(replace(known.snapshot, key=to), knows_ttl=known.knows_ttl)

    def _forget(self, key: bytes) -> None:
        known = self._seen.pop(key, None)
        if known is not None:
            self._bytes -= len(known.snapshot.payload)


def last_seen_in(entry: JournalEntry) -> LastSeen | None:
    """Answer what a write left behind, or took away; None if the entry does not say."""
    if entry.lacks_values:
        return None
    may_be_gone = entry.result in (Result.DONE, Result.UNKNOWN, Result.FOUND_GONE)
    if entry.before is not None and entry.action in _TAKING and may_be_gone:
        return LastSeen(entry.before, entry.at_ms)
    if entry.result is not Result.DONE or entry.action is Action.RENAMED:
        return None
    if entry.after is not None:
        left = Snapshot(entry.key, entry.type, entry.after, entry.after_deadline_ms)
        return LastSeen(left, entry.at_ms)
    return None
