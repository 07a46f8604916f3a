"""The rows of a text too large for an editor, found from its bytes without keeping each of them.

A line longer than a row is cut into rows of so many bytes, never within a character. Where rows
begin is kept for every few thousand bytes; those in between are found anew when they are looked at.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.values.slices import Work
from sinch_cache_gui.values.utf8 import character_start

MARK_BYTES: Final = 4_096
"""Bytes between two places whose row is kept; a row more at most."""

LEAST_WIDTH: Final = 4
"""Bytes of a row: the longest character has as many."""

_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in one row.

    Attributes:
        start: Where it begins, in bytes.
        end: Where it ends, before its line end.
        next: Where the next row begins; None behind the last.
        line: Which line it belongs to, counted from 1.
        begins_line: Whether it is the first of its line.
    """

    start: int
    end: int
    next: int | None
    line: int
    begins_line: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place as people count: line and column, from 1, the column in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Quotes:
    """Whether a place is within a string, and behind a backslash of one, if the text is JSON."""

    is_inside: bool = False
    is_escaped: bool = False

    def behind(self, piece: bytes) -> Quotes:
        """Answer the same behind `piece`. No string goes on behind the end of a line."""
        line_at = piece.rfind(b"\n") + 1
        before = Quotes() if line_at else self
        rest = piece[line_at + before.is_escaped :]
        if b"\\" in rest:
            rest = _ESCAPED.sub(b"", rest)
        is_inside = before.is_inside ^ bool(rest.count(b'"') % 2)
        return Quotes(is_inside, rest.endswith(b"\\"))


class TextRows:
    """The rows of one text, once `count_work` is done.

    Attributes:
        data: The text in UTF-8.
        width: The most bytes of a row.
        count: How many rows there are; an empty text has one.
        lines: How many lines.
        counted: Bytes whose rows are counted so far.
    """

    def __init__(self, data: bytes, width: int) -> None:
        self.data = data
        self.width = max(width, LEAST_WIDTH)
        self.count = 1
        self.lines = 1
        self.counted = 0
        self._starts = array("Q", [0])
        self._rows = array("Q", [0])
        self._lines = array("Q", [0])
        self._characters = array("Q", [0])
        self._quotes = [Quotes()]

    def row_of(self, offset: int) -> int:
        """Answer which row a byte stands in, counted from 0."""
        mark = bisect_right(self._starts, offset) - 1
        row = self._rows[mark]
        for found in self._from_mark(mark):
            if found.next is None or found.next > offset:
                return row
            row += 1
        raise AssertionError("the rows end before the text")

    def rows_from(self, row: int) -> Iterator[Row]:
        """Yield the rows from one on."""
        mark = bisect_right(self._rows, row) - 1
        skipped = row - self._rows[mark]
        for count, found in enumerate(self._from_mark(mark)):
            if count >= skipped:
                yield found

    def line_start(self, line: int) -> int:
        """Answer where a line begins, counted from 1; of a line too many, the last one."""
        before = max(min(line, self.lines), 1) - 1
        mark = max(bisect_right(self._lines, before - 1) - 1, 0)
        at, passed = self._starts[mark], self._lines[mark]
        if before == 0:
            return 0
        while passed < before:
            at = self.data.find(b"\n", at) + 1
            passed += 1
        return at

    def place_of(self, offset: int) -> Place:
        """Answer the line and the column of a byte."""
        line, characters = self._counted(offset)
        _, before_line = self._counted(self.line_start(line + 1))
        return Place(line + 1, characters - before_line + 1)

    def quotes_at(self, offset: int) -> Quotes:
        """Answer whether a place is within a string, if the text is JSON."""
        mark = bisect_right(self._starts, offset) - 1
        return self._quotes[mark].behind(self.data[self._starts[mark] : offset])

    def _counted(self, offset: int) -> tuple[int, int]:
        """Answer the line ends and the characters before a byte."""
        mark = bisect_right(self._starts, offset) - 1
        piece = self.data[self._starts[mark] : offset]
        return self._lines[mark] + piece.count(b"\n"), self._characters[mark] + _characters(piece)

    def _from_mark(self, mark: int) -> Iterator[Row]:
        at: int | None = self._starts[mark]
        line = self._lines[mark] + 1
        begins = at == 0 or self.data[at - 1 : at] == b"\n" if at is not None else True
        while at is not None:
            end, following = self._end_of(at)
            yield Row(at, end, following, line, begins)
            begins = following != end
            line += begins
            at = following

    def _end_of(self, start: int) -> tuple[int, int | None]:
        """Answer where a row ends, and where the next one begins."""
        data, end = self.data, start + self.width
        line_end = data.find(b"\n", start, end + 1)
        if line_end >= 0:
            return line_end, line_end + 1
        if end >= len(data):
            return len(data), None
        end = character_start(data, end)
        return end, end

    def _cut(self, at: int, until: int, row: int) -> tuple[int, int]:
        """Cut a long line into rows up to its last, or to a byte; answer the place and the row."""
        data, width = self.data, self.width
        line_end = data.find(b"\n", at + width, until)
        last = (until if line_end < 0 else line_end) - width
        if data[at : last + width].isascii():
            cut = (last - 1 - at) // width + 1
            return at + cut * width, row + cut
        while at < last:
            at += width
            while data[at] & 0xC0 == 0x80:
                at -= 1
            row += 1
        return at, row

    def _mark(self, at: int, row: int) -> None:
        """Keep which row begins at a byte, behind the last that was kept."""
        piece = self.data[self._starts[-1] : at]
        self._starts.append(at)
        self._rows.append(row)
        self._lines.append(self._lines[-1] + piece.count(b"\n"))
        self._characters.append(self._characters[-1] + _characters(piece))
        self._quotes.append(self._quotes[-1].behind(piece))

    def count_work(self) -> Work[None]:
        """Find the rows of the text, once. Until then there is only the first."""
        data, size, width = self.data, len(self.data), self.width
        at, row = 0, 0
        while at + width < size:
            until = at + MARK_BYTES
            while at < until and at + width < size:
                # Lines that end within a row's width are rows; at least one is found, or cut.
                line_end = data.rfind(b"\n", at, at + width + 1)
                if line_end < 0:
                    at, row = self._cut(at, min(until + width, size), row)
                else:
                    row += data.count(b"\n", at, line_end + 1)
                    at = line_end + 1
            self._mark(at, row)
            self.counted = at
            yield
        self.count = row + data.count(b"\n", at) + 1
        self.lines = self._lines[-1] + data.count(b"\n", self._starts[-1]) + 1


def rows_work(data: bytes, width: int) -> Work[TextRows]:
    """Answer the rows of a text in UTF-8, each of at most `width` bytes."""
    rows = TextRows(data, width)
    yield from rows.count_work()
    return rows


def _characters(piece: bytes) -> int:
    return len(piece) if piece.isascii() else len(piece.decode("utf-8", "replace"))
