"""Pictures of our own, drawn from the resources that are installed with the package."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from sinch_cache_gui.resource_files import read_bytes

ICON_SIZES: Final = (16, 24, 32, 48, 64, 128, 256)
"""Pixels a desktop may ask for, from a task bar to a switcher at twice the scale."""


def icon(name: str) -> QIcon:
    """Answer the SVG resource of that name (`icons/logo.svg`), sharp at every usual size."""
    drawing = QSvgRenderer(QByteArray(read_bytes(name)))
    drawn = QIcon()
    for size in ICON_SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        drawing.render(painter)
        painter.end()
        drawn.addPixmap(pixmap)
    return drawn


def application_icon() -> QIcon:
    """Answer the icon of the window and of the application."""
    return icon("icons/logo.svg")
