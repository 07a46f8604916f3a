"""The rows of a JSON outline as a table for Qt."""

from __future__ import annotations

from PySide6.QtCore import Qt

from sinch_cache_gui.ui.editor.json_tree.cells import Column, cell_text, tr
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.told_rows import AnyIndex, ToldRows
from sinch_cache_gui.values.json_outline import Node, Outline, is_empty


class JsonTreeModel(ToldRows[Node]):
    """Translates the news of an outline into what Qt knows; answers from memory only."""

    def __init__(self) -> None:
        super().__init__()
        self._outline: Outline | None = None

    @property
    def outline(self) -> Outline | None:
        """The outline whose rows these are."""
        return self._outline

    def show(self, outline: Outline | None) -> None:
        """Show the rows of another outline; the rows in sight stay where they are if they can."""
        if self._outline is not None:
            self._outline.listen(None)
        self._outline = outline
        self._take_over(0 if outline is None else outline.row_count())
        if outline is not None:
            outline.listen(self)

    def _look_up(self, row: int) -> Node | None:
        outline = self._outline
        return outline.node_at(row) if outline is not None and row < outline.row_count() else None

    def has_parts(self, node: Node) -> bool:
        """Whether there is something to expand."""
        outline = self._outline
        return outline is not None and node.is_container and not is_empty(outline.text, node)

    def text(self, node: Node, column: Column) -> str:
        """Answer what a cell says."""
        return "" if self._outline is None else cell_text(self._outline, node, column)

    # -- Qt asks -----------------------------------------------------------------------------

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

    def row_changed(self, row: int) -> None:
        """Pass it on."""
        self.rows_changed(row, 1)
