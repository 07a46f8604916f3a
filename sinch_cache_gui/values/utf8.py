"""The text of many bytes, and the bytes of a long text, in slices."""

from __future__ import annotations

import codecs
from io import BytesIO
from typing import Final

from sinch_cache_gui.values.slices import Work

_PIECE: Final = 1 << 19
"""Bytes or characters handled at once: some milliseconds where most are not ASCII."""


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


def encode_work(text: str) -> Work[bytes]:
    """Answer what `text.encode()` does.

    Raises:
        UnicodeEncodeError: Half a character stands there; where, is told within all of `text`.
    """
    data = BytesIO()
    for at in range(0, len(text), _PIECE):
        try:
            data.write(text[at : at + _PIECE].encode())
        except UnicodeEncodeError as error:
            start, end = at + error.start, at + error.end
            raise UnicodeEncodeError("utf-8", text, start, end, error.reason) from None
        yield
    return data.getvalue()  # no copy: it hands out what it has written into


def check_work(data: bytes) -> Work[None]:
    """Find out whether `data` is UTF-8 without keeping its text.

    Raises:
        UnicodeDecodeError: It is not; where, is told within all of `data`.
    """
    at = 0
    while at < len(data):
        end = character_start(data, at + _PIECE)
        piece = data[at:end]
        if not piece.isascii():
            try:
                piece.decode()
            except UnicodeDecodeError as error:
                start, stop = at + error.start, at + error.end
                raise UnicodeDecodeError("utf-8", data, start, stop, error.reason) from None
        at = end
        yield


def character_start(data: bytes, at: int) -> int:
    """Answer where the character begins of which a byte is one; the end, behind the text."""
    if at >= len(data):
        return len(data)
    # No character has more bytes; others may be no text.
    return next((one for one in range(at, max(at - 4, -1), -1) if data[one] & 0xC0 != 0x80), at)


def offset_behind(data: bytes, start: int, characters: int) -> int:
    """Answer where so many characters end that begin at a byte."""
    text = data[start : start + 4 * characters].decode("utf-8", "ignore")
    return start + len(text[:characters].encode())
