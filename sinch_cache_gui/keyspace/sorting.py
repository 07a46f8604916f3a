"""Sorting folders by TTL: each key is asked for, a pipeline at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import Gone
from sinch_cache_gui.keyspace.conditions import AT_ONCE, REST, TELL_EVERY_S, Asked, Questions
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.order import DeadlineShards, TtlOrder

MOST_UNASKED: Final = 200_000
"""Keys of all expanded folders that are sorted at one click; a larger folder by its own menu."""

LOOK_AGAIN_S: Final = 0.05
"""Until a folder that was just expanded is looked at again, whether all its leaves are there."""


def worth_sorting(index: KeyIndex) -> tuple[bytes, ...]:
    """Answer the prefixes of the folders on show that are sorted at one click, small ones first."""
    chosen, left = [], MOST_UNASKED
    for prefix, count in sorted(index.open_prefixes(), key=lambda one: one[1]):
        left -= count
        if left < 0:
            break
        chosen.append(prefix)
    return tuple(chosen)


class Sorting:
    """Asks for the deadlines of the leaves of some folders."""

    def __init__(
        self,
        cache: Questions,
        prefixes: Sequence[bytes],
        told: Callable[[], None],
        settled: Callable[[], object] = lambda: None,
    ) -> None:
        """Have asked nothing yet.

        Args:
            cache: Answers.
            prefixes: What the keys of each folder begin with; empty for the top.
            told: Called a few times a second while there is progress.
            settled: Called as often, when objects have come that will stay.
        """
        self.prefixes = prefixes
        self._cache = cache
        self._told = told
        self._settled = settled
        self._told_at = perf_counter()
        self.asked = Asked(0, 0, cache.now_ms())

    async def run(self, index: KeyIndex, sort: Callable[[bytes, TtlOrder], None]) -> None:
        """Ask for each folder, and have it sorted as soon as all of it is known."""
        while any(map(index.is_splitting, self.prefixes)):  # noqa: ASYNC110 - it tells no end
            await asyncio.sleep(LOOK_AGAIN_S)
        total = sum(index.leaf_count(prefix) for prefix in self.prefixes)
        self.asked = Asked(0, total, self.asked.as_of_ms)
        reason = ""
        try:
            for prefix in self.prefixes:
                deadlines = DeadlineShards()
                for names in index.leaf_parts(prefix):
                    for start in range(0, len(names), AT_ONCE):
                        await self._ask(prefix, names[start : start + AT_ONCE], deadlines)
                sort(prefix, TtlOrder(deadlines))
        except CacheError as error:
            reason = error.title
        self._tell(0, is_done=not reason, reason=reason)

    async def _ask(self, prefix: bytes, names: Sequence[bytes], deadlines: DeadlineShards) -> None:
        began = perf_counter()
        answers = await self._cache.deadlines([prefix + name for name in names])
        for name, answer in zip(names, answers, strict=True):
            if not isinstance(answer, Gone):
                deadlines[name] = answer
        is_time = perf_counter() - self._told_at > TELL_EVERY_S
        await asyncio.sleep(REST * (perf_counter() - began))
        self._tell(len(names), is_quiet=not is_time)

    def _tell(
        self, more: int, *, is_done: bool = False, reason: str = "", is_quiet: bool = False
    ) -> None:
        now = self.asked
        self.asked = Asked(now.looked_at + more, now.total, now.as_of_ms, is_done, reason)
        if not is_quiet:
            self._told_at = perf_counter()
            self._settled()
            self._told()
