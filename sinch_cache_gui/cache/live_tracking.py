"""Noticing changes by client-side caching: the server names every key that changed.

`CLIENT TRACKING ON BCAST` on a connection of its own, speaking RESP3 (Redis 6.0; source:
"Client-side caching in Redis"). It needs no configuration of the server, covers deletion, expiry
and eviction, and tells a flush as a null list. It does not say which database a key is in.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.feed import FeedEvent, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.live_push import PushedKeys, PushFeed
from sinch_cache_gui.cache.live_source import LivePlan, Pause, SourceUnavailable
from sinch_cache_gui.cache.redis_errors import translated
from sinch_cache_gui.cache.redis_line import Command, Line
from sinch_cache_gui.cache.redis_node import RedisNode

_INVALIDATE: Final = b"invalidate"


class Tracking:
    """Follows a server that supports tracking and permits it."""

    def __init__(self, node: RedisNode, cache: CacheBackend, plan: LivePlan, pause: Pause) -> None:
        self._node = node
        self._cache = cache
        self._plan = plan
        self._pause = pause

    async def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow, or say why that is not possible."""
        line = await open_push_line(self._node, self._command(), name="tracking is", protocol=3)
        feed = PushFeed(
            line, self._node.where, self._cache, self._plan, self._pause, _digest_invalidation
        )
        events = feed.events(LiveStatus(LiveSource.TRACKING))
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    def _command(self) -> Command:
        prefix = ("PREFIX", self._plan.prefix) if self._plan.prefix else ()
        return ("CLIENT", "TRACKING", "ON", "BCAST", *prefix)


async def open_push_line(node: RedisNode, command: Command, *, name: str, protocol: int) -> Line:
    """Open a connection and tell the server what to push to it.

    Args:
        node: The server.
        command: What tells it.
        name: What is asked for, with its verb: "tracking is".
        protocol: 3, or 2 for what older servers know.

    Raises:
        SourceUnavailable: The server does not know, or does not permit, that.
        CacheUnreachable: The server does not answer anything at all.
    """
    try:
        line = await node.open_line(protocol=protocol)
        with translated(node.where):
            (reply,) = await line.exchange([command])
    except CacheUnreachable:
        # A proxy may hang up on what it does not know: then everything else still works.
        await node.ask("PING")
        raise SourceUnavailable(f"{name} not offered") from None
    except CacheError:
        raise SourceUnavailable(f"{name} not offered by this server") from None
    if not isinstance(reply, Exception):
        return line
    await line.close()
    is_denied = isinstance(reply, exceptions.NoPermissionError)
    verdict = "not permitted" if is_denied else "not offered by this server"
    raise SourceUnavailable(f"{name} {verdict}")


def _digest_invalidation(message: Sequence[object], pushed: PushedKeys) -> None:
    match message:
        case [bytes() as name, None] if name == _INVALIDATE:
            pushed.put_flushed()
        case [bytes() as name, list() as keys] if name == _INVALIDATE:
            pushed.put(keys)
