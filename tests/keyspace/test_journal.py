"""Every write is kept, and can be taken back while the key is as the write left it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, OutcomeUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    ExpireIn,
    ExtendBy,
    MoveDeadline,
    Persist,
    Snapshot,
    Ttl,
    TtlPolicy,
    WriteOutcome,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.journal import Action, Journal, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, NOT_KEPT, TIME_RAN_OUT, undo
from tests.clock import Clock

KEY = b"session:1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> JournalingBackend:
    return JournalingBackend(MemoryCache(clock), Journal())


async def held(cache: JournalingBackend, key: bytes = KEY) -> tuple[bytes | None, int | None]:
    """What a key holds and how long it still lives."""
    stored = await cache.read(key)
    assert stored is not None
    left = None if stored.deadline_ms is None else stored.deadline_ms - cache.now_ms()
    return stored.data, left


async def test_undoing_a_save_brings_back_the_bytes_with_the_ttl_that_remains_now(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(KEY, b'{"n":1}', expected=None, ttl=600_000)
    await cache.write(KEY, b'{"n":2}', expected=b'{"n":1}', ttl=TtlPolicy.KEEP)
    clock.ms += 100_000

    report = await undo(cache, cache.journal.entries[-1:])

    assert report.undone == (KEY,)
    assert await held(cache) == (b'{"n":1}', 500_000)


async def test_undoing_a_save_that_changed_the_ttl_brings_back_the_old_deadline(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.NO_EXPIRY)
    clock.ms += 100_000

    await undo(cache, cache.journal.entries[-1:])

    assert await held(cache) == (b"1", 500_000)


async def test_undoing_a_creation_removes_the_key(cache: JournalingBackend) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await undo(cache, cache.journal.entries)
    assert await cache.read(KEY) is None


async def test_undoing_a_deletion_restores_bytes_and_remaining_ttl(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(KEY, b"\xff\x00", expected=None, ttl=600_000)
    await cache.remove(KEY)
    clock.ms += 1_234

    await undo(cache, cache.journal.entries[-1:])

    assert await held(cache) == (b"\xff\x00", 598_766)


@pytest.mark.parametrize("change", [ExpireIn(5_000), ExtendBy(60_000), Persist()])
async def test_undoing_a_change_of_ttl_restores_the_deadline(
    cache: JournalingBackend, clock: Clock, change: ExpireIn | ExtendBy | Persist
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.change_ttl(KEY, change)
    clock.ms += 1_000

    await undo(cache, cache.journal.entries[-1:])

    assert await held(cache) == (b"1", 599_000)


async def test_undo_leaves_a_key_alone_that_somebody_else_changed(
    cache: JournalingBackend,
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    ours = cache.journal.entries[-1:]
    await cache.set("session:1", "theirs")

    report = await undo(cache, ours)

    assert report.undone == ()
    assert report.refused == ((KEY, CHANGED_SINCE),)
    assert (await held(cache))[0] == b'"theirs"'


async def test_undo_never_revives_a_key_whose_time_has_run_out(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.remove(KEY)
    clock.ms += 600_001

    report = await undo(cache, cache.journal.entries[-1:])

    assert report.refused == ((KEY, TIME_RAN_OUT),)
    assert await cache.read(KEY) is None


async def test_a_refused_write_is_kept_and_cannot_be_undone(cache: JournalingBackend) -> None:
    await cache.write(KEY, b"1", expected=b"something else", ttl=TtlPolicy.KEEP)
    (entry,) = cache.journal.entries
    assert entry.result is Result.REFUSED_GONE
    assert not entry.is_undoable


async def test_a_ttl_that_somebody_else_had_moved_is_kept_as_refused(
    cache: JournalingBackend,
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    change = MoveDeadline(cache.now_ms() + 1, None)
    await cache.change_ttl(KEY, change)
    await cache.change_ttl_many([(KEY, change)])
    for entry in cache.journal.entries[-2:]:
        assert entry.result is Result.REFUSED_CHANGED
        assert not entry.is_undoable


async def test_a_write_whose_answer_never_came_is_kept_as_unknown(clock: Clock) -> None:
    class Dying(ForwardingBackend):
        async def write(
            self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
        ) -> WriteOutcome:
            await super().write(key, data, expected=expected, ttl=ttl)
            raise OutcomeUnknown("The connection died")

    cache = JournalingBackend(Dying(MemoryCache(clock)), Journal())
    with pytest.raises(OutcomeUnknown):
        await cache.write(KEY, b"1", expected=None, ttl=600_000)

    (entry,) = cache.journal.entries
    assert (entry.action, entry.result) == (Action.CREATED, Result.UNKNOWN)


async def test_the_journal_is_bounded(clock: Clock) -> None:
    cache = JournalingBackend(MemoryCache(clock), Journal(limit=2))
    for number in range(5):
        await cache.write(b"k%d" % number, b"1", expected=None, ttl=1_000)
    assert [entry.key for entry in cache.journal.entries] == [b"k3", b"k4"]
    assert [entry.number for entry in cache.journal.entries] == [4, 5]


async def test_undoing_a_rename_brings_back_both_names_and_what_was_replaced(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    await cache.write(b"new", b"2", expected=None, ttl=300_000)
    await cache.rename(b"old", b"new", overwrites=True)
    clock.ms += 100_000

    report = await undo(cache, cache.journal.entries[-1:])

    assert report.refused == ()
    assert await held(cache, b"old") == (b"1", 500_000)
    assert await held(cache, b"new") == (b"2", 200_000)


async def test_a_name_that_was_freed_and_taken_is_freed_again_before_its_key_comes_back(
    cache: JournalingBackend,
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.write(b"draft", b"2", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    await cache.remove(KEY)
    await cache.rename(b"draft", KEY)

    report = await undo(cache, cache.journal.entries[-2:])

    assert not report.refused
    assert await held(cache) == (b"1", 600_000)
    assert await held(cache, b"draft") == (b"2", None)


async def test_undoing_a_rename_does_not_revive_what_was_replaced(
    cache: JournalingBackend, clock: Clock
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    await cache.write(b"new", b"2", expected=None, ttl=50_000)
    await cache.rename(b"old", b"new", overwrites=True)
    clock.ms += 100_000

    await undo(cache, cache.journal.entries[-1:])

    assert await held(cache, b"old") == (b"1", 500_000)
    assert await cache.snapshot(b"new") is None


async def test_a_rename_is_not_undone_over_a_key_that_took_the_old_name(
    cache: JournalingBackend,
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    await cache.rename(b"old", b"new")
    await cache.set("old", 3)

    report = await undo(cache, [e for e in cache.journal.entries if e.action is Action.RENAMED])

    assert report.refused == ((b"old", CHANGED_SINCE),)
    assert (await held(cache, b"new"))[0] == b"1"


async def test_a_rename_is_not_undone_once_the_key_holds_something_else(
    cache: JournalingBackend,
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    await cache.rename(b"old", b"new")
    renamed = cache.journal.entries[-1:]
    await cache.set("new", "theirs")

    report = await undo(cache, renamed)

    assert report.refused == ((b"old", CHANGED_SINCE),)
    assert (await held(cache, b"new"))[0] == b'"theirs"'
    assert await cache.read(b"old") is None


async def test_a_rename_of_which_the_value_was_not_kept_is_not_undone(
    cache: JournalingBackend,
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    await cache.rename(b"old", b"new")
    entry = replace(cache.journal.entries[-1], after=None)
    assert (await undo(cache, (entry,))).refused == ((b"old", NOT_KEPT),)
    assert await cache.read(b"new") is not None


async def test_writes_to_one_key_are_taken_back_in_order_and_to_many_in_batches(
    cache: JournalingBackend, clock: Clock
) -> None:
    keys = [b"k%d" % number for number in range(250)]
    for key in keys:
        await cache.write(key, b"1", expected=None, ttl=600_000)
    start = len(cache.journal.entries)
    for key in keys:
        await cache.write(key, b"2", expected=b"1", ttl=50_000)
        await cache.change_ttl(key, Persist())
    for key in keys[:100]:
        await cache.remove(key)
    await cache.rename(keys[-1], b"renamed")
    told: list[int] = []

    def go_on(done: int) -> bool:
        told.append(done)
        return True

    report = await undo(cache, cache.journal.entries[start:], go_on)

    assert (len(report.undone), report.refused) == (601, ())
    assert [await held(cache, key) for key in keys] == [(b"1", 600_000)] * 250
    assert told == sorted(told)
    assert told[-1] < 601


async def test_an_undo_ends_when_the_cache_is_lost() -> None:
    class Dying(ForwardingBackend):
        asked = 0

        async def restore_many(
            self, snapshots: Sequence[Snapshot]
        ) -> list[WriteOutcome | CacheError]:
            self.asked += 1
            return [CacheUnreachable("The server does not answer") for _ in snapshots]

    inner = Dying(MemoryCache())
    cache = JournalingBackend(inner, Journal())
    for number in range(250):
        await cache.write(b"k%d" % number, b"1", expected=None, ttl=600_000)
        await cache.remove(b"k%d" % number)
    deleted = [entry for entry in cache.journal.entries if entry.action is Action.DELETED]
    report = await undo(cache, deleted)
    assert (report.undone, len(report.refused), inner.asked) == ((), 250, 1)
    assert {why for _, why in report.refused} == {"The server does not answer"}


async def test_a_copy_put_down_is_taken_away_again_while_it_is_one(
    cache: JournalingBackend,
) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=600_000)
    taken = await cache.snapshot(b"old")
    assert taken is not None
    await cache.restore(replace(taken, key=b"copy"))
    await cache.restore(replace(taken, key=b"edited"))
    await cache.write(b"edited", b"2", expected=b"1", ttl=TtlPolicy.KEEP)

    report = await undo(cache, cache.journal.entries[1:3])

    assert report.undone == (b"copy",)
    assert report.refused == ((b"edited", CHANGED_SINCE),)
    assert await cache.read(b"old") is not None


async def test_a_write_that_was_cancelled_on_its_way_is_kept_as_unknown() -> None:
    class Slow(ForwardingBackend):
        async def write(
            self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
        ) -> WriteOutcome:
            await super().write(key, data, expected=expected, ttl=ttl)
            await asyncio.Event().wait()
            raise AssertionError("nobody answers")

    cache = JournalingBackend(Slow(MemoryCache()), Journal())
    writing = asyncio.create_task(cache.write(KEY, b"1", expected=None, ttl=60_000))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    (entry,) = cache.journal.entries
    assert (entry.key, entry.result) == (KEY, Result.UNKNOWN)
