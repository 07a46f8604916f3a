"""How the rows of the tree of a JSON text are painted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sinch_cache_gui.ui.branch_arrow import INDENT, arrow_pen, paint_arrow
from sinch_cache_gui.ui.editor.json_tree.cells import Column
from sinch_cache_gui.ui.editor.json_tree.model import JsonTreeModel
from sinch_cache_gui.ui.key_tree.fitting import FittedFont
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.json_outline import Node, NodeKind

DEEPEST_INDENT: Final = 16
"""Levels that are indented; deeper ones stand below each other, or the names would be lost."""

PAD: Final = 6
"""Pixels between a cell's edge and its text, as in the header."""


def indent_of(node: Node) -> int:
    """Answer where the name of a row begins, in pixels."""
    return GRID // 2 + INDENT * (min(node.depth, DEEPEST_INDENT) + 1)


class JsonTreeDelegate(QStyledItemDelegate):
    """Paints indentation, arrows, names and values in the colours of the text."""

    def __init__(self, theme: Theme, model: JsonTreeModel, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._wanted = ""
        self._restyle()
        theme.changed.connect(self._restyle)

    def set_wanted(self, wanted: str) -> None:
        """Mark this text where a name or a value holds it."""
        self._wanted = wanted

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        node, column = self._model.node(index.row()), Column(index.column())
        if node is None:
            return
        if option.state & QStyle.StateFlag.State_Selected:
            is_active = bool(option.state & QStyle.StateFlag.State_Active)
            painter.fillRect(option.rect, self._selected if is_active else self._selected_idle)
        room = option.rect.adjusted(PAD, 0, -PAD, 0)
        if column is Column.NAME:
            left = indent_of(node)
            if self._model.has_parts(node):
                begin = option.rect.left() + left - INDENT
                paint_arrow(painter, self._arrow_pen, begin, option.rect, is_open=node.is_expanded)
            room = option.rect.adjusted(left, 0, -PAD, 0)
        text = self._model.text(node, column)
        if column is not Column.TYPE and (node.has_name or column is Column.VALUE):
            self._paint_match(painter, room, text)
        painter.setPen(self._colour(node, column))
        font = self._plain if column is Column.TYPE else self._mono
        font.write(painter, room, text)

    def _colour(self, node: Node, column: Column) -> QColor:
        if column is Column.NAME and node.has_name:
            return self._name
        if column is not Column.VALUE or node.is_container:
            return self._muted
        return self._kinds[node.kind]

    def _paint_match(self, painter: QPainter, room: QRect, text: str) -> None:
        wanted = self._wanted
        at = -1
        if wanted:
            at = (text.lower() if wanted == wanted.lower() else text).find(wanted)
        if at < 0:
            return
        left = room.left() + self._metrics.horizontalAdvance(text[:at])
        width = self._metrics.horizontalAdvance(text[at : at + len(wanted)])
        mark = QRect(int(left), room.top() + 3, int(width) + 1, room.height() - 6)
        painter.fillRect(mark.intersected(room), self._match)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._name = QColor(tokens.json_key)
        self._muted = QColor(tokens.muted)
        self._selected = QColor(tokens.selection)
        self._selected_idle = QColor(tokens.selection_inactive)
        self._match = QColor(tokens.find_match)
        word = QColor(tokens.json_word)
        self._kinds = {
            NodeKind.STRING: QColor(tokens.json_string),
            NodeKind.NUMBER: QColor(tokens.json_number),
            NodeKind.BOOLEAN: word,
            NodeKind.NULL: word,
        }
        self._arrow_pen = arrow_pen(self._muted)
        self._metrics = QFontMetricsF(self._theme.monospace())
        self._mono = FittedFont(self._theme.monospace())
        self._plain = FittedFont(QFont())
