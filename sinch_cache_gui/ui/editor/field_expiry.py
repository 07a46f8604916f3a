"""Takes fields of a hash out of their table once their own time is up.

A server tells late that a field expired, or not at all: where changes are noticed by polling, and
in a table too long to be read again each time. The table knows the moment. Whether the field went
is for the cache to say: another client may have given it more time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal

from sinch_cache_gui.cache.element_range import Fields
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, KeyType
from sinch_cache_gui.ui.editor.element_model import ElementModel
from sinch_cache_gui.ui.editor.element_table import ElementTable
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.values.element_deadlines import find_due
from sinch_cache_gui.values.element_edits import Row
from sinch_cache_gui.values.slices import let_go_work, run_sliced

AT_ONCE: Final = 500
"""Fields asked about in one go: well below a millisecond of the server's."""

IN_A_ROUND: Final = 5_000
"""Fields asked about before the rows of those that went are taken out."""

MOST_SPANNED: Final = 100_000
"""Rows from the first to the last that are taken out in one step, of a few milliseconds."""

PAUSE_MS: Final = 100
"""Between two rounds of questions."""

ASK_AGAIN_MS: Final = 1_000
"""Past its deadline, how often to ask about a field that is still there."""

LONGEST_NAP_MS: Final = 1_000
"""How often to look at the clock: it may be set, or the machine sleep."""

CLOCKS_DIFFER_MS: Final = 1_000
"""By this much a server may be ahead of what is known of its clock."""


class FieldExpiry(QObject):
    """Asks about fields whose deadline has come, and about no others.

    Attributes:
        fields_gone: Fields expired, and their rows are gone; carries their names.
        key_lost: The key was not found, or not to be a hash any more.
    """

    fields_gone = Signal(object)
    key_lost = Signal()

    def __init__(
        self,
        backend: CacheBackend,
        key: bytes,
        tasks: PaneTasks,
        table: ElementTable,
        model: ElementModel,
    ) -> None:
        """Wait for rows.

        Args:
            backend: The cache.
            key: The key.
            tasks: Of the pane.
            table: What shows the rows: one that is being typed over stays until that is over.
            model: The rows.
        """
        super().__init__(table)
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._model = model
        self._table = table
        self._next_ms: int | None = None
        self._is_asking = False
        self._alarm = QTimer(self)
        self._alarm.setSingleShot(True)
        self._alarm.timeout.connect(self._wake)
        model.modelReset.connect(self.look)
        model.layoutChanged.connect(self.look)
        model.rowsInserted.connect(lambda _parent, first, last: self._note_rows(first, last))
        model.dataChanged.connect(self._note_changed)

    def look(self) -> None:
        """Look at all rows soon: they are others now, or one is not typed over any more."""
        self.stop()
        if self._model.has_deadlines:
            self._note(0)

    def stop(self) -> None:
        """Ask nothing until there are other rows: of a key that is gone, what was read stays."""
        self._next_ms = None
        self._alarm.stop()

    def has_all_run_out(self) -> bool:
        """Whether there are fields, and each should have expired by now."""
        latest_ms = self._backend.now_ms() + CLOCKS_DIFFER_MS
        deadlines_ms = self._model.deadlines_ms
        return bool(deadlines_ms) and all(
            when is not None and when <= latest_ms for when in deadlines_ms
        )

    def _note_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        self._note_rows(first.row(), last.row())

    def _note_rows(self, first: int, last: int) -> None:
        deadlines_ms = self._model.deadlines_ms[first : last + 1]
        self._note(min((when for when in deadlines_ms if when is not None), default=None))

    def _note(self, deadline_ms: int | None, shortest_ms: int = PAUSE_MS) -> None:
        known = [when for when in (self._next_ms, deadline_ms) if when is not None]
        self._next_ms = min(known, default=None)
        self._nap(shortest_ms)

    def _nap(self, shortest_ms: int) -> None:
        """Sleep until the nearest deadline, or a while of it; a round under way comes first."""
        if self._next_ms is None or self._is_asking:
            return
        left_ms = min(self._next_ms - self._backend.now_ms(), LONGEST_NAP_MS)
        self._alarm.start(max(left_ms, shortest_ms))

    def _wake(self) -> None:
        if self._next_ms is not None and self._next_ms <= self._backend.now_ms():
            self._tasks.start("field expiry", self._go_round())
        else:
            self._nap(PAUSE_MS)

    async def _go_round(self) -> None:
        self._next_ms = None
        self._is_asking, is_settled = True, False
        try:
            now_ms = self._backend.now_ms()
            due = await find_due(self._model.deadlines_ms, now_ms, most=IN_A_ROUND)
            is_settled = await self._settle(due.rows)
            nearest_ms = now_ms if due.has_more or not is_settled else due.next_ms
        except CacheError:  # the feed tells about the connection
            nearest_ms = now_ms
        finally:
            self._is_asking = False
        self._note(nearest_ms, PAUSE_MS if is_settled else ASK_AGAIN_MS)

    async def _settle(self, rows: Sequence[int]) -> bool:
        """Ask about fields and show what is found; answer whether nothing is left to be asked."""
        typed = self._table.typed_row
        asked = [(row, self._model.row(row)[0]) for row in rows if row != typed]
        found: dict[bytes, tuple[Row, int | None]] = {}
        for start in range(0, len(asked), AT_ONCE):
            names = tuple(name for _, name in asked[start : start + AT_ONCE])
            page = await self._backend.elements(self._key, KeyType.HASH, within=Fields(names))
            if page is None:
                self.key_lost.emit()
                return False
            deadlines_ms = page.deadlines_ms or (None,) * len(page.rows)
            told = zip(page.rows, deadlines_ms, strict=True)
            found.update((row[0], (row, when)) for row, when in told)
        gone = [(row, name) for row, name in asked if name not in found and self._is_at(row, name)]
        kept = [(row, name) for row, name in asked if name in found and self._is_at(row, name)]
        moved = [(row, *found[name]) for row, name in kept if self._is_moved(row, found[name][1])]
        for row, parts, deadline_ms in moved:
            self._model.renew(row, parts, deadline_ms)
        await self._take_out(gone)
        return len(gone) + len(moved) == len(rows)

    async def _take_out(self, gone: Sequence[tuple[int, bytes]]) -> None:
        for part in reversed(spans(gone)):  # from the end: no row moves another before its turn
            still = [(row, name) for row, name in part if self._is_at(row, name)]
            if still:
                taken = self._model.take_out([row for row, _ in still])
                self.fields_gone.emit(tuple(name for _, name in still))
                await run_sliced(let_go_work(taken))

    def _is_at(self, row: int, name: bytes) -> bool:
        """Whether an element is still where it was, and not typed over since."""
        is_there = row < self._model.rowCount() and self._model.row(row)[0] == name
        return is_there and row != self._table.typed_row

    def _is_moved(self, row: int, deadline_ms: int | None) -> bool:
        return self._model.deadline_ms(row) != deadline_ms


def spans(gone: Sequence[tuple[int, bytes]]) -> list[list[tuple[int, bytes]]]:
    """Answer rows, given in order, in parts of which each can be taken out in one step."""
    parts: list[list[tuple[int, bytes]]] = []
    for row, name in gone:
        if not parts or row - parts[-1][0][0] >= MOST_SPANNED:
            parts.append([])
        parts[-1].append((row, name))
    return parts
