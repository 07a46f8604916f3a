"""A server whose certificate only its own authority vouches for, and that asks who comes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.redis import RedisCache


async def test_a_servers_own_authority_and_a_clients_certificate(
    connected: Callable[..., Awaitable[RedisCache]],
    own_redis: Callable[..., object],
    tmp_path: Path,
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    openssl = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
        *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(certificate)),
        stderr=subprocess.DEVNULL,
    )
    assert await openssl.wait() == 0
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own_redis(
        *("--tls-port", str(port), "--tls-cert-file", str(certificate)),
        *("--tls-key-file", str(key), "--tls-ca-cert-file", str(certificate)),
    )
    url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}"
    with pytest.raises(CacheUnreachable):  # it lets nobody in without a certificate
        await connected(parse_target(url))
    cache = await connected(parse_target(f"{url}&ssl_certfile={certificate}&ssl_keyfile={key}"))
    await cache.set("key", 1)
    assert await cache.get("key") == 1
