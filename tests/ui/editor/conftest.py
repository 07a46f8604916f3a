"""Editors on a cache in memory whose clock is in the hand, and a hand to use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QWidget,
)

from sinch_cache_gui.cache.interface import CacheBackend, Saved, Ttl
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.create_pane import CreatePane
from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.editor.tabs import EditorTabs
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.document_state import Phase
from sinch_cache_gui.values.drafts import DraftStore
from tests.clock import Clock
from tests.ui.conftest import Lend

Until = Callable[[Callable[[], object]], Awaitable[None]]


@dataclass
class Desk:
    """A person before the editors, and the cache behind them."""

    tabs: EditorTabs
    cache: MemoryCache
    clock: Clock
    notices: list[Notice]
    until: Until
    deletions: list[bytes] = field(default_factory=list)

    async def put(self, key: bytes, data: bytes, ttl: Ttl = 600_000) -> None:
        stored = await self.cache.read(key)
        expected = None if stored is None else stored.data
        outcome = await self.cache.write(key, data, expected=expected, ttl=ttl)
        assert isinstance(outcome, Saved)

    async def held(self, key: bytes) -> bytes | None:
        stored = await self.cache.read(key)
        return None if stored is None else stored.data

    async def open(self, key: bytes) -> EditorPane:
        self.tabs.open_key(key)
        pane = self.pane()
        await self.until(lambda: pane.document.state.phase is not Phase.LOADING)
        return pane

    def pane(self) -> EditorPane:
        pane = self.tabs.current_pane
        assert isinstance(pane, EditorPane)
        return pane

    def create_pane(self) -> CreatePane:
        pane = self.tabs.current_pane
        assert isinstance(pane, CreatePane)
        return pane

    def view(self) -> CodeView:
        pane = self.tabs.current_pane
        assert pane is not None
        return pane.panel.view

    def write(self, text: str) -> None:
        """Select everything and paste over it."""
        copy_text(text)
        self.ctrl("a")
        self.ctrl("v")

    def keys(
        self,
        key: str | Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        widget: QWidget | None = None,
    ) -> None:
        QTest.keyClick(widget or self.view(), key, modifiers)

    def ctrl(self, key: str) -> None:
        self.keys(key, Qt.KeyboardModifier.ControlModifier)

    def button(self, name: str) -> QAbstractButton:
        for button in self.tabs.findChildren(QAbstractButton):
            if button.isVisible() and name in (button.text(), button.accessibleName()):
                return button
        raise AssertionError(f"no button {name!r} to be seen")

    def button_texts(self) -> list[str]:
        buttons = self.tabs.findChildren(QAbstractButton)
        return [button.text() for button in buttons if button.isVisible()]

    def click(self, name: str) -> None:
        button = self.button(name)
        assert button.isEnabled(), f"{name} is disabled"
        place = QPoint(8, button.height() // 2) if isinstance(button, QCheckBox) else QPoint()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)

    def close_tab(self) -> None:
        """Press the cross of the tab in front."""
        bar = self.tab_bar()
        cross = bar.tabButton(bar.currentIndex(), QTabBar.ButtonPosition.RightSide)
        QTest.mouseClick(cross, Qt.MouseButton.LeftButton)

    def field(self, name: str) -> QLineEdit:
        for widget in self.tabs.findChildren(QLineEdit):
            if widget.isVisible() and widget.accessibleName() == name:
                return widget
        raise AssertionError(f"no field {name!r} to be seen")

    def type_into(self, name: str, text: str) -> None:
        field = self.field(name)
        field.selectAll()
        QTest.keyClicks(field, text)

    def words(self) -> list[str]:
        """Every text in sight."""
        return [label.text() for label in self.tabs.findChildren(QLabel) if label.isVisible()]

    def says(self, part: str) -> bool:
        return any(part in words for words in self.words())

    def tab_titles(self) -> list[str]:
        bar = self.tab_bar()
        return [bar.tabText(index) for index in range(bar.count())]

    def tab_bar(self) -> QTabBar:
        bar = self.tabs.findChild(QTabBar)
        assert bar is not None
        return bar


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
async def seat(
    lend: Lend, theme: Theme, cache: MemoryCache, clock: Clock, until: Until
) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Takes a seat before new editors, perhaps over another backend, perhaps read-only."""
    shown: list[Notice] = []
    notices = Notices()
    notices.listen(shown.append)
    scope = TaskScope(notices)
    stores: list[DraftStore] = []

    async def sit(
        backend: CacheBackend | None = None,
        *,
        is_read_only: bool = False,
        drafts: DraftStore | None = None,
    ) -> Desk:
        tabs = EditorTabs(
            theme, backend or cache, scope, notices, is_read_only=is_read_only, drafts=drafts
        )
        desk = Desk(tabs, cache, clock, shown, until)
        if drafts is not None:
            stores.append(drafts)
        tabs.delete_requested.connect(desk.deletions.append)
        tabs.resize(560, 640)
        lend(tabs, scope)
        tabs.show()
        tabs.activateWindow()
        await until(tabs.isActiveWindow)
        return desk

    yield sit
    for store in stores:
        store.close()
    defects = [notice for notice in shown if "inside this window" in notice.title]
    assert not defects, defects


@pytest.fixture
async def desk(seat: Callable[..., Awaitable[Desk]]) -> Desk:
    return await seat()
