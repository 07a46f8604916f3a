"""When a key expires is changed beside others who change it, too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import redis

from tests.end_to_end.person import Person
from tests.redis_server import RedisServer

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]

REFUSAL = "The TTL was not changed: somebody else changed it meanwhile"


async def test_a_ttl_that_another_client_changes_at_that_moment_is_left_alone_and_told_of(
    open_window: OpenWindow, shared_redis: RedisServer, raw: redis.Redis
) -> None:
    raw.set("key", '{"a": 1}', px=600_000)
    async with open_window(f"redis://127.0.0.1:{shared_redis.port}") as person:
        await person.sees_soon("complete")
        await person.open("key")
        raw.pexpire("key", 300_000)
        person.click("Remove the expiry")  # before the window can have heard of it
        await person.until(lambda: person.bars() == [REFUSAL])
        await person.sees_soon("expires in 4:5")
        assert 290_000 < raw.pttl("key") <= 300_000
        assert person.bars() == [REFUSAL]

        person.click("Remove the expiry")
        await person.until(lambda: raw.pttl("key") == -1)
        await person.until(lambda: person.bars() == [])
