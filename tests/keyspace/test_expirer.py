"""A key whose time is up is asked about, and told when it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import Gone
from sinch_cache_gui.keyspace.expirer import Expirer
from tests.clock import Clock


class Server:
    """Knows when keys expire, and says nothing by itself."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.until: dict[bytes, int | None] = {}
        self.asked: list[bytes] = []
        self.is_down = False

    def now_ms(self) -> int:
        return self.clock()

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        self.asked += keys
        if self.is_down:
            raise CacheUnreachable("No answer from localhost:6379")
        return [self.until.get(key, Gone()) for key in keys]


class Watch:
    def __init__(self, server: Server) -> None:
        self.told: asyncio.Queue[tuple[Change, ...]] = asyncio.Queue()
        self.expirer = Expirer(server, self.told.put)

    async def next(self) -> tuple[Change, ...]:
        return await asyncio.wait_for(self.told.get(), 10)


@pytest.fixture
def server(clock: Clock) -> Server:
    return Server(clock)


@pytest.fixture
async def watch(server: Server) -> AsyncIterator[Watch]:
    watch = Watch(server)
    running = asyncio.create_task(watch.expirer.run())
    yield watch
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_key_is_told_once_it_is_gone(watch: Watch, server: Server, clock: Clock) -> None:
    watch.expirer.deadlines.note(b"a", clock() + 1_000)
    watch.expirer.deadlines.note(b"later", clock() + 5_000)
    clock.ms += 1_000
    assert await watch.next() == (Change(b"a", ChangeKind.EXPIRED),)
    assert server.asked == [b"a"]


async def test_a_key_that_was_given_more_time_is_asked_about_again_then(
    watch: Watch, server: Server, clock: Clock
) -> None:
    watch.expirer.deadlines.note(b"a", clock() + 1_000)
    server.until[b"a"] = clock() + 2_000
    clock.ms += 1_000
    watch.expirer.deadlines.note(b"b", clock())
    assert await watch.next() == (Change(b"b", ChangeKind.EXPIRED),)
    del server.until[b"a"]
    clock.ms += 1_000
    assert await watch.next() == (Change(b"a", ChangeKind.EXPIRED),)


async def test_it_goes_on_after_the_cache_did_not_answer(
    watch: Watch, server: Server, clock: Clock
) -> None:
    server.is_down = True
    watch.expirer.deadlines.note(b"a", clock())
    while not server.asked:  # noqa: ASYNC110 - a question has no event
        await asyncio.sleep(0)
    server.is_down = False
    watch.expirer.deadlines.note(b"b", clock())
    assert await watch.next() == (Change(b"b", ChangeKind.EXPIRED),)
