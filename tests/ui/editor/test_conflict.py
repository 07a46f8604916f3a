"""Somebody else wrote while the user did: three versions side by side, and a merge of them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.ui.editor.editor_pane import EditorPane

KEY = b"session:4f1c"
BASE = b'{"a":1,"b":2,"c":3,"d":4}'
Desk = Any


async def in_conflict(desk: Desk, mine: str, theirs: bytes) -> EditorPane:
    await desk.put(KEY, BASE)
    pane: EditorPane = await desk.open(KEY)
    desk.write(mine)
    await tell(desk, theirs)
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    desk.click("Show difference")
    await desk.until(pane.pages.conflict.isVisible)
    await desk.until(lambda: pane.pages.conflict.merged.text())
    return pane


async def tell(desk: Desk, theirs: bytes) -> None:
    await desk.put(KEY, theirs)
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))


def pretty(a: int, b: int, c: int, d: int) -> str:
    return f'{{\n  "a": {a},\n  "b": {b},\n  "c": {c},\n  "d": {d}\n}}'


@pytest.fixture
async def pane(desk: Desk) -> EditorPane:
    return await in_conflict(desk, pretty(10, 2, 3, 4), b'{"a":1,"b":2,"c":3,"d":40}')


async def test_three_versions_stand_side_by_side(desk: Desk, pane: EditorPane) -> None:
    assert pane.pages.conflict.texts() == (
        pretty(1, 2, 3, 4),
        pretty(10, 2, 3, 4),
        pretty(1, 2, 3, 40),
    )
    assert desk.says("Places changed: 1 by you, 1 by them, 0 by both")
    assert desk.says("Both sides' changes; they do not touch each other.")
    assert "Show difference" not in desk.button_texts(), "it is shown"
    desk.click("Back to the text")
    assert "Show difference" in desk.button_texts()


async def test_changes_that_do_not_touch_are_merged_and_saved(desk: Desk, pane: EditorPane) -> None:
    assert pane.pages.conflict.merged.text() == pretty(10, 2, 3, 40)
    desk.click("Save the merged text")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b'{"a":10,"b":2,"c":3,"d":40}'
    assert desk.view().isVisible()
    assert desk.view().text() == pretty(10, 2, 3, 40)
    desk.ctrl("z")
    assert desk.view().text() == pretty(10, 2, 3, 4), "undo brings the user's text back"


async def test_a_hand_merged_text_survives_their_next_change(desk: Desk, pane: EditorPane) -> None:
    merged = pane.pages.conflict.merged
    merged.moveCursor(merged.textCursor().MoveOperation.End)
    QTest.keyClicks(merged, " ")
    await desk.put(KEY, b'{"a":1,"b":7,"c":3,"d":40}')
    desk.click("Save the merged text")
    await desk.until(lambda: desk.says("They changed it again. Nothing was written."))
    assert await desk.held(KEY) == b'{"a":1,"b":7,"c":3,"d":40}'
    await desk.until(lambda: "Merge anew" in desk.button_texts())
    assert pane.pages.conflict.texts()[2] == pretty(1, 7, 3, 40)
    assert pane.pages.conflict.isVisible()
    assert merged.text() == pretty(10, 2, 3, 40) + " "

    desk.click("Merge anew")
    await desk.until(lambda: '"b": 7' in merged.text())
    assert merged.text() == pretty(10, 7, 3, 40) + " "
    QTest.keyClick(merged, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert merged.text() == pretty(10, 2, 3, 40) + " "
    QTest.keyClick(
        merged,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    QTest.keyClick(merged, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b'{"a":10,"b":7,"c":3,"d":40}'


async def test_where_both_changed_the_same_line_the_user_chooses(desk: Desk) -> None:
    pane = await in_conflict(desk, pretty(10, 2, 3, 4), b'{"a":11,"b":2,"c":3,"d":40}')
    assert desk.says("1 by both")
    assert pane.pages.conflict.merged.text() == pretty(10, 2, 3, 40)
    desk.click("Theirs where both changed it")
    await desk.until(lambda: pane.pages.conflict.merged.text() == pretty(11, 2, 3, 40))
    desk.click("Yours where both changed it")
    await desk.until(lambda: pane.pages.conflict.merged.text() == pretty(10, 2, 3, 40))
    assert await desk.held(KEY) == b'{"a":11,"b":2,"c":3,"d":40}'


async def test_a_merged_text_that_is_not_json_is_not_saved(desk: Desk, pane: EditorPane) -> None:
    QTest.keyClicks(pane.pages.conflict.merged, "x")
    desk.click("Save the merged text")
    await desk.until(lambda: desk.says("Not saved. Line 1, column 1"))
    assert pane.pages.conflict.isVisible()
    assert await desk.held(KEY) == b'{"a":1,"b":2,"c":3,"d":40}'


async def test_taking_theirs_loses_neither_text_of_the_user(desk: Desk, pane: EditorPane) -> None:
    QTest.keyClicks(pane.pages.conflict.merged, " ")
    desk.click("Take theirs")
    await desk.until(lambda: desk.view().isVisible() and not pane.holds_unsaved_text)
    assert desk.view().text() == pretty(1, 2, 3, 40)

    def redo() -> str:
        desk.keys("z", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        return str(desk.view().text())

    await desk.until(lambda: desk.view().document().isRedoAvailable())
    assert redo() == " " + pretty(10, 2, 3, 40)
    desk.ctrl("z")
    desk.ctrl("z")
    assert desk.view().text() == pretty(10, 2, 3, 4)


async def test_back_and_forth_keeps_the_merged_text(desk: Desk, pane: EditorPane) -> None:
    QTest.keyClicks(pane.pages.conflict.merged, " ")
    desk.click("Back to the text")
    assert desk.view().text() == pretty(10, 2, 3, 4)
    desk.click("Show difference")
    await desk.until(pane.pages.conflict.isVisible)
    assert pane.pages.conflict.merged.text() == " " + pretty(10, 2, 3, 40)


async def test_a_tab_closed_in_conflict_leaves_nothing_behind(desk: Desk, pane: EditorPane) -> None:
    desk.keys("w", Qt.KeyboardModifier.ControlModifier, widget=pane.pages.conflict)
    desk.click("Discard")
    await desk.until(lambda: not isValid(pane))
    assert desk.tab_titles() == []
    assert await desk.held(KEY) == b'{"a":1,"b":2,"c":3,"d":40}'


async def test_a_merged_text_has_characters_of_theirs_that_mine_never_held(desk: Desk) -> None:
    theirs = '{"a":1,"b":2,"c":"\u2029\u2028\ufeff","d":4}'.encode()
    pane = await in_conflict(desk, pretty(10, 2, 3, 4), theirs)
    desk.click("Save the merged text")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == theirs.replace(b"1", b"10")
