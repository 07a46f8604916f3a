"""How the columns of the key tree share its width."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHeaderView, QTableView

from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.theme import GRID

WIDTHS: Final = {Column.TTL: 78, Column.TYPE: 62, Column.SIZE: 60}

KEY_WIDTH: Final = 280
"""A call ID of 32 digits fits, if the pane is wide enough."""

NARROWEST_KEY: Final = 140
"""Where a name has no more room, other columns go: what a row is matters more than its type."""

WIDTHS_BESIDE: Final = {
    Column.SIZE: WIDTHS[Column.TTL],
    Column.TYPE: WIDTHS[Column.TTL] + WIDTHS[Column.SIZE],
}
"""Columns that go in a narrow pane, with the room that those take which stay longer."""

NARROWEST_VALUE: Final = 72

KEY_SHARE: Final = 0.6
"""Of what the columns of fixed width leave, in a wider pane."""


class ColumnWidths(QObject):
    """Gives keys and values what the other columns leave, until the user drags the keys' border.

    Args:
        table: The tree, with its model.
    """

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._is_sharing = False
        self._is_dragged = False
        columns = table.horizontalHeader()
        columns.setMinimumSectionSize(5 * GRID)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.sectionResized.connect(self._note_resized)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)

    def share(self) -> None:
        """Share the width there is now."""
        if self._is_dragged:
            return
        table = self._table
        # As if the scroll bar were there: no column comes or goes with it.
        surely = table.width() - table.verticalScrollBar().sizeHint().width()
        hidden = {
            column
            for column, others in WIDTHS_BESIDE.items()
            if surely < NARROWEST_KEY + WIDTHS[column] + others
        }
        rest = table.viewport().width() - sum(WIDTHS[c] for c in WIDTHS.keys() - hidden)
        key = max(min(KEY_WIDTH, rest), int(rest * KEY_SHARE))
        if surely - sum(WIDTHS.values()) - KEY_WIDTH < NARROWEST_VALUE:
            hidden.add(Column.PREVIEW)
            key = rest
        self._is_sharing = True
        for column in (*WIDTHS_BESIDE, Column.PREVIEW):
            table.setColumnHidden(column, column in hidden)
        table.setColumnWidth(Column.KEY, key)
        table.setColumnWidth(Column.SIZE, WIDTHS[Column.SIZE])
        table.setColumnWidth(Column.PREVIEW, rest - key)
        self._is_sharing = False

    def _note_resized(self, column: int, _old: int, _new: int) -> None:
        if column == Column.KEY and not self._is_sharing:
            self._is_dragged = True
