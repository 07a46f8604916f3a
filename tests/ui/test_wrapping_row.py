"""Two groups of controls never squeeze each other."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.wrapping_row import WrappingRow


@pytest.fixture
def pane(qtbot: QtBot) -> QWidget:
    pane = QWidget()
    qtbot.addWidget(pane)
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    return pane


def test_a_narrow_row_takes_two_lines_and_a_wide_one_takes_one(pane: QWidget, qtbot: QtBot) -> None:
    first, last = QLabel("JSON, 4,110 bytes in all"), QLabel("expires in 9:41")
    pane.layout().addWidget(WrappingRow(first, last, at_right=True))
    wide = first.sizeHint().width() + last.sizeHint().width() + 20
    pane.resize(wide, 60)
    pane.show()
    assert first.y() == last.y()

    pane.resize(first.sizeHint().width() + 8, 60)
    qtbot.waitUntil(lambda: last.y() > first.geometry().center().y())
    assert first.width() >= first.sizeHint().width()
    assert last.width() >= last.sizeHint().width()

    pane.resize(wide, 60)
    qtbot.waitUntil(lambda: first.y() == last.y())


def test_a_row_wraps_once_a_group_says_more(pane: QWidget, qtbot: QtBot) -> None:
    first, last = QLabel("text"), QLabel("no expiry")
    row = WrappingRow(first, last)
    pane.layout().addWidget(row)
    pane.resize(300, 60)
    pane.show()
    assert not row.is_wrapped
    first.setText("Python pickle, protocol 4, 36 bytes in all of it")
    qtbot.waitUntil(lambda: row.is_wrapped)
