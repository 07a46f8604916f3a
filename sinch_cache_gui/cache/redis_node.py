"""One Redis server: connections to it, a limit on its silence, and whose fault it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, TypedDict

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    SSLConnection,
    UnixDomainSocketConnection,
)
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from sinch_cache_gui.cache.connect import Target, TargetKind, TlsFiles
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.redis_errors import (
    EDGE_ERRORS,
    translate,
    translated,
    translated_write,
)
from sinch_cache_gui.cache.redis_info import may_read_untouched, parse_info
from sinch_cache_gui.cache.redis_line import Command, Line, PushParser, Reply
from sinch_cache_gui.cache.traffic import LastMove, Traffic

CLIENT_NAME: Final = "sinch-cache-gui"
"""How this tool shows in CLIENT LIST."""

_MOST_CONNECTIONS: Final = 8
_READ_SIZE: Final = 1 << 17


class _Shared(TypedDict):
    """What every kind of connection is made with."""

    db: int
    username: str | None
    password: str | None
    protocol: int
    socket_timeout: float | None
    socket_connect_timeout: float
    socket_read_size: int
    retry: Retry
    driver_info: None
    parser_class: partial[PushParser]


class _TlsOptions(TypedDict, total=False):
    """Files for TLS, by redis-py's names."""

    ssl_ca_certs: str
    ssl_certfile: str
    ssl_keyfile: str


class RedisNode:
    """One server at one address.

    Reads may be asked a second time on a fresh connection, since an idle one may have died
    unnoticed. Writes never are: a compare-and-set that is repeated by itself compares with its
    own result.

    Args:
        target: Where the server is.
        timeout_s: The longest the server may be silent within an exchange.
    """

    def __init__(self, target: Target, *, timeout_s: float) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._idle: list[Line] = []
        self._limit = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._is_closed = False
        self._last_move = LastMove()

    @property
    def where(self) -> str:
        """Host and port for people."""
        return self._target.address

    @property
    def database(self) -> int:
        """The number of the database every connection is in."""
        return self._target.database

    async def ask(self, *command: bytes | str | int) -> Reply:
        """Read: answer the reply to one command.

        Raises:
            CacheError: As errors.py has it; an error the server answered with, too.
        """
        (reply,) = await self.ask_many([command])
        return self.checked(reply)

    async def ask_many(self, commands: Sequence[Command]) -> list[Reply]:
        """Read: answer the replies to many commands sent together, errors among them."""
        with translated(self.where):
            async with self.line() as line:
                try:
                    return await line.exchange(commands)
                except EDGE_ERRORS as error:
                    if isinstance(error, TimeoutError):
                        raise
            await self.close_idle()
            async with self.line() as line:
                return await line.exchange(commands)

    async def tell(self, *command: bytes | str | int) -> Reply:
        """Write: answer the reply to one command, which is sent once at most.

        Raises:
            OutcomeUnknown: It was sent and the answer did not come.
            CacheError: As errors.py has it; an error the server answered with, too.
        """
        (reply,) = await self.tell_many([command])
        return self.checked(reply)

    async def tell_many(self, commands: Sequence[Command]) -> list[Reply]:
        """Write: as `tell`, with errors the server answered with among the replies."""
        async with self.line() as line:
            with translated_write(self.where):
                return await line.exchange(commands)

    async def tell_each(self, commands: Sequence[Command]) -> list[Reply]:
        """Write: as `tell_many`, with errors for those whose answer did not come as well."""
        replies: list[Reply] = []
        try:
            async with self.line() as line:
                with translated_write(self.where):
                    return await line.exchange(commands, replies)
        except CacheError as error:
            return [*replies, *[error] * (len(commands) - len(replies))]

    def checked(self, reply: Reply) -> Reply:
        """Answer the reply, unless it is an error: that is raised as errors.py has it."""
        if isinstance(reply, CacheError):
            raise reply
        if isinstance(reply, Exception):
            raise translate(reply, self.where) from reply
        return reply

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Lend a connection for one or several exchanges; it is closed if any of them fails."""
        async with self._limit:
            with translated(self.where):
                line = await self._take()
            try:
                yield line
            except BaseException:
                await line.close()
                raise
            if line.connection.is_connected and not self._is_closed:
                self._idle.append(line)
            else:
                await line.close()

    async def open_line(self, *, protocol: int = 2) -> Line:
        """Open a connection outside the pool, which the caller closes.

        Raises:
            CacheUnreachable: As errors.py has it.
        """
        with translated(self.where):
            return await self._open(protocol)

    async def close_idle(self) -> None:
        """Let go of every connection not in use: the server behind them may have gone."""
        idle, self._idle = self._idle, []
        for line in idle:
            await line.close()

    async def aclose(self) -> None:
        """Let go of every connection, for good. May be called twice."""
        self._is_closed = True
        await self.close_idle()

    async def _take(self) -> Line:
        if self._is_closed:
            raise CacheUnreachable(f"The connection to {self.where} is closed")
        while self._idle:
            line = self._idle.pop()
            is_usable = False
            try:
                is_usable = await line.is_usable()
            finally:
                if not is_usable:
                    await line.close()
            if is_usable:
                return line
        return await self._open(2)

    async def _locate(self) -> Target:
        """Answer where the server is at this moment."""
        return self._target

    async def _greet(self, line: Line) -> None:
        """Make a new connection ready."""
        # Courtesies: a server that does not know or permit them is fine.
        _, info = await line.exchange([("CLIENT", "SETNAME", CLIENT_NAME), ("INFO", "server")])
        if may_read_untouched(parse_info(info)):
            await line.exchange([("CLIENT", "NO-TOUCH", "ON")])

    async def _open(self, protocol: int) -> Line:
        traffic = Traffic(self._timeout_s, self._last_move)
        connection = self._make_connection(await self._locate(), protocol, traffic)
        line = Line(connection, traffic)
        try:
            async with asyncio.timeout(self._timeout_s):
                await line.open()
                await self._greet(line)
        except BaseException:
            await line.close()
            raise
        return line

    def _make_connection(
        self, target: Target, protocol: int, traffic: Traffic
    ) -> AbstractConnection:
        shared = _Shared(
            db=target.database,
            username=target.username,
            password=target.password,
            protocol=protocol,
            # The time limits are this module's own: they cover sending as well.
            socket_timeout=None,
            socket_connect_timeout=self._timeout_s,
            socket_read_size=_READ_SIZE,
            retry=Retry(NoBackoff(), 0),
            driver_info=None,
            parser_class=partial(PushParser, heard=traffic.heard),
        )
        match target.kind:
            case TargetKind.UNIX:
                return UnixDomainSocketConnection(path=target.path, **shared)
            case TargetKind.TLS:
                return SSLConnection(
                    host=target.host, port=target.port, **shared, **_tls_options(target.tls)
                )
            case _:
                return Connection(host=target.host, port=target.port, **shared)


def _tls_options(files: TlsFiles) -> _TlsOptions:
    """Answer the files that are named.

    Raises:
        CacheUnreachable: One is missing; the network would be blamed for it otherwise.
    """
    options = _TlsOptions()
    if files.authorities:
        options["ssl_ca_certs"] = files.authorities
    if files.certificate:
        options["ssl_certfile"] = files.certificate
    if files.key:
        options["ssl_keyfile"] = files.key
    for path in (files.authorities, files.certificate, files.key):
        if path and not Path(path).is_file():
            raise CacheUnreachable("A file for TLS is missing", f"There is no {path}")
    return options
