"""Texts that fit their cells: measured once, painted many times a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

REMEMBERED: Final = 4096
"""Texts whose measure is kept: several screens of them."""

LONGEST_WHOLE: Final = 400
"""Characters of a text that is measured whole; of a longer one, only both ends."""


Fit: TypeAlias = Callable[[str, int, Qt.TextElideMode], tuple[str, float]]
"""What of a text fits into a width, and how wide that is."""


class FittedFont:
    """A font that writes a line into a cell, cut short where it does not fit."""

    def __init__(self, font: QFont) -> None:
        self._font = font
        self._metrics = QFontMetricsF(font)
        self._drop = (self._metrics.ascent() - self._metrics.descent()) / 2
        self._fit: Fit = lru_cache(REMEMBERED)(self._measure)

    def write(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        *,
        is_right: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        """Write `text` on one line in the middle of `rect`, at its left or right edge."""
        left, width = rect.left(), rect.width()
        fitting, advance = self._fit(text, width, elide)
        x = left + width - advance if is_right else left
        painter.setFont(self._font)
        painter.drawText(QPointF(x, rect.top() + rect.height() / 2 + self._drop), fitting)

    def _measure(self, text: str, width: int, elide: Qt.TextElideMode) -> tuple[str, float]:
        if len(text) > LONGEST_WHOLE:
            # Measuring a name of ten thousand characters costs more than the rest of the screen.
            half = LONGEST_WHOLE // 2
            text = f"{text[:half]}…{text[-half:]}"
        advance = self._metrics.horizontalAdvance(text)
        if advance > width:
            text = self._metrics.elidedText(text, elide, width)
            advance = self._metrics.horizontalAdvance(text)
        return text, advance
