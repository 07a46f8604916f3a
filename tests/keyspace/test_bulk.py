"""One operation on many keys does each of them in one step, tells what it did, and is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    NotPermitted,
    OutcomeUnknown,
)
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    ExpireIn,
    ExtendBy,
    Persist,
    Snapshot,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.keyspace.bulk import (
    FIRST_BATCH,
    LARGEST_BATCH,
    SETTLED_EVERY,
    BulkProgress,
    BulkReport,
    BulkRun,
    ChangeTtl,
    DeleteKeys,
    run_bulk,
    undo_bulk,
)
from sinch_cache_gui.keyspace.journal import Action, Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_targets import ChosenKeys, KeyFinder, below, target_of
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, TIME_RAN_OUT
from tests.clock import Clock

KEYS = [b"session:%d" % number for number in range(300)]


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[JournalingBackend]:
    inner: CacheBackend = MemoryCache()
    if request.param == "redis":
        inner = RedisCache(parse_target(request.getfixturevalue("redis_url")))
    await inner.connect()
    yield JournalingBackend(inner, Journal())
    await inner.aclose()


async def fill(cache: CacheBackend, *keys: bytes) -> dict[bytes, tuple[bytes | None, int | None]]:
    for number, key in enumerate(keys):
        ttl = TtlPolicy.NO_EXPIRY if number % 3 == 0 else 600_000 + number
        await cache.write(key, b"\xff%d" % number, expected=None, ttl=ttl)
    return await held(cache, *keys)


async def held(cache: CacheBackend, *keys: bytes) -> dict[bytes, tuple[bytes | None, int | None]]:
    found = {key: await cache.read(key) for key in keys}
    return {key: (one.data, one.deadline_ms) for key, one in found.items() if one is not None}


def new_run(total: int) -> BulkRun:
    return BulkRun(total, lambda _progress: None)


async def do(
    cache: CacheBackend, operation: DeleteKeys | ChangeTtl, keys: list[bytes] | None = None
) -> BulkReport:
    keys = KEYS if keys is None else keys
    return await run_bulk(new_run(len(keys)), cache, keys, operation)


async def take_back(cache: CacheBackend, report: BulkReport) -> BulkReport:
    return await undo_bulk(new_run(len(report.traces)), cache, report.traces)


async def test_many_keys_are_deleted_and_undo_brings_all_back_with_their_deadlines(
    cache: JournalingBackend,
) -> None:
    before = await fill(cache, *KEYS)
    report = await do(cache, DeleteKeys(), [*KEYS, b"never there"])
    assert (report.done, report.gone, report.left, report.refused) == (300, 1, 0, ())
    assert await held(cache, *KEYS) == {}
    assert {entry.action for entry in cache.journal.entries[-300:]} == {Action.DELETED}

    undone = await take_back(cache, report)
    assert (undone.done, undone.refused, undone.left) == (300, (), 0)
    assert await held(cache, *KEYS) == before


@pytest.mark.parametrize("change", [ExpireIn(5_000_000), ExtendBy(60_000), Persist()])
async def test_the_ttl_of_many_keys_is_changed_and_undo_puts_every_deadline_back(
    cache: JournalingBackend, change: ExpireIn | ExtendBy | Persist
) -> None:
    before = await fill(cache, *KEYS)
    report = await do(cache, ChangeTtl(change))
    assert report.done + report.unchanged == 300
    # Neither adding to no TTL nor removing none is a change.
    assert report.unchanged == (0 if isinstance(change, ExpireIn) else 100)
    assert await held(cache, *KEYS) != before

    undone = await take_back(cache, report)
    assert undone.done == report.done
    assert await held(cache, *KEYS) == before


async def test_undo_leaves_alone_what_somebody_changed_meanwhile(cache: JournalingBackend) -> None:
    await fill(cache, *KEYS)
    report = await do(cache, DeleteKeys())
    await cache.write(KEYS[7], b"theirs", expected=None, ttl=1000_000)
    undone = await take_back(cache, report)
    assert undone.done == 299
    assert [(one.reason, one.count, one.sample) for one in undone.refused] == [
        (CHANGED_SINCE, 1, (KEYS[7],))
    ]
    assert (await held(cache, KEYS[7]))[KEYS[7]][0] == b"theirs"


async def test_undo_leaves_alone_a_deadline_somebody_changed_meanwhile(
    cache: JournalingBackend,
) -> None:
    await fill(cache, *KEYS)
    report = await do(cache, ChangeTtl(ExpireIn(5_000_000)))
    await cache.change_ttl(KEYS[7], ExpireIn(9_000_000))
    theirs = await held(cache, KEYS[7])
    undone = await take_back(cache, report)
    assert undone.done == 299
    assert undone.refused[0].sample == (KEYS[7],)
    assert await held(cache, KEYS[7]) == theirs


async def test_what_would_have_expired_by_now_is_not_brought_back() -> None:
    clock = Clock()
    cache = MemoryCache(clock)
    await cache.write(b"brief", b"1", expected=None, ttl=1000)
    await cache.write(b"long", b"1", expected=None, ttl=10_000)
    deleted = await do(cache, DeleteKeys(), [b"brief"])
    moved = await do(cache, ChangeTtl(ExpireIn(50_000)), [b"long"])
    clock.ms += 20_000
    for report in (deleted, moved):
        undone = await take_back(cache, report)
        assert [(one.reason, one.count) for one in undone.refused] == [(TIME_RAN_OUT, 1)]
    assert set(await held(cache, b"brief", b"long")) == {b"long"}


async def test_it_is_told_how_far_it_is_and_can_be_stopped(cache: JournalingBackend) -> None:
    await fill(cache, *KEYS)

    class StopsSecond(ForwardingBackend):
        batches = 0

        async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
            self.batches += 1
            if self.batches == 2:
                run.stop()
            return await self._inner.remove_many(keys)

    run = new_run(300)
    report = await run_bulk(run, StopsSecond(cache), KEYS, DeleteKeys())
    # Those under way when it was stopped are done, and told.
    assert 50 < report.done < 300
    assert report.left == 300 - report.done
    assert report.ended_early == ""
    assert len(await held(cache, *KEYS)) == report.left

    await take_back(cache, report)
    assert len(await held(cache, *KEYS)) == 300


async def test_an_undo_that_was_stopped_can_be_gone_on_with(cache: JournalingBackend) -> None:
    before = await fill(cache, *KEYS)
    report = await do(cache, DeleteKeys())

    class StopsSecond(ForwardingBackend):
        batches = 0

        async def restore_many(
            self, snapshots: Sequence[Snapshot]
        ) -> list[WriteOutcome | CacheError]:
            self.batches += 1
            if self.batches == 2:
                run.stop()
            return await self._inner.restore_many(snapshots)

    run = new_run(300)
    first = await undo_bulk(run, StopsSecond(cache), report.traces)
    assert first.done + len(first.traces) == 300
    assert first.traces
    second = await take_back(cache, first)
    assert first.done + second.done == 300
    assert await held(cache, *KEYS) == before


async def test_what_is_refused_is_told_by_reason_and_the_rest_is_done() -> None:
    class Guarded(ForwardingBackend):
        async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
            return [
                NotPermitted("No permission to delete")
                if key.endswith(b"1")
                else await self._inner.remove(key)
                for key in keys
            ]

    cache = Guarded(MemoryCache())
    await fill(cache, *KEYS)
    report = await do(cache, DeleteKeys())
    assert (report.done, report.left) == (270, 0)
    (refusal,) = report.refused
    assert (refusal.reason, refusal.count) == ("No permission to delete", 30)
    assert refusal.sample == (b"session:1", b"session:11", b"session:21")


async def test_a_lost_connection_ends_it_and_claims_nothing() -> None:
    class Dying(ForwardingBackend):
        async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
            await self._inner.remove_many(keys[19:20])
            return [
                *await self._inner.remove_many(keys[:19]),
                OutcomeUnknown("The connection was lost while writing"),
                *[CacheUnreachable("The connection was lost")] * (len(keys) - 20),
            ]

    cache = Dying(MemoryCache())
    await fill(cache, *KEYS)
    report = await do(cache, DeleteKeys())
    assert report.done == 19
    assert report.ended_early == "The connection was lost while writing"
    (refusal,) = report.refused
    assert refusal.count == 1
    assert "may have happened" in refusal.reason
    assert report.left == 280


async def test_nothing_is_done_that_undo_has_no_room_for() -> None:
    cache = MemoryCache()
    for key in KEYS:
        await cache.write(key, bytes(1 << 16), expected=None, ttl=TtlPolicy.NO_EXPIRY)
    run = new_run(300)
    report = await run_bulk(run, cache, KEYS, DeleteKeys(), undo_bytes=1 << 20)
    # The batch that fills it is kept whole.
    assert report.done == len(report.traces) == FIRST_BATCH
    assert report.ended_early == "What undo keeps has reached 1 MB"
    await take_back(cache, report)
    assert len(await held(cache, *KEYS)) == 300


async def test_progress_is_told_at_most_ten_times_a_second(
    cache: JournalingBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BulkProgress] = []
    now = 0.0

    def later() -> float:
        nonlocal now
        now += 0.01  # a hundredth of a second between two looks at the clock
        return now

    monkeypatch.setattr("sinch_cache_gui.keyspace.bulk.perf_counter", later)
    keys = [b"none:%d" % number for number in range(100 * LARGEST_BATCH)]
    await run_bulk(BulkRun(len(keys), told.append), cache, keys, DeleteKeys())
    assert 10 <= len(told) <= now / 0.1
    assert told == sorted(told, key=lambda progress: progress.handled)
    assert {progress.total for progress in told} == {len(keys)}


async def test_what_is_kept_of_very_many_keys_is_settled_as_it_grows() -> None:
    cache = MemoryCache()
    keys = [b"many:%d" % number for number in range(2 * SETTLED_EVERY)]
    for key in keys:
        await cache.write(key, b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    settled: list[int] = []
    run = BulkRun(
        len(keys), lambda _: None, memory_settled=lambda: settled.append(len(run.report().traces))
    )
    await run_bulk(run, cache, keys, DeleteKeys())
    assert settled
    assert SETTLED_EVERY <= settled[0] <= SETTLED_EVERY + LARGEST_BATCH


async def find(cache: CacheBackend, finder: KeyFinder) -> set[bytes]:
    await finder.run()
    assert len(set(finder.keys)) == len(finder.keys)
    assert finder.is_complete
    return set(finder.keys)


async def test_a_folder_and_a_pattern_mean_keys_that_are_not_loaded(
    cache: JournalingBackend,
) -> None:
    odd = b"ses*[x]:1"
    await fill(cache, *KEYS, b"session", b"rate:1", odd)
    assert await find(cache, KeyFinder(cache, below(b"session:"))) == set(KEYS)
    assert await find(cache, KeyFinder(cache, below(b"ses*[x]:"))) == {odd}
    assert await find(cache, KeyFinder(cache, target_of("session:?"))) == set(KEYS[:10])
    assert await find(cache, KeyFinder(cache, target_of("rate"))) == {b"rate:1"}
    chosen = KeyFinder(cache, ChosenKeys(KEYS[:20]))
    assert await find(cache, chosen) == set(KEYS[:20])
    assert chosen.sample() == tuple(KEYS[:10])


async def test_keys_that_cannot_be_named_are_told() -> None:
    class Unreachable(ForwardingBackend):
        async def scan_page(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise CacheUnreachable("The server does not answer")

    finder = KeyFinder(Unreachable(MemoryCache()), target_of("*"))
    await finder.run()
    assert not finder.is_complete
    assert finder.error == "The server does not answer"
