"""A person in front of the window.

Finds a control by its accessible name, as a screen reader does, and uses only what is visible and
enabled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QTableView,
    QTextEdit,
    QWidget,
)

from sinch_cache_gui.open_caches import OpenCaches
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.notice_view import NoticeBar

PATIENCE_S = 30
"""Only what never comes true is waited for so long; a busy machine may need most of it."""

W = TypeVar("W", bound=QWidget)


class Person:
    """Sees what the window shows and uses it as a hand does."""

    def __init__(self, window: MainWindow, app: OpenCaches) -> None:
        self.window = window
        self.app = app

    # -- looking -----------------------------------------------------------------------------

    async def until(self, is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        until_s = monotonic() + patience_s
        while not is_so():
            assert monotonic() < until_s, f"it never came to be; the window says {self.sentences()}"
            await asyncio.sleep(0.01)

    def sees(self, words: str) -> bool:
        return any(words in sentence for sentence in self.sentences())

    async def sees_soon(self, words: str) -> None:
        await self.until(lambda: self.sees(words))

    def sentences(self) -> list[str]:
        return [label.text() for label in self._all(QLabel) if label.text()]

    def rows(self, column: int = 0) -> list[str]:
        """What stands in a column of the key tree, by default the names."""
        trees = [view for view in self._all(QTableView) if view.accessibleName() == "Keys"]
        return self._column(trees[0], column) if trees else []

    def cell(self, name: str, column: int) -> str:
        return self.rows(column)[self.rows().index(name)]

    def bars(self) -> list[str]:
        """The titles of the bars that want something of the user."""
        return [bar.accessibleName() for bar in self._all(NoticeBar)]

    def tabs(self) -> list[str]:
        bar = self.named("Open keys", QTabBar)
        return [bar.tabText(index) for index in range(bar.count())]

    def has_unsaved(self) -> bool:
        """Whether the tab in front is marked as holding unsaved text."""
        bar = self.named("Open keys", QTabBar)
        return bar.tabText(bar.currentIndex()).endswith("●")

    def live(self) -> str:
        """How the window says that it learns of changes."""
        (said,) = [text for text in self.buttons() if text.startswith("●")]
        return said

    def why_live(self) -> str:
        """What it says when the mouse rests there."""
        (button,) = [b for b in self._all(QAbstractButton) if b.text().startswith("●")]
        return button.toolTip()

    def text(self) -> str:
        (view,) = self.editors()
        return view.toPlainText()

    def editors(self) -> list[QPlainTextEdit]:
        """Where text may be written."""
        return [view for view in self._all(QPlainTextEdit) if not view.isReadOnly()]

    def activity(self) -> list[str]:
        return self._column(self.named("Activity: every change, newest first", QListView), 0)

    def transcript(self) -> str:
        return self.named("What the caller hears", QTextEdit).toPlainText()

    def callbacks(self) -> list[str]:
        """The callbacks among the steps of the call: those took some time."""
        steps = self.named("Timeline of this call", QTableView)
        pairs = zip(self._column(steps, 1), self._column(steps, 2), strict=True)
        return [what for what, took in pairs if took]

    def field(self, name: str) -> QLineEdit:
        return self.named(name, QLineEdit)

    def buttons(self) -> list[str]:
        return [button.text() or button.accessibleName() for button in self._all(QAbstractButton)]

    def is_pressable(self, name: str) -> bool:
        named = (b for b in self._all(QAbstractButton) if name in (b.accessibleName(), b.text()))
        return any(button.isEnabled() for button in named)

    # -- doing -------------------------------------------------------------------------------

    def click(self, name: str) -> None:
        """Press a button by its accessible name, or by its text where it has no other."""
        for button in self._all(QAbstractButton):
            if name in (button.accessibleName(), button.text()):
                assert button.isEnabled(), f"{name} cannot be pressed now"
                button.click()
                return
        pytest.fail(f"there is no button {name!r}")

    async def answer(self, choice: str) -> None:
        """Press a button of a bar, as soon as it stands there."""
        await self.until(lambda: bool(self._choices(choice)))
        self._choices(choice)[0].click()

    def key(self, key: Qt.Key, on: QWidget) -> None:
        # QTest may run the event loop in between, which a coroutine on that loop must not.
        none = Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(on, QKeyEvent(kind, key, none))

    def type(self, text: str, on: QWidget) -> None:
        none = Qt.KeyboardModifier.NoModifier
        for letter in text:
            QApplication.sendEvent(on, QKeyEvent(QEvent.Type.KeyPress, 0, none, letter))

    def go_to(self, name: str) -> QTableView:
        """Put the cursor of the key tree on a row."""
        view = self.named("Keys", QTableView)
        view.setFocus()
        self.key(Qt.Key.Key_Home, view)
        for _ in range(self.rows().index(name)):
            self.key(Qt.Key.Key_Down, view)
        return view

    def expand(self, folder: str) -> None:
        self.key(Qt.Key.Key_Right, self.go_to(folder))

    def collapse(self, folder: str) -> None:
        self.key(Qt.Key.Key_Left, self.go_to(folder))

    def delete(self, name: str) -> None:
        self.key(Qt.Key.Key_Delete, self.go_to(name))

    def menu_of(self, name: str) -> QMenu:
        """Answer the menu of a row of the key tree."""
        view = self.go_to(name)
        workspace = self.window.workspace
        assert workspace is not None
        # Not popped up: the offscreen platform warns of every menu that grabs the keyboard.
        node = workspace.tree.view.tree.node(view.currentIndex().row())
        return workspace.tree.view.menu_for(node)

    async def open(self, name: str) -> None:
        """Open the key of a row of the tree and wait for its text."""
        self.key(Qt.Key.Key_Return, self.go_to(name))
        await self.until(lambda: any(view.toPlainText() for view in self._all(QPlainTextEdit)))

    async def show_tab(self, name: str) -> None:
        """Bring the tab of a key to the front, as soon as there is one."""
        await self.until(lambda: any(tab.split(" ")[0] == name for tab in self.tabs()))
        bar = self.named("Open keys", QTabBar)
        bar.setCurrentIndex([tab.split(" ")[0] for tab in self.tabs()].index(name))

    def filter(self, text: str) -> None:
        field = self.field("Filter keys")
        field.selectAll()
        if text:
            self.type(text, on=field)
        else:
            self.key(Qt.Key.Key_Backspace, field)

    async def write(self, text: str) -> None:
        """Replace the text of the editor in front, as soon as it may be edited."""
        await self.until(lambda: bool(self.editors()))
        (view,) = self.editors()
        view.selectAll()
        self.type(text, on=view)

    def dial(self, caller: str) -> None:
        field = self.field("Caller's number")
        field.selectAll()
        self.type(caller, on=field)
        self.click("Dial")

    # -- finding -----------------------------------------------------------------------------

    def _all(self, kind: type[W]) -> list[W]:
        return [widget for widget in self.window.findChildren(kind) if widget.isVisible()]

    def _choices(self, choice: str) -> list[QPushButton]:
        buttons = [b for bar in self._all(NoticeBar) for b in bar.findChildren(QPushButton)]
        return [button for button in buttons if button.text() == choice and button.isVisible()]

    def named(self, name: str, kind: type[W]) -> W:
        found = [widget for widget in self._all(kind) if widget.accessibleName() == name]
        assert len(found) == 1, f"{len(found)} visible {kind.__name__} are named {name!r}"
        return found[0]

    def _column(self, view: QAbstractItemView, column: int) -> list[str]:
        model = view.model()
        rows = range(model.rowCount(QModelIndex()))
        return [str(model.index(row, column, QModelIndex()).data() or "") for row in rows]
