"""A call panel on a cache in memory, and a hand to use it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeychain
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QTextEdit,
    QToolButton,
    QWidget,
)

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.calls.call_panel import CallPanel
from sinch_cache_gui.ui.calls.callback_details import CallbackDetails
from sinch_cache_gui.ui.calls.scenario_pane import ScenarioPane
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.voice.call_events import CallPhase, CallState
from sinch_cache_gui.voice.recording import CacheOperation
from tests.ui.conftest import PATIENCE_S, Lend


@dataclass
class Hand:
    """A person at the panel."""

    panel: CallPanel
    states: asyncio.Queue[CallState] = field(default_factory=asyncio.Queue)
    operations: list[CacheOperation] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.panel.call_state_changed.connect(self.states.put_nowait)
        self.panel.operation_recorded.connect(self.operations.append)
        self.panel.key_activated.connect(self.opened.append)

    def button(self, name: str) -> QPushButton | QToolButton:
        return self.named(name, (QPushButton, QToolButton))

    def field(self, name: str) -> QLineEdit:
        return self.named(name, (QLineEdit,))

    def click(self, name: str) -> None:
        QTest.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def tick(self, name: str) -> None:
        """Turn a check box over."""
        self.named(name, (QCheckBox,)).click()

    def is_ticked(self, name: str) -> bool:
        return self.named(name, (QCheckBox,)).isChecked()

    def type_key(self, key: str) -> None:
        """Press a key of the keyboard where the focus is."""
        QTest.keyClicks(QApplication.focusWidget(), key)

    def press_tab(self) -> None:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)

    def focused(self) -> str:
        return QApplication.focusWidget().accessibleName()

    def switch(self, text: str) -> None:
        """Choose a line of the menu that says how calls are simulated."""
        self.choose("How calls are simulated", text)

    def choose(self, button: str, text: str) -> None:
        """Choose a line of a button's menu."""
        actions = self.button(button).menu().actions()
        next(action for action in actions if action.text().startswith(text)).trigger()

    async def open_scenarios(self, path: Path | None = None) -> None:
        """As a file dialog does once a folder is chosen; without one, the samples."""
        self.click("Show: Scenarios")
        if path is not None:
            self.panel.findChild(ScenarioPane).open_paths([path])
        async with asyncio.timeout(60):
            while not self.button("Run scenarios").isEnabled():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def until(self, phase: CallPhase) -> CallState:
        while (state := await asyncio.wait_for(self.states.get(), PATIENCE_S)).phase is not phase:
            pass
        return state

    async def dial(self) -> None:
        self.click("Dial")
        await self.until(CallPhase.MENU)

    def transcript(self) -> str:
        return self.named("What the caller hears", (QTextEdit,)).toPlainText()

    def first_visible_line(self) -> str:
        view = self.named("What the caller hears", (QTextEdit,))
        return view.cursorForPosition(view.viewport().rect().topLeft()).block().text()

    def last_visible_line(self) -> str:
        view = self.named("What the caller hears", (QTextEdit,))
        return view.cursorForPosition(view.viewport().rect().bottomLeft()).block().text()

    def callbacks(self) -> list[list[str]]:
        """The callbacks among the steps: what, took, cache, reply."""
        rows = _rows(self.timeline())
        return [row[1:] for row in rows if row[2]]

    def steps(self) -> list[str]:
        """Every step in view, as a screen reader says it, without its time."""
        model = self.timeline().model()
        said = (model.index(row, 1) for row in range(model.rowCount()))
        texts = (str(index.data(Qt.ItemDataRole.AccessibleTextRole)) for index in said)
        return [re.sub(r", \d+:\d\d, ", ": ", text) for text in texts]

    def timeline(self) -> QTableView:
        return self.named("Timeline of this call", (QTableView,))

    def selected_step(self) -> str:
        return self.steps()[self.timeline().currentIndex().row()]

    def select_callback(self, number: int) -> None:
        """Choose a callback of the timeline, counted from 0."""
        rows = [row for row, texts in enumerate(_rows(self.timeline())) if texts[2]]
        self.timeline().selectRow(rows[number])

    def select_step(self, beginning: str) -> None:
        """Choose the first step that is said like this."""
        steps = self.steps()
        found = next(row for row, text in enumerate(steps) if text.startswith(beginning))
        self.timeline().selectRow(found)

    def operation_list(self) -> QListView:
        return self.named("Cache operations of this callback", (QListView,))

    def shown_operations(self) -> list[str]:
        model = self.operation_list().model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    def click_operation(self, row: int) -> None:
        view = self.operation_list()
        at = view.visualRect(view.model().index(row, 0)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def text(self, name: str) -> str:
        return self.named(name, (QPlainTextEdit, QTextEdit)).toPlainText()

    def tabs(self) -> list[str]:
        tabs = self.panel.findChild(CallbackDetails)
        return [tabs.tabText(at) for at in range(tabs.count())]

    def sentences_of_the_request(self) -> list[str]:
        """What stands below what was sent."""
        tabs = self.panel.findChild(CallbackDetails)
        tabs.setCurrentIndex(1)
        labels = tabs.currentWidget().findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    def current_tab(self) -> str:
        tabs = self.panel.findChild(CallbackDetails)
        return tabs.tabText(tabs.currentIndex())

    def status(self) -> str:
        return self.named("State of the call", (QLabel,)).text()

    def sentences(self) -> list[str]:
        labels = self.panel.findChildren(QLabel)
        return [label.text() for label in labels if label.isVisible()]

    def unnamed_controls(self) -> list[QWidget]:
        kinds = (QPushButton, QToolButton, QLineEdit, QTableView, QListView, QTextEdit)
        return [
            widget
            for widget in self.panel.findChildren(QWidget)
            if isinstance(widget, (*kinds, QPlainTextEdit))
            and not widget.accessibleName()
            and not widget.objectName().startswith(("qt_", "Scroll"))
            and widget.window() is self.panel.window()
        ]

    def named(self, name: str, kinds: tuple[type[QWidget], ...]):
        for widget in self.panel.findChildren(QWidget):
            if isinstance(widget, kinds) and widget.accessibleName() == name:
                return widget
        raise LookupError(name)


def _rows(table: QTableView) -> list[list[str]]:
    model = table.model()
    return [
        [str(model.index(row, column, QModelIndex()).data()) for column in range(5)]
        for row in range(model.rowCount())
    ]


@pytest.fixture
def cache() -> MemoryCache:
    return MemoryCache()


@pytest.fixture
def notices() -> list[Notice]:
    return []


@pytest.fixture
async def scope(notices: list[Notice]) -> AsyncIterator[TaskScope]:
    channel = Notices()
    channel.listen(notices.append)
    scope = TaskScope(channel)
    yield scope
    await scope.aclose()


OpenPanel = Callable[..., Hand]


@pytest.fixture
def open_panel(lend: Lend, qapp: QApplication, scope: TaskScope) -> OpenPanel:
    """Open a panel on a cache, as wide as wanted."""

    def make(
        cache: CacheBackend,
        *,
        is_read_only: bool = False,
        width: int = 360,
        clock: VirtualClock | None = None,
        keychain: Keychain | None = None,
        preferences: KeptPreferences | None = None,
    ) -> Hand:
        now_ms = clock or MemoryCache().now_ms
        keychain = keychain or Keychain(NoKeychain)
        preferences = preferences or KeptPreferences(None)
        panel = CallPanel(
            Theme(qapp), scope, cache, now_ms, is_read_only, keychain, preferences, clock
        )
        lend(panel, scope)
        panel.resize(width, 860)
        panel.show()
        panel.activateWindow()
        return Hand(panel)

    return make


@pytest.fixture
def hand(open_panel: OpenPanel, cache: MemoryCache) -> Hand:
    return open_panel(cache)
