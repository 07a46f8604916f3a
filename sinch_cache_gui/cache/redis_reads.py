"""Reading from Redis in few round trips, whatever type a key has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeVar

from redis import exceptions

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.interface import Gone, KeyInfo, KeyType, Snapshot, StoredValue
from sinch_cache_gui.cache.many import not_sent
from sinch_cache_gui.cache.redis_abilities import parse_time
from sinch_cache_gui.cache.redis_atomic_writes import NO_KEY, Deadlines
from sinch_cache_gui.cache.redis_errors import how_to_permit, is_command_refused
from sinch_cache_gui.cache.redis_line import Command, Reply
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_pipelines import Extent, extents, parts_of
from sinch_cache_gui.cache.server_clock import ServerClock
from sinch_cache_gui.cache.wall_clock import steady_clock_ms
from sinch_cache_gui.pacing import Breather

BATCH: Final = 500
"""Keys asked about in one pipeline: under a millisecond and a half of the server's time."""

Told = TypeVar("Told")

_SIZES: Final = {
    KeyType.HASH: "HLEN",
    KeyType.LIST: "LLEN",
    KeyType.SET: "SCARD",
    KeyType.ZSET: "ZCARD",
    KeyType.STREAM: "XLEN",
}
"""Commands that tell a number of elements in constant time."""


class RedisReads:
    """Answers about keys. A key this user may not look into is answered as `NO_ACCESS`."""

    def __init__(self, node: RedisNode, times: Deadlines, clock: ServerClock) -> None:
        self._node = node
        self._times = times
        self._clock = clock

    async def describe(self, keys: Sequence[bytes], preview_bytes: int) -> list[KeyInfo | None]:
        """As `CacheBackend.describe`."""
        infos: list[KeyInfo | None] = []
        for start in range(0, len(keys), BATCH):
            infos += await self._describe_batch(keys[start : start + BATCH], preview_bytes)
        return infos

    async def types(self, keys: Sequence[bytes]) -> list[str | None]:
        """As `CacheBackend.types`."""
        return await self._tell_each("TYPE", keys, self._type, "the types of keys")

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """As `CacheBackend.deadlines`."""
        return await self._tell_each(self._times.command, keys, self._deadline, "when keys expire")

    async def exist(self, keys: Sequence[bytes]) -> list[bool]:
        """As `CacheBackend.exist`."""
        return await self._tell_each("EXISTS", keys, self._exists, "which keys exist")

    async def _tell_each(
        self, command: str, keys: Sequence[bytes], told: Callable[[Reply], Told], what: str
    ) -> list[Told]:
        """Ask one thing of each key.

        Raises:
            NotPermitted: This user may use the command on no key, and is told what that hides.
        """
        found: list[Told] = []
        for start in range(0, len(keys), BATCH):
            batch = keys[start : start + BATCH]
            replies = await self._node.ask_many([(command, key) for key in batch])
            if is_command_refused(replies[0]):
                raise NotPermitted(f"This user may not know {what} ({command})")
            found += map(told, replies)
        return found

    async def read(self, key: bytes) -> StoredValue | None:
        """As `CacheBackend.read`."""
        kind, when, data = await self._node.ask_many(
            [("TYPE", key), (self._times.command, key), ("GET", key)]
        )
        name = self._type_by(kind, data)
        deadline_ms, is_told = self._deadline(when), _is_told(when)
        if name is None or isinstance(deadline_ms, Gone):
            return None
        if name != KeyType.STRING:
            size = await self.size(key, name)
            return StoredValue(name, None, size, deadline_ms, is_deadline_told=is_told)
        if is_other_type(data):  # it was replaced since its type was told
            return await self.read(key)
        if self._node.checked(data) is None:
            return None
        if not isinstance(data, bytes):
            raise TypeError(f"GET answered {data!r}")
        return StoredValue(name, data, len(data), deadline_ms, is_deadline_told=is_told)

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        """As `CacheBackend.piece`."""
        if size < 1:
            return b""  # its last byte would be counted from the end
        (reply,) = await self._node.ask_many([("GETRANGE", key, start, start + size - 1)])
        if is_other_type(reply):
            return b""
        data = self._node.checked(reply)
        if not isinstance(data, bytes):
            raise TypeError(f"GETRANGE answered {data!r}")
        return data

    def _type_by(self, kind: Reply, data: Reply) -> str | None:
        """Answer a key's type by TYPE; where this user may not use that, GET tells a string.

        Raises:
            NotPermitted: It is none, and its type may not be known.
        """
        if not is_command_refused(kind):
            return _type_name(self._node.checked(kind))
        if is_other_type(data):
            raise NotPermitted(
                "This user may not know the types of keys (TYPE)",
                "Without its type a key can be shown only if it is a string, and this is none. "
                + how_to_permit("TYPE"),
            )
        return None if self._node.checked(data) is None else KeyType.STRING

    async def snapshot(self, key: bytes) -> Snapshot | None:
        """As `CacheBackend.snapshot`."""
        kind = _type_name(await self._node.ask("TYPE", key))
        while kind is not None:
            is_string = kind == KeyType.STRING
            replies = await self._node.ask_many(self._take(key, is_string=is_string))
            taken = self._taken(key, replies, is_string=is_string)
            if not isinstance(taken, str):
                return taken
            kind = taken  # it was replaced by another type since it was asked for
        return None

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        """As `CacheBackend.snapshot_many`."""
        try:
            known = await extents(self._node, keys)
        except CacheError as error:
            return [error] * len(keys)
        taken: list[Snapshot | CacheError | None] = []
        lost: CacheUnreachable | None = None
        for part in parts_of([extent.size for extent in known]):
            if lost is not None:
                taken += [not_sent(lost)] * len(part)
                continue
            here = slice(part.start, part.stop)
            taken += await self._take_part(keys[here], known[here])
            if isinstance(taken[-1], CacheUnreachable):
                lost = taken[-1]
        return taken

    async def _take_part(
        self, keys: Sequence[bytes], known: Sequence[Extent]
    ) -> list[Snapshot | CacheError | None]:
        commands: list[Command] = []
        for key, extent in zip(keys, known, strict=True):
            commands += self._take(key, is_string=extent.is_string)
        try:
            replies = await self._node.ask_many(commands)
        except CacheError as error:
            return [error] * len(keys)
        taken: list[Snapshot | CacheError | None] = []
        breathe = Breather()
        each = len(commands) // len(keys)
        for at, (key, extent) in enumerate(zip(keys, known, strict=True)):
            try:
                found = self._taken(
                    key, replies[at * each : (at + 1) * each], is_string=extent.is_string
                )
                taken.append(await self.snapshot(key) if isinstance(found, str) else found)
            except CacheError as error:
                taken.append(error)
            await breathe()
        return taken

    def _take(self, key: bytes, *, is_string: bool) -> list[Command]:
        """Answer what takes a key whole at one moment."""
        take = "GET" if is_string else "DUMP"
        return [("MULTI",), ("TYPE", key), (self._times.command, key), (take, key), ("EXEC",)]

    def _taken(
        self, key: bytes, replies: Sequence[Reply], *, is_string: bool
    ) -> Snapshot | str | None:
        """Read what `_take` brought; the key's type, if it has to be taken in the other way."""
        *queued, executed = replies
        for reply in queued:  # the reason of an EXECABORT stands here
            self._node.checked(reply)
        match self._node.checked(executed):
            case [now, when, payload]:
                name = _type_name(self._node.checked(now))
            case _:
                raise TypeError(f"EXEC answered {executed!r}")
        if name is None:
            return None
        if is_string != (name == KeyType.STRING):
            return name
        payload = self._node.checked(payload)
        if not isinstance(payload, bytes):
            return None
        return Snapshot(key, name, payload, self._times.parse(when))

    async def size(self, key: bytes, kind: str) -> int | None:
        """Answer how many elements a key of a type other than string has, if that is cheap."""
        command = _SIZES.get(kind)
        if command is None:
            return None
        (reply,) = await self._node.ask_many([(command, key)])
        return reply if isinstance(reply, int) else None

    async def _describe_batch(
        self, keys: Sequence[bytes], preview_bytes: int
    ) -> list[KeyInfo | None]:
        commands: list[Command] = []
        for key in keys:
            commands += [("TYPE", key), (self._times.command, key), ("STRLEN", key)]
            commands.append(("GETRANGE", key, 0, max(preview_bytes, 1) - 1))
        commands.append(("TIME",))  # rows that are looked at keep the countdowns true
        sent_at_ms = steady_clock_ms()
        *replies, clock = await self._node.ask_many(commands)
        if (server_ms := parse_time(clock)) is not None:
            self._clock.observe(server_ms, sent_at_ms, steady_clock_ms())
        infos = [
            self._info(key, replies[4 * index : 4 * index + 4], preview_bytes)
            for index, key in enumerate(keys)
        ]
        doubtful = [at for at in range(len(keys)) if _is_doubtful(replies[4 * at : 4 * at + 3])]
        return await self._with_sizes(await self._without_missing(infos, keys, doubtful))

    async def _without_missing(
        self, infos: list[KeyInfo | None], keys: Sequence[bytes], doubtful: Sequence[int]
    ) -> list[KeyInfo | None]:
        """Ask whether those keys exist of which nothing else tells."""
        if doubtful:
            with suppress(NotPermitted):  # then they are taken to exist
                there = await self.exist([keys[at] for at in doubtful])
                for at, exists in zip(doubtful, there, strict=True):
                    if not exists:
                        infos[at] = None
        return infos

    def _type(self, reply: Reply) -> str | None:
        if isinstance(reply, exceptions.NoPermissionError):
            return KeyType.NO_ACCESS
        return _type_name(self._node.checked(reply))

    def _info(self, key: bytes, replies: Sequence[Reply], preview_bytes: int) -> KeyInfo | None:
        kind, when, size, preview = replies
        name = self._type(kind)
        if is_command_refused(kind) and isinstance(size, int):
            name = KeyType.STRING  # nothing else has a length of that kind
        deadline_ms = self._deadline(when)
        if name is None or isinstance(deadline_ms, Gone):
            return None
        length = size if isinstance(size, int) else None
        seen = preview[:preview_bytes] if isinstance(preview, bytes) else b""
        return KeyInfo(key, name, deadline_ms, length, seen, _is_told(when))

    async def _with_sizes(self, infos: list[KeyInfo | None]) -> list[KeyInfo | None]:
        asked = [
            (index, info)
            for index, info in enumerate(infos)
            if info is not None and info.type in _SIZES
        ]
        if not asked:
            return infos
        replies = await self._node.ask_many([(_SIZES[info.type], info.key) for _, info in asked])
        for (index, info), size in zip(asked, replies, strict=True):
            infos[index] = replace(info, size=size if isinstance(size, int) else None)
        return infos

    def _exists(self, reply: Reply) -> bool:
        if isinstance(reply, exceptions.NoPermissionError):
            return True  # and that is all this user may know
        return self._node.checked(reply) == 1

    def _deadline(self, reply: Reply) -> int | Gone | None:
        if isinstance(reply, exceptions.NoPermissionError):
            return None  # it exists, and that is all this user may know
        return Gone() if self._node.checked(reply) == NO_KEY else self._times.parse(reply)


def _is_told(when: Reply) -> bool:
    """Whether this user may know when the key expires."""
    return not isinstance(when, exceptions.NoPermissionError)


def _is_doubtful(replies: Sequence[Reply]) -> bool:
    """Whether neither its type nor its deadline nor its length tells that a key exists."""
    kind, when, size = replies
    if not is_command_refused(kind) or _is_told(when):
        return False
    return size == 0 or is_command_refused(size)


def _type_name(reply: Reply) -> str | None:
    if not isinstance(reply, bytes):
        raise TypeError(f"TYPE answered {reply!r}")
    return None if reply == b"none" else reply.decode(errors="replace")


def is_other_type(reply: Reply) -> bool:
    """Whether a command was refused because the key holds another type than it is made for."""
    return isinstance(reply, exceptions.ResponseError) and str(reply).startswith("WRONGTYPE")
