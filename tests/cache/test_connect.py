"""URLs in, caches out, and no secret on the way."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sinch_cache_gui.cache.connect import (
    InvalidTarget,
    Target,
    TargetKind,
    open_backend,
    parse_target,
)
from sinch_cache_gui.cache.errors import CacheError


@pytest.mark.parametrize("text", ["memory:", "memory", " memory: "])
def test_the_cache_of_development(text: str) -> None:
    target = parse_target(text)
    assert target == Target(TargetKind.MEMORY)
    assert target.label == "memory"
    assert target.is_on_this_machine


@pytest.mark.parametrize(
    ("text", "target", "label"),
    [
        ("redis://localhost", Target(TargetKind.TCP, "localhost"), "localhost:6379/0"),
        ("redis://h:7000/3", Target(TargetKind.TCP, "h", 7000, database=3), "h:7000/3"),
        ("REDIS://h/", Target(TargetKind.TCP, "h"), "h:6379/0"),
        (
            "rediss://ann:p%40ss%2Fw%3F@cache.example:6380/1",
            Target(
                TargetKind.TLS,
                "cache.example",
                6380,
                database=1,
                username="ann",
                password="p@ss/w?",
            ),
            "cache.example:6380/1",
        ),
        (
            "redis://:only@h",
            Target(TargetKind.TCP, "h", password="only"),
            "h:6379/0",
        ),
        ("redis://[::1]:7000/0", Target(TargetKind.TCP, "::1", 7000), "[::1]:7000/0"),
        (
            "unix:///run/redis%20x.sock?db=2",
            Target(TargetKind.UNIX, path="/run/redis x.sock", database=2),
            "/run/redis x.sock/2",
        ),
        ("unix:///a", Target(TargetKind.UNIX, path="/a"), "/a/0"),
    ],
)
def test_a_redis_is_named_by_its_url(text: str, target: Target, label: str) -> None:
    assert parse_target(text) == target
    assert target.label == label


@pytest.mark.parametrize(
    ("text", "part_of_title"),
    [
        ("", "not the URL of a cache"),
        ("localhost:6379", "not the URL of a cache"),
        ("http://localhost", "not the URL of a cache"),
        ("memory:x", "not written like this"),
        ("redis:localhost", "not written like this"),
        ("redis://", "names no host"),
        ("redis://:6379", "names no host"),
        ("redis://h:port", "cannot be read"),
        ("redis://h:70000", "cannot be read"),
        ("redis://h:0", "1 to 65535"),
        ("redis://[::1", "cannot be read"),
        ("redis://h/x", "database is a number"),
        ("redis://h/-1", "database is a number"),
        ("redis://h/0?ssl=1", "more than a host"),
        ("redis://user:sec#ret@h", "cannot be read|more than a host"),
        ("unix://", "names no socket"),
        ("unix://host/path", "names no socket"),
        ("unix:///a?db=x", "database is a number"),
        ("unix:///a?password=secret", "no option password"),
    ],
)
def test_what_names_no_cache_is_told_in_a_sentence(text: str, part_of_title: str) -> None:
    with pytest.raises(InvalidTarget, match=part_of_title) as refusal:
        parse_target(text)
    assert isinstance(refusal.value, CacheError)
    assert refusal.value.detail


def test_no_secret_is_ever_shown() -> None:
    for text in (
        "redis://ann:hunter2@h:port",
        "redis://ann:hunter2@h/x",
        "redis://ann:hunter2@h?a",
        "rediss://ann:hunter2@[::1",
        "unix://ann:hunter2@/a?db=x",
        "htp://ann:hunter2@h",
    ):
        with pytest.raises(InvalidTarget) as refusal:
            parse_target(text)
        assert "hunter2" not in f"{refusal.value.title} {refusal.value.detail} {refusal.value!r}"
    target = parse_target("redis://ann:hunter2@h:7000/3")
    assert "hunter2" not in f"{target} {target!r} {target.label} {target.address}"


@pytest.mark.parametrize(
    ("url", "is_here"),
    [
        ("redis://localhost", True),
        ("redis://127.0.0.2", True),
        ("redis://[::1]", True),
        ("unix:///a", True),
        ("redis://10.0.0.1", False),
        ("redis://cache.example", False),
    ],
)
def test_a_shared_cache_asks_for_care(url: str, is_here: bool) -> None:
    assert open_backend(parse_target(url)).facts.is_production_like is not is_here


async def test_a_cache_opens_restricted() -> None:
    cache = open_backend(parse_target("memory:"), prefix=b"fn:", is_read_only=True)
    assert cache.is_read_only
    assert cache.facts.details["Prefix"] == "fn:"


def test_redis_is_imported_only_when_it_is_wanted() -> None:
    program = (
        "import sys; from sinch_cache_gui.cache.connect import *; "
        "open_backend(parse_target('memory:')); sys.exit('redis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
