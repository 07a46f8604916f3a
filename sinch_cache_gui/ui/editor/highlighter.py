"""Colours for JSON, line by line, for the lines in sight only.

A JSON string cannot span lines, so each line can be coloured without knowing the others. Colouring
what is in sight keeps a text of any length as quick as a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit

from sinch_cache_gui.ui.editor.positions import qt_offset
from sinch_cache_gui.ui.theme import Theme, Tokens

MAX_COLOURED: Final = 5_000
"""Characters of one line that are coloured; the rest of a longer line stays plain."""


class Span(Enum):
    """What a stretch of a line is."""

    KEY = "key"
    STRING = "string"
    NUMBER = "number"
    WORD = "word"


_SPAN: Final = re.compile(
    r'(?P<KEY>"[^"\\]*+(?:\\.[^"\\]*+)*"(?=\s*:))'
    r'|(?P<STRING>"[^"\\]*+(?:\\.[^"\\]*+)*"?)'
    r"|(?P<NUMBER>-?\b\d[\d.eE+-]*)"
    r"|(?P<WORD>\b(?:true|false|null)\b)"
)


def spans_of(line: str) -> Iterator[tuple[Span, int, int]]:
    """Answer what is to be coloured in one line: kind, start, end."""
    for match in _SPAN.finditer(line, 0, MAX_COLOURED):
        yield Span[match.lastgroup or "WORD"], match.start(), match.end()


def formats_of(tokens: Tokens) -> dict[Span, QTextCharFormat]:
    """Answer how each kind of stretch looks."""
    colours = {
        Span.KEY: tokens.json_key,
        Span.STRING: tokens.json_string,
        Span.NUMBER: tokens.json_number,
        Span.WORD: tokens.json_word,
    }
    formats = {span: QTextCharFormat() for span in colours}
    for span, colour in colours.items():
        formats[span].setForeground(QColor(colour))
    return formats


class VisibleHighlighter(QObject):
    """Colours the lines of `view` that are in sight, before they are painted."""

    def __init__(self, view: QPlainTextEdit, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme
        self._is_on = True
        self._is_colouring = False
        self._generation = 0
        self._formats: dict[Span, QTextCharFormat] = {}
        view.document().contentsChange.connect(self._forget)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_on(self, is_on: bool) -> None:
        """Colour the text as JSON, or leave it plain."""
        if is_on != self._is_on:
            self._is_on = is_on
            self._restyle()

    def colour_visible(self, first: QTextBlock, last_bottom: float) -> None:
        """Colour from `first` down to `last_bottom`, where it has not been done yet."""
        has_coloured = False
        self._is_colouring = True
        try:
            for block in blocks_in_sight(self._view, first, last_bottom):
                if block.userState() != self._generation:
                    has_coloured = self._colour(block) or has_coloured
                    block.setUserState(self._generation)
            if has_coloured:
                self._settle()
        finally:
            self._is_colouring = False

    def _settle(self) -> None:
        """Let the document take note of new colours now, and quietly.

        Qt notes them as a change that is yet to be told. The next edit would be told together
        with it, as one change of all that lies between the two: at the far end of a long text,
        a layout of the whole for every letter.
        """
        document = self._view.document()
        layout = document.documentLayout()
        cursor = QTextCursor(document)
        with QSignalBlocker(document), QSignalBlocker(layout):
            cursor.beginEditBlock()
            cursor.endEditBlock()

    def _colour(self, block: QTextBlock) -> bool:
        """Colour a line, and answer whether that changed how it looks."""
        ranges: list[QTextLayout.FormatRange] = []
        line = block.text() if self._is_on else ""
        for span, start, end in spans_of(line):
            stretch = QTextLayout.FormatRange()
            stretch.start = qt_offset(line, start)
            stretch.length = qt_offset(line, end) - stretch.start
            stretch.format = self._formats[span]
            ranges.append(stretch)
        layout = block.layout()
        if not ranges and not layout.formats():
            return False
        layout.setFormats(ranges)
        return True

    def _forget(self, position: int, _removed: int, added: int) -> None:
        """An edit leaves new lines without a state; only its first and last are old ones."""
        if self._is_colouring:
            return
        document = self._view.document()
        for at in (position, position + added):
            block = document.findBlock(at)
            if block.isValid():
                block.setUserState(-1)

    def _restyle(self) -> None:
        self._formats = formats_of(self._theme.tokens)
        self._generation += 1
        self._view.viewport().update()


def blocks_in_sight(
    view: QPlainTextEdit, first: QTextBlock, last_bottom: float
) -> Iterator[QTextBlock]:
    """Answer the lines from `first` on whose heights fill `last_bottom` pixels."""
    block, top = first, 0.0
    while block.isValid() and top <= last_bottom:
        yield block
        top += view.blockBoundingRect(block).height()
        block = block.next()
