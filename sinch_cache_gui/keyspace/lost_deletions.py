"""What became of deletions whose answer was lost: asked as soon as the cache answers again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, Gone
from sinch_cache_gui.keyspace.journal import Action, Journal, JournalEntry, Result

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 10.0


@dataclass(slots=True)
class _Lost:
    """A deletion without an answer, and since when its key is known to exist all the same."""

    entry: JournalEntry
    there_since_s: float | None = None


class LostDeletions:
    """Puts into the journal what is found, as an entry of its own behind the unknown one.

    A key that is found gone was deleted, or it expired meanwhile, or somebody else deleted it:
    what is said is that it was gone. The entry can be undone, by what was seen before.

    Args:
        backend: The cache.
        journal: Is listened to, and told.
        told: Called with the entries put into the journal after one look.
        first_pause_s: Between two looks; each further pause is twice as long, up to a limit.
    """

    def __init__(
        self,
        backend: CacheBackend,
        journal: Journal,
        told: Callable[[Sequence[JournalEntry]], None],
        *,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._backend = backend
        self._journal = journal
        self._told = told
        self._first_pause_s = first_pause_s
        self._waiting: dict[bytes, _Lost] = {}
        self._wake = asyncio.Event()
        journal.listen(self._note)

    def look_now(self) -> None:
        """Do not wait any longer: the cache answers again."""
        self._wake.set()

    async def run(self) -> None:
        """Look whenever there is something to find out, for as long as it takes."""
        while True:
            await self._wake.wait()
            pause_s = self._first_pause_s
            while self._waiting:
                self._wake.clear()
                with suppress(CacheError):  # the window says so itself
                    await self._look()
                if self._waiting:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause_s):
                            await self._wake.wait()
                    pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            self._wake.clear()

    def _note(self, entry: JournalEntry) -> None:
        if entry.is_done:
            self._waiting.pop(entry.key, None)  # what is there now is of this window's making
        elif entry.action is Action.DELETED and entry.result is Result.UNKNOWN:
            self._waiting[entry.key] = _Lost(entry)
            self._wake.set()

    async def _look(self) -> None:
        waiting = dict(self._waiting)
        found = await self._backend.deadlines(list(waiting))
        settled: list[JournalEntry] = []
        for (key, lost), deadline in zip(waiting.items(), found, strict=True):
            if self._waiting.get(key) is not lost:
                continue  # it was written to meanwhile, or is to be looked at anew
            if isinstance(deadline, Gone) or self._is_there_for_good(lost):
                del self._waiting[key]
                settled.append(self._record(lost.entry, is_gone=isinstance(deadline, Gone)))
        if settled:
            self._told(settled)

    def _is_there_for_good(self, lost: _Lost) -> bool:
        """Whether a key that is there was so before: a deletion on its way had time to arrive."""
        now_s = monotonic()
        if lost.there_since_s is None:
            lost.there_since_s = now_s
        return now_s - lost.there_since_s >= self._first_pause_s

    def _record(self, lost: JournalEntry, *, is_gone: bool) -> JournalEntry:
        return self._journal.record(
            Action.DELETED,
            lost.key,
            Result.FOUND_GONE if is_gone else Result.FOUND_THERE,
            at_ms=self._backend.now_ms(),
            before=lost.before,
            type_=lost.type,
        )
