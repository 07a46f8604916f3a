"""Menus at a right edge."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.menu_edge import open_leftwards


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_a_menu_at_the_right_edge_opens_over_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(500, 300)
    button = QToolButton(window)
    button.setGeometry(460, 0, 40, 30)
    menu = QMenu(button)
    menu.addAction("Something that is wider than its button")
    button.setMenu(menu)
    open_leftwards(button)
    qtbot.addWidget(window)
    window.show()

    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    assert menu.geometry().right() == button.mapToGlobal(button.rect().topRight()).x()
    assert menu.geometry().top() >= button.mapToGlobal(button.rect().bottomLeft()).y()
    menu.close()
