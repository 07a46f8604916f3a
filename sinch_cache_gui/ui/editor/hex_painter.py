"""Draws rows of bytes: only those in sight, so that the length of a value costs nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter

from sinch_cache_gui.ui.editor.hex_hand import HexHand
from sinch_cache_gui.ui.editor.hex_layout import HEX_AT, Column, HexLayout
from sinch_cache_gui.ui.theme import Tokens
from sinch_cache_gui.values.byte_difference import Stretch


class HexPainter:
    """Draws rows with one painter, in the colours of the theme."""

    def __init__(self, painter: QPainter, layout: HexLayout, tokens: Tokens) -> None:
        self._painter = painter
        self._layout = layout
        self._tokens = tokens

    def paint_back(self, row: int, top: int, stretches: Sequence[Stretch], colour: str) -> None:
        """Fill what of a row lies in any of these stretches, which are in order."""
        for column in columns_within(stretches, row, self._layout.in_a_row):
            for area in self._layout.cells(column, top):
                self._painter.fillRect(area, QColor(colour))

    def paint_bytes(self, row: int, top: int, data: bytes) -> None:
        """Write the offset, the bytes and their text."""
        painter, tokens, x = self._painter, self._tokens, self._layout.x
        text_at = x(self._layout.text_at)
        baseline = top + self._layout.ascent
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QPoint(x(0), baseline), f"{row * self._layout.in_a_row:08x}")
        painter.setPen(QColor(tokens.text))
        painter.drawText(QPoint(x(HEX_AT), baseline), data.hex(" "))
        plain = "".join(chr(byte) if 32 <= byte < 127 else " " for byte in data)
        painter.drawText(QPoint(text_at, baseline), plain)
        painter.setPen(QColor(tokens.faint))
        dots = "".join(" " if 32 <= byte < 127 else "." for byte in data)
        painter.drawText(QPoint(text_at, baseline), dots)

    def paint_cursor(self, top: int, hand: HexHand, *, has_focus: bool) -> None:
        """Frame the byte where the hand is, and its like in the other column."""
        painter, tokens = self._painter, self._tokens
        colour = QColor(tokens.accent if has_focus else tokens.muted)
        here, beside = self._layout.cells(hand.at % self._layout.in_a_row, top)
        if hand.column is Column.TEXT:
            here, beside = beside, here
        if hand.is_second_digit:
            here = here.adjusted(here.width() // 2, 0, 0, 0)
        painter.setPen(QColor(tokens.faint))
        painter.drawRect(beside.adjusted(0, 0, -1, -1))
        if hand.is_inserting:
            painter.fillRect(QRect(here.left(), here.top(), 2, here.height()), colour)
        else:
            painter.setPen(colour)
            painter.drawRect(here.adjusted(0, 0, -1, -1))
            painter.fillRect(QRect(here.left(), here.bottom() - 1, here.width(), 2), colour)


def columns_within(stretches: Sequence[Stretch], row: int, in_a_row: int) -> Iterator[int]:
    """Yield the columns of a row that lie in any of these stretches, which are in order."""
    first, last = row * in_a_row, (row + 1) * in_a_row
    at = max(bisect_right(stretches, (first, first)) - 1, 0)
    for start, end in stretches[at:]:
        if start >= last:
            return
        yield from range(max(start - first, 0), min(end - first, in_a_row))
