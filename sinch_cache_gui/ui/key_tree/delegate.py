"""How the rows of the key tree are painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sinch_cache_gui.cache.misplaced_ids import misplaced_segment
from sinch_cache_gui.keyspace.expiry import SOON_MS
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.branch_arrow import INDENT, arrow_pen, paint_arrow
from sinch_cache_gui.ui.key_tree.cells import COLUMNS, Column
from sinch_cache_gui.ui.key_tree.fitting import FittedFont
from sinch_cache_gui.ui.key_tree.flashes import Flashes
from sinch_cache_gui.ui.key_tree.model import KeyTreeModel
from sinch_cache_gui.ui.theme import CELL_PAD, GRID, Theme

DEEPEST_INDENT: Final = 12
"""Levels that are indented; deeper ones stand below each other, or the names would be lost."""

MARK: Final = 16
"""Pixels a mark before a name is wide and high."""

FADED: Final = 0.35

STALE: Final = 0.55
"""Opacity of what was known while the connection is lost."""


def indent_of(node: Row) -> int:
    """Answer where the name of a row begins, in pixels."""
    return GRID // 2 + INDENT * (min(node.depth, DEEPEST_INDENT) + 1)


class KeyTreeDelegate(QStyledItemDelegate):
    """Paints indentation, arrows, names, countdowns and marks, from memory only."""

    def __init__(
        self,
        theme: Theme,
        model: KeyTreeModel,
        mirror: Mirror,
        flashes: Flashes,
        hovered_row: Callable[[], int],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._mirror = mirror
        self._flashes = flashes
        self._hovered_row = hovered_row
        self._row = -1
        self._node: Row | None = None
        self._grounds: tuple[QColor, ...] = ()
        self._restyle()
        theme.changed.connect(self._restyle)

    def begin_repaint(self) -> None:
        """Believe nothing of what rows were like when they were painted the last time."""
        self._row = -1

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row, column = index.row(), COLUMNS[index.column()]
        if row != self._row:
            self._begin_row(row, option)
        node = self._node
        if node is None:
            return
        rect = option.rect
        for ground in self._grounds:
            painter.fillRect(rect, ground)
        is_stale = self._mirror.is_stale
        if is_stale:
            painter.setOpacity(STALE)
        if column is Column.KEY:
            self._paint_name(painter, rect, node)
        elif column is Column.TTL:
            self._paint_ttl(painter, rect.adjusted(CELL_PAD, 0, -CELL_PAD, 0), node)
        elif not node.is_folder:
            self._paint_detail(painter, rect.adjusted(CELL_PAD, 0, -CELL_PAD, 0), node, column)
        if is_stale:
            painter.setOpacity(1.0)

    def _begin_row(self, row: int, option: QStyleOptionViewItem) -> None:
        """Find out what all cells of a row share: asking Qt for each of them takes longer."""
        self._row = row
        self._node = node = self._model.node(row)
        grounds: list[QColor] = []
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            is_active = bool(state & QStyle.StateFlag.State_Active)
            grounds.append(self._selected if is_active else self._selected_idle)
        elif row == self._hovered_row():
            grounds.append(self._hover)
        strength = 0.0 if node is None or node.is_folder else self._flashes.strength(node.path)
        if strength:
            flash = QColor(self._flash)
            flash.setAlphaF(strength)
            grounds.append(flash)
        self._grounds = tuple(grounds)

    def _paint_detail(self, painter: QPainter, rect: QRect, node: Row, column: Column) -> None:
        text = self._model.text(node, column)
        if text:
            font = self._mono if column is Column.PREVIEW else self._plain
            painter.setPen(self._shade(node, self._muted))
            font.write(painter, rect, text, is_right=column is Column.SIZE)

    def _shade(self, node: Row, colour: QColor) -> QColor:
        """Answer the colour of a text: of a key that has expired, only a shadow of it."""
        if node.is_folder or not self._mirror.is_leaving(node.path):
            return colour
        faded = QColor(colour)
        faded.setAlphaF(FADED)
        return faded

    def _paint_name(self, painter: QPainter, rect: QRect, node: Row) -> None:
        left = indent_of(node)
        if node.is_folder:
            begin = rect.left() + left - INDENT
            paint_arrow(painter, self._arrow_pen, begin, rect, is_open=node.is_expanded)
        colour = self._text if node.name else self._muted
        if misplaced_segment(node.name):
            colour = self._warning
            top = rect.center().y() - MARK // 2 + 1
            self._mark.paint(painter, QRect(rect.left() + left, top, MARK, MARK))
            left += MARK + GRID // 2
        painter.setPen(self._shade(node, colour))
        text = self._model.text(node, Column.KEY)
        room = rect.adjusted(left, 0, -CELL_PAD, 0)
        self._mono.write(painter, room, text, elide=Qt.TextElideMode.ElideMiddle)

    def _paint_ttl(self, painter: QPainter, rect: QRect, node: Row) -> None:
        info = self._model.info(node)
        colour, font = self._muted, self._plain
        if info is not None and info.deadline_ms is not None:
            colour = self._text
            if info.deadline_ms - self._mirror.now_ms() < SOON_MS:
                colour, font = self._danger, self._bold
        painter.setPen(self._shade(node, colour))
        font.write(painter, rect, self._model.text(node, Column.TTL), is_right=True)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self._text = QColor(tokens.text)
        self._muted = QColor(tokens.muted)
        self._danger = QColor(tokens.danger)
        self._warning = QColor(tokens.warning)
        self._mark = icons.drawn("mdi6.alert-outline", color=tokens.warning)
        self._selected = QColor(tokens.selection)
        self._selected_idle = QColor(tokens.selection_inactive)
        self._hover = QColor(tokens.hover)
        self._flash = QColor(tokens.flash)
        self._arrow_pen = arrow_pen(self._muted)
        bold = QFont()
        bold.setWeight(QFont.Weight.DemiBold)
        self._mono = FittedFont(self._theme.monospace())
        self._plain = FittedFont(QFont())
        self._bold = FittedFont(bold)
