"""Key patterns match as a real server matches them."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinch_cache_gui.cache.glob import compile_pattern, escape_pattern, is_glob

ALPHABET = b"aabbc-]^[\\*?:\x00\x7f\x80\xff"
byte = st.sampled_from([bytes((value,)) for value in ALPHABET])
piece = byte | st.sampled_from([b"*", b"?", b"[a-c]", b"[^a]", b"[c-a]", b"\\*", b"[\x01-\xfe]"])
patterns = st.lists(piece, max_size=9).map(b"".join)
keys = st.lists(byte, max_size=5).map(b"".join)


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(redis_url)
    yield client
    client.close()


def keys_of_server(server: redis.Redis, stored: set[bytes], asked: list[bytes]) -> list[set[bytes]]:
    """What the server itself answers to KEYS and to SCAN MATCH, in one round trip."""
    with server.pipeline(transaction=False) as pipeline:
        pipeline.flushdb()
        pipeline.mset(dict.fromkeys(stored, b"1"))
        for pattern in asked:
            pipeline.keys(pattern)
        return [set(answer) for answer in pipeline.execute()[2:]]


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    stored=st.sets(keys, min_size=1, max_size=40),
    asked=st.lists(patterns, min_size=1, max_size=30),
)
def test_a_pattern_matches_what_the_server_says_it_matches(
    server: redis.Redis, stored: set[bytes], asked: list[bytes]
) -> None:
    for pattern, answer in zip(asked, keys_of_server(server, stored, asked), strict=True):
        matches = compile_pattern(pattern)
        assert {key for key in stored if matches(key)} == answer, pattern


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            b"",
            b"*",
            b"**",
            b"***",
            b"a",
            b"a*",
            b"*a",
            b"*a*",
            b"*:*",
            b"a*a",
            b"*a*b*",
            b"?",
            b"?*",
        ),
        *(b"*?", b"[", b"[^", b"[]", b"[^]", b"[]a]", b"[a", b"[a-", b"[a-]", b"[a-c", b"[c-a]"),
        *(b"[^a-c]", b"[a^]", b"[!a]", b"[\\]]", b"[\\", b"[a\\", b"[a-\\]]", b"[\\a-c]", b"[-a]"),
        *(b"\\", b"a\\", b"\\a", b"\\*", b"\\\\", b"*\\", b"[\x00-\xff]", b"[\x80-\x7f]", b"\\[a]"),
    ],
)
def test_every_odd_shape_of_pattern(server: redis.Redis, pattern: bytes) -> None:
    single = [bytes((value,)) for value in ALPHABET]
    stored = {b"", *single, *(a + b for a in single for b in single)}
    (answer,) = keys_of_server(server, stored, [pattern])
    matches = compile_pattern(pattern)
    assert {key for key in stored if matches(key)} == answer


def test_scan_matches_the_empty_key_as_keys_does(server: redis.Redis) -> None:
    server.set(b"", b"1")
    for pattern in (b"*", b"**", b"?", b""):
        matches = compile_pattern(pattern)
        assert list(server.scan_iter(match=pattern)) == ([b""] if matches(b"") else [])


@given(literal=st.binary(max_size=8), other=st.binary(max_size=8))
def test_an_escaped_literal_matches_only_itself(literal: bytes, other: bytes) -> None:
    matches = compile_pattern(escape_pattern(literal))
    assert matches(literal)
    assert matches(other) == (other == literal)
    assert compile_pattern(escape_pattern(literal) + b"*")(literal + b"x")


def test_many_stars_do_not_blow_up() -> None:
    matches = compile_pattern(b"*a" * 30 + b"*b")
    began = perf_counter()
    assert not matches(b"a" * 20_000)
    assert not compile_pattern(b"a*" * 40 + b"[^a]")(b"a" * 20_000)
    assert perf_counter() - began < 1


@pytest.mark.parametrize(
    ("text", "answer"),
    [("session", False), ("session:*", True), ("a?c", True), ("[ab]", True), ("a\\b", False)],
)
def test_text_with_a_wildcard_is_a_pattern(text: str, answer: bool) -> None:
    assert is_glob(text) is answer
