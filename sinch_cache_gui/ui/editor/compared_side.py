"""One of the read-only columns in which versions of a text stand beside each other."""

from __future__ import annotations

from itertools import permutations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit


def compared_side(name: str) -> QPlainTextEdit:
    """Answer a column that can be read and copied from, called `name` by a screen reader."""
    side = QPlainTextEdit()
    side.setReadOnly(True)
    side.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    side.setAccessibleName(name)
    side.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return side


def lock_scrolling(*sides: QPlainTextEdit) -> None:
    """Let columns scroll together, in both directions."""
    for one, other in permutations(sides, 2):
        one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
        one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)
