"""Rows that a core keeps and tells of, as a table for Qt: the ground of both trees."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex

AnyIndex = QModelIndex | QPersistentModelIndex

Node = TypeVar("Node")

ROWS_REMEMBERED: Final = 1000


class ToldRows(QAbstractTableModel, Generic[Node]):
    """Passes on which rows come and go, and remembers what stands at those asked for."""

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self._count = count
        self._nodes: dict[int, Node] = {}

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def node(self, row: int) -> Node | None:
        """Answer what stands at a row; None where there is nothing."""
        known = self._nodes.get(row)
        if known is not None:
            return known
        found = self._look_up(row) if 0 <= row < self._count else None
        if found is None:
            return None
        if len(self._nodes) >= ROWS_REMEMBERED:
            self._nodes.clear()
        self._nodes[row] = found
        return found

    def _look_up(self, row: int) -> Node | None:
        """Ask the core what stands at a row; None where it has fewer rows by now."""
        raise NotImplementedError

    # -- the core tells ----------------------------------------------------------------------

    def rows_about_to_be_inserted(self, first: int, count: int) -> None:
        """Pass it on."""
        self._nodes.clear()
        self.beginInsertRows(QModelIndex(), first, first + count - 1)
        self._count += count

    def rows_inserted(self) -> None:
        """Pass it on."""
        self._nodes.clear()
        self.endInsertRows()

    def rows_about_to_be_removed(self, first: int, count: int) -> None:
        """Pass it on."""
        self._nodes.clear()
        self.beginRemoveRows(QModelIndex(), first, first + count - 1)
        self._count -= count

    def rows_removed(self) -> None:
        """Pass it on."""
        self._nodes.clear()
        self.endRemoveRows()

    def rows_changed(self, first: int, count: int) -> None:
        """Pass it on."""
        self._nodes.clear()
        last = self.index(first + count - 1, self.columnCount() - 1)
        self.dataChanged.emit(self.index(first, 0), last)

    def _take_over(self, count: int) -> None:
        """Show other rows in the place of these: some come or go at the end, all are others."""
        self._nodes.clear()
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        if count:
            self.rows_changed(0, count)
