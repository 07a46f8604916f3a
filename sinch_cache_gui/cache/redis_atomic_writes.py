"""What both ways of writing to Redis in one step have in common.

Scripts (redis_scripts.py) are the first way. Where they are denied, a transaction guarded by WATCH
(redis_transactions.py) does the same; both pass the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import (
    ExpireAt,
    ExpireIn,
    ExtendBy,
    KeyType,
    MoveDeadline,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlOutcome,
)
from sinch_cache_gui.cache.redis_element_plans import ElementPlan, ElementResult

NO_KEY: Final = -2
"""What PTTL and PEXPIRETIME answer for a key that does not exist."""

NO_EXPIRY: Final = -1
"""What they answer for one that never expires."""


@dataclass(frozen=True, slots=True)
class Occupied:
    """Nothing was written: the key holds something else than was expected.

    Attributes:
        type: Its type.
        data: The bytes of a string that is not long; None for any other value.
        deadline_ms: When it expires; None for no expiry.
        size: How many bytes a string has; None for any other type.
    """

    type: str
    data: bytes | None
    deadline_ms: int | None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing was written: the key does not exist."""


AtomicOutcome: TypeAlias = Saved | Occupied | Absent
"""What became of a write to a whole key."""


class ScriptsDenied(CacheError):
    """The server runs no scripts for this user. Nothing was written."""

    def __init__(self) -> None:
        super().__init__("This server runs no scripts for this user", "Nothing was written.")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How a server tells when a key expires.

    Attributes:
        command: PEXPIRETIME, exact; PTTL, from which the moment is reckoned, on older servers.
        now_ms: The server's clock.
    """

    command: str
    now_ms: Callable[[], int]

    @property
    def is_absolute(self) -> bool:
        """Whether the command answers a moment, not a span."""
        return self.command == "PEXPIRETIME"

    def parse(self, reply: object) -> int | None:
        """Read a reply about a key that exists: its deadline, None for no expiry."""
        if not isinstance(reply, int):
            raise TypeError(f"{self.command} answered {reply!r}")
        if reply < 0:
            return None
        return reply if self.is_absolute else self.now_ms() + reply

    def told(self, deadline_ms: int | None) -> int:
        """Answer what the command would reply of a key with this deadline."""
        if deadline_ms is None:
            return NO_EXPIRY
        return deadline_ms if self.is_absolute else max(deadline_ms - self.now_ms(), 0)

    def is_same(self, one_ms: int | None, other_ms: int | None) -> bool:
        """Whether two deadlines are one. Reckoned ones wander by the time of a round trip."""
        if one_ms is None or other_ms is None:
            return one_ms is other_ms
        return abs(one_ms - other_ms) <= self.slack_ms

    @property
    def slack_ms(self) -> int:
        """By how much two readings of one deadline may differ."""
        return 0 if self.is_absolute else 1000


def denies_scripts(said: str) -> bool:
    """Whether running scripts is what is denied or unknown, not something a script did."""
    said = said.lower()
    is_denial = "permission" in said or "unknown command" in said
    return is_denial and ("'eval" in said or "`eval" in said)


class AtomicWrites(Protocol):
    """Writes that happen in one step, seen from every other client, or not at all."""

    async def put(self, key: bytes, data: bytes, ttl_ms: int) -> Occupied | None:
        """Store a string, unless the key holds another type: that is answered."""
        ...

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved | Occupied:
        """As `CacheBackend.overwrite`; another type is answered."""
        ...

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> AtomicOutcome:
        """As `CacheBackend.write`."""
        ...

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """As `CacheBackend.change_ttl`."""
        ...

    async def remove(self, key: bytes, *, expected: bytes | None) -> AtomicOutcome:
        """As `CacheBackend.remove`."""
        ...

    async def restore(self, snapshot: Snapshot) -> AtomicOutcome:
        """As `CacheBackend.restore`."""
        ...

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool,
        leaving: Snapshot | None,
        held: Snapshot | None,
    ) -> AtomicOutcome:
        """As `CacheBackend.rename`; what is in the way is what `key` or `to` holds."""
        ...

    async def remove_many(self, seen: Sequence[Snapshot]) -> Sequence[AtomicOutcome | CacheError]:
        """As `CacheBackend.remove_many`, whatever the keys hold by now."""
        ...

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> Sequence[TtlOutcome | CacheError]:
        """As `CacheBackend.change_ttl_many`."""
        ...

    async def restore_many(
        self, snapshots: Sequence[Snapshot]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """As `CacheBackend.restore_many`."""
        ...

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """As `CacheBackend.replace_many`."""
        ...

    async def change_element(self, key: bytes, plan: ElementPlan) -> ElementResult | Absent:
        """Look, and follow the plan if every look finds what it demands."""
        ...


def string_before(key: bytes, data: bytes | None, deadline_ms: int | None) -> Snapshot | None:
    """Answer what a write replaced: the bytes it expected, if it expected any."""
    return None if data is None else Snapshot(key, KeyType.STRING, data, deadline_ms)


def change_words(change: TtlChange) -> tuple[str, int]:
    """Answer a TTL change as a word and a number."""
    match change:
        case ExpireIn(ms):
            return "in", ms
        case ExtendBy(ms):
            return "by", ms
        case ExpireAt(deadline_ms):
            return "at", deadline_ms
        case MoveDeadline(_, to_ms):
            return "move", NO_EXPIRY if to_ms is None else to_ms
    return "persist", 0
