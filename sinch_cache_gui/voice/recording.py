"""A cache that remembers what a callback did to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias, TypeVar

from sinch_cache_gui.cache.errors import CacheError, NotPermitted
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    CacheBackend,
    ExtendBy,
    Gone,
    JsonValue,
    Saved,
    Snapshot,
)
from sinch_cache_gui.cache.misplaced_ids import misplaced_id, why_misplaced
from sinch_cache_gui.cache.stored_json import decode_value, encode_key, encode_value
from sinch_cache_gui.cache.ttl import ms_of_seconds, ttl_ms_of_seconds
from sinch_cache_gui.voice.callbacks import Event

T = TypeVar("T")

GIVEN_UP: Final = "The cache had not answered when the reply was given up"


class Unread(Enum):
    """Stands for a value nobody looked at."""

    UNREAD = "unread"


KnownValue: TypeAlias = JsonValue | Unread
"""A value, None for none, or `Unread.UNREAD` where it was not looked at."""

KnownLifetime: TypeAlias = int | Gone | Unread | None
"""Milliseconds left, None for no expiry, `Gone` for no such key, `Unread.UNREAD` for not asked."""


@dataclass(frozen=True, slots=True)
class CacheOperation:
    """One thing a callback asked of the cache.

    Attributes:
        call_id: Of the call.
        event: The callback.
        name: The operation: `set`, `get`, `has`, `delete`, `extend`, `keys`, `getMany`.
        key: The key as text; for `keys` the pattern.
        at_ms: When, by the clock of the call.
        ttl_s: For `set` the TTL, for `extend` the seconds added; None for the others.
        before: The value before it, None for none.
        after: The value after it, None for none.
        error: What went wrong, one line; empty if nothing did.
        left_before: How long the key had to live before a write.
        is_certain: Whether this callback did it. False: it was noticed while the callback ran, and
            somebody else may have done it.
    """

    call_id: str
    event: Event
    name: str
    key: str
    at_ms: int
    ttl_s: int | None = None
    before: KnownValue = Unread.UNREAD
    after: KnownValue = Unread.UNREAD
    error: str = ""
    left_before: KnownLifetime = Unread.UNREAD
    is_certain: bool = True

    @property
    def is_write(self) -> bool:
        """Whether it may have changed the cache."""
        return self.name in ("set", "delete", "extend")

    @property
    def has_key(self) -> bool:
        """Whether `key` is a key, and not a pattern."""
        return self.name != "keys"

    @property
    def left_after(self) -> KnownLifetime:
        """How long the key has to live after it."""
        if self.error or not self.is_write:
            return Unread.UNREAD
        if self.name == "delete":
            return Gone()
        added_ms = (self.ttl_s or 0) * 1000
        if self.name == "set":
            return added_ms
        return (
            self.left_before + added_ms if isinstance(self.left_before, int) else self.left_before
        )

    @property
    def key_bytes(self) -> bytes:
        """The key as the cache holds it."""
        return self.key.encode("utf-8", "backslashreplace")

    @property
    def warning(self) -> str:
        """Why the key looks wrong, in sentences; empty if it does not."""
        word = misplaced_id(self.key_bytes) if self.has_key else ""
        return why_misplaced(word) if word else ""


@dataclass(frozen=True, slots=True)
class Before:
    """What a key held when it was written, and how long it had to live."""

    value: KnownValue = Unread.UNREAD
    left_ms: KnownLifetime = Unread.UNREAD


NOT_THERE: Final = Before(None, Gone())


class RecordingCache:
    """A FunctionCache that hands every operation of one callback to a listener.

    What a key held before a write, and how long it had to live, is answered by the cache in the
    same step as the write: nobody can come between. Where the cache writes for this user and lets
    nothing be read, the write happens all the same and these stay unread.
    """

    def __init__(
        self,
        cache: CacheBackend,
        call_id: str,
        event: Event,
        now_ms: Callable[[], int],
        listener: Callable[[CacheOperation], None],
    ) -> None:
        self._cache = cache
        self._call_id = call_id
        self._event = event
        self._now_ms = now_ms
        self._listener = listener

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store `value`; see `FunctionCache.set`."""
        shown_ttl = DEFAULT_TTL_S if ttl is None else ttl
        before = await self._tell_failure(self._overwrite(key, value, ttl), "set", key, shown_ttl)
        self._tell("set", key, ttl_s=shown_ttl, before=before, after=value)

    async def get(self, key: str) -> JsonValue:
        """Answer the value; see `FunctionCache.get`."""
        value = await self._tell_failure(self._cache.get(key), "get", key)
        self._tell("get", key, before=Before(value), after=value)
        return value

    async def has(self, key: str) -> bool:
        """Answer whether the key exists; see `FunctionCache.has`."""
        is_there = await self._tell_failure(self._cache.has(key), "has", key)
        self._tell("has", key)
        return is_there

    async def delete(self, key: str) -> bool:
        """Remove the key; see `FunctionCache.delete`."""
        before, was_there = await self._tell_failure(self._remove(key), "delete", key)
        self._tell("delete", key, before=before, after=None)
        return was_there

    async def extend(self, key: str, seconds: int) -> bool:
        """Add to the remaining time; see `FunctionCache.extend`."""
        before = await self._tell_failure(self._extend(key, seconds), "extend", key, seconds)
        self._tell("extend", key, ttl_s=seconds, before=before)
        return before is not NOT_THERE

    async def keys(self, pattern: str = "*") -> list[str]:
        """Answer the keys that match; see `FunctionCache.keys`."""
        found = await self._tell_failure(self._cache.keys(pattern), "keys", pattern)
        self._tell("keys", pattern)
        return found

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Answer every asked key; see `FunctionCache.get_many`."""
        wanted = self._cache.get_many(keys)
        found = await self._tell_failure(wanted, "getMany", ", ".join(keys))
        for key in keys:
            value = found.get(key)
            self._tell("getMany", key, before=Before(value), after=value)
        return found

    async def _overwrite(self, key: str, value: JsonValue, ttl: int | None) -> Before:
        stored_key, data, ttl_ms = encode_key(key), encode_value(value), ttl_ms_of_seconds(ttl)
        try:
            saved = await self._cache.overwrite(stored_key, data, ttl_ms)
        except NotPermitted:
            await self._cache.set(key, value, ttl)
            return Before()
        written_ms = self._cache.now_ms()
        if saved.deadline_ms is not None:
            written_ms = saved.deadline_ms - ttl_ms  # that very moment, by the cache's own clock
        return _before(saved.before, written_ms)

    async def _remove(self, key: str) -> tuple[Before, bool]:
        try:
            outcome = await self._cache.remove(encode_key(key))
        except NotPermitted:
            return Before(), await self._cache.delete(key)
        if not isinstance(outcome, Saved):
            return NOT_THERE, False
        return _before(outcome.before, self._cache.now_ms()), True

    async def _extend(self, key: str, seconds: int) -> Before:
        change = ExtendBy(ms_of_seconds(seconds))
        outcome = await self._cache.change_ttl(encode_key(key), change)
        if isinstance(outcome, Gone):
            return NOT_THERE
        deadline_ms = outcome.before_ms
        left_ms = None if deadline_ms is None else deadline_ms - self._cache.now_ms()
        return Before(left_ms=left_ms)

    async def _tell_failure(
        self,
        asked: Awaitable[T],
        name: str,
        key: str,
        ttl_s: int | None = None,
    ) -> T:
        try:
            return await asked
        except CacheError as error:
            self._tell(name, key, ttl_s=ttl_s, error=error.title)
            raise
        except asyncio.CancelledError:  # the reply is late: what was asked may yet have happened
            self._tell(name, key, ttl_s=ttl_s, error=GIVEN_UP)
            raise

    def _tell(
        self,
        name: str,
        key: str,
        *,
        ttl_s: int | None = None,
        before: Before = Before(),
        after: KnownValue = Unread.UNREAD,
        error: str = "",
    ) -> None:
        self._listener(
            CacheOperation(
                self._call_id,
                self._event,
                name,
                key,
                self._now_ms(),
                ttl_s,
                before.value,
                after,
                error,
                before.left_ms,
            )
        )


def _before(replaced: Snapshot | None, written_ms: int) -> Before:
    if replaced is None:
        return NOT_THERE
    deadline_ms = replaced.deadline_ms
    left_ms = None if deadline_ms is None else max(0, deadline_ms - written_ms)
    try:
        value: KnownValue = decode_value(replaced.key, replaced.payload)
    except CacheError:  # no value of a function; the editor shows such bytes
        value = Unread.UNREAD
    return Before(value, left_ms)
