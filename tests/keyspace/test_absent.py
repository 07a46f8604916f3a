"""Keys that come back between two walks of a feed that polls are found all the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.keyspace.absent import AbsentKeys


class Cache:
    """Which keys exist, and whether the cache answers."""

    def __init__(self) -> None:
        self.deadline_of: dict[bytes, int | None] = {}
        self.asked: list[list[bytes]] = []
        self.is_lost = False

    async def resolve(self, keys: Mapping[bytes, None]) -> list[Change]:
        if self.is_lost:
            raise CacheUnreachable("no answer")
        self.asked.append(list(keys))
        return [
            Change(key, ChangeKind.WRITTEN, self.deadline_of[key])
            if key in self.deadline_of
            else Change(key, ChangeKind.GONE)
            for key in keys
        ]


async def test_a_key_that_is_back_is_told_once_with_its_deadline() -> None:
    cache, absent = Cache(), AbsentKeys()
    absent.note([b"a", b"b"])
    cache.deadline_of = {b"a": 5_000}
    assert await absent.returned(cache.resolve) == (Change(b"a", ChangeKind.WRITTEN, 5_000),)
    assert await absent.returned(cache.resolve) == ()


async def test_a_key_is_looked_for_until_a_whole_walk_has_missed_it() -> None:
    cache, absent = Cache(), AbsentKeys()
    absent.note([b"a"])
    assert await absent.returned(cache.resolve) == ()
    cache.deadline_of = {b"a": None}
    assert await absent.returned(cache.resolve) == (Change(b"a", ChangeKind.WRITTEN, None),)
    absent.note([b"gone"])
    for _ in range(5):
        await absent.returned(cache.resolve)
    assert cache.asked.count([b"gone"]) == 2


async def test_a_lost_connection_forgets_nothing() -> None:
    cache, absent = Cache(), AbsentKeys()
    absent.note([b"a"])
    cache.deadline_of = {b"a": None}
    cache.is_lost = True
    with pytest.raises(CacheUnreachable):
        await absent.returned(cache.resolve)
    cache.is_lost = False
    assert await absent.returned(cache.resolve) == (Change(b"a", ChangeKind.WRITTEN, None),)
