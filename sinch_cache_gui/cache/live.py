"""How a Redis server's changes are noticed: the best way it allows, and back again when lost.

The ways are tried in order: client-side caching's invalidations (live_tracking.py), keyspace
notifications if the server has them on already (live_notifications.py), polling (live_polling.py).
"""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import (
    ChangesMissed,
    ConnectionLost,
    ConnectionRestored,
    FeedEvent,
    LiveSource,
    LiveStatus,
)
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.live_notifications import Notifications
from sinch_cache_gui.cache.live_polling import Polling
from sinch_cache_gui.cache.live_source import LivePlan, Pause, Source, SourceUnavailable
from sinch_cache_gui.cache.live_tracking import Tracking
from sinch_cache_gui.cache.redis_node import RedisNode

_JITTER: Final = 0.5
"""Part of each wait that is left to chance, so that many windows do not come back at once."""

_A_WHILE_S: Final = 3600.0


class RedisFeed:
    """One `watch` of one server.

    Args:
        node: Where to listen.
        cache: The cache the node belongs to: asked about keys, and to connect again.
        plan: Which ways to try, and how often.
    """

    def __init__(self, node: RedisNode, cache: CacheBackend, plan: LivePlan) -> None:
        self._node = node
        self._cache = cache
        self._plan = plan
        self._pause = Pause()
        self._is_retry_wished = False

    def close(self) -> None:
        """End the feed."""
        self._pause.close()

    def retry_now(self) -> None:
        """Do not wait any longer before the next attempt; after one under way, not at all."""
        self._is_retry_wished = True
        self._pause.skip()

    async def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow until closed, through every loss of the server."""
        failures = 0
        while True:
            try:
                if failures:
                    await self._cache.connect()
                async with aclosing(self._follow()) as events:
                    async for event in events:
                        if failures:  # the first event: changes are noticed again
                            yield ConnectionRestored()
                        yield event
                        if failures:
                            yield ChangesMissed("the connection was lost for a while")
                        failures = 0
            except CacheUnreachable as error:
                if self._pause.is_closed():
                    return
                wait_s = self._wait_s(failures)
                failures += 1
                yield ConnectionLost(error.title, round(wait_s * 1000))
                if not self._is_retry_wished:
                    await self._pause(wait_s)
                self._is_retry_wished = False
                if self._pause.is_closed():
                    return
            else:
                return

    async def _follow(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow by the first way the server allows."""
        refusals: list[str] = []
        for kind in self._plan.sources:
            source = self._make_source(kind, "; ".join(refusals))
            try:
                async with aclosing(source.events()) as events:
                    async for event in events:
                        yield event
            except SourceUnavailable as error:
                if error.reason not in refusals:
                    refusals.append(error.reason)
            else:
                return
        yield LiveStatus(LiveSource.NONE, "; ".join(refusals))
        while not self._pause.is_closed():
            await self._pause(_A_WHILE_S)

    def _make_source(self, kind: LiveSource, reason: str) -> Source:
        node, cache, plan, pause = self._node, self._cache, self._plan, self._pause
        match kind:
            case LiveSource.TRACKING:
                return Tracking(node, cache, plan, pause)
            case LiveSource.NOTIFICATIONS:
                return Notifications(node, cache, plan, pause, reason)
            case LiveSource.POLLING:
                return Polling(cache, plan, pause, reason)
        raise ValueError(f"a Redis is not followed by {kind.value}")

    def _wait_s(self, failures: int) -> float:
        longest: float = min(self._plan.first_retry_s * 2**failures, self._plan.longest_retry_s)
        return longest * (1 - _JITTER * random.random())  # noqa: S311  not a secret
