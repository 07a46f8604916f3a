"""Following what a Redis server pushes: which keys changed, resolved to what became of them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeAlias

from sinch_cache_gui.cache.errors import CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.feed import (
    ChangeKind,
    Changes,
    ChangesMissed,
    FeedEvent,
    Flushed,
    LiveStatus,
)
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.live_source import KeyResolver, LivePlan, Pause, SourceUnavailable
from sinch_cache_gui.cache.redis_errors import translated
from sinch_cache_gui.cache.redis_line import Line
from sinch_cache_gui.pacing import Breather

_GAP_S: Final = 0.016
"""Between two batches: a frame, so that many changes are few messages."""

_CHANGES_AT_ONCE: Final = 2_000
_WINDOW_S: Final = 0.5
"""How long an overload is watched before it is judged again."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What has been pushed since it was last asked.

    Attributes:
        keys: Keys that changed, with what happened to them where that was told.
        is_flushed: Whether every key of some database went at once, before these.
        has_overflowed: Whether there were too many keys to remember: some are not among `keys`.
    """

    keys: Mapping[bytes, ChangeKind | None]
    is_flushed: bool
    has_overflowed: bool


class PushedKeys:
    """Collects what is pushed, bounded."""

    def __init__(self, limit: int, wake: Callable[[], None]) -> None:
        self._limit = limit
        self._wake = wake
        self._keys: dict[bytes, ChangeKind | None] = {}
        self._is_flushed = False
        self._has_overflowed = False

    def is_empty(self) -> bool:
        """Whether nothing has been pushed since `take`."""
        return not (self._keys or self._is_flushed or self._has_overflowed)

    def put(self, keys: Sequence[bytes], kind: ChangeKind | None = None) -> None:
        """Remember keys that changed."""
        if len(self._keys) + len(keys) > self._limit:
            self._has_overflowed = True
            self._keys.clear()
        elif kind is ChangeKind.TTL_CHANGED:  # a SET with a TTL is told as set, then expire
            for key in keys:
                self._keys.setdefault(key, kind)
        else:
            self._keys.update(dict.fromkeys(keys, kind))
        self._wake()

    def put_flushed(self) -> None:
        """Remember that every key went; what was known of them before is history."""
        self._keys.clear()
        self._is_flushed = True
        self._wake()

    def take(self) -> Pushed:
        """Answer everything remembered, and forget it."""
        pushed = Pushed(self._keys, self._is_flushed, self._has_overflowed)
        self._keys = {}
        self._is_flushed = self._has_overflowed = False
        return pushed


Digest: TypeAlias = Callable[[Sequence[object], PushedKeys], None]
"""Reads one message of the server into the collection."""


class PushListener:
    """Reads one connection for as long as the server is there, and asks when it falls silent.

    While a long value crawls over another connection to it, the answer may be stuck behind that.
    """

    def __init__(self, line: Line, where: str, silence_s: float) -> None:
        self._connection = line.connection
        self._traffic = line.traffic
        self._where = where
        self._silence_s = silence_s

    async def listen(self, receive: Callable[[Sequence[object]], None]) -> None:
        """Hand over each message.

        Raises:
            CacheUnreachable: The connection is lost, or silent even when asked.
        """
        breathe = Breather()
        now = asyncio.get_running_loop().time
        asked_s: float | None = None
        with translated(self._where):
            while True:
                message = await self._connection.read_response(
                    timeout=self._silence_s, push_request=True
                )
                if message is not None:
                    asked_s = None
                    if isinstance(message, list):
                        receive(message)
                elif asked_s is None:
                    await self._connection.send_command("PING", check_health=False)
                    asked_s = now()
                elif self._traffic.has_server_moved_since(asked_s):
                    asked_s = now()
                else:
                    raise CacheUnreachable(f"{self._where} does not answer", "It fell silent.")
                await breathe()


class PushFeed:
    """Turns what one connection is pushed into events.

    Args:
        line: The connection, already told what to push. It is closed at the end.
        where: Host and port for people.
        cache: Asked what became of the keys.
        plan: How much to remember, and how long a silence may last.
        pause: Cut short by whoever owns the feed.
        digest: Reads a message.
    """

    def __init__(
        self,
        line: Line,
        where: str,
        cache: CacheBackend,
        plan: LivePlan,
        pause: Pause,
        digest: Digest,
    ) -> None:
        self._line = line
        self._cache = cache
        self._plan = plan
        self._pause = pause
        self._digest = digest
        self._listener = PushListener(line, where, plan.silence_s)
        self._pushed = PushedKeys(plan.most_pending, pause.skip)
        self._resolver = KeyResolver(cache)
        self._is_empty = False

    async def events(
        self, status: LiveStatus, *, check_every_s: float = math.inf
    ) -> AsyncGenerator[FeedEvent, None]:
        """Follow; the first event is `status`.

        Args:
            status: How changes are noticed when all is well.
            check_every_s: Look this often whether the cache has become empty, for a source that
                does not tell.

        Raises:
            SourceUnavailable: What became of a key that changed may not be asked.
            CacheUnreachable: The server is lost.
        """
        try:
            await self._ask_for_nothing()
            async with aclosing(self._listened(status, check_every_s)) as events:
                async for event in events:
                    yield event
        finally:
            await self._line.close()

    async def _ask_for_nothing(self) -> None:
        """Learn whether what became of a key may be asked."""
        try:
            await self._resolver.resolve({b"": None})
        except NotPermitted:
            raise SourceUnavailable("whether a changed key still exists is not told") from None

    async def _listened(
        self, status: LiveStatus, check_every_s: float
    ) -> AsyncGenerator[FeedEvent, None]:
        listening = asyncio.ensure_future(
            self._listener.listen(lambda message: self._digest(message, self._pushed))
        )
        listening.add_done_callback(lambda _: self._pause.skip())
        try:
            if math.isfinite(check_every_s):
                await self._look_whether_empty()
            yield status
            while not self._pause.is_closed():
                if listening.done():
                    listening.result()
                if self._pushed.is_empty():
                    await self._pause(min(check_every_s, 3600))
                    if self._pushed.is_empty() and math.isfinite(check_every_s):
                        await self._look_for_flush()
                    continue
                pushed = self._pushed.take()
                if pushed.has_overflowed:
                    async for event in self._sit_out_overload(status):
                        yield event
                    continue
                async for event in self._told(pushed):
                    yield event
                await asyncio.sleep(_GAP_S)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _told(self, pushed: Pushed) -> AsyncGenerator[FeedEvent, None]:
        if pushed.is_flushed:
            # Which database was flushed is not told.
            if await self._cache.count_keys() == 0:
                yield Flushed()
            else:
                yield ChangesMissed("a database was flushed")
        waiting = iter(pushed.keys.items())
        while batch := dict(islice(waiting, _CHANGES_AT_ONCE)):
            changes = tuple(await self._resolver.resolve(batch))
            self._is_empty = self._is_empty and all(change.kind.removes for change in changes)
            yield Changes(changes)

    async def _sit_out_overload(self, status: LiveStatus) -> AsyncGenerator[FeedEvent, None]:
        """Let changes pass until they come slowly enough again, then have the keys read anew."""
        self._is_empty = False
        reason = "changes come faster than they can be followed"
        yield LiveStatus(status.source, f"catching up: {reason}")
        yield ChangesMissed(reason)
        calm = self._plan.most_pending // 10
        while not self._pause.is_closed():
            await asyncio.sleep(_WINDOW_S)
            pushed = self._pushed.take()
            if not pushed.has_overflowed and len(pushed.keys) <= calm:
                break
        yield status
        yield ChangesMissed("changes were let pass while there were too many")

    async def _look_for_flush(self) -> None:
        """An empty cache was flushed if there were keys before: all that come are pushed."""
        was_empty = self._is_empty
        if await self._look_whether_empty() and not was_empty:
            self._pushed.put_flushed()

    async def _look_whether_empty(self) -> bool:
        self._is_empty = await self._cache.count_keys() == 0
        return self._is_empty
