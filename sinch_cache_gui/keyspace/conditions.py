"""What may be asked of keys besides their names, and asking it of very many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import Gone, KeyInfo
from sinch_cache_gui.keyspace.filter import Selector
from sinch_cache_gui.keyspace.index import KeyIndex

AT_ONCE: Final = 250
"""Keys asked about in one pipeline; the server serves others between two of its commands."""

REST: Final = 0.5
"""Part of the time a pipeline took that the server is left alone after it."""

TELL_EVERY_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Conditions:
    """What keys must be like; all of it at once.

    Attributes:
        within_ms: It expires in no more than this; None for whenever.
        is_lasting: It has no expiry.
        type: It is of this type (`KeyType`); empty for any.
    """

    within_ms: int | None = None
    is_lasting: bool = False
    type: str = ""

    def __bool__(self) -> bool:
        return self.within_ms is not None or self.is_lasting or bool(self.type)

    def allow_deadline(self, deadline_ms: int | None, now_ms: int) -> bool:
        """Answer whether a key that expires then is meant, as far as that decides it."""
        if deadline_ms is None:
            return self.within_ms is None
        if self.is_lasting:
            return False
        return self.within_ms is None or deadline_ms - now_ms <= self.within_ms


@dataclass(frozen=True, slots=True)
class Asked:
    """How far the asking has come.

    Attributes:
        looked_at: Keys dealt with so far.
        total: About how many there are to deal with.
        as_of_ms: When the asking began, by the cache's clock.
        is_done: Whether every key was dealt with.
        reason: Why it ended early, in one line; empty otherwise.
    """

    looked_at: int
    total: int
    as_of_ms: int
    is_done: bool = False
    reason: str = ""

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 if self.is_done else min(99, 100 * self.looked_at // max(1, self.total))


class Questions(Protocol):
    """The part of a cache that answers."""

    def now_ms(self) -> int:
        """The time by the cache's clock."""
        ...

    async def describe(
        self, keys: Sequence[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        """Answer what each key is."""
        ...

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer when each key expires."""
        ...


class Survey:
    """Asks which of many keys meet conditions, a pipeline at a time, and puts them in an index."""

    def __init__(
        self,
        cache: Questions,
        conditions: Conditions,
        select: Selector | None,
        told: Callable[[], None],
    ) -> None:
        """Have asked nothing yet.

        Args:
            cache: Answers.
            conditions: What keys must be like.
            select: Answers whose names are meant; None for all.
            told: Called a few times a second while there is progress, and at the end.
        """
        self._cache = cache
        self._conditions = conditions
        self._select = select
        self._told = told
        self._told_at = perf_counter()
        self._looked_at = 0
        self.asked = Asked(0, 0, cache.now_ms())

    async def run(self, source: KeyIndex, target: KeyIndex) -> None:
        """Add the keys of `source` that meet the conditions to `target`; tell how it ended."""
        reason = ""
        target.news.hold()
        try:
            for keys in source.parts():
                meant = keys if self._select is None else self._select(keys)
                for start in range(0, len(meant), AT_ONCE):
                    found = await self._paced(meant[start : start + AT_ONCE])
                    # What was deleted since must not come back.
                    target.add_many([key for key in found if key in source])
                    self._tell_progress(source, target, min(AT_ONCE, len(meant) - start))
                self._looked_at += len(keys) - len(meant)
        except CacheError as error:
            reason = error.title
        finally:
            target.news.release()
        self._tell(source, is_done=not reason, reason=reason)

    async def _paced(self, keys: Sequence[bytes]) -> list[bytes]:
        began = perf_counter()
        found = await self._matching(keys)
        await asyncio.sleep(REST * (perf_counter() - began))
        return found

    async def _matching(self, keys: Sequence[bytes]) -> list[bytes]:
        wanted, now_ms = self._conditions, self._cache.now_ms()
        if wanted.type:
            return [
                info.key
                for info in await self._cache.describe(keys, preview_bytes=0)
                if info is not None
                and info.type == wanted.type
                and wanted.allow_deadline(info.deadline_ms, now_ms)
            ]
        answers = await self._cache.deadlines(keys)
        return [
            key
            for key, answer in zip(keys, answers, strict=True)
            if not isinstance(answer, Gone) and wanted.allow_deadline(answer, now_ms)
        ]

    def _tell_progress(self, source: KeyIndex, target: KeyIndex, more: int) -> None:
        self._looked_at += more
        if perf_counter() - self._told_at > TELL_EVERY_S:
            self._told_at = perf_counter()
            target.news.settle()
            self._tell(source)

    def _tell(self, source: KeyIndex, *, is_done: bool = False, reason: str = "") -> None:
        self.asked = Asked(self._looked_at, source.key_count, self.asked.as_of_ms, is_done, reason)
        self._told()
