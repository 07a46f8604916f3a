"""A text too large for an editor is read like one: scrolled, selected, copied and searched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.editor.find_bar import FindBar
from sinch_cache_gui.ui.editor.large_text_view import MAX_COPIED, LargeTextView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from tests.ui.conftest import Lend
from tests.ui.editor.conftest import Until

SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
LINES = "".join(f'  "line {number}": "å𝄞 {number}",\n' for number in range(1, 20_001))


class Reader:
    """Somebody who reads a text."""

    def __init__(self, theme: Theme, scope: TaskScope, until: Until) -> None:
        self.tasks = PaneTasks(scope, self)
        self.view = LargeTextView(theme, self.tasks)
        self.bar = FindBar(theme, self.view, self.tasks)
        self.until = until
        self.refusals: list[str] = []
        self.counted: list[int] = []
        self.view.refused.connect(self.refusals.append)
        self.view.counted.connect(lambda: self.counted.append(self.view.lines))

    async def reads(self, text: str) -> LargeTextView:
        before = len(self.counted)
        self.view.show_value(text.encode())
        await self.until(lambda: len(self.counted) > before)
        self.view.setFocus()
        return self.view

    def press(
        self, *keys: Qt.Key | str, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        for key in keys:
            QTest.keyClick(self.view, key, held)

    def copied(self) -> str:
        self.press("c", held=CTRL)
        return QGuiApplication.clipboard().text()

    def place(self) -> tuple[int, int]:
        return self.view.place.line, self.view.place.column


@pytest.fixture
async def reader(lend: Lend, theme: Theme, until: Until) -> Reader:
    scope = TaskScope(Notices())
    reader = Reader(theme, scope, until)
    lend(reader.view, scope)
    reader.view.resize(500, 300)
    reader.view.show()
    reader.view.activateWindow()
    await until(reader.view.isActiveWindow)
    return reader


async def test_keys_go_through_the_text_and_select_it(reader: Reader) -> None:
    view = await reader.reads(LINES)
    assert view.lines == 20_001
    reader.press(Qt.Key.Key_Down, Qt.Key.Key_End)
    assert reader.place() == (2, len('  "line 2": "å𝄞 2",') + 1)
    reader.press(Qt.Key.Key_Right)
    assert reader.place() == (3, 1)
    reader.press(Qt.Key.Key_Left, Qt.Key.Key_Left)
    reader.press(Qt.Key.Key_Home, held=SHIFT)
    assert reader.copied() == '  "line 2": "å𝄞 2"'
    reader.press(Qt.Key.Key_End, held=CTRL)
    assert reader.place() == (20_001, 1)
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    reader.press(Qt.Key.Key_Up, Qt.Key.Key_PageUp)
    assert 19_900 < reader.place()[0] < 20_000
    reader.press(Qt.Key.Key_Home, held=CTRL)
    assert reader.place() == (1, 1)
    assert view.verticalScrollBar().value() == 0
    reader.press(Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, held=CTRL)
    reader.press(Qt.Key.Key_Right, held=CTRL | SHIFT)
    assert LINES.startswith(reader.copied() or "nothing", 3 + len("line "))


async def test_up_and_down_keep_to_a_column_past_short_lines(reader: Reader) -> None:
    await reader.reads("0123456789\n\n0123456789\n")
    reader.press(*[Qt.Key.Key_Right] * 6)
    reader.press(Qt.Key.Key_Down)
    assert reader.place() == (2, 1)
    reader.press(Qt.Key.Key_Down)
    assert reader.place() == (3, 7)


async def test_a_long_line_goes_on_in_the_next_rows(reader: Reader) -> None:
    view = await reader.reads("x" * 1_000_000 + "end")
    assert view.lines == 1
    assert view.verticalScrollBar().maximum() > 1_000
    assert view.horizontalScrollBar().maximum() == 0
    reader.press(Qt.Key.Key_End, held=CTRL)
    assert reader.place() == (1, 1_000_004)
    reader.press(Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left, held=SHIFT)
    assert reader.copied() == "end"
    reader.press(Qt.Key.Key_Up, Qt.Key.Key_End, Qt.Key.Key_Right)
    assert reader.place()[1] % view.place.column == 0
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


async def test_another_width_cuts_other_rows_at_the_same_place(reader: Reader) -> None:
    view = await reader.reads("".join(f"{number:09} " for number in range(100_000)))
    view.verticalScrollBar().setValue(10_000)
    first, _ = view.visible_positions()
    rows = view.verticalScrollBar().maximum()
    view.resize(800, 300)
    await reader.until(lambda: len(reader.counted) == 2)
    assert view.verticalScrollBar().maximum() < rows
    start, end = view.visible_positions()
    assert start <= first < end


async def test_the_mouse_selects_and_pulls_beyond_the_edge(reader: Reader) -> None:
    view = await reader.reads(LINES)
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=QPoint(0, 5))
    QTest.mouseMove(port, QPoint(0, port.height() + 30))
    await reader.until(lambda: view.verticalScrollBar().value() > 20)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=QPoint(0, port.height() + 30))
    copied = reader.copied()
    assert LINES.startswith(copied)
    assert copied.count("\n") > 20
    view.verticalScrollBar().setValue(0)
    QTest.mouseDClick(port, Qt.MouseButton.LeftButton, pos=QPoint(40, 5))
    assert reader.copied() == "line"


async def test_the_wheel_and_control_scroll_and_leave_the_cursor(reader: Reader) -> None:
    view = await reader.reads(LINES)
    reader.press(*[Qt.Key.Key_Down] * 5, held=CTRL)
    assert view.verticalScrollBar().value() == 5
    assert reader.place() == (1, 1)


async def test_a_search_goes_from_match_to_match(reader: Reader) -> None:
    view = await reader.reads(LINES)
    reader.bar.open_bar()
    (field,) = reader.bar.findChildren(QLineEdit)
    (count,) = reader.bar.findChildren(QLabel)
    QTest.keyClicks(field, "LINE 2000")
    await reader.until(lambda: count.text() == "no match")
    field.setText("å𝄞 2000")
    await reader.until(lambda: count.text() == "2 matches")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert count.text() == "1 of 2"
    assert reader.place() == (2_000, len('  "line 2000": "å𝄞 2000') + 1)
    assert reader.copied() == "å𝄞 2000"
    first, last = view.visible_positions()
    assert first < view.selection()[0] < last
    reader.bar.find_previous()
    assert reader.place()[0] == 20_000
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert view.hasFocus()


async def test_signs_that_reorder_are_seen_and_copied_as_they_are(reader: Reader) -> None:
    text = 'a\r\n"\u202eevil\u202c"\x00 end'
    view = await reader.reads(text)
    assert view.lines == 2
    reader.press("a", held=CTRL)
    reader.press("c", held=CTRL)
    assert QGuiApplication.clipboard().text() == text


async def test_a_selection_too_large_to_copy_is_refused_with_words(reader: Reader) -> None:
    await reader.reads("x" * (MAX_COPIED + 1))
    QGuiApplication.clipboard().setText("before")
    reader.press("a", held=CTRL)
    assert reader.copied() == "before"
    assert reader.refusals[0].startswith("Not copied: 10 MB are selected")


async def test_what_is_let_go_is_gone(reader: Reader) -> None:
    view = await reader.reads(LINES)
    reader.press("a", held=CTRL)
    view.let_go()
    assert view.selection() == (0, 0)
    assert view.verticalScrollBar().maximum() == 0
    view.grab()
