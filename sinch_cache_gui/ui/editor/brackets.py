"""The bracket that belongs to another, across lines, strings left out."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtGui import QTextBlock, QTextDocument

from sinch_cache_gui.ui.editor.positions import qt_offset

MAX_LINES: Final = 2_000
"""How far the partner of a bracket is looked for."""

_PARTNERS: Final = {"{": "}", "[": "]", "}": "{", "]": "["}
_BRACKET: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*"?|([{}\[\]])')
MAX_LINE: Final = 5_000


def bracket_pair(document: QTextDocument, position: int) -> tuple[int, int] | None:
    """Answer where the bracket at the cursor and its partner stand; None without either."""
    for at in (position, position - 1):
        char = document.characterAt(at) if at >= 0 else ""
        if char in _PARTNERS:
            partner = _partner(document.findBlock(at), at, char)
            if partner is not None:
                return at, partner
    return None


def _partner(block: QTextBlock, position: int, char: str) -> int | None:
    is_forward = char in "{["
    here = [at for at, _ in _brackets_of(block)]
    if position not in here:
        return None  # it stands inside a string
    depth = 0
    for _ in range(MAX_LINES):
        brackets = _brackets_of(block)
        for at, bracket in brackets if is_forward else reversed(brackets):
            if (at - position) * (1 if is_forward else -1) < 0:
                continue
            depth += 1 if (bracket in "{[") == is_forward else -1
            if depth == 0:
                return at if bracket == _PARTNERS[char] else None
        block = block.next() if is_forward else block.previous()
        if not block.isValid():
            return None
    return None


def _brackets_of(block: QTextBlock) -> list[tuple[int, str]]:
    line = block.text()[:MAX_LINE]
    start = block.position()
    return [
        (start + qt_offset(line, match.start()), match.group(1))
        for match in _BRACKET.finditer(line)
        if match.group(1)
    ]
