"""The list of commands feeds the menu and the shortcuts."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme, ThemeChoice
from sinch_cache_gui.ui.window_commands import window_commands


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> MainWindow:
    window = MainWindow(theme, Notices())
    window.set_commands(window_commands(window, theme, lambda: None))
    qtbot.addWidget(window, before_close_func=lambda w: w.close_now())
    window.show()
    return window


def test_no_two_commands_share_a_name_or_a_shortcut(window: MainWindow, theme: Theme) -> None:
    commands = window_commands(window, theme, lambda: None)
    names = Counter(command.name for command in commands)
    shortcuts = Counter(command.shortcut for command in commands if command.shortcut)
    assert [name for name, times in names.items() if times > 1] == []
    assert [keys for keys, times in shortcuts.items() if times > 1] == []


def test_every_command_is_in_the_window_for_its_shortcut(window: MainWindow, theme: Theme) -> None:
    actions = {action.objectName(): action for action in window.actions()}
    for command in window_commands(window, theme, lambda: None):
        assert actions[command.name].shortcut().toString() == command.shortcut


def test_choosing_colours_changes_them(window: MainWindow, theme: Theme) -> None:
    dark = window.findChild(QAction, "theme.dark")
    assert dark is not None
    dark.trigger()
    assert theme.tokens.is_dark
    assert theme.choice is ThemeChoice.DARK
    assert dark.isChecked()
    theme.choose(ThemeChoice.LIGHT)


def test_the_window_asks_before_it_closes(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_requested):
        qtbot.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert window.isVisible()
