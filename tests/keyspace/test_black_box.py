"""What was seen last of keys, whatever became of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import pytest

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    ExpireIn,
    KeyInfo,
    KeyType,
    Snapshot,
    TtlPolicy,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.black_box import BlackBox, last_seen_in
from sinch_cache_gui.keyspace.black_box_watch import LONG_BYTES, BlackBoxWatch, NotingBackend
from sinch_cache_gui.keyspace.journal import Action, Journal, JournalEntry, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from tests.clock import Clock
from tests.redis_server import RedisServer

KEY = b"session:1"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(clock: Clock) -> BlackBox:
    return BlackBox(clock, max_keys=3, max_bytes=100)


@pytest.fixture
def cache(clock: Clock, box: BlackBox) -> JournalingBackend:
    """A cache whose writes by this window are seen."""
    cache = JournalingBackend(MemoryCache(clock), Journal())
    cache.journal.listen(box.wrote)
    return cache


def held(value: bytes, key: bytes = KEY, deadline_ms: int | None = None) -> Snapshot:
    return Snapshot(key, KeyType.STRING, value, deadline_ms)


def test_the_time_left_is_what_it_was_when_it_was_seen(box: BlackBox, clock: Clock) -> None:
    box.note(held(b"1", deadline_ms=clock.ms + 90_000))
    clock.ms += 600_000
    seen = box.last(KEY)
    assert seen is not None
    assert (seen.snapshot.payload, seen.left_ms) == (b"1", 90_000)


def test_the_keys_seen_longest_ago_leave_first(box: BlackBox) -> None:
    for name in (b"a", b"b", b"c"):
        box.note(held(b"1", name))
    box.note(held(b"2", b"a"))
    box.note(held(b"1", b"d"))
    assert box.last(b"b") is None
    assert box.last(b"a") is not None
    box.note(held(b"x" * 99, b"e"))
    assert [name for name in (b"a", b"c", b"d", b"e") if box.last(name)] == [b"d", b"e"]


def test_a_value_too_large_is_not_kept_nor_the_one_before_it(box: BlackBox) -> None:
    box.note(held(b"small"))
    box.note(held(b"x" * 101))
    assert box.last(KEY) is None


async def test_what_this_window_wrote_or_deleted_is_kept(
    cache: JournalingBackend, box: BlackBox, clock: Clock
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=90_000)
    await cache.change_ttl(KEY, ExpireIn(30_000))
    seen = box.last(KEY)
    assert seen is not None
    assert seen.left_ms == 30_000

    await cache.rename(KEY, b"session:2")
    assert box.last(KEY) is None
    await cache.remove(b"session:2")
    seen = box.last(b"session:2")
    assert seen is not None
    assert (seen.snapshot.payload, seen.snapshot.deadline_ms) == (b"1", clock.ms + 30_000)


def test_a_change_of_an_element_leaves_what_was_seen_outdated_unless_the_key_went_with_it(
    box: BlackBox, clock: Clock
) -> None:
    whole = Snapshot(KEY, KeyType.HASH, b"dump", None)
    journal = Journal()
    journal.listen(box.wrote)
    box.note(whole)

    def change(before: Snapshot | None) -> JournalEntry:
        return journal.record(
            Action.ELEMENT_CHANGED, KEY, Result.DONE, at_ms=clock.ms, before=before
        )

    assert last_seen_in(change(None)) is None
    box.saw([Change(KEY, ChangeKind.WRITTEN)])
    seen = box.last(KEY)
    assert seen is not None
    assert seen.is_outdated

    for last in (last_seen_in(change(whole)), box.last(KEY)):
        assert last is not None
        assert (last.snapshot, last.is_outdated) == (whole, False)


async def test_a_value_written_unseen_is_said_to_be_outdated_and_an_echo_is_not(
    cache: JournalingBackend, box: BlackBox, clock: Clock
) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=90_000)
    written = Change(KEY, ChangeKind.WRITTEN, clock.ms + 90_000)
    box.saw([written])
    assert not box.last(KEY).is_outdated
    clock.ms += 60_000
    box.saw([written])
    assert box.last(KEY).is_outdated
    box.note(held(b"2"))
    assert not box.last(KEY).is_outdated


def test_a_new_ttl_is_seen_without_reading_the_value(box: BlackBox, clock: Clock) -> None:
    box.note(held(b"1", deadline_ms=clock.ms + 1_000))
    box.saw([Change(KEY, ChangeKind.TTL_CHANGED, clock.ms + 50_000)])
    box.saw([Change(KEY, ChangeKind.EXPIRED)])
    assert box.last(KEY).left_ms == 50_000


async def test_an_entry_of_the_journal_tells_what_it_left_behind(cache: JournalingBackend) -> None:
    await cache.write(KEY, b"1", expected=None, ttl=90_000)
    await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    await cache.write(KEY, b"3", expected=b"1", ttl=TtlPolicy.KEEP)
    await cache.remove(KEY)
    _, saved, refused, deleted = map(last_seen_in, cache.journal.entries)
    assert saved is not None
    assert (saved.snapshot.payload, saved.left_ms) == (b"2", 90_000)
    assert refused is None
    assert deleted is not None
    assert deleted.snapshot.payload == b"2"


class Counting(ForwardingBackend):
    """Counts what is asked of a cache."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.snapshots: list[bytes] = []

    async def snapshot(self, key: bytes) -> Snapshot | None:
        self.snapshots.append(key)
        return await super().snapshot(key)


class Huge(Counting):
    """Holds values too large to be read on the side."""

    is_described = False

    async def describe(
        self, keys: list[bytes], *, preview_bytes: int = 200
    ) -> list[KeyInfo | None]:
        self.is_described = True
        return [KeyInfo(key, KeyType.HASH, None, 1_000_000, b"") for key in keys]


@asynccontextmanager
async def watching(backend: CacheBackend, box: BlackBox) -> AsyncIterator[BlackBoxWatch]:
    watch = BlackBoxWatch(backend, box, rest_s=0)
    task = asyncio.create_task(watch.run())
    yield watch
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - the box tells nobody
            await asyncio.sleep(0.005)


async def test_the_selected_key_is_read_once_and_again_when_it_changes(clock: Clock) -> None:
    backend, box = Counting(MemoryCache(clock)), BlackBox(clock)
    await backend.set("session:1", 1)
    async with watching(backend, box) as watch:
        watch.select((b"rate:1",))
        watch.select((KEY,))
        await until(lambda: box.last(KEY))
        watch.select((KEY,))
        await backend.set("session:1", 2)
        watch.saw([Change(KEY, ChangeKind.WRITTEN, None), Change(b"rate:1", ChangeKind.WRITTEN)])
        await until(lambda: box.last(KEY).snapshot.payload == b"2")
    # The key the hand only went past was never read.
    assert backend.snapshots == [KEY, KEY]


async def test_many_selected_keys_are_left_alone(clock: Clock) -> None:
    backend, box = Counting(MemoryCache(clock)), BlackBox(clock)
    async with watching(backend, box) as watch:
        watch.select(tuple(b"k%d" % n for n in range(50)))
        watch.select((b"last",))
        await backend.set("last", 1)
        await until(lambda: box.last(b"last"))
    assert backend.snapshots == [b"last"]


async def test_what_is_too_large_is_not_read_on_the_side(clock: Clock) -> None:
    backend, box = Huge(MemoryCache(clock)), BlackBox(clock)
    async with watching(backend, box) as watch:
        watch.look_at(KEY)
        await until(lambda: backend.is_described)
    assert backend.snapshots == []


async def test_a_long_string_is_not_read_beside_whoever_opens_it_nor_again_unchanged(
    clock: Clock,
) -> None:
    backend, box = Counting(MemoryCache(clock)), BlackBox(clock)
    await backend.set("session:1", "x" * LONG_BYTES)
    await backend.set("mark", 1)
    async with watching(backend, box) as watch:
        with watch.leave(KEY):
            watch.select((KEY,))
            watch.look_at(b"mark")
            await until(lambda: box.last(b"mark"))
        assert backend.snapshots == [b"mark"]
        watch.look_at(KEY)
        await until(lambda: box.last(KEY))
        backend.snapshots.clear()
        watch.look_at(KEY)
        watch.look_at(b"mark")
        await until(lambda: backend.snapshots)
        assert backend.snapshots == [b"mark"]
        await backend.set("session:1", "y" * LONG_BYTES)
        watch.look_at(KEY)
        await until(lambda: b"yy" in box.last(KEY).snapshot.payload)


async def test_strings_that_were_read_and_other_types_are_kept_whole(
    redis_cache: CacheBackend, shared_redis: RedisServer
) -> None:
    box = BlackBox(redis_cache.now_ms)
    await redis_cache.set("session:1", {"a": 1})
    shared_redis.send("HSET tags a 1")
    async with watching(redis_cache, box) as watch:
        noting = NotingBackend(redis_cache, box, watch.look_at, watch.leave)
        await noting.read(KEY)
        await noting.read(b"tags")
        await until(lambda: box.last(b"tags"))
    assert box.last(KEY).snapshot == await redis_cache.snapshot(KEY)
    await redis_cache.set("session:1", {"a": 2})
    assert not await noting.holds(KEY, b'{"a":1}')
    assert await noting.holds(KEY, b'{"a":2}')
    assert box.last(KEY).snapshot == await redis_cache.snapshot(KEY)
    assert box.last(b"tags").snapshot == await redis_cache.snapshot(b"tags")


async def test_a_ttl_that_may_not_be_known_is_not_taken_for_none(
    redis_url: str, shared_redis: RedisServer
) -> None:
    shared_redis.send("SET session:1 1 EX 600")
    shared_redis.send("ACL SETUSER ann on >secret allkeys +@all -pttl -pexpiretime")
    backend = open_backend(parse_target(redis_url.replace("://", "://ann:secret@")))
    await backend.connect()
    box = BlackBox(backend.now_ms)
    noting = NotingBackend(backend, box, lambda _key: None, nullcontext)
    await noting.read(KEY)
    read = box.last(KEY)
    assert await noting.holds(KEY, b"1")
    held = box.last(KEY)
    await backend.aclose()
    shared_redis.send("ACL DELUSER ann")
    assert read is not None
    assert held is not None
    assert (read.snapshot.payload, read.knows_ttl) == (b"1", False)
    assert (held.snapshot.payload, held.knows_ttl) == (b"1", False)
