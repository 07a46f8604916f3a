"""What changes all the time is shown as often as people can read."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.seldom import Seldom


def test_the_first_wish_is_fulfilled_at_once_and_the_last_one_is_not_lost(qtbot: QtBot) -> None:
    owner = QObject()
    known, shown = [0], list[int]()
    counts = Seldom(owner, lambda: shown.append(known[0]), every_ms=20)
    for known[0] in range(1, 100):
        counts.wish()
    assert shown == [1]
    qtbot.waitUntil(lambda: shown == [1, 99])


def test_what_waits_can_be_had_now_and_is_done_once(qtbot: QtBot) -> None:
    owner = QObject()
    shown: list[str] = []
    texts = Seldom(owner, lambda: shown.append("text"), every_ms=20)
    texts.settle()
    assert shown == []
    texts.wish()
    texts.wish()
    texts.settle()
    assert shown == ["text", "text"]
    texts.settle()
    assert shown == ["text", "text"]
