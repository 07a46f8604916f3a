"""What a cache tells of itself while it is watched: changes, and how they are noticed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class ChangeKind(Enum):
    """What happened to a key, as far as it can be told."""

    WRITTEN = "written"
    """It exists and its value (or its TTL, where the source cannot tell) may be new."""
    TTL_CHANGED = "ttl changed"
    """Only its TTL is new."""
    DELETED = "deleted"
    EXPIRED = "expired"
    EVICTED = "evicted"
    GONE = "gone"
    """It does not exist any more; deleted, expired or evicted cannot be told apart."""

    @property
    def removes(self) -> bool:
        """Whether the key is no more after it."""
        return self not in (ChangeKind.WRITTEN, ChangeKind.TTL_CHANGED)


@dataclass(frozen=True, slots=True)
class Change:
    """One key changed.

    Attributes:
        key: The key's bytes.
        kind: What happened.
        deadline_ms: For a key that exists, when it expires; None for no expiry.
    """

    key: bytes
    kind: ChangeKind
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """A batch of changes, in the order they happened."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Flushed:
    """Every key is gone at once (FLUSHDB, FLUSHALL, a restarted development server)."""


@dataclass(frozen=True, slots=True)
class ValuesMayHaveChanged:
    """Which keys exist is told, but not which values changed: re-read what is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """Keys were walked through; what came and went since the walk before has been told.

    Attributes:
        began_s: When the walk began, by `time.perf_counter`.
        parts: The keys seen, by node. They are shared, and nobody changes them.
        prefix: What their names begin with beside what is shown of them.
        is_meant: Whether a key is on a node that was walked through; None if all were.
    """

    began_s: float
    parts: tuple[Collection[bytes], ...]
    prefix: bytes = b""
    is_meant: Callable[[bytes], bool] | None = None

    @property
    def key_count(self) -> int:
        """How many keys were seen."""
        return sum(map(len, self.parts))

    def unseen(self, keys: Sequence[bytes]) -> Sequence[bytes]:
        """Answer those of `keys` that were meant and not seen."""
        prefix = self.prefix
        for part in self.parts:
            if prefix:
                keys = [key for key in keys if prefix + key not in part]
            else:
                keys = [key for key in keys if key not in part]
        if self.is_meant is not None:
            keys = [key for key in keys if self.is_meant(prefix + key)]
        return keys

    def keys(self) -> Iterator[bytes]:
        """Yield every key seen."""
        cut = len(self.prefix)
        for part in self.parts:
            for key in part:
                if key.startswith(self.prefix):
                    yield key[cut:]


@dataclass(frozen=True, slots=True)
class ChangesMissed:
    """Changes were lost (overload, a reconnection): the mirror needs a fresh scan.

    Attributes:
        reason: One line for people.
    """

    reason: str


class LiveSource(Enum):
    """How changes are noticed."""

    MEMORY = "memory"
    TRACKING = "tracking"
    NOTIFICATIONS = "notifications"
    POLLING = "polling"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How changes are noticed from now on, and why this way.

    Attributes:
        source: Which way.
        reason: One line for people: why this way and not a better one; empty for the best.
    """

    source: LiveSource
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The cache stopped answering; the feed keeps trying by itself.

    Attributes:
        title: One line for people, never with a secret.
        retry_in_ms: Until the next attempt.
    """

    title: str
    retry_in_ms: int


@dataclass(frozen=True, slots=True)
class ConnectionRestored:
    """The cache answers again. `ChangesMissed` follows, since nobody watched meanwhile."""


FeedEvent: TypeAlias = (
    Changes
    | Flushed
    | ValuesMayHaveChanged
    | Walked
    | ChangesMissed
    | LiveStatus
    | ConnectionLost
    | ConnectionRestored
)
