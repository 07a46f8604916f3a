"""The colours follow what the user asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from sinch_cache_gui.ui.theme import DARK, LIGHT, Theme, ThemeChoice, Tokens


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp)
    yield theme
    theme.choose(ThemeChoice.SYSTEM)


def test_the_window_is_dressed_anew_once_for_other_colours_and_never_for_the_same(
    theme: Theme,
) -> None:
    theme.choose(ThemeChoice.LIGHT)
    seen: list[Tokens] = []
    theme.changed.connect(lambda: seen.append(theme.tokens))
    for choice in (ThemeChoice.DARK, ThemeChoice.DARK, ThemeChoice.LIGHT, ThemeChoice.LIGHT):
        theme.choose(choice)
    assert seen == [DARK, LIGHT]
