"""Keys of types that modules bring: named, kept and moved whole, and never written over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target, TargetKind
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.key_change import (
    Changed,
    ExpireIn,
    Gone,
    Saved,
    TtlChanged,
    TtlPolicy,
)
from sinch_cache_gui.cache.redis import RedisCache
from tests.cache.conftest import opened
from tests.redis_server import (
    RedisServerFailed,
    RedisServerMissing,
    json_module,
    start_redis,
    stop_redis,
)

KEY = b"document"
TYPE = "ReJSON-RL"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    module = json_module()
    if module is None:
        pytest.skip("no RedisJSON: packaging/test brings it where it can; REJSON_MODULE names it")
    try:
        server, process = start_redis("--loadmodule", module)
    except RedisServerMissing as missing:
        pytest.skip(str(missing))
    except RedisServerFailed as failed:
        pytest.skip(f"this server does not take RedisJSON: {failed}")
    yield server.port
    stop_redis(server, process)


@pytest.fixture(params=[True, False], ids=["scripts", "transactions"])
async def cache(port: int, request: pytest.FixtureRequest) -> CacheBackend:
    with redis_client.Redis(port=port) as client:
        client.flushall()
        client.execute_command("JSON.SET", KEY, "$", '{"a": 1}')
    return RedisCache(Target(TargetKind.TCP, "127.0.0.1", port), can_script=request.param)


async def test_it_is_named_and_kept_whole_whatever_is_done(cache: CacheBackend) -> None:
    async with opened(cache):
        (info,) = await cache.describe([KEY])
        assert info is not None
        assert (info.type, info.size, info.preview) == (TYPE, None, b"")
        stored = await cache.read(KEY)
        assert stored is not None
        assert (stored.type, stored.data) == (TYPE, None)
        assert await cache.elements(KEY, TYPE) is None
        assert not await cache.holds(KEY, b"")
        assert KEY in (await cache.scan_page(type_=TYPE)).keys

        assert isinstance(await cache.change_ttl(KEY, ExpireIn(500_000)), TtlChanged)
        whole = await cache.snapshot(KEY)
        assert whole is not None
        assert isinstance(await cache.rename(KEY, b"other"), Saved)
        assert isinstance(await cache.restore(replace(whole, key=b"copy")), Saved)
        assert await cache.snapshot(b"other") == replace(whole, key=b"other")
        assert await cache.snapshot(b"copy") == replace(whole, key=b"copy")

        removed = await cache.remove(b"other")
        assert isinstance(removed, Saved)
        assert removed.before == replace(whole, key=b"other")
        assert isinstance(await cache.restore(removed.before), Saved)
        assert await cache.snapshot(b"other") == removed.before


async def test_it_is_never_written_over(cache: CacheBackend) -> None:
    async with opened(cache):
        before = await cache.snapshot(KEY)
        for expected in (None, b"", b'{"a":1}'):
            ttl = TtlPolicy.NO_EXPIRY if expected is None else TtlPolicy.KEEP
            refused = await cache.write(KEY, b"1", expected=expected, ttl=ttl)
            assert isinstance(refused, Changed)
            assert refused.other.type == TYPE
        assert not isinstance(await cache.remove(KEY, expected=b"1"), Saved | Gone)
        assert await cache.snapshot(KEY) == before
