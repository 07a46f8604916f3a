"""What the hand does while a write is on its way is kept, and told apart from what was written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import Snapshot, Ttl, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from tests.ui.editor.conftest import Desk

KEY = b"session:1"


class SlowLine(ForwardingBackend):
    """A connection on which a write that has begun stays under way until it is let through."""

    def __init__(self, inner: MemoryCache) -> None:
        super().__init__(inner)
        self.is_under_way = asyncio.Event()
        self._may_pass = asyncio.Event()
        self._may_pass.set()

    def hold(self) -> None:
        self._may_pass.clear()

    def let_through(self) -> None:
        self._may_pass.set()

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        self.is_under_way.set()
        await self._may_pass.wait()
        return await super().write(key, data, expected=expected, ttl=ttl)

    async def rename(
        self,
        key: bytes,
        to: bytes,
        *,
        overwrites: bool = False,
        leaving: Snapshot | None = None,
        held: Snapshot | None = None,
    ) -> WriteOutcome:
        self.is_under_way.set()
        await self._may_pass.wait()
        return await super().rename(key, to, overwrites=overwrites, leaving=leaving, held=held)


@pytest.fixture
def line(cache: MemoryCache) -> SlowLine:
    return SlowLine(cache)


@pytest.fixture
async def desk(seat: Callable[..., Awaitable[Desk]], line: SlowLine) -> Desk:
    return await seat(line)


async def test_undo_behind_a_save_that_was_typed_into_is_unsaved_until_it_is_saved(
    desk: Desk, line: SlowLine
) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.keys(Qt.Key.Key_End)
    desk.keys("2")
    line.hold()
    desk.ctrl("s")
    await line.is_under_way.wait()
    desk.keys("3")
    line.let_through()
    await desk.until(lambda: not pane.tasks.is_running("save"))
    assert await desk.held(KEY) == b"12"

    desk.ctrl("z")
    desk.ctrl("z")
    assert desk.view().text() == "1"
    assert pane.holds_unsaved_text
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"1"


async def test_a_save_that_is_taken_back_while_it_is_on_its_way_can_be_taken_back_for_good(
    desk: Desk, line: SlowLine
) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.keys(Qt.Key.Key_End)
    desk.keys("2")
    line.hold()
    desk.ctrl("s")
    await line.is_under_way.wait()
    desk.ctrl("z")
    line.let_through()
    await desk.until(lambda: not pane.tasks.is_running("save"))
    desk.keys("9")
    desk.ctrl("z")
    assert desk.view().text() == "1"
    assert pane.holds_unsaved_text
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"1"


async def test_bytes_behind_a_save_that_was_typed_into_are_unsaved(
    desk: Desk, line: SlowLine
) -> None:
    await desk.put(KEY, b"\xff\x00")
    pane = await desk.open(KEY)
    view = pane.pages.hex.view
    await desk.until(view.isVisible)
    line.hold()
    QTest.keyClicks(view, "aa")
    QTest.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await line.is_under_way.wait()
    QTest.keyClicks(view, "bb")
    line.let_through()
    await desk.until(lambda: not pane.tasks.is_running("save"))
    assert await desk.held(KEY) == b"\xaa\x00"
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.read_bytes() == b"\xff\x00"
    assert pane.holds_unsaved_text


async def test_a_save_that_is_asked_for_during_another_follows_it(
    desk: Desk, line: SlowLine
) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    line.hold()
    desk.ctrl("s")
    await line.is_under_way.wait()
    desk.write("3")
    desk.ctrl("s")
    line.let_through()
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"3"


async def test_text_typed_while_others_are_saved_keeps_the_window_open(
    desk: Desk, line: SlowLine
) -> None:
    for key in (KEY, b"other"):
        await desk.put(key, b"1")
        await desk.open(key)
        desk.write("2")
    line.hold()
    asked = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: desk.says("2 keys hold text that is not saved."))
    discard = desk.button("Discard")
    beside = discard.parentWidget().findChildren(type(discard))
    QTest.mouseClick(next(b for b in beside if b.text() == "Save"), Qt.MouseButton.LeftButton)
    await line.is_under_way.wait()
    line.is_under_way.clear()
    line.let_through()
    line.hold()
    await line.is_under_way.wait()
    assert desk.pane().key == KEY
    desk.keys(Qt.Key.Key_End)
    desk.keys("3")
    line.let_through()
    assert not await asked
    assert desk.tabs.unsaved() == (KEY,)
    assert desk.view().text() == "23"


async def test_what_a_tab_shows_is_what_is_seen_of_its_key(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    assert desk.tabs.seen(KEY) == b"1"
    assert desk.tabs.seen(b"other") is None
    desk.write("2")
    await desk.put(KEY, b"3")
    desk.ctrl("s")
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    assert desk.tabs.seen(KEY) == b"3"


async def test_text_typed_beside_the_question_for_a_name_is_settled_before_renaming(
    desk: Desk,
) -> None:
    await desk.put(b"old", b"1")
    await desk.open(b"old")
    desk.tabs.rename_key(b"old")
    desk.type_into("New name of the key", "new")
    desk.keys("7")
    desk.click("Rename")
    assert desk.says("This text is not saved. Save it, or take it back, before renaming.")
    assert desk.view().text() == "71"
    assert await desk.held(b"new") is None


async def test_text_typed_while_the_key_is_renamed_stays_in_its_tab(
    desk: Desk, line: SlowLine
) -> None:
    await desk.put(b"old", b"1")
    pane = await desk.open(b"old")
    moved: list[bytes] = []
    desk.tabs.key_moved.connect(moved.append)
    desk.tabs.rename_key(b"old")
    desk.type_into("New name of the key", "new")
    line.hold()
    desk.click("Rename")
    await line.is_under_way.wait()
    desk.keys("7")
    line.let_through()
    await desk.until(lambda: moved)
    assert desk.pane() is pane
    assert desk.view().text() == "71"
    await desk.until(lambda: any("Write it again" in text for text in desk.button_texts()))
    assert await desk.held(b"new") == b"1"
