"""The indexes of one cache: of all keys, of those a filter means, and one being loaded afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from sinch_cache_gui.keyspace.filter import Selector, fill_selected, selector_of
from sinch_cache_gui.keyspace.index import KeyIndex

FILTER_PATIENCE_S: Final = 0.15
"""A filtered tree that takes longer is shown while it is still being filled."""


class Catalogue:
    """Keeps every index true at once, and says which one is to be shown.

    All share what is expanded. While a scan runs, keys that were removed since it began are
    remembered: a page asked for before and read after the removal must not bring them back.

    Attributes:
        full: Every key known.
        shown: The index to show.
        filter_text: What the filter field says.
    """

    def __init__(self, replaced: Callable[[], None], settled: Callable[[], object]) -> None:
        """Start empty.

        Args:
            replaced: Called when `shown` is another index.
            settled: Called when many objects have come that will stay.
        """
        self._replaced = replaced
        self._settled = settled
        self._work = asyncio.Event()
        self._filter_wishes = asyncio.Event()
        self._expanded: set[bytes] = set()
        self._fresh: KeyIndex | None = None
        self._narrow: KeyIndex | None = None
        self._select: Selector | None = None
        self._outdated: list[KeyIndex] = []
        self._held: list[KeyIndex] = []
        self._removed: set[bytes] = set()
        self._is_loading = False
        self._is_filtering = False
        self.filter_text = ""
        self.full = self._new_index()
        self.shown = self.full

    # -- keys --------------------------------------------------------------------------------

    def add(self, keys: Sequence[bytes]) -> None:
        """Add keys that came to be."""
        self._removed.difference_update(keys)
        if self._fresh is not None:
            self._fresh.add_many(keys)
        self._add_shown(keys)

    def remove(self, keys: Sequence[bytes]) -> None:
        """Remove keys that are no more."""
        if self._is_loading:
            self._removed.update(keys)
        for index in self._indexes():
            index.remove_many(keys)

    def clear(self) -> None:
        """Remove every key."""
        for index in self._indexes():
            index.clear()

    # -- loading -----------------------------------------------------------------------------

    @property
    def is_fresh_loading(self) -> bool:
        """Whether what is shown is to be replaced by what is being loaded."""
        return self._fresh is not None

    def begin_loading(self) -> None:
        """Expect pages; what they bring is shown a few times a second."""
        self._is_loading = True
        if self._fresh is None:
            self._hold(self.full)
            if self._narrow is not None:
                self._hold(self._narrow)

    def load(self, keys: Sequence[bytes]) -> None:
        """Add keys a scan saw."""
        if self._removed:
            keys = [key for key in keys if key not in self._removed]
        if self._fresh is not None:
            self._fresh.add_many(keys)
        else:
            self._add_shown(keys)

    def show_progress(self) -> None:
        """Show what was loaded so far."""
        for index in self._held:
            index.news.settle()

    def end_loading(self, *, is_complete: bool) -> None:
        """Expect no more pages for now; a complete fresh index takes the place of the old one."""
        held, self._held = self._held, []
        for index in held:
            index.news.release()
        self._is_loading = False
        self._removed.clear()
        if is_complete:
            self._take_over_fresh()
            self._settled()

    def load_afresh(self) -> None:
        """Put what is loaded from now on into a new index; what is shown stays meanwhile."""
        self._fresh = self._new_index() if self.full.key_count else None

    # -- the filter --------------------------------------------------------------------------

    @property
    def is_filtering(self) -> bool:
        """Whether the filter's index is still being filled."""
        return self._is_filtering

    def set_filter(self, text: str) -> None:
        """Show only the keys `text` means; empty: all of them."""
        if text != self.filter_text:
            self.filter_text = text
            self._is_filtering = True
            self._filter_wishes.set()
            if not text:
                self._show_all()

    def _show_all(self) -> None:
        self._select = None
        self._narrow = None
        self._show(self.full)

    async def filter_forever(self) -> None:
        """Fulfil each wish of `set_filter`; a newer one ends the work on an older one."""
        while True:
            await self._filter_wishes.wait()
            self._filter_wishes.clear()
            self._select = selector_of(self.filter_text)
            if self._select is None:
                self._is_filtering = False
                self._show_all()
            else:
                await self._fill_narrow(self._select)

    async def _fill_narrow(self, select: Selector) -> None:
        self._narrow = narrow = self._new_index()
        if self._is_loading:
            self._hold(narrow)
        filling = asyncio.create_task(fill_selected(self.full, select, narrow))
        newer = asyncio.create_task(self._filter_wishes.wait())
        both = (filling, newer)
        try:
            await asyncio.wait(both, timeout=FILTER_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if not newer.done():
                self._show(narrow)
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if filling.done():
                filling.result()
                self._is_filtering = newer.done()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        self._replaced()

    # -- long work ---------------------------------------------------------------------------

    async def work_forever(self) -> None:
        """Split large folders and free what is outdated, whenever there is such work."""
        while True:
            await self._work.wait()
            self._work.clear()
            for index in self._indexes():
                await index.work(self._settled)
            outdated, self._outdated = self._outdated, []
            for index in outdated:
                await index.work()
            self._settled()

    # -- inside ------------------------------------------------------------------------------

    def _new_index(self) -> KeyIndex:
        return KeyIndex(self._expanded, self._work.set)

    def _indexes(self) -> list[KeyIndex]:
        return [index for index in (self.full, self._fresh, self._narrow) if index is not None]

    def _add_shown(self, keys: Sequence[bytes]) -> None:
        self.full.add_many(keys)
        if self._narrow is not None and self._select is not None:
            self._narrow.add_many(self._select(keys))

    def _hold(self, index: KeyIndex) -> None:
        index.news.hold()
        self._held.append(index)

    def _take_over_fresh(self) -> None:
        if self._fresh is None:
            return
        outdated, self.full, self._fresh = self.full, self._fresh, None
        if self._narrow is None:
            self._show(self.full)
        else:
            self._filter_wishes.set()
        outdated.clear()
        self._outdated.append(outdated)

    def _show(self, index: KeyIndex) -> None:
        if index is not self.shown:
            outdated, self.shown = self.shown, index
            self._replaced()
            if outdated is not self.full and outdated not in self._outdated:
                outdated.clear()
                self._outdated.append(outdated)
