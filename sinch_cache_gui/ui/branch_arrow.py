"""The arrow that stands before an expandable row of a tree, in the pixels its name is indented."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sinch_cache_gui.ui.theme import GRID

INDENT: Final = 2 * GRID
"""Pixels a level is indented."""


def arrow_pen(colour: QColor) -> QPen:
    """Answer what arrows of this colour are painted with."""
    return QPen(
        colour, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def paint_arrow(painter: QPainter, pen: QPen, left: int, rect: QRect, *, is_open: bool) -> None:
    """Paint an arrow that points down to the rows of an open one, or to the right.

    Args:
        painter: Paints it.
        pen: What with.
        left: Where its indentation begins.
        rect: Of the cell.
        is_open: Whether the row is expanded.
    """
    middle = QPointF(left + INDENT / 2 - 1, rect.center().y() + 0.5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    across, along = (
        (QPointF(3.5, 0), QPointF(0, 2)) if is_open else (QPointF(0, 3.5), QPointF(2, 0))
    )
    painter.drawPolyline([middle - across - along, middle + along, middle + across - along])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
