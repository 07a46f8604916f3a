"""The time that fields of a hash have left ticks in their table, where it is seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPaintEvent, QRegion
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.ui.editor.element_model import RIGHT, ElementModel
from sinch_cache_gui.ui.editor.element_table import ElementTable
from sinch_cache_gui.ui.editor.field_countdown import FieldCountdown
from sinch_cache_gui.ui.theme import Theme
from tests.clock import Clock
from tests.ui.editor.conftest import Until

ROWS = 200
NOW_MS = 1_700_000_000_999
"""Two milliseconds before the second changes."""

roles = Qt.ItemDataRole


class Painted(QObject):
    """Notes which parts of a table are painted."""

    def __init__(self, table: ElementTable) -> None:
        super().__init__(table)
        self.parts: list[QRegion] = []
        table.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QPaintEvent):
            self.parts.append(QRegion(event.region()))
        return False


class Sheet:
    """A table of many fields, of which a few at its top expire."""

    def __init__(self, theme: Theme, clock: Clock) -> None:
        self.clock = clock
        self.model = ElementModel(theme, clock)
        self.table = ElementTable(theme, self.model)
        self.countdown = FieldCountdown(clock, self.table, self.model)
        self.painted = Painted(self.table)
        self.table.resize(480, 320)

    def show(self, *left_ms: int | None) -> None:
        """Show fields that have so long to live, and others that have all time."""
        rows = [(b"f%d" % at, b"1") for at in range(ROWS)]
        deadlines_ms = [None if left is None else self.clock() + left for left in left_ms]
        deadlines_ms.extend([None] * (ROWS - len(deadlines_ms)))
        self.model.show_rows(KeyType.HASH, ("field", "value"), rows, deadlines_ms, {})
        self.table.show()

    def cell(self, row: int) -> QModelIndex:
        return self.model.index(row, 2)

    def is_ticking_once_painted(self) -> bool:
        self.table.viewport().repaint()
        return self.countdown.is_ticking


@pytest.fixture
def sheet(theme: Theme, qtbot: QtBot) -> Sheet:
    sheet = Sheet(theme, Clock(NOW_MS))
    qtbot.addWidget(sheet.table)
    return sheet


def test_it_reads_as_in_the_key_tree_and_its_moment_is_in_the_tip(
    sheet: Sheet, theme: Theme
) -> None:
    sheet.show(581_000, 10_000, None)
    moment = format_deadline(NOW_MS + 581_000)
    calm, urgent, never = (sheet.cell(row) for row in range(3))
    assert calm.data() == "9:41"
    assert calm.data(roles.ToolTipRole) == f"Expires {moment}"
    assert calm.data(roles.AccessibleTextRole) == f"expires in 9:41, {moment}"
    assert calm.data(roles.TextAlignmentRole) == RIGHT
    assert sheet.model.headerData(2, Qt.Orientation.Horizontal, roles.TextAlignmentRole) == RIGHT
    assert calm.data(roles.ForegroundRole) is None
    assert urgent.data() == "0:10"
    assert urgent.data(roles.ForegroundRole) == QColor(theme.tokens.danger)
    assert urgent.data(roles.FontRole).weight() == QFont.Weight.DemiBold
    assert not never.data()
    assert never.data(roles.AccessibleTextRole) == "no expiry of its own"
    sheet.clock.ms += 1_000
    assert (calm.data(), urgent.data()) == ("9:40", "0:09")
    sheet.clock.ms += 9_000
    assert urgent.data() == "0:00", "until the cache says whether it went"
    assert urgent.data(roles.AccessibleTextRole).startswith("time is up, ")


def test_the_exact_moment_is_copied(sheet: Sheet) -> None:
    sheet.show(581_000)
    sheet.table.setCurrentIndex(sheet.cell(0))
    QTest.keyClick(sheet.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == format_deadline(NOW_MS + 581_000)


async def test_each_second_paints_the_countdowns_in_sight_and_nothing_else(
    sheet: Sheet, until: Until
) -> None:
    sheet.show(581_000, None, 90_000_000)
    cells = QRegion()
    for row in (0, 2):
        cells += sheet.table.visualRect(sheet.cell(row))
    await until(lambda: sheet.painted.parts and sheet.painted.parts[-1] == cells)
    sheet.painted.parts.clear()
    await until(lambda: len(sheet.painted.parts) > 3)
    assert all(part == cells for part in sheet.painted.parts)


async def test_nothing_ticks_where_none_is_in_sight_or_the_table_is_hidden(
    sheet: Sheet, until: Until
) -> None:
    sheet.show(581_000)
    await until(lambda: sheet.countdown.is_ticking)
    sheet.table.scrollToBottom()
    await until(lambda: not sheet.countdown.is_ticking)
    assert not sheet.is_ticking_once_painted(), "it is above what is seen"
    sheet.table.scrollToTop()
    assert sheet.is_ticking_once_painted()
    sheet.table.hide()
    assert not sheet.countdown.is_ticking
    sheet.table.show()
    await until(lambda: sheet.countdown.is_ticking)
    sheet.show(None)
    await until(lambda: not sheet.countdown.is_ticking)
    assert not sheet.is_ticking_once_painted(), "no field expires any more"
