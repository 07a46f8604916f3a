"""The user's hand among bytes: where it is, what it selects, and what it writes there."""

from __future__ import annotations

from typing import Final

from sinch_cache_gui.ui.editor.hex_layout import Column
from sinch_cache_gui.values.byte_edits import ByteEdits

_DIGITS: Final = "0123456789abcdef"


class HexHand:
    """A cursor that changes bytes. Whoever shows it asks; nothing is told.

    Attributes:
        at: Before which byte it is.
        column: Where that is written.
        is_second_digit: Whether the first digit of the byte is written.
        is_inserting: Whether what is typed moves the bytes behind it on.
    """

    def __init__(self, data: ByteEdits) -> None:
        self.at = 0
        self.column = Column.HEX
        self.is_second_digit = False
        self.is_inserting = False
        self._bytes = data
        self._anchor = 0

    def selection(self) -> tuple[int, int]:
        """Answer where the selection begins and ends; twice the cursor where there is none."""
        return min(self._anchor, self.at), max(self._anchor, self.at)

    def move_to(self, at: int, *, selects: bool = False) -> None:
        """Be before a byte, or behind the last where there are not so many.

        Args:
            at: Which byte.
            selects: Whether the bytes on the way are selected, beside those that are.
        """
        self.at = min(at, len(self._bytes))
        self.is_second_digit = False
        if not selects:
            self._anchor = self.at

    def select_all(self) -> None:
        """Select every byte."""
        self._anchor = 0
        self.move_to(len(self._bytes), selects=True)

    def set_column(self, column: Column) -> None:
        """Write in the other column, or in the same."""
        self.column = column
        self.is_second_digit = False

    def set_inserting(self, is_inserting: bool) -> None:
        """Have what is typed move the bytes behind it on, or take their place."""
        self.is_inserting = is_inserting
        self.is_second_digit = False

    def write(self, text: str) -> bool:
        """Write what a key says, in place of a selection; answer whether that can be written."""
        if len(text) != 1 or not text.isprintable():
            return False
        if self.column is Column.TEXT:
            self._write_character(text.encode())
            return True
        digit = _DIGITS.find(text.lower())
        if digit >= 0:
            self._write_digit(digit)
        return digit >= 0

    def put(self, data: bytes) -> bool:
        """Insert bytes, in place of a selection; answer whether that changed anything."""
        return self._put(*self.selection(), data)

    def erase(self, *, is_forward: bool) -> bool:
        """Take away the selection, or a byte beside the cursor; answer whether there was one."""
        start, end = self.selection()
        if start < end:
            return self._put(start, end, b"")
        if is_forward:
            return self._put(start, min(start + 1, len(self._bytes)), b"")
        return self._put(max(start - 1, 0), start, b"")

    def _write_character(self, data: bytes) -> None:
        start, end = self.selection()
        if start == end and not self.is_inserting:
            end = min(start + len(data), len(self._bytes))
        self._put(start, end, data)

    def _write_digit(self, digit: int) -> None:
        start, end = self.selection()
        if start == end and self.is_second_digit:
            self._bytes.put_digit(self.at, digit, is_second=True)
            self.move_to(self.at + 1)
            return
        if start < end or self.is_inserting or self.at == len(self._bytes):
            self._bytes.put(start, end, bytes([digit << 4]))
            self.move_to(start)
        else:
            self._bytes.put_digit(self.at, digit, is_second=False)
        self.is_second_digit = True

    def _put(self, start: int, end: int, new: bytes) -> bool:
        if start == end and not new:
            return False
        self._bytes.put(start, end, new)
        self.move_to(start + len(new))
        return True
