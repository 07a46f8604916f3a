"""Keys that changed while a filter by type or TTL is on: asked whether they meet it now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice
from time import perf_counter
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, NotPermitted
from sinch_cache_gui.keyspace.conditions import AT_ONCE, REST, Conditions, Questions, meeting

RETRY_S: Final = 1.0
"""Until keys are asked about again that could not be."""


class Newcomers:
    """Asks about keys, a pipeline at a time, each as it was when it was last named."""

    def __init__(
        self, cache: Questions, decided: Callable[[list[bytes], set[bytes]], None]
    ) -> None:
        """Know of no key yet.

        Args:
            cache: Answers.
            decided: Called with keys that were asked about, and those of them that meet.
        """
        self._cache = cache
        self._decided = decided
        self._conditions = Conditions()
        self._waiting: dict[bytes, None] = {}
        self._wake = asyncio.Event()
        self._is_begun = False

    def expect(self, conditions: Conditions) -> None:
        """Remember keys named from now on; all others are asked about elsewhere meanwhile."""
        self._conditions = conditions
        self._waiting.clear()
        self._is_begun = False

    def begin(self) -> None:
        """Ask about those named, and those that will be: all others have been asked about."""
        self._is_begun = True
        self._wake.set()

    def name(self, keys: Iterable[bytes]) -> None:
        """Have these asked about, soon."""
        self._waiting.update(dict.fromkeys(keys))
        self._wake.set()

    async def run(self) -> None:
        """Ask about what is named, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting and self._conditions and self._is_begun:
                await self._ask(list(islice(self._waiting, AT_ONCE)))

    async def _ask(self, keys: list[bytes]) -> None:
        conditions, began = self._conditions, perf_counter()
        for key in keys:
            del self._waiting[key]
        try:
            met = await meeting(conditions, self._cache, keys)
        except NotPermitted:
            return  # as it was when all were asked about, which says why
        except CacheError:
            if conditions is self._conditions:
                self.name(keys)
            await asyncio.sleep(RETRY_S)
            return
        if conditions is self._conditions:
            self._decided(keys, set(met))
        await asyncio.sleep(REST * (perf_counter() - began))
