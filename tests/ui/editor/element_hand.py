"""A person at a table of elements, and another client of the same server."""

from __future__ import annotations

from collections.abc import Callable

import redis
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from sinch_cache_gui.ui.editor.element_table import ElementTable
from tests.ui.editor.conftest import Desk


class ElementHand:
    """Points at cells, and waits until what was begun has come to rest."""

    def __init__(self, desk: Desk, raw: redis.Redis) -> None:
        self.desk = desk
        self.raw = raw

    @property
    def table(self) -> ElementTable:
        return self.desk.pane().pages.elements.table

    def rows(self) -> list[tuple[str, ...]]:
        """What every server tells; some have a third column, the deadlines of fields."""
        model = self.table.model()
        columns = range(min(2, model.columnCount()))
        return [
            tuple(model.index(row, column).data() or "" for column in columns)
            for row in range(model.rowCount())
        ]

    def moment(self, row: int) -> str:
        """When a field expires, as the tip of what it has left tells it; "" if it never does."""
        tip = self.table.model().index(row, 2).data(Qt.ItemDataRole.ToolTipRole)
        said = str(tip).partition("\n")[0]
        return said.removeprefix("Expires ") if said.startswith("Expires ") else ""

    async def open(self, key: bytes, count: int) -> None:
        await self.desk.open(key)
        await self.desk.until(lambda: len(self.rows()) == count)

    async def until(self, is_true: Callable[[], object]) -> None:
        """Wait until something is true, and all that was begun has come to rest."""
        tasks = self.desk.pane().tasks
        names = ("change elements", "follow", "elements")
        await self.desk.until(lambda: is_true() and not any(map(tasks.is_running, names)))

    def place(self, row: int, column: int) -> QPoint:
        return self.table.visualRect(self.table.model().index(row, column)).center()

    def select(self, row: int, column: int = 0) -> None:
        QTest.mouseClick(
            self.table.viewport(), Qt.MouseButton.LeftButton, pos=self.place(row, column)
        )

    def begin(self, row: int, column: int) -> None:
        """Double click a cell."""
        self.select(row, column)
        QTest.mouseDClick(
            self.table.viewport(), Qt.MouseButton.LeftButton, pos=self.place(row, column)
        )

    async def cell(self, row: int, column: int) -> QLineEdit:
        """Double click a cell, and answer what is typed in over it."""
        self.begin(row, column)
        await self.until(self.line)
        line = self.line()
        assert line is not None
        return line

    def line(self) -> QLineEdit | None:
        """Answer what is typed in over a cell; None where no cell is typed over."""
        return self.table.viewport().findChild(QLineEdit)

    def undo(self) -> None:
        QTest.keyClick(self.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
