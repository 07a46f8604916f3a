"""A value nested 100,000 levels deep is shown, walked, searched, saved and merged."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.feed import Change, ChangeKind

KEY = b"session:deep"
LEVELS = 100_000
Desk = Any
CTRL = Qt.KeyboardModifier.ControlModifier


def nested(innermost: str) -> bytes:
    """With a line end here and there: on one line it would be too long to edit."""
    half = "[\n" + "[" * 49_999
    return (half + half + innermost + "]\n" * LEVELS).encode()


async def opened(desk: Desk) -> Any:
    await desk.put(KEY, nested("7"))
    pane = await desk.open(KEY)
    await desk.until(lambda: pane.panel.footer.sentence == "Valid JSON")
    return pane


async def test_in_the_tree_it_is_expanded_level_by_level_and_found_at_once(desk: Desk) -> None:
    pane = await opened(desk)
    desk.ctrl("t")
    table = pane.pages.tree.table
    await desk.until(lambda: table.rows.rowCount() == 2)
    for _ in range(3):
        table.setCurrentIndex(table.rows.index(table.rows.rowCount() - 1, 0))
        rows = table.rows.rowCount()
        QTest.keyClick(table, Qt.Key.Key_Right)
        await desk.until(lambda rows=rows: table.rows.rowCount() == rows + 1)
    QTest.keyClick(table, Qt.Key.Key_F, CTRL)
    desk.type_into("Find a name or a value", "7")
    await desk.until(lambda: desk.says("1 match"))


async def test_in_the_text_it_is_found_and_saved_and_not_blown_up(desk: Desk) -> None:
    pane = await opened(desk)
    desk.ctrl("f")
    desk.type_into("Find in this value", "7")
    await desk.until(lambda: desk.says("1 match"))
    desk.click("Format")
    await desk.until(lambda: "Nothing was changed: nested so deep" in pane.panel.footer.sentence)
    assert desk.view().text() == nested("7").decode()
    desk.keys(Qt.Key.Key_End, CTRL)
    desk.keys(Qt.Key.Key_Space)
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == nested("7") + b" "


async def test_in_a_conflict_its_versions_are_merged(desk: Desk) -> None:
    pane = await opened(desk)
    desk.keys(Qt.Key.Key_End, CTRL)
    desk.keys(Qt.Key.Key_Space)
    await desk.put(KEY, nested("8"))
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    desk.click("Show difference")
    await desk.until(pane.pages.conflict.isVisible)
    desk.click("Save the merged text")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == nested("8") + b" "
