"""What the ways of noticing changes have in common."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import NotPermitted
from sinch_cache_gui.cache.feed import Change, ChangeKind, FeedEvent, LiveSource
from sinch_cache_gui.cache.interface import CacheBackend, Gone
from sinch_cache_gui.cache.ttl import has_passed

_REMEMBERED: Final = 200_000
"""Deadlines kept in mind to tell an expired key from a deleted one."""


@dataclass(frozen=True, slots=True)
class LivePlan:
    """How changes are to be noticed.

    Attributes:
        sources: Which ways, the best first.
        prefix: Only keys that begin so matter.
        poll_s: Seconds between two rounds of polling a small cache.
        first_retry_s: Seconds before a lost server is tried again; doubled at each failure.
        longest_retry_s: Where the doubling ends.
        silence_s: Seconds without a word from the server after which it is asked for one;
            as long again, and it counts as lost.
        most_pending: Changed keys to remember at most; more at once is an overload.
    """

    sources: tuple[LiveSource, ...] = (
        LiveSource.TRACKING,
        LiveSource.NOTIFICATIONS,
        LiveSource.POLLING,
    )
    prefix: bytes = b""
    poll_s: float = 1.0
    first_retry_s: float = 0.5
    longest_retry_s: float = 15.0
    silence_s: float = 3.0
    most_pending: int = 50_000


DEFAULT_PLAN: Final = LivePlan()
"""What a cache is opened with."""


class SourceUnavailable(Exception):
    """The server does not offer this way.

    Attributes:
        reason: One clause for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Source(Protocol):
    """One way of noticing changes."""

    def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow; the first event is a `LiveStatus`.

        Raises:
            SourceUnavailable: Before the first event: this way is closed.
            CacheUnreachable: The server is lost.
        """
        ...


class Pause:
    """Waiting that can be cut short."""

    def __init__(self) -> None:
        self._nudge = asyncio.Event()
        self._is_closed = False

    def is_closed(self) -> bool:
        """Whether whoever waits is to end."""
        return self._is_closed

    async def __call__(self, seconds: float) -> None:
        """Wait, unless `skip` or `close` is called."""
        if self._is_closed:
            return
        self._nudge.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._nudge.wait()
        except TimeoutError:
            pass

    def skip(self) -> None:
        """End the wait that is going on."""
        self._nudge.set()

    def close(self) -> None:
        """End every wait from now on."""
        self._is_closed = True
        self._nudge.set()


class KeyResolver:
    """Finds out what became of keys that are known to have changed, in few round trips."""

    def __init__(self, cache: CacheBackend) -> None:
        self._cache = cache
        # A dict looks for its oldest entry past all those deleted before it, each time again.
        self._deadlines: OrderedDict[bytes, int] = OrderedDict()

    async def resolve(
        self,
        keys: Mapping[bytes, ChangeKind | None],
        is_there: Callable[[bytes], bool] | None = None,
    ) -> list[Change]:
        """Answer a change for each key.

        Args:
            keys: With what happened to each as far as it was told; what is there now counts more.
            is_there: Answers whether a key exists as far as is known without asking.

        Raises:
            NotPermitted: Nothing may be asked about keys, and `is_there` is not given.
        """
        found = await self._states(list(keys), is_there)
        now_ms = self._cache.now_ms()
        return [
            self._change(key, kind, state, now_ms)
            for (key, kind), state in zip(keys.items(), found, strict=True)
        ]

    async def _states(
        self, keys: Sequence[bytes], is_there: Callable[[bytes], bool] | None
    ) -> Sequence[int | Gone | None]:
        try:
            return await self._cache.deadlines(keys)
        except NotPermitted:  # to know which are there is enough to follow them
            there = await self._there(keys, is_there)
        return [None if exists else Gone() for exists in there]

    async def _there(
        self, keys: Sequence[bytes], is_there: Callable[[bytes], bool] | None
    ) -> Sequence[bool]:
        try:
            return await self._cache.exist(keys)
        except NotPermitted:
            pass
        try:
            return [kind is not None for kind in await self._cache.types(keys)]
        except NotPermitted:
            if is_there is None:
                raise
        return list(map(is_there, keys))

    def _change(
        self, key: bytes, kind: ChangeKind | None, state: int | Gone | None, now_ms: int
    ) -> Change:
        known_ms = self._deadlines.pop(key, None)
        if isinstance(state, Gone):
            if kind is None or not kind.removes:
                kind = ChangeKind.EXPIRED if has_passed(known_ms, now_ms) else ChangeKind.GONE
            return Change(key, kind)
        if state is not None:
            self._deadlines[key] = state
            if len(self._deadlines) > _REMEMBERED:
                self._deadlines.popitem(last=False)
        if kind is not ChangeKind.TTL_CHANGED:
            kind = ChangeKind.WRITTEN
        return Change(key, kind, state)
