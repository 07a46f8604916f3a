"""Fills a table of elements from the cache, page by page, and keeps what it shows true."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable
from dataclasses import replace
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.element_range import ElementRange, Matching
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, ElementPage, KeyType, ScanCursor
from sinch_cache_gui.keyspace.remainders import Remainders, with_room
from sinch_cache_gui.ui.editor.element_model import ElementModel
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.values.element_edits import Row
from sinch_cache_gui.values.element_places import rows_named
from sinch_cache_gui.values.slices import let_go_work, run_sliced

PAGE: Final = 1_000
"""Elements read at a time: about a millisecond of the server's."""

FOLLOWED: Final = 5_000
"""Rows up to which all are read again after every change of the key; more are when asked."""

MOST: Final = 2_000_000
"""Rows held at most: a few hundred bytes each."""

TELL_EVERY_S: Final = 0.1


class ElementLoader(QObject):
    """Reads as many pages as are wanted, one after the other, and again when the key changed.

    Attributes:
        progressed: More is loaded, or loading has begun or ended.
    """

    progressed = Signal()

    def __init__(
        self,
        backend: CacheBackend,
        key: bytes,
        tasks: PaneTasks,
        model: ElementModel,
        is_typed_over: Callable[[], bool],
        held_names: Callable[[], set[bytes]],
        *,
        memory_settled: Callable[[], object] = gc.freeze,
    ) -> None:
        """Have nothing to read yet.

        Args:
            backend: The cache.
            key: The key.
            tasks: Of the pane.
            model: Is given the rows.
            is_typed_over: Whether a row must stay where it is.
            held_names: Which elements are selected, and are to stay so wherever they are.
            memory_settled: Called when many rows are kept, which the garbage collector would go
                through over and over.
        """
        super().__init__(model)
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._model = model
        self._is_typed_over = is_typed_over
        self._held_names = held_names
        self._memory_settled = memory_settled
        self._is_settled = False
        self._kind = ""
        self._within: ElementRange | None = None
        self._next: ScanCursor | None = None
        self._wanted = 1
        self._is_stale = False
        self._names: Remainders = set()
        self._told_at_s = 0.0
        self._touched = 0
        self.failure: CacheError | None = None
        self.is_outdated = False
        self.is_loading = False

    @property
    def within(self) -> ElementRange | None:
        """Which elements are meant; None for all."""
        return self._within

    @property
    def has_more(self) -> bool:
        """Whether there is another page."""
        return self._next is not None

    def show_key(self, kind: str) -> None:
        """Show what the key holds now, as far as it was shown; of very many rows, on request."""
        if kind != self._kind:
            self._kind, self._within = kind, None
            self._start_over()
        elif self._model.rowCount() > FOLLOWED:
            self.is_outdated = True
            self.progressed.emit()
            return
        self._is_stale = True
        self.go_on()

    def show_range(self, within: ElementRange | None) -> None:
        """Show these elements instead."""
        self._within = within
        self._start_over()
        self._tasks.start("let go", _let_go(self._model.clear(), self._names))
        self._names = set()
        self._is_stale = True
        self._tasks.start("elements", self._catch_up())

    def load_more(self) -> None:
        """Load the next page; of a search, as much as a page holds."""
        self._wanted = self._model.rowCount() + self._step
        self.go_on()

    def load_all(self) -> None:
        """Load every page."""
        self._wanted = MOST
        self.go_on()

    def stop(self) -> None:
        """Load no more for now."""
        self._wanted = 0

    def read_again(self) -> None:
        """Read anew what is shown."""
        self._is_stale = True
        self.go_on()

    def go_on(self) -> None:
        """Read what is out of date or missing, unless a reading that will see to it goes on."""
        if not self._tasks.is_running("elements"):
            self._tasks.start("elements", self._catch_up())

    def follow(self, change: ElementChange, row: int) -> None:
        """Show a change that was made here, where the rows are too many to be read again.

        Args:
            change: What was made of an element.
            row: Where the hand is: likely there.
        """
        if self._model.rowCount() <= FOLLOWED:
            return
        # Of several selected rows, the next stands beside the last, on the way back before it.
        near = (self._touched, row, self._touched + 1, self._touched - 1)
        touched = self._model.apply(change, near=near)
        if touched is None:
            self.read_again()
        else:
            self._touched = touched

    def forget(self, names: Iterable[bytes]) -> None:
        """Know that elements are not shown any more, and are new if they come again."""
        self._names.difference_update(names)

    @property
    def _step(self) -> int:
        return PAGE if isinstance(self._within, Matching) else 1

    def _start_over(self) -> None:
        self._next, self._wanted = None, self._step
        self.is_outdated, self.failure = False, None

    async def _catch_up(self) -> None:
        self.is_loading = True
        self._tell(is_due=True)
        try:
            goes_on = True
            while goes_on:
                if self._is_stale and not self._is_typed_over():
                    self._is_stale = False
                    await self._load_anew()
                elif self._next is not None and self._model.rowCount() < self._wanted:
                    goes_on = await self._load_on(self._next)
                else:
                    goes_on = False
        finally:
            self.is_loading = False
            self._tell(is_due=True)

    async def _load_anew(self) -> None:
        kind, within = self._kind, self._within
        self._is_settled = False
        shown = self._model.rowCount()
        wanted = max(self._wanted, shown)
        page = await self._page(None)
        if page is None:
            return
        rows: list[Row] = list(page.rows)
        deadlines = list(page.deadlines_ms)
        names: Remainders = {row[0] for row in rows}
        columns, following = page.columns, page.next
        # All that was shown is shown again; what was never shown comes in as it is read.
        while following is not None and len(rows) < min(wanted, shown):
            page = await self._page(following)
            if page is None:
                return
            names = with_room(names)
            page = self._fresh(page, names)
            rows += page.rows
            deadlines += page.deadlines_ms
            following = page.next
            self._settle(len(rows))
            self._tell()
        named: dict[bytes, int] = {}
        sought: set[bytes] = set()
        while kind != KeyType.LIST and not (held := self._held_names()) <= sought:
            sought |= held  # and more, if something else is selected meanwhile
            named = await rows_named(rows, sought)
        if (kind, within) != (self._kind, self._within):
            return
        if self._is_typed_over():  # what is being typed over stays in sight
            self._is_stale = True
            return
        old_names = self._names
        self._next, self._names, self.is_outdated = following, names, False
        old_rows = self._model.show_rows(kind, columns, rows, deadlines, named)
        self._tell()
        await _let_go(old_rows, old_names)

    async def _load_on(self, cursor: ScanCursor) -> bool:
        """Show the next page; answer False where it cannot be had."""
        kind, within = self._kind, self._within
        page = await self._page(cursor)
        if page is None:
            return False
        if (kind, within) == (self._kind, self._within):
            self._names = with_room(self._names)
            page = self._fresh(page, self._names)
            self._model.add_rows(page.rows, page.deadlines_ms)
            self._next = page.next
            self._settle(self._model.rowCount())
            self._tell()
        return True

    def _settle(self, count: int) -> None:
        """Have rows that grow to very many be known to stay, once: they are held in one list."""
        if count > FOLLOWED and not self._is_settled:
            self._is_settled = True
            self._memory_settled()

    def _fresh(self, page: ElementPage, names: Remainders) -> ElementPage:
        """Answer a page without what an earlier one had: a scan may tell the same twice."""
        if self._kind not in (KeyType.HASH, KeyType.SET) and not isinstance(self._within, Matching):
            return page
        is_new = [row[0] not in names for row in page.rows]
        names.update(row[0] for row in page.rows)
        if all(is_new):
            return page
        rows = tuple(row for row, fresh in zip(page.rows, is_new, strict=True) if fresh)
        deadlines = page.deadlines_ms
        if deadlines:
            deadlines = tuple(ms for ms, fresh in zip(deadlines, is_new, strict=True) if fresh)
        return replace(page, rows=rows, deadlines_ms=deadlines)

    async def _page(self, cursor: ScanCursor | None) -> ElementPage | None:
        try:
            page = await self._backend.elements(
                self._key, self._kind, cursor, count=PAGE, within=self._within
            )
        except CacheError as error:
            self.failure = error
            return None
        self.failure = None
        await asyncio.sleep(0)  # a page that came at once lets the window breathe, too
        return page

    def _tell(self, *, is_due: bool = False) -> None:
        now_s = monotonic()
        if is_due or now_s - self._told_at_s >= TELL_EVERY_S:
            self._told_at_s = now_s
            self.progressed.emit()


async def _let_go(rows: list[Row], names: Remainders) -> None:
    await run_sliced(let_go_work(rows))
    await run_sliced(let_go_work(names))
