"""URLs of clusters and of services watched by Sentinel, and of files for TLS."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.connect import (
    Endpoint,
    InvalidTarget,
    Target,
    TargetKind,
    TlsFiles,
    open_backend,
    parse_target,
)
from sinch_cache_gui.cache.errors import CacheUnreachable


@pytest.mark.parametrize(
    ("text", "target", "label"),
    [
        (
            "redis+cluster://h:7000",
            Target(TargetKind.CLUSTER, seeds=(Endpoint("h", 7000),)),
            "h:7000 cluster",
        ),
        (
            "redis+cluster://ann:p%40ss@h,[::1]:7001, 10.0.0.1:7002/0",
            Target(
                TargetKind.CLUSTER,
                username="ann",
                password="p@ss",
                seeds=(Endpoint("h", 6379), Endpoint("::1", 7001), Endpoint("10.0.0.1", 7002)),
            ),
            "h:6379 cluster",
        ),
        (
            "redis+sentinel://a,b:7000/mymaster",
            Target(
                TargetKind.SENTINEL,
                seeds=(Endpoint("a", 26379), Endpoint("b", 7000)),
                service="mymaster",
            ),
            "mymaster/0",
        ),
        (
            "rediss+sentinel://:pw@a/eu%20cache/3"
            "?sentinel_username=s&sentinel_password=x%26y&sentinel_ssl=no",
            Target(
                TargetKind.SENTINEL_TLS,
                password="pw",
                database=3,
                seeds=(Endpoint("a", 26379),),
                service="eu cache",
                sentinel_username="s",
                sentinel_password="x&y",
                is_sentinel_encrypted=False,
            ),
            "eu cache/3",
        ),
        (
            "rediss+cluster://h?ssl_ca_certs=/etc/ca.pem",
            Target(
                TargetKind.CLUSTER_TLS,
                seeds=(Endpoint("h", 6379),),
                tls=TlsFiles(authorities="/etc/ca.pem"),
            ),
            "h:6379 cluster",
        ),
        (
            "rediss://h/1?ssl_certfile=c.pem&ssl_keyfile=k.pem",
            Target(TargetKind.TLS, "h", database=1, tls=TlsFiles("", "c.pem", "k.pem")),
            "h:6379/1",
        ),
    ],
)
def test_several_servers_are_named_by_one_url(text: str, target: Target, label: str) -> None:
    assert parse_target(text) == target
    assert target.label == label


@pytest.mark.parametrize(
    ("text", "part_of_title"),
    [
        ("redis+cluster:h", "not written like this"),
        ("redis+cluster://", "names no host"),
        ("redis+cluster://a,,b", "names no host"),
        ("redis+cluster://a:port", "cannot be read"),
        ("redis+cluster://a,[::1", "cannot be read"),
        ("redis+cluster://a:0", "1 to 65535"),
        ("redis+cluster://a/1", "no databases"),
        ("redis+cluster://a?ssl_ca_certs=/a", "more than a host"),
        ("redis+sentinel://a", "names no service"),
        ("redis+sentinel://a/mymaster/x", "database is a number"),
        ("redis+sentinel://a/mymaster?x=1", "more than a host"),
        ("redis+sentinel://a/mymaster?sentinel_ssl=no", "more than a host"),
        ("rediss://a?ssl_check=no", "more than a host"),
    ],
)
def test_what_names_no_servers_is_told_in_a_sentence(text: str, part_of_title: str) -> None:
    with pytest.raises(InvalidTarget, match=part_of_title) as refusal:
        parse_target(text)
    assert refusal.value.detail


def test_no_secret_of_a_group_is_ever_shown() -> None:
    for text in (
        "redis+cluster://ann:hunter2@h:port",
        "redis+cluster://ann:hunter2@h/x",
        "redis+cluster://ann:hunter2#@h",
        "redis+cluster://ann:hunter2/@h",
        "redis+cluster://ann:hunter2?@h",
        "redis+sentinel://a/s?sentinel_password=hunter2&hunter2",
    ):
        with pytest.raises(InvalidTarget) as refusal:
            parse_target(text)
        assert "hunter2" not in f"{refusal.value.title} {refusal.value.detail} {refusal.value!r}"
    target = parse_target("redis+sentinel://ann:hunter2@h/s?sentinel_password=hunter2")
    facts = open_backend(target).facts
    assert "hunter2" not in f"{target} {target!r} {target.label} {target.address} {facts}"


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("redis+cluster://localhost:7000,127.0.0.1:7001", True),
        ("redis+cluster://localhost:7000,10.0.0.1:7001", False),
        ("redis+sentinel://localhost/s", True),
    ],
)
def test_a_shared_group_asks_for_care(url: str, is_here: bool) -> None:
    assert open_backend(parse_target(url)).facts.is_production_like is not is_here


async def test_a_missing_file_for_tls_is_named() -> None:
    cache = open_backend(parse_target("rediss://localhost:1?ssl_ca_certs=/no/such.pem"))
    with pytest.raises(CacheUnreachable, match="file for TLS") as refusal:
        await cache.connect()
    assert refusal.value.detail == "There is no /no/such.pem"
    await cache.aclose()
