"""One row of a large text, laid out to be painted and pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextLayout, QTextOption

from sinch_cache_gui.ui.editor.highlighter import Span, spans_of
from sinch_cache_gui.ui.editor.positions import python_offset, qt_offset
from sinch_cache_gui.values.screen_text import looked_at
from sinch_cache_gui.values.text_rows import Quotes, Row

AHEAD: Final = 200
"""Bytes behind a row that are looked at to tell a name from another string."""

_ROOM: Final = 1e6
"""Pixels a row may take; none has so many characters."""


@dataclass(frozen=True, slots=True)
class Dress:
    """How rows look.

    Attributes:
        font: Of every character.
        formats: Of the parts of JSON; empty for a text that is none.
    """

    font: QFont
    formats: dict[Span, QTextCharFormat]


class LaidRow:
    """A row of a text; positions are offsets in bytes into the whole text."""

    def __init__(self, data: bytes, row: Row, quotes: Quotes, dress: Dress) -> None:
        self.row = row
        self._text = data[row.start : row.end].decode("utf-8", "replace")
        self._layout = QTextLayout(looked_at(self._text), dress.font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # rows of one line stand in order
        self._layout.setTextOption(option)
        if dress.formats:
            behind = data[row.end : row.end + AHEAD].partition(b"\n")[0]
            ahead = behind.decode("utf-8", "ignore")
            self._layout.setFormats(self._colours(quotes, ahead, dress.formats))
        self._layout.beginLayout()
        self._line = self._layout.createLine()
        self._line.setLineWidth(_ROOM)
        self._layout.endLayout()

    @property
    def layout(self) -> QTextLayout:
        """What is painted."""
        return self._layout

    @property
    def ascent(self) -> float:
        """Pixels from its upper edge to where its characters stand."""
        return self._line.ascent()

    @property
    def width(self) -> float:
        """Pixels it takes."""
        return self._line.naturalTextWidth()

    def has_cursor(self, at: int | None) -> bool:
        """Whether a cursor there stands in this row; it may be nowhere."""
        if at is None or at < self.row.start:
            return False
        return self.row.next is None or at < self.row.next

    def position(self, offset: int) -> int:
        """Answer where the layout sees a byte."""
        within = max(min(offset, self.row.end) - self.row.start, 0)
        before = self._text.encode()[:within].decode("utf-8", "ignore")
        return qt_offset(self._text, len(before))

    def offset(self, position: int) -> int:
        """Answer which byte the layout sees at a position."""
        before = self._text[: python_offset(self._text, position)]
        return self.row.start + len(before.encode())

    def x(self, offset: int) -> float:
        """Answer how many pixels from the left a byte stands."""
        x = self._line.cursorToX(self.position(offset))
        return float(x[0]) if isinstance(x, tuple) else float(str(x))

    def offset_at(self, x: float) -> int:
        """Answer the byte nearest to so many pixels from the left."""
        return self.offset(self._line.xToCursor(x))

    def behind(self, offset: int, *, by_words: bool) -> int:
        """Answer where the next character begins, or the next word."""
        return self.offset(self._layout.nextCursorPosition(self.position(offset), _mode(by_words)))

    def before(self, offset: int, *, by_words: bool) -> int:
        """Answer where the character before begins, or the word."""
        at = self._layout.previousCursorPosition(self.position(offset), _mode(by_words))
        return self.offset(at)

    def word_at(self, offset: int) -> tuple[int, int]:
        """Answer where the word begins and ends that a byte is in."""
        text, at = self._text, python_offset(self._text, self.position(offset))
        start = end = at
        while start > 0 and _is_of_word(text[start - 1]):
            start -= 1
        while end < len(text) and _is_of_word(text[end]):
            end += 1
        return self._byte(start), self._byte(max(end, min(start + 1, len(text))))

    def filled(self, start: int, end: int, colour: str) -> Sequence[QTextLayout.FormatRange]:
        """Answer a stretch with another background, as far as it lies in the row."""
        if end <= self.row.start or start >= self.row.end:
            return ()
        look = QTextCharFormat()
        look.setBackground(QColor(colour))
        return (_range(self.position(start), self.position(end), look),)

    def _byte(self, character: int) -> int:
        return self.row.start + len(self._text[:character].encode())

    def _colours(
        self, quotes: Quotes, ahead: str, formats: dict[Span, QTextCharFormat]
    ) -> list[QTextLayout.FormatRange]:
        # A row within a string is read as if that began with it.
        begun = ('"' if quotes.is_inside else "") + ("\\" if quotes.is_escaped else "")
        ranges: list[QTextLayout.FormatRange] = []
        for span, start, end in spans_of(begun + self._text + ahead):
            first = max(start - len(begun), 0)
            last = min(end - len(begun), len(self._text))
            if first >= len(self._text):
                break
            if last > first:
                at, to = qt_offset(self._text, first), qt_offset(self._text, last)
                ranges.append(_range(at, to, formats[span]))
        return ranges


def _range(start: int, end: int, look: QTextCharFormat) -> QTextLayout.FormatRange:
    stretch = QTextLayout.FormatRange()
    stretch.start = start
    stretch.length = end - start
    stretch.format = look
    return stretch


def _mode(by_words: bool) -> QTextLayout.CursorMode:
    modes = QTextLayout.CursorMode
    return modes.SkipWords if by_words else modes.SkipCharacters


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"
