"""The text of many bytes, in slices."""

from __future__ import annotations

import codecs
from typing import Final

from sinch_cache_gui.values.slices import Work

_PIECE: Final = 1 << 19
"""Bytes decoded at once: some milliseconds where most are not ASCII."""


def decode_work(data: bytes) -> Work[str]:
    """Answer what `data.decode()` does.

    Raises:
        UnicodeDecodeError: It is not UTF-8; where, is told within all of `data`.
    """
    text, at = "", 0
    view = memoryview(data)
    while at < len(data):
        is_last = at + _PIECE >= len(data)
        try:
            piece, used = codecs.utf_8_decode(view[at : at + _PIECE], "strict", is_last)
        except UnicodeDecodeError as error:
            start, end = at + error.start, at + error.end
            raise UnicodeDecodeError("utf-8", data, start, end, error.reason) from None
        # CPython lengthens the text in place: a join would be one long step at the end.
        text += piece
        at += used
        yield
    return text
