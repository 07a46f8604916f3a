"""A JSON value as a tree beside its text: one text, one undo history."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.ui.editor.json_tree.page import JsonTreePage

KEY = b"session:4f1c"
VALUE = b'{"caller":"+4670","a.b":[1.0,{"x":null}],"caller":2}'
Desk = Any
ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hand:
    """Works on the tree of the pane in front."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.page: JsonTreePage = desk.pane().pages.tree

    def rows(self) -> list[tuple[str, str, str]]:
        model = self.page.table.rows
        return [
            tuple(str(model.data(model.index(row, column))) for column in range(3))
            for row in range(model.rowCount())
        ]

    def names(self) -> list[str]:
        return [row[0] for row in self.rows()]

    async def see(self, names: list[str]) -> None:
        await self.desk.until(lambda: self.names() == names)

    def at(self, row: int) -> None:
        table = self.page.table
        table.scrollTo(table.rows.index(row, 1))
        place = table.visualRect(table.rows.index(row, 1)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def press(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self.page.table, key, modifiers)

    async def write(self, field: str, text: str) -> None:
        """Write into the field that opens over a cell, and press Enter."""
        await self.desk.until(lambda: self.field(field))
        line = self.field(field)
        assert line is not None
        line.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Qt.Key.Key_Return)

    def field(self, name: str) -> Any:
        try:
            return self.desk.field(name)
        except AssertionError:
            return None

    async def text(self, expected: str) -> None:
        def is_there() -> bool:
            return json.loads(self.desk.view().text()) is not None and (
                "".join(self.desk.view().text().split()) == expected
            )

        await self.desk.until(is_there)

    def foot(self, part: str) -> bool:
        return self.desk.says(part)


@pytest.fixture
async def hand(desk: Desk) -> Hand:
    await desk.put(KEY, VALUE)
    await desk.open(KEY)
    desk.ctrl("t")
    hand = Hand(desk)
    await hand.see(["$", "caller", "a.b", "caller"])
    return hand


async def test_the_tree_expands_by_keys(hand: Hand, qtbot: QtBot) -> None:
    QAbstractItemModelTester(
        hand.page.table.rows, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    assert hand.rows() == [
        ("$", "", "object  3"),
        ("caller", '"+4670"', "string"),
        ("a.b", '[ 1.0, { "x": null } ]', "list  2"),
        ("caller", "2", "number"),
    ]
    hand.at(2)
    hand.press(Qt.Key.Key_Right)
    await hand.see(["$", "caller", "a.b", "0", "1", "caller"])
    hand.press(Qt.Key.Key_Right)
    hand.press(Qt.Key.Key_Down)
    hand.press(Qt.Key.Key_Right)
    await hand.see(["$", "caller", "a.b", "0", "1", "x", "caller"])
    hand.press(Qt.Key.Key_Right)
    assert hand.foot('$["a.b"][1].x')
    hand.press(Qt.Key.Key_Left)
    hand.press(Qt.Key.Key_Left)
    await hand.see(["$", "caller", "a.b", "0", "1", "caller"])
    hand.press(Qt.Key.Key_Left)
    assert hand.foot('$["a.b"]')


async def test_path_and_value_are_copied_exactly(hand: Hand) -> None:
    hand.at(2)
    hand.press(Qt.Key.Key_C, CTRL | ALT)
    assert QGuiApplication.clipboard().text() == '$["a.b"]'
    hand.press(Qt.Key.Key_C, CTRL)
    copied = QGuiApplication.clipboard().text()
    assert "".join(copied.split()) == '[1.0,{"x":null}]'
    assert copied in hand.desk.view().text()


async def test_every_edit_is_one_step_of_the_same_history(hand: Hand) -> None:
    before = hand.desk.view().text()
    hand.at(3)
    hand.press(Qt.Key.Key_F2)
    await hand.write("Value as JSON", "3e0")
    await hand.text('{"caller":"+4670","a.b":[1.0,{"x":null}],"caller":3e0}')
    hand.press(Qt.Key.Key_F2, SHIFT)
    await hand.write("Name", "called")
    await hand.text('{"caller":"+4670","a.b":[1.0,{"x":null}],"called":3e0}')
    hand.press(Qt.Key.Key_Up, ALT)
    await hand.text('{"caller":"+4670","called":3e0,"a.b":[1.0,{"x":null}]}')
    hand.press(Qt.Key.Key_Delete)
    await hand.text('{"caller":"+4670","a.b":[1.0,{"x":null}]}')
    assert hand.desk.pane().holds_unsaved_text

    hand.press(Qt.Key.Key_Z, CTRL)
    await hand.text('{"caller":"+4670","called":3e0,"a.b":[1.0,{"x":null}]}')
    hand.desk.ctrl("t")
    assert hand.desk.view().isVisible()
    for _ in range(3):
        hand.desk.ctrl("z")
    assert hand.desk.view().text() == before
    assert not hand.desk.pane().holds_unsaved_text
    hand.desk.ctrl("t")
    await hand.see(["$", "caller", "a.b", "caller"])


async def test_presses_in_a_row_each_find_the_text_as_the_one_before_left_it(hand: Hand) -> None:
    hand.at(1)
    hand.press(Qt.Key.Key_Delete)
    hand.press(Qt.Key.Key_Delete)
    hand.press(Qt.Key.Key_Delete)
    await hand.text("{}")
    await hand.see(["$"])


async def test_what_is_added_asks_for_its_name_and_can_be_saved(hand: Hand) -> None:
    hand.at(1)
    hand.press(Qt.Key.Key_Insert)
    await hand.write("Name", 'say "hi"')
    await hand.text(r'{"caller":"+4670","say\"hi\"":null,"a.b":[1.0,{"x":null}],"caller":2}')
    hand.press(Qt.Key.Key_F2)
    await hand.write("Value as JSON", "[]")
    await hand.desk.until(lambda: hand.field("Value as JSON") is None)
    assert hand.rows()[2] == (r"say \"hi\"", "[]", "list  0")
    hand.press(Qt.Key.Key_Insert, ALT)
    await hand.write("Value as JSON", "7")
    await hand.text(r'{"caller":"+4670","say\"hi\"":[7],"a.b":[1.0,{"x":null}],"caller":2}')
    await hand.see(["$", "caller", r"say \"hi\"", "0", "a.b", "caller"])
    QTest.keyClick(hand.page.table, Qt.Key.Key_S, CTRL)
    await hand.desk.until(lambda: not hand.desk.pane().holds_unsaved_text)
    assert await hand.desk.held(KEY) == (
        rb'{"caller":"+4670","say \"hi\"":[7],"a.b":[1.0,{"x":null}],"caller":2}'
    )
    assert hand.page.isVisible()


async def test_a_value_that_is_not_json_is_refused_and_what_was_typed_stays(hand: Hand) -> None:
    before = hand.desk.view().text()
    hand.at(1)
    hand.press(Qt.Key.Key_F2)
    await hand.write("Value as JSON", "hello")
    await hand.desk.until(lambda: hand.foot("Not JSON: “hello” is not a JSON value"))
    assert hand.desk.field("Value as JSON").text() == "hello"
    assert hand.desk.view().text() == before
    QTest.keyClick(hand.desk.field("Value as JSON"), Qt.Key.Key_Escape)
    assert hand.field("Value as JSON") is None
    assert hand.desk.view().text() == before


async def test_names_and_values_are_found_wherever_they_stand(hand: Hand) -> None:
    QTest.keyClick(hand.page.table, Qt.Key.Key_F, CTRL)
    hand.desk.type_into("Find a name or a value", "x")
    await hand.desk.until(lambda: hand.desk.says("1 match"))
    QTest.keyClick(hand.desk.field("Find a name or a value"), Qt.Key.Key_Return)
    await hand.see(["$", "caller", "a.b", "0", "1", "x", "caller"])
    await hand.desk.until(lambda: hand.foot('$["a.b"][1].x'))
    hand.desk.type_into("Find a name or a value", "caller")
    await hand.desk.until(lambda: hand.desk.says("2 matches"))
    hand.desk.click("Next match (F3)")
    await hand.desk.until(lambda: hand.page.table.currentIndex().row() == 6)
    hand.desk.click("Next match (F3)")
    await hand.desk.until(lambda: hand.page.table.currentIndex().row() == 1)


async def test_text_that_is_not_json_says_where(hand: Hand) -> None:
    hand.desk.ctrl("t")
    hand.desk.write('{"a": 1,}')
    hand.desk.ctrl("t")
    await hand.desk.until(lambda: hand.page.message.isVisible())
    await hand.desk.until(lambda: hand.desk.says("The text is not JSON"))
    assert hand.desk.says("Line 1, column 9: There is a comma too many before this brace.")
    hand.desk.click("Show it in the text")
    assert hand.desk.view().hasFocus()
    assert hand.desk.view().textCursor().position() == 8


async def test_expansion_follows_what_somebody_else_writes(hand: Hand) -> None:
    hand.at(2)
    hand.press(Qt.Key.Key_Right)
    await hand.see(["$", "caller", "a.b", "0", "1", "caller"])
    await hand.desk.put(KEY, b'{"new":0,' + VALUE[1:])
    hand.desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await hand.see(["$", "new", "caller", "a.b", "0", "1", "caller"])
    assert hand.foot('$["a.b"]')


async def test_a_hand_that_comes_to_rest_while_a_tree_is_read_leaves_it_whole(desk: Desk) -> None:
    await desk.put(KEY, json.dumps([1] * 50_000, indent=0).encode())
    pane = await desk.open(KEY)
    await desk.until(lambda: pane.panel.footer.sentence == "Valid JSON")
    desk.ctrl("t")
    rows = pane.pages.tree.table.rows
    await desk.until(lambda: 1 < rows.rowCount() < 50_001)
    pane.panel.view.text_rested.emit()
    await desk.until(lambda: rows.rowCount() == 50_001)


async def test_a_name_that_looks_like_markup_is_said_as_it_is(desk: Desk) -> None:
    await desk.put(KEY, b'{"<b>bold</b>": 1}')
    await desk.open(KEY)
    desk.ctrl("t")
    table = desk.pane().pages.tree.table
    await desk.until(lambda: table.rows.rowCount() == 2)
    table.go_to(1)
    foot = desk.pane().pages.tree.foot
    await desk.until(lambda: foot.text() == '$["<b>bold</b>"]')
    room = foot.fontMetrics().horizontalAdvance(foot.text())
    assert foot.sizeHint().width() >= room, "every character of it is shown"


async def test_the_cursor_and_the_tree_are_at_the_same_place(hand: Hand) -> None:
    hand.desk.ctrl("t")
    cursor = hand.desk.view().textCursor()
    cursor.setPosition(hand.desk.view().text().index("null"))
    hand.desk.view().setTextCursor(cursor)
    hand.desk.ctrl("t")
    await hand.desk.until(lambda: hand.foot('$["a.b"][1].x'))
    hand.press(Qt.Key.Key_Return, CTRL)
    assert hand.desk.view().textCursor().selectedText() == "null"


async def test_a_double_click_edits_a_value(hand: Hand) -> None:
    table = hand.page.table
    place: QPoint = table.visualRect(table.rows.index(1, 1)).center()
    hand.at(1)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    await hand.write("Value as JSON", "true")
    await hand.text('{"caller":true,"a.b":[1.0,{"x":null}],"caller":2}')


async def test_read_only_is_read_only_in_the_tree_too(
    desk: Desk, seat: Callable[..., Awaitable[Desk]]
) -> None:
    await desk.put(KEY, VALUE)
    other = await seat(is_read_only=True)
    await other.open(KEY)
    other.ctrl("t")
    hand = Hand(other)
    await hand.see(["$", "caller", "a.b", "caller"])
    before = other.view().text()
    hand.at(1)
    hand.press(Qt.Key.Key_Delete)
    assert other.says("This value is read-only here.")
    entries = {action.text(): action.isEnabled() for action in hand.page.table.menu().actions()}
    assert not entries["Remove"]
    assert entries["Copy path"]
    assert other.view().text() == before


async def test_plain_text_has_no_tree(desk: Desk) -> None:
    await desk.put(KEY, b"hello")
    await desk.open(KEY)
    assert not desk.button("tree").isEnabled()
    desk.ctrl("t")
    assert desk.view().isVisible()


async def test_what_is_not_saved_yet_is_compared_with_the_cache(desk: Desk) -> None:
    await desk.put(KEY, b"[1]")
    pane = await desk.open(KEY)
    desk.write("[2]")
    desk.ctrl("d")
    await desk.until(pane.pages.difference.isVisible)
    assert desk.says("In the cache")
    difference = pane.pages.difference
    sides = {
        side.accessibleName(): side.toPlainText().split()
        for side in difference.findChildren(QPlainTextEdit)
    }
    assert sides == {"Yours": ["[2]"], "In the cache": ["[", "1", "]"]}
    desk.click("text")
    assert desk.view().isVisible()


async def test_saving_takes_what_is_written_in_a_cell_or_says_why_not(hand: Hand) -> None:
    hand.at(1)
    hand.press(Qt.Key.Key_F2)
    await hand.desk.until(lambda: hand.field("Value as JSON"))
    field = hand.desk.field("Value as JSON")
    field.selectAll()
    QTest.keyClicks(field, "nul")
    QTest.keyClick(field, Qt.Key.Key_S, CTRL)
    await hand.desk.until(lambda: hand.foot("Not JSON: "))
    assert await hand.desk.held(KEY) == VALUE
    QTest.keyClicks(field, "l")
    QTest.keyClick(field, Qt.Key.Key_S, CTRL)
    await hand.desk.until(lambda: not hand.desk.pane().holds_unsaved_text and not field.isVisible())
    assert await hand.desk.held(KEY) == VALUE.replace(b'"+4670"', b"null")


@pytest.mark.parametrize("is_window", [False, True], ids=["tab", "window"])
async def test_what_is_written_in_an_open_cell_is_not_closed_over_unasked(
    hand: Hand, desk: Desk, *, is_window: bool
) -> None:
    hand.at(3)
    hand.press(Qt.Key.Key_F2)
    await desk.until(lambda: hand.field("Value as JSON"))
    cell = hand.field("Value as JSON")
    cell.selectAll()
    QTest.keyClicks(cell, "99")
    closing = None
    if is_window:
        closing = asyncio.ensure_future(desk.tabs.confirm_close_all())
        await desk.until(lambda: desk.says("1 key holds text that is not saved."))
    else:
        desk.close_tab()
        await desk.until(lambda: desk.says("This text is not saved."))
    question = desk.button("Discard").parentWidget()
    save = next(b for b in question.findChildren(QPushButton) if b.text() == "Save")
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    if closing is not None:
        assert await closing
    else:
        await desk.until(lambda: desk.tabs.open_keys == [])
    assert await desk.held(KEY) == VALUE.replace(b":2}", b":99}")
