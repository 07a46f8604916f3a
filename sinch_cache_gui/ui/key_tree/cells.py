"""What a cell of the key tree says."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.interface import KeyInfo, KeyType
from sinch_cache_gui.keyspace.expiry import format_countdown
from sinch_cache_gui.keyspace.key_text import display_key


class Column(IntEnum):
    """The columns of the tree, in order."""

    KEY = 0
    TTL = 1
    TYPE = 2
    SIZE = 3
    PREVIEW = 4


COLUMNS: Final = tuple(Column)
"""By number: for each cell of each repaint, making an enum of a number takes too long."""


def tr(text: str) -> str:
    """Translate a text of the tree."""
    return QCoreApplication.translate("KeyTree", text)


def name_text(name: bytes) -> str:
    """Answer a segment of a key; one without any character is said to be empty."""
    return display_key(name) or tr("(empty)")


def ttl_text(info: KeyInfo, now_ms: int) -> str:
    """Answer how long a key has to live."""
    if info.deadline_ms is None:
        return tr("no expiry") if info.is_deadline_told else tr("not told")
    return format_countdown(info.deadline_ms - now_ms)


def size_text(info: KeyInfo) -> str:
    """Answer the size of a string, or how many elements there are of anything else."""
    if info.size is None:
        return ""
    if info.type != KeyType.STRING:
        return f"{info.size:,}"
    return bytes_text(info.size)


def bytes_text(size: int) -> str:
    """Answer a number of bytes for people: "212 B", "1.2 kB", "34 MB"."""
    if size < 1000:
        return f"{size} B"
    amount = float(size)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"


def preview_text(data: bytes) -> str:
    """Answer the beginning of a value as one line."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A preview may end in the middle of a character; anything else is not text.
        if not error.start or error.reason != "unexpected end of data":
            return display_key(data)
        text = data[: error.start].decode("utf-8")
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else "·" for character in line)
