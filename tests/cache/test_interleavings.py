"""Every write, with a second writer in every place and a connection that dies at every place.

What a write should do is said by a model, in which each write is one step. Whatever happened in
between, the server must hold afterwards what some order of the two whole steps leaves, and the
answer must be the one of that order. A connection that dies leaves the write done or not done,
never half done, and it is never told to have succeeded when it did not.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import pytest
import redis as redis_client

from sinch_cache_gui.cache.element_change import (
    ElementChanged,
    ElementGone,
    ElementSaved,
    FieldChange,
)
from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown, WrongType
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    KeyType,
    MoveDeadline,
    Persist,
    Saved,
    Snapshot,
    Ttl,
    TtlChange,
    TtlChanged,
    TtlPolicy,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.exports import ExportedKey
from sinch_cache_gui.keyspace.imports import ImportReport, OnConflict, import_keys
from sinch_cache_gui.keyspace.journal import Journal, JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import UndoReport, undo
from tests.redis_wire import Cut, WiredServer

A, B, C, H = b"{t}a", b"{t}b", b"{t}c", b"{t}h"
"""Two strings, a name nobody has, a hash; in one slot of a cluster."""


@dataclass(frozen=True)
class Soon:
    """A deadline so many milliseconds after the moment of the write.

    Attributes:
        ms: How many, by the server's clock.
        slack_ms: How wrong the window's idea of that clock may be, where it does the reckoning.
    """

    ms: int
    slack_ms: int = 1


@dataclass(frozen=True)
class Held:
    """What a key holds: bytes of a string, the DUMP of anything else."""

    type: str
    payload: bytes
    deadline: int | Soon | None


State: TypeAlias = dict[bytes, Held]
Told: TypeAlias = tuple[object, ...]
Step: TypeAlias = Callable[[State], tuple[State, Told]]


@dataclass(frozen=True)
class Scene:
    """What there is when a write begins."""

    state: State
    other_hash: bytes
    """The DUMP of the hash once its field f is 2."""
    entry: JournalEntry | None = None
    """What is to be taken back."""


# ----- what each write should do, as one step


def writing(key: bytes, data: bytes, expected: bytes | None, ttl: Ttl) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(key)
        if held is None and expected is not None:
            return state, ("gone",)
        if held is not None and (held.type, held.payload) != (KeyType.STRING, expected):
            return state, changed(held)
        deadline: int | Soon | None = None
        if isinstance(ttl, int):
            deadline = Soon(ttl)
        elif ttl is TtlPolicy.KEEP and held is not None:
            deadline = held.deadline
        return {**state, key: Held(KeyType.STRING, data, deadline)}, ("saved", deadline, held)

    return step


def removing(key: bytes, expected: bytes | None = None) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(key)
        if held is None:
            return state, ("gone",)
        if expected is not None and (held.type, held.payload) != (KeyType.STRING, expected):
            return state, changed(held)
        return without(state, key), ("saved", None, held)

    return step


def renaming(key: bytes, to: bytes, *, overwrites: bool = False) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held, other = state.get(key), state.get(to)
        if held is None:
            return state, ("gone",)
        if other is not None and not overwrites:
            return state, changed(other)
        return {**without(state, key), to: held}, ("saved", held.deadline, other)

    return step


def changing_ttl(key: bytes, change: TtlChange) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(key)
        if held is None:
            return state, ("gone",)
        after: int | Soon | None = None
        match change:
            case ExpireIn(ms):
                after = Soon(ms)
            case ExpireAt(deadline_ms):
                after = deadline_ms
            case MoveDeadline(from_ms, to_ms):
                after = to_ms if held.deadline == from_ms else held.deadline
            case ExtendBy(ms) if isinstance(held.deadline, int):
                after = held.deadline + ms
            case ExtendBy(ms) if isinstance(held.deadline, Soon):
                after = Soon(held.deadline.ms + ms)
        return {**state, key: replace(held, deadline=after)}, ("ttl", held.deadline, after)

    return step


def restoring(snapshot: Snapshot) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(snapshot.key)
        if held is not None:
            return state, changed(held)
        new = Held(snapshot.type, snapshot.payload, snapshot.deadline_ms)
        return {**state, snapshot.key: new}, ("saved", snapshot.deadline_ms, None)

    return step


def setting_field(scene: Scene) -> Step:
    one, two = scene.state[H].payload, scene.other_hash

    def step(state: State) -> tuple[State, Told]:
        held = state.get(H)
        if held is None:
            return state, ("gone",)
        if held.type != KeyType.HASH:
            return state, (WrongType,)
        if held.payload != one:
            return state, ("element changed", b"f")
        return {**state, H: replace(held, payload=two)}, ("element saved", held.deadline)

    return step


def importing(item: ExportedKey, on_conflict: OnConflict) -> Step:
    def step(state: State) -> tuple[State, Told]:
        name = item.key
        if name in state:
            if on_conflict is OnConflict.SKIP:
                return state, ("skipped",)
            if on_conflict is OnConflict.RENAME:
                name += b" (2)"
        assert item.ttl_ms is not None
        new = Held(item.type, item.payload, Soon(item.ttl_ms, slack_ms=100))
        return {**state, name: new}, ("written", name)

    return step


def without(state: State, key: bytes) -> State:
    return {name: held for name, held in state.items() if name != key}


def changed(held: Held) -> Told:
    data = held.payload if held.type == KeyType.STRING else None
    return ("changed", held.type, data, held.deadline)


# ----- the writes


@dataclass(frozen=True)
class Write:
    """One write of the window: how it is made, and what it should do."""

    name: str
    run: Callable[[CacheBackend, Scene], Awaitable[object]]
    step: Callable[[Scene], Step]
    touches: frozenset[bytes]
    before: Callable[[CacheBackend, Scene], Awaitable[object]] | None = None
    """A write before it, which it takes back."""

    async def prepare(self, world: World, cache: CacheBackend) -> Scene:
        """Set the scene, with what is to be taken back done already."""
        scene = world.set_scene()
        if self.before is None:
            return scene
        world.wire.arm()
        journaling = JournalingBackend(cache, Journal())
        await self.before(journaling, scene)
        return replace(scene, state=world.held(), entry=journaling.journal.entries[-1])


WRITES: dict[str, Write] = {}


def add(
    name: str,
    run: Callable[[CacheBackend, Scene], Awaitable[object]],
    step: Callable[[Scene], Step],
    *touches: bytes,
    before: Callable[[CacheBackend, Scene], Awaitable[object]] | None = None,
) -> None:
    WRITES[name] = Write(name, run, step, frozenset(touches), before)


def add_write(name: str, key: bytes, data: bytes, expected: bytes | None, ttl: Ttl) -> None:
    add(
        name,
        lambda cache, _: cache.write(key, data, expected=expected, ttl=ttl),
        lambda _: writing(key, data, expected, ttl),
        key,
    )


def add_ttl(name: str, key: bytes, change: Callable[[Scene], TtlChange]) -> None:
    add(
        name,
        lambda cache, scene: cache.change_ttl(key, change(scene)),
        lambda scene: changing_ttl(key, change(scene)),
        key,
    )


def add_import(name: str, key: bytes, kind: str, on_conflict: OnConflict) -> None:
    def item(scene: Scene) -> ExportedKey:
        payload = b"imported" if kind == KeyType.STRING else scene.other_hash
        return ExportedKey(key, kind, payload, 90_000)

    add(
        name,
        lambda cache, scene: import_keys(cache, [item(scene)], on_conflict, lambda _: True),
        lambda scene: importing(item(scene), on_conflict),
        key,
    )


def later(scene: Scene, ms: int) -> int:
    deadline = scene.state[H].deadline
    assert isinstance(deadline, int)
    return deadline + ms


def moving(scene: Scene, key: bytes, to_ms: int | None) -> MoveDeadline:
    """What is changed only while the deadline is the one that the scene began with."""
    seen_ms = scene.state[key].deadline
    assert seen_ms is None or isinstance(seen_ms, int)
    return MoveDeadline(seen_ms, to_ms)


def snapshot_of(scene: Scene, held_by: bytes, key: bytes) -> Snapshot:
    held = scene.state[held_by]
    assert held.deadline is None or isinstance(held.deadline, int)
    return Snapshot(key, held.type, held.payload, held.deadline)


add_write("save", A, b"new", b"old", TtlPolicy.KEEP)
add_write("save without expiry", B, b"new", b"other", TtlPolicy.KEEP)
add_write("save with a ttl", A, b"new", b"old", 50_000)
add_write("save for ever", A, b"new", b"old", TtlPolicy.NO_EXPIRY)
add_write("save over what is not there", A, b"new", b"stale", TtlPolicy.KEEP)
add_write("create", C, b"new", None, 60_000)
add_write("create for ever", C, b"new", None, TtlPolicy.NO_EXPIRY)
add("remove", lambda cache, _: cache.remove(A), lambda _: removing(A), A)
add("remove a hash", lambda cache, _: cache.remove(H), lambda _: removing(H), H)
add(
    "remove what was seen",
    lambda cache, _: cache.remove(A, expected=b"old"),
    lambda _: removing(A, b"old"),
    A,
)
add("rename", lambda cache, _: cache.rename(A, C), lambda _: renaming(A, C), A, C)
add("rename a hash", lambda cache, _: cache.rename(H, C), lambda _: renaming(H, C), H, C)
add("rename to a name taken", lambda cache, _: cache.rename(A, B), lambda _: renaming(A, B), A, B)
add(
    "rename over another",
    lambda cache, _: cache.rename(A, B, overwrites=True),
    lambda _: renaming(A, B, overwrites=True),
    *(A, B),
)
add(
    "rename over a hash",
    lambda cache, _: cache.rename(A, H, overwrites=True),
    lambda _: renaming(A, H, overwrites=True),
    *(A, H),
)
add_ttl("expire in", A, lambda _: ExpireIn(30_000))
add_ttl("expire at", A, lambda scene: ExpireAt(later(scene, 1)))
add_ttl("extend", A, lambda _: ExtendBy(60_000))
add_ttl("extend what never expires", B, lambda _: ExtendBy(60_000))
add_ttl("persist", A, lambda _: Persist())
add_ttl("move what was seen", A, lambda scene: moving(scene, A, later(scene, 1)))
add_ttl("end what was seen", A, lambda scene: moving(scene, A, None))
add_ttl("begin where none was seen", B, lambda scene: moving(scene, B, later(scene, 1)))
for name, source in (("restore a string", A), ("restore a hash", H)):
    add(
        name,
        lambda cache, scene, source=source: cache.restore(snapshot_of(scene, source, C)),
        lambda scene, source=source: restoring(snapshot_of(scene, source, C)),
        C,
    )
add(
    "restore where there is something",
    lambda cache, scene: cache.restore(snapshot_of(scene, B, A)),
    lambda scene: restoring(snapshot_of(scene, B, A)),
    A,
)
add(
    "set a field",
    lambda cache, _: cache.change_element(H, FieldChange(b"f", b"1", b"2")),
    setting_field,
    H,
)
add_import("import a new string", C, KeyType.STRING, OnConflict.SKIP)
add_import("import a new hash", C, KeyType.HASH, OnConflict.SKIP)
add_import("import over a string", A, KeyType.STRING, OnConflict.OVERWRITE)
add_import("import a hash over a string", A, KeyType.HASH, OnConflict.OVERWRITE)
add_import("import a string over a hash", H, KeyType.STRING, OnConflict.OVERWRITE)
add_import("import beside", A, KeyType.STRING, OnConflict.RENAME)
add_import("import but not over", A, KeyType.STRING, OnConflict.SKIP)


def add_undo(
    what: str,
    before: Callable[[CacheBackend, Scene], Awaitable[object]],
    step: Callable[[JournalEntry], Step],
    *keys: bytes,
) -> None:
    """Take a write back: done in one step or not at all, as the journal says."""

    async def run(cache: CacheBackend, scene: Scene) -> object:
        assert scene.entry is not None
        return await undo(cache, (scene.entry,))

    def undoing(scene: Scene) -> Step:
        assert scene.entry is not None
        one_step = step(scene.entry)

        def taking_back(state: State) -> tuple[State, Told]:
            after, told = one_step(state)
            return after, ("undone",) if told[0] == "saved" else ("left",)

        return taking_back

    add(f"undo {what}", run, undoing, *keys, before=before)


def back_to(entry: JournalEntry) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(entry.key)
        if held is None or (held.type, held.payload) != (entry.type, entry.after):
            return state, ("left",)
        before = entry.before
        if before is None:
            return without(state, entry.key), ("saved",)
        keeps = before.deadline_ms == entry.after_deadline_ms
        deadline = held.deadline if keeps else before.deadline_ms
        return {**state, entry.key: Held(before.type, before.payload, deadline)}, ("saved",)

    return step


def restoring_before(entry: JournalEntry) -> Step:
    assert entry.before is not None
    return restoring(entry.before)


add_undo(
    "save",
    lambda cache, _: cache.write(A, b"new", expected=b"old", ttl=TtlPolicy.KEEP),
    back_to,
    A,
)
add_undo(
    "save with a ttl",
    lambda cache, _: cache.write(A, b"new", expected=b"old", ttl=50_000),
    back_to,
    A,
)
add_undo(
    "creation",
    lambda cache, _: cache.write(C, b"new", expected=None, ttl=50_000),
    back_to,
    C,
)
add_undo(
    "copy of a hash",
    lambda cache, scene: cache.restore(snapshot_of(scene, H, C)),
    back_to,
    C,
)
add_undo(
    "import of a hash over a string",
    lambda cache, scene: import_keys(
        cache,
        [ExportedKey(A, KeyType.HASH, scene.other_hash, 90_000)],
        OnConflict.OVERWRITE,
        lambda _: True,
    ),
    back_to,
    A,
)


def moving_back(entry: JournalEntry) -> Step:
    def step(state: State) -> tuple[State, Told]:
        held = state.get(entry.key)
        deadline = entry.before_deadline_ms
        if held is None or held.deadline not in (entry.after_deadline_ms, deadline):
            return state, ("left",)
        return {**state, entry.key: replace(held, deadline=deadline)}, ("saved",)

    return step


add_undo("extension", lambda cache, _: cache.change_ttl(A, ExtendBy(60_000)), moving_back, A)
add_undo("end of expiry", lambda cache, _: cache.change_ttl(A, Persist()), moving_back, A)
add_undo("expiry", lambda cache, _: cache.change_ttl(B, ExpireIn(60_000)), moving_back, B)
add_undo("deletion", lambda cache, _: cache.remove(A), restoring_before, A)


def renaming_back(entry: JournalEntry) -> Step:
    """Only what was renamed goes back; what was replaced comes back in the same step."""
    to, replaced = entry.new_name, entry.before
    assert to is not None

    def step(state: State) -> tuple[State, Told]:
        held = state.get(to)
        if held is None or (held.type, held.payload) != (entry.type, entry.after):
            return state, ("left",)
        after, told = renaming(to, entry.key)(state)
        if told[0] == "saved" and replaced is not None:
            after[to] = Held(replaced.type, replaced.payload, replaced.deadline_ms)
        return after, told

    return step


add_undo("rename", lambda cache, _: cache.rename(A, C), renaming_back, A, C)
add_undo("rename of a hash", lambda cache, _: cache.rename(H, C), renaming_back, H, C)
for name, over in (("string", B), ("hash", H)):
    add_undo(
        f"rename over a {name}",
        lambda cache, _, over=over: cache.rename(A, over, overwrites=True),
        renaming_back,
        *(A, over),
    )


# ----- what somebody else does meanwhile

Other: TypeAlias = Callable[[redis_client.Redis], object]


@dataclass(frozen=True)
class Disturbance:
    """What a second writer does, and to what."""

    key: bytes
    act: Other
    step: Callable[[State], State]


def expire_unseen(raw: redis_client.Redis, key: bytes) -> None:
    """Let a key pass its deadline while nobody touches it."""
    raw.pexpire(key, 1)
    time.sleep(0.003)


def put(key: bytes, data: bytes, deadline: int | None = None) -> Disturbance:
    return Disturbance(
        key,
        lambda raw: raw.set(key, data, pxat=deadline),
        lambda state: {**state, key: Held(KeyType.STRING, data, deadline)},
    )


FAR: Final = 4_102_444_800_123
"""A deadline in the year 2100."""


def vanishing(key: bytes, act: Other) -> Disturbance:
    return Disturbance(key, act, lambda state: without(state, key))


def moving_deadline(key: bytes) -> Disturbance:
    def step(state: State) -> State:
        return {**state, key: replace(state[key], deadline=FAR)} if key in state else state

    return Disturbance(key, lambda raw: raw.pexpireat(key, FAR), step)


def disturbances(key: bytes, scene: Scene) -> dict[str, Disturbance]:
    """What may happen to a key: every type and deadline another may leave, or nothing at all."""
    hash_ = scene.other_hash

    def put_hash(raw: redis_client.Redis) -> None:
        raw.restore(key, FAR, hash_, replace=True, absttl=True)

    return {
        "overwritten": put(key, b"theirs", FAR),
        "of another type": Disturbance(
            key, put_hash, lambda state: {**state, key: Held(KeyType.HASH, hash_, FAR)}
        ),
        "deleted": vanishing(key, lambda raw: raw.delete(key)),
        "expired": vanishing(key, lambda raw: expire_unseen(raw, key)),
        "ttl changed": moving_deadline(key),
    }


# ----- the stage


class World:
    """A server, a wire to it, and what it holds."""

    def __init__(self, wired: WiredServer) -> None:
        self.raw, self.wire, self.now_ms = wired.raw, wired.wire, wired.now_ms
        pipe = self.raw.pipeline()
        pipe.hset(H, "f", "2").dump(H).delete(H).hset(H, "f", "1").dump(H).delete(H)
        _, two, _, _, one, _ = pipe.execute()
        self.hashes: tuple[bytes, bytes] = (one, two)

    def set_scene(self) -> Scene:
        now = self.now_ms()
        state = {
            A: Held(KeyType.STRING, b"old", now + 600_123),
            B: Held(KeyType.STRING, b"other", None),
            H: Held(KeyType.HASH, self.hashes[0], now + 700_456),
        }
        pipe = self.raw.pipeline(transaction=False)
        pipe.flushall()
        pipe.set(A, b"old", pxat=now + 600_123).set(B, b"other")
        pipe.restore(H, now + 700_456, self.hashes[0], absttl=True)
        pipe.execute()
        return Scene(state, self.hashes[1])

    def held(self) -> State:
        state: State = {}
        for key in self.raw.scan_iter():
            kind = self.raw.type(key).decode()
            payload = self.raw.get(key) if kind == KeyType.STRING else self.raw.dump(key)
            when = self.raw.execute_command("PEXPIRETIME", key)
            if payload is not None:
                state[key] = Held(kind, payload, None if when < 0 else when)
        return state


def told_of(outcome: object) -> Told:
    """Put an answer as the model does."""
    match outcome:
        case Saved(deadline_ms, before):
            held = before and Held(before.type, before.payload, before.deadline_ms)
            return ("saved", deadline_ms, held)
        case Changed(other):
            return ("changed", other.type, other.data, other.deadline_ms)
        case Gone():
            return ("gone",)
        case TtlChanged(before_ms, after_ms):
            return ("ttl", before_ms, after_ms)
        case ElementSaved():
            return ("element saved", outcome.deadline_ms)
        case ElementChanged(element, _) | ElementGone(element):
            return ("element changed", element)
        case ImportReport(written, skipped):
            return ("written", *written) if written else ("skipped",) if skipped else ("refused",)
        case UndoReport(undone):
            return ("undone",) if undone else ("left",)
    return (type(outcome),)


def is_like(model: object, found: object, began_ms: int, ended_ms: int) -> bool:
    """Whether what was found is what the model says, with its moments known only roughly."""
    match model, found:
        case Soon(ms, slack_ms), int():
            return began_ms - slack_ms <= found - ms <= ended_ms + slack_ms
        case Held(), Held():
            return (model.type, model.payload) == (found.type, found.payload) and is_like(
                model.deadline, found.deadline, began_ms, ended_ms
            )
        case dict(), dict():
            return model.keys() == found.keys() and all(
                is_like(model[key], found[key], began_ms, ended_ms) for key in model
            )
        case tuple(), tuple():
            return len(model) == len(found) and all(
                is_like(one, other, began_ms, ended_ms)
                for one, other in zip(model, found, strict=True)
            )
    return model == found


@pytest.fixture
def stage(wired_cache: tuple[WiredServer, CacheBackend]) -> tuple[World, CacheBackend]:
    wired, cache = wired_cache
    return World(wired), cache


async def made(write: Write, cache: CacheBackend, scene: Scene) -> object:
    try:
        return await write.run(cache, scene)
    except CacheError as error:
        return error


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_a_second_writer_in_every_place(
    stage: tuple[World, CacheBackend], write: Write
) -> None:
    world, cache = stage
    for key in sorted(write.touches):
        for what in disturbances(key, world.set_scene()):
            for at in world.wire.each_command():
                scene = await write.prepare(world, cache)
                other = disturbances(key, scene)[what]
                world.wire.arm(at, act=lambda other=other: other.act(world.raw))
                began_ms = world.now_ms()
                outcome = told_of(await made(write, cache, scene))
                if world.wire.commands < at:
                    other.act(world.raw)
                ended_ms = world.now_ms()
                mine = write.step(scene)
                first, told_first = mine(other.step(scene.state))
                second, told_second = mine(scene.state)
                allowed = [(first, told_first), (other.step(second), told_second)]
                found = (world.held(), outcome)
                assert any(is_like(each, found, began_ms, ended_ms) for each in allowed), (
                    f"{key!r} {what} before command {at}: {found}, not one of {allowed}"
                )


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.value)
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_a_connection_that_dies_in_every_place(
    stage: tuple[World, CacheBackend], write: Write, cut: Cut
) -> None:
    world, cache = stage
    for at in world.wire.each_command():
        scene = await write.prepare(world, cache)
        world.wire.arm(at, cut=cut)
        began_ms = world.now_ms()
        outcome = await made(write, cache, scene)
        found, ended_ms = world.held(), world.now_ms()
        mine = write.step(scene)
        done, told = mine(scene.state)
        is_done = is_like(done, found, began_ms, ended_ms)
        where = f"cut at command {at}: {outcome!r}, {found}"
        if isinstance(outcome, OutcomeUnknown) or told_of_refusal(outcome):
            assert is_done or found == scene.state, where
        elif isinstance(outcome, CacheError) and not isinstance(outcome, WrongType):
            assert found == scene.state, f"told that nothing was written; {where}"
        else:
            assert is_done, where
            assert is_like(told, told_of(outcome), began_ms, ended_ms), where


def told_of_refusal(outcome: object) -> bool:
    return isinstance(outcome, ImportReport | UndoReport) and bool(outcome.refused)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_memory_does_what_the_model_says(write: Write) -> None:
    """Nothing can come between there; what came before can be anything."""
    if H in write.touches or "hash" in write.name:
        pytest.skip("only strings in memory")
    now_ms = 1_763_800_000_000
    for key in sorted(write.touches):
        for deadline in (now_ms + 5, None):
            for data in (b"old", b"theirs", None):
                cache = JournalingBackend(MemoryCache(lambda: now_ms), Journal())
                strings = {A: Held("string", b"old", now_ms + 600_123)}
                strings[B] = Held("string", b"other", None)
                scene = Scene({**strings, H: Held("hash", b"", now_ms + 700_456)}, b"")
                for name, held in strings.items():
                    await cache.restore(Snapshot(name, held.type, held.payload, held.deadline))
                entry = None
                if write.before is not None:
                    await write.before(cache, scene)
                    entry = cache.journal.entries[-1]
                await cache.remove(key)
                if data is not None:
                    await cache.restore(Snapshot(key, "string", data, deadline))
                state = await held_in_memory(cache)
                scene = replace(scene, entry=entry)
                outcome = told_of(await write.run(cache, scene))
                model = write.step(scene)(state)
                assert is_like(model, (await held_in_memory(cache), outcome), now_ms, now_ms)


async def held_in_memory(cache: CacheBackend) -> State:
    found = [await cache.snapshot(key) for key in (await cache.scan_page()).keys]
    return {
        each.key: Held(each.type, each.payload, each.deadline_ms)
        for each in found
        if each is not None
    }
