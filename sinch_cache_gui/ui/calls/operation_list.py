"""What a callback asked of the cache, two lines each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sinch_cache_gui.ui.calls.wording import (
    doubt_text,
    operation_text,
    ttl_text,
    whole_change_text,
)
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.voice.recording import CacheOperation

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
OPERATION_HEIGHT = 40
NAME_WIDTH = 48


class OperationModel(QAbstractListModel):
    """Rows of `CacheOperation`s."""

    def __init__(self) -> None:
        super().__init__()
        self._operations: tuple[CacheOperation, ...] = ()
        self._changes: tuple[str, ...] = ()

    def show(self, operations: Sequence[CacheOperation]) -> None:
        """Show these."""
        self.beginResetModel()
        self._operations = tuple(operations)
        self._changes = tuple(operation_text(operation) for operation in operations)
        self.endResetModel()

    def operation(self, row: int) -> CacheOperation | None:
        """Answer the operation of a row."""
        return self._operations[row] if 0 <= row < len(self._operations) else None

    def change(self, row: int) -> str:
        """Answer what the operation of a row found or changed, on one line."""
        return self._changes[row] if 0 <= row < len(self._changes) else ""

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._operations)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        operation = self.operation(index.row()) if index.isValid() else None
        if operation is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            ttl = ttl_text(operation)
            parts = (operation.name, operation.key, ttl, self.change(index.row()))
            return ", ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            change = whole_change_text(operation)
            doubt = doubt_text(operation)
            doubt = "" if doubt == change else doubt
            lines = (operation.key, change, doubt, operation.warning)
            return plain_tip("\n".join(line for line in lines if line))
        return None


class OperationDelegate(QStyledItemDelegate):
    """Draws name, key and TTL on one line, and what became of the value below it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 (Qt's)
        return QSize(0, OPERATION_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, OperationModel):
            return
        operation = model.operation(index.row())
        if operation is None:
            return
        tokens = self._theme.tokens
        painter.save()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            is_active = bool(state & QStyle.StateFlag.State_Active)
            back = tokens.selection if is_active else tokens.selection_inactive
            painter.fillRect(rect, QColor(back))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.hover))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inner = rect.adjusted(GRID, 4, -GRID, -4)
        half = inner.height() // 2
        first = QRect(inner.left(), inner.top(), inner.width(), half)
        second = QRect(inner.left() + NAME_WIDTH, first.bottom() + 1, 0, half)
        second.setRight(inner.right())
        mono = self._theme.monospace()
        self._paint_head(painter, first, operation, mono)
        colour = tokens.danger if operation.error else tokens.muted
        self._text(painter, second, model.change(index.row()), mono, colour)
        painter.restore()

    def _paint_head(
        self, painter: QPainter, rect: QRect, operation: CacheOperation, mono: QFont
    ) -> None:
        tokens = self._theme.tokens
        name = QFont(mono)
        name.setBold(operation.is_write)
        ttl = ttl_text(operation)
        ttl_width = QFontMetrics(mono).horizontalAdvance(ttl) + (GRID if ttl else 0)
        self._text(painter, rect, operation.name, name, tokens.text)
        key = QRect(rect)
        key.setLeft(rect.left() + NAME_WIDTH)
        key.setRight(rect.right() - ttl_width)
        colour = tokens.accent if operation.has_key else tokens.text
        if operation.warning:
            colour = tokens.warning
        middle = Qt.TextElideMode.ElideMiddle
        self._text(painter, key, operation.key, mono, colour, middle)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, ttl)

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        colour: str,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, elide, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


class OperationList(QListView):
    """The operations of one callback; choosing one opens its key."""

    key_activated = Signal(object)
    """The key's bytes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows = OperationModel()
        self.setModel(self._rows)
        self.setItemDelegate(OperationDelegate(theme, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Cache operations of this callback"))
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        theme.changed.connect(self.viewport().update)

    def show_operations(self, operations: Sequence[CacheOperation]) -> None:
        """Show these."""
        self._rows.show(operations)

    def _open(self, index: QModelIndex) -> None:
        operation = self._rows.operation(index.row())
        if operation is not None and operation.has_key:
            self.key_activated.emit(operation.key_bytes)
