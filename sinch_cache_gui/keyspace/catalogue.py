"""The indexes of one cache: of all keys, of those a filter means, and one being loaded afresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Final

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.glob import compile_pattern
from sinch_cache_gui.keyspace.conditions import Asked, Conditions, Questions, Survey
from sinch_cache_gui.keyspace.filter import Selector, fill_selected, selector_of
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.leaf_orders import LeafOrders
from sinch_cache_gui.keyspace.newcomers import Newcomers
from sinch_cache_gui.pacing import Breather

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
        conditions: What else keys must be like to be shown.
    """

    def __init__(
        self, cache: Questions, replaced: Callable[[], None], settled: Callable[[], object]
    ) -> None:
        """Start empty.

        Args:
            cache: Answers what cannot be told by a key's name.
            replaced: Called when `shown` is another index, or fuller than it was.
            settled: Called when many objects have come that will stay.
        """
        self._cache = cache
        self._replaced = replaced
        self._settled = settled
        self._work = asyncio.Event()
        self._filter_wishes = asyncio.Event()
        self._expanded: set[bytes] = set()
        self._fresh: KeyIndex | None = None
        self._narrow: KeyIndex | None = None
        self._select: Selector | None = None
        self._only: Selector | None = None
        self._survey: Survey | None = None
        self._outdated: list[KeyIndex] = []
        self._held: list[KeyIndex] = []
        self._removed: set[bytes] = set()
        self._is_loading = False
        self._is_filtering = False
        self._is_filter_awaited = False
        self._is_recheck = False
        self._known_before: KeyIndex | None = None
        self._orders = LeafOrders(cache, self._sort_leaves, replaced, settled)
        self._newcomers = Newcomers(cache, self._decide)
        self.filter_text = ""
        self.conditions = Conditions()
        self.full = self._new_index()
        self.shown = self.full

    # -- keys --------------------------------------------------------------------------------

    def add(self, keys: Sequence[bytes]) -> None:
        """Add keys that came to be, as far as they are among those to be known at all."""
        self.take_in(self.wanted(keys))

    def wanted(self, keys: Sequence[bytes]) -> Sequence[bytes]:
        """Answer those of the keys that are among those to be known."""
        return keys if self._only is None else self._only(keys)

    def take_in(self, keys: Sequence[bytes]) -> None:
        """Add keys, whether they are among those to be known or not."""
        self._removed.difference_update(keys)
        if self._fresh is not None:
            self._fresh.add_many(keys)
        self._add_shown(keys)

    def follow(self, changes: Sequence[Change]) -> None:
        """Let keys into the filtered tree, or out of it, by the deadlines that changes tell.

        A change does not tell the type, so that is asked for.
        """
        narrow, wanted = self._narrow, self.conditions
        if narrow is None or not wanted:
            return
        if wanted.type:
            kinds = (ChangeKind.WRITTEN, ChangeKind.TTL_CHANGED)[: 1 + wanted.is_of_ttl]
            self._ask_about([change.key for change in changes if change.kind in kinds])
            return
        now_ms = self._cache.now_ms()
        came: list[bytes] = []
        went: list[bytes] = []
        for change in changes:
            if not change.kind.removes:
                is_meant = wanted.allow_deadline(change.deadline_ms, now_ms)
                (came if is_meant else went).append(change.key)
        came = [key for key in came if key in self.full]
        narrow.add_many(came if self._select is None else self._select(came))
        narrow.remove_many(went)

    def _ask_about(self, keys: list[bytes]) -> None:
        self._newcomers.name(keys if self._select is None else self._select(keys))

    def _decide(self, keys: list[bytes], met: set[bytes]) -> None:
        """Let keys that were asked about into the filtered tree, or out of it."""
        if self._narrow is not None:
            self._narrow.add_many([key for key in keys if key in met and key in self.full])
            self._narrow.remove_many([key for key in keys if key not in met])

    def know_only(self, pattern: bytes | None) -> None:
        """Take in only keys that match `pattern` from now on; None: all."""
        if pattern is None:
            self._only = None
            return
        matches = compile_pattern(pattern)
        self._only = lambda keys: [key for key in keys if matches(key)]

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
        self._settled()

    def end_loading(self, *, is_complete: bool) -> None:
        """Expect no more pages for now; a complete fresh index takes the place of the old one."""
        held, self._held = self._held, []
        for index in held:
            index.news.release()
        self._is_loading = False
        self._removed.clear()
        if is_complete:
            self._take_over_fresh()
            self._orders.try_again()
            self._settled()

    def load_afresh(self) -> None:
        """Put what is loaded from now on into a new index; what is shown stays meanwhile."""
        self._fresh = self._new_index() if self.full.key_count else None

    # -- the filter --------------------------------------------------------------------------

    @property
    def is_filtering(self) -> bool:
        """Whether the filter's index is still being filled."""
        return self._is_filtering

    @property
    def is_filter_awaited(self) -> bool:
        """Whether what is shown is not yet what the filter means: some of it, or all."""
        return self._is_filter_awaited

    @property
    def asked(self) -> Asked | None:
        """How far asking for the conditions has come; None if nothing was to be asked."""
        return None if self._survey is None else self._survey.asked

    def set_filter(self, text: str) -> None:
        """Show only the keys `text` means; empty: all of them."""
        if text != self.filter_text:
            self.filter_text = text
            self._want_filtered()

    def set_conditions(self, conditions: Conditions, *, is_anew: bool = False) -> None:
        """Show only keys that meet these; they are asked for, once, or anew if that is wished."""
        if conditions != self.conditions or is_anew:
            self.conditions = conditions
            self._survey = None
            self._want_filtered()

    def _want_filtered(self) -> None:
        self._is_filtering = True
        self._is_filter_awaited = True
        self._is_recheck = False
        if self._known_before is not None:
            known_before, self._known_before = self._known_before, None
            self._let_go(known_before)
        self._filter_wishes.set()
        if not self.filter_text and not self.conditions:
            self._show_all()

    def _show_all(self) -> None:
        self._select = None
        self._narrow = None
        self._survey = None
        self._newcomers.expect(Conditions())
        self._is_filter_awaited = False
        self._show(self.full)

    async def filter_forever(self) -> None:
        """Fulfil each wish of `set_filter`; a newer one ends the work on an older one."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._newcomers.run())
            group.create_task(self._fulfil_filter_wishes())

    async def _fulfil_filter_wishes(self) -> None:
        while True:
            await self._filter_wishes.wait()
            self._filter_wishes.clear()
            if self._is_recheck:
                await self._look_again()
                continue
            self._select = selector_of(self.filter_text)
            if self._select is None and not self.conditions:
                self._is_filtering = False
                self._show_all()
                self._replaced()
            else:
                await self._fill_narrow(self._select)

    async def _look_again(self) -> None:
        """Make a filtered tree that was true before a fresh load true again, and show it as ever.

        Filled anew, it would be shown before the user's place in it has come.
        """
        self._is_recheck = False
        known_before, self._known_before = self._known_before, None
        narrow = self._narrow
        assert known_before is not None
        assert narrow is not None
        try:
            await self._drop_missing(narrow)
            await self._look_at_unknown(narrow, known_before)
        finally:
            self._let_go(known_before)
        self._replaced()

    async def _drop_missing(self, narrow: KeyIndex) -> None:
        """Let go of what is not there any more."""
        breathe = Breather()
        for keys in narrow.parts():
            if self._is_overtaken(narrow):
                return
            narrow.remove_many([key for key in keys if key not in self.full])
            await breathe()

    async def _look_at_unknown(self, narrow: KeyIndex, known_before: KeyIndex) -> None:
        """Let in what a fresh load found and is meant; have it asked about if names do not tell."""
        breathe = Breather()
        for keys in self.full.parts():
            if self._is_overtaken(narrow):
                return
            found = [key for key in keys if key not in known_before]
            if self.conditions:
                self._ask_about(found)
            elif self._select is not None:
                # What was deleted since the part was copied must not come back.
                narrow.add_many([key for key in self._select(found) if key in self.full])
            await breathe()

    def _is_overtaken(self, narrow: KeyIndex) -> bool:
        return self._filter_wishes.is_set() or narrow is not self._narrow

    def _filling(self, select: Selector | None, narrow: KeyIndex) -> Coroutine[None, None, None]:
        if self.conditions:
            self._survey = Survey(
                self._cache, self.conditions, select, self._replaced, self._settled
            )
            return self._survey.run(self.full, narrow)
        assert select is not None
        return fill_selected(self.full, select, narrow)

    async def _fill_narrow(self, select: Selector | None) -> None:
        self._narrow = narrow = self._new_index()
        self._newcomers.expect(self.conditions)
        if self._is_loading:
            self._hold(narrow)
        filling = asyncio.create_task(self._filling(select, narrow))
        newer = asyncio.create_task(self._filter_wishes.wait())
        both = (filling, newer)
        try:
            await asyncio.wait(both, timeout=FILTER_PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            if not newer.done():
                self._is_filter_awaited = False
                self._show(narrow)
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if filling.done():
                filling.result()
                self._settled()
                self._is_filtering = newer.done()
                if not self._is_filtering:
                    self._newcomers.begin()
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        self._replaced()

    # -- order -------------------------------------------------------------------------------

    @property
    def sorted_by_ttl(self) -> Asked | None:
        """How far asking for an order by TTL has come; None while all is sorted by name."""
        return self._orders.asked

    def sort_by_ttl(self, prefixes: Sequence[bytes]) -> None:
        """Sort the leaves of these folders by TTL, beside those sorted so already."""
        self._orders.sort_by_ttl(prefixes)

    def sort_by_name(self) -> None:
        """Sort every folder by name again."""
        self._orders.sort_by_name()

    async def sort_forever(self) -> None:
        """Fulfil each wish of `sort_by_ttl`; a newer one ends the work on an older one."""
        await self._orders.run(lambda: self.shown)

    def _sort_leaves(self, prefix: bytes) -> None:
        for index in self._indexes():
            index.sort_leaves(prefix)
        self._work.set()  # the order before is to be freed

    # -- long work ---------------------------------------------------------------------------

    async def work_forever(self) -> None:
        """Split large folders and free what is outdated, whenever there is such work."""
        while True:
            await self._work.wait()
            self._work.clear()
            for index in self._indexes():
                await index.work()
            await self._orders.free_outdated()  # nothing waits to be sorted otherwise any more
            outdated, self._outdated = self._outdated, []
            for index in outdated:
                await index.work()
            self._settled()

    # -- inside ------------------------------------------------------------------------------

    def _new_index(self) -> KeyIndex:
        return KeyIndex(self._expanded, self._work.set, self._orders.known, self._settled)

    def _indexes(self) -> list[KeyIndex]:
        return [index for index in (self.full, self._fresh, self._narrow) if index is not None]

    def _add_shown(self, keys: Sequence[bytes]) -> None:
        self.full.add_many(keys)
        if self._narrow is not None and self._select is not None and not self.conditions:
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
            is_filled = not self._is_filtering and (self.asked is None or self.asked.is_done)
            self._is_recheck = is_filled and not self._filter_wishes.is_set()
            self._filter_wishes.set()
            if self._is_recheck and self._known_before is None:
                self._known_before = outdated  # it is looked into once more
                return
        self._let_go(outdated)

    def _let_go(self, outdated: KeyIndex) -> None:
        self._orders.index_gone(outdated)
        outdated.clear()
        self._outdated.append(outdated)

    def _show(self, index: KeyIndex) -> None:
        if index is not self.shown:
            outdated, self.shown = self.shown, index
            self._replaced()
            if outdated is not self.full and outdated not in self._outdated:
                self._let_go(outdated)
