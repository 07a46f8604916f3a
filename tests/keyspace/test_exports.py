"""Keys go into a readable file and come back from it, byte for byte and with their TTLs."""

from __future__ import annotations

import codecs
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, Snapshot, TtlPolicy, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.export_reading import HEAD_CHARACTERS, NotAnExport, read_export
from sinch_cache_gui.keyspace.exports import ExportedKey, ExportReport, export_keys
from sinch_cache_gui.keyspace.imports import OnConflict, existing, import_keys
from tests.clock import Clock

NOW_MS = 1_800_000_000_000

KEYS = {
    b"session:1": b'{"n":1.0,"n":12345678901234567890}',
    b"\xff\x00": b"\xfe",
    "nyckel å\n🙂\u202e\u200f\x1b[31m\x7f".encode(): "text\u2028 \x00".encode(),
    b"": b"",
    b"long " * 2000: b"1",
    b"\xed\xa0\x80 half a pair": b"\\",
    b'{"format": "quotes"}\r\n': b'"',
}


def go_on(_done: int) -> bool:
    return True


@pytest.fixture
async def cache() -> MemoryCache:
    cache = MemoryCache(Clock(NOW_MS))
    for key, data in KEYS.items():
        await cache.write(key, data, expected=None, ttl=600_001)
    await cache.write(b"forever", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    return cache


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


async def file_of(cache: CacheBackend, path: Path, *keys: bytes) -> ExportReport:
    report = await export_keys(cache, keys, path, go_on)
    assert report is not None
    return report


def put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def bytes_in(path: Path) -> bytes:
    return path.read_bytes()


def said_in(path: Path) -> dict[str, object]:
    said = json.loads(path.read_bytes())
    assert isinstance(said, dict)
    return said


async def read(path: Path) -> list[ExportedKey]:
    keys = await read_export(path, go_on)
    assert keys is not None
    return keys


async def test_what_is_exported_comes_back_byte_for_byte(cache: MemoryCache, path: Path) -> None:
    told = await file_of(cache, path, *KEYS, b"forever", b"gone")
    assert told == ExportReport(len(KEYS) + 1, 1, ())
    other = MemoryCache(Clock(NOW_MS))
    report = await import_keys(other, await read(path), OnConflict.SKIP, go_on)
    assert report.written == (*KEYS, b"forever")
    for key in (*KEYS, b"forever"):
        assert await other.read(key) == await cache.read(key)


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("indent", [None, 1, 7])
async def test_a_file_is_read_however_it_is_laid_out(
    cache: MemoryCache, path: Path, indent: int | None, mark: bytes
) -> None:
    await file_of(cache, path, *KEYS)
    before = await read(path)
    said = said_in(path)
    laid_out = json.dumps(said, indent=indent, sort_keys=True).encode()
    put(path, mark + laid_out + b" \n\n")
    assert await read(path) == before


async def test_a_long_file_is_read_piece_by_piece(cache: MemoryCache, path: Path) -> None:
    values = {b"n:%d" % size: b"x\xc3\xa5" * size for size in (1, 100_000, 300_000, 5, 700_000)}
    for key, data in values.items():
        await cache.write(key, data, expected=None, ttl=TtlPolicy.NO_EXPIRY)
    await file_of(cache, path, *values, *KEYS)
    assert len(bytes_in(path)) > 3 * HEAD_CHARACTERS
    keys = await read(path)
    assert {one.key: one.payload for one in keys} == {**values, **KEYS}
    told: list[int] = []

    def stop(done: int) -> bool:
        told.append(done)
        return done < 3

    assert await read_export(path, stop) is None
    assert told == [1, 2, 3]


async def test_a_person_can_read_the_file(cache: MemoryCache, path: Path) -> None:
    await file_of(cache, path, b"session:1", b"\xff\x00")
    said = said_in(path)
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
    await file_of(cache, path)
    assert said_in(path)["keys"] == []
    assert await read(path) == []


async def test_an_export_that_is_stopped_or_fails_leaves_no_file_and_the_one_before(
    cache: MemoryCache, path: Path
) -> None:
    put(path, b"before")
    assert await export_keys(cache, [*KEYS], path, lambda _: False) is None

    class Dying(ForwardingBackend):
        async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
            found = await self._inner.snapshot_many(keys)
            return [*found[:-1], CacheUnreachable("The server does not answer")]

    with pytest.raises(CacheUnreachable):
        await export_keys(Dying(cache), [*KEYS], path, go_on)
    with pytest.raises(OSError, match="No such file"):
        await export_keys(cache, [*KEYS], path.parent / "none" / "keys.json", go_on)
    assert [file.read_text() for file in path.parent.iterdir()] == ["before"]


async def test_a_key_that_may_not_be_read_is_told_and_the_rest_is_in_the_file(
    cache: MemoryCache, path: Path
) -> None:
    class Guarded(ForwardingBackend):
        async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
            found = await self._inner.snapshot_many(keys)
            return [NotPermitted("Not for you"), *found[1:]]

    told = await file_of(Guarded(cache), path, *KEYS)
    assert told == ExportReport(len(KEYS) - 1, 0, ((b"session:1", "Not for you"),))
    assert [one.key for one in await read(path)] == [*KEYS][1:]


async def conflicting(cache: MemoryCache, path: Path) -> list[ExportedKey]:
    await file_of(cache, path, b"session:1", b"forever")
    keys = await read(path)
    await cache.remove(b"session:1")
    await cache.set("session:1", "theirs", 60)
    await cache.remove(b"forever")
    assert await existing(cache, [key.key for key in keys]) == {b"session:1"}
    return keys


async def test_a_key_that_exists_is_skipped(cache: MemoryCache, path: Path) -> None:
    keys = await conflicting(cache, path)
    report = await import_keys(cache, keys, OnConflict.SKIP, go_on)
    assert (report.written, report.skipped) == ((b"forever",), (b"session:1",))
    assert await cache.get("session:1") == "theirs"


async def test_a_key_that_exists_is_overwritten(cache: MemoryCache, path: Path) -> None:
    keys = await conflicting(cache, path)
    report = await import_keys(cache, keys, OnConflict.OVERWRITE, go_on)
    assert report.written == (b"session:1", b"forever")
    stored = await cache.read(b"session:1")
    assert stored is not None
    assert (stored.data, stored.deadline_ms) == (KEYS[b"session:1"], NOW_MS + 600_001)


async def test_a_key_that_exists_is_written_under_another_name(
    cache: MemoryCache, path: Path
) -> None:
    await cache.set("session:1 (2)", 1)
    keys = await conflicting(cache, path)
    report = await import_keys(cache, keys, OnConflict.RENAME, go_on)
    assert report.written == (b"session:1 (3)", b"forever")
    assert await cache.get("session:1") == "theirs"


def items(count: int) -> list[ExportedKey]:
    return [ExportedKey(b"k%d" % number, "string", b"1", None) for number in range(count)]


async def test_an_import_can_be_stopped_and_tells_what_is_left() -> None:
    cache = MemoryCache()
    report = await import_keys(cache, items(500), OnConflict.SKIP, lambda done: done < 1)
    assert 0 < len(report.written) < 500
    assert report.left == 500 - len(report.written)
    assert await cache.count_keys() == len(report.written)


async def test_a_file_that_names_a_key_twice_has_the_second_treated_as_one_in_the_way() -> None:
    twice = [
        ExportedKey(b"a", "string", b"1", None),
        ExportedKey(b"b", "string", b"2", None),
        ExportedKey(b"a", "string", b"3", None),
    ]
    names = (b"a", b"b", b"a (2)")
    for on_conflict, expected in (
        (OnConflict.SKIP, {b"a": b"1", b"b": b"2"}),
        (OnConflict.OVERWRITE, {b"a": b"3", b"b": b"2"}),
        (OnConflict.RENAME, {b"a": b"1", b"b": b"2", b"a (2)": b"3"}),
    ):
        cache = MemoryCache()
        await import_keys(cache, twice, on_conflict, go_on)
        found = await cache.snapshot_many(names)
        assert {one.key: one.payload for one in found if isinstance(one, Snapshot)} == expected


async def test_an_import_ends_when_the_cache_is_lost() -> None:
    class Dying(ForwardingBackend):
        async def restore_many(
            self, snapshots: Sequence[Snapshot]
        ) -> list[WriteOutcome | CacheError]:
            outcomes = await self._inner.restore_many(snapshots[:5])
            lost = CacheUnreachable("The server does not answer")
            return [*outcomes, *[lost] * (len(snapshots) - 5)]

    report = await import_keys(Dying(MemoryCache()), items(500), OnConflict.SKIP, go_on)
    assert len(report.written) == 5
    assert {why for _, why in report.refused} == {"The server does not answer"}
    assert len(report.written) + len(report.refused) + report.left == 500
    assert report.left >= 300


HEAD = '{"format": "sinch-cache-gui export", "version": 1, "keys": '


def key_of(**said: object) -> bytes:
    return (HEAD + json.dumps([said]) + "}").encode()


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"\xff", "not text in UTF-8, as every export is: line 1"),
        (b"PK\x03\x04" + bytes(range(256)), "not text"),
        (b"\x00\x00", "not JSON: line 1"),
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b" \n ", "empty"),
        (b"hello", "not JSON: line 1"),
        (b"{", "ends in the middle, at line 1"),
        (b"[" * 100_000, "nested far too deep"),
        (b"[]", "does not say"),
        (b"12", "does not say"),
        (b"{}", "does not say"),
        (b'{"keys": []}', "does not say"),
        (b'{"format": "sinch-cache-gui export", "version": 2}', "of version 2"),
        (HEAD.encode() + b"1}", "no list of keys"),
        (HEAD.encode() + b"[1]}", "Key 1 of this export is not an object"),
        (HEAD.encode() + b"[", "ends in the middle, at line 1"),
        (HEAD.encode() + b"[]} more", "something follows behind the end"),
        (HEAD.encode() + b'[{"key": 1 "type"', "not JSON: line 1"),
        (HEAD.encode() + b"\n\n[}", "not JSON: line 3"),
        (HEAD.encode() + b'\n["\n\xff"]}', "not text in UTF-8, as every export is: line 3"),
        (HEAD.encode() + b'[{"key": "\xc3', "ends in the middle, at line 1"),
        ((HEAD + '[{"key": "').encode("utf-16") + b"a", "ends in the middle, at line 1"),
        (HEAD.encode() + b"[" * 100_000, "nested far too deep"),
        (key_of(key="a"), "Key 1 of this export has no type"),
        (key_of(key="a", type="string"), "has no value"),
        (key_of(value="a", type="string"), "has no key"),
        (HEAD.encode() + b'[],"keys":[]}', "two lists of keys"),
        (HEAD.encode() + b'[{"ttl_ms":' + b"9" * 5_000 + b"}]}", "line 1, a number has far too"),
        (
            key_of(key="a", type="string", value="mended", value_base64="YQ=="),
            "both “value” and “value_base64”",
        ),
        (key_of(key="a", type="string", value_base64="!"), "no bytes"),
        (key_of(key="a", type="string", value_base64="å"), "no bytes"),
        (key_of(key="\ud800", type="string", value=""), "no bytes"),
        *(
            (key_of(key="a", type="string", value="", ttl_ms=ttl_ms), "TTL that makes no sense")
            for ttl_ms in (0, -1, 1.5, True, "60", 10**20, float("nan"))
        ),
    ],
)
async def test_a_file_that_is_no_export_is_refused_with_a_sentence(
    path: Path, data: bytes, part: str
) -> None:
    put(path, data)
    with pytest.raises(NotAnExport) as refusal:
        await read_export(path, go_on)
    assert part in refusal.value.sentence
    assert len(refusal.value.sentence) < 200


LONG = {
    b"text": ('"\u00e5\U0001f642\\\n' + "x" * 61).encode() * 30_000,
    b"latin": b"\xff\x00\xe5" * 700_000 + b"\xff",
    b"cut": ("x" * 700_000 + "\u00e5").encode()[:-1] * 3,
}


async def test_long_values_come_back_byte_for_byte(cache: MemoryCache, path: Path) -> None:
    for key, data in LONG.items():
        await cache.write(key, data, expected=None, ttl=60_000)
    await file_of(cache, path, *LONG, b"session:1")
    assert [*said_in(path)["keys"][0]] == ["key", "type", "ttl_ms", "value"]
    found = {one.key: one.payload for one in await read(path)}
    assert found == {**LONG, b"session:1": KEYS[b"session:1"]}


async def test_a_long_text_of_escapes_alone_is_read_as_it_is_meant(path: Path) -> None:
    for before in range(6):  # so that a pair of escapes is parted at every place
        text = "x" * before + "\U0001f642\\ud83d\u0007" * 90_000
        item = {"key": "a", "type": "string", "ttl_ms": None, "value": text}
        put(path, key_of(**item))
        assert [one.payload for one in await read(path)] == [text.encode()]


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ('"value": "%s\n"', "line 1, a string holds what it may not"),
        ('"value": "%s\\x"', "line 1, a string holds what it may not"),
        ('"value": "%s', "ends in the middle"),
        ('"value": "%s\\ud800"', "no bytes"),
        ('"value_base64": "=%s"', "no bytes"),
        ('"value": "%s" 1', "no }"),
        ('"value": "%s", 1: 2', "a member has no name"),
    ],
)
async def test_what_is_wrong_with_a_long_value_is_told(path: Path, value: str, part: str) -> None:
    said = HEAD + '[{"key": "a", "type": "string", ' + value % ("x" * 1_600_000) + "}]}"
    put(path, said.removesuffix("}]}").encode() if part.startswith("ends") else said.encode())
    with pytest.raises(NotAnExport) as refusal:
        await read_export(path, go_on)
    assert part in refusal.value.sentence


async def test_what_is_no_file_is_refused_without_waiting_for_it(path: Path) -> None:
    pipe = path.with_name("pipe")
    if hasattr(os, "mkfifo"):  # Windows has none
        os.mkfifo(pipe)
    else:
        pipe.mkdir()
    for none in (path.parent, pipe):
        with pytest.raises(NotAnExport, match="a folder or a device"):
            await read_export(none, go_on)
    with pytest.raises(FileNotFoundError):
        await read_export(path, go_on)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
async def test_an_export_that_an_editor_saved_otherwise_is_read(
    cache: MemoryCache, path: Path, encoding: str
) -> None:
    await cache.set("å🙂", "å🙂")
    await file_of(cache, path, *KEYS, "å🙂".encode())
    before = await read(path)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    put(path, (mark + bytes_in(path).decode().replace("\n", "\r\n")).encode(encoding))
    assert await read(path) == before


async def test_a_file_that_was_cut_off_anywhere_is_refused(cache: MemoryCache, path: Path) -> None:
    await file_of(cache, path, b"session:1", b"\xff\x00", b"forever")
    data = bytes_in(path).rstrip()
    for end in range(len(data)):
        put(path, data[:end])
        with pytest.raises(NotAnExport):
            await read_export(path, go_on)


def put_huge(path: Path, beginning: bytes) -> None:
    filling = b" " if beginning.isspace() else b"1, " if beginning.endswith(b", ") else b"x"
    with path.open("wb") as file:
        file.write(beginning)
        file.write(filling * (3 * HEAD_CHARACTERS // len(filling)))
        file.truncate(200_000_000)  # zeros that take no room on the disk


@pytest.mark.parametrize(
    "beginning",
    [b'"', b"[1, ", b'{"a": "', b'{"a": [', b" " * 1000, b'{"keys": [{"key": "'],
    ids=lambda beginning: beginning[:20].decode(),
)
async def test_of_a_huge_file_that_is_no_export_little_is_read(
    path: Path, beginning: bytes
) -> None:
    put_huge(path, beginning)
    with pytest.raises(NotAnExport):
        await read_export(path, go_on)
