"""A deletion whose answer is lost: what became of it is found out, told truly, and undone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

import pytest
import redis as redis_client

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, RemovalUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, Gone, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.bulk import BulkRun, DeleteKeys, run_bulk
from sinch_cache_gui.keyspace.journal import Action, Journal, JournalEntry, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.lost_deletions import LostDeletions
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, undo
from tests.conftest import CLUSTER_PATHS, STANDALONE_PATHS, path_name
from tests.redis_wire import Cut, WiredServer

KEYS: Final = [b"{t}%d" % number for number in range(6)]
PLACES: Final = 12
"""About so many places of a run are tried."""

Delete: TypeAlias = Callable[[CacheBackend], Awaitable[object]]
State: TypeAlias = dict[bytes, tuple[bytes, bytes, int]]


async def delete_one(cache: CacheBackend) -> None:
    with suppress(CacheError):
        await cache.remove(KEYS[0])


async def delete_many(cache: CacheBackend) -> None:
    await run_bulk(BulkRun(len(KEYS), lambda _: None), cache, KEYS, DeleteKeys())


def set_scene(raw: redis_client.Redis, later_ms: int) -> State:
    pipe = raw.pipeline().flushall()
    for number, key in enumerate(KEYS):
        if number % 3 == 2:
            pipe.hset(key, "field", b"\xff%d" % number)
        else:
            pipe.set(key, b"\xff%d" % number)
        if number % 2:
            pipe.pexpireat(key, later_ms + number)
    pipe.execute()
    return held(raw)


def held(raw: redis_client.Redis) -> State:
    return {
        key: (raw.type(key), raw.dump(key), raw.execute_command("PEXPIRETIME", key))
        for key in raw.scan_iter()
    }


class Window:
    """The part of a window that deletes, and finds out what became of it."""

    def __init__(self, inner: CacheBackend) -> None:
        self.journal = Journal()
        self.cache = JournalingBackend(inner, self.journal)
        self.settled: list[JournalEntry] = []
        self._news = asyncio.Event()
        self._lost = LostDeletions(self.cache, self.journal, self._hear, first_pause_s=0.01)

    def unknown(self) -> set[bytes]:
        return {e.key for e in self.journal.entries if e.result is Result.UNKNOWN}

    async def find_out(self, keys: set[bytes]) -> Sequence[JournalEntry]:
        """Answer what the journal says once it is found out what became of these keys."""
        looking = asyncio.create_task(self._lost.run())
        async with asyncio.timeout(10):
            while {entry.key for entry in self.settled} != keys:
                self._news.clear()
                await self._news.wait()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        return self.settled

    def _hear(self, entries: Sequence[JournalEntry]) -> None:
        self.settled += entries
        self._news.set()


@pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.value)
@pytest.mark.parametrize("delete", [delete_one, delete_many], ids=["one key", "many keys"])
@pytest.mark.parametrize(
    "wired_cache", [*STANDALONE_PATHS, CLUSTER_PATHS[0]], indirect=True, ids=path_name
)
async def test_what_became_of_it_is_found_out_and_can_be_taken_back(
    wired_cache: tuple[WiredServer, CacheBackend], delete: Delete, cut: Cut
) -> None:
    wired, cache = wired_cache
    found: set[Result] = set()
    at, total = 1, 1
    while at <= total:
        window = Window(cache)
        scene = set_scene(wired.raw, wired.now_ms() + 600_000)
        await cache.deadlines(KEYS)  # so that a connection is open, and places do not shift
        wired.wire.arm(at, cut=cut)
        await delete(window.cache)
        total = max(total, wired.wire.commands)
        wired.wire.arm()
        entries = await window.find_out(window.unknown())
        there = held(wired.raw)
        for entry in entries:
            assert (entry.result is Result.FOUND_THERE) == (entry.key in there)
        found |= {entry.result for entry in entries}

        gone = [entry for entry in entries if entry.result is Result.FOUND_GONE]
        others, gone = (gone[:1], gone[1:]) if at % 2 else ([], gone)
        for entry in others:
            wired.raw.set(entry.key, b"theirs")
        report = await undo(window.cache, entries)
        assert set(report.undone) == {entry.key for entry in gone}
        after = held(wired.raw)
        assert all(after[entry.key] == scene[entry.key] for entry in gone)
        for entry in others:
            assert (entry.key, CHANGED_SINCE) in report.refused
            assert wired.raw.get(entry.key) == b"theirs"
        at += max(total // PLACES, 1)
    assert found
    if delete is delete_one and cut is not Cut.BEFORE_THE_SERVER:
        assert Result.FOUND_GONE in found  # of many, chance says which command is cut


class Lost(ForwardingBackend):
    """A cache that does not answer a deletion, and then nothing for a while."""

    silent = 0

    async def remove(self, key: bytes, *, expected: bytes | None = None) -> WriteOutcome:
        seen = await self._inner.snapshot(key)
        assert seen is not None
        await self._inner.remove(key, expected=expected)
        raise RemovalUnknown("The connection was lost", "", seen)

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        if self.silent:
            self.silent -= 1
            raise CacheUnreachable("The server does not answer")
        return await self._inner.deadlines(keys)


async def test_it_is_asked_until_the_cache_answers_again() -> None:
    inner = Lost(MemoryCache())
    await inner.set("{t}0", 1, 60)
    window = Window(inner)
    inner.silent = 3
    await delete_one(window.cache)
    (entry,) = await window.find_out({KEYS[0]})
    assert (inner.silent, entry.action, entry.result) == (0, Action.DELETED, Result.FOUND_GONE)
    assert window.journal.entries[-1] is entry


async def test_a_key_this_window_wrote_again_is_not_asked_about() -> None:
    inner = Lost(MemoryCache())
    await inner.set("{t}0", 1, 60)
    await inner.set("{t}1", 1, 60)
    window = Window(inner)
    await delete_one(window.cache)
    await window.cache.write(KEYS[0], b"2", expected=None, ttl=60_000)
    with suppress(CacheError):
        await window.cache.remove(KEYS[1])
    (entry,) = await window.find_out({KEYS[1]})
    assert entry.key == KEYS[1]
