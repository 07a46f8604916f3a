"""The colours follow what the user asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QPushButton,
    QRadioButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

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


TEXTS = ("text", "muted", "accent", "success", "warning", "danger")
JSON_TEXTS = ("json_key", "json_string", "json_number", "json_word")
GROUNDS = (
    *("window", "base", "raised", "selection", "selection_inactive", "hover", "flash"),
    *("info_back", "success_back", "warning_back", "danger_back", "current_line", "find_match"),
)


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in QColor(colour).getRgbF()[:3]
    ]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])


@pytest.mark.parametrize("tokens", [LIGHT, DARK])
def test_every_text_can_be_read_on_every_ground(tokens: Tokens) -> None:
    def contrast(text: str, ground: str) -> float:
        dark, light = sorted((luminance(getattr(tokens, text)), luminance(getattr(tokens, ground))))
        return (light + 0.05) / (dark + 0.05)

    pairs = {(text, ground) for text in (*TEXTS, *JSON_TEXTS) for ground in GROUNDS}
    pairs |= {("on_accent", "accent"), ("on_accent", "danger")}
    assert {pair for pair in pairs if contrast(*pair) < 4.5} == set()


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize(
    ("kind", "is_checked"),
    [
        (QCheckBox, False),
        (QCheckBox, True),
        (QRadioButton, True),
        (QPushButton, False),
        (QTabBar, False),
    ],
)
def test_where_the_keyboard_is_can_be_seen_on_what_is_checked_too(
    theme: Theme, qtbot: QtBot, choice: ThemeChoice, kind: type[QWidget], is_checked: bool
) -> None:
    theme.choose(choice)
    window = QWidget()
    qtbot.addWidget(window)
    control, other = kind(), QCheckBox("other")
    if isinstance(control, QTabBar):
        control.addTab("first")
    if isinstance(control, QAbstractButton) and is_checked:
        control.setChecked(True)
    column = QVBoxLayout(window)
    column.addWidget(control)
    column.addWidget(other)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    control.setFocus()
    with_it = control.grab().toImage()
    other.setFocus()
    assert control.grab().toImage() != with_it
