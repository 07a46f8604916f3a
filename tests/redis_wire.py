"""Between a cache and its server: one command at a time, with a place to act at each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from enum import Enum

import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache


class Cut(Enum):
    """Where a connection dies."""

    BEFORE_THE_SERVER = "before the command reaches the server"
    BEFORE_THE_ANSWER = "after the command, before the answer"
    WITHIN_THE_ANSWER = "in the middle of the answer"


class Wire:
    """A proxy that hands on each command and waits for its answer before the next.

    So whatever shall happen between two commands, pipelined or not, happens exactly there.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._at = 0
        self._act: Callable[[], None] | None = None
        self._cut: Cut | None = None
        self.commands = 0
        """Commands that have come since the last arming."""
        self.port = 0

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[Wire]:
        listener = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = listener.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            listener.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await listener.wait_closed()

    def arm(
        self, at: int = 0, *, act: Callable[[], None] | None = None, cut: Cut | None = None
    ) -> None:
        """Count commands anew; before the one numbered `at`, from 1, act, or cut there."""
        self.commands = 0
        self._at, self._act, self._cut = at, act, cut

    def each_command(self) -> Iterator[int]:
        """Yield the number of each command of what is tried over and over, and one beyond."""
        at, self.commands = 0, 0
        while at <= self.commands:
            at += 1
            yield at

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._writers |= {to_client, to_server}
        try:
            while await self._hand_on(client, to_client, server, to_server):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            to_client.transport.abort()
            to_server.transport.abort()
            self._writers -= {to_client, to_server}
            self._tasks.discard(task)

    async def _hand_on(
        self,
        client: asyncio.StreamReader,
        to_client: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> bool:
        """Hand on one command and its answer; answer whether the connection lives on."""
        command = await _message(client)
        self.commands += 1
        is_here = self.commands == self._at
        cut = self._cut if is_here else None
        if is_here and self._act is not None:
            self._act()
        if cut is Cut.BEFORE_THE_SERVER:
            return False
        to_server.write(command)
        answer = await _message(server)
        if cut is Cut.WITHIN_THE_ANSWER:
            to_client.write(answer[: max(len(answer) // 2, 1)])
            await to_client.drain()
        else:
            to_client.write(b"" if cut else answer)
        return cut is None


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one RESP2 message whole: commands and answers are written alike."""
    line = await reader.readuntil(b"\r\n")
    if line.startswith(b"$") and (size := int(line[1:])) >= 0:
        return line + await reader.readexactly(size + 2)
    if line.startswith(b"*"):
        return line + b"".join([await _message(reader) for _ in range(int(line[1:]))])
    return line


NO_SCRIPTS = ("--user", "plain", "on", "nopass", "~*", "+@all", "-@scripting")
"""Options of a server that has a user who may not run scripts."""


class WiredServer:
    """A server with a wire to it, and another client that goes straight there."""

    def __init__(self, server_port: int, *, is_cluster: bool = False) -> None:
        self.raw = redis_client.Redis(port=server_port, protocol=2)
        self.wire = Wire(server_port)
        self._is_cluster = is_cluster

    def now_ms(self) -> int:
        """Answer the time by the server's clock."""
        seconds, micros = self.raw.time()
        return seconds * 1000 + micros // 1000

    @asynccontextmanager
    async def cache(self, *, can_script: bool) -> AsyncIterator[CacheBackend]:
        """A cache on the far end of the wire, its connection open and everything learnt."""
        self.raw.flushall()
        self.wire.arm()
        # The user who may not run scripts is told so at the first write; then it is known.
        user = "" if can_script else "plain:x@"
        scheme = "redis+cluster" if self._is_cluster else "redis"
        kind = ClusterCache if self._is_cluster else RedisCache
        async with self.wire.running(self.wire.port if self._is_cluster else 0):
            cache = kind(parse_target(f"{scheme}://{user}127.0.0.1:{self.wire.port}"), timeout_s=2)
            try:
                await cache.connect()
                await cache.set("warm", 1)
                yield cache
            finally:
                await cache.aclose()
