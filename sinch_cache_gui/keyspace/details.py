"""What the rows on screen show of their keys: asked in one go, remembered, refreshed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.interface import KeyInfo

REMEMBERED: Final = 5000
"""Keys whose details are kept after they left the screen."""

AT_ONCE: Final = 250
"""Keys asked for in one pipeline."""

PAUSE_S: Final = 0.01
"""Between two pipelines: scrolling through a million rows asks for few of them."""

Describe = Callable[[Sequence[bytes]], Awaitable[list[KeyInfo | None]]]


class KeyDetails:
    """Answers from memory; what is missing or stale of the rows on screen is asked for."""

    def __init__(
        self,
        describe: Describe,
        told: Callable[[tuple[bytes, ...]], None],
        missing: Callable[[tuple[bytes, ...]], None],
    ) -> None:
        """Know nothing yet.

        Args:
            describe: Asks the cache.
            told: Called with the keys whose details are new.
            missing: Called with keys that do not exist any more.
        """
        self._describe = describe
        self._told = told
        self._missing = missing
        self._known: OrderedDict[bytes, KeyInfo] = OrderedDict()
        self._stale: set[bytes] = set()
        self._asked: frozenset[bytes] = frozenset()
        self._wanted: tuple[bytes, ...] = ()
        self._wanted_set: frozenset[bytes] = frozenset()
        self._wake = asyncio.Event()

    def get(self, key: bytes) -> KeyInfo | None:
        """Answer what is known of `key`; None if nothing is."""
        return self._known.get(key)

    @property
    def known(self) -> tuple[bytes, ...]:
        """The keys something is known of."""
        return tuple(self._known)

    def is_wanted(self, key: bytes) -> bool:
        """Whether the key is on screen."""
        return key in self._wanted_set

    def want(self, keys: Iterable[bytes]) -> None:
        """Ask for these keys, the ones on screen, and for no others any more."""
        self._wanted = tuple(keys)
        self._wanted_set = frozenset(self._wanted)
        if self._due():
            self._wake.set()

    def forget(self, keys: Iterable[bytes]) -> None:
        """Know nothing of `keys`: they are gone."""
        for key in keys:
            self._known.pop(key, None)
            self._stale.discard(key)

    def follow(self, changes: Iterable[Change]) -> None:
        """Take over what changes tell, and ask again for what they do not."""
        for change in changes:
            known = self._known.get(change.key)
            if change.kind.removes:
                self.forget((change.key,))
                continue
            if known is not None:
                self._known[change.key] = replace(known, deadline_ms=change.deadline_ms)
            if known is not None or change.key in self._asked:
                self._stale.add(change.key)
        if self._due():
            self._wake.set()

    def doubt_everything(self) -> None:
        """Ask again for whatever is on screen."""
        self._stale.update(self._known)
        self._wake.set()

    async def run(self) -> None:
        """Ask for what is wanted, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            due = self._due()[:AT_ONCE]
            if not due:
                continue
            # What changes from now on may be told before the answer, which knows nothing of it.
            self._asked = frozenset(due)
            self._stale -= self._asked
            try:
                infos = await self._describe(due)
            except CacheError:
                # The feed tells that the connection is lost; doubts are raised once it is back.
                self._stale.update(key for key in due if key in self._known)
                continue
            finally:
                self._asked = frozenset()
            self._learn(due, infos)
            await asyncio.sleep(PAUSE_S)
            if self._due():
                self._wake.set()

    def _due(self) -> list[bytes]:
        known, stale = self._known, self._stale
        return [key for key in self._wanted if key not in known or key in stale]

    def _learn(self, keys: list[bytes], infos: list[KeyInfo | None]) -> None:
        missing = []
        for key, info in zip(keys, infos, strict=True):
            if info is None:
                missing.append(key)
                continue
            self._known[key] = info
            self._known.move_to_end(key)
        self.forget(missing)
        while len(self._known) > REMEMBERED:
            self._stale.discard(self._known.popitem(last=False)[0])
        if missing:
            self.want(key for key in self._wanted if key not in set(missing))
            self._missing(tuple(missing))
        self._told(tuple(keys))
