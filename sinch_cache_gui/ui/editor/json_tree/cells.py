"""What a cell of the tree of a JSON text says."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.values.json_outline import Node, NodeKind, Outline, count_parts, is_empty
from sinch_cache_gui.values.json_path import ROOT

CELL_LENGTH: Final = 500
"""Characters of a name or a value that a cell shows; all of it is copied."""

LONGEST_COUNTED: Final = 4_000
"""Characters of a collapsed container whose parts are counted while it is painted."""


class Column(IntEnum):
    """The columns of the tree, in order."""

    NAME = 0
    VALUE = 1
    TYPE = 2


def cell_text(outline: Outline, node: Node, column: Column) -> str:
    """Answer what a cell says."""
    match column:
        case Column.NAME:
            return name_text(outline, node)
        case Column.VALUE:
            return value_text(outline, node)
        case Column.TYPE:
            return type_text(outline, node)


def name_text(outline: Outline, node: Node) -> str:
    """Answer a name as it is spelt, without its quotation marks; a position for an element."""
    if not node.path:
        return ROOT
    if not node.has_name:
        return str(node.path[-1])
    end = min(node.name_end - 1, node.first + 1 + CELL_LENGTH)
    return _printable(outline.text[node.first + 1 : end]) or '""'


def value_text(outline: Outline, node: Node) -> str:
    """Answer a value as it is spelt; of an object or a list, how it begins."""
    end = min(node.end, node.start + CELL_LENGTH)
    text = outline.text[node.start : end]
    if not node.is_container:
        return _printable(text)
    shows_parts = node.is_expanded and not is_empty(outline.text, node)
    return "" if shows_parts else _printable(" ".join(text.split()))


def type_text(outline: Outline, node: Node) -> str:
    """Answer what a value is, and how many parts it has where that is known."""
    names = {
        NodeKind.OBJECT: tr("object"),
        NodeKind.LIST: tr("list"),
        NodeKind.STRING: tr("string"),
        NodeKind.NUMBER: tr("number"),
        NodeKind.BOOLEAN: tr("boolean"),
        NodeKind.NULL: tr("null"),
    }
    name = names[node.kind]
    if not node.is_container:
        return name
    count = outline.part_count(node.path)
    if count is None and node.end - node.start <= LONGEST_COUNTED:
        count = count_parts(outline.text, node.start)
    return name if count is None else f"{name}  {count:,}"


def tr(text: str) -> str:
    """Translate a text of the tree."""
    return QCoreApplication.translate("JsonTree", text)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "·" for character in text)
