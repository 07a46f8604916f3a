"""What fills the black box: values read anyway, keys that are selected, keys a call touched."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, KeyInfo, KeyType, Snapshot, StoredValue
from sinch_cache_gui.keyspace.black_box import BlackBox

PACE_S: Final = 0.1
"""Between two looks: walking through the tree reads what the hand rests on, and nothing more."""

LONG_BYTES: Final = 100_000
"""A longer string is read on the side only if the hand rests on it and nobody else reads it: over a
slow line, whoever opened it waits twice as long."""

REST_S: Final = 1.0
"""How long the hand rests then."""

MAX_STRING_BYTES: Final = 1_000_000
"""A longer string is not read only because it was selected."""

MAX_ELEMENTS: Final = 1_000
"""A larger hash, list or set is not dumped: that would hold the server."""

MAX_WANTED: Final = 1_000


class NotingBackend(ForwardingBackend):
    """A backend whose reads of single keys are noted, so that what was open can be restored.

    Args:
        inner: Who is asked.
        box: Where strings are noted.
        look_at: Asked to look at a key of another type, which a read does not tell whole.
        leave: Put around the reading of a key, which nobody else need read meanwhile.
    """

    def __init__(
        self,
        inner: CacheBackend,
        box: BlackBox,
        look_at: Callable[[bytes], None],
        leave: Callable[[bytes], AbstractContextManager[None]],
    ) -> None:
        super().__init__(inner)
        self._box = box
        self._look_at = look_at
        self._leave = leave

    async def read(self, key: bytes) -> StoredValue | None:
        """Forwarded, and noted."""
        with self._leave(key):
            stored = await self._inner.read(key)
        if stored is not None and stored.data is not None:
            seen = Snapshot(key, stored.type, stored.data, stored.deadline_ms)
            self._box.note(seen, knows_ttl=stored.is_deadline_told)
        elif stored is not None:
            self._look_at(key)
        return stored

    async def holds(self, key: bytes, data: bytes) -> bool:
        """Forwarded, and noted: it is as good as read."""
        is_held = await self._inner.holds(key, data)
        if is_held:
            (info,) = await self._inner.describe([key], preview_bytes=0)
            if info is not None:
                seen = Snapshot(key, KeyType.STRING, data, info.deadline_ms)
                self._box.note(seen, knows_ttl=info.is_deadline_told)
        return is_held


class BlackBoxWatch:
    """Looks at wanted keys, one at a time and paced; a key that cannot be read is passed over.

    Args:
        backend: Who is asked.
        box: Where what was seen is noted.
        rest_s: See `REST_S`.
    """

    def __init__(self, backend: CacheBackend, box: BlackBox, *, rest_s: float = REST_S) -> None:
        self._backend = backend
        self._box = box
        self._rest_s = rest_s
        self._left: Counter[bytes] = Counter()
        self._wanted: dict[bytes, None] = {}
        self._selected: bytes | None = None
        self._is_wanted = asyncio.Event()

    def look_at(self, key: bytes) -> None:
        """Note soon what `key` holds."""
        if len(self._wanted) < MAX_WANTED:
            self._wanted[key] = None
            self._is_wanted.set()

    @contextmanager
    def leave(self, key: bytes) -> Iterator[None]:
        """Leave a long string alone within the block: it is read and noted anyway."""
        self._left[key] += 1
        try:
            yield
        finally:
            self._left[key] -= 1
            if not self._left[key]:
                del self._left[key]

    def select(self, keys: Sequence[bytes]) -> None:
        """Follow the key that is selected alone; leave one that the hand went past unread."""
        selected = keys[0] if len(keys) == 1 else None
        if selected == self._selected:
            return
        if self._selected is not None:
            self._wanted.pop(self._selected, None)
        self._selected = selected
        if selected is not None:
            self.look_at(selected)

    def saw(self, changes: Sequence[Change]) -> None:
        """Take note of changes, and look again at what is selected."""
        self._box.saw(changes)
        for change in changes:
            if change.key == self._selected and not change.kind.removes:
                self.look_at(change.key)

    async def run(self) -> None:
        """Look at what is wanted until cancelled."""
        while True:
            await self._is_wanted.wait()
            self._is_wanted.clear()
            await asyncio.sleep(PACE_S)
            while self._wanted:
                key = next(iter(self._wanted))
                del self._wanted[key]
                await self._look(key)
                await asyncio.sleep(PACE_S)

    async def _look(self, key: bytes) -> None:
        try:
            (info,) = await self._backend.describe([key], preview_bytes=0)
            if info is None or info.size is None:
                return
            is_string = info.type == KeyType.STRING
            if is_string and info.size > LONG_BYTES and await self._needs_no_reading(info):
                return
            limit = MAX_STRING_BYTES if is_string else MAX_ELEMENTS
            taken = await self._backend.snapshot(key) if info.size <= limit else None
        except CacheError:  # nobody asked: the tree and the editors say what is wrong
            return
        if taken is not None:
            self._box.note(taken)

    async def _needs_no_reading(self, info: KeyInfo) -> bool:
        """Answer whether a long string is read anyway, or is as it was seen last."""
        if info.key == self._selected:
            await asyncio.sleep(self._rest_s)
            if info.key != self._selected:
                return True
        if self._left[info.key]:
            return True
        seen = self._box.last(info.key)
        if seen is None or len(seen.snapshot.payload) != info.size:
            return False
        payload = seen.snapshot.payload
        is_held = await self._backend.holds(info.key, payload)
        if is_held:
            snapshot = Snapshot(info.key, info.type, payload, info.deadline_ms)
            self._box.note(snapshot, knows_ttl=info.is_deadline_told)
        return is_held
