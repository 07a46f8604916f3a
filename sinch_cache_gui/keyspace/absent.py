"""Keys found gone by asking, and not by the feed: a feed that polls may never tell of their return.

Polling compares one walk through the keys with the next. A key that goes after one walk and is back
before the next is the same to both, so whoever saw it gone in between has to look again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import Gone

LOOKS: Final = 2
"""Looks after which the feed knows the key as gone itself: the walk under way and a whole one."""

AskDeadlines = Callable[[Sequence[bytes]], Awaitable[list[int | Gone | None]]]


class AbsentKeys:
    """Remembers keys seen gone for as long as their return could go unnoticed."""

    def __init__(self) -> None:
        self._looks_left: dict[bytes, int] = {}

    def note(self, keys: Iterable[bytes]) -> None:
        """Remember that these were seen gone."""
        self._looks_left.update((key, LOOKS) for key in keys)

    async def returned(self, ask: AskDeadlines) -> tuple[Change, ...]:
        """Look for the keys once more and answer those that are back; to be called once a round.

        Raises:
            CacheError: As the cache says; the keys stay remembered.
        """
        keys = list(self._looks_left)
        if not keys:
            return ()
        answers = await ask(keys)
        back = []
        for key, answer in zip(keys, answers, strict=True):
            self._looks_left[key] -= 1
            if not isinstance(answer, Gone):
                back.append(Change(key, ChangeKind.WRITTEN, answer))
            if self._looks_left[key] <= 0 or not isinstance(answer, Gone):
                del self._looks_left[key]
        return tuple(back)
