"""The callbacks of a call, one a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.wording import cause_text, operations_text, outcome_text, took_text
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme
from sinch_cache_gui.voice.call_events import CallbackRecord
from sinch_cache_gui.voice.problems import Weight

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

EVENT, TOOK, CACHE, REPLY = range(4)


class CallbackModel(QAbstractTableModel):
    """Rows of `CallbackRecord`s, in the order they happened."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._records: list[CallbackRecord] = []
        self._titles = (self.tr("Callback"), self.tr("Took"), self.tr("Cache"), self.tr("Reply"))

    def clear(self) -> None:
        """Forget the last call."""
        self.beginResetModel()
        self._records.clear()
        self.endResetModel()

    def add(self, record: CallbackRecord) -> None:
        """Add the latest callback."""
        row = len(self._records)
        self.beginInsertRows(QModelIndex(), row, row)
        self._records.append(record)
        self.endInsertRows()

    def replace(self, record: CallbackRecord) -> int:
        """Show more of a callback that is known; answer its row, -1 if it is not."""
        for row, known in enumerate(self._records):
            if known.number == record.number:
                self._records[row] = record
                last = self.index(row, self.columnCount() - 1)
                self.dataChanged.emit(self.index(row, 0), last)
                return row
        return -1

    def record(self, row: int) -> CallbackRecord | None:
        """Answer the record of a row."""
        return self._records[row] if 0 <= row < len(self._records) else None

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._records)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> str | Qt.AlignmentFlag | None:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(
        self, index: Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | QColor | QIcon | Qt.AlignmentFlag | None:
        record = self.record(index.row()) if index.isValid() else None
        if record is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _texts(record)[column]
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(record, column)
            case Qt.ItemDataRole.DecorationRole if column == REPLY:
                return self._mark(record)
            case Qt.ItemDataRole.AccessibleTextRole if column == EVENT:
                return ", ".join(text for text in _texts(record) if text)
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(problem.message for problem in record.problems) or None
        return None

    def _colour(self, record: CallbackRecord, column: int) -> QColor:
        tokens = self._theme.tokens
        if column == REPLY and record.has_failed:
            return QColor(tokens.danger)
        return QColor(tokens.text if column in (EVENT, REPLY) else tokens.muted)

    def _mark(self, record: CallbackRecord) -> QIcon | None:
        tokens = self._theme.tokens
        icon: QIcon | None = None
        if record.has_failed:
            icon = icons.drawn("mdi6.alert-circle-outline", color=tokens.danger)
        elif any(problem.weight is Weight.WARNING for problem in record.problems):
            icon = icons.drawn("mdi6.alert-outline", color=tokens.warning)
        return icon


class RowDelegate(QStyledItemDelegate):
    """Rows without a frame around the current cell, and with air at the left edge."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        plain = QStyleOptionViewItem(option)
        plain.state &= ~QStyle.StateFlag.State_HasFocus
        if plain.state & QStyle.StateFlag.State_Selected:
            is_active = bool(plain.state & QStyle.StateFlag.State_Active)
            tokens = self._theme.tokens
            colour = tokens.selection if is_active else tokens.selection_inactive
            painter.fillRect(plain.rect, QColor(colour))
        if index.column() == EVENT:
            plain.rect.setLeft(plain.rect.left() + GRID // 2)
        super().paint(painter, plain, index)


class CallbackTable(QTableView):
    """The list of callbacks; the selection follows the newest that has something to show."""

    record_selected = Signal(object)
    """A `CallbackRecord`, or None."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows = CallbackModel(theme)
        self._followed = -1
        self.setModel(self._rows)
        self.setItemDelegate(RowDelegate(theme, self))
        self.setAccessibleName(self.tr("Callbacks of this call"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(EVENT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(REPLY, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(TOOK, 68)
        header.resizeSection(CACHE, 56)
        self.setMinimumHeight(ROW_HEIGHT * 3)
        self.selectionModel().selectionChanged.connect(self._tell_selection)
        theme.changed.connect(self.viewport().update)

    def start(self) -> None:
        """Begin a new call."""
        self._followed = -1
        self._rows.clear()
        self.record_selected.emit(None)

    def add(self, record: CallbackRecord) -> None:
        """Add the latest callback, and select it where it has something to show.

        Once the user has chosen an earlier one, the selection stays there.
        """
        self._rows.add(record)
        if self.currentIndex().row() == self._followed:
            if self._followed < 0 or record.operations or record.has_failed:
                self._followed = self._rows.rowCount() - 1
                self.selectRow(self._followed)
            self.scrollToBottom()

    def replace(self, record: CallbackRecord) -> None:
        """Show more of a callback that is in the list."""
        row = self._rows.replace(record)
        if row >= 0 and self.currentIndex().row() == row:
            self.record_selected.emit(record)

    def records(self) -> Sequence[CallbackRecord]:
        """Answer what the rows show."""
        found = (self._rows.record(row) for row in range(self._rows.rowCount()))
        return [record for record in found if record is not None]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _tell_selection(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        rows = selected.indexes()
        self.record_selected.emit(self._rows.record(rows[0].row()) if rows else None)


def _texts(record: CallbackRecord) -> tuple[str, str, str, str]:
    cause = cause_text(record)
    event = record.event.upper()
    return (
        f"{event}  {cause}" if cause else event,
        took_text(record.took_ms),
        operations_text(len(record.operations)),
        outcome_text(record),
    )


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (TOOK, CACHE) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
