"""Fills a Redis with believable keys: sessions, rates, customers, apps, and awkward ones.

Half of the keys are `session:<hex>`, a quarter `rate:+<number>`, a fifth `customer:+<number>`, four
in a hundred `app:<tenant>:<feature>:<id>`, and one in a hundred is what a careful tool has to cope
with: other types, binary values, names that are not UTF-8, empty segments, very long names. The
same seed writes the same keys and values. TTLs are longer than a function would set, from one hour
to a day, so that the cache stays whole while it is looked at.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice

import redis

from tests.redis_server import RedisServer, start_redis, stop_redis

BATCH = 5_000
HOUR_MS = 3_600_000
EPOCH_MS = 1_763_800_000_000
NUMBERS = 100_000_000
STRIDE = 61_803_399
"""Coprime to NUMBERS: multiples of it visit every number once, in no order a person would see."""

Command = tuple[bytes | str | int | float, ...]
"""A command of Redis with its arguments."""

NAMES = ("Alice Berg", "Bo Lindqvist", "Chiara Conti", "Dmitri Orlov", "Eun-ji Park", "Zoë Müller")
PLANS = ("free", "team", "pro", "enterprise")
TENANTS = ("acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "wonka")
FEATURES = ("menu", "flags", "greeting", "hours", "agents", "queue")
CHOICES = ("sales", "support", "billing", None)


def seed(url: str, keys: int, *, chance_seed: int = 1) -> None:
    """Write exactly `keys` keys; those that exist under their names are replaced."""
    with redis.Redis.from_url(url) as client:
        todo = commands(keys, random.Random(chance_seed))
        while batch := list(islice(todo, BATCH)):
            pipeline = client.pipeline(transaction=False)
            for command in batch:
                pipeline.execute_command(*command)
            pipeline.execute()


@contextmanager
def start_server(*options: str) -> Iterator[RedisServer]:
    """A redis-server of its own for a benchmark, ended with it."""
    server, process = start_redis(*options)
    try:
        yield server
    finally:
        stop_redis(server, process)


def commands(keys: int, chance: random.Random) -> Iterator[Command]:
    rates, customers, apps, awkward = keys // 4, keys // 5, keys // 25, keys // 100
    sessions = keys - rates - customers - apps - awkward
    return chain(
        (session(chance) for _ in range(sessions)),
        (rate(chance, index) for index in range(rates)),
        (customer(chance, index) for index in range(customers)),
        (app(chance, index) for index in range(apps)),
        chain.from_iterable(AWKWARD[i % len(AWKWARD)](chance, i) for i in range(awkward)),
    )


def session(chance: random.Random) -> Command:
    value = {
        "callerNumber": phone(chance.randrange(NUMBERS)),
        "startTime": EPOCH_MS + chance.randrange(HOUR_MS),
    }
    if chance.random() < 0.5:
        value["menuChoice"] = chance.choice(CHOICES)
    return stored(f"session:{chance.getrandbits(128):032x}", value, chance)


def rate(chance: random.Random, index: int) -> Command:
    return stored(f"rate:{phone(index)}", min(10, int(chance.expovariate(0.5)) + 1), chance)


def customer(chance: random.Random, index: int) -> Command:
    value = {
        "id": f"cus_{chance.getrandbits(48):012x}",
        "name": chance.choice(NAMES),
        "phone": phone(index),
        "plan": chance.choice(PLANS),
        "vip": chance.random() < 0.05,
        "balance": round(chance.uniform(0, 500), 2),
        "tags": chance.sample(("sv", "en", "callback", "beta", "overdue"), chance.randrange(3)),
    }
    return stored(f"customer:{phone(index)}", value, chance)


def app(chance: random.Random, index: int) -> Command:
    tenant, feature = chance.choice(TENANTS), chance.choice(FEATURES)
    value = {"enabled": chance.random() < 0.7, "weight": chance.randrange(100), "owner": tenant}
    return stored(f"app:{tenant}:{feature}:{index:x}", value, chance)


def phone(index: int) -> str:
    return f"+467{index * STRIDE % NUMBERS:08}"


def stored(key: str | bytes, value: object, chance: random.Random) -> Command:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False)
    return "SET", key, data, "PX", chance.randrange(HOUR_MS, 24 * HOUR_MS)


Awkward = Callable[[random.Random, int], Iterator[Command]]


def of_type(command: str, *arguments: str | float) -> Awkward:
    """A key of another type, made by `command`; every second one lives for ever."""

    def write(chance: random.Random, index: int) -> Iterator[Command]:
        key = f"awkward:{command.lower()}:{index}"
        yield "UNLINK", key
        yield command, key, *arguments
        if index % 2:
            yield "PEXPIRE", key, chance.randrange(HOUR_MS, 24 * HOUR_MS)

    return write


def named(name: bytes) -> Awkward:
    """A key whose name is the difficulty; `%d` in it is its number."""
    return lambda chance, i: iter([stored(name.replace(b"%d", b"%d" % i), {"n": i}, chance)])


def holding(kind: str, value: bytes) -> Awkward:
    """A string that is not the compact JSON one expects."""
    return lambda chance, i: iter([stored(f"awkward:{kind}:{i}", value, chance)])


AWKWARD: tuple[Awkward, ...] = (
    of_type("HSET", "name", "Alice", "plan", "pro", "calls", 12),
    named(b"awkward::empty:%d"),
    named(b":awkward:%d"),
    named(b"awkward:%d:"),
    named(b"awkward:\xff\xfe\x00:%d"),
    of_type("RPUSH", *(f"+4670{n:07}" for n in range(20))),
    holding("gzip", zlib.compress(b'{"compressed":true}' * 20, wbits=31)),
    holding("binary", bytes(range(256))),
    named(b"awkward:long:" + b"n" * 2_000 + b":%d"),
    of_type("SADD", "sales", "support", "billing"),
    holding("numbers", b'{"big":12345678901234567890,"one":1.0,"far":1e400,"far":-0}'),
    holding("spaced", b'{\n  "kept" : [ 1,2 ,3 ]\n}\n'),
    holding("text", b"not JSON at all"),
    holding("nothing", b""),
    of_type("ZADD", 1, "first", 2.5, "second"),
    named("awkward:snö ☃ 雪 مرحبا:%d".encode()),
    named(b"awkward:line\nbreak\ttab:%d"),
    named(b"awkward:*?[a-c]\\:%d"),
    named(b"awkward:" + b"deep:" * 100 + b"%d"),
    of_type("XADD", "1-1", "event", "ice"),
    holding("large", json.dumps([{"id": n, "name": f"agent {n}"} for n in range(2_000)]).encode()),
)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench seed")
    parser.add_argument("--url", required=True, help="the Redis to fill, redis://host:port/db")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1, help="another number, other keys")
    asked = parser.parse_args(argv)
    started = time.perf_counter()
    seed(asked.url, asked.keys, chance_seed=asked.seed)
    print(json.dumps({"keys": asked.keys, "seconds": round(time.perf_counter() - started, 1)}))
    return 0
