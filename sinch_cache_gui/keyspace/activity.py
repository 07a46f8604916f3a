"""What happened to the cache and who did it: this window, a simulated call, or somebody else."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sinch_cache_gui.cache.element_change import FieldTtlChange, is_addition, is_removal
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.keyspace.journal import Action, JournalEntry, Result
from sinch_cache_gui.keyspace.key_text import display_key

ACTIVITY_LIMIT: Final = 2000
"""Lines kept; the oldest leave first."""

ECHO_MS: Final = 1500
"""How long after a write of ours a change of the same key is taken for its echo."""


class Who(Enum):
    """Where a change came from."""

    WINDOW = "this window"
    CALL = "a call"
    OTHER = "another client"
    CACHE = "the cache"
    """Nobody: the key's time was up, or the server needed room."""
    UNTOLD = "untold"
    """Another client or the cache: a server that pushes names of keys does not tell which."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the activity list.

    Attributes:
        at_ms: When, by the backend's clock.
        key: The key's bytes; empty for what concerns every key.
        what: What happened, in a few words.
        who: Where it came from.
        context: More on who: the callback of a call; empty otherwise.
        is_failure: Whether nothing happened although something was meant to.
    """

    at_ms: int
    key: bytes
    what: str
    who: Who
    context: str = ""
    is_failure: bool = False


class ActivityLog:
    """The last changes, told once each: the echo of an own write is not another client's."""

    def __init__(self, now_ms: Callable[[], int], limit: int = ACTIVITY_LIMIT) -> None:
        self._now_ms = now_ms
        self._lines: deque[Activity] = deque(maxlen=limit)
        # Not a dict: taking the first of many away again and again walks past all that went.
        self._expected: OrderedDict[bytes, int] = OrderedDict()
        self._listeners: list[Callable[[tuple[Activity, ...]], None]] = []

    @property
    def lines(self) -> Sequence[Activity]:
        """What is kept, oldest first."""
        return tuple(self._lines)

    def listen(self, listener: Callable[[tuple[Activity, ...]], None]) -> None:
        """Call `listener` with every batch of new lines."""
        self._listeners.append(listener)

    def wrote(self, entry: JournalEntry) -> None:
        """Tell a write of this window."""
        is_done = entry.result is Result.DONE
        if is_done or entry.result is Result.UNKNOWN:
            self._expect_echo(entry.key)
            if entry.new_name is not None:
                self._expect_echo(entry.new_name)
        what = _what_was_done(entry) if is_done else _what_was_meant(entry)
        if entry.new_name is not None:
            what = f"{what} to {display_key(entry.new_name)}" if is_done else what
        self._add((Activity(entry.at_ms, entry.key, what, Who.WINDOW, is_failure=not is_done),))

    def called(self, key: bytes, what: str, context: str) -> None:
        """Tell a write of a simulated call, made while answering `context`."""
        self._expect_echo(key)
        self._add((Activity(self._now_ms(), key, what, Who.CALL, context),))

    def saw(self, changes: Sequence[Change]) -> None:
        """Tell changes noticed in the cache; echoes of own writes are passed over."""
        now_ms = self._now_ms()
        self._forget_old_expectations(now_ms)
        lines = tuple(
            Activity(now_ms, change.key, _what_was_seen(change.kind), _who_did(change.kind))
            for change in changes[-ACTIVITY_LIMIT:]
            if not self._is_echo(change)
        )
        if lines:
            self._add(lines)

    def saw_flush(self) -> None:
        """Tell that every key went at once."""
        self._add((Activity(self._now_ms(), b"", "every key was removed", Who.OTHER),))

    def _is_echo(self, change: Change) -> bool:
        return change.kind is not ChangeKind.EXPIRED and change.key in self._expected

    def _expect_echo(self, key: bytes) -> None:
        self._expected.pop(key, None)
        self._expected[key] = self._now_ms() + ECHO_MS

    def _forget_old_expectations(self, now_ms: int) -> None:
        while self._expected:
            key = next(iter(self._expected))
            if self._expected[key] > now_ms:
                return
            del self._expected[key]

    def _add(self, lines: tuple[Activity, ...]) -> None:
        self._lines.extend(lines)
        for listener in self._listeners:
            listener(lines)


_WHAT_WAS_DONE: Final = {
    Action.CREATED: "created",
    Action.SAVED: "saved",
    Action.TTL_CHANGED: "TTL changed",
    Action.DELETED: "deleted",
    Action.RESTORED: "restored",
    Action.RENAMED: "renamed",
    Action.ELEMENT_CHANGED: "element changed",
}

_WHAT_WAS_MEANT: Final = {
    Action.CREATED: "create",
    Action.SAVED: "save",
    Action.TTL_CHANGED: "change of TTL",
    Action.DELETED: "delete",
    Action.RESTORED: "restore",
    Action.RENAMED: "rename",
    Action.ELEMENT_CHANGED: "change of an element",
}


def _what_was_done(entry: JournalEntry) -> str:
    if isinstance(entry.element, FieldTtlChange):
        return "TTL of a field changed"
    if entry.element is not None and is_addition(entry.element):
        return "element added"
    if entry.element is not None and is_removal(entry.element):
        return "element deleted"
    return _WHAT_WAS_DONE[entry.action]


def _what_was_meant(entry: JournalEntry) -> str:
    is_of_ttl = isinstance(entry.element, FieldTtlChange)
    meant = "change of a field's TTL" if is_of_ttl else _WHAT_WAS_MEANT[entry.action]
    if entry.action is Action.CREATED and entry.result is Result.REFUSED_CHANGED:
        return f"{meant}: refused: the key exists already"
    return f"{meant}: {entry.result.value}"


def _what_was_seen(kind: ChangeKind) -> str:
    return "gone: deleted, expired or evicted" if kind is ChangeKind.GONE else kind.value


def _who_did(kind: ChangeKind) -> Who:
    if kind is ChangeKind.GONE:
        return Who.UNTOLD
    return Who.CACHE if kind in (ChangeKind.EXPIRED, ChangeKind.EVICTED) else Who.OTHER
