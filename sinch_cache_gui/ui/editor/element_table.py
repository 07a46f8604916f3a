"""The elements of a key as rows of a table whose cells can be typed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.interface import KeyType, TtlPolicy
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.row_table import PlainRows, set_up_rows
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.element_edits import Row, may_edit
from sinch_cache_gui.values.element_places import places_of
from sinch_cache_gui.values.element_rows import row_change

CELL_LENGTH: Final = 500
"""Characters of an element that a cell shows; all of it is copied."""

TIP_LENGTH: Final = 2_000

MOST_HELD: Final = 20_000
"""Selected rows that stay selected when all are read again."""

LONGEST_LINE: Final = 30_000
"""Characters written in a line; one cuts what is longer without a word (at 32,767)."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A cell was typed over.

    Attributes:
        row: The element as it was when the hand began.
        column: Which part of it.
        data: What it shall be.
    """

    row: Row
    column: int
    data: bytes


class ElementModel(QAbstractTableModel):
    """Rows of bytes, shown as keys are: text where they are text, escaped where not.

    Attributes:
        cell_entered: A cell was typed over; it shows the old bytes until others are shown.
        overlong_entered: More was written than a line holds, so that some may be missing.
    """

    cell_entered = Signal(object)
    overlong_entered = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kind = ""
        self._columns: tuple[str, ...] = ()
        self._rows: list[Row] = []
        self._deadlines_ms: list[int | None] = []
        self._is_editable = False

    def set_editable(self, is_editable: bool) -> None:
        """Let cells be typed over, or not."""
        self._is_editable = is_editable

    def show_rows(
        self,
        kind: str,
        columns: tuple[str, ...],
        rows: list[Row],
        deadlines_ms: list[int | None],
        named: Mapping[bytes, int],
    ) -> list[Row]:
        """Show these rows in place of all others; a selected element stays selected.

        Args:
            kind: The key's `KeyType`.
            columns: What a row holds.
            rows: What is shown from then on; the model's own.
            deadlines_ms: When each expires; empty where elements never do. The model's own.
            named: In which of them elements are that are selected now, by their names.

        Returns:
            The others: to let go of very many at once takes a while.
        """
        others = self._rows
        titles = (*columns, self.tr("expires")) if deadlines_ms else columns
        if (kind, titles) != (self._kind, self._columns):
            self.beginResetModel()
            self._kind, self._columns = kind, titles
            self._rows, self._deadlines_ms = rows, deadlines_ms
            self.endResetModel()
            return others
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = places_of(kind, others, rows, {index.row() for index in kept}, named)
        self._rows, self._deadlines_ms = rows, deadlines_ms
        moved = [self.createIndex(places.get(index.row(), -1), index.column()) for index in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()
        return others

    def clear(self) -> list[Row]:
        """Show nothing, until there is something to show; answer what was shown."""
        others = self._rows
        self.beginResetModel()
        self._rows, self._deadlines_ms = [], []
        self.endResetModel()
        return others

    def apply(self, change: ElementChange, *, near: Sequence[int]) -> int | None:
        """Show a change without reading anything; answer where.

        Args:
            change: What was made of an element.
            near: Where it may show, the likeliest place first.

        Returns:
            None where that cannot be told: the rows are to be read again.
        """
        found = row_change(self._rows, change, near=near)
        if found is None:
            return None
        at, row, deadline_ms = found.at, found.row, found.deadline_ms
        if at is None and row is not None:
            own = None if isinstance(deadline_ms, TtlPolicy) else deadline_ms
            self.add_rows([row], [own] if self._deadlines_ms else [])
            return len(self._rows) - 1
        if at is None:
            return near[0]
        if row is None:
            self.beginRemoveRows(QModelIndex(), at, at)
            del self._rows[at], self._deadlines_ms[at : at + 1]
            self.endRemoveRows()
        else:
            self._rows[at] = row
            if self._deadlines_ms and not isinstance(deadline_ms, TtlPolicy):
                self._deadlines_ms[at] = deadline_ms
            self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))
        return at

    def add_rows(self, rows: Sequence[Row], deadlines_ms: Sequence[int | None]) -> None:
        """Show further rows."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self._deadlines_ms.extend(deadlines_ms)
            self.endInsertRows()

    @property
    def kind(self) -> str:
        """The `KeyType` of the key whose elements are shown."""
        return self._kind

    @property
    def has_deadlines(self) -> bool:
        """Whether elements expire by themselves here, which a column of its own tells."""
        return bool(self._deadlines_ms)

    def is_deadline(self, column: int) -> bool:
        """Whether a column tells when elements expire by themselves."""
        return self.has_deadlines and column == len(self._columns) - 1

    def deadline_ms(self, row: int) -> int | None:
        """Answer when an element expires by itself; None for no expiry of its own."""
        return self._deadlines_ms[row] if row < len(self._deadlines_ms) else None

    def row(self, row: int) -> Row:
        """Answer an element."""
        return self._rows[row]

    def cell(self, row: int, column: int) -> bytes:
        """Answer an element, or a part of one, whole."""
        parts = self._rows[row]
        if self._kind == KeyType.STREAM and column == 1:
            pairs = zip(parts[1::2], parts[2::2], strict=True)
            return b", ".join(b"%s=%s" % pair for pair in pairs)
        if column < len(parts):
            return parts[column]
        deadline_ms = self.deadline_ms(row)
        return b"" if deadline_ms is None else format_deadline(deadline_ms).encode()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(
        self, index: Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | QColor | QFont | None:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        cell = self.cell(index.row(), index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole if self._is_empty(index):
                return self.tr("(empty)")
            case Qt.ItemDataRole.ToolTipRole if self.is_deadline(index.column()):
                return self._about_deadline(index.row())
            case Qt.ItemDataRole.DisplayRole:
                return display_key(cell[: 4 * CELL_LENGTH])[:CELL_LENGTH]
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(display_key(cell[: 4 * TIP_LENGTH])[:TIP_LENGTH])
            case Qt.ItemDataRole.EditRole:
                return display_key(cell)
            case Qt.ItemDataRole.ForegroundRole if self._is_empty(index):
                return QColor(self._theme.tokens.muted)
            case Qt.ItemDataRole.FontRole if self._is_empty(index):
                font = self._theme.monospace()
                font.setItalic(True)
                return font
        return None

    def _about_deadline(self, row: int) -> str:
        deadline_ms = self.deadline_ms(row)
        said = self.tr("This field has no expiry of its own.")
        if deadline_ms is not None:
            said = self.tr("Expires {}").format(format_deadline(deadline_ms))
        return f"{said} {self.tr('F2 sets it.')}" if self._is_editable else said

    def _is_empty(self, index: Index) -> bool:
        """Whether a cell holds an empty string: that is a value like any other."""
        is_part = index.column() < len(self._rows[index.row()])
        return is_part and not self.cell(index.row(), index.column())

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not isinstance(value, str) or not index.isValid():
            return False
        if len(value) > LONGEST_LINE:
            self.overlong_entered.emit()
            return False
        data = parse_key(value)
        if data != self.cell(index.row(), index.column()):
            self.cell_entered.emit(CellEdit(self._rows[index.row()], index.column(), data))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self._is_editable and index.isValid() and may_edit(self._kind, index.column()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        is_title = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        if not is_title or section >= len(self._columns):
            return None
        name = self._columns[section]
        return "ID" if name == "id" else name[:1].upper() + name[1:]


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
        self.setItemDelegate(PlainRows(theme, self))
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

    def edit_in_place(self, index: QModelIndex) -> None:
        """Open an editor over a cell, unless one is open."""
        if self._is_editing:
            return
        self._is_editing = True
        self.setCurrentIndex(index)
        self.edit(index)

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
            columns.resizeSection(columns.count() - 1, 24 * GRID)

    def _note_edit_ended(self) -> None:
        self._is_editing = False
        self.edit_ended.emit()

    def _restyle(self) -> None:
        self.setFont(self._theme.monospace())
