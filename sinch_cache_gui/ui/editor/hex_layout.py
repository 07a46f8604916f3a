"""Where bytes stand in rows: the offset, the bytes in hex, and their text beside."""

from __future__ import annotations

from enum import Enum
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from sinch_cache_gui.ui.theme import GRID

HEX_AT: Final = 10
"""From which character of a row on the bytes stand in hex."""

_IN_A_ROW: Final = (16, 8, 4)
"""Bytes of a row: as many as there is room for, so that offsets stay easy to reckon."""


class Column(Enum):
    """Where the hand is."""

    HEX = "hex"
    TEXT = "text"


class HexLayout:
    """Measures of one font, in pixels from the left edge and from the top of the first row.

    Attributes:
        in_a_row: Bytes of a row.
        text_at: From which character of a row on the text stands.
        row_height: Of each row.
        ascent: From the top of a row to where its characters stand.
        width: What a row takes.
    """

    def __init__(self, font: QFont, room: int) -> None:
        """Measure.

        Args:
            font: Of every character.
            room: How wide a row may be; only one of the fewest bytes is wider.
        """
        metrics = QFontMetricsF(font)
        self._char = metrics.horizontalAdvance("0")
        self.row_height = round(metrics.height()) + 2
        self.ascent = round(metrics.ascent()) + 1
        fitting = (count for count in _IN_A_ROW if self._width_of(count) <= room)
        self.in_a_row = next(fitting, _IN_A_ROW[-1])
        self.text_at = _text_at(self.in_a_row)
        self.width = self._width_of(self.in_a_row)

    def x(self, character: int) -> int:
        """Answer where a character of a row begins."""
        return round(GRID + character * self._char)

    def cells(self, column: int, top: int) -> tuple[QRect, QRect]:
        """Answer where a byte of a row stands, in hex and in text."""
        left, right = self.x(HEX_AT + 3 * column), self.x(HEX_AT + 3 * column + 2)
        plain, end = self.x(self.text_at + column), self.x(self.text_at + column + 1)
        return (
            QRect(left, top, right - left, self.row_height),
            QRect(plain, top, end - plain, self.row_height),
        )

    def place_of(self, point: QPoint, column: Column | None) -> tuple[int, Column]:
        """Answer the byte nearest to a point, in one column or in the one that is meant."""
        x = (point.x() - self.x(0)) / self._char
        found = column or (Column.TEXT if x >= self.text_at - 0.5 else Column.HEX)
        inset = (x - self.text_at) if found is Column.TEXT else (x - HEX_AT + 0.5) / 3
        row = max(point.y(), 0) // self.row_height
        return row * self.in_a_row + max(0, min(int(inset), self.in_a_row - 1)), found

    def _width_of(self, in_a_row: int) -> int:
        return round(2 * GRID + (_text_at(in_a_row) + in_a_row) * self._char)


def _text_at(in_a_row: int) -> int:
    return HEX_AT + 3 * in_a_row + 1


def walked(
    key: Qt.Key, at: int, *, length: int, in_a_row: int, rows_in_sight: int, is_far: bool
) -> int | None:
    """Answer where a key takes the cursor; None for one that moves nothing.

    Args:
        key: Which one.
        at: Where the cursor is.
        length: How many bytes there are.
        in_a_row: How many of them stand in a row.
        rows_in_sight: How far a page goes.
        is_far: Whether Ctrl is held: to an end of all, not of the row.
    """
    page = max(rows_in_sight - 1, 1) * in_a_row
    row = at // in_a_row * in_a_row
    match key:
        case Qt.Key.Key_Home:
            return 0 if is_far else row
        case Qt.Key.Key_End:
            return length if is_far else min(row + in_a_row - 1, length)
        case Qt.Key.Key_PageUp:
            return max(at - page, 0)
        case Qt.Key.Key_PageDown:
            return min(at + page, length)
    steps = {
        Qt.Key.Key_Left: -1,
        Qt.Key.Key_Right: 1,
        Qt.Key.Key_Up: -in_a_row,
        Qt.Key.Key_Down: in_a_row,
    }
    if key not in steps:
        return None
    to = at + steps[key]
    if 0 <= to <= length:
        return to
    is_row_wise = abs(steps[key]) > 1
    return at if is_row_wise and not is_far else max(0, min(to, length))
