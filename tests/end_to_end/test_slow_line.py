"""A long value over a line that hands on no more than the test lets it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field

import pytest
import redis

from tests.end_to_end.person import Person

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]

PIECE = 1 << 12
TAKEN = 1 << 15
"""Bytes that the line takes and does not hand on, about."""
PACKET = 1_400
"""Bytes of a packet, as on a real line: a local one is larger than what the line takes, and would
be sent by fits."""
LONG = 1 << 14
"""A command or an answer of more bytes has to wait."""

OLD = "".join(f"line {number:05} {'.' * 80}\n" for number in range(3_000))
TTL_MS = 3_600_123

FINDING_OUT = "finding out whether it was written"
NOT_WRITTEN = "The save did not reach the cache. Nothing was written."


class MeteredLine:
    """Between the window and its server: what is short passes, what is long only if it may."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._held: set[asyncio.StreamWriter] = set()
        self._may_pass = asyncio.Condition()
        self._budget: int | None = None
        self._holds_answers = False
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[MeteredLine]:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TAKEN)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, PACKET)
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        listener = await asyncio.start_server(self._serve, sock=listening, limit=PIECE)
        try:
            yield self
        finally:
            listener.close()
            for writer in tuple(self._writers):
                writer.transport.abort()
            await self.let_pass(None)
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await listener.wait_closed()

    def hold(self, *, answers: bool = False) -> None:
        """Let no long command pass any more, or no long answer."""
        self._budget = 0
        self._holds_answers = answers

    async def let_pass(self, size: int | None) -> None:
        """Let so many bytes more of what is long pass; None lets everything pass again."""
        async with self._may_pass:
            self._budget = None if size is None else (self._budget or 0) + size
            self._may_pass.notify_all()

    def cut(self) -> None:
        """Have the connections die on which something long waits."""
        for writer in tuple(self._held):
            writer.transport.abort()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        server, to_server = await asyncio.open_connection(
            "127.0.0.1", self._server_port, limit=PIECE
        )
        self._writers |= {to_client, to_server}
        burst = Burst()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._hand_on(client, to_server, to_client, burst))
                both.create_task(self._hand_on(server, to_client, to_client, burst))
        except* (ConnectionError, EOFError):
            pass
        finally:
            for writer in (to_client, to_server):
                writer.transport.abort()
            self._writers -= {to_client, to_server}
            self._tasks.discard(task)

    async def _hand_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        to_client: asyncio.StreamWriter,
        burst: Burst,
    ) -> None:
        while data := await reader.read(PIECE):
            is_held = (writer is to_client) is self._holds_answers
            if burst.grown(reader, len(data)) > LONG and is_held:
                self._held.add(to_client)
                await self._allowed(len(data))
                self._held.discard(to_client)
            writer.write(data)
            await writer.drain()
        raise EOFError

    async def _allowed(self, size: int) -> None:
        async with self._may_pass:
            await self._may_pass.wait_for(lambda: self._budget is None or self._budget >= size)
            if self._budget is not None:
                self._budget -= size


@dataclass
class Burst:
    """What one side has said since the other said anything."""

    said: dict[asyncio.StreamReader, int] = field(default_factory=dict)

    def grown(self, reader: asyncio.StreamReader, size: int) -> int:
        self.said = {reader: self.said.get(reader, 0) + size}
        return self.said[reader]


@dataclass
class Desk:
    person: Person
    line: MeteredLine
    server: redis.Redis
    said: set[str] = field(default_factory=set)
    """Every bar and every state of the line that was in sight."""

    async def until(self, is_so: Callable[[], bool]) -> None:
        def look() -> bool:
            self.said |= {*self.person.bars(), self.person.live()}
            return is_so()

        await self.person.until(look)

    async def sees_bar(self, words: str) -> None:
        await self.until(lambda: any(words in bar for bar in self.person.bars()))

    async def begins_to_save(self) -> None:
        """Type into the text, save it, and wait until the window says that it is on its way."""
        await self.until(lambda: bool(self.person.editors()))
        (view,) = self.person.editors()
        self.person.type("mine ", on=view)
        self.line.hold()
        self.person.click("Save")
        await self.sees_bar("Saving…")

    def held(self) -> str:
        return bytes(self.server.get("long") or b"").decode()

    def heard(self, words: str) -> bool:
        return any(words in said for said in self.said)


NewDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as client:
        client.set("long", OLD, px=TTL_MS)
        yield client


@pytest.fixture
async def line(server: redis.Redis) -> AsyncIterator[MeteredLine]:
    async with MeteredLine(server.connection_pool.connection_kwargs["port"]).running() as running:
        yield running


@pytest.fixture
def new_desk(open_window: OpenWindow, line: MeteredLine, server: redis.Redis) -> NewDesk:
    @asynccontextmanager
    async def at_work(*argv: str) -> AsyncIterator[Desk]:
        async with open_window(f"redis://127.0.0.1:{line.port}", *argv) as person:
            await person.until(lambda: person.rows() == ["long"])
            await person.until(lambda: "pushed" in person.live())
            yield Desk(person, line, server)

    return at_work


async def test_a_save_that_crawls_is_told_of_and_ends_saved(new_desk: NewDesk) -> None:
    async with new_desk() as desk:
        await desk.person.open("long")
        deadline = desk.server.execute_command("PEXPIRETIME", "long")
        await desk.begins_to_save()
        assert desk.held() == OLD
        for _ in range(2):
            told = desk.person.bars()
            await desk.line.let_pass(len(OLD) // 2)
            await desk.until(lambda told=told: desk.person.bars() != told)
        await desk.line.let_pass(None)
        await desk.until(lambda: not desk.person.has_unsaved())
        assert desk.held() == "mine " + OLD
        assert desk.server.execute_command("PEXPIRETIME", "long") == deadline
        await desk.until(lambda: desk.person.bars() == [])
        assert desk.heard(" kB sent")
        assert not desk.heard("lost")
        assert not desk.heard(FINDING_OUT)


async def test_a_line_that_dies_beneath_a_save_is_told_and_what_became_of_it_found_out(
    new_desk: NewDesk,
) -> None:
    async with new_desk() as desk:
        await desk.person.open("long")
        await desk.begins_to_save()
        await desk.line.let_pass(len(OLD))
        desk.line.cut()
        await desk.line.let_pass(None)
        await desk.sees_bar(NOT_WRITTEN)
        assert desk.held() == OLD
        await desk.person.answer("Save again")
        await desk.until(lambda: not desk.person.has_unsaved())
        assert desk.held() == "mine " + OLD


async def test_a_save_that_is_stopped_ends_with_the_truth(new_desk: NewDesk) -> None:
    async with new_desk() as desk:
        await desk.person.open("long")
        await desk.begins_to_save()
        await desk.person.answer("Stop")
        await desk.line.let_pass(None)
        await desk.sees_bar(NOT_WRITTEN)
        assert desk.held() == OLD
        assert desk.person.text() == "mine " + OLD
        assert desk.person.sees("Should a proxy or a tunnel still hand it on")
        await desk.person.answer("Save again")
        await desk.until(lambda: not desk.person.has_unsaved())
        assert desk.held() == "mine " + OLD


async def test_a_value_that_comes_slowly_is_told_of_can_be_stopped_and_read_again(
    new_desk: NewDesk, line: MeteredLine
) -> None:
    line.hold(answers=True)
    async with new_desk("--open", "long") as desk:
        size = f" of {len(OLD) // 1000} kB"
        await desk.until(lambda: desk.person.sees(size))
        told = desk.person.sentences()
        await line.let_pass(len(OLD) // 2)
        await desk.until(lambda: desk.person.sees(size) and desk.person.sentences() != told)
        desk.person.click("Stop")
        await desk.until(lambda: desk.person.sees("Loading was stopped"))
        await line.let_pass(None)
        desk.person.click("Read again")
        await desk.until(lambda: bool(desk.person.editors()))
        await desk.until(lambda: desk.person.text() == OLD)
