"""The first picture of the window comes before the loop of the program."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.first_paint import FirstPaint
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme


class Watching(QObject):
    """Somebody in front of the window, who may close it as soon as it appears."""

    def __init__(self, window: MainWindow, *, closes: bool = False) -> None:
        super().__init__(window)
        self.sees_it = False
        self._closes = closes
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
        self.sees_it = self.sees_it or event.type() == QEvent.Type.Paint
        if self._closes and event.type() == QEvent.Type.Show:
            assert isinstance(watched, MainWindow)
            watched.close()
        return False


def make_window(qapp: QApplication, qtbot: QtBot) -> MainWindow:
    window = MainWindow(Theme(qapp), Notices())
    qtbot.addWidget(window, before_close_func=MainWindow.close_now)
    return window


def test_the_window_is_painted_when_the_program_goes_on(qapp: QApplication, qtbot: QtBot) -> None:
    window = make_window(qapp, qtbot)
    somebody = Watching(window)
    assert FirstPaint(window).shown()
    assert somebody.sees_it
    assert window.isVisible()


def test_a_window_that_opens_minimised_holds_nothing_up(qapp: QApplication, qtbot: QtBot) -> None:
    window = make_window(qapp, qtbot)
    window.setUpdatesEnabled(False)
    somebody = Watching(window)
    assert FirstPaint(window).shown()
    assert not somebody.sees_it


def test_a_window_closed_before_it_was_painted_stays_closed(
    qapp: QApplication, qtbot: QtBot
) -> None:
    window = make_window(qapp, qtbot)
    Watching(window, closes=True)
    assert not FirstPaint(window).shown()
    assert not window.isVisible()
