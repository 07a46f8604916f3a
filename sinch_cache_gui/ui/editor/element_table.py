"""The table of a key's elements: a quiet one, whose cells can be typed over."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
)

from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.element_model import ElementModel
from sinch_cache_gui.ui.row_table import PlainRows, set_up_rows
from sinch_cache_gui.ui.theme import GRID, Theme

LEFT_WIDTH: Final = 15 * GRID
"""Pixels for the time that fields have left: "27,000 d 23 h"."""

MOST_HELD: Final = 20_000
"""Selected rows that stay selected when all are read again."""


class TypedOver(PlainRows):
    """Rows whose cells are typed over until the user is done.

    To look at another window is not to be done: Qt would write what stands there half typed.
    """

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QFocusEvent)
            and event.lostFocus()
            and event.reason() == Qt.FocusReason.ActiveWindowFocusReason
        ):
            return False
        return super().eventFilter(editor, event)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):  # what is urgent, or empty, is so in a selected row too
            option = QStyleOptionViewItem(option)
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)
        super().paint(painter, option, index)


class ElementTable(QTableView):
    """A quiet table. Double click, F2 or Enter edits a cell; Delete deletes the selected rows.

    Attributes:
        edit_requested: A cell shall be edited; carries its index.
        edit_ended: The editor of a cell has closed.
        deletion_requested: The selected rows shall go.
        undo_requested: The last change shall be taken back.
    """

    edit_requested = Signal(object)
    edit_ended = Signal()
    deletion_requested = Signal()
    undo_requested = Signal()

    def __init__(self, theme: Theme, model: ElementModel) -> None:
        super().__init__()
        self._theme = theme
        self._elements = model
        self._is_editing = False
        self.setModel(model)
        set_up_rows(self)
        self.setItemDelegate(TypedOver(theme, self))
        self.setAccessibleName(self.tr("Elements"))
        self.setAlternatingRowColors(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        columns = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setStretchLastSection(True)
        columns.setDefaultSectionSize(20 * GRID)
        model.modelReset.connect(self._share_width)
        self.doubleClicked.connect(self.edit_requested.emit)
        self.itemDelegate().closeEditor.connect(self._note_edit_ended)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_editing(self) -> bool:
        """Whether a cell is being typed over: its row must stay where it is."""
        return self._is_editing

    @property
    def typed_row(self) -> int | None:
        """The row of the cell that is being typed over."""
        return self.currentIndex().row() if self._is_editing else None

    def held_names(self) -> set[bytes]:
        """Answer the names of the elements that are selected or current, if they are not too many.

        Of more, those at the ends of what is selected.
        """
        selected = self.selectionModel().selection()
        parts = [selected.at(at) for at in range(selected.size())]
        rows = {self.currentIndex().row()} - {-1}
        for part in parts:
            rows |= {part.top(), part.bottom()}
        if sum(part.height() for part in parts) <= MOST_HELD:
            rows.update(*(range(part.top(), part.bottom() + 1) for part in parts))
        return {self._elements.row(row)[0] for row in rows}

    def selected_rows(self) -> list[int]:
        """Answer the rows of the selected cells, in order."""
        return sorted({index.row() for index in self.selectedIndexes()})

    def place_of(self, index: QModelIndex) -> QRect:
        """Answer where a cell is seen, in the table's coordinates; it is scrolled to if needed."""
        self.scrollTo(index)
        place = self.visualRect(index)
        return QRect(self.viewport().mapTo(self, place.topLeft()), place.size())

    @property
    def holds_text(self) -> bool:
        """Whether something is written in a cell that is not entered."""
        editors = self.viewport().findChildren(QLineEdit)
        return any(editor.isModified() for editor in editors)

    def edit_in_place(self, index: QModelIndex) -> None:
        """Open an editor over a cell, unless one is open."""
        if self._is_editing:
            return
        self._is_editing = True
        self.setCurrentIndex(index)
        self.edit(index)

    def rows_in_sight(self) -> range:
        """Answer which rows can be seen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return range(0) if first < 0 else range(first, last + 1 or self._elements.rowCount())

    def end_editing(self) -> None:
        """Take what is typed over a cell as entered, if one is."""
        if self._is_editing and (line := self.indexWidget(self.currentIndex())) is not None:
            self.commitData(line)
            self.closeEditor(line, QAbstractItemDelegate.EndEditHint.NoHint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_cells()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.deletion_requested.emit()
        elif current.isValid() and event.key() in (
            Qt.Key.Key_F2,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        ):
            self.edit_requested.emit(current)
        else:
            super().keyPressEvent(event)

    def copy_cells(self) -> None:
        """Put the selected cells into the clipboard: rows as lines, columns apart by tabs."""
        cells = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, column in cells:
            lines.setdefault(row, []).append(display_key(self._elements.cell(row, column)))
        text = "\n".join("\t".join(parts) for parts in lines.values())
        copy_text(text)

    def _share_width(self) -> None:
        """Give what is left to the last part of an element, and not to when it expires."""
        columns = self.horizontalHeader()
        stretched = columns.count() - (2 if self._elements.has_deadlines else 1)
        columns.setStretchLastSection(not self._elements.has_deadlines)
        for column in range(columns.count()):
            is_stretched = column == stretched
            modes = QHeaderView.ResizeMode
            columns.setSectionResizeMode(
                column, modes.Stretch if is_stretched else modes.Interactive
            )
        if self._elements.has_deadlines:
            columns.resizeSection(columns.count() - 1, LEFT_WIDTH)

    def _note_edit_ended(self) -> None:
        self._is_editing = False
        self.edit_ended.emit()

    def _restyle(self) -> None:
        self.setFont(self._theme.monospace())
