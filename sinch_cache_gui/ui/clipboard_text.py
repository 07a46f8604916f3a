"""Text to and from the clipboard, with the byte order mark at its beginning that Qt would drop."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData

_MARK: Final = "\ufeff"
_UTF_8: Final = "text/plain;charset=utf-8"


def mime_of(text: str) -> QMimeData:
    """Answer `text` for the clipboard, character for character."""
    data = QMimeData()
    # One mark is taken for a statement of the byte order; the same one swapped would swap the rest.
    data.setText(_MARK + text if text[:1] in (_MARK, "\ufffe") else text)
    return data


def text_in(data: QMimeData) -> str:
    """Answer the text that somebody copied, with a byte order mark that it began with."""
    stored = data.data(_UTF_8 if data.hasFormat(_UTF_8) else "text/plain")
    if stored.startsWith(_MARK.encode()):
        return bytes(stored.data()).decode("utf-8", "replace")
    return data.text()
