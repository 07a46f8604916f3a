"""What may be asked of keys besides their names, and asking it of very many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import CacheError, NotPermitted
from sinch_cache_gui.cache.interface import Gone, ScanCursor, ScanPage
from sinch_cache_gui.cache.scanning import Pace
from sinch_cache_gui.keyspace.filter import Selector
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.pacing import Breather

AT_ONCE: Final = 250
"""Keys asked about in one pipeline; the server serves others between two of its commands."""

REST: Final = 0.5
"""Part of the time a pipeline took that the server is left alone after it."""

TELL_EVERY_S: Final = 0.2

TYPED_LIMIT_S: Final = 0.0015
TYPED_AIM_S: Final = 0.0006
"""As for a scan of all keys, but looking at the type of each makes the time a page takes vary by
three times, and 5 ms are the most (measured)."""

SCAN_WORTH: Final = 8
"""A server walks past this many keys in about the time it is asked about one."""


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
        return self.is_of_ttl or bool(self.type)

    @property
    def is_of_ttl(self) -> bool:
        """Whether a key's TTL matters."""
        return self.within_ms is not None or self.is_lasting

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

    async def count_keys(self) -> int | None:
        """Answer about how many keys there are."""
        ...

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        """Answer the next page of the keys of a type."""
        ...

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """Answer of which type each key is."""
        ...

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer when each key expires."""
        ...


async def meeting(
    conditions: Conditions, cache: Questions, keys: Sequence[bytes]
) -> Sequence[bytes]:
    """Ask about each key, a pipeline's worth of them, and answer those that meet the conditions.

    Raises:
        CacheError: As the cache says.
    """
    if conditions.type:
        types = await cache.types(keys)
        keys = [key for key, kind in zip(keys, types, strict=True) if kind == conditions.type]
    return await _in_time(conditions, cache, keys) if conditions.is_of_ttl else keys


async def _in_time(
    conditions: Conditions, cache: Questions, keys: Sequence[bytes]
) -> Sequence[bytes]:
    now_ms = cache.now_ms()
    answers = await cache.deadlines(keys)
    return [
        key
        for key, answer in zip(keys, answers, strict=True)
        if not isinstance(answer, Gone) and conditions.allow_deadline(answer, now_ms)
    ]


class Survey:
    """Asks which of many keys meet conditions, and puts those in an index.

    TTLs are asked for key by key, a pipeline at a time. The keys of a type are learnt by one scan,
    unless the names that are meant are so few that asking about each is quicker.
    """

    def __init__(
        self,
        cache: Questions,
        conditions: Conditions,
        select: Selector | None,
        told: Callable[[], None],
        settled: Callable[[], object] = lambda: None,
    ) -> None:
        """Have asked nothing yet.

        Args:
            cache: Answers.
            conditions: What keys must be like.
            select: Answers whose names are meant; None for all.
            told: Called a few times a second while there is progress, and at the end.
            settled: Called as often, when objects have come that will stay.
        """
        self._cache = cache
        self._conditions = conditions
        self._select = select
        self._told = told
        self._settled = settled
        self._told_at = perf_counter()
        self._looked_at = 0
        self._total = 0
        self.asked = Asked(0, 0, cache.now_ms())

    async def run(self, source: KeyIndex, target: KeyIndex) -> None:
        """Add the keys of `source` that meet the conditions to `target`; tell how it ended."""
        reason = ""
        self._total = source.key_count
        target.news.hold()
        try:
            if self._conditions.type and await self._is_scan_worth_it(source):
                await self._scan(source, target)
            else:
                await self._ask_each(source, target)
        except CacheError as error:
            reason = error.title
        finally:
            target.news.release()
        self._tell(is_done=not reason, reason=reason)

    async def _ask_each(self, source: KeyIndex, target: KeyIndex) -> None:
        for keys in source.parts():
            meant = keys if self._select is None else self._select(keys)
            for start in range(0, len(meant), AT_ONCE):
                found = await self._paced(meant[start : start + AT_ONCE])
                # What was deleted since must not come back.
                target.add_many([key for key in found if key in source])
                self._looked_at += min(AT_ONCE, len(meant) - start)
                self._tell_progress(target)
            self._looked_at += len(keys) - len(meant)

    async def _is_scan_worth_it(self, source: KeyIndex) -> bool:
        """Learn how many keys a scan walks past, and how many are meant, as far as that matters."""
        try:
            total = await self._cache.count_keys() or source.key_count
        except NotPermitted:
            total = source.key_count
        breathe, meant = Breather(), 0
        for keys in source.parts():
            meant += len(keys if self._select is None else self._select(keys))
            if meant > total // SCAN_WORTH:
                self._total = total
                return True
            await breathe()
        return False

    async def _scan(self, source: KeyIndex, target: KeyIndex) -> None:
        pace, breathe = Pace(TYPED_LIMIT_S, TYPED_AIM_S), Breather()
        cursor: ScanCursor | None = None
        is_last = False
        while not is_last:
            count = pace.count
            page = await pace.page(partial(self._typed_page, cursor))
            for start in range(0, len(page.keys), AT_ONCE):
                await self._take_in(page.keys[start : start + AT_ONCE], source, target)
                await breathe()
            cursor, is_last = page.next, page.next is None
            self._looked_at += count
            self._tell_progress(target)
            await breathe()
        self._looked_at = self._total

    async def _typed_page(self, cursor: ScanCursor | None, count: int) -> ScanPage:
        return await self._cache.scan_page(cursor, count=count, type_=self._conditions.type)

    async def _take_in(self, keys: Sequence[bytes], source: KeyIndex, target: KeyIndex) -> None:
        """Add those keys of the type that are meant in every other way, too."""
        known = [key for key in keys if key in source]
        meant = known if self._select is None else self._select(known)
        if self._conditions.is_of_ttl:
            in_time = await _in_time(self._conditions, self._cache, meant)
            meant = [key for key in in_time if key in source]
        target.add_many(meant)

    async def _paced(self, keys: Sequence[bytes]) -> Sequence[bytes]:
        began = perf_counter()
        found = await meeting(self._conditions, self._cache, keys)
        await asyncio.sleep(REST * (perf_counter() - began))
        return found

    def _tell_progress(self, target: KeyIndex) -> None:
        if perf_counter() - self._told_at > TELL_EVERY_S:
            self._told_at = perf_counter()
            target.news.settle()
            self._settled()
            self._tell()

    def _tell(self, *, is_done: bool = False, reason: str = "") -> None:
        self.asked = Asked(self._looked_at, self._total, self.asked.as_of_ms, is_done, reason)
        self._told()
