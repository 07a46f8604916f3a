"""The scans that fill a mirror, one after the other: begun, stopped, resumed, begun afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sinch_cache_gui.keyspace.catalogue import Catalogue
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState, Loader, PageSource
from sinch_cache_gui.keyspace.unwalked import UnwalkedKeys


class Scans:
    """Runs one loader at a time, and knows how much of the cache those so far have covered."""

    def __init__(
        self,
        source: PageSource,
        catalogue: Catalogue,
        unwalked: UnwalkedKeys,
        told: Callable[[], None],
    ) -> None:
        """Stand at the beginning; nothing is scanned until that is wished.

        Args:
            source: The cache.
            catalogue: Takes the keys.
            unwalked: Learns when keys are let in that the feed did not tell of.
            told: Called when `coverage` is another.
        """
        self._source = source
        self._catalogue = catalogue
        self._unwalked = unwalked
        self._told = told
        self._wishes = asyncio.Event()
        self._missed_reason = ""
        self._is_outdated = False
        self._loader = self._new_loader(None)

    @property
    def is_complete(self) -> bool:
        """Whether the last scan has seen all it was to see."""
        return self._loader.state is CoverageState.COMPLETE

    def coverage(self, stale_since_ms: int | None) -> Coverage:
        """Answer how much of the cache is known, or was when the connection was lost."""
        loader = self._loader
        state = loader.state
        if state is CoverageState.LOADING and self._catalogue.is_fresh_loading:
            state = CoverageState.CATCHING_UP
        return Coverage(
            state,
            self._catalogue.full.key_count,
            loader.expected,
            loader.elapsed_s,
            loader.reason or self._missed_reason,
            loader.pattern,
            stale_since_ms,
        )

    def stop(self) -> None:
        """Scan no further for now; what is shown stays."""
        self._loader.stop()

    def resume(self) -> None:
        """Go on from where it stopped or failed; from the start if changes were missed since."""
        if self._is_outdated:
            self._start_over(self._missed_reason, self._loader.pattern)
        else:
            self._wishes.set()

    def begin_afresh(self) -> None:
        """Scan again what was to be scanned; what is shown stays meanwhile."""
        self._start_over("", self._loader.pattern)

    def reload(self) -> None:
        """Scan all keys afresh; what is shown stays meanwhile."""
        self._catalogue.know_only(None)
        self._start_over("", None)

    def load_only(self, pattern: bytes) -> None:
        """Forget every key, and scan for those that match `pattern`."""
        self._catalogue.know_only(pattern)
        self._catalogue.clear()
        self._start_over("", pattern)
        self._told()

    def load_all(self) -> None:
        """Scan for all keys again, beside those known already."""
        if self._catalogue.is_fresh_loading or self._is_outdated:
            self.reload()
            return
        self._catalogue.know_only(None)
        self._loader.stop()
        self._loader = self._new_loader(None)
        self._wishes.set()
        self._told()

    def catch_up(self, reason: str) -> None:
        """Begin afresh because changes were missed, unless the scan was stopped."""
        if self._loader.state is not CoverageState.STOPPED:
            self._start_over(reason, self._loader.pattern)
            return
        # Whoever stopped the scan is not to find another one under way; but it is said.
        self._missed_reason = reason
        self._is_outdated = True
        self._told()

    async def run(self) -> None:
        """Scan whenever that is wished, for ever."""
        while True:
            await self._wishes.wait()
            self._wishes.clear()
            loader = self._loader
            self._catalogue.begin_loading()
            self._unwalked.begin_letting_in()
            is_complete = False
            try:
                await loader.run()
                is_complete = loader is self._loader and self.is_complete
            finally:
                self._catalogue.end_loading(is_complete=is_complete)
                self._unwalked.end_letting_in()
            if is_complete:
                self._missed_reason = ""
            self._told()

    def _start_over(self, reason: str, pattern: bytes | None) -> None:
        self._loader.stop()
        self._missed_reason = reason
        self._is_outdated = False
        self._catalogue.load_afresh()
        self._loader = self._new_loader(pattern)
        self._wishes.set()

    def _new_loader(self, pattern: bytes | None) -> Loader:
        def digest(keys: Sequence[bytes]) -> None:
            # The last page of a loader that was replaced may be from before a flush.
            if self._loader is loader:
                self._catalogue.load(keys)

        loader = Loader(self._source, digest, self._progressed, pattern)
        return loader

    def _progressed(self) -> None:
        self._catalogue.show_progress()
        self._told()
