"""Of a value too large to edit its head is shown, and no way in the window saves that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.values.content import MAX_LOADED_BYTES

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


VAST = b'["' + b"s" * MAX_LOADED_BYTES + b'needle"]'
REST = "Load all (60 MB)"


class Held(ForwardingBackend):
    """A slow line: each piece waits until `go` is set."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.asked = 0
        self.go = asyncio.Event()
        self.is_dead = False

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        self.asked += 1
        if self.asked > 1:
            await self.go.wait()
        if self.is_dead:
            raise CacheUnreachable("The line is dead")
        return await super().piece(key, start, size)


async def load_all(desk: Desk, value: bytes) -> None:
    await desk.put(KEY, value)
    await desk.open(KEY)
    await desk.until(lambda: REST in desk.button_texts())
    desk.click(REST)


async def test_all_of_it_is_read_and_searched_and_no_hand_changes_it(desk: Desk) -> None:
    await load_all(desk, VAST)
    await desk.until(lambda: desk.says("1 line; too large to be checked as JSON"))
    pane = desk.pane()
    view = pane.pages.whole
    assert view.hasFocus()
    assert desk.says("More than 60 MB are too many to edit. To change it, export the key")
    desk.keys("f", CTRL, view)
    desk.type_into("Find in this value", "needle")
    await desk.until(lambda: desk.says("1 match"))
    desk.keys(Qt.Key.Key_F3, widget=view)
    assert desk.says("1:60,000,009")
    view.setFocus()
    QGuiApplication.clipboard().setText("[]")
    for key in "vzsdt":
        desk.keys(key, CTRL, view)
    desk.keys("x", widget=view)
    desk.keys(Qt.Key.Key_Delete, widget=view)
    for name in ("Save", "Format", "Compact"):
        assert not desk.button(name).isEnabled()
    assert view.isVisible()
    assert not pane.holds_unsaved_text
    assert await pane.draft() is None
    assert await desk.held(KEY) == VAST


async def test_of_bytes_all_are_looked_at_as_bytes(desk: Desk) -> None:
    value = bytes(range(256)) * (MAX_LOADED_BYTES // 256 + 1)
    await load_all(desk, value)
    view = desk.pane().pages.hex.view
    await desk.until(lambda: view.isVisible() and view.length == len(value))
    assert desk.says("Byte 129 is not UTF-8, so this is no text.")
    desk.keys("f", widget=view)
    desk.keys(Qt.Key.Key_Delete, widget=view)
    assert view.read_bytes() == value
    assert not desk.button("Save").isEnabled()
    await desk.put(KEY, b"\xff\x00")
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: view.read_bytes() == b"\xff\x00")
    desk.keys("0", widget=view)
    await desk.until(lambda: desk.button("Save").isEnabled())
    assert desk.pane().holds_unsaved_text


async def test_loading_is_stopped_and_the_head_is_there_still(
    seat: Callable[..., Awaitable[Desk]], cache: CacheBackend
) -> None:
    line = Held(cache)
    desk = await seat(line)
    await load_all(desk, VAST)
    await desk.until(lambda: line.asked > 1)
    assert desk.says("Loading all of it (60 MB)…")
    await desk.until(lambda: desk.says("Loading… 1 %"))
    desk.click("Stop")
    await desk.until(lambda: REST in desk.button_texts())
    assert desk.view().isVisible()
    await desk.until(lambda: desk.says("This is only the beginning of the value."))
    line.go.set()
    desk.click(REST)
    await desk.until(lambda: desk.pane().pages.whole.isVisible())


async def test_a_line_that_dies_meanwhile_leaves_the_head(
    seat: Callable[..., Awaitable[Desk]], cache: CacheBackend
) -> None:
    line = Held(cache)
    desk = await seat(line)
    await load_all(desk, VAST)
    await desk.until(lambda: line.asked > 1)
    line.is_dead = True
    line.go.set()
    await desk.until(lambda: desk.says("The line is dead"))
    assert desk.view().isVisible()
    line.is_dead = False
    desk.click("Try again")
    await desk.until(lambda: REST in desk.button_texts())
    desk.click(REST)
    await desk.until(lambda: desk.says("1 line; too large"))


async def test_what_somebody_changes_meanwhile_is_not_shown_as_a_whole(
    seat: Callable[..., Awaitable[Desk]], cache: CacheBackend
) -> None:
    line = Held(cache)
    desk = await seat(line)
    await load_all(desk, VAST)
    await desk.until(lambda: line.asked > 1)
    await desk.put(KEY, VAST.replace(b"s", b"t"))
    line.go.set()
    await desk.until(lambda: desk.says("Somebody changed this value while it was loaded."))
    assert desk.view().isVisible()
    desk.click("Load all again")
    await desk.until(lambda: desk.says("1 line; too large"))


async def test_what_somebody_changes_afterwards_is_told_and_loaded_again(desk: Desk) -> None:
    await load_all(desk, VAST)
    await desk.until(lambda: desk.says("1 line; too large"))
    lined = VAST.replace(b"needle", b"n\needle", 1)
    await desk.put(KEY, lined)
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.says("Somebody changed this value. What is shown is the one"))
    assert desk.pane().pages.whole.isVisible()
    desk.click(REST)
    await desk.until(lambda: desk.says("2 lines; too large"))
    await desk.put(KEY, b"[]")
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.says("Valid JSON"))
    assert desk.view().text() == "[]"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(b'["' + b"s" * 300_000 + b'needle"]', "Valid JSON, 1 line", id="JSON"),
        pytest.param(b"s" * 300_000 + b"needle\n", "2 lines", id="text"),
    ],
)
async def test_of_a_line_too_long_to_edit_all_is_read(desk: Desk, value: bytes, said: str) -> None:
    await desk.put(KEY, value)
    pane = await desk.open(KEY)
    view = pane.pages.whole
    await desk.until(lambda: view.isVisible() and desk.says(said))
    assert desk.says("characters is too long to edit; all of it is shown as it is stored")
    desk.keys("f", CTRL, view)
    desk.type_into("Find in this value", "needle")
    await desk.until(lambda: desk.says("1 match"))
    view.setFocus()
    for key in "vzsd":
        desk.keys(key, CTRL, view)
    desk.keys("x", widget=view)
    assert not desk.button("Save").isEnabled()
    assert await desk.held(KEY) == value
    await desk.put(KEY, b"[]")
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.view().isVisible() and desk.says("Valid JSON"))
    desk.write("[1]")
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"[1]"
