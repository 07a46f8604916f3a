"""Where bytes stand in rows of sixteen: the offset, the bytes in hex, and their text beside."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from sinch_cache_gui.ui.theme import GRID

ROW: Final = 16

HEX_AT: Final = 10
TEXT_AT: Final = HEX_AT + 3 * ROW + 1
COLUMNS: Final = TEXT_AT + ROW
"""Characters of a row, and from which on what stands there."""

_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -ROW,
    Qt.Key.Key_Down: ROW,
}


class Column(Enum):
    """Where the hand is."""

    HEX = "hex"
    TEXT = "text"


class HexLayout:
    """Measures of one font, in pixels from the left edge and from the top of the first row."""

    def __init__(self, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        self._char = metrics.horizontalAdvance("0")
        self.row_height = round(metrics.height()) + 2
        self.ascent = round(metrics.ascent()) + 1
        self.width = round(2 * GRID + COLUMNS * self._char)

    def x(self, character: int) -> int:
        """Answer where a character of a row begins."""
        return round(GRID + character * self._char)

    def cells(self, column: int, top: int) -> tuple[QRect, QRect]:
        """Answer where a byte of a row stands, in hex and in text."""
        left, right = self.x(HEX_AT + 3 * column), self.x(HEX_AT + 3 * column + 2)
        plain, end = self.x(TEXT_AT + column), self.x(TEXT_AT + column + 1)
        return (
            QRect(left, top, right - left, self.row_height),
            QRect(plain, top, end - plain, self.row_height),
        )

    def place_of(self, point: QPoint, column: Column | None) -> tuple[int, Column]:
        """Answer the byte nearest to a point, in one column or in the one that is meant."""
        x = (point.x() - self.x(0)) / self._char
        found = column or (Column.TEXT if x >= TEXT_AT - 0.5 else Column.HEX)
        inset = (x - TEXT_AT) if found is Column.TEXT else (x - HEX_AT + 0.5) / 3
        row = max(point.y(), 0) // self.row_height
        return row * ROW + max(0, min(int(inset), ROW - 1)), found


def walked(key: Qt.Key, at: int, *, length: int, rows_in_sight: int, is_far: bool) -> int | None:
    """Answer where a key takes the cursor; None for one that moves nothing.

    Args:
        key: Which one.
        at: Where the cursor is.
        length: How many bytes there are.
        rows_in_sight: How far a page goes.
        is_far: Whether Ctrl is held: to an end of all, not of the row.
    """
    page = max(rows_in_sight - 1, 1) * ROW
    row = at // ROW * ROW
    match key:
        case Qt.Key.Key_Home:
            return 0 if is_far else row
        case Qt.Key.Key_End:
            return length if is_far else min(row + ROW - 1, length)
        case Qt.Key.Key_PageUp:
            return max(at - page, 0)
        case Qt.Key.Key_PageDown:
            return min(at + page, length)
    if key not in _STEPS:
        return None
    to = at + _STEPS[key]
    if 0 <= to <= length:
        return to
    is_row_wise = abs(_STEPS[key]) >= ROW
    return at if is_row_wise and not is_far else max(0, min(to, length))
