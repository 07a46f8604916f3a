"""What the elements of a key are called: a hash has fields, a stream has entries."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.interface import KeyType


def elements_in_words(kind: str, count: int) -> str:
    """Answer "1 field", "2,310 entries": a number of elements of a key of this type."""
    one, many = {
        KeyType.HASH: (_tr("1 field"), _tr("{} fields")),
        KeyType.LIST: (_tr("1 item"), _tr("{} items")),
        KeyType.SET: (_tr("1 member"), _tr("{} members")),
        KeyType.ZSET: (_tr("1 member"), _tr("{} members")),
        KeyType.STREAM: (_tr("1 entry"), _tr("{} entries")),
    }.get(kind, (_tr("1 element"), _tr("{} elements")))
    return one if count == 1 else many.format(f"{count:,}")


def element_in_words(kind: str) -> str:
    """Answer what one element is called: "field", "entry"."""
    return elements_in_words(kind, 1).partition(" ")[2]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Elements", text)
