"""Of a value too large to edit its head is shown, and no way in the window saves that."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.feed import Change, ChangeKind

KEY = b"session:large"
CTRL = Qt.KeyboardModifier.ControlModifier
Desk = Any

VALUES = [
    pytest.param(b'["' + b"s" * 200_000_000 + b'"]', "200,000,004", id="200 MB of JSON"),
    pytest.param(b"\x80\xff" * 10_500_000, "21,000,000", id="bytes"),
]


@pytest.mark.parametrize(("value", "size"), VALUES)
async def test_no_hand_changes_it(desk: Desk, value: bytes, size: str) -> None:
    await desk.put(KEY, value)
    pane = await desk.open(KEY)
    await desk.until(lambda: desk.says(f"This value has {size} bytes; the first "))
    shown = desk.view().text()
    assert desk.view().isVisible()
    assert not pane.pages.hex.isVisible()
    QGuiApplication.clipboard().setText("[]")
    for key in "avzsd":
        desk.ctrl(key)
    desk.ctrl("t")
    desk.keys("x")
    desk.keys(Qt.Key.Key_Delete, CTRL)
    for name in ("Save", "Format", "Compact"):
        assert not desk.button(name).isEnabled()
    for button in ("text", "tree", "difference"):
        desk.button(button).click()
    await desk.until(lambda: desk.view().isVisible())
    assert desk.view().text() == shown
    assert not pane.holds_unsaved_text
    assert await pane.draft() is None
    assert await desk.held(KEY) == value


async def test_a_conflict_with_it_says_so_and_keeps_the_users_text(desk: Desk) -> None:
    await desk.put(KEY, b"[1]")
    pane = await desk.open(KEY)
    desk.write("[2]")
    value = b'["' + b"s" * 21_000_000 + b'"]'
    await desk.put(KEY, value)
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.says("It has 21,000,004 bytes now: too many to be compared"))
    assert "Show difference" not in desk.button_texts()
    desk.ctrl("d")
    assert desk.view().text() == "[2]"
    desk.click("Take theirs")
    await desk.until(lambda: desk.says("This value has 21,000,004 bytes; the first 200,000"))
    desk.ctrl("z")
    desk.ctrl("s")
    await desk.until(lambda: pane.document.state.stored.size == len(value))
    assert await desk.held(KEY) == value


async def test_a_copy_of_it_is_whole(desk: Desk) -> None:
    value = b'["' + b"s" * 21_000_000 + b'"]'
    await desk.put(KEY, value)
    await desk.open(KEY)
    desk.tabs.duplicate_key(KEY)
    desk.type_into("New name of the key", "copy")
    desk.click("Duplicate")
    await desk.until(lambda: b"copy" in desk.tabs.open_keys)
    assert await desk.held(b"copy") == value
