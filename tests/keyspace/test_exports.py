"""Keys go into a readable file and come back from it, byte for byte and with their TTLs."""

from __future__ import annotations

import json

import pytest

from sinch_cache_gui.cache.interface import TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.exports import (
    ExportedKey,
    NotAnExport,
    OnConflict,
    existing,
    import_keys,
    read_export,
    take_keys,
    write_export,
)

KEYS = {
    b"session:1": b'{"n":1.0,"n":12345678901234567890}',
    b"\xff\x00": b"\xfe",
    "nyckel å\n🙂\u202e".encode(): "text\u2028 \x00".encode(),
    b"": b"",
}


def go_on(_done: int) -> bool:
    return True


class Clock:
    ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
async def cache() -> MemoryCache:
    cache = MemoryCache(Clock())
    for key, data in KEYS.items():
        await cache.write(key, data, expected=None, ttl=600_001)
    await cache.write(b"forever", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    return cache


async def file_of(cache: MemoryCache, *keys: bytes) -> bytes:
    taken = await take_keys(cache, keys, go_on)
    return (await write_export(taken, "memory", cache.now_ms())).encode()


async def test_what_is_exported_comes_back_byte_for_byte(cache: MemoryCache) -> None:
    data = await file_of(cache, *KEYS, b"forever", b"gone")
    other = MemoryCache(Clock())
    report = await import_keys(other, read_export(data), OnConflict.SKIP, go_on)
    assert report.written == (*KEYS, b"forever")
    for key in (*KEYS, b"forever"):
        assert await other.read(key) == await cache.read(key)


async def test_a_person_can_read_the_file(cache: MemoryCache) -> None:
    said = json.loads(await file_of(cache, b"session:1", b"\xff\x00"))
    assert said["cache"] == "memory"
    assert said["exported_at"] == "2027-01-15T08:00:00+00:00"
    assert said["keys"] == [
        {
            "key": "session:1",
            "type": "string",
            "ttl_ms": 600_001,
            "value": '{"n":1.0,"n":12345678901234567890}',
        },
        {"key_base64": "/wA=", "type": "string", "ttl_ms": 600_001, "value_base64": "/g=="},
    ]
    assert json.loads(await file_of(cache))["keys"] == []


async def conflicting(cache: MemoryCache) -> list[ExportedKey]:
    keys = read_export(await file_of(cache, b"session:1", b"forever"))
    await cache.remove(b"session:1")
    await cache.set("session:1", "theirs", 60)
    await cache.remove(b"forever")
    assert await existing(cache, [key.key for key in keys]) == {b"session:1"}
    return keys


async def test_a_key_that_exists_is_skipped(cache: MemoryCache) -> None:
    report = await import_keys(cache, await conflicting(cache), OnConflict.SKIP, go_on)
    assert (report.written, report.skipped) == ((b"forever",), (b"session:1",))
    assert await cache.get("session:1") == "theirs"


async def test_a_key_that_exists_is_overwritten(cache: MemoryCache) -> None:
    report = await import_keys(cache, await conflicting(cache), OnConflict.OVERWRITE, go_on)
    assert report.written == (b"session:1", b"forever")
    stored = await cache.read(b"session:1")
    assert stored is not None
    assert (stored.data, stored.deadline_ms) == (KEYS[b"session:1"], Clock.ms + 600_001)


async def test_a_key_that_exists_is_written_under_another_name(cache: MemoryCache) -> None:
    await cache.set("session:1 (2)", 1)
    report = await import_keys(cache, await conflicting(cache), OnConflict.RENAME, go_on)
    assert report.written == (b"session:1 (3)", b"forever")
    assert await cache.get("session:1") == "theirs"


async def test_an_import_can_be_stopped(cache: MemoryCache) -> None:
    keys = await conflicting(cache)
    report = await import_keys(cache, keys, OnConflict.RENAME, lambda done: done < 1)
    assert report.written == (b"session:1 (2)",)


HEAD = '{"format": "sinch-cache-gui export", "version": 1, "keys": '


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"\xff", "not text"),
        (b"", "not JSON: line 1"),
        (b"{", "not JSON: line 1"),
        (b"[" * 100_000, "nested far too deep"),
        (b"[]", "does not say"),
        (b'{"format": "sinch-cache-gui export", "version": 2}', "of version 2"),
        (HEAD.encode() + b"1}", "no list of keys"),
        (HEAD.encode() + b"[1]}", "Key 1 of this export is not an object"),
        (HEAD.encode() + b'[{"key": "a"}]}', "Key 1 of this export has no type"),
        (HEAD.encode() + b'[{"key": "a", "type": "string"}]}', "has no value"),
        (HEAD.encode() + b'[{"value": "a", "type": "string"}]}', "has no key"),
        (HEAD.encode() + b'[{"key": "a", "type": "string", "value_base64": "!"}]}', "no bytes"),
        (
            HEAD.encode() + b'[{"key": "a", "type": "string", "value": "", "ttl_ms": 0}]}',
            "TTL that makes no sense: 0",
        ),
        (HEAD.encode() + b'[{"key": "\\ud800", "type": "string", "value": ""}]}', "no bytes"),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_a_sentence(data: bytes, part: str) -> None:
    with pytest.raises(NotAnExport, match=part):
        read_export(data)
