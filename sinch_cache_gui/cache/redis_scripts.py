"""Writes to Redis in one step, by scripts that the server runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from redis import exceptions

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import (
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
from sinch_cache_gui.cache.redis_atomic_writes import (
    NO_EXPIRY,
    NO_KEY,
    Absent,
    AtomicOutcome,
    Deadlines,
    Occupied,
    ScriptsDenied,
    change_words,
    denies_scripts,
    string_before,
)
from sinch_cache_gui.cache.redis_element_plans import (
    ElementDone,
    ElementPlan,
    ElementRefused,
    ElementResult,
    OtherType,
    field_deadline,
    flatten,
    spell_score,
)
from sinch_cache_gui.cache.redis_line import Reply
from sinch_cache_gui.cache.redis_node import RedisNode
from sinch_cache_gui.cache.redis_pipelines import (
    ScriptCall,
    run_each,
)
from sinch_cache_gui.cache.redis_script_texts import (
    CHANGE_ELEMENT,
    CHANGE_TTL,
    OVERWRITE,
    PUT,
    REMOVE,
    RENAME,
    REPLACE,
    RESTORE,
    WRITE,
    Script,
)
from sinch_cache_gui.pacing import Breather

S = TypeVar("S")
T = TypeVar("T")

_LONG_ARGUMENT: Final = 100_000
"""Bytes of a value that are not sent twice where the server does not know a script yet."""


class ScriptedWrites:
    """Each write is one EVALSHA; the server is sent a script's text when it does not know it.

    Raises `ScriptsDenied` where the server runs no scripts for this user.
    """

    def __init__(self, node: RedisNode, deadlines: Deadlines, *, has_keepttl: bool) -> None:
        self._node = node
        self._deadlines = deadlines
        self._has_keepttl = has_keepttl

    async def put(self, key: bytes, data: bytes, ttl_ms: int) -> Occupied | None:
        """One round trip; answers what is in the way, if anything is."""
        reply = await self._run(PUT, key, data, ttl_ms)
        match reply:
            case [b"occupied", bytes() as kind, *_]:
                return Occupied(kind.decode(), None, None)
        return None

    async def overwrite(self, key: bytes, data: bytes, ttl_ms: int) -> Saved | Occupied:
        """One round trip."""
        reply = await self._run(OVERWRITE, key, self._deadlines.command, data, ttl_ms)
        match reply:
            case [b"saved", _, None, after]:
                return Saved(self._deadlines.parse(after), None)
            case [b"saved", before, bytes() as held, after]:
                deadline_ms = self._deadlines.parse(before)
                before_it = Snapshot(key, KeyType.STRING, held, deadline_ms)
                return Saved(self._deadlines.parse(after), before_it)
            case [b"occupied", bytes() as kind, before, *_]:
                return Occupied(kind.decode(), None, self._deadlines.parse(before))
        raise TypeError(f"a script answered {reply!r}")

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> AtomicOutcome:
        """One round trip."""
        match ttl:
            case TtlPolicy.KEEP:
                mode, span = "keep", "KEEPTTL" if self._has_keepttl else ""
            case TtlPolicy.NO_EXPIRY:
                mode, span = "none", ""
            case int():
                mode, span = "px", str(ttl)
        expects, held = ("0", b"") if expected is None else ("1", expected)
        command = self._deadlines.command
        reply = await self._run(WRITE, key, command, data, expects, held, mode, span)
        match reply:
            case [b"saved", before, after]:
                before_ms = None if expected is None else self._deadlines.parse(before)
                is_kept = ttl is TtlPolicy.KEEP  # two reckonings of one deadline would differ
                after_ms = before_ms if is_kept else self._deadlines.parse(after)
                return Saved(after_ms, string_before(key, expected, before_ms))
        return self._refused(reply)

    async def change_ttl(self, key: bytes, change: TtlChange) -> TtlOutcome:
        """One round trip."""
        return self._ttl_changed(await self._run(CHANGE_TTL, key, *self._change_words(change)))

    async def change_ttl_many(
        self, changes: Sequence[tuple[bytes, TtlChange]]
    ) -> Sequence[TtlOutcome | CacheError]:
        """One pipeline for many keys."""
        return await self._run_each(
            CHANGE_TTL,
            changes,
            lambda one: ScriptCall(one[0], self._change_words(one[1])),
            lambda _, reply: self._ttl_changed(reply),
        )

    async def remove(self, key: bytes, *, expected: bytes | None) -> AtomicOutcome:
        """One round trip."""
        expects, held = ("0", b"") if expected is None else ("1", expected)
        reply = await self._run(REMOVE, key, self._deadlines.command, expects, held)
        return self._removed(key, reply)

    async def remove_many(self, seen: Sequence[Snapshot]) -> Sequence[AtomicOutcome | CacheError]:
        """One pipeline for as many keys as the answers allow, by what was seen."""
        words = (self._deadlines.command, "0", b"")
        return await self._run_each(
            REMOVE,
            seen,
            lambda one: ScriptCall(one.key, words, len(one.payload)),
            lambda one, reply: self._removed(one.key, reply),
        )

    async def replace_many(
        self, pairs: Sequence[tuple[Snapshot, Snapshot | None]]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """One pipeline for many keys."""

        def call(pair: tuple[Snapshot, Snapshot | None]) -> ScriptCall:
            held, by = pair
            carried = len(held.payload) + (0 if by is None else len(by.payload))
            return ScriptCall(held.key, self._replace_words(held, by), carried)

        return await self._run_each(
            REPLACE, pairs, call, lambda pair, reply: self._replaced(*pair, reply)
        )

    async def restore(self, snapshot: Snapshot) -> AtomicOutcome:
        """One round trip."""
        reply = await self._run(RESTORE, snapshot.key, *self._restore_words(snapshot))
        return self._restored(snapshot, reply)

    async def restore_many(
        self, snapshots: Sequence[Snapshot]
    ) -> Sequence[AtomicOutcome | CacheError]:
        """One pipeline for many keys."""
        return await self._run_each(
            RESTORE,
            snapshots,
            lambda one: ScriptCall(one.key, self._restore_words(one), len(one.payload)),
            self._restored,
        )

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool,
        leaving: Snapshot | None,
        held: Snapshot | None,
    ) -> AtomicOutcome:
        """One round trip."""
        believed = ("", b"") if held is None else (held.type, held.payload)
        command, left = self._deadlines.command, _heir_words(leaving)
        reply = await self._run_on(RENAME, (key, to), command, int(overwrites), *left, *believed)
        match reply:
            case [b"renamed", list() as moved, list() as replaced]:
                renamed = self._told(key, moved)
                return Saved(
                    None if renamed is None else renamed.deadline_ms,
                    self._told(to, replaced),
                    renamed,
                )
        return self._refused(reply)

    async def change_element(self, key: bytes, plan: ElementPlan) -> ElementResult | Absent:
        """One round trip."""
        reply = await self._run(CHANGE_ELEMENT, key, self._deadlines.command, *_plan_words(plan))
        match reply:
            case [b"absent"]:
                return Absent()
            case [b"other", bytes() as kind]:
                return OtherType(kind.decode())
            case [b"refused", list() as seen]:
                return ElementRefused(list(map(flatten, seen)))
            case [b"done", list() as seen, list() as replies, before, after, dump, until_ms]:
                return ElementDone(
                    list(map(flatten, seen)),
                    list(map(flatten, replies)),
                    self._deadlines.parse(before),
                    self._deadlines.parse(after),
                    dump if after == NO_KEY and isinstance(dump, bytes) else None,
                    field_deadline([until_ms]),
                )
        raise TypeError(f"a script answered {reply!r}")

    async def _run(self, script: Script, key: bytes, *arguments: bytes | str | int) -> Reply:
        return await self._run_on(script, (key,), *arguments)

    async def _run_on(
        self, script: Script, keys: tuple[bytes, ...], *arguments: bytes | str | int
    ) -> Reply:
        rest = (len(keys), *keys, *arguments)
        # Beside a long value the text is nothing, and the value would be sent in vain without it.
        is_long = any(isinstance(one, bytes) and len(one) > _LONG_ARGUMENT for one in arguments)
        named = ("EVAL", script.text) if is_long else ("EVALSHA", script.sha)
        (reply,) = await self._node.tell_many([(*named, *rest)])
        if isinstance(reply, exceptions.NoScriptError):  # it was not run: safe to send again
            (reply,) = await self._node.tell_many([("EVAL", script.text, *rest)])
        if isinstance(reply, exceptions.ResponseError) and denies_scripts(str(reply)):
            raise ScriptsDenied
        return self._node.checked(reply)

    async def _run_each(
        self,
        script: Script,
        items: Sequence[S],
        call: Callable[[S], ScriptCall],
        read: Callable[[S, Reply], T],
    ) -> list[T | CacheError]:
        """Answer what `read` makes of each item and its reply, or why there is none."""
        answers: list[T | CacheError] = []
        breathe = Breather()
        replies = await run_each(self._node, script, list(map(call, items)))
        for item, reply in zip(items, replies, strict=True):
            try:
                answers.append(read(item, self._node.checked(reply)))
            except CacheError as error:
                answers.append(error)
            await breathe()
        return answers

    def _change_words(self, change: TtlChange) -> tuple[bytes | str | int, ...]:
        word, number = change_words(change)
        condition: tuple[int, ...] = ()
        if isinstance(change, MoveDeadline):
            condition = (self._deadlines.told(change.from_ms), self._deadlines.slack_ms)
        return (self._deadlines.command, word, number, *condition)

    def _ttl_changed(self, reply: Reply) -> TtlOutcome:
        match reply:
            case [b"changed", before, after] if after != NO_KEY:
                before_ms = self._deadlines.parse(before)
                # One that is reckoned from a span would differ by the time between two reckonings.
                after_ms = before_ms if after == before else self._deadlines.parse(after)
                return TtlChanged(before_ms, after_ms)
        return Gone()

    def _removed(self, key: bytes, reply: Reply) -> AtomicOutcome:
        match reply:
            case [b"removed", bytes() as kind, bytes() as payload, before]:
                deadline_ms = self._deadlines.parse(before)
                return Saved(None, Snapshot(key, kind.decode(), payload, deadline_ms))
        return self._refused(reply)

    def _restore_words(self, snapshot: Snapshot) -> tuple[bytes | str | int, ...]:
        deadline = NO_EXPIRY if snapshot.deadline_ms is None else snapshot.deadline_ms
        return (self._deadlines.command, snapshot.payload, deadline, snapshot.type)

    def _replace_words(self, held: Snapshot, by: Snapshot | None) -> tuple[bytes | str | int, ...]:
        return (self._deadlines.command, held.type, held.payload, *_heir_words(by))

    def _replaced(self, held: Snapshot, by: Snapshot | None, reply: Reply) -> AtomicOutcome:
        match reply:
            case [b"replaced", before, left]:
                replaced = replace(held, deadline_ms=self._deadlines.parse(before))
                deadline_ms = None if by is None else by.deadline_ms
                return Saved(deadline_ms, replaced, left=left if isinstance(left, bytes) else None)
        return self._refused(reply)

    def _told(self, key: bytes, said: list[Reply]) -> Snapshot | None:
        """Read a key that a script tells whole; None if there was none."""
        match said:
            case [bytes() as kind, bytes() as payload, when]:
                return Snapshot(key, kind.decode(), payload, self._deadlines.parse(when))
        return None

    def _restored(self, snapshot: Snapshot, reply: Reply) -> AtomicOutcome:
        match reply:
            case [b"saved", left]:
                left = left if isinstance(left, bytes) else None
                return Saved(snapshot.deadline_ms, None, left=left)
        return self._refused(reply)

    def _refused(self, reply: Reply) -> Occupied | Absent:
        match reply:
            case [b"absent"]:
                return Absent()
            case [b"occupied", bytes() as kind, before, held, int() as size]:
                data = held if isinstance(held, bytes) else None
                deadline_ms = self._deadlines.parse(before)
                return Occupied(kind.decode(), data, deadline_ms, size if size >= 0 else None)
        raise TypeError(f"a script answered {reply!r}")


def _heir_words(heir: Snapshot | None) -> tuple[bytes | str | int, ...]:
    """Answer what a script shall put down: type, payload, deadline; no type for nothing."""
    if heir is None:
        return ("", b"", NO_EXPIRY)
    return (heir.type, heir.payload, NO_EXPIRY if heir.deadline_ms is None else heir.deadline_ms)


def _plan_words(plan: ElementPlan) -> Iterator[bytes | str | int]:
    """Yield a plan as the script takes it: every list behind its length."""
    yield from (plan.kind, plan.size_command)
    for name in (plan.field, plan.heir):
        yield from (0,) if name is None else (1, name)
    yield len(plan.looks)
    for look in plan.looks:
        yield from (len(look.command), *look.command)
        match look.demanded:
            case None:
                yield from ("any", 0)
            case float() as number:
                yield from ("number", 1, spell_score(number))
            case tuple() as said:
                yield from ("same", len(said), *said)
    yield len(plan.commands)
    for command in plan.commands:
        yield from (len(command), *command)
