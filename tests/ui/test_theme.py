"""The colours follow what the user asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
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
