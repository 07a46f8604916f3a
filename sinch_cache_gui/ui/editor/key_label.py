"""A key in one line, whole in its tool tip, with the middle left out where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import ROW_HEIGHT, Theme

TOOLTIP_LENGTH = 2_000


def elided_key(key: bytes, length: int) -> str:
    """Answer the key in at most `length` characters, its middle left out."""
    shown = display_key(key)
    if len(shown) <= length:
        return shown
    head = (length - 1) // 2
    return f"{shown[:head]}…{shown[len(shown) - (length - 1 - head) :]}"


class KeyLabel(QWidget):
    """The key of an open document, in the monospace of keys."""

    def __init__(self, theme: Theme, key: bytes) -> None:
        super().__init__()
        self._theme = theme
        self._text = display_key(key)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self._text)
        self.setToolTip(plain_tip(self._text[:TOOLTIP_LENGTH]))
        theme.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._text[:200])
        return QSize(width, ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(ROW_HEIGHT * 3, ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        # Far more than fits is cut first: eliding measures every character it is given.
        room = max(self.width() // 2, 16)
        text = self._text
        if len(text) > 2 * room:
            text = f"{text[:room]}…{text[-room:]}"
        elided = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, elided)

    def _restyle(self) -> None:
        font = self._theme.monospace()
        font.setBold(True)
        self.setFont(font)
        self.update()
