"""Tab goes through a window as it is read, and out of a text it is typed into."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.tab_order import go_on, tab_stops
from sinch_cache_gui.ui.theme import Theme


def shown(qtbot: QtBot, window: QWidget) -> QWidget:
    qtbot.addWidget(window)
    window.resize(600, 300)
    window.show()
    return window


def test_what_is_made_last_is_reached_where_it_stands(qtbot: QtBot) -> None:
    window = QWidget()
    row = QHBoxLayout(window)
    right, table = QPushButton("right"), QTableWidget(2, 2)
    row.addWidget(right, 0, Qt.AlignmentFlag.AlignBottom)
    column = QVBoxLayout()
    low = QLineEdit()
    column.addWidget(low)
    row.insertLayout(0, column)
    row.insertWidget(0, table)
    high = QSpinBox()
    column.insertWidget(0, high)
    hidden, idle = QLineEdit(window), QPushButton("idle")
    idle.setEnabled(False)
    column.addWidget(idle)
    hidden.hide()
    shown(qtbot, window)
    assert tab_stops(window) == [table, high, low, right]

    table.setFocus()
    for stop in (high, low, right, table):
        assert go_on(window, is_forward=True)
        assert window.focusWidget() is stop
    for stop in (right, low, high, table):
        assert go_on(window, is_forward=False)
        assert window.focusWidget() is stop


def test_a_window_without_any_control_goes_nowhere(qtbot: QtBot) -> None:
    assert not go_on(shown(qtbot, QWidget()), is_forward=True)


@pytest.fixture
def text(qtbot: QtBot, qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[CodeView]:
    """A text between two fields, in a window or a dialog."""
    window: QWidget = request.param()
    column = QVBoxLayout(window)
    text = CodeView(Theme(qapp))
    for part in (QLineEdit(), text, QLineEdit()):
        column.addWidget(part)
    shown(qtbot, window)
    text.setFocus()
    yield text  # noqa: PT022 (it keeps the window)


@pytest.mark.parametrize("text", [QWidget], indirect=True)
def test_esc_and_then_tab_leave_a_text_that_tab_is_typed_into(text: CodeView, qtbot: QtBot) -> None:
    before, after = text.window().findChildren(QLineEdit)
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert text.toPlainText() == "  "
    for key, stop in ((Qt.Key.Key_Tab, after), (Qt.Key.Key_Backtab, before)):
        text.setFocus()
        qtbot.keyClick(text, Qt.Key.Key_Escape)
        qtbot.keyClick(text, key)
        assert text.window().focusWidget() is stop
        assert text.toPlainText() == "  "
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_Escape)
    qtbot.keyClicks(text, "1")
    qtbot.keyClick(text, Qt.Key.Key_Tab)
    assert text.window().focusWidget() is text


@pytest.mark.parametrize("text", [QDialog], indirect=True)
def test_ctrl_tab_leaves_a_text_in_a_dialog_which_esc_would_close(
    text: CodeView, qtbot: QtBot
) -> None:
    _before, after = text.window().findChildren(QLineEdit)
    qtbot.keyClick(text, Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert text.window().focusWidget() is after
    assert text.toPlainText() == ""
