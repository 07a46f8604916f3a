"""What one feed has still to be told, bounded: a slow reader misses changes, never memory."""

from __future__ import annotations

import asyncio
from typing import Final

from sinch_cache_gui.cache.feed import Change, Changes, ChangesMissed, FeedEvent, Flushed

QUEUE_LIMIT: Final = 50_000
"""Changes kept for a reader that is busy. More, and it is told to scan again."""


class ChangeQueue:
    """Changes on their way to one feed, handed over in batches."""

    def __init__(self, limit: int = QUEUE_LIMIT) -> None:
        self._limit = limit
        self._changes: list[Change] = []
        self._is_flushed = False
        self._has_overflowed = False
        self._is_closed = False
        self._wake = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        """Whether the feed is to end."""
        return self._is_closed

    def put(self, change: Change) -> None:
        """Tell one change."""
        if self._has_overflowed:
            return
        self._changes.append(change)
        if len(self._changes) > self._limit:
            self._changes.clear()
            self._has_overflowed = True
        self._wake.set()

    def put_flushed(self) -> None:
        """Tell that every key is gone: whatever was waiting is history."""
        self._changes.clear()
        self._has_overflowed = False
        self._is_flushed = True
        self._wake.set()

    def close(self) -> None:
        """End the feed."""
        self._is_closed = True
        self._wake.set()

    def wake(self) -> None:
        """Let the feed look around, though nothing changed: the clock may have moved."""
        self._wake.set()

    async def wait(self, timeout_s: float | None) -> None:
        """Wait until something is told, or for `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def take(self) -> list[FeedEvent]:
        """Answer everything told since, in order, and forget it."""
        events: list[FeedEvent] = []
        if self._is_flushed:
            events.append(Flushed())
        if self._has_overflowed:
            events.append(ChangesMissed("changes came faster than they could be shown"))
        elif self._changes:
            events.append(Changes(tuple(self._changes)))
        self._changes = []
        self._is_flushed = self._has_overflowed = False
        return events
