"""What a function behind a URL may have done to a cache: the changes seen while it answered.

It tells nothing of what it asks. What a key holds after a change is looked up; what it held before
is what was last seen of it here. Neither is certain, and every operation says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import CacheBackend, Gone, StoredValue
from sinch_cache_gui.cache.stored_json import decode_value
from sinch_cache_gui.voice.builtin import customer_key, rate_key, session_key
from sinch_cache_gui.voice.callbacks import Callback
from sinch_cache_gui.voice.recording import CacheOperation, KnownLifetime, KnownValue, Unread

LONGEST_VALUE: Final = 65_536
"""Bytes of a value that is decoded to be compared."""

MOST_REMEMBERED: Final = 1000

SLACK_MS: Final = 1000
"""By how much two readings of one deadline may differ on servers that tell it as a span."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a key held when it was looked at.

    Attributes:
        value: Its value; None for no such key.
        deadline_ms: When it expires, by the cache's clock.
    """

    value: KnownValue
    deadline_ms: KnownLifetime

    def left_ms(self, now_ms: int) -> KnownLifetime:
        """How long it has to live at a moment; `Gone` once its time was up."""
        if not isinstance(self.deadline_ms, int):
            return self.deadline_ms
        return self.deadline_ms - now_ms if self.deadline_ms > now_ms else Gone()


NOT_SEEN: Final = Seen(Unread.UNREAD, Unread.UNREAD)
NOT_THERE: Final = Seen(None, Gone())


def keys_of(callback: Callback, caller: str) -> tuple[bytes, ...]:
    """Answer the keys a callback may write by the documented patterns, mistaken ids included."""
    ids = (callback.call_id or "undefined", "undefined")
    texts = (*map(session_key, ids), rate_key(caller), customer_key(caller))
    return tuple(dict.fromkeys(text.encode("utf-8", "backslashreplace") for text in texts))


class Noticing:
    """Remembers what keys held, and makes operations of their changes."""

    def __init__(self, cache: CacheBackend) -> None:
        self._cache = cache
        self._seen: dict[bytes, Seen] = {}
        self._one_at_a_time = asyncio.Lock()

    async def look_at(
        self, keys: Sequence[bytes], callback: Callback | None = None
    ) -> list[CacheOperation]:
        """Remember what these keys hold now.

        Returns:
            What differs from what was seen before, as what `callback` may have done.
        """
        async with self._one_at_a_time:
            found = await asyncio.gather(*map(self._look, keys))
            operations = []
            for key, after in zip(keys, found, strict=True):
                before = self._seen.get(key, NOT_SEEN)
                self._remember(key, after)
                if callback is not None and self._is_change(before, after):
                    operations.append(self._operation(key, before, after, callback))
            return operations

    def forget(self, changes: Sequence[Change]) -> None:
        """What was seen of these keys is no longer true."""
        for change in changes:
            self._seen.pop(change.key, None)

    async def operations(
        self, changes: Sequence[Change], callback: Callback
    ) -> list[CacheOperation]:
        """Answer the changes as what `callback` may have done.

        What expired is nobody's doing, and what was noticed by looking is not told again.
        """
        async with self._one_at_a_time:
            operations = []
            for change in changes:
                before = self._seen.get(change.key, NOT_SEEN)
                after = NOT_THERE if change.kind.removes else await self._look(change.key)
                self._remember(change.key, after)
                is_aged = change.kind in (ChangeKind.EXPIRED, ChangeKind.EVICTED)
                is_told = before is not NOT_SEEN and not self._is_change(before, after)
                if not is_aged and not is_told:
                    operations.append(self._operation(change.key, before, after, callback))
            return operations

    def _is_change(self, before: Seen, after: Seen) -> bool:
        """Whether somebody wrote in between; a key whose time is up was not written."""
        if before is NOT_SEEN or after is NOT_SEEN:
            return False
        if isinstance(after.deadline_ms, Gone):
            return not isinstance(before.left_ms(self._cache.now_ms()), Gone)
        if isinstance(before.deadline_ms, int) and isinstance(after.deadline_ms, int):
            is_later = abs(before.deadline_ms - after.deadline_ms) > SLACK_MS
            return is_later or before.value != after.value
        return before != after

    def _operation(
        self, key: bytes, before: Seen, after: Seen, callback: Callback
    ) -> CacheOperation:
        now_ms = self._cache.now_ms()
        left_ms, left_before = after.left_ms(now_ms), before.left_ms(now_ms)
        return CacheOperation(
            callback.call_id or "",
            callback.event,
            "delete" if isinstance(after.deadline_ms, Gone) else "set",
            key.decode("utf-8", "backslashreplace"),
            now_ms,
            round(left_ms / 1000) if isinstance(left_ms, int) else None,
            None if isinstance(left_before, Gone) else before.value,
            after.value,
            left_before=left_before,
            is_certain=False,
        )

    async def _look(self, key: bytes) -> Seen:
        try:
            return _seen(key, await self._cache.read(key))
        except CacheError:  # whoever shows the cache tells what is wrong with it
            return NOT_SEEN

    def _remember(self, key: bytes, seen: Seen) -> None:
        self._seen.pop(key, None)
        self._seen[key] = seen
        if len(self._seen) > MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]


def _seen(key: bytes, stored: StoredValue | None) -> Seen:
    if stored is None:
        return NOT_THERE
    if stored.data is None or len(stored.data) > LONGEST_VALUE:
        return Seen(Unread.UNREAD, stored.deadline_ms)
    try:
        return Seen(decode_value(key, stored.data), stored.deadline_ms)
    except CacheError:
        return Seen(Unread.UNREAD, stored.deadline_ms)
