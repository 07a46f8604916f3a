"""A small, believable content for a cache, so that a window has something to show."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import FunctionCache, JsonValue
from sinch_cache_gui.voice.builtin import (
    CUSTOMER_TTL_S,
    RATE_LIMIT,
    RATE_TTL_S,
    SESSION_TTL_S,
    customer_key,
    rate_key,
    session_key,
)
from sinch_cache_gui.voice.customers import fetch_customer, known_phones

DEMO_SEED: Final = 20

Entry: TypeAlias = tuple[str, JsonValue, int]
"""Key, value, TTL in seconds."""

_SESSIONS: Final = 22
_OTHER_CALLERS: Final = 8
_CHOICES: Final = ("sales", "support", "hours", None)


async def fill_demo(cache: FunctionCache, *, now_ms: int, seed: int = DEMO_SEED) -> int:
    """Write sessions, rates, customers and a few keys of apps; answer how many keys were written.

    The same `seed` and `now_ms` write the same. Keys that exist with these names are overwritten.

    Args:
        cache: Where to.
        now_ms: The time by the cache's clock, in milliseconds since the epoch.
        seed: Chooses ids, numbers and remaining times.

    Raises:
        CacheError: As the cache says; what was written until then stays.
    """
    count = 0
    for key, value, ttl_s in _entries(random.Random(seed), now_ms):  # noqa: S311 (a demo)
        await cache.set(key, value, ttl_s)
        count += 1
    return count


def _entries(chance: random.Random, now_ms: int) -> Iterator[Entry]:
    swedish = chance.sample(range(5, 100), _OTHER_CALLERS)
    callers = [*known_phones(), *(f"+467017406{number:02}" for number in swedish)]
    callers = list(dict.fromkeys(callers))
    yield from _sessions(chance, now_ms, callers)
    for caller in callers:
        left_s = chance.randint(40, RATE_TTL_S)
        yield rate_key(caller), chance.choice((1, 1, 1, 2, 2, 3, 5, RATE_LIMIT)), left_s
    for phone in known_phones()[:8]:
        yield customer_key(phone), fetch_customer(phone), chance.randint(15, CUSTOMER_TTL_S)
    yield from _apps(now_ms)


def _sessions(chance: random.Random, now_ms: int, callers: list[str]) -> Iterator[Entry]:
    for number in range(_SESSIONS):
        # A few are about to expire, so that something happens while one watches.
        left_s = chance.randint(8, 55) if number % 6 == 5 else chance.randint(60, SESSION_TTL_S)
        session: dict[str, JsonValue] = {
            "callerNumber": chance.choice(callers),
            "startTime": now_ms - (SESSION_TTL_S - left_s) * 1000,
        }
        choice = chance.choice(_CHOICES)
        if choice is not None:
            session["menuChoice"] = choice
        yield session_key(f"{chance.getrandbits(128):032x}"), session, left_s


def _apps(now_ms: int) -> Iterator[Entry]:
    """Keys as an application keeps them beside its calls: `app:<tenant>:<feature>:<id>`."""
    for tenant, open_hours in (("northwind", "08:00-17:00"), ("fjord", "09:00-16:00")):
        yield f"app:{tenant}:hours:weekday", open_hours, 86_400
        yield f"app:{tenant}:queue:sales", {"waiting": 2, "longestWaitMs": 41_300}, 120
        yield f"app:{tenant}:queue:support", {"waiting": 5, "longestWaitMs": 128_750}, 120
        yield f"app:{tenant}:flags:callback", {"enabled": True, "share": 0.25}, 7 * 86_400
    yield (
        "app:northwind:greeting:en-US",
        {"text": "Welcome to Northwind Telecom.", "voice": "neutral", "updated": now_ms},
        30 * 86_400,
    )
    yield "app:northwind:token:crm", {"scope": ["read", "lookup"], "fetchedAt": now_ms}, 3000
    yield (
        "app:fjord:holidays:2026",
        ["2026-01-01", "2026-01-06", "2026-04-03", "2026-05-01", "2026-06-19", "2026-12-25"],
        30 * 86_400,
    )
    yield "greeting", "Hello!", 3600
