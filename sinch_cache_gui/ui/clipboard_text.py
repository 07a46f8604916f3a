"""Text to and from the clipboard, with the byte order mark at its beginning that Qt would drop."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

_MARK: Final = "\ufeff"
_UTF_8: Final = "text/plain;charset=utf-8"


def copy_text(text: str) -> None:
    """Put `text` on the clipboard, character for character."""
    QGuiApplication.clipboard().setText(_marked(text))


def mime_of(text: str) -> QMimeData:
    """Answer `text` as a widget hands it to the clipboard, character for character."""
    data = QMimeData()
    data.setText(_marked(text))
    return data


def _marked(text: str) -> str:
    # One mark is taken for a statement of the byte order; the same one swapped would swap the rest.
    return _MARK + text if text[:1] in (_MARK, "\ufffe") else text


def text_in(data: QMimeData) -> str:
    """Answer the text that somebody copied, with a byte order mark that it began with."""
    stored = data.data(_UTF_8 if data.hasFormat(_UTF_8) else "text/plain")
    if stored.startsWith(_MARK.encode()):
        return bytes(stored.data()).decode("utf-8", "replace")
    return data.text()
