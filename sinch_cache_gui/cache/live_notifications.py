"""Noticing changes by keyspace notifications, where a server has them on already.

They are never switched on from here. The server names the event and the key, each in a message of
its own; a flush is not told (source: "Redis keyspace notifications").
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.feed import ChangeKind, FeedEvent, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.live_push import PushedKeys, PushFeed
from sinch_cache_gui.cache.live_source import LivePlan, Pause, SourceUnavailable
from sinch_cache_gui.cache.live_tracking import open_push_line
from sinch_cache_gui.cache.redis_node import RedisNode

_CLASSES: Final = frozenset("g$lshzxet")
"""Classes of events without which changes would go unnoticed; `A` stands for all of them."""

_LOOK_FOR_FLUSH_S: Final = 2.0

_KINDS: Final = {
    b"del": ChangeKind.DELETED,
    b"expired": ChangeKind.EXPIRED,
    b"evicted": ChangeKind.EVICTED,
    b"expire": ChangeKind.TTL_CHANGED,
    b"persist": ChangeKind.TTL_CHANGED,
}


class Notifications:
    """Follows a server whose keyspace notifications are complete."""

    def __init__(
        self,
        node: RedisNode,
        cache: CacheBackend,
        plan: LivePlan,
        pause: Pause,
        reason: str,
    ) -> None:
        self._node = node
        self._cache = cache
        self._plan = plan
        self._pause = pause
        self._channel = b"__keyevent@%d__:" % node.database
        self._reason = reason

    async def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow, or say why that is not possible."""
        await self._check_configuration()
        line = await open_push_line(
            self._node,
            ("PSUBSCRIBE", self._channel + b"*"),
            name="notifications are",
            protocol=2,
        )
        feed = PushFeed(line, self._node.where, self._cache, self._plan, self._pause, self._digest)
        events = feed.events(
            LiveStatus(LiveSource.NOTIFICATIONS, self._reason), check_every_s=_LOOK_FOR_FLUSH_S
        )
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    async def _check_configuration(self) -> None:
        try:
            reply = await self._node.ask("CONFIG", "GET", "notify-keyspace-events")
        except CacheUnreachable:
            raise
        except CacheError:
            raise SourceUnavailable("whether notifications are on is not told") from None
        match reply:
            case [_, bytes() as flags]:
                classes = set(flags.decode(errors="replace"))
                if "E" in classes and ("A" in classes or classes >= _CLASSES):
                    return
        raise SourceUnavailable("notifications are off")

    def _digest(self, message: Sequence[object], pushed: PushedKeys) -> None:
        match message:
            case [b"pmessage", _, bytes() as channel, bytes() as key]:
                if key.startswith(self._plan.prefix):
                    pushed.put([key], _KINDS.get(channel.removeprefix(self._channel)))
