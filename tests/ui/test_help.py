"""Looking up the keys and the versions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui import __version__
from sinch_cache_gui.ui.about_dialog import AboutDialog
from sinch_cache_gui.ui.shortcuts import Shortcut, ShortcutGroup
from sinch_cache_gui.ui.shortcuts_dialog import ShortcutsDialog

GROUPS = (
    ShortcutGroup("Everywhere", (Shortcut("Filter keys", "Ctrl+L"), Shortcut("New key", "Ctrl+N"))),
    ShortcutGroup("In bytes", (Shortcut("Go to an offset", "Ctrl+Shift+G"),)),
)


def lines(dialog: QDialog) -> list[str]:
    """What the list shows, from top to bottom."""
    shown = dialog.findChild(QTreeWidget)
    seen = []
    item = shown.itemAt(QPoint(4, 4)) if shown.isVisible() else None
    while item is not None:
        seen.append(f"{item.text(0)} {item.text(1)}".strip())
        item = shown.itemBelow(item)
    return seen


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    return window


def test_the_shortcuts_are_narrowed_to_what_is_typed(window: QWidget, qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(GROUPS, window)
    dialog.open()
    assert len(lines(dialog)) == 5
    qtbot.keyClicks(dialog.findChild(QLineEdit), "ctrl key")
    assert lines(dialog) == ["Everywhere", "Filter keys Ctrl+L", "New key Ctrl+N"]
    qtbot.keyClicks(dialog.findChild(QLineEdit), "zzz")
    assert lines(dialog) == []


def test_the_versions_are_copied_for_a_report(window: QWidget, qapp: QApplication) -> None:
    dialog = AboutDialog(window)
    dialog.open()
    next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy").click()
    assert f"Version: {__version__}\nPython: 3." in qapp.clipboard().text()
