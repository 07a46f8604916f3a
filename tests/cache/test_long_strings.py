"""Long strings: told by their length, read by their head, compared without being fetched."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import (
    LONG_STRING_BYTES,
    CacheBackend,
    Changed,
    KeyType,
    Saved,
    Snapshot,
    TtlPolicy,
    WriteOutcome,
)
from tests.cache.conftest import Stage

KEY = b"long"
LONG = b"s" * (2 * LONG_STRING_BYTES + 5)


@pytest.fixture
def cache(stage: Stage) -> CacheBackend:
    return stage.cache


async def test_the_head_is_read_and_the_length_is_told(stage: Stage) -> None:
    data = "å".encode() * LONG_STRING_BYTES
    await stage.behind.put(stage.full(KEY), data, None)
    (info,) = await stage.cache.describe([KEY], preview_bytes=201)
    assert info is not None
    assert (info.type, info.size) == (KeyType.STRING, len(data))
    assert info.preview == "å".encode() * 100 + b"\xc3"


async def test_only_the_very_bytes_are_held(stage: Stage) -> None:
    for size in (0, 1, LONG_STRING_BYTES + 1):
        key, data = b"%d" % size, LONG[:size]
        assert not await stage.cache.holds(key, data)
        await stage.behind.put(stage.full(key), data, None)
        assert await stage.cache.holds(key, data)
        assert not await stage.cache.holds(key, data + b"s")
        if data:
            assert not await stage.cache.holds(key, data[:-1])
            assert not await stage.cache.holds(key, data[:-1] + b"t")
            assert not await stage.cache.holds(key, b"t" + data[1:])


async def test_another_type_holds_no_bytes(stage: Stage) -> None:
    stage.raw.rpush(stage.full(KEY), b"s")
    assert not await stage.cache.holds(KEY, b"")
    assert not await stage.cache.holds(KEY, b"s")


async def test_a_long_string_in_the_way_is_told_by_its_length(stage: Stage) -> None:
    cache = stage.cache
    await stage.behind.put(stage.full(KEY), LONG, None)
    await stage.behind.put(stage.full(b"short"), b"1", None)
    held = Snapshot(KEY, KeyType.STRING, b"1", None)
    refusals: list[WriteOutcome | CacheError] = [
        await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP),
        await cache.write(KEY, b"2", expected=LONG[:-1] + b"t", ttl=TtlPolicy.KEEP),
        await cache.write(KEY, b"2", expected=None, ttl=1_000),
        await cache.remove(KEY, expected=b"1"),
        await cache.restore(held),
    ]
    refusals += await cache.replace_many([(held, None)])
    for refusal in refusals:
        assert isinstance(refusal, Changed)
        assert refusal.other.data is None
        assert (refusal.other.type, refusal.other.size) == (KeyType.STRING, len(LONG))
    assert await cache.holds(KEY, LONG)


@pytest.mark.usefixtures("one_server")
async def test_a_long_string_in_the_way_of_a_new_name_is_told_by_its_length(stage: Stage) -> None:
    await stage.behind.put(stage.full(KEY), LONG, None)
    await stage.behind.put(stage.full(b"short"), b"1", None)
    held = Snapshot(KEY, KeyType.STRING, b"1", None)
    for refusal in (
        await stage.cache.rename(b"short", KEY),
        await stage.cache.rename(KEY, b"other", held=held),
    ):
        assert isinstance(refusal, Changed)
        assert (refusal.other.data, refusal.other.size) == (None, len(LONG))


async def test_a_long_string_is_written_removed_and_brought_back(cache: CacheBackend) -> None:
    saved = await cache.write(KEY, LONG, expected=None, ttl=600_000)
    assert isinstance(saved, Saved)
    other = LONG[:-1] + b"t"
    saved = await cache.write(KEY, other, expected=LONG, ttl=TtlPolicy.KEEP)
    assert isinstance(saved, Saved)
    assert saved.before is not None
    assert saved.before.payload == LONG
    held = Snapshot(KEY, KeyType.STRING, other, None)
    (undone,) = await cache.replace_many([(held, saved.before)])
    assert isinstance(undone, Saved)
    removed = await cache.remove(KEY)
    assert isinstance(removed, Saved)
    assert removed.before is not None
    assert isinstance(await cache.restore(removed.before), Saved)
    assert await cache.holds(KEY, LONG)


async def test_a_string_is_read_in_pieces(stage: Stage) -> None:
    data = bytes(range(256)) * 8_000
    await stage.behind.put(stage.full(KEY), data, None)
    for start, size in ((0, 0), (0, 1), (1, 1_000_000), (2_000_000, 1_000_000), (len(data), 5)):
        assert await stage.cache.piece(KEY, start, size) == data[start : start + size]


async def test_nothing_is_read_of_what_is_no_string(stage: Stage) -> None:
    stage.raw.rpush(stage.full(KEY), b"s")
    assert await stage.cache.piece(KEY, 0, 1) == b""
    assert await stage.cache.piece(b"not there", 0, 1) == b""
