"""Many keys at once on a line that dies midway: the report is true, and undo brings back."""

from __future__ import annotations

from typing import Final, TypeAlias

import pytest

from sinch_cache_gui.cache.interface import CacheBackend, ExpireIn, KeyType
from sinch_cache_gui.keyspace.bulk import (
    UNKNOWN_OUTCOME,
    BulkOperation,
    BulkReport,
    BulkRun,
    ChangeTtl,
    DeleteKeys,
    Moved,
    Trace,
    run_bulk,
    undo_bulk,
)
from sinch_cache_gui.keyspace.journal import Journal, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from tests.conftest import CLUSTER_PATHS, STANDALONE_PATHS, path_name
from tests.redis_wire import Cut, WiredServer

KEYS: Final = [b"{t}%d" % number for number in range(10)]
PLACES: Final = 7
"""About so many places in a run are tried: it repeats itself with every key."""

State: TypeAlias = dict[bytes, tuple[str, bytes, int]]


class World:
    """A server with strings and hashes, some of which expire, and a wire to it."""

    def __init__(self, wired: WiredServer, cache: CacheBackend) -> None:
        self._raw, self.wire, self._now_ms = wired.raw, wired.wire, wired.now_ms
        self._journal = Journal(limit=100_000)
        self._recorded = 0
        self._cache = JournalingBackend(cache, self._journal)

    def set_scene(self) -> State:
        later = self._now_ms() + 600_000
        pipe = self._raw.pipeline().flushall()
        for number, key in enumerate(KEYS):
            if number % 2:
                pipe.hset(key, "field", b"\xff%d" % number)
            else:
                pipe.set(key, b"\xff%d" % number)
            if number % 3:
                pipe.pexpireat(key, later + number)
        pipe.execute()
        return self.held()

    def held(self) -> State:
        state: State = {}
        for key in self._raw.scan_iter():
            kind = self._raw.type(key).decode()
            payload = self._raw.get(key) if kind == KeyType.STRING else self._raw.dump(key)
            state[key] = (kind, payload, self._raw.execute_command("PEXPIRETIME", key))
        return state

    async def do(self, operation: BulkOperation) -> BulkReport:
        self._recorded = len(self._journal.entries)
        return await run_bulk(new_run(len(KEYS)), self._cache, KEYS, operation)

    async def take_back(self, report: BulkReport) -> BulkReport:
        self._recorded = len(self._journal.entries)
        return await undo_bulk(new_run(len(report.traces)), self._cache, report.traces)

    def unknown_in(self, report: BulkReport) -> set[bytes]:
        """Answer the keys of which the last report and the journal say that nobody knows."""
        assert {refusal.reason for refusal in report.refused} <= {UNKNOWN_OUTCOME}
        news = self._journal.entries[self._recorded :]
        keys = {entry.key for entry in news if entry.result is Result.UNKNOWN}
        assert len(keys) == sum(refusal.count for refusal in report.refused)
        assert all(keys.issuperset(refusal.sample) for refusal in report.refused)
        return keys


def new_run(total: int) -> BulkRun:
    return BulkRun(total, lambda _: None)


def is_done(trace: Trace, state: State) -> bool:
    if isinstance(trace, Moved):
        return state[trace.key][2] == trace.after_ms
    return trace.key not in state


PATHS: Final = [*STANDALONE_PATHS, CLUSTER_PATHS[0]]

everywhere = pytest.mark.parametrize("wired_cache", PATHS, indirect=True, ids=path_name)
any_operation = pytest.mark.parametrize(
    "operation", [DeleteKeys(), ChangeTtl(ExpireIn(30_000))], ids=["delete", "expire"]
)
any_cut = pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.value)


@everywhere
@any_operation
@any_cut
async def test_what_is_told_done_is_done_and_comes_back_and_the_rest_is_as_it_was(
    wired_cache: tuple[WiredServer, CacheBackend], operation: BulkOperation, cut: Cut
) -> None:
    world = World(*wired_cache)
    world.set_scene()
    world.wire.arm()
    await world.do(operation)
    total = world.wire.commands
    for at in range(1, total + 1, max(total // PLACES, 1)):
        scene = world.set_scene()
        world.wire.arm(at, cut=cut)
        report = await world.do(operation)
        found, unknown = world.held(), world.unknown_in(report)
        traces = {trace.key: trace for trace in report.traces}
        done = {key: trace for key, trace in traces.items() if key not in unknown}
        assert len(done) == report.done
        # What may have been deleted can be put back, too.
        is_deletion = isinstance(operation, DeleteKeys)
        assert traces.keys() - done.keys() == (unknown if is_deletion else set())
        assert all(is_done(trace, found) for trace in done.values())
        untouched = scene.keys() - done.keys() - unknown
        assert {key: found[key] for key in untouched} == {key: scene[key] for key in untouched}
        assert report.left == len(untouched)
        assert bool(report.ended_early) == (report.done < len(KEYS))

        world.wire.arm()
        undone = await world.take_back(report)
        assert (undone.done, undone.refused, undone.left) == (len(traces), (), 0)
        after = world.held()
        left_out = set() if is_deletion else unknown
        assert all(after[key] == scene[key] for key in scene.keys() - left_out)


@everywhere
@any_operation
@any_cut
async def test_an_undo_that_was_cut_off_is_gone_on_with_until_all_is_back(
    wired_cache: tuple[WiredServer, CacheBackend], operation: BulkOperation, cut: Cut
) -> None:
    world = World(*wired_cache)
    at, total = 1, 1
    while at <= total:
        scene = world.set_scene()
        report = await world.do(operation)
        world.wire.arm(at, cut=cut)
        first = await world.take_back(report)
        found, unknown = world.held(), world.unknown_in(first)
        waiting = {trace.key: trace for trace in first.traces}
        assert unknown <= waiting.keys()
        assert all(is_done(trace, found) for key, trace in waiting.items() if key not in unknown)
        assert first.done == len(KEYS) - len(waiting)
        assert all(found[key] == scene[key] for key in scene.keys() - waiting.keys())

        world.wire.arm()
        second = await world.take_back(first)
        assert (second.refused, second.traces) == ((), [])
        assert world.held() == scene
        total = max(total, world.wire.commands * len(KEYS) // max(len(waiting), 1))
        at += max(total // PLACES, 1)
