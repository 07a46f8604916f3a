"""Long changes of a text: made and taken back as one step, without holding the window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest

from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.editor.long_steps import LongSteps

Desk = Any

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
KEY = b"k"
LINES = [f'{{"number":{number},"menu":["sales",1]}}' for number in range(3_000)]
STORED = "[" + ",\n".join(LINES) + "]"


class Hand:
    """Works on one long value as it is stored."""

    def __init__(self, desk: Desk, pane: EditorPane) -> None:
        self.desk = desk
        self.pane = pane
        self.view: CodeView = pane.panel.view

    async def changed_in_slices(self) -> str:
        """Answer the text once a change is made that was only asked for until now."""
        assert self.view.isReadOnly(), "it is not made in one go, holding the window"
        await self.desk.until(lambda: not self.view.isReadOnly())
        return self.view.text()

    async def format(self) -> str:
        self.desk.click("Format")
        await self.desk.until(lambda: not self.pane.tasks.is_running("move space"))
        return self.view.text()

    def choose(self, name: str) -> None:
        menu = self.view.menu(QPoint(5, 5))
        next(entry for entry in menu.actions() if entry.objectName() == name).trigger()
        menu.deleteLater()


@pytest_asyncio.fixture
async def hand(desk: Desk) -> AsyncIterator[Hand]:
    await desk.put(KEY, STORED.encode())
    yield Hand(desk, await desk.open(KEY))


async def test_formatting_is_taken_back_and_made_again_as_one_step(hand: Hand) -> None:
    formatted = await hand.format()
    assert formatted.count("\n") > 15_000
    QTest.keyClicks(hand.view, " ")
    hand.desk.ctrl("z")
    assert hand.view.text() == formatted

    hand.desk.ctrl("z")
    assert await hand.changed_in_slices() == STORED
    assert not hand.pane.holds_unsaved_text

    QTest.keyClick(hand.view, Qt.Key.Key_Z, CTRL | SHIFT)
    assert await hand.changed_in_slices() == formatted


async def test_the_menu_of_the_text_takes_a_long_step_back_whole(hand: Hand) -> None:
    await hand.format()
    hand.choose("edit-undo")
    assert await hand.changed_in_slices() == STORED


async def test_what_is_typed_after_undo_ends_what_could_be_made_again(hand: Hand) -> None:
    await hand.format()
    hand.desk.ctrl("z")
    await hand.changed_in_slices()
    hand.view.moveCursor(QTextCursor.MoveOperation.End)
    for _ in range(3):
        QTest.keyClick(hand.view, Qt.Key.Key_Return)
    QTest.keyClick(hand.view, Qt.Key.Key_Z, CTRL | SHIFT)
    assert hand.view.text() == STORED + "\n\n\n"
    for left in ("\n\n", "\n", ""):
        hand.desk.ctrl("z")
        assert hand.view.text() == STORED + left


async def test_a_save_waits_until_a_long_step_is_whole(hand: Hand) -> None:
    await hand.format()
    QTest.keyClicks(hand.view, " ")
    hand.desk.ctrl("z")
    hand.desk.ctrl("z")
    hand.pane.save()
    QTest.keyClicks(hand.view, "x")  # nothing can be typed into half a text
    await hand.desk.until(lambda: not hand.pane.tasks.is_running("save"))
    assert await hand.desk.held(KEY) == STORED.encode()
    assert hand.view.text() == STORED


async def test_much_is_pasted_over_all_and_taken_back(hand: Hand) -> None:
    pasted = "\n".join(f'"\U0001f600 {number}"' for number in range(12_000))
    QGuiApplication.clipboard().setText(pasted)
    hand.desk.ctrl("a")
    hand.desk.ctrl("v")
    assert await hand.changed_in_slices() == pasted
    QTest.keyClicks(hand.view, "!")
    assert hand.view.text() == pasted + "!"
    hand.desk.ctrl("z")
    assert hand.view.text() == pasted
    hand.desk.ctrl("z")
    assert await hand.changed_in_slices() == STORED


@pytest.mark.parametrize("way", ["key", "cut", "menu", "typed"])
async def test_all_of_it_is_taken_out(hand: Hand, way: str) -> None:
    formatted = await hand.format()
    hand.desk.ctrl("a")
    if way == "key":
        QTest.keyClick(hand.view, Qt.Key.Key_Delete)
    elif way == "cut":
        hand.desk.ctrl("x")
    elif way == "menu":
        hand.choose("edit-cut")
    else:
        QTest.keyClicks(hand.view, "1")
    assert await hand.changed_in_slices() == ("1" if way == "typed" else "")
    if way in ("cut", "menu"):
        assert QGuiApplication.clipboard().text() == formatted
    hand.desk.ctrl("z")
    assert await hand.changed_in_slices() == formatted


async def test_the_tree_takes_a_long_step_back_too(hand: Hand) -> None:
    await hand.format()
    hand.desk.click("tree")
    tree = hand.pane.pages.tree
    await hand.desk.until(lambda: tree.table.rows.rowCount() > 1)
    QTest.keyClick(tree.table, Qt.Key.Key_Z, CTRL)
    await hand.desk.until(lambda: hand.view.text() == STORED)


def test_a_history_knows_where_its_long_steps_begin_and_end() -> None:
    steps = LongSteps()
    steps.add(2, 50)
    steps.add(60, 90)
    assert [steps.back_from(at) for at in (2, 3, 50, 51, 60, 90, 91)] == [
        *(None, 2, 2, None, None, 60, None)
    ]
    assert [steps.forth_from(at) for at in (1, 2, 49, 50, 60, 90)] == [
        *(None, 50, 50, None, 90, None)
    ]
    steps.cut(60)
    assert (steps.back_from(50), steps.back_from(90)) == (2, None)
    steps.add(10, 20)
    assert (steps.back_from(50), steps.back_from(15)) == (None, 10)
