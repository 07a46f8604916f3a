"""The list of writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
)

from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.ui.journal.model import ACTION, KEY, OUTCOME, TIME, TTL, Index, JournalModel
from sinch_cache_gui.ui.row_table import PlainRows, set_up_rows
from sinch_cache_gui.ui.theme import ROW_HEIGHT, Theme

WIDTHS = {TIME: 92, ACTION: 118, TTL: 126, OUTCOME: 66}


class JournalTable(QTableView):
    """Rows of fixed height, the newest on top; several can be selected.

    Attributes:
        entries_selected: Other entries are selected.
        entry_activated: Enter or a double click; carries a `JournalEntry`.
        undo_requested: Ctrl+Z: what is selected shall be taken back.
    """

    entries_selected = Signal()
    entry_activated = Signal(object)
    undo_requested = Signal()

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.rows = JournalModel(theme, now_ms)
        self.setModel(self.rows)
        self.setItemDelegate(PlainRows(theme, self))
        set_up_rows(self)
        self.setAccessibleName(self.tr("Journal: every write of this window, newest first"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setSectionResizeMode(KEY, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            columns.resizeSection(column, width)
        self.setMinimumHeight(ROW_HEIGHT * 4)
        self.selectionModel().selectionChanged.connect(lambda *_: self.entries_selected.emit())
        self.rows.modelReset.connect(self.entries_selected)
        self.doubleClicked.connect(self._activate)
        theme.changed.connect(self.viewport().update)

    def selected_entries(self) -> Sequence[JournalEntry]:
        """Answer the selected entries, oldest first."""
        rows = sorted((index.row() for index in self.selectionModel().selectedRows()), reverse=True)
        found = (self.rows.entry(row) for row in rows)
        return [entry for entry in found if entry is not None]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        else:
            super().keyPressEvent(event)

    def select_first(self) -> None:
        """Select the newest entry, where nothing is selected."""
        if self.rows.rowCount() and not self.selectionModel().hasSelection():
            self.selectRow(0)

    def hold(self, add: Callable[[], None]) -> None:
        """Let rows come in on top without moving what is looked at, unless that is the top."""
        is_at_top = self.verticalScrollBar().value() == 0
        row = self.rowAt(0)
        before = self.rows.rowCount()
        offset = self.rowViewportPosition(row) if row >= 0 else 0
        add()
        if not is_at_top and row >= 0:
            moved = row + self.rows.rowCount() - before
            self.verticalScrollBar().setValue(moved * ROW_HEIGHT - offset)

    def _activate(self, index: Index) -> None:
        entry = self.rows.entry(index.row()) if index.isValid() else None
        if entry is not None:
            self.entry_activated.emit(entry)
