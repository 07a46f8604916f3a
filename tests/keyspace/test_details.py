"""What the rows on screen show is asked for, and again whenever it may be outdated."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import KeyInfo, KeyType
from sinch_cache_gui.keyspace.details import KeyDetails


class Cache:
    """Answers about one key, and tells of changes of it between the look and the answer."""

    def __init__(self) -> None:
        self.held = b"old"
        self.becomes: bytes | None = None
        self.is_lost = False
        self.details = KeyDetails(self.describe, self.told, lambda _keys: None)
        self._news = asyncio.Event()

    async def describe(self, keys: Sequence[bytes]) -> list[KeyInfo | None]:
        seen, is_lost = self.held, self.is_lost
        if self.becomes is not None:
            self.held, self.becomes = self.becomes, None
            self.details.follow([Change(b"a", ChangeKind.WRITTEN)])
        await asyncio.sleep(0)
        if is_lost:
            self._news.set()
            raise CacheUnreachable("No answer from localhost:6379")
        return [KeyInfo(key, KeyType.STRING, None, len(seen), seen) for key in keys]

    def told(self, _keys: tuple[bytes, ...]) -> None:
        self._news.set()

    async def shows(self, preview: bytes) -> None:
        async with asyncio.timeout(10):
            while (info := self.details.get(b"a")) is None or info.preview != preview:
                await self.news()

    async def news(self) -> None:
        self._news.clear()
        await self._news.wait()


@pytest.mark.parametrize("is_known", [False, True], ids=["at first", "once known"])
async def test_a_change_told_before_an_older_answer_is_asked_for(is_known: bool) -> None:
    cache = Cache()
    running = asyncio.create_task(cache.details.run())
    if is_known:
        cache.details.want([b"a"])
        await cache.shows(b"old")
    cache.becomes = b"new"
    cache.details.want([b"a"])
    cache.details.doubt_everything()
    await cache.shows(b"new")
    running.cancel()


async def test_what_could_not_be_asked_for_is_asked_for_once_there_is_an_occasion() -> None:
    cache = Cache()
    running = asyncio.create_task(cache.details.run())
    cache.details.want([b"a"])
    await cache.shows(b"old")
    cache.held, cache.is_lost = b"new", True
    cache.details.follow([Change(b"a", ChangeKind.WRITTEN)])
    await cache.news()
    cache.is_lost = False
    cache.details.want([b"a"])
    await cache.shows(b"new")
    running.cancel()
