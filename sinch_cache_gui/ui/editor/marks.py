"""Stretches of a text set off from the rest, without changing the text."""

from __future__ import annotations

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from sinch_cache_gui.ui.editor.positions import position_of
from sinch_cache_gui.values.json_check import JsonProblem


def back_mark(
    document: QTextDocument, start: int, end: int, colour: str
) -> QTextEdit.ExtraSelection:
    """Answer a stretch, in positions of Qt, with another background."""
    look = QTextCharFormat()
    look.setBackground(QColor(colour))
    return _marked(document, start, end, look)


def squiggle(
    document: QTextDocument, problem: JsonProblem, colour: str
) -> QTextEdit.ExtraSelection:
    """Answer a wave under the character a problem is at, or under the last one before it."""
    start = position_of(document, problem.line, problem.column)
    end = start + 1
    is_at_line_end = document.characterAt(start) in ("\u2029", "")
    if is_at_line_end or end > document.characterCount() - 1:
        start, end = max(start - 1, 0), start
    look = QTextCharFormat()
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    look.setUnderlineColor(QColor(colour))
    return _marked(document, start, end, look)


def _marked(
    document: QTextDocument, start: int, end: int, look: QTextCharFormat
) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    cursor = QTextCursor(document)
    last = document.characterCount() - 1
    cursor.setPosition(min(start, last))
    cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
    mark.cursor = cursor
    mark.format = look
    return mark
