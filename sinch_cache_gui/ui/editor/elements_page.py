"""The elements of a key that is not a string, as a table that is filled page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, KeyType, ScanCursor
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme

CELL_LENGTH: Final = 500
"""Characters of an element that a cell shows; all of it is copied."""

TIP_LENGTH: Final = 2_000
PAGE: Final = 200

Index = QModelIndex | QPersistentModelIndex


class ElementModel(QAbstractTableModel):
    """Rows of bytes, shown as keys are: text where they are text, escaped where not."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: tuple[str, ...] = ()
        self._rows: list[tuple[bytes, ...]] = []

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._columns, self._rows = (), []
        self.endResetModel()

    def add(self, columns: tuple[str, ...], rows: Sequence[tuple[bytes, ...]]) -> None:
        """Show further rows."""
        if columns != self._columns:
            self.beginResetModel()
            self._columns = columns
            self.endResetModel()
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def cell(self, row: int, column: int) -> bytes:
        """Answer an element, or a part of one."""
        return self._rows[row][column]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        cell = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return display_key(cell[: 4 * CELL_LENGTH])[:CELL_LENGTH]
        if role == Qt.ItemDataRole.ToolTipRole:
            return display_key(cell[: 4 * TIP_LENGTH])[:TIP_LENGTH]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        is_title = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        return self._columns[section] if is_title and section < len(self._columns) else None


class ElementTable(QTableView):
    """A quiet table of which cells can be copied."""

    def __init__(self, theme: Theme, model: ElementModel) -> None:
        super().__init__()
        self._theme = theme
        self._elements = model
        self.setModel(model)
        self.setAccessibleName(self.tr("Elements"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setStretchLastSection(True)
        columns.setDefaultSectionSize(20 * GRID)
        theme.changed.connect(self._restyle)
        self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_cells()
        else:
            super().keyPressEvent(event)

    def copy_cells(self) -> None:
        """Put the selected cells into the clipboard: rows as lines, columns apart by tabs."""
        cells = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        lines: dict[int, list[str]] = {}
        for row, column in cells:
            lines.setdefault(row, []).append(display_key(self._elements.cell(row, column)))
        text = "\n".join("\t".join(parts) for parts in lines.values())
        QGuiApplication.clipboard().setText(text)

    def _restyle(self) -> None:
        self.setFont(self._theme.monospace())


class ElementsPage(QWidget):
    """The table, how much of the key it shows, and a way to the next page."""

    def __init__(self, theme: Theme, backend: CacheBackend, key: bytes, tasks: PaneTasks) -> None:
        super().__init__()
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._kind = ""
        self._size: int | None = None
        self._next: ScanCursor | None = None
        self.model = ElementModel()
        self.table = ElementTable(theme, self.model)
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._more = QPushButton(self.tr("Load more"))
        self._more.setAccessibleName(self.tr("Load more elements"))
        self._more.clicked.connect(self._load_more)
        self._more.hide()
        foot = QHBoxLayout()
        foot.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        foot.addWidget(self._count, 1)
        foot.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.table)

    def show_elements(self, kind: str, size: int | None) -> None:
        """Show the first page of the key.

        Args:
            kind: Its `KeyType`.
            size: How many elements it has; None where that is not known.
        """
        self._kind, self._size = kind, size
        self._tasks.start("elements", self._load(None))

    def _load_more(self) -> None:
        if self._next is not None and not self._tasks.is_running("elements"):
            self._tasks.start("elements", self._load(self._next))

    async def _load(self, cursor: ScanCursor | None) -> None:
        try:
            page = await self._backend.elements(self._key, self._kind, cursor, count=PAGE)
        except CacheError as error:
            self._count.setText(error.title)
            return
        if cursor is None:
            self.model.clear()
        self._next = None
        if page is not None:
            is_stream = self._kind == KeyType.STREAM
            rows = [_as_entry(row) for row in page.rows] if is_stream else page.rows
            self.model.add(page.columns, rows)
            self._next = page.next
        self._more.setVisible(self._next is not None)
        self._say_count()

    def _say_count(self) -> None:
        shown = f"{self.model.rowCount():,}"
        if self._next is None or self._size is None:
            self._count.setText(self.tr("{} elements").format(shown))
        else:
            self._count.setText(self.tr("{} of {} elements").format(shown, f"{self._size:,}"))


def _as_entry(row: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    """Answer an entry of a stream as its id and one cell with all its fields."""
    pairs = zip(row[1::2], row[2::2], strict=True)
    return row[0], b", ".join(b"%s=%s" % pair for pair in pairs)
