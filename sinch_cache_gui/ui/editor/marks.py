"""Stretches of a text set off from the rest, without changing the text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from sinch_cache_gui.ui.editor.positions import position_of
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.json_check import JsonProblem


class TextMarks:
    """What is marked in the text of one editor; positions are Qt's."""

    def __init__(self, editor: QPlainTextEdit, theme: Theme) -> None:
        self._editor = editor
        self._theme = theme
        self._matches: Sequence[tuple[int, int]] = ()
        self._brackets: tuple[int, int] | None = None
        self._problem: JsonProblem | None = None

    def mark_matches(self, places: Sequence[int], length: int) -> None:
        """Mark what was found: where, and how long each match is."""
        self._matches = [(at, at + length) for at in places]
        self.show()

    def mark_brackets(self, pair: tuple[int, int] | None) -> None:
        """Mark two brackets that belong together, or none any more."""
        if pair != self._brackets:
            self._brackets = pair
            self.show()

    def mark_problem(self, problem: JsonProblem | None) -> None:
        """Underline what is wrong, or nothing any more."""
        self._problem = problem
        self.show()

    def show(self) -> None:
        """Show every mark in the colours of the theme."""
        tokens = self._theme.tokens
        document = self._editor.document()
        marks = [back_mark(document, *match, tokens.find_match) for match in self._matches]
        if self._brackets is not None:
            marks += [back_mark(document, at, at + 1, tokens.selection) for at in self._brackets]
        if self._problem is not None:
            marks.append(_squiggle(document, self._problem, tokens.danger))
        self._editor.setExtraSelections(marks)


def back_mark(
    document: QTextDocument, start: int, end: int, colour: str
) -> QTextEdit.ExtraSelection:
    """Answer a stretch, in positions of Qt, with another background."""
    look = QTextCharFormat()
    look.setBackground(QColor(colour))
    return _marked(document, start, end, look)


def _squiggle(
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
