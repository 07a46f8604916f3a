"""Keys found gone by asking, and not by the feed: a feed that polls may never tell of their return.

Polling compares one walk through the keys with the next. A key that goes after one walk and is back
before the next is the same to both, so whoever saw it gone in between has to look again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Final

from sinch_cache_gui.cache.feed import Change

LOOKS: Final = 2
"""Looks after which the feed knows the key as gone itself: the walk under way and a whole one."""

Resolve = Callable[[Mapping[bytes, None]], Awaitable[Sequence[Change]]]
"""Answers what became of keys."""


class AbsentKeys:
    """Remembers keys seen gone for as long as their return could go unnoticed."""

    def __init__(self) -> None:
        self._looks_left: dict[bytes, int] = {}

    def note(self, keys: Iterable[bytes]) -> None:
        """Remember that these were seen gone."""
        self._looks_left.update((key, LOOKS) for key in keys)

    async def returned(self, resolve: Resolve) -> tuple[Change, ...]:
        """Look for the keys once more and answer those that are back; to be called once a round.

        Raises:
            CacheError: As the cache says; the keys stay remembered.
        """
        keys = list(self._looks_left)
        if not keys:
            return ()
        found = await resolve(dict.fromkeys(keys))
        for change in found:
            self._looks_left[change.key] -= 1
            if self._looks_left[change.key] <= 0 or not change.kind.removes:
                del self._looks_left[change.key]
        return tuple(change for change in found if not change.kind.removes)
