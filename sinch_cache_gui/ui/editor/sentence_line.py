"""One line that says a sentence, beneath a text or a tree."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel

from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, dress_as

LONGEST: Final = 1_000
"""Characters that are measured: no line has room for more."""


class SentenceLine(QLabel):
    """Says as much of a sentence as there is room for; the tool tip says all of it.

    Args:
        name: What it is, for a screen reader.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._sentence = ""
        self.setTextFormat(Qt.TextFormat.PlainText)  # it may quote what a value holds
        self.setFixedHeight(ROW_HEIGHT)
        self.setMinimumWidth(10 * GRID)
        self.setAccessibleName(name)
        self.setObjectName("muted")

    @property
    def sentence(self) -> str:
        """What is said, whole."""
        return self._sentence

    def say(self, sentence: str, *, is_bad: bool = False) -> None:
        """Say something; what is bad is in the colour of danger."""
        self._sentence = sentence
        self.setToolTip(plain_tip(sentence))
        self.setAccessibleDescription(sentence)
        dress_as(self, "danger" if is_bad else "muted")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        said = self._sentence
        said = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
        room = self.contentsRect().width() - 2
        self.setText(self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, room))
