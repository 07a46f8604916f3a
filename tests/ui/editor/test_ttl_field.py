"""A time to live is applied as the words beneath it say, however long they stood there."""

from __future__ import annotations

from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn
from sinch_cache_gui.ui.editor.ttl_field import TtlPopup
from sinch_cache_gui.ui.theme import Theme


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


class Asking:
    """A frame that asks for a time to live, and a clock that a test moves."""

    def __init__(self, qtbot: QtBot, app: QApplication) -> None:
        self.now_ms = at("2026-11-23 23:50")
        self.chosen: list[object] = []
        self.window = QWidget()
        self.window.resize(600, 300)
        self.opener = QPushButton("TTL", self.window)
        qtbot.addWidget(self.window)
        self.window.show()
        self.popup = TtlPopup(Theme(app), lambda: self.now_ms, self.window)
        self.popup.chosen.connect(self.chosen.append)
        self.field = self.popup.findChild(QLineEdit)
        self.ask()

    def ask(self) -> None:
        self.popup.ask_at(self.opener, None)

    def says(self, words: str) -> bool:
        return any(words in label.text() for label in self.popup.findChildren(QLabel))


@pytest.fixture
def asking(qtbot: QtBot, qapp: QApplication) -> Asking:
    return Asking(qtbot, qapp)


def test_tomorrow_stays_the_day_that_was_named_when_midnight_passes(
    qtbot: QtBot, asking: Asking
) -> None:
    qtbot.keyClicks(asking.field, "tomorrow 9:00")
    assert asking.says("until tomorrow 9:00, in 9 hours 10 minutes")
    asking.now_ms = at("2026-11-24 00:10")
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    assert asking.chosen == [ExpireAt(at("2026-11-24 09:00"))]


def test_a_moment_that_passes_meanwhile_is_not_taken_for_the_next_days_unasked(
    qtbot: QtBot, asking: Asking
) -> None:
    qtbot.keyClicks(asking.field, "until 23:55")
    assert asking.says("until today 23:55")
    asking.now_ms = at("2026-11-23 23:56")
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    assert asking.chosen == []
    assert asking.says("until tomorrow 23:55")
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    assert asking.chosen == [ExpireAt(at("2026-11-24 23:55"))]


def test_what_was_typed_the_last_time_is_read_anew_when_it_is_asked_again(
    qtbot: QtBot, asking: Asking
) -> None:
    qtbot.keyClicks(asking.field, "until 23:55")
    asking.popup.hide()
    asking.now_ms = at("2026-11-24 12:00")
    asking.ask()
    assert asking.says("until today 23:55, in 11 hours 55 minutes")
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    assert asking.chosen == [ExpireAt(at("2026-11-24 23:55"))]


def test_a_span_begins_when_it_is_applied(qtbot: QtBot, asking: Asking) -> None:
    qtbot.keyClicks(asking.field, "10m")
    asking.now_ms += 60_000
    qtbot.keyClick(asking.field, Qt.Key.Key_Return)
    assert asking.chosen == [ExpireIn(600_000)]
