"""The shared cache interface: what a function may ask, and what an inspector needs more.

Two protocols. `FunctionCache` (function_cache.py) is the cache as a Sinch Function sees it: the
seven operations, text keys, JSON values, whole seconds (source: "Working with the Cache").
`CacheBackend`, below, is what this tool needs beside it: keys as bytes, stored bytes untouched,
TTLs in milliseconds, pages of keys, changes as they happen, and writes that cannot lose data. Both
raise only what errors.py lists.

The words they speak in are to be imported from here too: what is told of a key (key_contents.py),
what is asked of one and comes of it (key_change.py).

Every time in this interface is milliseconds since the epoch by the backend's own clock
(`CacheBackend.now_ms`), so that a countdown is `deadline_ms - now_ms()` whichever clock drives it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sinch_cache_gui.cache.feed import FeedEvent
from sinch_cache_gui.cache.function_cache import DEFAULT_TTL_S, FunctionCache, JsonValue
from sinch_cache_gui.cache.key_change import (
    MAX_TTL_MS,
    Changed,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    MoveDeadline,
    Persist,
    Saved,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.key_contents import (
    LONG_STRING_BYTES,
    ElementPage,
    KeyInfo,
    KeyType,
    ScanCursor,
    ScanPage,
    Snapshot,
    StoredValue,
)

if TYPE_CHECKING:
    from sinch_cache_gui.cache.element_change import ElementChange, ElementOutcome
    from sinch_cache_gui.cache.element_range import ElementRange
    from sinch_cache_gui.cache.errors import CacheError

__all__ = [
    "DEFAULT_TTL_S",
    "LONG_STRING_BYTES",
    "MAX_TTL_MS",
    "BackendFacts",
    "CacheBackend",
    "Changed",
    "ElementPage",
    "ExpireAt",
    "ExpireIn",
    "ExtendBy",
    "FunctionCache",
    "Gone",
    "JsonValue",
    "KeyInfo",
    "KeyType",
    "MoveDeadline",
    "Persist",
    "Saved",
    "ScanCursor",
    "ScanPage",
    "Snapshot",
    "StoredValue",
    "Ttl",
    "TtlChange",
    "TtlChanged",
    "TtlOutcome",
    "TtlPolicy",
    "WriteOutcome",
]


@dataclass(frozen=True, slots=True)
class BackendFacts:
    """What a window says about the cache it shows.

    Attributes:
        label: Short name: "memory", "localhost:6379/0".
        product: "in-memory", "Redis 7.0.15".
        is_production_like: Whether the cache is shared, so that care is asked of the user.
        details: Further lines for people (mode, database, user), in order.
        refused: Commands of looking around that this user may not use, with what that costs.
        restores_entries: Whether a deleted entry can be put back into the middle of a stream, as
            far as is known.
    """

    label: str
    product: str
    is_production_like: bool
    details: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)
    restores_entries: bool = False


class CacheBackend(FunctionCache, Protocol):
    """A cache as an inspector needs it.

    Reading disturbs nothing: no KEYS, no command that holds a server over 5 ms, no touched LRU
    clocks where that can be avoided. Any method raises `CacheUnreachable` when the cache does not
    answer, and `NotPermitted` when it refuses.
    """

    @property
    def facts(self) -> BackendFacts:
        """What this cache is."""
        ...

    @property
    def is_read_only(self) -> bool:
        """Whether every write is refused with `NotPermitted`."""
        ...

    def now_ms(self) -> int:
        """The time by this cache's clock, which every deadline is measured against."""
        ...

    async def connect(self) -> None:
        """Reach the cache and learn what it is.

        Raises:
            CacheUnreachable: With host and port in the title and never a password.
        """
        ...

    async def aclose(self) -> None:
        """Let go of every connection and end every feed. May be called twice."""
        ...

    async def count_keys(self) -> int | None:
        """Answer about how many keys there are; None where it cannot be told cheaply."""
        ...

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Answer the next page of about `count` keys; a None cursor starts from the beginning.

        Every key that is meant and exists during the whole scan is answered at least once.

        Args:
            cursor: Where the last page ended.
            pattern: Only keys that match it are meant; None for any.
            count: Keys to walk past; with a pattern or a type, fewer are answered.
            type_: Only keys of this `KeyType` are meant; None for any.
        """
        ...

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Answer each key in order with what a row shows, None where it does not exist."""
        ...

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Answer each key in order with its `KeyType`, None where it does not exist."""
        ...

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer each key in order with its deadline, None for no expiry, `Gone` if missing.

        Raises:
            NotPermitted: This user may not know when any key expires.
        """
        ...

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """Answer of each key in order whether it exists; one that may not be asked about does.

        Raises:
            NotPermitted: This user may not know that of any key.
        """
        ...

    async def read(self, key: bytes) -> StoredValue | None:
        """Answer what the key holds, None where it does not exist."""
        ...

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """Answer `size` bytes of a string from `start` on: fewer at its end, none behind it.

        None, too, where the key holds no string. A string that is read in pieces may be written
        meanwhile: whether the pieces are one value, `holds` tells afterwards.
        """
        ...

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Answer whether the key holds a string of exactly these bytes.

        The bytes of a long one are not fetched at once, and not at all where the server can tell
        their digest. It is compared piece by piece: a key that is written meanwhile may be told
        from neither value, and its change is to be looked at as any other.
        """
        ...

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """Answer the next page of about `count` elements; a None cursor starts anew.

        Args:
            key: The key's bytes.
            kind: The `KeyType` it is believed to have, other than a string.
            cursor: Where the last page ended.
            count: Elements to walk past; with a pattern, fewer are answered, perhaps none.
            within: Only these are meant; None for all.

        Returns:
            None where the key does not exist, or is of another type or of one without elements.
        """
        ...

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        """Store a string if the key still holds what the caller believes, in one step.

        Args:
            key: The key's bytes.
            data: The new bytes, stored as they are.
            expected: The bytes the caller believes are there; None if it believes in no key.
            ttl: Milliseconds to live, `TtlPolicy.KEEP` or `TtlPolicy.NO_EXPIRY`. Keeping the TTL
                of a key that does not exist is refused as `InvalidTtl`.

        Returns:
            `Saved`; `Changed` with the other value (another type counts); `Gone`, if something was
            expected and the key does not exist: an expired key is never revived.

        Raises:
            InvalidTtl: Refused before anything is sent.
            OutcomeUnknown: The connection died with the answer outstanding. Never retried silently.
        """
        ...

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved:
        """Store a string whatever string was there, as a function does, in one step.

        Returns:
            `Saved` with what was there at that very moment, if anything was.

        Raises:
            InvalidTtl: Refused before anything is sent.
            WrongType: The key holds another type; it was left as it is.
            OutcomeUnknown: As for `write`.
        """
        ...

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Change when the key expires, whatever it holds, in one step.

        Raises:
            InvalidTtl: Refused before anything is sent.
            OutcomeUnknown: As for `write`.
        """
        ...

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        """Delete the key and answer what it held, in one step.

        Args:
            key: The key's bytes; any type.
            expected: If given, delete only while the key holds these bytes.

        Returns:
            `Saved` with `before`; `Changed`; `Gone`.

        Raises:
            RemovalUnknown: As `OutcomeUnknown` for `write`, with what the key held just before.
        """
        ...

    async def change_element(self, key: bytes, change: ElementChange) -> ElementOutcome:
        """Change one element of a key that is not a string, in one step.

        The key's TTL stays as it is, to the millisecond; a key that does not exist is never made.

        Returns:
            `ElementSaved` with the change that takes it back; `ElementChanged`, `ElementGone` or
            `DeadlineMoved` if the element is not what the caller believes; `Gone` if the key does
            not exist.

        Raises:
            InvalidTtl: It gives a field a deadline that has passed; refused before anything is
                sent.
            WrongType: The key holds another type than the change is made for.
            OutcomeUnknown: As for `write`.
        """
        ...

    async def restore(self, snapshot: Snapshot) -> WriteOutcome:
        """Put a removed key back, byte for byte, until its old deadline.

        Returns:
            `Saved`; `Changed` if the key exists again meanwhile (nothing is overwritten); `Gone`
            if its deadline has passed.
        """
        ...

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        """Delete keys, each in one step of its own as `remove` does it, in few round trips.

        Args:
            keys: Each once; a few hundred at a time.

        Returns:
            What `remove` answers or raises, for each key in order: nothing is raised for all of
            them. `RemovalUnknown` stands for those whose answer did not come.
        """
        ...

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> list[TtlOutcome | CacheError]:
        """As `remove_many`, for `change_ttl`."""
        ...

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        """As `remove_many`, for `restore`."""
        ...

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> list[WriteOutcome | CacheError]:
        """Put each `by` in the place of its `held`, as `remove_many` deletes: any type.

        Args:
            pairs: What the caller believes is there, its deadline aside; and what shall be there,
                under the same key and until its own deadline, None for nothing.

        Returns:
            For each `Saved` with `before`; `Changed`; `Gone`, if the key does not exist, or if the
            deadline of `by` has passed; or the error of that one.
        """
        ...

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """Answer a key whole, as it is at one moment; None where it does not exist."""
        ...

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """Take keys whole, each as it is at one moment of its own, in few round trips.

        Args:
            keys: A few hundred at a time.

        Returns:
            What `snapshot` answers or raises, for each key in order: nothing is raised for all of
            them.
        """
        ...

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        """Give a key another name, with its bytes, type and deadline, in one step.

        Args:
            key: The key's bytes; any type.
            to: Its name from then on.
            overwrites: Whether a key of that name may be replaced.
            leaving: What shall stand under the old name from then on, until its own deadline.
            held: What the caller believes `key` holds, its deadline aside; None for whatever.

        Returns:
            `Saved` with what was renamed, and the key that was replaced, if any; `Changed` if
            `key` holds something else, or if there is a key of that name and it may not be
            replaced; `Gone` if `key` does not exist.

        Raises:
            InvalidKey: Both names are the same.
            NotPermitted: In a cluster, the names belong into different slots.
            OutcomeUnknown: As for `write`.
        """
        ...

    def retry_now(self) -> None:
        """Let feeds that wait for a lost connection try again at once."""
        ...

    def watch(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow the cache until the generator is closed. One feed at a time is enough.

        The first event is a `LiveStatus`; it comes once changes are being noticed, so a scan begun
        after it misses nothing.
        """
        ...
