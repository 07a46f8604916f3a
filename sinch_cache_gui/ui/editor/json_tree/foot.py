"""The line beneath the tree: the path of the element, or why something was not done."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from sinch_cache_gui.ui.editor.json_tree.cells import tr
from sinch_cache_gui.ui.theme import GRID, ROW_HEIGHT, Theme


class TreeFoot(QLabel):
    """Says one sentence, as much of it as there is room for; the tool tip says all of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(ROW_HEIGHT)
        self.setContentsMargins(GRID, 0, GRID, 0)
        self.setMinimumWidth(80)
        self.setAccessibleName(tr("Path of the element"))

    def say(self, sentence: str, *, is_bad: bool = False) -> None:
        """Say something; what is bad is in the colour of danger."""
        tokens = self._theme.tokens
        self.setStyleSheet(f"color: {tokens.danger if is_bad else tokens.muted};")
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)
        metrics = self.fontMetrics()
        room = max(self.width() - 2 * GRID, 80)
        end = tr("…")
        shown = sentence[:1000] + (end if len(sentence) > 1000 else "")
        while metrics.horizontalAdvance(shown) > room and len(shown) > 1:
            shown = shown[: max(len(shown) * 9 // 10 - 1, 0)].rstrip(end) + end
        self.setText(shown)
