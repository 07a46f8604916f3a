"""The seeded cache is what it is said to be."""

from __future__ import annotations

from collections import Counter

import redis

from tests.bench.seed import seed


def contents(url: str) -> dict[bytes, bytes]:
    with redis.Redis.from_url(url) as client:
        return {key: client.dump(key) for key in client.scan_iter(count=1000)}


def test_exactly_as_many_keys_as_asked_in_the_promised_shares(redis_url: str) -> None:
    seed(redis_url, 5_000)
    folders = Counter(key.split(b":")[0] for key in contents(redis_url))
    expected = {b"session": 2_500, b"rate": 1_250, b"customer": 1_000, b"app": 200}
    assert {folder: folders[folder] for folder in expected} == expected
    assert folders.total() == 5_000


def test_the_same_seed_writes_the_same_and_another_writes_others(redis_url: str) -> None:
    seed(redis_url, 3_000)
    once = contents(redis_url)
    seed(redis_url, 3_000)
    assert contents(redis_url) == once
    seed(redis_url, 3_000, chance_seed=2)
    assert contents(redis_url).keys() > once.keys()


def test_every_kind_of_awkward_key_is_there(redis_url: str) -> None:
    seed(redis_url, 3_000)
    with redis.Redis.from_url(redis_url) as client:
        keys = list(client.scan_iter(count=1000))
        types = {client.type(key) for key in keys}
    assert types == {b"string", b"hash", b"list", b"set", b"zset", b"stream"}
    assert any(b"::" in key for key in keys)
    assert any(key.startswith(b":") for key in keys)
    assert any(key.endswith(b":") for key in keys)
    assert any(b"\xff" in key for key in keys)
    assert max(len(key) for key in keys) > 2_000
