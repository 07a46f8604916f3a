"""Looking through the values of many keys, at a pace that leaves the server to others.

What is looked for is somebody else's business: a matcher is handed in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Final, Generic, TypeAlias, TypeVar

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, KeyInfo, KeyType
from sinch_cache_gui.pacing import Breather

M = TypeVar("M")

Matcher: TypeAlias = Callable[[bytes], Awaitable[M | None]]
"""Answers what it found in a value, None for nothing."""

BATCH: Final = 100
FIRST_BYTES: Final = 4096
"""What is read of each of a batch of keys: most values are smaller, and no batch is large."""

MIDDLE_BYTES: Final = 64 << 10
MIDDLE_BATCH: Final = 8
"""Values up to this size are read so many at once; larger ones one by one."""

MOST_BYTES: Final = 4 << 20
"""What is read of a value at most: the server is held about a millisecond. The rest of a larger
value is not searched, and that is told."""

MOST_FOUND: Final = 10_000
"""A search that found so many ends."""

TELL_EVERY_S: Final = 0.1

LONGEST_REST_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class FoundValue(Generic[M]):
    """A key whose value is what was looked for.

    Attributes:
        key: The key's bytes.
        deadline_ms: When it expires; None for no expiry.
        size: Bytes of the value.
        match: What the matcher answered.
    """

    key: bytes
    deadline_ms: int | None
    size: int
    match: M


class ValueSearch(Generic[M]):
    """One search; `run` once.

    Attributes:
        looked_at: Keys whose turn it was.
        total: All of them.
        found: Keys found, in the order they were looked at.
        gone: Keys that did not exist any more.
        other_types: Keys that hold no string, or may not be read: they are not searched.
        cut_short: Values of which only the first `MOST_BYTES` were searched.
        error: Why it ended early; empty while nothing went wrong.
    """

    def __init__(
        self,
        backend: CacheBackend,
        keys: Sequence[bytes],
        matcher: Matcher[M],
        told: Callable[[], None],
    ) -> None:
        """Have found nothing yet.

        Args:
            backend: The cache.
            keys: Where to look.
            matcher: What to look for.
            told: Called when there is news, at most ten times a second.
        """
        self._backend = backend
        self._keys = keys
        self._matcher = matcher
        self._told = told
        self._told_at = 0.0
        self._is_stopped = False
        self._breathe = Breather()
        self.looked_at = 0
        self.total = len(keys)
        self.found: list[FoundValue[M]] = []
        self.gone = 0
        self.other_types = 0
        self.cut_short = 0
        self.error = ""

    @property
    def is_full(self) -> bool:
        """Whether it ended since it found as many as are shown."""
        return len(self.found) >= MOST_FOUND

    def stop(self) -> None:
        """Look at no further value. What was found stays."""
        self._is_stopped = True

    async def run(self) -> None:
        """Look at every key, until it is stopped, has found enough, or the cache fails."""
        waiting = iter(self._keys)
        try:
            while batch := list(islice(waiting, BATCH)):
                await self._look_at(batch)
                if self._is_over():
                    break
        except CacheError as error:
            self.error = error.title
        self._told()

    def _is_over(self) -> bool:
        return self._is_stopped or self.is_full

    async def _look_at(self, keys: Sequence[bytes]) -> None:
        infos = await self._read(keys, FIRST_BYTES)
        larger: list[KeyInfo] = []
        for info in infos:
            if info is None:
                self.gone += 1
            elif info.type != KeyType.STRING or info.size is None:
                self.other_types += 1
            elif info.size > len(info.preview):
                larger.append(info)
                continue
            else:
                await self._search(info)
            self._count()
            if self._is_over():
                return
        for group in _grouped(larger):
            size = min(max(info.size or 0 for info in group), MOST_BYTES)
            for whole in await self._read([info.key for info in group], size):
                if whole is None:
                    self.gone += 1
                elif whole.type != KeyType.STRING or whole.size is None:
                    self.other_types += 1
                else:
                    self.cut_short += whole.size > len(whole.preview)
                    await self._search(whole)
                self._count()
                if self._is_over():
                    return

    async def _read(self, keys: Sequence[bytes], size: int) -> list[KeyInfo | None]:
        began = perf_counter()
        infos = await self._backend.describe(keys, preview_bytes=size)
        if self._backend.facts.is_production_like:
            # At least as long as the server was asked it is left to others.
            await asyncio.sleep(min(perf_counter() - began, LONGEST_REST_S))
        return infos

    async def _search(self, info: KeyInfo) -> None:
        match = await self._matcher(info.preview)
        if match is not None:
            self.found.append(FoundValue(info.key, info.deadline_ms, info.size or 0, match))
        await self._breathe()

    def _count(self) -> None:
        self.looked_at += 1
        now = perf_counter()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._told()


def _grouped(infos: Sequence[KeyInfo]) -> Iterator[Sequence[KeyInfo]]:
    """Part keys into those read together."""
    middle = [info for info in infos if (info.size or 0) <= MIDDLE_BYTES]
    for start in range(0, len(middle), MIDDLE_BATCH):
        yield middle[start : start + MIDDLE_BATCH]
    for info in infos:
        if (info.size or 0) > MIDDLE_BYTES:
            yield (info,)
