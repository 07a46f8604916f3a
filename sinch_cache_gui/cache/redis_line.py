"""One connection to a Redis server: commands out, replies in, and a limit on silence."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, TypeAlias

import hiredis
from redis.asyncio.connection import AbstractConnection, DefaultParser
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import InvalidResponse

from sinch_cache_gui.cache.redis_errors import EDGE_ERRORS, is_reply
from sinch_cache_gui.cache.redis_long_replies import LongReplyReader, Reader
from sinch_cache_gui.cache.traffic import Traffic
from sinch_cache_gui.pacing import Breather

Command: TypeAlias = tuple[bytes | str | int, ...]
"""A command and its arguments."""

Reply: TypeAlias = object
"""What the server answered; an error it answered with is a value here, an `Exception`."""

_SENT_AT_ONCE: Final = 1 << 16
"""Bytes of a long command; the next piece follows once most of this one is taken."""

_UNSENT_LIMIT: Final[int | None] = getattr(socket, "TCP_NOTSENT_LOWAT", None)
"""The option of a socket; Windows has none."""

_NO_LINGER: Final = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
"""SO_LINGER: closing drops what was not sent."""


class PushParser(DefaultParser):  # type: ignore[misc, valid-type]
    """Hands over whatever the server pushes as it came, to whoever reads the connection.

    Args:
        socket_read_size: The most bytes to read at once.
        heard: Called with how many bytes have come, whenever some have.
    """

    _reader: Reader

    def __init__(self, socket_read_size: int, heard: Callable[[int], None]) -> None:
        super().__init__(socket_read_size=socket_read_size)
        self._heard = heard

    def on_connect(self, connection: AbstractConnection) -> None:
        """Begin to read from a new connection."""
        super().on_connect(connection)
        # Nothing is decoded, and a reader that has read nothing answers what stands for that.
        new_reader = partial(
            hiredis.Reader,
            protocolError=InvalidResponse,
            replyError=self.parse_error,
            notEnoughData=self._reader.gets(),
        )
        self._reader = LongReplyReader(new_reader)

    async def read_from_socket(self) -> bool:
        """Read what has come, and tell that something has."""
        # As redis-py does it, which does not tell how much.
        come: bytes = await self._stream.read(self._read_size)
        if not come:
            raise ConnectionLost("Connection closed by server.")
        self._reader.feed(come)
        self._heard(len(come))
        return True

    async def handle_push_response(self, response: list[object], **_: object) -> list[object]:
        """Answer the message itself."""
        return response


class Line:
    """One connection, used by one task at a time."""

    def __init__(self, connection: AbstractConnection, traffic: Traffic) -> None:
        self._connection = connection
        self._traffic = traffic
        self._writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        """Connect, and have this machine take little of what is sent before the network does.

        It would take megabytes at once, and nothing would tell for minutes that they move.
        """
        await self._connection.connect()  # type: ignore[no-untyped-call]
        self._writer = self._connection._writer  # noqa: SLF001  redis-py offers none of this
        self._traffic.follow(self._writer)
        if self._writer is not None:
            self._writer.transport.set_write_buffer_limits(high=_SENT_AT_ONCE)
            if _UNSENT_LIMIT is not None:
                _set_option(self._writer, socket.IPPROTO_TCP, _UNSENT_LIMIT, _SENT_AT_ONCE)

    @property
    def connection(self) -> AbstractConnection:
        """The connection itself, for reading what the server pushes."""
        return self._connection

    @property
    def traffic(self) -> Traffic:
        """What moves on it, and on others to the same server."""
        return self._traffic

    async def exchange(
        self, commands: Sequence[Command], replies: list[Reply] | None = None
    ) -> list[Reply]:
        """Send commands in one go and answer their replies in order, read in slices.

        However long it takes, the server is lost only if it is silent for too long. A connection
        that failed, timed out or was cancelled halfway is closed: whatever would come next
        belongs to another question.

        Args:
            commands: What to send.
            replies: Takes each reply as it comes: so it holds those that came before a failure.
        """
        breathe = Breather()
        replies = [] if replies is None else replies
        try:
            async with self._traffic.exchange(partial(_packed_size, commands)):
                for piece in _packed(commands):
                    self._traffic.gives(len(piece))
                    await self._connection.send_packed_command(piece, check_health=False)
                    self._traffic.took()
                    await breathe()
                for _ in commands:
                    replies.append(await self._read_reply())
                    await breathe()
                return replies
        except BaseException:
            self._drop_unsent()
            await self.close()
            raise

    async def is_usable(self) -> bool:
        """Whether nothing has arrived unasked, the end of the connection included."""
        return self._connection.is_connected and not await self._connection.can_read()

    async def close(self) -> None:
        """Close at once."""
        await self._connection.disconnect(nowait=True)

    def _drop_unsent(self) -> None:
        """Send no more: a write given up must not go through once its key has been looked at."""
        if self._writer is None:
            return
        # Closed, the connection would still send what was written to it.
        _set_option(self._writer, socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._writer.transport.abort()

    async def _read_reply(self) -> Reply:
        try:
            return await self._connection.read_response(disconnect_on_error=False)
        except EDGE_ERRORS as error:
            if is_reply(error):
                return error
            raise


def _packed(commands: Sequence[Command]) -> Iterator[bytes]:
    """Yield commands as the server takes them, in pieces of some `_SENT_AT_ONCE` bytes.

    A long argument is never copied whole: to pack 100 MB at once took 0.3 s (measured).
    """
    waiting: list[bytes] = []
    held = 0
    for command in commands:
        for piece in _spelled(command) if _has_long(command) else (_pack(command),):
            waiting.append(piece)
            held += len(piece)
            if held >= _SENT_AT_ONCE:
                yield b"".join(waiting)
                waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)


def _packed_size(commands: Sequence[Command]) -> int:
    """Answer how many bytes `_packed` makes of commands."""
    size = 0
    for command in commands:
        size += len(b"*%d\r\n" % len(command))
        for argument in command:
            data = argument if isinstance(argument, bytes) else str(argument).encode()
            size += len(b"$%d\r\n" % len(data)) + len(data) + len(b"\r\n")
    return size


def _has_long(command: Command) -> bool:
    for argument in command:
        if isinstance(argument, bytes) and len(argument) > _SENT_AT_ONCE:
            return True
    return False


def _pack(command: Command) -> bytes:
    # Its stub knows tuples of one argument only.
    packed: bytes = hiredis.pack_command(command)  # type: ignore[arg-type]
    return packed


def _spelled(command: Command) -> Iterator[bytes]:
    """Yield a command that has a long argument piece by piece."""
    yield b"*%d\r\n" % len(command)
    for argument in command:
        data = argument if isinstance(argument, bytes) else str(argument).encode()
        yield b"$%d\r\n" % len(data)
        for start in range(0, len(data), _SENT_AT_ONCE):
            yield data[start : start + _SENT_AT_ONCE]
        yield b"\r\n"


def _set_option(writer: asyncio.StreamWriter, level: int, option: int, value: int | bytes) -> None:
    """Set an option of the socket, if it is still there and knows it."""
    connected: socket.socket | None = writer.get_extra_info("socket")
    if connected is not None:
        with suppress(OSError):
            connected.setsockopt(level, option, value)
