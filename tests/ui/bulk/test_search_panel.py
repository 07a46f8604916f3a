"""Searching in values: what is found streams into a list and opens from there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, KeyInfo
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.key_targets import ChosenKeys
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.bulk.search_panel import SearchPanel
from sinch_cache_gui.ui.bulk.search_results import SearchResults
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from tests.ui.conftest import Lend

Until = Callable[[Callable[[], object]], Awaitable[None]]


class Hand:
    """What a person does with the panel and reads on it."""

    def __init__(self, panel: SearchPanel, cache: CacheBackend, qtbot: QtBot, until: Until) -> None:
        self.panel, self.cache, self.qtbot, self.until = panel, cache, qtbot, until
        self.selected: list[bytes] = []
        view = panel.findChild(QListView)
        assert view is not None
        self.view = view
        self.tester = QAbstractItemModelTester(
            view.model(), QAbstractItemModelTester.FailureReportingMode.Fatal
        )

    def texts(self) -> str:
        labels = self.panel.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def field(self, name: str) -> QLineEdit:
        fields = self.panel.findChildren(QLineEdit)
        return next(field for field in fields if field.accessibleName() == name)

    def button(self, text: str) -> QPushButton:
        return next(b for b in self.panel.findChildren(QPushButton) if b.text() == text)

    def type_query(self, text: str) -> None:
        field = self.field("What to look for in values")
        field.clear()
        self.qtbot.keyClicks(field, text)

    async def search(self, text: str) -> None:
        self.type_query(text)
        self.qtbot.keyClick(self.field("What to look for in values"), Qt.Key.Key_Return)
        await self.until(lambda: self.button("Search").isVisible())

    def lines(self) -> list[str]:
        model = self.view.model()
        return sorted(model.index(row, 0).data() for row in range(model.rowCount()))

    async def reads(self, text: str) -> None:
        await self.until(lambda: text in self.texts())


Open = Callable[[CacheBackend], Awaitable[Hand]]


@pytest.fixture
async def opened(qapp: QApplication, qtbot: QtBot, lend: Lend, until: Until) -> Open:
    scope = TaskScope(Notices())

    async def open_on(cache: CacheBackend) -> Hand:
        for number in range(3):
            data = b'{"callerNumber": "+4670%d", "n": %d.0}' % (number, number)
            await cache.write(b"session:%d" % number, data, expected=None, ttl=600_000)
        await cache.write(b"rate:1", b"7", expected=None, ttl=600_000)
        hand: Hand
        panel = SearchPanel(Theme(qapp), cache, scope, lambda: hand.selected)
        lend(panel, scope)
        panel.resize(700, 400)
        hand = Hand(panel, cache, qtbot, until)
        panel.open_panel()
        return hand

    return open_on


async def test_a_text_is_found_and_enter_opens_the_key(opened: Open, qtbot: QtBot) -> None:
    hand = await opened(MemoryCache())
    await hand.reads("What is found is listed here; Enter opens the key.")
    await hand.search("CALLER")
    await hand.reads("4 of 4 keys, 3 found.")
    assert [line.partition(": ")[0] for line in hand.lines()] == [
        "session:0",
        "session:1",
        "session:2",
    ]
    hand.view.setCurrentIndex(hand.view.model().index(1, 0))
    with qtbot.waitSignal(hand.panel.key_activated) as opened_key:
        qtbot.keyClick(hand.view, Qt.Key.Key_Return)
    assert opened_key.args is not None
    assert opened_key.args[0].startswith(b"session:")


async def test_a_path_and_json_find_the_values_that_mean_the_same(opened: Open) -> None:
    hand = await opened(MemoryCache())
    hand.type_query('callerNumber = "+46702"')
    await hand.reads('JSON values where callerNumber is "+46702".')
    await hand.search("n = 2")
    await hand.reads("1 found")
    assert hand.lines() == ['session:2: {"callerNumber": "+46702", "n": 2.0}']


async def test_what_is_no_query_is_told_before_searching(opened: Open) -> None:
    hand = await opened(MemoryCache())
    assert not hand.button("Search").isEnabled()
    await hand.reads("Type a text, or a path and a value")
    hand.type_query("callerNumber = +46")
    await hand.reads('For a path: JSON, with text in quotes: callerNumber = "…"')
    assert hand.button("Search").isEnabled()


async def test_it_looks_only_where_it_is_told(opened: Open) -> None:
    hand = await opened(MemoryCache())
    where = hand.panel.findChild(QComboBox)
    assert where is not None
    where.setCurrentText("Selected keys")
    hand.selected = [b"session:1", b"rate:1"]
    await hand.search("4670")
    await hand.reads("2 of 2 keys, 1 found.")

    hand.panel.open_below(b"rate:")
    await hand.search("7")
    await hand.reads("1 of 1 key, 1 found.")
    assert hand.lines() == ["rate:1: 7"]


@pytest.mark.parametrize(
    "folder", [b"\xff\xfe:", b"a\\b:", b"line\nend:", b"a[1]*:", b"\0:", "\u202eå:".encode()]
)
async def test_it_looks_below_a_folder_whatever_its_name(opened: Open, folder: bytes) -> None:
    cache = MemoryCache()
    hand = await opened(cache)
    await cache.write(folder + b"1", b"7", expected=None, ttl=600_000)
    hand.panel.open_below(folder)
    await hand.search("7")
    await hand.reads("1 of 1 key, 1 found.")

    hand.field("Pattern of the keys").setText("session:*")
    await hand.search("4670")
    await hand.reads("3 of 3 keys, 3 found.")


async def test_capitals_count_when_they_are_to(opened: Open) -> None:
    hand = await opened(MemoryCache())
    buttons = hand.panel.findChildren(QToolButton)
    case = next(button for button in buttons if button.accessibleName() == "Capitals count")
    case.click()
    await hand.search("CALLER")
    await hand.reads("Nothing was found in 4 keys.")
    assert not hand.view.isVisible()


async def test_something_is_done_to_all_that_was_found(opened: Open) -> None:
    hand = await opened(MemoryCache())
    await hand.search("4670")
    await hand.reads("3 found.")
    wishes: list[BulkWish] = []
    hand.panel.bulk_requested.connect(wishes.append)
    buttons = hand.panel.findChildren(QToolButton)
    menu = next(button.menu() for button in buttons if button.text() == "With all found")
    next(action for action in menu.actions() if action.text() == "Delete…").trigger()
    (wish,) = wishes
    assert wish.kind is BulkKind.DELETE
    assert isinstance(wish.target, ChosenKeys)
    assert set(wish.target.keys) == {b"session:0", b"session:1", b"session:2"}


async def test_a_search_can_be_stopped_and_keeps_what_was_found(opened: Open) -> None:
    class Waiting(ForwardingBackend):
        asked = 0

        async def describe(
            self, keys: Sequence[bytes], *, preview_bytes: int = 200
        ) -> list[KeyInfo | None]:
            self.asked += 1
            if self.asked > 1:
                await stopped.wait()
            return await self._inner.describe(keys, preview_bytes=preview_bytes)

    stopped = asyncio.Event()
    hand = await opened(Waiting(MemoryCache()))
    for number in range(400):
        await hand.cache.write(b"more:%d" % number, b"needle", expected=None, ttl=600_000)
    hand.type_query("needle")
    hand.qtbot.mouseClick(hand.button("Search"), Qt.MouseButton.LeftButton)
    await hand.until(lambda: hand.cache.asked == 2)  # type: ignore[attr-defined]
    hand.qtbot.mouseClick(hand.button("Stop"), Qt.MouseButton.LeftButton)
    stopped.set()
    await hand.until(lambda: hand.button("Search").isVisible())
    assert 0 < len(hand.lines()) < 400
    assert "of 404 keys" in hand.texts()


async def test_a_lost_connection_is_told_in_place(opened: Open) -> None:
    class Dying(ForwardingBackend):
        async def describe(
            self, keys: Sequence[bytes], *, preview_bytes: int = 200
        ) -> list[KeyInfo | None]:
            raise CacheUnreachable("The connection was lost")

    hand = await opened(Dying(MemoryCache()))
    await hand.search("needle")
    await hand.reads("The connection was lost.")


async def test_closing_the_panel_ends_the_search(opened: Open) -> None:
    class Hanging(ForwardingBackend):
        async def describe(
            self, keys: Sequence[bytes], *, preview_bytes: int = 200
        ) -> list[KeyInfo | None]:
            await asyncio.Event().wait()
            return []

    hand = await opened(Hanging(MemoryCache()))
    hand.type_query("needle")
    hand.qtbot.mouseClick(hand.button("Search"), Qt.MouseButton.LeftButton)
    await hand.until(lambda: hand.panel.is_searching)
    hand.qtbot.keyClick(hand.panel, Qt.Key.Key_Escape)
    assert not hand.panel.isVisible()
    assert not hand.panel.is_searching


def test_results_are_rows_with_a_text_for_everybody(qapp: QApplication) -> None:
    model = SearchResults()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.found(0) is None
    assert model.keys() == ()
