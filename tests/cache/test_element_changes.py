"""Elements are changed only while they are what the caller believes, and can be changed back."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.element_change import (
    MAX_BEHIND,
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
)
from sinch_cache_gui.cache.errors import CacheError, NotPermitted, WrongType
from sinch_cache_gui.cache.interface import Gone, KeyType, Saved
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView
from tests.cache.conftest import BehindRedis, Stage

TTL_MS = 600_000

Raw = redis_client.Redis | redis_client.RedisCluster


class Shelf:
    """One key of each type, with a TTL, on whatever server the stage has."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.raw: Raw = stage.raw

    def key(self, kind: str) -> bytes:
        return self.stage.full(kind.encode())

    def fill(self) -> None:
        self.raw.hset(self.key("hash"), mapping={b"name": b"\xc3\x85sa", b"blob": b"\xff\x00"})
        self.raw.rpush(self.key("list"), b"a", b"b", b"a", b"c")
        self.raw.sadd(self.key("set"), b"x", b"y")
        self.raw.zadd(self.key("zset"), {b"x": 0.1, b"y": 2})
        self.raw.xadd(self.key("stream"), {b"n": b"1"}, id="5-1")
        for kind in ("hash", "list", "set", "zset", "stream"):
            self.raw.pexpire(self.key(kind), TTL_MS)

    def held(self, kind: str) -> object:
        key = self.key(kind)
        match kind:
            case "hash":
                return self.raw.hgetall(key)
            case "list":
                return self.raw.lrange(key, 0, -1)
            case "set":
                return self.raw.smembers(key)
            case "zset":
                return self.raw.zrange(key, 0, -1, withscores=True)
        return self.raw.xrange(key)

    async def change(self, kind: str, change: ElementChange) -> object:
        return await self.stage.cache.change_element(kind.encode(), change)


@pytest.fixture
def shelf(stage: Stage) -> Shelf:
    shelf = Shelf(stage)
    shelf.fill()
    return shelf


CHANGES: list[tuple[str, ElementChange, object]] = [
    (
        "hash",
        FieldChange(b"name", "Åsa".encode(), b'{"a": 1}'),
        {b"name": b'{"a": 1}', b"blob": b"\xff\x00"},
    ),
    (
        "hash",
        FieldChange(b"new", None, b""),
        {b"name": "Åsa".encode(), b"blob": b"\xff\x00", b"new": b""},
    ),
    ("hash", FieldChange(b"blob", b"\xff\x00", None), {b"name": "Åsa".encode()}),
    (
        "hash",
        FieldRename(b"blob", b"\xfe", b"\xff\x00"),
        {b"name": "Åsa".encode(), b"\xfe": b"\xff\x00"},
    ),
    ("list", ListReplacement(2, b"a", b"\xff"), [b"a", b"b", b"\xff", b"c"]),
    ("list", ListRemoval(2, b"a"), [b"a", b"b", b"c"]),
    ("list", ListRemoval(3, b"c"), [b"a", b"b", b"a"]),
    ("list", ListInsertion(2, b"n", b"a"), [b"a", b"b", b"n", b"a", b"c"]),
    ("list", ListInsertion(0, b"n", b"a"), [b"n", b"a", b"b", b"a", b"c"]),
    ("list", ListInsertion(4, b"n", None), [b"a", b"b", b"a", b"c", b"n"]),
    ("list", ListPush(b"n"), [b"a", b"b", b"a", b"c", b"n"]),
    ("list", ListPush(b"n", is_at_head=True), [b"n", b"a", b"b", b"a", b"c"]),
    ("set", MemberChange(None, b"\xff"), {b"x", b"y", b"\xff"}),
    ("set", MemberChange(b"x", None), {b"y"}),
    ("set", MemberChange(b"x", b"z"), {b"y", b"z"}),
    ("zset", ScoreChange(b"x", 0.1, 3), [(b"y", 2.0), (b"x", 3.0)]),
    ("zset", ScoreChange(b"x", 0.1, float("inf")), [(b"y", 2.0), (b"x", float("inf"))]),
    ("zset", ScoreChange(b"z", None, -1e-7), [(b"z", -1e-7), (b"x", 0.1), (b"y", 2.0)]),
    ("zset", ScoreChange(b"x", 0.1, None), [(b"y", 2.0)]),
    ("zset", ScoredRename(b"x", b"z", 0.1), [(b"z", 0.1), (b"y", 2.0)]),
]


def name_of(case: object) -> str:
    return type(case).__name__ if dataclasses.is_dataclass(case) else ""


@pytest.mark.parametrize(("kind", "change", "after"), CHANGES, ids=name_of)
async def test_a_change_is_made_with_the_ttl_kept_and_is_taken_back_by_its_inverse(
    shelf: Shelf, kind: str, change: ElementChange, after: object
) -> None:
    before = shelf.held(kind)
    (deadline,) = await shelf.stage.cache.deadlines([kind.encode()])

    saved = await shelf.change(kind, change)
    assert isinstance(saved, ElementSaved)
    assert shelf.held(kind) == after
    assert saved.deadline_ms == deadline
    assert await shelf.stage.cache.deadlines([kind.encode()]) == [deadline]

    assert saved.inverse is not None
    back = await shelf.change(kind, saved.inverse)
    assert isinstance(back, ElementSaved)
    assert shelf.held(kind) == before
    assert await shelf.stage.cache.deadlines([kind.encode()]) == [deadline]
    assert back.inverse == change or isinstance(change, ListPush)


REFUSED: list[tuple[str, ElementChange, object]] = [
    ("hash", FieldChange(b"name", b"Bo", b"Eva"), ElementChanged(b"name", "Åsa".encode())),
    ("hash", FieldChange(b"name", None, b"Eva"), ElementChanged(b"name", "Åsa".encode())),
    ("hash", FieldChange(b"name", b"Bo", None), ElementChanged(b"name", "Åsa".encode())),
    ("hash", FieldChange(b"none", b"1", b"2"), ElementGone(b"none")),
    ("hash", FieldRename(b"blob", b"name", b"\xff\x00"), ElementChanged(b"name", "Åsa".encode())),
    ("hash", FieldRename(b"blob", b"free", b"other"), ElementChanged(b"blob", b"\xff\x00")),
    ("list", ListReplacement(1, b"a", b"n"), ElementChanged(b"1", b"b")),
    ("list", ListReplacement(9, b"a", b"n"), ElementGone(b"9")),
    ("list", ListRemoval(1, b"a"), ElementChanged(b"1", b"b")),
    ("list", ListInsertion(1, b"n", b"a"), ElementChanged(b"1", b"b")),
    ("list", ListInsertion(3, b"n", None), ElementChanged(b"3", b"c")),
    ("list", ListInsertion(5, b"n", None), ElementGone(b"5")),
    ("set", MemberChange(None, b"x"), ElementChanged(b"x", b"x")),
    ("set", MemberChange(b"z", None), ElementGone(b"z")),
    ("set", MemberChange(b"x", b"y"), ElementChanged(b"y", b"y")),
    ("set", MemberChange(b"z", b"n"), ElementGone(b"z")),
    ("zset", ScoreChange(b"y", 3, 4), ElementChanged(b"y", b"2")),
    ("zset", ScoreChange(b"y", None, 4), ElementChanged(b"y", b"2")),
    ("zset", ScoreChange(b"z", 3, None), ElementGone(b"z")),
    ("zset", ScoredRename(b"x", b"y", 0.1), ElementChanged(b"y", b"2")),
    ("stream", StreamDeletion(b"5-1", ((b"n", b"2"),)), ElementChanged(b"5-1", b"n 1")),
    ("stream", StreamDeletion(b"5-2", ((b"n", b"2"),)), ElementGone(b"5-2")),
]


@pytest.mark.parametrize(("kind", "change", "found"), REFUSED, ids=name_of)
async def test_nothing_is_written_over_what_somebody_else_did(
    shelf: Shelf, kind: str, change: ElementChange, found: object
) -> None:
    before = shelf.held(kind)
    assert await shelf.change(kind, change) == found
    assert shelf.held(kind) == before


ONE_OF_EACH: list[tuple[str, ElementChange]] = [
    ("hash", FieldChange(b"f", None, b"1")),
    ("list", ListPush(b"1")),
    ("list", ListInsertion(0, b"1", None)),
    ("set", MemberChange(None, b"1")),
    ("zset", ScoreChange(b"1", None, 1)),
    ("stream", StreamAddition(((b"n", b"1"),))),
    ("stream", StreamRestoration(b"4-1", ((b"n", b"1"),))),
]


@pytest.mark.parametrize(("kind", "change"), ONE_OF_EACH, ids=name_of)
async def test_an_expired_key_is_never_revived(
    shelf: Shelf, kind: str, change: ElementChange
) -> None:
    await shelf.stage.behind.expire(shelf.key(kind))
    assert await shelf.change(kind, change) == Gone()
    assert not shelf.raw.exists(shelf.key(kind))


@pytest.mark.parametrize(("kind", "change"), ONE_OF_EACH, ids=name_of)
async def test_a_key_of_another_type_is_left_alone(
    shelf: Shelf, kind: str, change: ElementChange
) -> None:
    await shelf.stage.behind.remove(shelf.key(kind))
    await shelf.stage.behind.put(shelf.key(kind), b"text", None)
    with pytest.raises(WrongType, match=f"holds a string now, not a {kind}"):
        await shelf.change(kind, change)
    assert shelf.raw.get(shelf.key(kind)) == b"text"


LAST: list[tuple[str, ElementChange]] = [
    ("hash", FieldChange(b"f", b"\xff", None)),
    ("list", ListRemoval(0, b"\xff")),
    ("set", MemberChange(b"\xff", None)),
    ("zset", ScoreChange(b"\xff", 1, None)),
]


@pytest.mark.parametrize(("kind", "change"), LAST, ids=name_of)
async def test_a_key_that_goes_with_its_last_element_comes_back_whole(
    stage: Stage, kind: str, change: ElementChange
) -> None:
    shelf = Shelf(stage)
    key = shelf.key(kind)
    shelf.raw.hset(shelf.key("hash"), b"f", b"\xff")
    shelf.raw.rpush(shelf.key("list"), b"\xff")
    shelf.raw.sadd(shelf.key("set"), b"\xff")
    shelf.raw.zadd(shelf.key("zset"), {b"\xff": 1})
    shelf.raw.pexpire(key, TTL_MS)
    before = shelf.held(kind)
    (deadline,) = await stage.cache.deadlines([kind.encode()])

    saved = await shelf.change(kind, change)
    assert isinstance(saved, ElementSaved)
    assert (saved.deadline_ms, saved.inverse) == (None, None)
    assert not shelf.raw.exists(key)
    assert saved.vanished is not None
    assert saved.vanished.key == kind.encode()

    assert isinstance(await stage.cache.restore(saved.vanished), Saved)
    assert shelf.held(kind) == before
    assert await stage.cache.deadlines([kind.encode()]) == [deadline]


async def test_the_only_element_is_renamed_without_the_key_going_in_between(stage: Stage) -> None:
    shelf = Shelf(stage)
    shelf.raw.hset(shelf.key("hash"), b"f", b"1")
    shelf.raw.sadd(shelf.key("set"), b"f")
    shelf.raw.zadd(shelf.key("zset"), {b"f": 1})
    for kind in ("hash", "set", "zset"):
        shelf.raw.pexpire(shelf.key(kind), TTL_MS)
    for kind, change in (
        ("hash", FieldRename(b"f", b"g", b"1")),
        ("set", MemberChange(b"f", b"g")),
        ("zset", ScoredRename(b"f", b"g", 1)),
    ):
        assert isinstance(await shelf.change(kind, change), ElementSaved)
        assert 0 < shelf.raw.pttl(shelf.key(kind)) <= TTL_MS


async def test_an_entry_added_to_a_stream_can_be_taken_back(shelf: Shelf) -> None:
    fields = ((b"n", b"2"), (b"n", b"\xff"), (b"", b""))
    added = await shelf.change("stream", StreamAddition(fields))
    assert isinstance(added, ElementSaved)
    page = await shelf.stage.cache.elements(b"stream", KeyType.STREAM)
    assert page is not None
    entry = page.rows[1]
    assert entry[1:] == (b"n", b"2", b"n", b"\xff", b"", b"")
    assert added.inverse == StreamDeletion(entry[0], fields)

    assert isinstance(await shelf.change("stream", added.inverse), ElementSaved)
    assert shelf.raw.xlen(shelf.key("stream")) == 1

    last = await shelf.change("stream", StreamDeletion(b"5-1", ((b"n", b"1"),)))
    assert isinstance(last, ElementSaved)
    assert last.vanished is None, "a stream outlives its entries"
    assert 0 < shelf.raw.pttl(shelf.key("stream")) <= TTL_MS


ENTRIES = [b"4-0", b"5-1", b"6-0", b"9-9"]


@pytest.mark.parametrize("entry", ENTRIES)
async def test_an_entry_deleted_from_a_stream_comes_back_in_its_place(
    stage: Stage, entry: bytes
) -> None:
    await delete_and_put_back(Shelf(stage), entry)


@pytest.mark.parametrize("can_script", [True, False], ids=["Lua", "WATCH"])
@pytest.mark.parametrize("entry", ENTRIES)
async def test_it_does_by_the_stricter_rules_of_newer_servers(
    newer_raw: redis_client.Redis,
    newer_target: Target,
    connected: Callable[..., Awaitable[RedisCache]],
    entry: bytes,
    *,
    can_script: bool,
) -> None:
    cache = await connected(newer_target, can_script=can_script)
    await delete_and_put_back(Shelf(Stage(cache, BehindRedis(newer_raw), b"")), entry)


async def delete_and_put_back(shelf: Shelf, entry: bytes) -> None:
    """What was added behind it since stays, and readers have read what they had read."""
    stage = shelf.stage
    key = shelf.key("stream")
    for id_ in ("4-0", "5-1", "6-0", "9-9"):
        shelf.raw.xadd(key, {b"n": b"1", b"m": b"\xff"}, id=id_)
    shelf.raw.xgroup_create(key, "group", id="0")
    shelf.raw.xreadgroup("group", "reader", {key: ">"}, count=3)
    shelf.raw.xack(key, "group", "5-1")
    shelf.raw.pexpire(key, TTL_MS)
    (deadline,) = await stage.cache.deadlines([b"stream"])
    whole = ((b"n", b"1"), (b"m", b"\xff"))

    deleted = await shelf.change("stream", StreamDeletion(entry, whole))
    assert isinstance(deleted, ElementSaved)
    shelf.raw.xadd(key, {b"n": b"theirs"}, id="10-1")
    shelf.raw.xdel(key, "9-9" if entry != b"9-9" else "6-0")
    held, told = shelf.raw.xrange(key), shelf.raw.xinfo_stream(key)
    pending = shelf.raw.xpending_range(key, "group", "-", "+", 10)
    groups = shelf.raw.xinfo_groups(key)

    assert deleted.inverse is not None
    back = await shelf.change("stream", deleted.inverse)
    assert isinstance(back, ElementSaved)
    assert back.inverse == StreamDeletion(entry, whole)
    mine = (entry, {b"n": b"1", b"m": b"\xff"})
    assert shelf.raw.xrange(key) == sorted([*held, mine], key=lambda e: _place(e[0]))
    assert await stage.cache.deadlines([b"stream"]) == [deadline]
    now = shelf.raw.xinfo_stream(key)
    for same in ("last-generated-id", "entries-added", "max-deleted-entry-id"):
        assert now[same] == told[same]
    after = shelf.raw.xpending_range(key, "group", "-", "+", 10)
    assert [each["message_id"] for each in after] == [each["message_id"] for each in pending]
    assert shelf.raw.xinfo_groups(key) == groups
    unread = [each for each in shelf.raw.xrange(key) if _place(each[0]) > (6, 0)]
    assert shelf.raw.xreadgroup("group", "reader", {key: ">"}) == [[key, unread]], "nothing twice"

    assert await shelf.change("stream", deleted.inverse) == ElementChanged(entry, b"n 1 m \xff"), (
        "it is there again"
    )


def _place(entry: bytes) -> tuple[int, ...]:
    return tuple(map(int, entry.split(b"-")))


async def test_an_entry_with_too_many_behind_it_stays_away_and_nothing_is_moved(
    stage: Stage,
) -> None:
    shelf = Shelf(stage)
    key = shelf.key("stream")
    shelf.raw.xadd(key, {b"n": b"1"}, id="5-1")
    deleted = await shelf.change("stream", StreamDeletion(b"5-1", ((b"n", b"1"),)))
    pipe = shelf.raw.pipeline(transaction=False)
    for at in range(MAX_BEHIND + 1):
        pipe.xadd(key, {b"n": b"theirs"}, id=f"6-{at}")
    pipe.execute()
    assert isinstance(deleted, ElementSaved)
    with pytest.raises(CacheError, match="Too much stands behind it"):
        await shelf.change("stream", deleted.inverse)
    assert shelf.raw.xlen(key) == MAX_BEHIND + 1
    shelf.raw.xdel(key, f"6-{MAX_BEHIND}")
    assert isinstance(await shelf.change("stream", deleted.inverse), ElementSaved)
    assert shelf.raw.xlen(key) == MAX_BEHIND + 1


async def test_memory_has_no_elements_to_change() -> None:
    cache = MemoryCache()
    assert await cache.change_element(b"a", FieldChange(b"f", None, b"1")) == Gone()
    await cache.set("a", 1)
    with pytest.raises(WrongType, match="not a hash"):
        await cache.change_element(b"a", FieldChange(b"f", None, b"1"))


async def test_a_read_only_view_changes_no_element(
    raw: redis_client.Redis, target: Target, connected: Callable[..., Awaitable[RedisCache]]
) -> None:
    raw.hset("hash", "f", "1")
    view = CacheView(await connected(target), is_read_only=True)
    with pytest.raises(NotPermitted):
        await view.change_element(b"hash", FieldChange(b"f", b"1", b"2"))
    assert raw.hget("hash", "f") == b"1"
