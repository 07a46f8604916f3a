"""Servers whose certificate only their own authority vouches for: alone, for a user, a cluster."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.feed import Changes, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import Saved, TtlPolicy
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from tests.redis_server import free_port

Connect = Callable[..., Awaitable[RedisCache]]
Start = Callable[..., object]


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
