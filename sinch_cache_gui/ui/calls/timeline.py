"""One list of all that happened in a call, and what of it is shown."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.timeline_model import (
    CACHE,
    ICONS,
    REPLY,
    TIME,
    TOOK,
    WHAT,
    Index,
    TimelineModel,
)
from sinch_cache_gui.ui.row_table import STYLE_PAD, plain_row, set_up_rows
from sinch_cache_gui.ui.theme import CELL_PAD, GRID, ROW_HEIGHT, Theme
from sinch_cache_gui.voice.call_events import CallbackRecord, TranscriptLine
from sinch_cache_gui.voice.call_steps import CallbackStep, OperationStep, StepKind

ICON_SIZE = 14
NESTED = 2 * GRID
WIDTHS = {TOOK: 68, CACHE: 48, REPLY: 88}
"""Pixels of the columns beside the time and the step itself, which takes what is left."""


class StepDelegate(QStyledItemDelegate):
    """Rows without a frame around the current cell; operations stand below their callback.

    Only callbacks have columns; whatever else there is to say takes the whole row. Each of its
    cells paints its part: spans of a table would cost more with every row.
    """

    def __init__(self, theme: Theme, rows: TimelineModel, table: QTableView) -> None:
        super().__init__(table)
        self._theme = theme
        self._rows = rows
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        plain = plain_row(painter, option, self._theme)
        step = self._rows.step(index.row())
        is_nested = isinstance(step, OperationStep)
        if not is_nested:  # of a key, both ends matter
            plain.textElideMode = Qt.TextElideMode.ElideRight
        if isinstance(step, CallbackStep) or index.column() < WHAT:
            super().paint(painter, plain, index)
            return
        cell = QRect(option.rect)
        inset = CELL_PAD - STYLE_PAD + (NESTED if is_nested else 0)
        plain.rect.setLeft(self._table.columnViewportPosition(WHAT) + inset)
        end = self._table.columnViewportPosition(REPLY) + self._table.columnWidth(REPLY)
        plain.rect.setRight(end - 1)
        painter.save()
        painter.setClipRect(cell)
        super().paint(painter, plain, index.sibling(index.row(), WHAT))
        painter.restore()


class StepTable(QTableView):
    """The steps as rows; the selection follows the newest callback that has something to show."""

    step_selected = Signal(object)
    """A `Step`, or None."""

    def __init__(self, theme: Theme, rows: TimelineModel) -> None:
        super().__init__()
        self._rows = rows
        self._followed = -1
        self.setModel(rows)
        self.setItemDelegate(StepDelegate(theme, rows, self))
        set_up_rows(self)
        self.setAccessibleName(self.tr("Timeline of this call"))
        self.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(GRID)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.Stretch)
        digits = self.fontMetrics().horizontalAdvance("00:00")
        for column, width in ((TIME, digits + GRID), *WIDTHS.items()):
            header.resizeSection(column, width)
        self.setMinimumHeight(ROW_HEIGHT * 2)
        self.selectionModel().selectionChanged.connect(self._tell_selection)
        theme.changed.connect(self.viewport().update)

    def start(self, started_ms: int) -> None:
        """Begin a new call."""
        self._followed = -1
        self._rows.start(started_ms)
        self.step_selected.emit(None)

    def add_line(self, line: TranscriptLine) -> None:
        """Add what was heard or done."""
        self._rows.add_line(line)
        self._stay_at_end()

    def add_record(self, record: CallbackRecord) -> None:
        """Add the latest callback, and select it where it has something to show.

        Once the user has chosen another step, the selection stays there.
        """
        first = self._rows.rowCount()
        self._rows.add_record(record)
        if self.currentIndex().row() == self._followed:
            if self._followed < 0 or record.operations or record.has_failed:
                self._followed = first
                self.selectRow(first)
            self._stay_at_end()

    def replace_record(self, record: CallbackRecord) -> None:
        """Show more of a callback that is in the list."""
        current = self._rows.step(self.currentIndex().row())
        row = self._rows.replace_record(record)
        if row < 0:
            return
        if isinstance(current, CallbackStep) and current.record.number == record.number:
            self.step_selected.emit(self._rows.step(row))
        self._stay_at_end()

    def hide_kinds(self, kinds: frozenset[StepKind]) -> None:
        """Leave steps of these kinds out of view; what is selected stays so if it is in view."""
        chosen = self._rows.step(self.currentIndex().row())
        was_followed = self.currentIndex().row() == self._followed
        self._rows.hide_kinds(kinds)
        row = self._rows.row_of_step(chosen)
        if row >= 0:
            self.selectRow(row)
        self._followed = row if was_followed else self._rows.rowCount()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _stay_at_end(self) -> None:
        if self.currentIndex().row() == self._followed:
            self.scrollToBottom()

    def _tell_selection(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = selected.indexes()
        self.step_selected.emit(self._rows.step(rows[0].row()) if rows else None)


class Timeline(QWidget):
    """The steps of a call, with a switch for each kind beside the callbacks."""

    step_selected = Signal(object)
    """A `Step`, or None."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows = TimelineModel(theme)
        self.table = StepTable(theme, self._rows)
        self._switches = {
            StepKind.OPERATION: self._switch(self.tr("Show what was asked of the cache")),
            StepKind.HEARD: self._switch(self.tr("Show what the caller hears")),
            StepKind.PRESSED: self._switch(self.tr("Show pressed keys")),
            StepKind.NOTE: self._switch(self.tr("Show what happens to the call")),
        }
        row = QHBoxLayout()
        row.setContentsMargins(GRID // 2, 2, GRID // 2, 2)
        row.setSpacing(2)
        for switch in self._switches.values():
            row.addWidget(switch)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.table, 1)
        self.table.step_selected.connect(self.step_selected)
        theme.changed.connect(self._dress)
        self._dress()

    def _switch(self, name: str) -> QToolButton:
        switch = QToolButton()
        switch.setCheckable(True)
        switch.setChecked(True)
        switch.setAccessibleName(name)
        switch.setToolTip(name)
        switch.toggled.connect(self._choose)
        return switch

    def _choose(self) -> None:
        hidden = (kind for kind, switch in self._switches.items() if not switch.isChecked())
        self.table.hide_kinds(frozenset(hidden))

    def _dress(self) -> None:
        for kind, switch in self._switches.items():
            switch.setIcon(icons.drawn(ICONS[kind], color=self._theme.tokens.muted))
