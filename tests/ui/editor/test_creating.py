"""A new key: name, JSON, a time to live; an existing key is never overwritten."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.interface import StoredValue

KEY = b"session:new"
Desk = Any


def fill(desk: Desk, name: str, text: str) -> None:
    desk.tabs.open_new(b"session:")
    desk.type_into("Name of the new key", name)
    desk.write(text)


async def test_a_key_is_created_for_an_hour_unless_told_otherwise(desk: Desk) -> None:
    fill(desk, "session:new", '{ "a": 1.0 }')
    assert desk.tab_titles() == ["New key ●"]
    desk.click("Create")
    await desk.until(lambda: desk.tab_titles() == ["session:new"])
    stored = await desk.cache.read(KEY)
    assert stored == StoredValue("string", b'{"a":1.0}', 9, desk.clock.ms + 3_600_000)


async def test_whoever_has_gone_on_before_it_is_created_is_not_fetched_back(desk: Desk) -> None:
    await desk.put(b"other", b"[]")
    await desk.open(b"other")
    fill(desk, "session:new", "1")
    desk.click("Create")
    desk.tab_bar().setFocus()
    await desk.until(lambda: desk.tab_titles() == ["other", "session:new"])
    assert desk.pane().key == KEY
    assert desk.tab_bar().hasFocus()

    fill(desk, "session:newer", "2")
    desk.click("Create")
    await desk.open(b"other")
    await desk.until(lambda: desk.tab_titles() == ["other", "session:new", "session:newer"])
    assert desk.pane().key == b"other"
    assert desk.view().hasFocus()


async def test_nothing_can_be_written_that_creating_would_not_take_along(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    fill(desk, "session:new", "2")
    view = desk.create_pane().panel.view
    desk.click("Create")
    QTest.keyClicks(view, "34")
    assert view.text() == "2"
    await desk.until(lambda: desk.says("This key exists already. Nothing was written."))
    await desk.until(lambda: not view.isReadOnly())
    view.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(view, "34")
    assert view.text() == "234"


async def test_the_prefix_is_there_already(desk: Desk) -> None:
    desk.tabs.open_new(b"rate:")
    assert desk.field("Name of the new key").text() == "rate:"
    assert not desk.create_pane().holds_unsaved_text


async def test_an_existing_key_is_refused_and_can_be_opened(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    fill(desk, "session:new", "2")
    desk.click("Create")
    await desk.until(lambda: desk.says("This key exists already. Nothing was written."))
    assert await desk.held(KEY) == b"1"
    desk.click("Open the existing key")
    await desk.until(lambda: desk.view().text() == "1")
    assert desk.pane().key == KEY


async def test_no_expiry_is_an_explicit_choice(desk: Desk) -> None:
    fill(desk, "session:new", "1")
    desk.type_into("Time to live", "0")
    assert not desk.button("Create").isEnabled()
    desk.click("no expiry")
    desk.click("Create")
    await desk.until(lambda: desk.tab_titles() == ["session:new"])
    assert await desk.cache.read(KEY) == StoredValue("string", b"1", 1, None)


async def test_a_value_that_is_not_json_is_refused(desk: Desk) -> None:
    fill(desk, "session:new", "hello")
    desk.click("Create")
    pane = desk.create_pane()
    await desk.until(lambda: "Not saved" in pane.panel.footer.sentence)
    assert await desk.held(KEY) is None


async def test_closing_a_key_half_made_asks(desk: Desk) -> None:
    fill(desk, "session:new", "1")
    desk.ctrl("w")
    assert desk.says("This key is not created yet.")
    desk.click("Discard")
    assert desk.tab_titles() == []
