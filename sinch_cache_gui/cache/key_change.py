"""What is asked of a cache that changes a key, and what comes of it.

A part of interface.py, which is where everybody else imports these from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from sinch_cache_gui.cache.key_contents import Snapshot, StoredValue

MAX_TTL_MS: Final = 100 * 365 * 86_400_000
"""The longest TTL accepted: a hundred years. Anything above is a slip of the hand."""


class TtlPolicy(Enum):
    """What becomes of a key's TTL when it is written, besides a number of milliseconds."""

    KEEP = "keep"
    """The remaining time stays as it is, to the millisecond."""
    NO_EXPIRY = "no expiry"
    """The key lives until it is deleted. Only ever by an explicit wish."""


Ttl: TypeAlias = TtlPolicy | int
"""Milliseconds to live, or a `TtlPolicy`."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The write happened.

    Attributes:
        deadline_ms: When the key expires now; None for no expiry.
        before: What it replaced, with the deadline at that very moment; None if there was nothing.
        moved: Of a rename, what has the new name now, as it was under the old one.
        left: Of a key of another type than string that was put down whole, its DUMP from then on:
            that of a set or a large hash is not the one it was made from. None if not known.
    """

    deadline_ms: int | None
    before: Snapshot | None
    moved: Snapshot | None = None
    left: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """Nothing was written: the key holds something else than the caller believed.

    Attributes:
        other: What it holds; of a string longer than `LONG_STRING_BYTES`, not its bytes.
    """

    other: StoredValue


@dataclass(frozen=True, slots=True)
class Gone:
    """Nothing was written: the key the caller believed in does not exist (any more)."""


WriteOutcome: TypeAlias = Saved | Changed | Gone


@dataclass(frozen=True, slots=True)
class ExpireIn:
    """Let the key live `ms` milliseconds from now."""

    ms: int


@dataclass(frozen=True, slots=True)
class ExtendBy:
    """Add `ms` milliseconds to the remaining time; changes nothing on a key without TTL."""

    ms: int


@dataclass(frozen=True, slots=True)
class ExpireAt:
    """Let the key live until `deadline_ms` by the backend's clock."""

    deadline_ms: int


@dataclass(frozen=True, slots=True)
class Persist:
    """Remove the expiry."""


@dataclass(frozen=True, slots=True)
class MoveDeadline:
    """Put one deadline in the place of another; changes nothing if the key has a third one.

    Servers that cannot tell a deadline exactly (Redis before 7.0) compare to the second.

    Attributes:
        from_ms: The deadline the key is believed to have; None for no expiry.
        to_ms: The one it shall have; None for no expiry.
    """

    from_ms: int | None
    to_ms: int | None

    def was_refused(self, outcome: TtlChanged) -> bool:
        """Whether the key had a third deadline, so that nothing was changed."""
        return outcome.before_ms == outcome.after_ms != self.to_ms


TtlChange: TypeAlias = ExpireIn | ExtendBy | ExpireAt | Persist | MoveDeadline


@dataclass(frozen=True, slots=True)
class TtlChanged:
    """The TTL is now what was asked for; or what it was, where the change had a condition.

    Attributes:
        before_ms: The deadline until now; None for no expiry.
        after_ms: The deadline from now on; None for no expiry.
    """

    before_ms: int | None
    after_ms: int | None


TtlOutcome: TypeAlias = TtlChanged | Gone
