"""Following a cache's feed: what happened since the last frame, handed on in one piece."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change, Changes, FeedEvent, LiveSource, LiveStatus

FRAME_S: Final = 0.016
"""At most one burst in this time."""

RATE_OVER_S: Final = 3.0
"""Changes per second are counted over this time."""


class FeedSource(Protocol):
    """The part of a cache a follower needs."""

    def watch(self) -> AsyncIterator[FeedEvent]:
        """Follow the cache."""
        ...


class ChangeRate:
    """How many changes a second there were of late."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._bursts: deque[tuple[float, int]] = deque()

    def count(self, changes: int) -> None:
        """Count changes of this moment."""
        self._bursts.append((self._clock(), changes))

    def per_second(self) -> float:
        """Answer the mean over the last seconds."""
        oldest = self._clock() - RATE_OVER_S
        while self._bursts and self._bursts[0][0] < oldest:
            self._bursts.popleft()
        return sum(changes for _, changes in self._bursts) / RATE_OVER_S


class Follower:
    """Hands on a feed, with the changes between two frames as one burst, in order."""

    def __init__(self, source: FeedSource, apply: Callable[[FeedEvent], Awaitable[None]]) -> None:
        """Follow nothing yet.

        Args:
            source: The cache.
            apply: Awaited with one event after the other; `Changes` are the changes of a frame,
                the last one of each key.
        """
        self._source = source
        self._apply = apply
        self._waiting: list[FeedEvent] = []
        self._wake = asyncio.Event()
        self.rate = ChangeRate()

    async def run(self) -> None:
        """Follow for ever. If the cache refuses to be followed, say so once and end."""
        async with asyncio.TaskGroup() as group:
            handing_on = group.create_task(self._hand_on())
            try:
                await self._listen()
            except CacheError as error:
                self._waiting.append(LiveStatus(LiveSource.NONE, error.title))
                self._wake.set()
            await handing_on

    async def _listen(self) -> None:
        async for event in self._source.watch():
            self._waiting.append(event)
            self._wake.set()

    async def _hand_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            waiting, self._waiting = self._waiting, []
            for event in merged(waiting):
                if isinstance(event, Changes):
                    self.rate.count(len(event.changes))
                await self._apply(event)
            await asyncio.sleep(FRAME_S)


def merged(events: list[FeedEvent]) -> list[FeedEvent]:
    """Answer the events with each run of changes as one, holding the last change of each key."""
    result: list[FeedEvent] = []
    run: dict[bytes, Change] = {}
    for event in events:
        if isinstance(event, Changes):
            for change in event.changes:
                run.pop(change.key, None)
                run[change.key] = change
            continue
        if run:
            result.append(Changes(tuple(run.values())))
            run = {}
        result.append(event)
    if run:
        result.append(Changes(tuple(run.values())))
    return result
