"""Looking at a key under WATCH, before a transaction writes it.

What is seen here may be gone by the next command; but then the server refuses the transaction.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.interface import LONG_STRING_BYTES, KeyType
from sinch_cache_gui.cache.redis_atomic_writes import NO_KEY, Absent, Deadlines, Occupied
from sinch_cache_gui.cache.redis_element_plans import (
    ElementPlan,
    ElementRefused,
    OtherType,
    Said,
    field_deadline,
    flatten,
)
from sinch_cache_gui.cache.redis_line import Command, Line, Reply
from sinch_cache_gui.cache.redis_node import RedisNode

UNREAD: Final = -1
ANY_LENGTH: Final = math.inf
"""How long a string may be that is looked into: not even an empty one, and any."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a watched key holds: its payload is a string's bytes, or a DUMP if that is wanted.

    Of a long string that cannot be what is expected, there is the size and no payload.
    """

    type: str
    payload: bytes | None
    deadline_ms: int | None
    size: int | None = None

    @property
    def is_absent(self) -> bool:
        """Whether there is no such key."""
        return self.type == "none"

    @property
    def data(self) -> bytes | None:
        """A string's bytes, if it was read; None of any other type."""
        return self.payload if self.type == KeyType.STRING else None

    def occupied(self) -> Occupied:
        """Answer what is in the way of a write."""
        is_long = self.size is not None and self.size > LONG_STRING_BYTES
        return Occupied(self.type, None if is_long else self.data, self.deadline_ms, self.size)


@dataclass(frozen=True, slots=True)
class ElementSeen:
    """What is known of a watched key and one of its elements before that is changed.

    Attributes:
        result: Why nothing is to be written; None if every look found what it demands.
        said: The answers to the looks.
        deadline_ms: The key's deadline; None for no expiry.
        dump: DUMP of the key, if the element is its last.
        field_deadline_ms: When the plan's field expires; None for no expiry.
    """

    result: ElementRefused | OtherType | Absent | None
    said: Sequence[Said] = ()
    deadline_ms: int | None = None
    dump: bytes | None = None
    field_deadline_ms: int | None = None


class Overtaken(Exception):
    """The key changed between the commands of one look: what was seen was never there."""


class WatchedReads:
    """Each look begins to watch its key, on the connection that is to write it.

    Raises `Overtaken`, or `WrongType`, where the key is replaced while it is looked at.
    """

    def __init__(self, node: RedisNode, deadlines: Deadlines) -> None:
        self._node = node
        self._deadlines = deadlines

    async def look(
        self, line: Line, key: bytes, *, longest: float, with_dump: bool = False
    ) -> Seen:
        """Watch a key, and read it unless it is a string of more than `longest` bytes."""
        commands: list[Command] = [("WATCH", key), ("TYPE", key), (self._deadlines.command, key)]
        if longest >= 0:
            # A string that is not long is read in the same round trip.
            commands += [("STRLEN", key), ("GETRANGE", key, 0, LONG_STRING_BYTES - 1)]
        watched, kind, when, *read = await line.exchange(commands)
        self._node.checked(watched)
        if not isinstance(kind, bytes):
            self._node.checked(kind)
            raise TypeError(f"TYPE answered {kind!r}")
        if kind == b"none" or when == NO_KEY:
            return Seen("none", None, None)
        deadline_ms = self._deadlines.parse(self._node.checked(when))
        if kind != KeyType.STRING.encode():
            dump = await self._whole(line, "DUMP", key) if with_dump else None
            return Seen(kind.decode(), dump, deadline_ms)
        if not read:
            return Seen(KeyType.STRING, None, deadline_ms)
        size, data = map(self._node.checked, read)
        if not isinstance(size, int) or not isinstance(data, bytes):
            raise TypeError(f"STRLEN and GETRANGE answered {size!r} and {type(data)}")
        if size <= LONG_STRING_BYTES:
            return Seen(KeyType.STRING, data, deadline_ms, size)
        whole = await self._whole(line, "GET", key) if size <= longest else None
        return Seen(KeyType.STRING, whole, deadline_ms, size)

    async def look_at_element(self, line: Line, key: bytes, plan: ElementPlan) -> ElementSeen:
        """Watch a key, and ask what the plan asks until an answer is not the one demanded."""
        held = await self.look(line, key, longest=UNREAD)
        if held.is_absent:
            return ElementSeen(Absent())
        if held.type != plan.kind:
            return ElementSeen(OtherType(held.type))
        said: list[Said] = []
        commands = [look.command for look in plan.looks]
        replies = await line.exchange(commands) if commands else []
        for look, reply in zip(plan.looks, replies, strict=True):
            said.append(flatten(self._node.checked(reply)))
            if not look.is_met_by(said[-1]):
                return ElementSeen(ElementRefused(said))
        dump: Reply = None
        if plan.size_command and await self._asked(line, plan.size_command, key) == 1:
            dump = await self._asked(line, "DUMP", key)
        when: Reply = None
        if plan.field is not None:
            when = await self._asked(line, "HPEXPIRETIME", key, "FIELDS", 1, plan.field)
        whole = dump if isinstance(dump, bytes) else None
        return ElementSeen(None, said, held.deadline_ms, whole, field_deadline(when))

    async def _whole(self, line: Line, command: str, key: bytes) -> bytes:
        whole = await self._asked(line, command, key)
        if not isinstance(whole, bytes):
            raise Overtaken
        return whole

    async def _asked(self, line: Line, *command: bytes | str | int) -> Reply:
        (reply,) = await line.exchange([command])
        return self._node.checked(reply)


def as_long_as(expected: bytes | None) -> int:
    """Answer how long a string has to be looked into that is to be compared with `expected`."""
    return max(len(expected or b""), LONG_STRING_BYTES)
