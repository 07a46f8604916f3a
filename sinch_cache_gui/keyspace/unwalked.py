"""Keys known otherwise than from the feed: a feed that polls may never tell what becomes of them.

Polling compares one walk through the keys with the next. A key that came after one walk and went
before the next is the same to both, but a scan in between let it in; and one that went and came
back in between may have been missed by the scan. So what is known is compared with a whole walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import inf
from time import perf_counter
from typing import Final

from sinch_cache_gui.cache.feed import Change, Walked
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.live_source import KeyResolver
from sinch_cache_gui.keyspace.catalogue import Catalogue
from sinch_cache_gui.pacing import Breather

AT_ONCE: Final = 2_000
"""Keys looked at, or asked for, before the loop may breathe."""


class UnwalkedKeys:
    """Remembers since when every key let in was to be seen by a walk.

    Args:
        cache: Asked for each key that a walk saw otherwise.
    """

    def __init__(self, cache: CacheBackend) -> None:
        self._resolver = KeyResolver(cache)
        self._last_s: float | None = None

    def let_in(self) -> None:
        """Keys were let in that the feed did not tell of."""
        if self._last_s != inf:
            self._last_s = perf_counter()

    def begin_letting_in(self) -> None:
        """Such keys are let in from now on: no walk can be compared meanwhile."""
        self._last_s = inf

    def end_letting_in(self) -> None:
        """The last one was let in; a walk that begins from now on can be compared."""
        self._last_s = perf_counter()

    async def untold(self, walk: Walked, known: Catalogue, *, is_whole: bool) -> Sequence[Change]:
        """Answer what the feed could not tell; nothing unless keys were let in before the walk.

        Args:
            walk: What was seen.
            known: What is known.
            is_whole: Whether every key is to be known: then those not known are looked for, too.

        Raises:
            CacheError: As the cache says; the next walk is compared instead.
        """
        last_s = self._last_s
        if last_s is None or walk.began_s < last_s:
            return ()
        breathe = Breather()
        changes: list[Change] = []
        for keys in _batches(await self._doubtful(walk, known, breathe, is_whole=is_whole)):
            found = await self._resolver.resolve(
                dict.fromkeys(keys), lambda key: not walk.unseen((key,))
            )
            changes += [each for each in found if each.kind.removes == (each.key in known.full)]
            await breathe()
        if self._last_s == last_s:
            self._last_s = None
        return changes

    async def _doubtful(
        self, walk: Walked, known: Catalogue, breathe: Breather, *, is_whole: bool
    ) -> list[bytes]:
        """Answer the keys known and not seen, and those seen and not known."""
        full = known.full
        doubtful: list[bytes] = []
        seen = 0
        for keys in _batches(walk.keys()):
            unknown = [key for key in keys if key not in full]
            seen += len(keys) - len(unknown)
            if is_whole:
                doubtful += known.wanted(unknown)
            await breathe()
        if seen != full.key_count:
            for keys in full.parts():
                doubtful += walk.unseen(keys)
                await breathe()
        return doubtful


def _batches(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(keys)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch
