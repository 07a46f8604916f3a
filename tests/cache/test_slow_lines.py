"""A large value over a slow line: the server is lost when it falls silent, not when it is slow."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.errors import CacheUnreachable, OutcomeUnknown
from sinch_cache_gui.cache.feed import ConnectionLost, FeedEvent, LiveStatus
from sinch_cache_gui.cache.interface import Saved, TtlPolicy
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_node import CLIENT_NAME
from sinch_cache_gui.cache.transfers import Transfer, watched
from tests.redis_fleet import wait_until

Connect = Callable[..., Awaitable[RedisCache]]

TIMEOUT_S = 0.6
PIECE = 1 << 15
PAUSE_S = 0.02
LARGE = bytes(range(256)) * (50 * PIECE // 256)
"""Takes a second at least."""


class SlowLine:
    """Between a cache and its server: hands on little at a time, and takes no more than that."""

    def __init__(self, server_port: int, piece: int = PIECE) -> None:
        self._server_port = server_port
        self._piece = piece
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._stall_after: int | None = None
        self.swallows_pings = False
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[SlowLine]:
        listening = socket.socket()
        # What a line takes without handing it on would be taken as fast as can be.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._piece)
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        server = await asyncio.start_server(self._serve, sock=listening, limit=self._piece)
        try:
            yield self
        finally:
            server.close()
            self.go_on()
            for writer in self._writers:
                writer.transport.abort()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    def stall_after(self, size: int) -> None:
        """Hand on so many bytes more, whichever way, and then none."""
        self._stall_after = size

    def go_on(self) -> None:
        """Hand on everything again."""
        self._stall_after = None
        self._goes_on.set()

    async def ended(self) -> None:
        """Wait until every connection has come to its end."""
        await asyncio.gather(*self._tasks)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._writers |= {to_client, to_server}
        answers = asyncio.ensure_future(self._hand_on(server, to_client))
        try:
            await self._hand_on(client, to_server)
        finally:
            to_server.close()  # what was handed on still arrives
            await asyncio.gather(answers, return_exceptions=True)
            to_client.transport.abort()
            self._tasks.discard(task)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(self._piece):
                if self.swallows_pings and data.endswith(b"PING\r\n"):
                    continue
                if self._stall_after is not None:
                    self._stall_after -= len(data)
                    if self._stall_after <= 0:
                        self._goes_on.clear()
                await self._goes_on.wait()
                writer.write(data)
                await writer.drain()
                if len(data) > self._piece // 8:
                    await asyncio.sleep(PAUSE_S)
        except ConnectionError:
            pass


def named_clients(raw: redis_client.Redis) -> list[object]:
    return [client for client in raw.client_list() if client["name"] == CLIENT_NAME]


@pytest.fixture
async def line(target: Target) -> AsyncIterator[SlowLine]:
    async with SlowLine(target.port).running() as running:
        yield running


async def test_a_large_value_that_comes_slowly_is_read_whole(
    connected: Connect, target: Target, line: SlowLine, raw: redis_client.Redis
) -> None:
    raw.set("key", LARGE)
    cache = await connected(replace(target, port=line.port), timeout_s=TIMEOUT_S)
    stored = await cache.read(b"key")
    assert stored is not None
    assert stored.data == LARGE


async def test_a_server_that_falls_silent_within_a_large_value_is_lost(
    connected: Connect, target: Target, line: SlowLine, raw: redis_client.Redis
) -> None:
    raw.set("key", LARGE)
    cache = await connected(replace(target, port=line.port), timeout_s=TIMEOUT_S)
    line.stall_after(len(LARGE) // 4)
    with pytest.raises(CacheUnreachable, match="does not answer"):
        await cache.read(b"key")


async def test_a_large_value_that_is_taken_slowly_is_written(
    connected: Connect, target: Target, line: SlowLine, raw: redis_client.Redis
) -> None:
    raw.set("key", b"old", ex=60)
    there = replace(target, port=line.port)
    cache = await connected(there, timeout_s=TIMEOUT_S, can_script=False)  # sends it once
    outcome = await cache.write(b"key", LARGE, expected=b"old", ttl=TtlPolicy.KEEP)
    assert isinstance(outcome, Saved)
    assert raw.get("key") == LARGE


@pytest.mark.skipif(sys.platform == "win32", reason="what has arrived is not told there")
async def test_how_much_has_gone_and_how_much_has_come_is_told(
    connected: Connect, target: Target, line: SlowLine, raw: redis_client.Redis
) -> None:
    raw.set("key", b"old")
    cache = await connected(replace(target, port=line.port), can_script=False)
    writing: list[Transfer] = []
    with watched(writing.append):
        await cache.write(b"key", LARGE, expected=b"old", ttl=TtlPolicy.KEEP)
    told = [now.sent for now in writing if now.to_send > len(LARGE)]
    assert told == sorted(told)
    assert len(LARGE) < told[-1] < len(LARGE) + 200
    assert any(0 < sent < len(LARGE) for sent in told)

    reading: list[Transfer] = []
    with watched(reading.append):
        await cache.read(b"key")
    come = [now.received for now in reading]
    assert come == sorted(come)
    assert come[-1] > len(LARGE) > come[0]


async def test_a_write_is_waited_for_while_its_last_bytes_crawl(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    """The system has taken all of it long before: what it holds takes longer than the limit."""
    raw.set("key", b"old", ex=60)
    crawled = LARGE[: 5 * PIECE]
    async with SlowLine(target.port, PIECE // 16).running() as line:
        there = replace(target, port=line.port)
        cache = await connected(there, timeout_s=TIMEOUT_S, can_script=False)
        outcome = await cache.write(b"key", crawled, expected=b"old", ttl=TtlPolicy.KEEP)
        assert isinstance(outcome, Saved)
        await cache.aclose()
    assert raw.get("key") == crawled


async def test_a_feed_is_not_lost_while_a_long_write_fills_the_line(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    """The answer that it waits for may be stuck behind the write; once that is done it is not."""
    raw.set("key", b"old", ex=60)
    plan = LivePlan(silence_s=TIMEOUT_S)
    async with SlowLine(target.port, PIECE // 4).running() as line:
        cache = await connected(replace(target, port=line.port), can_script=False, live=plan)
        async with aclosing(cache.watch()) as feed:
            assert isinstance(await anext(feed), LiveStatus)
            line.swallows_pings = True
            told = asyncio.ensure_future(_until_lost(feed))
            await cache.write(b"key", LARGE, expected=b"old", ttl=TtlPolicy.KEEP)
            assert not told.done()
            await told
        await cache.aclose()


async def _until_lost(feed: AsyncIterator[FeedEvent]) -> None:
    async for event in feed:
        if isinstance(event, ConnectionLost):
            return


async def test_a_large_write_that_came_to_a_halt_does_not_go_through_later(
    connected: Connect, target: Target, line: SlowLine, raw: redis_client.Redis
) -> None:
    """What was found when it was looked whether it went through stays true."""
    raw.set("key", b"old", ex=60)
    there = replace(target, port=line.port)
    cache = await connected(there, timeout_s=TIMEOUT_S, can_script=False)  # sends it once
    line.stall_after(len(LARGE) - 4 * PIECE)
    with pytest.raises(OutcomeUnknown):
        await cache.write(b"key", LARGE, expected=b"old", ttl=TtlPolicy.KEEP)
    await cache.aclose()
    line.go_on()
    await line.ended()
    wait_until(lambda: not named_clients(raw), "the server has read all there was")
    assert raw.get("key") == b"old"
