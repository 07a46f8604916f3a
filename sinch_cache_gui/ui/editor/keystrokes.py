"""What some keys do to a text beyond writing themselves."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QTextCursor

INDENT: Final = "  "


def enter_pressed(cursor: QTextCursor) -> None:
    """Begin a line as far in as this one; further in behind an opening bracket."""
    line = cursor.block().text()
    before = line[: cursor.positionInBlock()]
    after = line[cursor.positionInBlock() :]
    inset = before[: len(before) - len(before.lstrip(" "))]
    opens = before.rstrip()[-1:] in ("{", "[")
    cursor.beginEditBlock()
    cursor.insertText("\n" + inset + (INDENT if opens else ""))
    if opens and after.lstrip()[:1] in ("}", "]"):
        cursor.insertText("\n" + inset)
        cursor.movePosition(QTextCursor.MoveOperation.Up)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
    cursor.endEditBlock()


def tab_pressed(cursor: QTextCursor) -> None:
    """Write two spaces, or move the selected lines in."""
    if not _spans_lines(cursor):
        cursor.insertText(INDENT)
        return
    cursor.beginEditBlock()
    for line in _selected_lines(cursor):
        line.insertText(INDENT)
    cursor.endEditBlock()


def backtab_pressed(cursor: QTextCursor) -> None:
    """Move the selected lines, or this one, out."""
    cursor.beginEditBlock()
    for line in _selected_lines(cursor):
        text = line.block().text()
        inset = min(len(text) - len(text.lstrip(" ")), len(INDENT))
        line.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, inset)
        line.removeSelectedText()
    cursor.endEditBlock()


def closer_typed(cursor: QTextCursor, closer: str) -> None:
    """Write a closing bracket; at the beginning of a line, one step further out."""
    before = cursor.block().text()[: cursor.positionInBlock()]
    cursor.beginEditBlock()
    if not cursor.hasSelection() and before.endswith(INDENT) and not before.strip():
        for _ in INDENT:
            cursor.deletePreviousChar()
    cursor.insertText(closer)
    cursor.endEditBlock()


def _spans_lines(cursor: QTextCursor) -> bool:
    document = cursor.document()
    return document.findBlock(cursor.selectionStart()) != document.findBlock(cursor.selectionEnd())


def _selected_lines(cursor: QTextCursor) -> list[QTextCursor]:
    """Answer a cursor at the beginning of each selected line."""
    document = cursor.document()
    block = document.findBlock(cursor.selectionStart())
    last = document.findBlock(cursor.selectionEnd())
    if block != last and cursor.selectionEnd() == last.position():
        last = last.previous()
    lines = []
    while block.isValid() and block.position() <= last.position():
        lines.append(QTextCursor(block))
        block = block.next()
    return lines
