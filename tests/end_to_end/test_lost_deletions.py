"""A deletion whose answer is lost: the window says what is known, finds out, and takes it back."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager

import redis

from tests.end_to_end.person import Person
from tests.redis_server import RedisServer, becomes_ready

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]
Start = Callable[..., tuple[RedisServer, subprocess.Popen[bytes]]]

PATIENCE_S = 30
SAFE = ("--appendonly", "yes", "--appendfsync", "always")
TTL_MS = 600_000


DELETION = b"EVALSHA"
"""What the question that deletes a key holds, and no other does that is asked here."""


class Line:
    """Between a window and its server: it can be made to hand on no answer, and to break.

    Args:
        server_port: Where the server is.
        heard: Called with what the window sends, before it is handed on.
    """

    def __init__(self, server_port: int, heard: Callable[[bytes], None]) -> None:
        self._server_port = server_port
        self._heard = heard
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Server | None = None
        self.port = 0
        self.swallows_answers = False

    async def mend(self) -> None:
        """Take connections again, and hand on everything."""
        self.swallows_answers = False
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        """End every connection and take no other."""
        if self._listening is not None:
            self._listening.close()
        self._listening = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:  # the server is down: whoever asks is to see that
            to_client.transport.abort()
            return
        self._writers |= {to_client, to_server}

        async def answers() -> None:
            while data := await server.read(1 << 16):
                if not self.swallows_answers:
                    to_client.write(data)

        async def questions() -> None:
            while data := await client.read(1 << 16):
                self._heard(data)
                to_server.write(data)
            to_server.close()

        try:
            if self._listening is not None:  # else it ended while the server was being reached
                await asyncio.gather(answers(), questions())
        except ConnectionError:
            pass
        finally:
            to_client.transport.abort()
            to_server.transport.abort()


async def delete_one_before(person: Person, raw: redis.Redis) -> None:
    """From then on the server knows the script of a deletion: the next is one question."""
    await person.sees_soon("complete")
    person.delete("before")
    await person.until(lambda: not raw.exists("before"))


async def test_a_deletion_that_happened_unanswered_is_found_out_and_taken_back(
    open_window: OpenWindow, shared_redis: RedisServer, raw: redis.Redis
) -> None:
    raw.mset({"k": '{"a": 1}', "before": "1"})
    raw.pexpire("k", TTL_MS)
    deadline = raw.execute_command("PEXPIRETIME", "k")
    is_watched = False

    def heard(data: bytes) -> None:
        line.swallows_answers |= is_watched and DELETION in data

    line = Line(shared_redis.port, heard)
    await line.mend()
    # The line ends first: with its window the loop ends.
    async with open_window(f"redis://127.0.0.1:{line.port}") as person, aclosing(line):
        await delete_one_before(person, raw)
        is_watched = True
        person.delete("k")
        await person.until(lambda: not raw.exists("k"), PATIENCE_S)
        await line.aclose()
        await person.sees_soon("the connection died before the answer: it may have happened")
        is_watched = False
        await line.mend()
        await person.until(lambda: person.sees("k: gone"), PATIENCE_S)
        assert person.sees("The answer to the deletion was lost; asked again, it is not there.")
        await person.answer("Undo")
        await person.sees_soon("Undone: k")
        assert raw.get("k") == b'{"a": 1}'
        assert abs(raw.execute_command("PEXPIRETIME", "k") - deadline) <= 1
        await person.until(lambda: person.rows() == ["k"], PATIENCE_S)


async def test_a_deletion_that_the_killed_server_never_read_is_found_out(
    open_window: OpenWindow, own_redis: Start
) -> None:
    server, process = own_redis(*SAFE)
    raw = redis.Redis(port=server.port)
    raw.mset({"k": "1", "before": "1"})
    is_watched = False

    def heard(data: bytes) -> None:
        if is_watched and DELETION in data:
            process.send_signal(signal.SIGSTOP)
            asyncio.get_running_loop().call_later(0.05, process.kill)

    line = Line(server.port, heard)
    await line.mend()
    async with open_window(f"redis://127.0.0.1:{line.port}") as person, aclosing(line):
        await delete_one_before(person, raw)
        is_watched = True
        person.delete("k")
        await person.sees_soon("the connection died before the answer: it may have happened")
        is_watched = False
        process.wait()
        with started_again(server):
            await person.until(lambda: person.sees("k: still there"), PATIENCE_S)
            assert raw.get("k") == b"1"
            await person.until(lambda: person.rows() == ["k"], PATIENCE_S)
            raw.close()


@contextmanager
def started_again(server: RedisServer) -> Iterator[None]:
    server.log.unlink()
    words = [str(shutil.which("redis-server")), *server.own_options, *SAFE]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        assert becomes_ready(server, process)
        yield
    finally:
        process.kill()
        process.wait()
