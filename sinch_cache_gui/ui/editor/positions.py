"""Places in a text: Python counts characters, Qt counts UTF-16 units."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QTextDocument

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")


def qt_offset(text: str, offset: int) -> int:
    """Answer where Qt sees the character that Python finds at `offset` of `text`."""
    if text.isascii():
        return offset
    return offset + sum(1 for _ in _ASTRAL.finditer(text, 0, offset))


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
    if text.isascii() or not _ASTRAL.search(text):
        return text
    return _ASTRAL.sub(_as_surrogates, text)


def _as_surrogates(astral: re.Match[str]) -> str:
    beyond = ord(astral.group()) - 0x10000
    return chr(0xD800 + (beyond >> 10)) + chr(0xDC00 + (beyond & 0x3FF))
