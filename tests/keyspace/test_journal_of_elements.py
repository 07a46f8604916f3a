"""A change of an element is in the journal, and is taken back while nobody changed it since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    FieldRename,
    FieldTtlChange,
    ListInsertion,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamAddition,
    StreamDeletion,
)
from sinch_cache_gui.cache.errors import WrongType
from sinch_cache_gui.cache.interface import Snapshot
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.keyspace.journal import Action, Journal, Result
from sinch_cache_gui.keyspace.journal_file import JournalFile
from sinch_cache_gui.keyspace.journal_keeper import JournalKeeper
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, NOT_UNDOABLE, TIME_RAN_OUT, undo
from sinch_cache_gui.keyspace.undo_outlook import outlook
from tests.redis_server import RedisServer

SETTINGS = ("hash-max-listpack-entries", "hash-max-ziplist-entries")
"""By its version a server knows the first, the second or both."""


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[JournalingBackend]:
    backend = JournalingBackend(RedisCache(parse_target(redis_url)), Journal())
    await backend.connect()
    yield backend
    await backend.aclose()


async def test_a_change_is_kept_and_taken_back(
    cache: JournalingBackend, raw: redis_client.Redis
) -> None:
    raw.hset("hash", mapping={"a": "1", "b": "2"})
    raw.rpush("list", "x", "y", "x")
    await cache.change_element(b"hash", FieldChange(b"a", b"1", b"3"))
    await cache.change_element(b"list", ListRemoval(2, b"x"))
    first, second = cache.journal.entries
    assert (first.action, first.key, first.result) == (
        Action.ELEMENT_CHANGED,
        b"hash",
        Result.DONE,
    )
    assert first.element == FieldChange(b"a", b"1", b"3")
    assert (first.type, second.type) == ("hash", "list")

    report = await undo(cache, [first, second])
    assert report.undone == (b"list", b"hash")
    assert raw.hgetall("hash") == {b"a": b"1", b"b": b"2"}
    assert raw.lrange("list", 0, -1) == [b"x", b"y", b"x"]


async def test_what_somebody_else_wrote_since_stays(
    cache: JournalingBackend, raw: redis_client.Redis
) -> None:
    raw.hset("hash", mapping={"a": "1", "b": "2"})
    await cache.change_element(b"hash", FieldChange(b"a", b"1", b"3"))
    raw.hset("hash", "a", "4")
    report = await undo(cache, cache.journal.entries)
    assert report.refused == ((b"hash", CHANGED_SINCE),)
    assert raw.hget("hash", "a") == b"4"

    raw.delete("hash")
    report = await undo(cache, cache.journal.entries[:1])
    assert report.refused == ((b"hash", TIME_RAN_OUT),)
    assert not raw.exists("hash")


async def test_a_key_that_went_with_its_last_element_comes_back_with_its_ttl(
    cache: JournalingBackend, raw: redis_client.Redis
) -> None:
    raw.sadd("set", "only")
    raw.pexpire("set", 600_000)
    until = raw.pexpiretime("set")
    await cache.change_element(b"set", MemberChange(b"only", None))
    assert not raw.exists("set")

    report = await undo(cache, cache.journal.entries)
    assert report.undone == (b"set",)
    assert raw.smembers("set") == {b"only"}
    assert raw.pexpiretime("set") == until
    assert cache.journal.entries[-1].action is Action.RESTORED


def packed_otherwise(raw: redis_client.Redis, key: bytes) -> Snapshot:
    """A hash as a server with other settings packs it: this one packs it anew."""
    setting = next(name for name in SETTINGS if raw.config_get(name))
    usual = raw.config_get(setting)[setting]
    raw.config_set(setting, 0)
    try:
        raw.hset("elsewhere", mapping={"a": "1", "b": "2"})
        payload = raw.dump("elsewhere")
    finally:
        raw.config_set(setting, usual)
    raw.delete("elsewhere")
    return Snapshot(key, "hash", payload, None)


@pytest.mark.parametrize("can_script", [True, False], ids=["script", "transaction"])
@pytest.mark.parametrize("way", ["restore", "restore_many", "replace_many"])
async def test_a_copy_that_the_server_packs_anew_is_taken_away_again(
    redis_url: str, raw: redis_client.Redis, way: str, can_script: bool
) -> None:
    inner = RedisCache(parse_target(redis_url), can_script=can_script)
    cache = JournalingBackend(inner, Journal())
    await cache.connect()
    copy = packed_otherwise(raw, b"copy")
    if way == "restore":
        await cache.restore(copy)
    elif way == "restore_many":
        await cache.restore_many([copy])
    else:
        raw.set("copy", "old")
        await cache.replace_many([(Snapshot(b"copy", "string", b"old", None), copy)])
    assert raw.hgetall("copy") == {b"a": b"1", b"b": b"2"}
    assert raw.dump("copy") != copy.payload

    report = await undo(cache, cache.journal.entries)
    assert report.undone == (b"copy",)
    assert raw.type("copy") == (b"string" if way == "replace_many" else b"none")
    await cache.aclose()


async def test_what_did_not_happen_or_cannot_be_taken_back_is_told_so(
    cache: JournalingBackend, raw: redis_client.Redis
) -> None:
    raw.xadd("stream", {"n": "1"}, id="5-1")
    raw.set("string", "1")
    await cache.change_element(b"stream", StreamDeletion(b"5-1", ((b"n", b"1"),)))
    await cache.change_element(b"stream", StreamDeletion(b"5-1", ((b"n", b"1"),)))
    await cache.change_element(b"none", MemberChange(None, b"x"))
    with pytest.raises(WrongType):
        await cache.change_element(b"string", MemberChange(None, b"x"))
    assert [entry.result for entry in cache.journal.entries] == [
        Result.DONE,
        Result.REFUSED_CHANGED,
        Result.REFUSED_GONE,
        Result.FAILED,
    ]
    assert [entry.is_undoable for entry in cache.journal.entries] == [True, False, False, False]
    report = await undo(cache, cache.journal.entries[1:2])
    assert report.refused == ((b"stream", NOT_UNDOABLE),)
    assert (await undo(cache, cache.journal.entries[:1])).undone == (b"stream",)
    assert raw.xrange("stream") == [(b"5-1", {b"n": b"1"})]


def failed(error: OSError) -> None:
    raise error


async def after_a_restart(cache: JournalingBackend, path: Path) -> JournalingBackend:
    """Answer the same cache as another session sees it, with the journal from disk alone."""
    file = JournalFile(path, "before")
    for entry in cache.journal.entries:
        file.append(entry)
    file.close()
    later = JournalingBackend(cache, Journal())
    keeper = JournalKeeper(
        later.journal, JournalFile(path, "after"), failed, outlives_sessions=True
    )
    await keeper.recall()
    await keeper.aclose()
    return later


BINARY = b"\xff\x00\\"


@pytest.mark.parametrize(
    "change",
    [
        FieldChange(b"a", b"1", BINARY),
        FieldChange(BINARY, None, b"new"),
        FieldChange(b"bin", BINARY, None),
        FieldRename(b"bin", BINARY, BINARY),
        ListReplacement(1, BINARY, b"new"),
        ListInsertion(1, b"new", BINARY),
        ListPush(BINARY),
        ListPush(b"new", is_at_head=True),
        ListRemoval(1, BINARY),
        ListRemoval(2, b"x"),
        MemberChange(BINARY, None),
        MemberChange(None, b"new"),
        MemberChange(b"x", b"\xfe"),
        ScoreChange(b"top", float("inf"), None),
        ScoreChange(b"top", float("inf"), -0.1),
        ScoreChange(BINARY, None, 1e300),
        ScoredRename(b"top", BINARY, float("inf")),
        StreamAddition(((b"n", BINARY), (b"n", b""))),
        StreamDeletion(b"5-1", ((b"n", b"1"),)),
    ],
    ids=repr,
)
async def test_any_change_of_an_element_is_taken_back_after_a_restart(
    cache: JournalingBackend, raw: redis_client.Redis, tmp_path: Path, change: ElementChange
) -> None:
    key = b"key:\xff"
    match change:
        case FieldChange() | FieldRename():
            raw.hset(key, mapping={b"a": b"1", b"bin": BINARY})
        case ListReplacement() | ListInsertion() | ListPush() | ListRemoval():
            raw.rpush(key, b"x", BINARY, b"x")
        case MemberChange():
            raw.sadd(key, b"x", BINARY)
        case ScoreChange() | ScoredRename():
            raw.zadd(key, {b"top": float("inf"), b"x": 0.1})
        case _:
            raw.xadd(key, {b"n": b"1"}, id="5-1")
    raw.pexpire(key, 600_000)
    until, before = raw.pexpiretime(key), held(raw, key)
    await cache.change_element(key, change)
    assert held(raw, key) != before

    later = await after_a_restart(cache, tmp_path / "journal")
    report = await undo(later, later.journal.earlier)
    assert (report.undone, report.refused) == ((key,), ())
    assert held(raw, key) == before
    assert raw.pexpiretime(key) == until


async def test_when_a_field_expires_is_put_back_after_a_restart_unless_that_has_passed(
    shared_newer_redis: RedisServer, tmp_path: Path
) -> None:
    key, far = b"key:\xff", 4_102_444_800_123
    backend = RedisCache(parse_target(shared_newer_redis.url))
    cache = JournalingBackend(backend, Journal())
    await cache.connect()
    with redis_client.Redis.from_url(shared_newer_redis.url, protocol=2) as raw:
        raw.flushall()
        raw.hset(key, mapping={BINARY: BINARY, b"brief": b"1"})
        raw.execute_command("HPEXPIREAT", key, far, "FIELDS", 1, BINARY)
        soon = cache.now_ms() + 60_000
        await cache.change_element(key, FieldTtlChange(BINARY, BINARY, far, None))
        await cache.change_element(key, FieldTtlChange(b"brief", b"1", None, soon))
        await cache.change_element(key, FieldTtlChange(b"brief", b"1", soon, far))
        await cache.change_element(key, FieldTtlChange(b"brief", b"1", soon, far))
        assert cache.journal.entries[-1].result is Result.REFUSED_CHANGED

        later = await after_a_restart(cache, tmp_path / "journal")
        removed, _, moved, _ = later.journal.earlier
        assert (await undo(later, [removed])).undone == (key,)
        assert raw.execute_command("HPEXPIRETIME", key, "FIELDS", 1, BINARY) == [far]
        was_brief = replace(moved, inverse=FieldTtlChange(b"brief", b"1", far, 1_700_000_000_000))
        assert (await undo(later, [was_brief])).refused == ((key, TIME_RAN_OUT),)
        assert (await outlook(later, was_brief)).obstacle == TIME_RAN_OUT
        assert (await outlook(later, moved)).obstacle == ""
        assert raw.execute_command("HPEXPIRETIME", key, "FIELDS", 1, b"brief") == [far]
    await backend.aclose()


async def test_after_a_restart_what_others_wrote_since_stays_and_a_vanished_key_comes_back(
    cache: JournalingBackend, raw: redis_client.Redis, tmp_path: Path
) -> None:
    raw.hset("hash", mapping={"a": "1", "b": "2"})
    raw.zadd("last", {BINARY: 0.1})
    raw.pexpire("last", 600_000)
    until = raw.pexpiretime("last")
    await cache.change_element(b"hash", FieldChange(b"a", b"1", b"3"))
    await cache.change_element(b"last", ScoreChange(BINARY, 0.1, None))
    assert not raw.exists("last")
    raw.hset("hash", "a", "4")

    later = await after_a_restart(cache, tmp_path / "journal")
    report = await undo(later, later.journal.earlier)
    assert report.undone == (b"last",)
    assert report.refused == ((b"hash", CHANGED_SINCE),)
    assert raw.zrange("last", 0, -1, withscores=True) == [(BINARY, 0.1)]
    assert raw.pexpiretime("last") == until
    assert raw.hget("hash", "a") == b"4"


def held(raw: redis_client.Redis, key: bytes) -> object:
    match raw.type(key):
        case b"hash":
            return raw.hgetall(key)
        case b"list":
            return raw.lrange(key, 0, -1)
        case b"set":
            return raw.smembers(key)
        case b"zset":
            return raw.zrange(key, 0, -1, withscores=True)
    return raw.xrange(key)
