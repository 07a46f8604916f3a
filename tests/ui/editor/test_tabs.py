"""Tabs: opened once, closed with care."""

from __future__ import annotations

import asyncio
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

KEY = b"session:4f1c"
OTHER = b"rate:+46701234567"
Desk = Any


async def test_nothing_open_says_what_to_do(desk: Desk) -> None:
    assert desk.says(
        "Double-click a key on the left, or press Enter on it. Ctrl+N creates a new one."
    )


async def test_a_key_is_opened_once(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.put(OTHER, b"2")
    for key in (KEY, OTHER, KEY):
        await desk.open(key)
    assert desk.tab_titles() == ["session:4f1c", "rate:+46701234567"]
    assert desk.pane().key == KEY


async def test_long_and_awkward_keys_have_short_titles(desk: Desk) -> None:
    await desk.put(b"session:" + b"f" * 500, b"1")
    await desk.open(b"session:" + b"f" * 500)
    await desk.put(b"a\nb\xff", b"1")
    await desk.open(b"a\nb\xff")
    assert len(desk.tab_titles()[0]) == 28
    assert desk.tab_titles()[1] == r"a\nb\xff"


async def test_ctrl_w_closes_and_middle_click_closes(desk: Desk) -> None:
    for key in (KEY, OTHER):
        await desk.put(key, b"1")
        await desk.open(key)
    desk.ctrl("w")
    assert desk.tab_titles() == ["session:4f1c"]
    bar = desk.tab_bar()
    QTest.mouseClick(bar, Qt.MouseButton.MiddleButton, pos=bar.tabRect(0).center())
    assert desk.tab_titles() == []
    assert desk.says("No key is open")


async def test_ctrl_tab_goes_round(desk: Desk) -> None:
    for key in (KEY, OTHER):
        await desk.put(key, b"1")
        await desk.open(key)
    desk.keys(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    assert desk.pane().key == KEY


async def test_closing_with_unsaved_text_asks(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    desk.write("2")
    desk.ctrl("w")
    assert desk.says("This text is not saved.")
    desk.click("Keep")
    assert desk.tab_titles() == ["session:4f1c ●"]
    desk.ctrl("w")
    desk.click("Discard")
    assert desk.tab_titles() == []
    assert await desk.held(KEY) == b"1"


async def test_closing_can_save_first(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    desk.write("2")
    desk.ctrl("w")
    desk.button("Discard")
    desk.click("Save")
    await desk.until(lambda: desk.tab_titles() == [])
    assert await desk.held(KEY) == b"2"


async def test_closing_does_not_save_over_somebody_else(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    desk.write("2")
    await desk.put(KEY, b"3")
    desk.ctrl("w")
    desk.click("Save")
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    assert desk.tab_titles() == ["session:4f1c ●"]
    assert await desk.held(KEY) == b"3"


async def test_closing_the_window_asks_once_for_all(desk: Desk) -> None:
    assert await desk.tabs.confirm_close_all()
    for key in (KEY, OTHER):
        await desk.put(key, b"1")
        await desk.open(key)
        desk.write("2")
    assert desk.tabs.unsaved() == (KEY, OTHER)

    asked = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: desk.says("2 keys hold text that is not saved."))
    desk.click("Keep")
    assert not await asked

    asked = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: desk.says("2 keys hold text that is not saved."))
    bar = desk.button("Discard").parentWidget()
    save = next(b for b in bar.findChildren(type(desk.button("Discard"))) if b.text() == "Save")
    QTest.mouseClick(save, Qt.MouseButton.LeftButton)
    assert await asked
    assert await desk.held(KEY) == await desk.held(OTHER) == b"2"


async def test_flushing_says_gone_and_keeps_unsaved_text(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    await desk.cache.clear()
    desk.tabs.flushed()
    await desk.until(lambda: desk.says("This key was deleted"))
    assert desk.view().text() == "2"
    assert pane.holds_unsaved_text


async def test_a_missing_key_can_be_created_from_its_pane(desk: Desk) -> None:
    await desk.open(KEY)
    assert desk.says("This key does not exist")
    desk.click("Create it")
    assert desk.field("Name of the new key").text() == "session:4f1c"
    assert desk.tab_titles() == ["New key ●"] or desk.tab_titles() == ["New key"]


async def test_a_pane_closed_while_it_loads_leaves_nothing_behind(desk: Desk) -> None:
    await desk.put(KEY, b"[" + b",".join([b'{"a":1}'] * 50_000) + b"]")
    desk.tabs.open_key(KEY)
    await asyncio.sleep(0)
    desk.close_tab()
    assert desk.tab_titles() == []


async def test_a_key_without_an_id_says_why(desk: Desk) -> None:
    await desk.put(b"session:undefined", b"1")
    await desk.put(b"session:4f1c", b"1")
    await desk.open(b"session:undefined")
    assert desk.says("code reading callId gets undefined")
    await desk.open(b"session:4f1c")
    assert not desk.says("callId")


async def test_the_tree_comes_and_goes_though_the_keyboard_is_on_the_bar_of_the_tabs(
    desk: Desk,
) -> None:
    await desk.put(b"session:1", b'{"a":1}')
    pane = await desk.open(b"session:1")
    await desk.until(lambda: pane.panel.is_known_json(desk.view().revision))
    desk.tab_bar().setFocus()
    await desk.until(desk.tab_bar().hasFocus)
    desk.keys(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier, widget=desk.tab_bar())
    await desk.until(pane.pages.tree.isVisible)
    desk.tab_bar().setFocus()
    desk.keys(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier, widget=desk.tab_bar())
    await desk.until(desk.view().isVisible)


async def test_saving_and_finding_begin_on_the_bar_of_the_tabs_too(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    desk.tab_bar().setFocus()
    await desk.until(desk.tab_bar().hasFocus)
    desk.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier, widget=desk.tab_bar())
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"2"
    desk.write("3")
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"3", "and in the text as before"
    desk.tab_bar().setFocus()
    desk.keys(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier, widget=desk.tab_bar())
    await desk.until(pane.panel.find_bar.isVisible)
    await desk.until(lambda: pane.panel.find_bar.isAncestorOf(QApplication.focusWidget()))


async def test_the_keys_of_the_text_are_heard_from_the_head_of_the_pane(desk: Desk) -> None:
    await desk.put(b"k", b'{"a":1}')
    await desk.open(b"k")
    desk.write('{"a":2}')
    held = Qt.KeyboardModifier.ControlModifier
    for name in ("Copy the key", "Live one minute longer", "The text of the value"):
        button = desk.button(name)
        button.setFocus()
        desk.keys("f", held, widget=button)
        await desk.until(desk.field("Find in this value").hasFocus)
    button.setFocus()
    desk.keys("s", held, widget=button)
    await desk.until(lambda: not desk.pane().holds_unsaved_text)
    assert await desk.held(b"k") == b'{"a":2}'


async def test_a_new_key_is_created_from_the_field_of_its_name(desk: Desk) -> None:
    desk.tabs.open_new(b"new")
    desk.write("1")
    name = desk.field("Name of the new key")
    name.setFocus()
    desk.keys("s", Qt.KeyboardModifier.ControlModifier, widget=name)
    await desk.until(lambda: "new" in desk.tab_titles())
    assert await desk.held(b"new") == b"1"


async def test_a_long_text_goes_in_pieces_once_its_tab_is_closed(desk: Desk) -> None:
    await desk.put(b"a", b"1")
    await desk.put(b"long", b"[\n" + b"1,\n" * 60_000 + b"1]")
    await desk.open(b"a")
    pane = await desk.open(b"long")
    view, lines = pane.panel.view, set[int]()
    desk.ctrl("w")
    while isValid(pane):
        lines.add(view.blockCount())
        assert not pane.holds_unsaved_text
        await asyncio.sleep(0)
    assert len(lines) > 1, "it was freed in one go"
    assert desk.tab_titles() == ["a"]
    desk.write("2")
    desk.ctrl("s")
    await desk.until(lambda: not desk.pane().holds_unsaved_text)
    assert await desk.held(b"a") == b"2"
    assert await desk.held(b"long") is not None
