"""Writes to Redis in one step without scripts: WATCH, look, MULTI, EXEC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from redis import exceptions

from sinch_cache_gui.cache.errors import CacheError, WrongType
from sinch_cache_gui.cache.interface import (
    LONG_STRING_BYTES,
    Gone,
    KeyType,
    MoveDeadline,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlOutcome,
    TtlPolicy,
)
from sinch_cache_gui.cache.many import one_by_one
from sinch_cache_gui.cache.redis_atomic_writes import (
    NO_EXPIRY,
    NO_KEY,
    Absent,
    AtomicOutcome,
    Deadlines,
    Occupied,
    change_words,
    string_before,
)
from sinch_cache_gui.cache.redis_element_plans import (
    ElementDone,
    ElementPlan,
    ElementResult,
    flatten,
)
from sinch_cache_gui.cache.redis_errors import translated, translated_write
from sinch_cache_gui.cache.redis_line import Command, Line, Reply
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_watched_reads import (
    ANY_LENGTH,
    UNREAD,
    ElementSeen,
    Overtaken,
    Seen,
    WatchedReads,
    as_long_as,
)

_ATTEMPTS: Final = 20
"""How often a key may change between the look and the write before that is reported."""

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Plan(Generic[T]):
    """Commands to run if nothing changes before them, and what their replies mean."""

    commands: Sequence[Command]
    outcome: Callable[[Sequence[Reply]], T]


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    """Nothing to run."""

    outcome: T


class WatchedWrites:
    """Each write looks at the key under WATCH and writes in a transaction, on one connection.

    A key that changes in between makes the server refuse the transaction, and it is looked at
    again. A key that expires in between does so too (Redis 6.0.9); SET ... XX guards older ones.
    """

    def __init__(self, node: RedisNode, deadlines: Deadlines, *, has_keepttl: bool) -> None:
        self._node = node
        self._reads = WatchedReads(node, deadlines)
        self._deadlines = deadlines
        self._has_keepttl = has_keepttl

    async def put(self, key: bytes, data: bytes, ttl_ms: int) -> Occupied | None:
        """Store a string unless another type is in the way."""

        def decide(seen: Seen) -> _Plan[Occupied | None] | _Done[Occupied | None]:
            if seen.type not in ("none", KeyType.STRING):
                return _Done(seen.occupied())
            return _Plan([("SET", key, data, "PX", ttl_ms)], lambda _: None)

        return await self._run(key, decide, longest=UNREAD)

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved | Occupied:
        """Store a string unless another type is in the way, and answer what was there."""

        def decide(seen: Seen) -> _Plan[Saved | Occupied] | _Done[Saved | Occupied]:
            if seen.type not in ("none", KeyType.STRING):
                return _Done(seen.occupied())
            before = string_before(key, seen.data, seen.deadline_ms)
            commands: list[Command] = [
                ("SET", key, data, "PX", ttl_ms),
                (self._deadlines.command, key),
            ]
            return _Plan(
                commands, lambda replies: Saved(self._deadlines.parse(replies[-1]), before)
            )

        return await self._run(key, decide, longest=ANY_LENGTH)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> AtomicOutcome:
        """Compare and set."""

        def decide(seen: Seen) -> _Plan[AtomicOutcome] | _Done[AtomicOutcome]:
            if seen.is_absent and expected is not None:
                return _Done(Absent())
            if not seen.is_absent and (expected is None or seen.data != expected):
                return _Done(seen.occupied())
            before = string_before(key, expected, seen.deadline_ms)

            def outcome(replies: Sequence[Reply]) -> Saved | Absent:
                if replies[0] is None:
                    return Absent()
                is_kept = ttl is TtlPolicy.KEEP  # two reckonings of one deadline would differ
                after_ms = seen.deadline_ms if is_kept else self._deadlines.parse(replies[-1])
                return Saved(after_ms, before)

            return _Plan(self._set_commands(key, data, seen, ttl), outcome)

        return await self._run(key, decide, longest=as_long_as(expected))

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """Set, move or remove the deadline."""
        word, number = change_words(change)

        def decide(seen: Seen) -> _Plan[TtlOutcome] | _Done[TtlOutcome]:
            before_ms = seen.deadline_ms
            if seen.is_absent:
                return _Done(Gone())
            if word == "by" and before_ms is None:
                return _Done(TtlChanged(None, None))
            if isinstance(change, MoveDeadline) and not self._deadlines.is_same(
                before_ms, change.from_ms
            ):
                return _Done(TtlChanged(before_ms, before_ms))
            command: Command
            match word:
                case "move" if number != NO_EXPIRY:
                    command = ("PEXPIREAT", key, number)
                case "persist" | "move":
                    command = ("PERSIST", key)
                case "in":
                    command = ("PEXPIRE", key, number)
                case "at":
                    command = ("PEXPIREAT", key, number)
                case _:
                    command = ("PEXPIREAT", key, (before_ms or 0) + number)

            def outcome(replies: Sequence[Reply]) -> TtlOutcome:
                if replies[-1] == NO_KEY:
                    return Gone()
                return TtlChanged(before_ms, self._deadlines.parse(replies[-1]))

            return _Plan([command, (self._deadlines.command, key)], outcome)

        return await self._run(key, decide, longest=UNREAD)

    async def remove(self, key: bytes, *, expected: bytes | None) -> AtomicOutcome:
        """Look, then delete."""

        def decide(seen: Seen) -> _Plan[AtomicOutcome] | _Done[AtomicOutcome]:
            if expected is not None and not seen.is_absent and seen.data != expected:
                return _Done(seen.occupied())
            if seen.is_absent or seen.payload is None:
                return _Done(Absent())
            before = Snapshot(key, seen.type, seen.payload, seen.deadline_ms)
            return _Plan([("UNLINK", key)], lambda _: Saved(None, before))

        longest = ANY_LENGTH if expected is None else as_long_as(expected)
        return await self._run(key, decide, longest=longest, with_dump=True)

    async def restore(self, snapshot: Snapshot) -> AtomicOutcome:
        """Store what is not there."""
        key = snapshot.key

        def decide(seen: Seen) -> _Plan[AtomicOutcome] | _Done[AtomicOutcome]:
            if not seen.is_absent:
                return _Done(seen.occupied())

            def outcome(replies: Sequence[Reply]) -> AtomicOutcome:
                if not replies[-1]:
                    return Absent()
                return Saved(snapshot.deadline_ms, None, left=_left(snapshot, replies))

            return _Plan([*_store_commands(snapshot), ("EXISTS", key)], outcome)

        return await self._run(key, decide)

    async def _replace(self, held: Snapshot, by: Snapshot | None) -> AtomicOutcome:
        """Look, then store or delete."""
        key = held.key

        def decide(seen: Seen) -> _Plan[AtomicOutcome] | _Done[AtomicOutcome]:
            if seen.is_absent:
                return _Done(Absent())
            if (seen.type, seen.payload) != (held.type, held.payload):
                return _Done(seen.occupied())
            before = replace(held, deadline_ms=seen.deadline_ms)
            if by is None:
                return _Plan([("UNLINK", key)], lambda _: Saved(None, before))
            return _Plan(
                _store_commands(by),
                lambda replies: Saved(by.deadline_ms, before, left=_left(by, replies)),
            )

        longest = as_long_as(held.payload)
        return await self._run(key, decide, longest=longest, with_dump=True)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool,
        leaving: Snapshot | None,
        held: Snapshot | None,
    ) -> AtomicOutcome:
        """Look at both names, then rename."""

        async def look(line: Line) -> tuple[Seen, Seen]:
            moved = await self._reads.look(line, key, longest=ANY_LENGTH, with_dump=True)
            longest = ANY_LENGTH if overwrites else LONG_STRING_BYTES
            return moved, await self._reads.look(line, to, longest=longest, with_dump=overwrites)

        def decide(seen: tuple[Seen, Seen]) -> _Plan[AtomicOutcome] | _Done[AtomicOutcome]:
            moved, other = seen
            if moved.is_absent or moved.payload is None:
                return _Done(Absent())
            if held is not None and (moved.type, moved.payload) != (held.type, held.payload):
                return _Done(moved.occupied())
            if not other.is_absent and not overwrites:
                return _Done(other.occupied())
            before = None
            if other.payload is not None:
                before = Snapshot(to, other.type, other.payload, other.deadline_ms)
            command = "RENAMENX" if other.is_absent else "RENAME"
            commands: list[Command] = [(command, key, to)]
            if leaving is not None:
                commands += _store_commands(replace(leaving, key=key))
            renamed = Snapshot(key, moved.type, moved.payload, moved.deadline_ms)
            return _Plan(commands, lambda _: Saved(moved.deadline_ms, before, renamed))

        return await self._attempt(look, decide)

    async def remove_many(self, seen: Sequence[Snapshot]) -> Sequence[AtomicOutcome | CacheError]:
        """Key by key: a transaction cannot be planned before its look is answered."""
        return await one_by_one(seen, lambda one: self.remove(one.key, expected=None))

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> Sequence[TtlOutcome | CacheError]:
        """Key by key."""
        return await one_by_one(changes, lambda one: self.change_ttl(*one))

    async def restore_many(
        self, snapshots: Sequence[Snapshot]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """Key by key."""
        return await one_by_one(snapshots, self.restore)

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """Key by key."""
        return await one_by_one(pairs, lambda pair: self._replace(*pair))

    async def change_element(self, key: bytes, plan: ElementPlan) -> ElementResult | Absent:
        """Look at the element, then follow the plan."""

        async def look(line: Line) -> ElementSeen:
            return await self._reads.look_at_element(line, key, plan)

        def decide(
            seen: ElementSeen,
        ) -> _Plan[ElementResult | Absent] | _Done[ElementResult | Absent]:
            if seen.result is not None:
                return _Done(seen.result)
            commands = list(plan.commands)
            if plan.heir is not None and seen.field_deadline_ms is not None:
                until = seen.field_deadline_ms
                commands.append(("HPEXPIREAT", key, until, "FIELDS", 1, plan.heir))

            def outcome(replies: Sequence[Reply]) -> ElementResult | Absent:
                return ElementDone(
                    seen.said,
                    [flatten(reply) for reply in replies[: len(plan.commands)]],
                    seen.deadline_ms,
                    self._deadlines.parse(replies[-1]),
                    seen.dump if replies[-1] == NO_KEY else None,
                    seen.field_deadline_ms,
                )

            return _Plan([*commands, (self._deadlines.command, key)], outcome)

        return await self._attempt(look, decide)

    def _set_commands(self, key: bytes, data: bytes, seen: Seen, ttl: Ttl) -> list[Command]:
        store: Command = ("SET", key, data, "NX" if seen.is_absent else "XX")
        commands: list[Command] = [store]
        match ttl:
            case int():
                commands = [(*store, "PX", ttl)]
            case TtlPolicy.KEEP if self._has_keepttl:
                commands = [(*store, "KEEPTTL")]
            case TtlPolicy.KEEP if seen.deadline_ms is not None:
                commands.append(("PEXPIREAT", key, seen.deadline_ms))
        return [*commands, (self._deadlines.command, key)]

    async def _run(
        self,
        key: bytes,
        decide: Callable[[Seen], _Plan[T] | _Done[T]],
        *,
        longest: float = LONG_STRING_BYTES,
        with_dump: bool = False,
    ) -> T:
        return await self._attempt(
            lambda line: self._reads.look(line, key, longest=longest, with_dump=with_dump), decide
        )

    async def _attempt(
        self,
        look: Callable[[Line], Awaitable[S]],
        decide: Callable[[S], _Plan[T] | _Done[T]],
    ) -> T:
        where = self._node.where
        for attempts_left in reversed(range(_ATTEMPTS)):
            async with self._node.line() as line:
                with translated(where):
                    try:
                        plan = decide(await look(line))
                    except (Overtaken, WrongType):
                        await line.exchange([("UNWATCH",)])
                        continue
                    if isinstance(plan, _Done):
                        # An empty transaction tells whether all that was seen was there at once.
                        replies = await line.exchange([("MULTI",), ("EXEC",)])
                        if self._executed(replies) is None and attempts_left:
                            continue
                        return plan.outcome
                with translated_write(where):
                    replies = await line.exchange([("MULTI",), *plan.commands, ("EXEC",)])
                results = self._executed(replies)
                if results is not None:
                    return plan.outcome(results)
        raise CacheError(
            "Others write this key faster than it can be read", "Nothing was written. Try again."
        )

    def _executed(self, replies: Sequence[Reply]) -> Sequence[Reply] | None:
        """Answer the transaction's replies; None if the server refused it for a change."""
        *queued, executed = replies
        if isinstance(executed, exceptions.ResponseError):
            for reply in queued:  # the reason of an EXECABORT stands here
                self._node.checked(reply)
        self._node.checked(executed)
        if executed is None:
            return None
        if not isinstance(executed, list):
            raise TypeError(f"EXEC answered {executed!r}")
        for reply in executed:
            self._node.checked(reply)
        return executed


def _store_commands(snapshot: Snapshot) -> list[Command]:
    """Answer what puts a key down whole, in place of what is there."""
    key, payload, deadline_ms = snapshot.key, snapshot.payload, snapshot.deadline_ms
    if snapshot.type != KeyType.STRING:
        command: Command = ("RESTORE", key, deadline_ms or 0, payload, "REPLACE", "ABSTTL")
        return [command, ("DUMP", key)]
    commands: list[Command] = [("SET", key, payload)]
    if deadline_ms is not None:
        commands.append(("PEXPIREAT", key, deadline_ms))
    return commands


def _left(stored: Snapshot, replies: Sequence[Reply]) -> bytes | None:
    """Read what `_store_commands` left, of a key of another type than string."""
    dump = replies[1] if stored.type != KeyType.STRING else None
    return dump if isinstance(dump, bytes) else None
