"""Places in a text: Python counts characters, Qt counts UTF-16 units."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QTextDocument

from sinch_cache_gui.values.slices import Work, run_through

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")

_STRETCH: Final = 200_000
"""Characters looked through between two pauses."""


def qt_offset(text: str, offset: int) -> int:
    """Answer where Qt sees the character that Python finds at `offset` of `text`."""
    return run_through(qt_offset_work(text, offset))


def qt_offset_work(text: str, offset: int) -> Work[int]:
    """The work of `qt_offset`, in slices."""
    if text.isascii():
        return offset
    astral = 0
    for at in range(0, offset, _STRETCH):
        astral += sum(1 for _ in _ASTRAL.finditer(text, at, min(at + _STRETCH, offset)))
        yield
    return offset + astral


def python_offset(text: str, position: int) -> int:
    """Answer which character of `text` Qt sees at `position`."""
    if text.isascii():
        return position
    for count, astral in enumerate(_ASTRAL.finditer(text)):
        if astral.start() + count >= position:
            return position - count
    return position - sum(1 for _ in _ASTRAL.finditer(text))


def position_of(document: QTextDocument, line: int, column: int) -> int:
    """Answer the position of a line and column, both from 1, the column in characters."""
    block = document.findBlockByNumber(line - 1)
    if not block.isValid():
        return max(document.characterCount() - 1, 0)
    return block.position() + qt_offset(block.text(), column - 1)


def as_qt_counts(text: str) -> str:
    """Answer `text` with each character that is two units for Qt as two characters."""
    return run_through(as_qt_counts_work(text))


def as_qt_counts_work(text: str) -> Work[str]:
    """The work of `as_qt_counts`, in slices."""
    if text.isascii():
        return text
    pieces: list[str] = []
    for at in range(0, len(text), _STRETCH):
        pieces.append(_ASTRAL.sub(_as_surrogates, text[at : at + _STRETCH]))
        yield
    return "".join(pieces)


def _as_surrogates(astral: re.Match[str]) -> str:
    beyond = ord(astral.group()) - 0x10000
    return chr(0xD800 + (beyond >> 10)) + chr(0xDC00 + (beyond & 0x3FF))
