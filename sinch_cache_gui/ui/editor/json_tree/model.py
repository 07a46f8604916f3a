"""The rows of a JSON outline as a table for Qt."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from sinch_cache_gui.ui.editor.json_tree.cells import Column, cell_text, tr
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.values.json_outline import Node, Outline, is_empty

AnyIndex = QModelIndex | QPersistentModelIndex

ROWS_REMEMBERED: Final = 1000


class JsonTreeModel(QAbstractTableModel):
    """Translates the news of an outline into what Qt knows; answers from memory only."""

    def __init__(self) -> None:
        super().__init__()
        self._outline: Outline | None = None
        self._count = 0
        self._nodes: dict[int, Node] = {}

    @property
    def outline(self) -> Outline | None:
        """The outline whose rows these are."""
        return self._outline

    def show(self, outline: Outline | None) -> None:
        """Show the rows of another outline; the rows in sight stay where they are if they can."""
        if self._outline is not None:
            self._outline.listen(None)
        self._outline = outline
        self._nodes.clear()
        count = 0 if outline is None else outline.row_count()
        if count > self._count:
            self.beginInsertRows(QModelIndex(), self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(QModelIndex(), count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        if outline is not None:
            outline.listen(self)
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(Column) - 1))

    def node(self, row: int) -> Node | None:
        """Answer what stands at a row; None where there is nothing."""
        known = self._nodes.get(row)
        if known is not None:
            return known
        outline = self._outline
        if outline is None or not 0 <= row < min(self._count, outline.row_count()):
            return None
        if len(self._nodes) >= ROWS_REMEMBERED:
            self._nodes.clear()
        found = self._nodes[row] = outline.node_at(row)
        return found

    def has_parts(self, node: Node) -> bool:
        """Whether there is something to expand."""
        outline = self._outline
        return outline is not None and node.is_container and not is_empty(outline.text, node)

    def text(self, node: Node, column: Column) -> str:
        """Answer what a cell says."""
        return "" if self._outline is None else cell_text(self._outline, node, column)

    # -- Qt asks -----------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._count

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        is_title = role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal
        if not is_title or not 0 <= section < len(Column):
            return None
        return (tr("Name"), tr("Value"), tr("Type"))[section]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        node = self.node(index.row()) if index.isValid() else None
        if node is None or self._outline is None or not 0 <= index.column() < len(Column):
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(node, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            is_name = column is Column.NAME
            whole = self._outline.path_text(node.path) if is_name else self.text(node, column)
            return plain_tip(whole)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(node) if column is Column.NAME else self.text(node, column)
        return None

    def _spoken(self, node: Node) -> str:
        """Answer a row as a screen reader says it: a table knows nothing of levels."""
        words = [self.text(node, Column.NAME)]
        if node.is_container:
            words.append(tr("expanded") if node.is_expanded else tr("collapsed"))
        words.append(tr("level {}").format(node.depth + 1))
        return ", ".join(words)

    # -- the outline tells -------------------------------------------------------------------

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

    def row_changed(self, row: int) -> None:
        """Pass it on."""
        self._nodes.clear()
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
