"""What is in sight of a large text: rows laid out, where they stand, and how they are painted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from sinch_cache_gui.ui.editor.gutter import GutterLine
from sinch_cache_gui.ui.editor.row_layout import Dress, LaidRow
from sinch_cache_gui.ui.editor.row_walk import RowWalk, nearest
from sinch_cache_gui.ui.theme import GRID, Tokens
from sinch_cache_gui.values.text_rows import TextRows

MARGIN: Final = 4
"""Pixels left of the text and above, as an editor has them."""

LEAST_COLUMNS: Final = 40
"""A row has room for so many characters, however narrow the view."""


@dataclass(frozen=True, slots=True)
class RowMarks:
    """What is set off from the rest of the text; positions are offsets in bytes.

    Attributes:
        cursor: Where the cursor is; None while the keyboard is elsewhere.
        selection: Where the selection begins and ends.
        matches: Where what was found begins and ends.
    """

    cursor: int | None
    selection: tuple[int, int]
    matches: Sequence[tuple[int, int]]


class RowSight:
    """Rows below each other, in pixels from the upper left corner of what is in sight.

    Attributes:
        walk: The way of a cursor through all rows, those out of sight too.
        character: How wide a character is.
        row_height: Of each row.
    """

    def __init__(self, rows: TextRows, dress: Dress) -> None:
        self._laid: Sequence[LaidRow] = ()
        self.dress_as(dress)
        self.walk = RowWalk(rows, dress)

    def dress_as(self, dress: Dress) -> None:
        """Have rows look like that when they are laid out next."""
        metrics = QFontMetricsF(dress.font)
        self.character = metrics.horizontalAdvance("0")
        self.row_height = ceil(metrics.height())
        self._ascent = metrics.ascent()
        self._dress = dress

    def lay_out(self, rows: TextRows, first: int, height: int) -> None:
        """Lay out what is in sight, the row at the lower edge too that is not wholly."""
        self.walk = RowWalk(rows, self._dress)
        self._laid = self.walk.laid_from(first, self.rows_within(height) + 1)

    @property
    def width(self) -> float:
        """What the longest row in sight takes."""
        return max((laid.width for laid in self._laid), default=0.0)

    def rows_within(self, height: int) -> int:
        """Answer how many rows there is room for."""
        return max((height - MARGIN) // self.row_height, 1)

    def columns_within(self, width: int) -> int:
        """Answer how many characters of a row there is room for."""
        room = width - 2 * MARGIN - GRID
        return max(int(room / self.character), LEAST_COLUMNS)

    def positions(self) -> tuple[int, int]:
        """Answer the offsets where what is in sight begins and ends."""
        if not self._laid:
            return 0, 0
        return self._laid[0].row.start, self._laid[-1].row.end

    def offset_at(self, x: int, y: int) -> int:
        """Answer the byte nearest to a point."""
        if not self._laid:
            return 0
        number = max(min((y - MARGIN) // self.row_height, len(self._laid) - 1), 0)
        return nearest(self._laid[number], x - MARGIN)

    def lines(self, cursor: int | None) -> Iterator[GutterLine]:
        """Yield the lines that begin in sight; the one the cursor stands in is told."""
        for top, laid in self._placed():
            if laid.row.begins_line:
                yield GutterLine(laid.row.line, top, self.row_height, laid.has_cursor(cursor))

    def paint(
        self, painter: QPainter, area: QRect, left: int, marks: RowMarks, tokens: Tokens
    ) -> None:
        """Paint every row.

        Args:
            painter: With what.
            area: What is to be painted anew.
            left: Where the left edge of the text is, scrolled out of sight where it is negative.
            marks: What is set off.
            tokens: The colours.
        """
        has_focus = marks.cursor is not None
        selected = tokens.selection if has_focus else tokens.selection_inactive
        for top, laid in self._placed():
            if laid.has_cursor(marks.cursor):
                band = QRect(area.left(), top, area.width(), self.row_height)
                painter.fillRect(band, QColor(tokens.current_line))
            fills = [
                fill for match in marks.matches for fill in laid.filled(*match, tokens.find_match)
            ]
            fills += laid.filled(*marks.selection, selected)
            place = QPointF(left + MARGIN, top + self._ascent - laid.ascent)
            laid.layout.draw(painter, place, fills, QRectF(area))
            if marks.cursor is not None and laid.has_cursor(marks.cursor):
                laid.layout.drawCursor(painter, place, laid.position(marks.cursor), 1)

    def _placed(self) -> Iterator[tuple[int, LaidRow]]:
        for number, laid in enumerate(self._laid):
            yield MARGIN + number * self.row_height, laid
