"""Keys into a file and back, with a second writer and a dying line in every place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
import redis as redis_client

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keyspace.export_reading import read_export
from sinch_cache_gui.keyspace.exports import ExportedKey, ExportReport, export_keys
from sinch_cache_gui.keyspace.imports import OnConflict, import_keys
from sinch_cache_gui.keyspace.journal import Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import undo
from tests.conftest import CLUSTER_PATHS, STANDALONE_PATHS, path_name
from tests.redis_wire import Cut, WiredServer

KEYS: Final = [b"{t}%d" % number for number in range(6)]
STRING, HASH = KEYS[1], KEYS[2]
TTL_MS: Final = 600_000
HOUR_MS: Final = 3_600_000
PLACES: Final = 12
"""About so many places of a run are tried."""

Raw = redis_client.Redis
everywhere = pytest.mark.parametrize(
    "wired_cache", [*STANDALONE_PATHS, CLUSTER_PATHS[0]], indirect=True, ids=path_name
)
any_cut = pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.value)


def go_on(_done: int) -> bool:
    return True


def set_scene(raw: Raw) -> None:
    pipe = raw.pipeline().flushall()
    for number, key in enumerate(KEYS):
        if number % 3 == 2:
            pipe.hset(key, "field", "mine")
        else:
            pipe.set(key, "mine")
        pipe.pexpire(key, TTL_MS)
    pipe.execute()


def put_string(raw: Raw, key: bytes) -> None:
    raw.set(key, "theirs", px=HOUR_MS)


def put_hash(raw: Raw, key: bytes) -> None:
    raw.pipeline().delete(key).hset(key, "field", "theirs").pexpire(key, HOUR_MS).execute()


THEIRS: Final[dict[str, tuple[bytes, Callable[[Raw, bytes], object]]]] = {
    "a string overwritten": (STRING, put_string),
    "a string made a hash": (STRING, put_hash),
    "a hash changed": (HASH, put_hash),
    "a hash made a string": (HASH, put_string),
    "a string deleted": (STRING, lambda raw, key: raw.delete(key)),
}


def places(wired: WiredServer) -> Iterator[int]:
    """Yield about as many places as are tried of what is done after each, one past its end too."""
    at, total = 1, 1
    while at <= total + 1:
        yield at
        total = max(total, wired.wire.commands)
        at += max(total // PLACES, 1)


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def exported(cache: CacheBackend, path: Path) -> dict[bytes, ExportedKey]:
    report = await export_keys(cache, KEYS, path, go_on)
    keys = await read_export(path, go_on)
    assert keys is not None
    assert report == ExportReport(len(keys), len(KEYS) - len(keys), ())
    return {one.key: one for one in keys}


@everywhere
@pytest.mark.parametrize(("key", "write"), THEIRS.values(), ids=THEIRS.keys())
async def test_each_key_of_a_file_is_as_it_was_at_one_moment(
    wired_cache: tuple[WiredServer, CacheBackend],
    tmp_path: Path,
    key: bytes,
    write: Callable[[Raw, bytes], object],
) -> None:
    wired, cache = wired_cache
    path = tmp_path / "keys.json"
    set_scene(wired.raw)
    before = await exported(cache, path)
    for at in places(wired):
        set_scene(wired.raw)
        wired.wire.arm(at, act=lambda: write(wired.raw, key))
        found = await exported(cache, path)
        assert found.keys() | {key} == set(KEYS)
        for name, one in found.items():
            is_mine = (one.type, one.payload) == (before[name].type, before[name].payload)
            assert is_mine or name == key
            assert one.ttl_ms is not None
            assert (one.ttl_ms < HOUR_MS // 2) == is_mine, "value and TTL of two moments"


@everywhere
@any_cut
async def test_a_file_is_whole_or_not_there_when_the_line_dies(
    wired_cache: tuple[WiredServer, CacheBackend], tmp_path: Path, cut: Cut
) -> None:
    wired, cache = wired_cache
    path = tmp_path / "keys.json"
    for at in places(wired):
        path.unlink(missing_ok=True)
        set_scene(wired.raw)
        wired.wire.arm(at, cut=cut)
        try:
            assert len(await exported(cache, path)) == len(KEYS)
        except CacheUnreachable:
            assert files_in(tmp_path) == []


@everywhere
@any_cut
@pytest.mark.parametrize("on_conflict", OnConflict)
async def test_an_import_on_a_dying_line_tells_the_truth_and_is_taken_back(
    wired_cache: tuple[WiredServer, CacheBackend],
    tmp_path: Path,
    on_conflict: OnConflict,
    cut: Cut,
) -> None:
    wired, inner = wired_cache
    set_scene(wired.raw)
    items = list((await exported(inner, tmp_path / "keys.json")).values())
    for at in places(wired):
        cache = JournalingBackend(inner, Journal())
        wired.raw.flushall()
        put_string(wired.raw, STRING)
        await inner.deadlines(KEYS)  # so that a connection is open
        wired.wire.arm(at, cut=cut)
        report = await import_keys(cache, items, on_conflict, go_on)
        unknown = {key for key, _ in report.refused}
        told = len(report.written) + len(report.skipped) + len(report.refused) + report.left
        assert told == len(KEYS)
        for name in report.written:
            held = wired.raw.type(name) == b"hash" or wired.raw.get(name) == b"mine"
            assert held, f"{name!r} is told to be written, cut at {at}"
        names = set(report.written) | unknown
        is_replaced = on_conflict is OnConflict.OVERWRITE and STRING in names
        assert wired.raw.get(STRING) == b"theirs" or is_replaced
        assert set(wired.raw.scan_iter()) <= names | {STRING} | {STRING + b" (2)"}

        wired.wire.arm()
        undone = await undo(cache, [e for e in cache.journal.entries if e.is_undoable])
        assert undone.refused == ()
        assert set(undone.undone) == set(report.written)
        after = set(wired.raw.scan_iter())
        assert after - {STRING} <= unknown | ({STRING + b" (2)"} if STRING in unknown else set())
        assert wired.raw.get(STRING) == b"theirs" or STRING in unknown


@everywhere
@pytest.mark.parametrize("on_conflict", [OnConflict.RENAME, OnConflict.OVERWRITE])
async def test_sets_and_large_hashes_that_were_imported_are_taken_back(
    wired_cache: tuple[WiredServer, CacheBackend], on_conflict: OnConflict, tmp_path: Path
) -> None:
    """Such a key's DUMP differs from the one it was restored from, though nobody changed it."""
    wired, inner = wired_cache
    wired.raw.hset("{t}hash", mapping={f"field{number}": "1" for number in range(1_000)})
    wired.raw.sadd("{t}set", *(f"member{number}" for number in range(1_000)))
    keys = [b"{t}hash", b"{t}set"]
    await export_keys(inner, keys, tmp_path / "keys.json", go_on)
    items = await read_export(tmp_path / "keys.json", go_on)
    assert items is not None
    wired.raw.hset("{t}hash", "field0", "2")
    wired.raw.srem("{t}set", "member0")
    window = JournalingBackend(inner, Journal())
    await import_keys(window, items, on_conflict, go_on)
    report = await undo(window, [entry for entry in window.journal.entries if entry.is_undoable])
    assert report.refused == ()
    assert len(report.undone) == 2
    assert wired.raw.hget("{t}hash", "field0") == b"2"
    assert wired.raw.scard("{t}set") == 999
    assert wired.raw.dbsize() == 3  # with the one there was before
