"""Servers whose certificate only their own authority vouches for: alone, for a user, a cluster."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.feed import Changes, ConnectionRestored, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import Saved, TtlPolicy
from sinch_cache_gui.cache.live_source import LivePlan
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from tests.redis_fleet import started_sentinel, wait_until
from tests.redis_server import free_port

Connect = Callable[..., Awaitable[RedisCache]]
Start = Callable[..., tuple[object, subprocess.Popen[bytes]]]


@dataclass(frozen=True)
class Authority:
    """A certificate that vouches for itself, for servers on this machine."""

    key: Path
    certificate: Path

    def options(self, port: int) -> list[str]:
        """Let a server speak TLS, at a port of its own; it asks who comes."""
        return [
            *("--tls-port", str(port), "--tls-cert-file", str(self.certificate)),
            *("--tls-key-file", str(self.key), "--tls-ca-cert-file", str(self.certificate)),
        ]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("tls")
    made = Authority(folder / "key.pem", folder / "certificate.pem")
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    words += ["-addext", "subjectAltName=IP:127.0.0.1"]
    words += ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run(words, stderr=subprocess.DEVNULL, check=True)
    return made


async def test_a_servers_own_authority_and_a_clients_certificate(
    connected: Connect, own_redis: Start, authority: Authority
) -> None:
    port = free_port()
    own_redis(*authority.options(port))
    url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority.certificate}"
    with pytest.raises(CacheUnreachable):  # it lets nobody in without a certificate
        await connected(parse_target(url))
    ours = f"ssl_certfile={authority.certificate}&ssl_keyfile={authority.key}"
    cache = await connected(parse_target(f"{url}&{ours}"))
    await cache.set("key", 1)
    assert await cache.get("key") == 1


@pytest.mark.parametrize("rights", ["+@all", "+@all -@scripting"])
async def test_a_user_over_tls_reads_writes_and_follows(
    connected: Connect, own_redis: Start, authority: Authority, rights: str
) -> None:
    port = free_port()
    own_redis(
        *authority.options(port),
        *("--tls-auth-clients", "no"),
        *("--user", "ann", "on", ">se/c ret@", "~mine:*", "&*", *rights.split()),
    )
    trust = f"ssl_ca_certs={authority.certificate}"
    with pytest.raises(CacheUnreachable, match="refused the user name or the password") as refusal:
        await connected(parse_target(f"rediss://ann:wrong-secret@127.0.0.1:{port}?{trust}"))
    assert "wrong-secret" not in str(refusal.value)
    cache = await connected(parse_target(f"rediss://ann:se%2Fc%20ret%40@127.0.0.1:{port}?{trust}"))
    assert cache.facts.details["User"] == "ann"
    await cache.set("mine:a", 1, 600)
    (deadline,) = await cache.deadlines([b"mine:a"])
    saved = await cache.write(b"mine:a", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    assert isinstance(saved, Saved)
    assert saved.deadline_ms == deadline
    with pytest.raises(NotPermitted):
        await cache.set("other", 1)
    async with aclosing(cache.watch()) as events:
        assert await anext(events) == LiveStatus(LiveSource.TRACKING)
        await cache.set("mine:b", 1)
        told = await anext(events)
        assert isinstance(told, Changes)
        assert [change.key for change in told.changes] == [b"mine:b"]


async def test_a_cluster_over_tls_is_scanned_written_and_followed(
    tls_cluster: str, authority: Authority
) -> None:
    cache = ClusterCache(parse_target(f"{tls_cluster}?ssl_ca_certs={authority.certificate}"))
    try:
        await cache.connect()
        assert cache.facts.details["Mode"] == "cluster, 3 primaries"
        assert cache.facts.details["User"] == "ann"
        names = {b"k%d" % number for number in range(100)}
        for name in names:
            await cache.set(name.decode(), 1, 600)
        seen: set[bytes] = set()
        page = await cache.scan_page()
        seen.update(page.keys)
        while page.next is not None:
            page = await cache.scan_page(page.next)
            seen.update(page.keys)
        assert seen == names
        (deadline,) = await cache.deadlines([b"k1"])
        saved = await cache.write(b"k1", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
        assert isinstance(saved, Saved)
        assert saved.deadline_ms == deadline
        async with aclosing(cache.watch()) as events:
            assert await anext(events) == LiveStatus(LiveSource.TRACKING)
            for name in ("k2", "k3", "k4", "k5"):  # in the slots of several primaries
                assert await cache.delete(name)
                gone: set[bytes] = set()
                while name.encode() not in gone:
                    told = await anext(events)
                    assert isinstance(told, Changes)
                    gone |= {change.key for change in told.changes if change.kind.removes}
    finally:
        await cache.aclose()


async def test_what_sentinel_watches_over_tls_is_followed_to_another_primary(
    tls_service: Service, authority: Authority
) -> None:
    url = f"rediss+sentinel://ann:secret@127.0.0.1:{tls_service.tls_port}/mymaster"
    options = f"ssl_ca_certs={authority.certificate}&sentinel_password=watch"
    plan = LivePlan(first_retry_s=0.05, longest_retry_s=0.2)
    cache = RedisCache(parse_target(f"{url}?{options}"), live=plan)
    try:
        await cache.connect()
        assert cache.facts.details["Mode"] == "sentinel, service mymaster"
        assert cache.facts.details["User"] == "ann"
        async with aclosing(cache.watch()) as events:
            assert await anext(events) == LiveStatus(LiveSource.TRACKING)
            assert isinstance(await cache.write(b"key", b"1", expected=None, ttl=600_000), Saved)
            await asyncio.to_thread(tls_service.fail_over)
            while not isinstance(await anext(events), ConnectionRestored):
                pass
            saved = await cache.write(b"key", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
            assert isinstance(saved, Saved)
            assert saved.deadline_ms is not None
    finally:
        await cache.aclose()


async def test_sentinels_may_speak_without_tls_where_the_servers_do_not(
    connected: Connect, tls_service: Service, authority: Authority
) -> None:
    url = f"rediss+sentinel://ann:secret@127.0.0.1:{tls_service.port}/mymaster"
    options = f"ssl_ca_certs={authority.certificate}&sentinel_password=watch"
    with pytest.raises(CacheUnreachable, match="No sentinel tells"):
        await connected(parse_target(f"{url}?{options}"), timeout_s=0.5)
    cache = await connected(parse_target(f"{url}?{options}&sentinel_ssl=no"))
    assert await cache.count_keys() == 0


@dataclass(frozen=True)
class Service:
    """A primary and its replica that speak nothing but TLS, and a sentinel that speaks both ways.

    Attributes:
        port: Where the sentinel speaks without TLS.
        tls_port: Where it speaks TLS.
        primary: The primary's process.
        replica: A client of the replica.
    """

    port: int
    tls_port: int
    primary: subprocess.Popen[bytes]
    replica: redis_client.Redis

    def fail_over(self) -> None:
        """Kill the primary, once the replica holds all it has."""
        wait_until(lambda: self.replica.dbsize() == 1, "a replica that holds the key")
        self.primary.kill()


@pytest.fixture
def tls_service(own_redis: Start, authority: Authority) -> Iterator[Service]:
    first, second, watching = (free_port() for _ in range(3))
    every = [
        *("--port", "0", "--tls-auth-clients", "no", "--tls-replication", "yes"),
        *("--user", "ann", "on", ">secret", "~*", "&*", "+@all"),
        *("--repl-diskless-sync-delay", "0"),
    ]
    _, primary = own_redis(*authority.options(first), *every)
    own_redis(*authority.options(second), *every, "--replicaof", "127.0.0.1", str(first))
    tls = iter([*authority.options(watching), "--tls-auth-clients", "no"])
    lines = [f"{name.removeprefix('--')} {value}" for name, value in zip(tls, tls, strict=True)]
    lines += ["tls-replication yes", "requirepass watch"]
    trust = {"ssl": True, "ssl_ca_certs": str(authority.certificate), "host": "127.0.0.1"}
    with ExitStack() as stack:
        watch = f"sentinel monitor mymaster 127.0.0.1 {first} 1"
        sentinel = started_sentinel(stack, watch, *lines)
        asked = stack.enter_context(redis_client.Redis(port=watching, password="watch", **trust))
        wait_until(
            lambda: asked.sentinel_master("mymaster")["num-slaves"] == 1, "a replica it knows"
        )
        replica = stack.enter_context(redis_client.Redis(port=second, **trust))
        yield Service(sentinel.port, watching, primary, replica)


@pytest.fixture
def tls_cluster(own_redis: Start, authority: Authority) -> str:
    """Three primaries that speak nothing but TLS, to users with a password."""
    ports = [free_port() for _ in range(3)]
    for port in ports:
        own_redis(
            *authority.options(port),
            *("--port", "0", "--tls-auth-clients", "no", "--tls-cluster", "yes"),
            *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
            *("--user", "ann", "on", ">secret", "~*", "&*", "+@all"),
        )
    trust = ["--tls", "--cacert", str(authority.certificate)]
    words = ["redis-cli", *trust, "--cluster", "create"]
    words += [*(f"127.0.0.1:{port}" for port in ports), "--cluster-yes"]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    until = time.monotonic() + 20
    for port in ports:
        with redis_client.Redis(
            port=port, ssl=True, ssl_ca_certs=str(authority.certificate)
        ) as raw:
            while b"cluster_state:ok" not in raw.execute_command("CLUSTER", "INFO"):
                assert time.monotonic() < until
                time.sleep(0.02)
            raw.execute_command("ACL", "SETUSER", "default", "off")
    return f"rediss+cluster://ann:secret@127.0.0.1:{ports[0]}"
