"""Putting changes into the rows: in bursts, with the reason why a key went, and time to leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.keyspace.catalogue import Catalogue
from sinch_cache_gui.keyspace.details import KeyDetails
from sinch_cache_gui.keyspace.expiry import Deadlines
from sinch_cache_gui.pacing import Breather

BURST: Final = 500
"""Changes applied before the loop may breathe."""

LEAVE_S: Final = 0.6
"""How long the row of an expired key on screen takes to leave."""


class Applier:
    """Applies changes to the indexes, the deadlines and the details of one cache.

    The row of a key that expires on screen stays for a moment, so that it can be seen to leave:
    `let_go_forever` takes it away.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        details: KeyDetails,
        deadlines: Deadlines,
        now_ms: Callable[[], int],
        left: Callable[[], None],
    ) -> None:
        """Nothing is leaving yet.

        Args:
            catalogue: The indexes.
            details: Says what is on screen.
            deadlines: When keys are to expire.
            now_ms: The time by the cache's clock.
            left: Called when rows that were leaving are gone.
        """
        self._catalogue = catalogue
        self._details = details
        self._deadlines = deadlines
        self._now_ms = now_ms
        self._left = left
        self._leaving: set[bytes] = set()
        self._on_their_way: asyncio.Queue[tuple[float, list[bytes]]] = asyncio.Queue()

    def is_leaving(self, key: bytes) -> bool:
        """Whether the key has expired and only its row is still there."""
        return key in self._leaving

    async def let_go_forever(self) -> None:
        """Take away each row that is leaving, once it has been seen to leave."""
        while True:
            go_at_s, keys = await self._on_their_way.get()
            await asyncio.sleep(go_at_s - monotonic())
            self._let_go(keys)

    async def apply(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """Apply the changes of one moment; answer them as far as they can be explained."""
        explained = tuple(map(self._explained, changes))
        breathe = Breather()
        index = self._catalogue.shown
        is_burst = len(explained) > BURST
        if is_burst:
            index.news.hold()
        for start in range(0, len(explained), BURST):
            self._apply_burst(explained[start : start + BURST])
            await breathe()
        if is_burst:
            index.news.release()
        self._details.follow(explained)
        return explained

    def remove_missing(self, keys: Iterable[bytes]) -> None:
        """Remove keys that were found gone; those that are leaving go in their own time."""
        self._catalogue.remove([key for key in keys if key not in self._leaving])

    def flush(self) -> None:
        """Every key is gone: let go of all that is known of them at once."""
        self._catalogue.clear()
        self._deadlines.clear()
        self._leaving.clear()
        self._details.forget(self._details.known)

    def _apply_burst(self, changes: Sequence[Change]) -> None:
        came, went, leaving = [], [], []
        on_screen = self._details.is_wanted
        for change in changes:
            if not change.kind.removes:
                came.append(change.key)
            elif change.key in self._leaving:
                pass  # told twice; its row is on its way out
            elif change.kind is ChangeKind.EXPIRED and on_screen(change.key):
                leaving.append(change.key)
            else:
                went.append(change.key)
            self._deadlines.note(change.key, change.deadline_ms)
        self._leaving.difference_update(came)
        if came:
            self._catalogue.add(came)
        if went:
            self._catalogue.remove(went)
        self._catalogue.follow(changes)
        if leaving:
            self._leaving.update(leaving)
            self._on_their_way.put_nowait((monotonic() + LEAVE_S, leaving))

    def _let_go(self, keys: Iterable[bytes]) -> None:
        gone = [key for key in keys if key in self._leaving]
        self._leaving.difference_update(gone)
        self._catalogue.remove(gone)
        self._left()

    def _explained(self, change: Change) -> Change:
        """Answer the change with its cause, where the deadline known gives it away."""
        known = self._details.get(change.key)
        if change.kind is not ChangeKind.GONE or known is None:
            return change
        is_due = has_passed(known.deadline_ms, self._now_ms())
        return replace(change, kind=ChangeKind.EXPIRED) if is_due else change
