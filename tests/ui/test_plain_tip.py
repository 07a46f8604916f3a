"""What a tool tip says of a key or a value is what is there."""

from __future__ import annotations

import pytest
from PySide6.QtGui import Qt, QTextDocument

from sinch_cache_gui.ui.plain_tip import plain_tip


@pytest.mark.parametrize(
    "text", ["<b>bold</b>", 'a:<img src="x">\n  b  c', "&lt;", "a & b", "1 < 2 > 1"]
)
def test_markup_is_shown_as_it_is_written(text: str) -> None:
    seen = QTextDocument()
    tip = plain_tip(text)
    if Qt.mightBeRichText(tip):  # as a tool tip decides it
        seen.setHtml(tip)
    else:
        seen.setPlainText(tip)
    assert seen.toPlainText() == text


def test_what_looks_like_no_markup_stays() -> None:
    assert plain_tip("session:4f1c\n<3") == "session:4f1c\n<3"
