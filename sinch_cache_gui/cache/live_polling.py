"""Noticing changes by walking through the keys again and again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from itertools import islice
from time import perf_counter
from typing import Final

from sinch_cache_gui.cache.feed import (
    Changes,
    ChangesMissed,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
    ValuesMayHaveChanged,
    Walked,
)
from sinch_cache_gui.cache.glob import escape_pattern
from sinch_cache_gui.cache.interface import CacheBackend, ScanCursor, ScanPage
from sinch_cache_gui.cache.live_source import KeyResolver, LivePlan, Pause
from sinch_cache_gui.cache.scanning import Pace
from sinch_cache_gui.cache.walked_keys import WalkedKeys
from sinch_cache_gui.pacing import Breather

SMALL_CACHE: Final = 10_000
"""Keys up to which a walk takes a moment only and is made every second."""

_SHARE: Final = 0.05
"""The part of the time that may be spent walking through a larger cache."""

_SEEN_AT_ONCE: Final = 500
_COMPARED_AT_ONCE: Final = 5_000
_CHANGES_AT_ONCE: Final = 2_000


class Polling:
    """Compares the keys of one walk with those of the walk before.

    Args:
        cache: What is walked through.
        plan: How often, and below which prefix.
        pause: Cut short by whoever owns the feed.
        reason: Why no better way is open; may be empty.
    """

    def __init__(self, cache: CacheBackend, plan: LivePlan, pause: Pause, reason: str) -> None:
        self._cache = cache
        self._plan = plan
        self._pause = pause
        self._reason = reason
        self._resolver = KeyResolver(cache)
        self._pace = Pace()
        self._pattern = escape_pattern(plan.prefix) + b"*" if plan.prefix else None

    async def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow. A small cache is walked through before the first event, a large one after it."""
        count = await self._cache.count_keys()
        is_small = count is not None and count <= SMALL_CACHE
        if not is_small:
            yield self._status(None, 0)
        known, seconds = await self._walk(WalkedKeys(), is_small=is_small)
        status = self._status(None if is_small else seconds, len(known))
        yield status
        if not is_small:
            yield ChangesMissed("keys that went while they were first counted may still show")
        while True:
            await self._pause(self._plan.poll_s)
            if self._pause.is_closed():
                return
            is_small = len(known) <= SMALL_CACHE
            began_s = perf_counter()
            seen, seconds = await self._walk(known, is_small=is_small)
            if self._pause.is_closed():  # the walk was cut short
                return
            async for event in self._differences(known, seen):
                yield event
            known = seen
            yield Walked(began_s, (seen,))
            yield ValuesMayHaveChanged()
            following = self._status(None if is_small else seconds, len(known))
            if following != status:
                status = following
                yield status

    async def _walk(self, known: WalkedKeys, *, is_small: bool) -> tuple[WalkedKeys, float]:
        """Answer every key, and how long it took; a large cache is given time to rest."""
        began = perf_counter()
        seen, breathe = WalkedKeys(), Breather()
        cursor: ScanCursor | None = None
        while not self._pause.is_closed():
            page_began = perf_counter()
            page = await self._pace.page(partial(self._page, cursor))
            for start in range(0, len(page.keys), _SEEN_AT_ONCE):
                seen.see(page.keys[start : start + _SEEN_AT_ONCE], known)
                await breathe()
            cursor = page.next
            if cursor is None:
                break
            if not is_small:
                await asyncio.sleep((perf_counter() - page_began) * (1 / _SHARE - 1))
        return seen, perf_counter() - began

    async def _page(self, cursor: ScanCursor | None, count: int) -> ScanPage:
        return await self._cache.scan_page(cursor, pattern=self._pattern, count=count)

    async def _differences(
        self, known: WalkedKeys, seen: WalkedKeys
    ) -> AsyncGenerator[FeedEvent, None]:
        """What came and went. What seems gone is asked for: a walk may miss a key that moves."""
        is_empty = not seen and await self._cache.count_keys() in (0, None)
        if is_empty and len(known) > _CHANGES_AT_ONCE:  # fewer are told one by one
            yield Flushed()
            return
        breathe = Breather()
        changed = [*await _missing(known, seen), *await _missing(seen, known)]
        for start in range(0, len(changed), _CHANGES_AT_ONCE):
            batch = changed[start : start + _CHANGES_AT_ONCE]
            changes = await self._resolver.resolve(dict.fromkeys(batch), seen.__contains__)
            for change in changes:
                (seen.discard if change.kind.removes else seen.add)(change.key)
            told = [change for change in changes if change.kind.removes == (change.key in known)]
            if told:
                yield Changes(tuple(told))
            await breathe()

    def _status(self, seconds: float | None, keys: int) -> LiveStatus:
        if seconds is None:
            pace = f"polling every {self._plan.poll_s:g} s"
            if keys == 0:
                pace = "polling"
        else:
            pace = f"polling every {_rounded(seconds + self._plan.poll_s)} s: {_about(keys)} keys"
        return LiveStatus(LiveSource.POLLING, f"{pace}; {self._reason}" if self._reason else pace)


async def _missing(names: WalkedKeys, others: WalkedKeys) -> list[bytes]:
    """Answer those names that are not among the others. A million take a tenth of a second."""
    breathe = Breather()
    missing: list[bytes] = []
    rest = iter(names)
    while some := list(islice(rest, _COMPARED_AT_ONCE)):
        missing += [key for key in some if key not in others]
        await breathe()
    return missing


def _rounded(seconds: float) -> int:
    """Two steps a decade or so: a status that changes at each round tells nothing."""
    for step in (2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600):
        if seconds <= step:
            return step
    return round(seconds / 600) * 600


def _about(keys: int) -> str:
    """Two digits of a number: 412,345 is 410,000."""
    scale = 10 ** max(len(str(keys)) - 2, 0)
    return f"{keys // scale * scale:,}"
