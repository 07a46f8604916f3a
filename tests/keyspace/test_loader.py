"""A load sees every key, paces itself, and says truly how far it came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.keyspace.loader import CoverageState, Loader


class Pages:
    """A cache of numbered keys that answers when it is told to."""

    def __init__(self, keys: int, page: int | None = None) -> None:
        self.page = page
        self.keys = [b"%d" % number for number in range(keys)]
        self.asked: list[tuple[ScanCursor | None, bytes | None]] = []
        self.before_answer: Callable[[int], None] = lambda _page: None

    async def count_keys(self) -> int | None:
        return len(self.keys)

    async def scan_page(
        self, cursor: ScanCursor | None = None, *, pattern: bytes | None = None, count: int = 1000
    ) -> ScanPage:
        self.asked.append((cursor, pattern))
        await asyncio.sleep(0)
        self.before_answer(len(self.asked))
        start = cursor if isinstance(cursor, int) else 0
        end = start + (self.page or count)
        return ScanPage(self.keys[start:end], end if end < len(self.keys) else None)


def loader_of(pages: Pages, seen: list[bytes]) -> Loader:
    return Loader(pages, seen.extend, lambda: None)


async def test_every_key_is_handed_on() -> None:
    pages, seen = Pages(300_000), list[bytes]()
    loader = loader_of(pages, seen)
    await loader.run()
    assert loader.state is CoverageState.COMPLETE
    assert seen == pages.keys
    assert loader.expected == 300_000


async def test_the_next_page_is_asked_for_before_the_last_is_digested() -> None:
    pages = Pages(100_000, page=1000)
    seen, ahead = list[bytes](), list[int]()

    def digest(keys: Sequence[bytes]) -> None:
        seen.extend(keys)
        ahead.append(len(pages.asked) - len(seen) // 1000)

    await Loader(pages, digest, lambda: None).run()
    assert set(ahead) == {0, 1}
    assert ahead.count(1) > ahead.count(0)


@pytest.mark.parametrize("at_page", [1, 5, 12, 16, 17, 18])
async def test_it_stops_between_pages_and_goes_on_without_loss(at_page: int) -> None:
    pages, seen = Pages(300_000), list[bytes]()
    loader = loader_of(pages, seen)
    pages.before_answer = lambda page: loader.stop() if page == at_page else None
    await loader.run()
    assert loader.state is CoverageState.STOPPED
    assert 0 < len(seen) < 300_000
    await loader.run()
    assert loader.state is CoverageState.COMPLETE
    assert seen == pages.keys


@pytest.mark.parametrize("at_page", [1, 5, 12, 17])
async def test_a_failure_is_told_and_can_be_continued(at_page: int) -> None:
    pages, seen = Pages(300_000), list[bytes]()

    def fail(page: int) -> None:
        if page == at_page:
            raise CacheUnreachable("No answer from localhost:6379")

    pages.before_answer = fail
    loader = loader_of(pages, seen)
    await loader.run()
    assert loader.state is CoverageState.FAILED
    assert loader.reason == "No answer from localhost:6379"
    await loader.run()
    assert loader.state is CoverageState.COMPLETE
    assert set(seen) == set(pages.keys)


async def test_keys_that_cannot_be_taken_in_end_the_scan() -> None:
    def refuse(_keys: Sequence[bytes]) -> None:
        raise ValueError("not a name")

    with pytest.raises(ValueError, match="not a name"):
        await Loader(Pages(100_000, page=1000), refuse, lambda: None).run()


async def test_a_scan_that_is_given_up_asks_for_nothing_more() -> None:
    pages = Pages(300_000, page=1000)
    running = asyncio.create_task(loader_of(pages, []).run())
    pages.before_answer = lambda page: running.cancel() if page == 20 else None
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(pages.asked) <= 21


async def test_a_scan_given_up_as_the_cache_fails_leaves_no_error_unheard() -> None:
    pages = Pages(300_000, page=1000)

    def fail(page: int) -> None:
        if page == 20:
            running.cancel()
            raise CacheUnreachable("No answer from localhost:6379")

    pages.before_answer = fail
    running = asyncio.create_task(loader_of(pages, []).run())
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(pages.asked) == 20


async def test_a_pattern_is_pushed_down() -> None:
    pages = Pages(10)
    await Loader(pages, lambda _keys: None, lambda: None, b"session:*").run()
    assert pages.asked == [(None, b"session:*")]
