"""Every change of one element, and its undo, with a second writer or a dying line in every place.

As `test_interleavings`: a model makes each change in one step. Whatever came in between, the key
holds afterwards what some order of whole steps leaves, and the answer is the one of that order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import pytest
import redis as redis_client

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementChanged,
    ElementGone,
    ElementSaved,
    FieldChange,
    FieldRename,
    ListInsertion,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamAddition,
    StreamDeletion,
    StreamRestoration,
    kind_of,
)
from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown, WrongType
from sinch_cache_gui.cache.interface import CacheBackend, Gone, KeyType
from sinch_cache_gui.keyspace.journal import Journal, JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import UndoReport, undo
from tests.conftest import CLUSTER_PATHS, STANDALONE_PATHS, path_name
from tests.redis_wire import Cut, WiredServer

KEY: Final = b"{t}key"
OLD, NEW, OTHER = b"old", b"new", b"other"
FIELDS: Final = ((b"n", b"1"),)
THEIR_FIELDS: Final = ((b"n", b"theirs"),)
FAR: Final = 4_102_444_800_123
"""A deadline in the year 2100."""

Elements: TypeAlias = tuple[tuple[bytes, object], ...] | tuple[bytes, ...]
"""What a key holds, in order where that matters: pairs of a hash, a sorted set or a stream, whose
ids are `NEW_ID` where the server gave them; the elements of a list or a set."""

NEW_ID: Final = b"*"
OLD_ID, NEXT_ID = b"5-1", b"6-1"


@dataclass(frozen=True)
class Held:
    kind: str
    elements: Elements
    deadline_ms: int | None


State: TypeAlias = Held | None
Told: TypeAlias = tuple[object, ...]
Step: TypeAlias = Callable[[State], tuple[State, Told]]


class Refused(Exception):
    """An element is not what it was believed to be."""

    def __init__(self, element: bytes) -> None:
        self.element = element


# ----- what each change should do, as one step


def demand(is_so: bool, element: bytes) -> None:
    if not is_so:
        raise Refused(element)


def elements_after(change: ElementChange, elements: Elements) -> Elements:
    match change:
        case FieldChange(name, before, after) | ScoreChange(name, before, after):
            held = dict(elements)
            demand(held.get(name) == before, name)
            rest = {**held, name: after}
            return in_order((each, what) for each, what in rest.items() if what is not None)
        case FieldRename(name, to, what) | ScoredRename(name, to, what):
            held = dict(elements)
            demand(held.get(name) == what, name)
            demand(to not in held, to)
            del held[name]
            return in_order({**held, to: what}.items())
        case MemberChange(before, after):
            demand(before is None or before in elements, before or b"")
            demand(after not in elements, after or b"")
            return in_order({*elements, after} - {before, None})
        case ListReplacement(at, before, after):
            demand(elements[at : at + 1] == (before,), b"%d" % at)
            return (*elements[:at], after, *elements[at + 1 :])
        case ListRemoval(at, value):
            demand(elements[at : at + 1] == (value,), b"%d" % at)
            return (*elements[:at], *elements[at + 1 :])
        case ListInsertion(at, value, following):
            there = () if following is None else (following,)
            demand(len(elements) >= at and elements[at : at + 1] == there, b"%d" % at)
            return (*elements[:at], value, *elements[at:])
        case ListPush(value, is_at_head):
            return (value, *elements) if is_at_head else (*elements, value)
        case StreamAddition(fields):
            return (*elements, (NEW_ID, fields))
        case StreamDeletion(entry, fields):
            whole = (id_told(entry), fields)
            demand(whole in elements, entry)
            return tuple(each for each in elements if each != whole)
        case StreamRestoration(entry, fields):
            demand(entry not in dict(elements), entry)
            return ((entry, fields), *elements)


def id_told(entry: bytes) -> bytes:
    return entry if entry in (OLD_ID, NEXT_ID) else NEW_ID


def in_order(elements: object) -> Elements:
    return tuple(sorted(elements))  # type: ignore[call-overload]


def changing(change: ElementChange) -> Step:
    def step(state: State) -> tuple[State, Told]:
        if state is None:
            return None, ("gone",)
        if state.kind != kind_of(change):
            return state, ("other type",)
        try:
            after = with_elements(state, elements_after(change, state.elements))
        except Refused as refused:
            return state, ("refused", refused.element)
        if after is None:
            return None, ("saved", None, state.deadline_ms)
        return after, ("saved", after.deadline_ms, None)

    return step


def with_elements(state: Held, elements: Elements) -> State:
    """A key that has lost its last element is gone; a stream stays."""
    is_left = bool(elements) or state.kind == KeyType.STREAM
    return replace(state, elements=elements) if is_left else None


def taking_back(entry: JournalEntry, scene: Held) -> Step:
    def step(state: State) -> tuple[State, Told]:
        if entry.before is not None:  # the key went with its last element
            return (state, ("left",)) if state else (scene, ("undone",))
        assert entry.inverse is not None
        after, told = changing(entry.inverse)(state)
        return after, ("undone",) if told[0] == "saved" else ("left",)

    return step


# ----- the changes


@dataclass(frozen=True)
class Case:
    """A change, of a key that holds this."""

    change: ElementChange
    elements: Elements
    is_undo: bool = False
    """Whether the change has been made, and what is tried is to take it back."""


HASH: Final = ((OLD, b"1"), (OTHER, b"2"))
LIST: Final = (OTHER, OLD, OTHER)
SET: Final = (OLD, OTHER)
ZSET: Final = ((OLD, 0.1), (OTHER, 2.0))
STREAM: Final = ((OLD_ID, FIELDS),)
STREAM_ON: Final = ((OLD_ID, FIELDS), (NEXT_ID, FIELDS))

CHANGES: Final = {
    "set a field": Case(FieldChange(OLD, b"1", b"2"), HASH),
    "add a field": Case(FieldChange(NEW, None, b"1"), HASH),
    "delete a field": Case(FieldChange(OLD, b"1", None), HASH),
    "rename a field": Case(FieldRename(OLD, NEW, b"1"), HASH),
    "delete the last field": Case(FieldChange(OLD, b"1", None), HASH[:1]),
    "replace in a list": Case(ListReplacement(1, OLD, NEW), LIST),
    "insert into a list": Case(ListInsertion(1, NEW, OLD), LIST),
    "insert at the end of a list": Case(ListInsertion(3, NEW, None), LIST),
    "push to a list": Case(ListPush(NEW), LIST),
    "push at the head of a list": Case(ListPush(NEW, is_at_head=True), LIST),
    "remove from a list": Case(ListRemoval(1, OLD), LIST),
    "remove the last of a list": Case(ListRemoval(0, OLD), (OLD,)),
    "add a member": Case(MemberChange(None, NEW), SET),
    "remove a member": Case(MemberChange(OLD, None), SET),
    "replace a member": Case(MemberChange(OLD, NEW), SET),
    "remove the last member": Case(MemberChange(OLD, None), SET[:1]),
    "score a member": Case(ScoreChange(OLD, 0.1, 3.0), ZSET),
    "add a scored member": Case(ScoreChange(NEW, None, 1.0), ZSET),
    "remove a scored member": Case(ScoreChange(OLD, 0.1, None), ZSET),
    "rename a scored member": Case(ScoredRename(OLD, NEW, 0.1), ZSET),
    "remove the last scored member": Case(ScoreChange(OLD, 0.1, None), ZSET[:1]),
    "add to a stream": Case(StreamAddition(FIELDS), STREAM),
    "delete from a stream": Case(StreamDeletion(OLD_ID, FIELDS), STREAM),
    "delete amid a stream": Case(StreamDeletion(OLD_ID, FIELDS), STREAM_ON),
}
UNDONE: Final = {f"undo {name}": replace(case, is_undo=True) for name, case in CHANGES.items()}
IN_A_CLUSTER: Final = ("rename a field", "remove from a list", "replace a member")
"""The same code writes there; these look at most before they do."""

TRIED: Final = [
    pytest.param(path, case, id=f"{name}, {path_name(path)}")
    for name, case in {**CHANGES, **UNDONE}.items()
    for path in [*STANDALONE_PATHS, *(CLUSTER_PATHS if name in IN_A_CLUSTER else ())]
]


# ----- what somebody else does meanwhile


@dataclass(frozen=True)
class Disturbance:
    act: Callable[[redis_client.Redis], object]
    step: Callable[[State], State]


def theirs(
    kind: str, act: Callable[[redis_client.Redis], object], after: Callable[[Elements], Elements]
) -> Disturbance:
    """A change of elements, which creates the key if it does not exist."""

    def step(state: State) -> State:
        held = state or Held(kind, (), None)
        changed = after(held.elements)
        return state if changed == held.elements else with_elements(held, changed)

    return Disturbance(act, step)


def putting(name: bytes, what: object) -> Callable[[Elements], Elements]:
    return lambda pairs: in_order({**dict(pairs), name: what}.items())


def taking(name: bytes) -> Callable[[Elements], Elements]:
    return lambda pairs: tuple(pair for pair in pairs if pair[0] != name)


def set_second_in_list(raw: redis_client.Redis) -> None:
    with suppress(redis_client.ResponseError):  # no such key
        raw.lset(KEY, min(1, raw.llen(KEY) - 1), b"theirs")


def with_second_set(elements: Elements) -> Elements:
    at = min(1, len(elements) - 1)
    return (*elements[:at], b"theirs", *elements[at + 1 :]) if elements else ()


def expire_unseen(raw: redis_client.Redis) -> None:
    """Let the key pass its deadline while nobody touches it."""
    raw.pexpire(KEY, 1)
    time.sleep(0.003)


def on_elements(kind: str) -> tuple[Disturbance, Disturbance, Disturbance]:
    """What is done to the old element, then what adds and what removes the new one."""
    match kind:
        case KeyType.HASH:
            return (
                theirs(kind, lambda raw: raw.hset(KEY, OLD, b"theirs"), putting(OLD, b"theirs")),
                theirs(kind, lambda raw: raw.hset(KEY, NEW, b"theirs"), putting(NEW, b"theirs")),
                theirs(kind, lambda raw: raw.hdel(KEY, NEW), taking(NEW)),
            )
        case KeyType.LIST:
            return (
                theirs(kind, set_second_in_list, with_second_set),
                theirs(kind, lambda raw: raw.lpush(KEY, NEW), lambda held: (NEW, *held)),
                theirs(kind, lambda raw: raw.lpop(KEY), lambda held: held[1:]),
            )
        case KeyType.SET:
            return (
                theirs(
                    kind, lambda raw: raw.srem(KEY, OLD), lambda held: in_order({*held} - {OLD})
                ),
                theirs(kind, lambda raw: raw.sadd(KEY, NEW), lambda held: in_order({*held, NEW})),
                theirs(
                    kind, lambda raw: raw.srem(KEY, NEW), lambda held: in_order({*held} - {NEW})
                ),
            )
        case KeyType.ZSET:
            return (
                theirs(kind, lambda raw: raw.zadd(KEY, {OLD: 9}), putting(OLD, 9.0)),
                theirs(kind, lambda raw: raw.zadd(KEY, {NEW: 9}), putting(NEW, 9.0)),
                theirs(kind, lambda raw: raw.zrem(KEY, NEW), taking(NEW)),
            )
    added = dict(THEIR_FIELDS)
    return (
        theirs(kind, lambda raw: raw.xdel(KEY, OLD_ID), taking(OLD_ID)),
        theirs(
            kind, lambda raw: raw.xadd(KEY, added), lambda held: (*held, (NEW_ID, THEIR_FIELDS))
        ),
        theirs(kind, lambda raw: raw.xtrim(KEY, maxlen=0, approximate=False), lambda _: ()),
    )


def disturbances(kind: str) -> dict[str, Disturbance]:
    old, added, taken = on_elements(kind)
    string = Held(KeyType.STRING, (b"theirs",), FAR)
    return {
        "the old element changed": old,
        "the new element added": added,
        "the new element taken": taken,
        "deleted": Disturbance(lambda raw: raw.delete(KEY), lambda _: None),
        "expired": Disturbance(expire_unseen, lambda _: None),
        "of another type": Disturbance(
            lambda raw: raw.set(KEY, b"theirs", pxat=FAR), lambda _: string
        ),
        "ttl changed": Disturbance(
            lambda raw: raw.pexpireat(KEY, FAR),
            lambda state: state and replace(state, deadline_ms=FAR),
        ),
    }


# ----- the stage


class World:
    """A server with one key on it, a wire to it, and a change of that key."""

    def __init__(self, wired: WiredServer, cache: CacheBackend, case: Case) -> None:
        self.raw, self.wire, self._now_ms = wired.raw, wired.wire, wired.now_ms
        self.kind = kind_of(case.change)
        self._cache, self._case = cache, case
        self._entry: JournalEntry | None = None

    async def set_scene(self) -> tuple[State, Step]:
        """Answer what the key holds and what is to be done to it."""
        scene = Held(self.kind, self._case.elements, self._now_ms() + 600_123)
        pipe = self.raw.pipeline().flushall()
        self._store(pipe, scene.elements)
        pipe.pexpireat(KEY, scene.deadline_ms).execute()
        if not self._case.is_undo:
            return scene, changing(self._case.change)
        self.wire.arm()
        journaling = JournalingBackend(self._cache, Journal())
        await journaling.change_element(KEY, self._case.change)
        (self._entry,) = journaling.journal.entries
        return self.held(), taking_back(self._entry, scene)

    async def tried(self) -> object:
        """Make the change, or take it back; answer how that ended."""
        try:
            if self._entry is not None:
                return await undo(self._cache, (self._entry,))
            return await self._cache.change_element(KEY, self._case.change)
        except CacheError as error:
            return error

    def held(self) -> State:
        kind = self.raw.type(KEY).decode()
        when = self.raw.execute_command("PEXPIRETIME", KEY)
        match kind:
            case KeyType.HASH:
                elements = in_order(self.raw.hgetall(KEY).items())
            case KeyType.LIST:
                elements = tuple(self.raw.lrange(KEY, 0, -1))
            case KeyType.SET:
                elements = in_order(self.raw.smembers(KEY))
            case KeyType.ZSET:
                elements = in_order(self.raw.zrange(KEY, 0, -1, withscores=True))
            case KeyType.STREAM:
                elements = tuple(
                    (id_told(entry), tuple(fields.items()))
                    for entry, fields in self.raw.xrange(KEY)
                )
            case KeyType.STRING:
                elements = (self.raw.get(KEY),)
            case _:
                return None
        return Held(kind, elements, None if when < 0 else when)

    def _store(self, pipe: redis_client.client.Pipeline, elements: Elements) -> None:
        match self.kind:
            case KeyType.HASH:
                pipe.hset(KEY, mapping=dict(elements))
            case KeyType.LIST:
                pipe.rpush(KEY, *elements)
            case KeyType.SET:
                pipe.sadd(KEY, *elements)
            case KeyType.ZSET:
                pipe.zadd(KEY, dict(elements))
            case KeyType.STREAM:
                for entry, fields in elements:
                    pipe.xadd(KEY, dict(fields), id=entry)


def told_of(outcome: object) -> Told:
    """Put an answer as the model does."""
    match outcome:
        case ElementSaved(deadline_ms, _, vanished):
            return ("saved", deadline_ms, vanished and vanished.deadline_ms)
        case ElementChanged(element, _) | ElementGone(element):
            return ("refused", element)
        case Gone():
            return ("gone",)
        case WrongType():
            return ("other type",)
        case UndoReport(undone):
            return ("undone",) if undone else ("left",)
    return (type(outcome),)


@pytest.mark.parametrize(("wired_cache", "case"), TRIED, indirect=["wired_cache"])
async def test_a_second_writer_in_every_place(
    wired_cache: tuple[WiredServer, CacheBackend], case: Case
) -> None:
    world = World(*wired_cache, case)
    for what, other in disturbances(world.kind).items():
        for at in world.wire.each_command():
            scene, mine = await world.set_scene()
            world.wire.arm(at, act=lambda other=other: other.act(world.raw))
            outcome = told_of(await world.tried())
            if world.wire.commands < at:
                other.act(world.raw)
            first, told_first = mine(other.step(scene))
            second, told_second = mine(scene)
            allowed = [(first, told_first), (other.step(second), told_second)]
            found = (world.held(), outcome)
            assert found in allowed, f"{what} before command {at}: {found}, not one of {allowed}"


@pytest.mark.parametrize(("wired_cache", "case"), TRIED, indirect=["wired_cache"])
async def test_a_connection_that_dies_in_every_place(
    wired_cache: tuple[WiredServer, CacheBackend], case: Case
) -> None:
    world = World(*wired_cache, case)
    for cut in Cut:
        for at in world.wire.each_command():
            scene, mine = await world.set_scene()
            world.wire.arm(at, cut=cut)
            outcome = await world.tried()
            done, told = mine(scene)
            found = world.held()
            where = f"cut {cut.value} at command {at}: {outcome!r}, {found}"
            match outcome:
                case OutcomeUnknown() | UndoReport(undone=()):
                    assert found in (scene, done), where
                case CacheError():
                    assert found == scene, f"told that nothing was written; {where}"
                case _:
                    assert (found, told_of(outcome)) == (done, told), where


@pytest.mark.parametrize(
    ("wired_cache", "case"),
    [pytest.param(STANDALONE_PATHS[0], case, id=name) for name, case in UNDONE.items()],
    indirect=["wired_cache"],
)
async def test_undo_leaves_what_was_there_before(
    wired_cache: tuple[WiredServer, CacheBackend], case: Case
) -> None:
    world = World(*wired_cache, case)
    await world.set_scene()
    assert told_of(await world.tried()) == ("undone",)
    held = world.held()
    assert held is not None
    assert held.elements == case.elements
