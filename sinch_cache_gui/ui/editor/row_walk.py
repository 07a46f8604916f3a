"""The way of a cursor through the rows of a large text, and the rows laid out on the way."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import Qt

from sinch_cache_gui.ui.editor.row_layout import Dress, LaidRow
from sinch_cache_gui.values.text_rows import TextRows


class RowWalk:
    """Answers where a key takes a cursor. Positions are offsets in bytes."""

    def __init__(self, rows: TextRows, dress: Dress) -> None:
        self._rows = rows
        self._dress = dress

    def laid_from(self, number: int, count: int) -> list[LaidRow]:
        """Answer rows from one on, laid out; fewer at the end."""
        rows, laid = self._rows, list[LaidRow]()
        quotes = None
        for row in islice(rows.rows_from(number), count):
            quotes = rows.quotes_at(row.start) if quotes is None else quotes
            laid.append(LaidRow(rows.data, row, quotes, self._dress))
            quotes = quotes.behind(rows.data[row.start : row.next])
        return laid

    def laid_at(self, offset: int) -> LaidRow:
        """Answer the row that a byte stands in."""
        return self._laid(self._rows.row_of(offset))

    def x(self, offset: int) -> float:
        """Answer how many pixels from the left a byte stands."""
        return self.laid_at(offset).x(offset)

    def by_rows(self, offset: int, rows: int, x: float) -> int:
        """Answer what is nearest to `x`, so many rows further down; up, if negative."""
        to = self._rows.row_of(offset) + rows
        return nearest(self._laid(max(min(to, self._rows.count - 1), 0)), x)

    def within_row(self, key: int, offset: int, *, is_far: bool) -> int | None:
        """Answer where a key takes the cursor that goes along a row; None for any other.

        Args:
            key: Which one.
            offset: Where the cursor is.
            is_far: Whether Ctrl is held: by a word, or to an end of all.
        """
        number = self._rows.row_of(offset)
        laid = self._laid(number)
        match key:
            case Qt.Key.Key_Home:
                return 0 if is_far else laid.row.start
            case Qt.Key.Key_End:
                return len(self._rows.data) if is_far else _last(laid)
            case Qt.Key.Key_Right if offset == laid.row.end:
                return offset if laid.row.next is None else laid.row.next
            case Qt.Key.Key_Right:
                return laid.behind(offset, by_words=is_far)
            case Qt.Key.Key_Left if offset == laid.row.start:
                return _last(self._laid(number - 1)) if number else 0
            case Qt.Key.Key_Left:
                return laid.before(offset, by_words=is_far)
        return None

    def _laid(self, number: int) -> LaidRow:
        (laid,) = self.laid_from(number, 1)
        return laid


def nearest(laid: LaidRow, x: float) -> int:
    """Answer which byte of a row is nearest to so many pixels from the left."""
    return min(laid.offset_at(x), _last(laid))


def _last(laid: LaidRow) -> int:
    """Answer the last place of a row: behind the end of one that goes on is the next already."""
    is_cut = laid.row.next == laid.row.end
    return laid.before(laid.row.end, by_words=False) if is_cut else laid.row.end
