"""The elements of a key as rows of bytes, for a table whose cells can be typed over."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFont

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.interface import KeyType, TtlPolicy
from sinch_cache_gui.keyspace.expiry import SOON_MS, format_countdown, format_deadline
from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.element_edits import Row, may_edit
from sinch_cache_gui.values.element_places import places_of
from sinch_cache_gui.values.element_rows import row_change

CELL_LENGTH: Final = 500
"""Characters of an element that a cell shows; all of it is copied."""

TIP_LENGTH: Final = 2_000

LONGEST_LINE: Final = 30_000
"""Characters written in a line; one cuts what is longer without a word (at 32,767)."""

MOST_ONE_BY_ONE: Final = 20
"""Rows that are taken out one by one; more are taken out in one step."""

RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A cell was typed over.

    Attributes:
        kind: The `KeyType` of the key whose element it is.
        row: The element as it was when the hand began.
        column: Which part of it.
        data: What it shall be.
    """

    kind: str
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

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        """Hold nothing yet; `now_ms` is the cache's clock."""
        super().__init__()
        self._theme = theme
        self._now_ms = now_ms
        self._kind = ""
        self._columns: tuple[str, ...] = ()
        self._rows: list[Row] = []
        self._deadlines_ms: list[int | None] = []
        self._has_deadlines = False
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
        has_deadlines = bool(deadlines_ms)
        titles = (*columns, self.tr("expires in")) if has_deadlines else columns
        if (kind, titles) != (self._kind, self._columns):
            self.beginResetModel()
            self._kind, self._columns, self._has_deadlines = kind, titles, has_deadlines
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
            self.add_rows([row], [own] if self._has_deadlines else [])
            return len(self._rows) - 1
        if at is None:
            return near[0]
        if row is None:
            self.beginRemoveRows(QModelIndex(), at, at)
            del self._rows[at], self._deadlines_ms[at : at + 1]
            self.endRemoveRows()
        else:
            self._rows[at] = row
            if self._has_deadlines and not isinstance(deadline_ms, TtlPolicy):
                self._deadlines_ms[at] = deadline_ms
            self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))
        return at

    def renew(self, at: int, row: Row, deadline_ms: int | None) -> None:
        """Show an element as it was found to be now, and when it expires by itself."""
        self._rows[at], self._deadlines_ms[at] = row, deadline_ms
        self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def take_out(self, gone: Sequence[int]) -> list[Row]:
        """Show some rows, given in order, no more; answer them, to be let go of in slices."""
        taken = [self._rows[at] for at in gone]
        if len(gone) <= MOST_ONE_BY_ONE:
            for at in reversed(gone):
                self.beginRemoveRows(QModelIndex(), at, at)
                del self._rows[at], self._deadlines_ms[at : at + 1]
                self.endRemoveRows()
            return taken
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        places = [_place_without(index.row(), gone) for index in kept]
        _drop(self._rows, gone)
        _drop(self._deadlines_ms, gone)
        moved = [
            self.createIndex(place, index.column())
            for index, place in zip(kept, places, strict=True)
        ]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()
        return taken

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
        return self._has_deadlines

    @property
    def deadlines_ms(self) -> Sequence[int | None]:
        """When each element expires by itself; empty where elements never do."""
        return self._deadlines_ms

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
        """Answer an element, or a part of one, whole; when it expires as the exact moment."""
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
    ) -> str | QColor | QFont | Qt.AlignmentFlag | None:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        if self.is_deadline(index.column()):
            return self._about_deadline(index.row(), role)
        cell = self.cell(index.row(), index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole if self._is_empty(index):
                return self.tr("(empty)")
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

    def _about_deadline(
        self, row: int, role: int
    ) -> str | QColor | QFont | Qt.AlignmentFlag | None:
        """Answer what `data` does of when a field expires: as the key tree shows it of keys."""
        deadline_ms = self.deadline_ms(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            said = self.tr("This field has no expiry of its own")
            if deadline_ms is not None:
                said = self.tr("Expires {}").format(format_deadline(deadline_ms))
            return "\n".join((said, self.tr("F2 sets it"))) if self._is_editable else said
        if deadline_ms is None:
            says_so = role == Qt.ItemDataRole.AccessibleTextRole
            return self.tr("no expiry of its own") if says_so else None
        left_ms = deadline_ms - self._now_ms()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return format_countdown(left_ms)
            case Qt.ItemDataRole.AccessibleTextRole:
                said = self.tr("expires in {}, {}") if left_ms > 0 else self.tr("time is up, {1}")
                return said.format(format_countdown(left_ms), format_deadline(deadline_ms))
            case Qt.ItemDataRole.EditRole:
                return format_deadline(deadline_ms)
            case Qt.ItemDataRole.ForegroundRole if left_ms < SOON_MS:
                return QColor(self._theme.tokens.danger)
            case Qt.ItemDataRole.FontRole if left_ms < SOON_MS:
                font = self._theme.monospace()
                font.setWeight(QFont.Weight.DemiBold)
                return font
        return None

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
            row = self._rows[index.row()]
            self.cell_entered.emit(CellEdit(self._kind, row, index.column(), data))
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self._is_editable and index.isValid() and may_edit(self._kind, index.column()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | Qt.AlignmentFlag | None:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and self.is_deadline(section):
            return RIGHT
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        name = self._columns[section]
        return "ID" if name == "id" else name[:1].upper() + name[1:]


def _place_without(row: int, gone: Sequence[int]) -> int:
    """Answer where a row stands once others are gone, which are given in order; -1 for nowhere."""
    before = bisect_left(gone, row)
    return -1 if before < len(gone) and gone[before] == row else row - before


def _drop(items: list[Item], gone: Sequence[int]) -> None:
    """Take some places, given in order, out of a list, with no look at what is around them."""
    first, last = gone[0], gone[-1]
    is_kept = bytearray(b"\1") * (last + 1 - first)
    for at in gone:
        is_kept[at - first] = 0
    items[first : last + 1] = compress(items[first : last + 1], is_kept)
