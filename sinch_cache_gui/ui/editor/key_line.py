"""A line to edit a key in, as it is shown: with escapes where it has no text."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.ui.theme import Theme

ROOM = 1 << 16
"""Characters that may be typed besides those of the key: a line of Qt's cuts off what is over."""


class KeyLine(QLineEdit):
    """Holds a key whole, however long it is, and answers the key that is typed."""

    def __init__(self, theme: Theme, key: bytes) -> None:
        super().__init__()
        shown = display_key(key)
        self.setMaxLength(_units(shown) + ROOM)
        self.setText(shown)
        self.setFont(theme.monospace())

    @property
    def key(self) -> bytes:
        """What is typed, as a key."""
        return parse_key(self.text())

    def select_last_part(self) -> None:
        """Have the next key typed replace what stands behind the last colon."""
        text = self.text()
        self.setCursorPosition(_units(text[: text.rfind(":") + 1]))
        self.end(True)


def _units(text: str) -> int:
    """Answer how long Qt takes a text for: what lies beyond 16 bits counts twice."""
    return len(text.encode("utf-16-le")) // 2
