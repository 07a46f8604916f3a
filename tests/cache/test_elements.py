"""Keys that are not strings are read in pages, whole and in bounded steps."""

from __future__ import annotations

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target
from sinch_cache_gui.cache.interface import CacheBackend, KeyType
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.view import CacheView

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
        (b"5-%d" % (number + 1), b"n=%d, m=x" % number) for number in range(COUNT)
    ]


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
