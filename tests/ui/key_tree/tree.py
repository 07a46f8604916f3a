"""A person at the key tree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.key_tree.pane import KeyTreePane
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from tests.ui.conftest import PATIENCE_S


def said_in(strip: QWidget) -> str:
    """What the one label of a strip says, if it is seen."""
    (label,) = strip.findChildren(QLabel)
    return "" if label.isHidden() else label.text()


class Tree:
    """A user at the tree: what it shows, and what can be done with it."""

    def __init__(self, cache: CacheBackend | None = None, *, is_read_only: bool) -> None:
        self.cache = MemoryCache() if cache is None else cache
        self.notices: list[Notice] = []
        notices = Notices()
        notices.listen(self.notices.append)
        self.scope = TaskScope(notices)
        self.mirror = Mirror(self.cache, memory_settled=lambda: None)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.pane = KeyTreePane(
            Theme(application), self.mirror, self.scope, is_read_only=is_read_only
        )
        self.view = self.pane.view
        self.tester = QAbstractItemModelTester(
            self.view.tree, QAbstractItemModelTester.FailureReportingMode.Fatal
        )

    async def open(self) -> None:
        await self.cache.connect()
        self.pane.resize(600, 400)
        self.pane.show()
        self.scope.start("mirror", self.mirror.run())
        await self.until(lambda: "complete" in self.coverage())

    async def close(self) -> None:
        await self.scope.aclose()
        await self.cache.aclose()
        self.pane.hide()
        self.pane.deleteLater()
        assert self.notices == []

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110 - widgets have no event to await
                await asyncio.sleep(0.005)

    def coverage(self) -> str:
        """What the strip says of how many keys are shown, and whether that is all."""
        return said_in(self.pane.strip)

    def count(self) -> str:
        """What stands beside the filter of how many keys it shows."""
        return said_in(self.pane.filters)

    def lines(self) -> list[str]:
        return [
            "  " * self.node(row).depth + self.cell(row, Column.KEY)
            for row in range(self.view.tree.rowCount())
        ]

    def node(self, row: int) -> Row:
        node = self.view.tree.node(row)
        assert node is not None
        return node

    def cell(self, row: int, column: Column) -> str:
        return str(self.view.tree.index(row, column).data())

    def expand(self, folder: bytes) -> None:
        """Expand a folder and those it is in."""
        self.view.tree.index_shown.expand_to(folder + b":")

    def row(self, text: str) -> int:
        return [line.strip() for line in self.lines()].index(text)

    def press(
        self,
        key: Qt.Key,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        on: QWidget | None = None,
    ) -> None:
        # QTest runs the event loop in between, which a coroutine on that loop must not.
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(on or self.view, QKeyEvent(kind, key, held))

    def type(self, text: str, on: QWidget) -> None:
        none = Qt.KeyboardModifier.NoModifier
        for letter in text:
            QApplication.sendEvent(on, QKeyEvent(QEvent.Type.KeyPress, 0, none, letter))

    def click(self, x: int, y: int) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        at = QPointF(x, y)
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            event = QMouseEvent(kind, at, at, left, left, none)
            QApplication.sendEvent(self.view.viewport(), event)

    def at(self) -> str:
        return self.lines()[self.view.currentIndex().row()].strip()


@asynccontextmanager
async def a_tree(
    cache: CacheBackend | None = None, *, is_read_only: bool = False
) -> AsyncIterator[Tree]:
    """A context and no fixture: between fixture and test Qt's events run without the loop."""
    tree = Tree(cache, is_read_only=is_read_only)
    try:
        yield tree
    finally:
        await tree.close()
