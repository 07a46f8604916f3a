"""What every table of this window has in common: rows of one height, and nothing around them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from sinch_cache_gui.ui.theme import CELL_PAD, ROW_HEIGHT, Theme

STYLE_PAD: Final = 3
"""Pixels that the style leaves at both sides of a cell's text."""


def set_up_rows(table: QTableView) -> None:
    """Have a table look like rows and not like cells; Tab leaves it."""
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setCornerButtonEnabled(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    rows = table.verticalHeader()
    rows.hide()
    # Of one fixed height: Qt then asks no row for its size, of a million neither.
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(ROW_HEIGHT)
    rows.setDefaultSectionSize(ROW_HEIGHT)
    table.horizontalHeader().setHighlightSections(False)


def plain_row(
    painter: QPainter, option: QStyleOptionViewItem, theme: Theme
) -> QStyleOptionViewItem:
    """Paint below a cell of a selected row, and answer how to paint the cell without a frame.

    Its text then stands right below that of the header.
    """
    plain = QStyleOptionViewItem(option)
    plain.state &= ~QStyle.StateFlag.State_HasFocus
    if plain.state & QStyle.StateFlag.State_Selected:
        is_active = bool(plain.state & QStyle.StateFlag.State_Active)
        tokens = theme.tokens
        colour = tokens.selection if is_active else tokens.selection_inactive
        painter.fillRect(plain.rect, QColor(colour))
    plain.rect.adjust(CELL_PAD - STYLE_PAD, 0, STYLE_PAD - CELL_PAD, 0)
    return plain


class PlainRows(QStyledItemDelegate):
    """Selected rows in the colours of the window, without a frame around the current cell."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, plain_row(painter, option, self._theme), index)
