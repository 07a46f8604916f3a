"""A key on its way into another cache, with a second writer and a dying line in every place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.keyspace.copying import (
    CHANGED_WHILE_MOVING,
    TTL_WHILE_MOVING,
    CopyReport,
    copy_keys,
)
from sinch_cache_gui.keyspace.imports import OnConflict
from tests.conftest import STANDALONE_PATHS, path_name
from tests.redis_wire import Cut, WiredServer

KEY: Final = b"key"
FAR: Final = 4_102_444_800_123
"""A deadline in the year 2100."""

Raw = redis_client.Redis
everywhere = pytest.mark.parametrize("wired_cache", STANDALONE_PATHS, indirect=True, ids=path_name)
any_kind = pytest.mark.parametrize("kind", ["string", "hash"])
any_cut = pytest.mark.parametrize("cut", Cut, ids=lambda cut: cut.value)


@pytest.fixture
async def plain(redis_url: str) -> AsyncIterator[tuple[Raw, CacheBackend]]:
    """The other cache, with nothing in between."""
    raw = Raw.from_url(redis_url)
    cache = RedisCache(parse_target(redis_url))
    await cache.connect()
    yield raw, cache
    await cache.aclose()
    raw.close()


def put(raw: Raw, kind: str, text: bytes, deadline_ms: int | None = None) -> None:
    raw.delete(KEY)
    if kind == "hash":
        raw.hset(KEY, b"field", text)
    else:
        raw.set(KEY, text)
    if deadline_ms is not None:
        raw.pexpireat(KEY, deadline_ms)


def held(raw: Raw) -> tuple[bytes, int] | None:
    """Answer what the key holds and its deadline."""
    kind = raw.type(KEY)
    if kind == b"none":
        return None
    text = raw.hget(KEY, b"field") if kind == b"hash" else raw.get(KEY)
    return text, raw.execute_command("PEXPIRETIME", KEY)


async def move(source: CacheBackend, target: CacheBackend) -> CopyReport:
    return await copy_keys(source, target, [KEY], OnConflict.SKIP, lambda _: True, moves=True)


THEIRS: Final[dict[str, tuple[str, Callable[[Raw], object]]]] = {
    "a string overwritten": ("string", lambda raw: put(raw, "string", b"theirs")),
    "a string made a hash": ("string", lambda raw: put(raw, "hash", b"theirs")),
    "a hash changed within": ("hash", lambda raw: raw.hset(KEY, b"field", b"theirs")),
    "a hash made a string": ("hash", lambda raw: put(raw, "string", b"theirs")),
}
any_write_of_theirs = pytest.mark.parametrize(("kind", "write"), THEIRS.values(), ids=THEIRS.keys())


@everywhere
@any_write_of_theirs
async def test_what_somebody_writes_meanwhile_is_in_one_of_the_caches(
    wired_cache: tuple[WiredServer, CacheBackend],
    plain: tuple[Raw, CacheBackend],
    kind: str,
    write: Callable[[Raw], object],
) -> None:
    wired, source = wired_cache
    there, target = plain
    for at in wired.wire.each_command():
        there.flushall()
        put(wired.raw, kind, b"mine")
        wired.wire.arm(at, act=lambda: write(wired.raw))
        report = await move(source, target)
        left, arrived = held(wired.raw), held(there)
        assert arrived is not None
        assert report.written == (KEY,)
        where = f"before command {at}: {left} here, {arrived} there, {report}"
        if left is None:
            is_written = at <= wired.wire.commands
            assert arrived[0] == (b"theirs" if is_written else b"mine"), where
            assert not report.refused, where
        else:
            assert (left[0], arrived[0]) == (b"theirs", b"mine"), where
            assert report.refused == ((KEY, CHANGED_WHILE_MOVING),), where


@everywhere
@any_write_of_theirs
async def test_it_is_there_too_when_the_line_dies_right_afterwards(
    wired_cache: tuple[WiredServer, CacheBackend],
    plain: tuple[Raw, CacheBackend],
    kind: str,
    write: Callable[[Raw], object],
) -> None:
    wired, source = wired_cache
    there, target = plain
    at, has_come = 0, True

    def write_and_cut() -> None:
        nonlocal has_come
        has_come = True
        write(wired.raw)
        wired.wire.arm(1, cut=Cut.BEFORE_THE_SERVER)

    while has_come:
        at, has_come = at + 1, False
        there.flushall()
        put(wired.raw, kind, b"mine")
        wired.wire.arm(at, act=write_and_cut)
        await move(source, target)
        found = [each[0] for each in (held(wired.raw), held(there)) if each is not None]
        assert (b"theirs" if has_come else b"mine") in found, f"before command {at}: {found}"


@everywhere
@any_kind
async def test_a_ttl_that_somebody_changes_meanwhile_is_moved_or_told(
    wired_cache: tuple[WiredServer, CacheBackend], plain: tuple[Raw, CacheBackend], kind: str
) -> None:
    wired, source = wired_cache
    there, target = plain
    for at in wired.wire.each_command():
        there.flushall()
        put(wired.raw, kind, b"mine")
        wired.wire.arm(at, act=lambda: wired.raw.pexpireat(KEY, FAR))
        report = await move(source, target)
        arrived = held(there)
        assert arrived is not None
        assert held(wired.raw) is None
        is_lost = arrived[1] < 0 and at <= wired.wire.commands
        assert report.refused == (((KEY, TTL_WHILE_MOVING),) if is_lost else ())


@everywhere
@any_kind
@any_cut
async def test_a_line_that_dies_leaves_the_key_in_one_cache_at_least(
    wired_cache: tuple[WiredServer, CacheBackend],
    plain: tuple[Raw, CacheBackend],
    kind: str,
    cut: Cut,
) -> None:
    """Whichever of the two lines that is."""
    wired, far = wired_cache
    raw, near = plain
    for source, target in ((far, near), (near, far)):
        here, there = (wired.raw, raw) if source is far else (raw, wired.raw)
        for at in wired.wire.each_command():
            there.flushall()
            put(here, kind, b"mine", FAR)
            wired.wire.arm(at, cut=cut)
            report = await move(source, target)
            left, arrived = held(here), held(there)
            where = f"cut at command {at}: {left} here, {arrived} there, {report}"
            assert left == (b"mine", FAR) or (arrived or b"")[0] == b"mine", where
            assert report.written == () or arrived is not None, where
            if not report.refused:
                assert (left, report.written) == (None, (KEY,)), where


MANY: Final = [b"{t}%d" % number for number in range(8)]


@everywhere
@any_cut
@pytest.mark.parametrize("is_far_source", [True, False], ids=["from there", "to there"])
async def test_of_many_keys_none_is_lost_and_what_is_told_is_true(
    wired_cache: tuple[WiredServer, CacheBackend],
    plain: tuple[Raw, CacheBackend],
    is_far_source: bool,
    cut: Cut,
) -> None:
    wired, far = wired_cache
    raw, near = plain
    source, target = (far, near) if is_far_source else (near, far)
    here, there = (wired.raw, raw) if is_far_source else (raw, wired.raw)
    at, total = 1, 1
    while at <= total:
        there.flushall()
        here.flushall()
        here.mset(dict.fromkeys(MANY, b"mine"))
        wired.wire.arm(at, cut=cut)
        report = await copy_keys(source, target, MANY, OnConflict.SKIP, lambda _: True, moves=True)
        total = max(total, wired.wire.commands)
        at += max(total // 15, 1)
        left, arrived = set(here.scan_iter(b"{t}*")), set(there.scan_iter(b"{t}*"))
        refused = {key for key, _ in report.refused}
        assert left | arrived == set(MANY)
        assert set(report.written) <= arrived
        assert arrived - set(report.written) <= refused
        assert left & set(report.written) <= refused, "told to be moved, and still here"
