"""Noticing that a key's time is up: a server may tell of it only long after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import Gone
from sinch_cache_gui.keyspace.expiry import Deadlines

LONGEST_NAP_S: Final = 0.25
SHORTEST_NAP_S: Final = 0.01


class DeadlineSource(Protocol):
    """The part of a cache that knows when keys expire."""

    def now_ms(self) -> int:
        """The time by the cache's clock."""
        ...

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """Answer when each key expires."""
        ...


class Expirer:
    """Asks for keys whose deadline has come: the question makes a server expire them.

    Attributes:
        deadlines: The deadlines known.
    """

    def __init__(
        self, source: DeadlineSource, expired: Callable[[tuple[Change, ...]], Awaitable[None]]
    ) -> None:
        """Know no deadline yet; `expired` is awaited with keys that are gone."""
        self._source = source
        self._expired = expired
        self.deadlines = Deadlines()

    async def run(self) -> None:
        """Ask at each deadline, for ever."""
        while True:
            await asyncio.sleep(self._nap_s())
            due = self.deadlines.take_due(self._source.now_ms())
            if not due:
                continue
            try:
                answers = await self._source.deadlines(due)
            except CacheError:
                # The feed tells about the connection; after it is back everything is asked anew.
                continue
            gone = []
            for key, answer in zip(due, answers, strict=True):
                if isinstance(answer, Gone):
                    gone.append(Change(key, ChangeKind.EXPIRED))
                else:
                    self.deadlines.note(key, answer)
            if gone:
                await self._expired(tuple(gone))

    def _nap_s(self) -> float:
        nearest = self.deadlines.next_ms()
        if nearest is None:
            return LONGEST_NAP_S
        return min(LONGEST_NAP_S, max(SHORTEST_NAP_S, (nearest - self._source.now_ms()) / 1000))
