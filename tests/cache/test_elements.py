"""Keys that are not strings are read in pages, whole and in bounded steps."""

from __future__ import annotations

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.element_change import FieldChange, FieldRename
from sinch_cache_gui.cache.element_range import (
    ElementRange,
    Matching,
    Named,
    ScoredWithin,
    StartingAt,
)
from sinch_cache_gui.cache.interface import CacheBackend, Gone, KeyType
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis_elements import parse_field_deadlines
from sinch_cache_gui.cache.view import CacheView
from tests.cache.conftest import Stage

COUNT = 1_000


async def all_rows(cache: CacheBackend, key: bytes, kind: str) -> list[tuple[bytes, ...]]:
    page = await cache.elements(key, kind, count=100)
    assert page is not None
    rows = list(page.rows)
    while page.next is not None:
        page = await cache.elements(key, kind, page.next, count=100)
        assert page is not None
        assert len(page.rows) <= 300
        rows += page.rows
    return rows


async def test_every_element_of_every_type_is_read(
    raw: redis_client.Redis, target: Target, connected: object
) -> None:
    names = [b"%04d" % number for number in range(COUNT)]
    raw.hset("hash", mapping={name: b"\xff" + name for name in names})
    raw.rpush("list", *names)
    raw.sadd("set", *names)
    raw.zadd("zset", {name: number / 2 for number, name in enumerate(names)})
    for number in range(COUNT):
        raw.xadd("stream", {"n": number, "m": "x"}, id=f"5-{number + 1}")
    cache = await connected(target)  # type: ignore[operator]

    assert sorted(set(await all_rows(cache, b"hash", KeyType.HASH))) == [
        (name, b"\xff" + name) for name in names
    ]
    assert await all_rows(cache, b"list", KeyType.LIST) == [
        (b"%d" % number, name) for number, name in enumerate(names)
    ]
    assert sorted(set(await all_rows(cache, b"set", KeyType.SET))) == [(name,) for name in names]
    scored = await all_rows(cache, b"zset", KeyType.ZSET)
    assert [(name, float(score)) for name, score in scored] == [
        (name, number / 2) for number, name in enumerate(names)
    ]
    assert await all_rows(cache, b"stream", KeyType.STREAM) == [
        (b"5-%d" % (number + 1), b"n", b"%d" % number, b"m", b"x") for number in range(COUNT)
    ]


@pytest.mark.parametrize(
    ("kind", "within", "found"),
    [
        (KeyType.HASH, Named(b"f[1]"), [(b"f[1]", b"\xff")]),
        (KeyType.HASH, Named(b"f"), []),
        (KeyType.HASH, Matching(b"f*"), [(b"f2", b"2"), (b"f[1]", b"\xff")]),
        (KeyType.HASH, Matching(rb"f\[*"), [(b"f[1]", b"\xff")]),
        (KeyType.LIST, Named(b"1"), [(b"1", b"b")]),
        (KeyType.LIST, StartingAt(1), [(b"1", b"b"), (b"2", b"")]),
        (KeyType.LIST, StartingAt(9), []),
        (KeyType.SET, Named(b"x"), [(b"x",)]),
        (KeyType.SET, Named(b"none"), []),
        (KeyType.SET, Matching(b"?y"), [(b"xy",)]),
        (KeyType.ZSET, Named(b"b"), [(b"b", b"0.1")]),
        (KeyType.ZSET, Matching(b"[bc]"), [(b"b", b"0.1"), (b"c", b"inf")]),
        (KeyType.ZSET, StartingAt(1), [(b"b", b"0.1"), (b"c", b"inf")]),
        (KeyType.ZSET, ScoredWithin(-2, 0.1), [(b"a", b"-2"), (b"b", b"0.1")]),
        (KeyType.ZSET, ScoredWithin(5, float("inf")), [(b"c", b"inf")]),
        (KeyType.STREAM, Named(b"5-1"), [(b"5-1", b"n", b"1")]),
        (KeyType.STREAM, StartingAt(b"6"), [(b"6-0", b"n", b"2")]),
    ],
    ids=repr,
)
async def test_only_those_within_a_range_are_read(
    stage: Stage, kind: str, within: ElementRange, found: list[tuple[bytes, ...]]
) -> None:
    raw, key = stage.raw, stage.full(b"key")
    match kind:
        case KeyType.HASH:
            raw.hset(key, mapping={b"f[1]": b"\xff", b"f2": b"2", b"g": b""})
        case KeyType.LIST:
            raw.rpush(key, b"a", b"b", b"")
        case KeyType.SET:
            raw.sadd(key, b"x", b"xy", b"z")
        case KeyType.ZSET:
            raw.zadd(key, {b"a": -2, b"b": 0.1, b"c": float("inf")})
        case _:
            raw.xadd(key, {b"n": b"1"}, id="5-1")
            raw.xadd(key, {b"n": b"2"}, id="6-0")
    page = await stage.cache.elements(b"key", kind, within=within)
    assert page is not None
    assert sorted(page.rows) == found


async def test_a_range_comes_in_pages_too(
    raw: redis_client.Redis, target: Target, connected: object
) -> None:
    raw.zadd("zset", {b"%02d" % n: n for n in range(25)})
    cache = await connected(target)  # type: ignore[operator]
    for within in (ScoredWithin(3, 30), StartingAt(3)):
        page = await cache.elements(b"zset", KeyType.ZSET, count=10, within=within)
        rows = list(page.rows)
        while page.next is not None:
            page = await cache.elements(b"zset", KeyType.ZSET, page.next, count=10, within=within)
            rows += page.rows
        assert rows == [(b"%02d" % n, b"%d" % n) for n in range(3, 25)]


async def test_another_type_or_no_key_has_no_such_elements(
    raw: redis_client.Redis, target: Target, connected: object
) -> None:
    raw.set("string", "1")
    raw.rpush("fn:list", "a")
    cache = await connected(target)  # type: ignore[operator]
    assert await cache.elements(b"string", KeyType.HASH) is None
    assert await cache.elements(b"none", KeyType.LIST) is None
    assert await cache.elements(b"string", "module-x") is None
    view = CacheView(cache, prefix=b"fn:")
    page = await view.elements(b"list", KeyType.LIST)
    assert page is not None
    assert (page.columns, page.rows) == (("index", "value"), ((b"0", b"a"),))


@pytest.mark.parametrize("kind", [KeyType.HASH, KeyType.STRING])
async def test_memory_holds_strings_only(kind: str) -> None:
    assert await MemoryCache().elements(b"a", kind) is None


async def test_a_server_without_ttls_of_fields_is_not_asked_for_them(
    raw: redis_client.Redis, target: Target, connected: object
) -> None:
    raw.hset("hash", "f", "1")
    try:
        raw.execute_command("HPEXPIRETIME", "hash", "FIELDS", 1, "f")
    except redis_client.ResponseError:
        pass
    else:
        pytest.skip("this server has them")
    cache = await connected(target)  # type: ignore[operator]
    page = await cache.elements(b"hash", KeyType.HASH)
    assert page is not None
    assert (page.rows, page.deadlines_ms) == (((b"f", b"1"),), ())


async def test_fields_of_a_hash_have_deadlines_of_their_own_where_the_server_knows_them(
    newer_raw: redis_client.Redis, newer_target: Target, connected: object
) -> None:
    """Shown, kept when the field is written or renamed, and put back with it."""
    newer_raw.hset("hash", mapping={"f": "1", "g": "2"})
    deadline = 32_503_680_000_000
    newer_raw.execute_command("HPEXPIREAT", "hash", deadline, "FIELDS", 1, "f")
    for can_script in (True, False):
        cache = await connected(newer_target, can_script=can_script)  # type: ignore[operator]
        assert await deadlines_of(cache, b"hash") == {b"f": deadline, b"g": None}
        await cache.change_element(b"hash", FieldChange(b"f", b"1", b"3"))
        assert await deadlines_of(cache, b"hash") == {b"f": deadline, b"g": None}
        await cache.change_element(b"hash", FieldRename(b"f", b"h", b"3"))
        assert await deadlines_of(cache, b"hash") == {b"h": deadline, b"g": None}
        deleted = await cache.change_element(b"hash", FieldChange(b"h", b"3", None))
        assert await deadlines_of(cache, b"hash") == {b"g": None}
        await cache.change_element(b"hash", deleted.inverse)
        assert await deadlines_of(cache, b"hash") == {b"h": deadline, b"g": None}
        await cache.change_element(b"hash", FieldRename(b"h", b"f", b"3"))
        await cache.change_element(b"hash", FieldChange(b"f", b"3", b"1"))


async def deadlines_of(cache: CacheBackend, key: bytes) -> dict[bytes, int | None]:
    page = await cache.elements(key, KeyType.HASH)
    assert page is not None
    names = [row[0] for row in page.rows]
    return dict(zip(names, page.deadlines_ms, strict=True))


def test_what_a_server_says_of_the_ttls_of_fields_is_read() -> None:
    assert parse_field_deadlines([-1, -2, 1_700_000_000_123]) == [None, Gone(), 1_700_000_000_123]
