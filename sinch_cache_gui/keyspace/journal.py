"""Every write this window made: what was done to which key, and what it held before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.interface import KeyType, Snapshot

JOURNAL_LIMIT: Final = 1000
"""Entries kept; the oldest leave first."""


class Action(Enum):
    """What a write meant to do."""

    CREATED = "created"
    SAVED = "saved"
    TTL_CHANGED = "ttl changed"
    DELETED = "deleted"
    RESTORED = "restored"
    RENAMED = "renamed"
    ELEMENT_CHANGED = "element changed"


class Result(Enum):
    """What became of a write."""

    DONE = "done"
    REFUSED_CHANGED = "refused: somebody else changed the key"
    REFUSED_GONE = "refused: the key does not exist any more"
    UNKNOWN = "unknown: the connection died"
    FOUND_GONE = "gone: the answer was lost, and the key was gone when asked again"
    FOUND_THERE = "still there: the answer was lost, and the key existed when asked again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One write of this window.

    Attributes:
        number: Counts up from 1; entries of earlier sessions count down from 0.
        at_ms: When, by the backend's clock.
        action: What it meant to do.
        key: The key's bytes.
        result: What became of it.
        before: What the key held until then, with its deadline; None if nothing or not known. Of a
            deletion whose answer was lost, what was seen just before it.
        after: The bytes written; for `RENAMED`, those that have the new name now; None where the
            write put none there.
        before_deadline_ms: For `TTL_CHANGED`, the deadline until then.
        after_deadline_ms: The deadline from then on; None for no expiry.
        type: The type of what was written.
        new_name: For `RENAMED`, the name the key was given.
        element: For `ELEMENT_CHANGED`, the change of an element that was meant.
        inverse: The change that takes it back; None where nothing can, or where the key went with
            its last element: then that is `before`.
        lacks_values: Whether the bytes before and after were not kept on disk.
        has_lost_cache: Whether the cache it was written to ended with an earlier session.
    """

    number: int
    at_ms: int
    action: Action
    key: bytes
    result: Result
    before: Snapshot | None = None
    after: bytes | None = field(default=None, repr=False)
    before_deadline_ms: int | None = None
    after_deadline_ms: int | None = None
    type: str = KeyType.STRING
    new_name: bytes | None = None
    element: ElementChange | None = None
    inverse: ElementChange | None = None
    lacks_values: bool = False
    has_lost_cache: bool = False

    @property
    def is_done(self) -> bool:
        """Whether the write happened for sure."""
        return self.result is Result.DONE

    @property
    def is_undoable(self) -> bool:
        """Whether there is something to put back."""
        if self.action is Action.ELEMENT_CHANGED and self.inverse is None and self.before is None:
            return False
        if self.action is Action.RENAMED and self.after is None:
            return False  # kept before it was known what has the new name
        was_taken = self.result is Result.FOUND_GONE and self.before is not None
        return (
            (self.is_done or was_taken)
            and self.action is not Action.RESTORED
            and not self.lacks_values
            and not self.has_lost_cache
        )

    def as_arrival(self) -> JournalEntry:
        """Answer this entry as that of a key from elsewhere, which undo takes away again.

        A key that this window deleted, and that comes from a file or another cache later, was not
        put back by an undo.
        """
        if self.action is not Action.RESTORED:
            return self
        return replace(self, action=Action.CREATED)


class Journal:
    """The last writes of this window, oldest first, and what is known of earlier sessions."""

    def __init__(self, limit: int = JOURNAL_LIMIT) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=limit)
        self._earlier: tuple[JournalEntry, ...] = ()
        self._written = 0
        self._listeners: list[Callable[[JournalEntry], None]] = []

    @property
    def entries(self) -> Sequence[JournalEntry]:
        """What this session wrote and is kept, oldest first."""
        return tuple(self._entries)

    @property
    def earlier(self) -> Sequence[JournalEntry]:
        """What earlier sessions wrote, oldest first; empty until it was adopted."""
        return self._earlier

    def adopt_earlier(self, entries: Sequence[JournalEntry]) -> None:
        """Know what earlier sessions wrote (oldest first)."""
        count = len(entries)
        self._earlier = tuple(
            replace(entry, number=at - count + 1) for at, entry in enumerate(entries)
        )

    def listen(self, listener: Callable[[JournalEntry], None]) -> None:
        """Call `listener` with every entry from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[JournalEntry], None]) -> None:
        """Call `listener` no more."""
        self._listeners.remove(listener)

    def record(
        self,
        action: Action,
        key: bytes,
        result: Result,
        *,
        at_ms: int,
        before: Snapshot | None = None,
        after: bytes | None = None,
        before_deadline_ms: int | None = None,
        after_deadline_ms: int | None = None,
        type_: str = KeyType.STRING,
        new_name: bytes | None = None,
        element: ElementChange | None = None,
        inverse: ElementChange | None = None,
    ) -> JournalEntry:
        """Keep one write and tell the listeners."""
        self._written += 1
        entry = JournalEntry(
            self._written,
            at_ms,
            action,
            key,
            result,
            before,
            after,
            before_deadline_ms,
            after_deadline_ms,
            type_,
            new_name,
            element,
            inverse,
        )
        self._entries.append(entry)
        for listener in self._listeners:
            listener(entry)
        return entry
