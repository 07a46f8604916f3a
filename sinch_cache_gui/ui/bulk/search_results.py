"""What a search in values found: a key a row, and the place with the match marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.value_search import FoundValue
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme
from sinch_cache_gui.values.value_query import ValueMatch

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
Found: TypeAlias = FoundValue[ValueMatch]

KEY_SHARE = 0.42
"""How much of a row its key may take."""

KEY_LENGTH = 200
TOOLTIP_LENGTH = 2_000


class SearchResults(QAbstractListModel):
    """Rows of what was found, in the order it was found."""

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Found] = []

    def clear(self) -> None:
        """Hold nothing."""
        self.beginResetModel()
        self._found = []
        self.endResetModel()

    def add(self, found: Sequence[Found]) -> None:
        """Add rows at the end."""
        if found:
            first = len(self._found)
            self.beginInsertRows(NO_INDEX, first, first + len(found) - 1)
            self._found.extend(found)
            self.endInsertRows()

    def found(self, row: int) -> Found | None:
        """Answer what a row shows, None outside."""
        return self._found[row] if 0 <= row < len(self._found) else None

    def keys(self) -> tuple[bytes, ...]:
        """Answer every key found."""
        return tuple(found.key for found in self._found)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        found = self.found(index.row()) if index.isValid() else None
        if found is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{elided_key(found.key, KEY_LENGTH)}: {found.match.excerpt}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{display_key(found.key)[:TOOLTIP_LENGTH]}\n{found.match.excerpt}")
        return None


class SearchResultDelegate(QStyledItemDelegate):
    """Draws the key, and beside it the place with the match on a coloured ground."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.initStyleOption(option, index)
        model = index.model()
        found = model.found(index.row()) if isinstance(model, SearchResults) else None
        style = option.widget.style()
        option.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        if found is None:
            return
        painter.save()
        painter.setFont(self._theme.monospace())
        room = option.rect.adjusted(GRID, 0, -GRID, 0)
        metrics = painter.fontMetrics()
        name = metrics.elidedText(
            elided_key(found.key, KEY_LENGTH),
            Qt.TextElideMode.ElideMiddle,
            int(room.width() * KEY_SHARE),
        )
        painter.setPen(QColor(self._theme.tokens.text))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)
        left = room.left() + max(metrics.horizontalAdvance(name), int(room.width() * 0.3))
        place = QRect(left + 2 * GRID, room.top(), 0, room.height())
        place.setRight(room.right())
        self._paint_place(painter, place, found.match)
        painter.restore()

    def _paint_place(self, painter: QPainter, room: QRect, match: ValueMatch) -> None:
        tokens = self._theme.tokens
        metrics = painter.fontMetrics()
        painter.setClipRect(room)
        before = match.excerpt[: match.start]
        marked = match.excerpt[match.start : match.end]
        # The match is seen however narrow the row is: what stands before it gives way.
        half = max(room.width() // 3, 0)
        before = metrics.elidedText(before, Qt.TextElideMode.ElideLeft, half)
        at = room.left()
        for text, is_marked in (
            (before, False),
            (marked, True),
            (match.excerpt[match.end :], False),
        ):
            width = metrics.horizontalAdvance(text)
            part = QRect(at, room.top(), width, room.height())
            if is_marked:
                painter.fillRect(part.adjusted(0, 3, 0, -3), QColor(tokens.find_match))
            painter.setPen(QColor(tokens.text if is_marked else tokens.muted))
            painter.drawText(part, Qt.AlignmentFlag.AlignVCenter, text)
            at += width
