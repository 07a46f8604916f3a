"""A change of an element is in the journal, and is taken back while nobody changed it since."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.element_change import (
    FieldChange,
    ListRemoval,
    MemberChange,
    StreamDeletion,
)
from sinch_cache_gui.cache.errors import WrongType
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.keyspace.journal import Action, Journal, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, NOT_UNDOABLE, TIME_RAN_OUT, undo


@pytest.fixture
async def cache(redis_url: str) -> AsyncIterator[JournalingBackend]:
    backend = JournalingBackend(RedisCache(parse_target(redis_url)), Journal())
    await backend.connect()
    yield backend
    await backend.aclose()


@pytest.fixture
def raw(redis_url: str) -> redis_client.Redis:
    return redis_client.Redis.from_url(redis_url, protocol=2)


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
    assert not any(entry.is_undoable for entry in cache.journal.entries)
    report = await undo(cache, cache.journal.entries[:1])
    assert report.refused == ((b"stream", NOT_UNDOABLE),)
