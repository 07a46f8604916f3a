"""The read-only columns in which versions of a value stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLabel,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.editor.marks import back_mark
from sinch_cache_gui.ui.editor.positions import qt_offset
from sinch_cache_gui.ui.theme import GRID
from sinch_cache_gui.values.difference import Stretch


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


def titled(side: QWidget, label: QLabel) -> QWidget:
    """Answer a column with its title above it."""
    box = QWidget()
    label.setObjectName("title")
    label.setContentsMargins(GRID, GRID // 2, 0, GRID // 2)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label)
    column.addWidget(side, 1)
    return box


def lock_scrolling(*sides: QAbstractScrollArea) -> None:
    """Let columns scroll together, in both directions."""
    for one, other in permutations(sides, 2):
        one.verticalScrollBar().valueChanged.connect(other.verticalScrollBar().setValue)
        one.horizontalScrollBar().valueChanged.connect(other.horizontalScrollBar().setValue)


def line_marks(
    side: QPlainTextEdit,
    number: int,
    line: str | None,
    stretches: Sequence[Stretch],
    *,
    line_back: str,
    stretch_back: str,
) -> list[QTextEdit.ExtraSelection]:
    """Answer the marks of a line that differs, and of what differs in it.

    Args:
        side: The column.
        number: Where the line stands in it, from 0.
        line: The line; None where the column has none beside the others'.
        stretches: What differs in it, in characters.
        line_back: The colour behind the line.
        stretch_back: The colour behind what differs.
    """
    block = side.document().findBlockByNumber(number)
    whole = QTextEdit.ExtraSelection()
    whole.cursor = QTextCursor(block)
    look = QTextCharFormat()
    look.setBackground(QColor(line_back))
    look.setProperty(QTextFormat.Property.FullWidthSelection, True)
    whole.format = look
    marks = [whole]
    for start, end in stretches:
        first = block.position() + qt_offset(line or "", start)
        last = block.position() + qt_offset(line or "", end)
        marks.append(back_mark(side.document(), first, last, stretch_back))
    return marks
