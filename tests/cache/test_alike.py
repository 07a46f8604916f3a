"""Memory and a real Redis answer alike, whatever is asked of them in whatever order.

Both caches run below a machine that asks them the same and compares. Time is shared: every TTL is
either far away, so that no deadline comes by itself, or is brought to its end on both at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    KeyInfo,
    Persist,
    Saved,
    Snapshot,
    StoredValue,
    TtlChanged,
    TtlPolicy,
)
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache

if TYPE_CHECKING:
    from sinch_cache_gui.cache.connect import Target

T = TypeVar("T")

TOLERANCE_MS = 3_000
"""Between asking one cache and the other, and for a slow machine. TTLs differ by far more."""

TEXT_KEYS = ["", "a", "b", "a:b", "a:c", "*", "a*", "[a]", "\\", "å🙂", "a\nb"]
RAW_KEYS = [key.encode() for key in TEXT_KEYS] + [b"\xff", b"\x00", b"a\xff"]
PIECES = ["a", "b", ":", "*", "**", "?", "[", "]", "[a-c]", "[^a]", "\\", "å", "-", "^"]
DATA = [b"", b"1", b'"x"', b"\xff\x00", b"{", b'{"a": 1.0}', b"y" * 5000]
TTLS_S = [100, 200, 3600, 86_400 * 30]

text_keys = st.sampled_from(TEXT_KEYS)
raw_keys = st.sampled_from(RAW_KEYS)
data = st.sampled_from(DATA)
patterns = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)
seconds = st.sampled_from([*TTLS_S, 0, -1, None, 1.5, 10**11])
values = st.sampled_from([None, 0, 1.5, "x", "å\ud800", [1, {"a": []}], {"": None}, 2**70, {1: 1}])
policies = st.sampled_from([*TtlPolicy, 0, *(seconds * 1000 for seconds in TTLS_S)])
changes = st.sampled_from(
    [Persist(), ExpireAt(1), ExpireIn(0), ExpireIn(10**6), ExtendBy(10**7), ExtendBy(-1)]
)


class Moment(int):
    """A remaining time, equal to another that is about as long."""

    __hash__ = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int) and abs(int(self) - int(other)) <= TOLERANCE_MS


def comparable(answer: object, now_ms: int) -> object:
    """An answer with its deadlines turned into remaining times."""

    def moment(deadline_ms: int | None) -> Moment | None:
        return None if deadline_ms is None else Moment(deadline_ms - now_ms)

    match answer:
        case Snapshot() | StoredValue() | KeyInfo():
            return replace(answer, deadline_ms=moment(answer.deadline_ms))
        case Saved(deadline_ms, before):
            return Saved(moment(deadline_ms), comparable(before, now_ms))
        case Changed(other):
            return Changed(comparable(other, now_ms))
        case TtlChanged(before_ms, after_ms):
            return TtlChanged(moment(before_ms), moment(after_ms))
        case CacheError():
            return type(answer)
    return answer


class Twins(RuleBasedStateMachine):
    """Every rule asks both caches the same."""

    target: ClassVar[Target]
    can_script: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = 1_700_000_000_000
        self.memory = MemoryCache(lambda: self.now)
        self.redis = RedisCache(self.target, can_script=self.can_script)
        self.removed: list[tuple[Snapshot, Snapshot]] = []
        self.runner.run(self._begin())

    async def _begin(self) -> None:
        await self.redis.connect()
        for key in await self._scan(self.redis):
            await self.redis.remove(key)

    def teardown(self) -> None:
        self.runner.run(self.redis.aclose())
        self.runner.close()

    def ask(self, question: Callable[[CacheBackend], Awaitable[object]]) -> tuple[object, object]:
        return self.runner.run(self._ask(self.memory, question)), self.runner.run(
            self._ask(self.redis, question)
        )

    async def _ask(
        self, cache: CacheBackend, question: Callable[[CacheBackend], Awaitable[object]]
    ) -> object:
        try:
            return await question(cache)
        except CacheError as error:
            return error

    def alike(self, question: Callable[[CacheBackend], Awaitable[object]]) -> object:
        """Ask both, and demand the same answer."""
        of_memory, of_redis = self.ask(question)
        assert comparable(of_memory, self.memory.now_ms()) == comparable(
            of_redis, self.redis.now_ms()
        )
        return of_memory

    @staticmethod
    async def _scan(cache: CacheBackend, pattern: bytes | None = None) -> set[bytes]:
        found: set[bytes] = set()
        page = await cache.scan_page(pattern=pattern, count=3)
        found.update(page.keys)
        while page.next is not None:
            page = await cache.scan_page(page.next, pattern=pattern, count=3)
            found.update(page.keys)
        return found

    # ----- as a function

    @rule(key=text_keys, value=values, ttl=seconds)
    def set(self, key: str, value: object, ttl: object) -> None:
        self.alike(lambda cache: cache.set(key, value, ttl))

    @rule(key=text_keys)
    def get(self, key: str) -> None:
        self.alike(lambda cache: cache.get(key))

    @rule(key=text_keys)
    def has(self, key: str) -> None:
        self.alike(lambda cache: cache.has(key))

    @rule(key=text_keys)
    def delete(self, key: str) -> None:
        self.alike(lambda cache: cache.delete(key))

    @rule(key=text_keys, more=seconds)
    def extend(self, key: str, more: object) -> None:
        self.alike(lambda cache: cache.extend(key, more))

    @rule(pattern=patterns)
    def list_keys(self, pattern: str) -> None:
        async def keys(cache: CacheBackend) -> list[str]:
            return sorted(await cache.keys(pattern))

        self.alike(keys)

    @rule(keys=st.lists(text_keys, max_size=4))
    def get_many(self, keys: list[str]) -> None:
        self.alike(lambda cache: cache.get_many(keys))

    # ----- as an inspector

    @rule(pattern=st.none() | patterns)
    def scan(self, pattern: str | None) -> None:
        matches = None if pattern is None else pattern.encode()
        self.alike(lambda cache: self._scan(cache, matches))

    @rule(keys=st.lists(raw_keys, max_size=6), preview_bytes=st.integers(0, 10))
    def describe(self, keys: list[bytes], preview_bytes: int) -> None:
        of_memory, of_redis = self.ask(
            lambda cache: cache.describe(keys, preview_bytes=preview_bytes)
        )
        for mine, theirs in zip(of_memory, of_redis, strict=True):
            assert comparable(mine, self.now) == comparable(theirs, self.redis.now_ms())

    @rule(key=raw_keys)
    def read(self, key: bytes) -> None:
        self.alike(lambda cache: cache.read(key))

    @rule(key=raw_keys, new=data, expected=st.none() | data, ttl=policies)
    def write(self, key: bytes, new: bytes, expected: bytes | None, ttl: object) -> None:
        self.alike(lambda cache: cache.write(key, new, expected=expected, ttl=ttl))

    @rule(key=raw_keys, new=data, ttl=policies)
    def save(self, key: bytes, new: bytes, ttl: object) -> None:
        """A write that expects what is there."""

        async def save(cache: CacheBackend) -> object:
            held = await cache.read(key)
            expected = None if held is None else held.data
            return await cache.write(key, new, expected=expected, ttl=ttl)

        self.alike(save)

    @rule(key=raw_keys, change=changes)
    def change_ttl(self, key: bytes, change: object) -> None:
        self.alike(lambda cache: cache.change_ttl(key, change))

    @rule(key=raw_keys, expected=st.none() | data)
    def remove(self, key: bytes, expected: bytes | None) -> None:
        of_memory, of_redis = self.ask(lambda cache: cache.remove(key, expected=expected))
        assert comparable(of_memory, self.now) == comparable(of_redis, self.redis.now_ms())
        if isinstance(of_memory, Saved):
            self.removed.append((of_memory.before, of_redis.before))

    @rule(which=st.integers(0, 20))
    def restore(self, which: int) -> None:
        if not self.removed:
            return
        mine, theirs = self.removed[which % len(self.removed)]
        of_memory = self.runner.run(self.memory.restore(mine))
        of_redis = self.runner.run(self.redis.restore(theirs))
        assert comparable(of_memory, self.now) == comparable(of_redis, self.redis.now_ms())

    @rule(key=raw_keys)
    def expire(self, key: bytes) -> None:
        """A key reaches its deadline on both, and nobody has touched it since."""
        self.runner.run(self._expire(key))

    async def _expire(self, key: bytes) -> None:
        for cache in (self.memory, self.redis):
            await cache.change_ttl(key, ExpireIn(1))
        self.now += 1
        while await self.redis.deadlines([key]) != [Gone()]:
            pass

    @invariant()
    def both_hold_the_same(self) -> None:
        self.alike(lambda cache: self._scan(cache))
        self.alike(lambda cache: cache.count_keys())


@pytest.fixture
def twins(target: Target) -> type[Twins]:
    return type("TwinsHere", (Twins,), {"target": target})


@pytest.mark.parametrize("can_script", [True, False])
def test_memory_and_redis_answer_alike(twins: type[Twins], can_script: bool) -> None:
    twins.can_script = can_script
    run_state_machine_as_test(
        twins,
        settings=settings(
            max_examples=80,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
