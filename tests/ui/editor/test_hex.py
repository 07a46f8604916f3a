"""Bytes that are no text are edited as bytes, and saved as safely as text."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from sinch_cache_gui.ui.editor.hex_view import HexView
from sinch_cache_gui.values.drafts import DraftStore
from tests.ui.editor.conftest import Desk

KEY = b"blob"
DATA = bytes(range(0x80, 0x94)) + b"plain"


def hex_view(desk: Desk) -> HexView:
    return desk.pane().pages.hex.view


async def open_blob(desk: Desk, data: bytes = DATA) -> HexView:
    await desk.put(KEY, data)
    await desk.open(KEY)
    view = hex_view(desk)
    await desk.until(lambda: view.isVisible() and view.length == len(data))
    view.setFocus()
    return view


def press(view: HexView, *keys: Qt.Key | str, control: bool = False) -> None:
    held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
    for key in keys:
        QTest.keyClick(view, key, held)


async def test_digits_typed_over_bytes_are_saved_and_everything_else_stays(desk: Desk) -> None:
    view = await open_blob(desk)
    (deadline,) = await desk.cache.deadlines([KEY])
    press(view, "f", "F", "0", "0")
    assert view.read_bytes() == b"\xff\x00" + DATA[2:]
    assert desk.pane().holds_unsaved_text
    press(view, "s", control=True)
    await desk.until(lambda: not desk.pane().holds_unsaved_text)
    assert await desk.held(KEY) == b"\xff\x00" + DATA[2:]
    assert await desk.cache.deadlines([KEY]) == [deadline]


async def test_undo_goes_back_to_the_bytes_as_they_were(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, "f", "f", Qt.Key.Key_Delete)
    assert view.read_bytes() == b"\xff" + DATA[2:]
    press(view, "z", control=True)
    press(view, "z", control=True)
    assert view.read_bytes() == DATA
    assert not desk.pane().holds_unsaved_text
    press(view, "y", control=True)
    assert view.read_bytes() == b"\xff" + DATA[1:]


async def test_bytes_are_inserted_and_deleted(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, Qt.Key.Key_Insert, "a", "b", "c", "d")
    assert view.read_bytes() == b"\xab\xcd" + DATA
    press(view, Qt.Key.Key_Backspace)
    assert view.read_bytes() == b"\xab" + DATA
    press(view, Qt.Key.Key_End, control=True)
    press(view, "0", "1")
    assert view.read_bytes() == b"\xab" + DATA + b"\x01"
    assert any("inserting" in words for words in desk.words())


async def test_the_text_beside_is_typed_over_too(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, Qt.Key.Key_Tab, "h", "i")
    assert view.read_bytes() == b"hi" + DATA[2:]


async def test_bytes_are_copied_as_hex_and_as_text_and_pasted(desk: Desk) -> None:
    view = await open_blob(desk, b"\xff\x00hi")
    press(view, "a", control=True)
    press(view, "c", control=True)
    assert QGuiApplication.clipboard().text() == "ff 00 68 69"
    view.copy_text()
    assert QGuiApplication.clipboard().text() == "\\xff\x00hi"
    QGuiApplication.clipboard().setText("de:ad 0xbe")
    press(view, "v", control=True)
    assert view.read_bytes() == b"\xde\xad\xbe"
    QGuiApplication.clipboard().setText("not hex")
    press(view, "v", control=True)
    assert view.read_bytes() == b"\xde\xad\xbe"
    assert desk.says("Only pairs of hex digits")


async def test_bytes_copied_and_pasted_as_text_keep_a_byte_order_mark(desk: Desk) -> None:
    view = await open_blob(desk, b"\xef\xbb\xbf\xff")
    press(view, "a", control=True)
    view.copy_text()
    assert QGuiApplication.clipboard().text() == "\ufeff\\xff"
    press(view, Qt.Key.Key_Tab)
    press(view, "v", control=True)
    assert view.read_bytes() == b"\xef\xbb\xbf\\xff"


async def test_a_click_puts_the_cursor_on_a_byte_and_a_drag_selects(desk: Desk) -> None:
    view = await open_blob(desk)
    char = view.fontMetrics().horizontalAdvance("0" * 100) / 100
    row = QPoint(0, 4)
    second = row + QPoint(round(8 + (10 + 3 * 2 + 0.5) * char), 0)
    fifth = row + QPoint(round(8 + (10 + 3 * 5 + 0.5) * char), 0)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert view.offset == 2
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=second)
    QTest.mouseMove(view.viewport(), fifth)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=fifth)
    assert view.selection() == (2, 5)


async def test_an_offset_is_gone_to_and_bytes_are_found(desk: Desk) -> None:
    view = await open_blob(desk, b"\xff" * 5_000 + b"needle" + b"\xff" * 5_000)
    desk.type_into("Go to offset", "0x1400")
    QTest.keyClick(desk.field("Go to offset"), Qt.Key.Key_Return)
    assert view.offset == 0x1400
    desk.type_into("Find bytes", "needle")
    QTest.keyClick(desk.field("Find bytes"), Qt.Key.Key_Return)
    await desk.until(lambda: view.selection() == (5_000, 5_006))
    desk.type_into("Find bytes", "ff 6e 65")
    QTest.keyClick(desk.field("Find bytes"), Qt.Key.Key_Return)
    await desk.until(lambda: view.selection() == (4_999, 5_002))
    desk.type_into("Find bytes", "haystack")
    QTest.keyClick(desk.field("Find bytes"), Qt.Key.Key_Return)
    await desk.until(lambda: desk.says("These bytes are not in this value."))


async def test_what_somebody_else_wrote_is_never_overwritten_unasked(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, "0", "0")
    await desk.put(KEY, b"\xfe\xfe")
    press(view, "s", control=True)
    await desk.until(lambda: desk.says("Somebody else changed this value"))
    assert await desk.held(KEY) == b"\xfe\xfe"
    assert view.read_bytes() == b"\x00" + DATA[1:]
    desk.click("Show difference")
    compared = desk.pane().pages.bytes_compared
    await desk.until(compared.isVisible)
    assert desk.says("bytes differ; yours are 25, theirs 2")
    assert compared.theirs.read_bytes() == b"\xfe\xfe"
    desk.click("Overwrite theirs")
    await desk.until(lambda: not desk.pane().holds_unsaved_text)
    assert await desk.held(KEY) == b"\x00" + DATA[1:]


async def test_the_differing_bytes_of_a_conflict_are_marked_and_walked(desk: Desk) -> None:
    data = bytes(range(0x80, 0x94)) * 100
    view = await open_blob(desk, data)
    press(view, "0", "0")
    theirs = data[:1_000] + b"\x01\x02" + data[1_002:]
    await desk.put(KEY, theirs)
    press(view, "s", control=True)
    await desk.until(lambda: "Show difference" in desk.button_texts())
    desk.click("Show difference")
    compared = desk.pane().pages.bytes_compared
    await desk.until(compared.isVisible)
    assert compared.found.mine == compared.found.theirs == ((0, 1), (1_000, 1_002))
    assert desk.says("3 bytes differ")
    assert (compared.mine.offset, compared.theirs.offset) == (0, 0)
    desk.click("Next difference")
    assert (compared.mine.offset, compared.theirs.offset) == (1_000, 1_000)
    again = theirs[:50] + b"\xff" + theirs[51:]
    await desk.put(KEY, again)
    desk.tabs.values_may_have_changed()
    await desk.until(lambda: compared.theirs.read_bytes() == again)
    assert len(compared.found.mine) == 3
    desk.click("Take theirs")
    await desk.until(lambda: view.isVisible() and view.read_bytes() == again)
    assert await desk.held(KEY) == again


async def test_theirs_is_taken_and_mine_comes_back_by_undo(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, "0", "0")
    await desk.put(KEY, b"\xfe\xfe")
    press(view, "s", control=True)
    await desk.until(lambda: "Take theirs" in desk.button_texts())
    desk.click("Take theirs")
    await desk.until(lambda: view.read_bytes() == b"\xfe\xfe")
    assert not desk.pane().holds_unsaved_text
    press(view, "z", control=True)
    assert view.read_bytes() == b"\x00" + DATA[1:]
    assert desk.pane().holds_unsaved_text


async def test_a_key_that_expired_is_written_again_only_on_request(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, "0", "0")
    await desk.cache.remove(KEY)
    press(view, "s", control=True)
    await desk.until(lambda: "Write it again" in desk.button_texts())
    assert await desk.held(KEY) is None
    desk.click("Write it again")
    await desk.until(lambda: not desk.pane().holds_unsaved_text)
    assert await desk.held(KEY) == b"\x00" + DATA[1:]


async def test_unsaved_bytes_survive_as_a_draft(seat, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    store = DraftStore(tmp_path)
    desk = await seat(drafts=store)
    view = await open_blob(desk)
    press(view, "0", "0")
    await desk.until(lambda: store.of("memory"))
    (draft,) = store.of("memory")
    unsaved = draft.unsaved
    assert (bytes.fromhex(unsaved.text), unsaved.base) == (b"\x00" + DATA[1:], DATA)

    store.close()
    again = await seat(drafts=DraftStore(tmp_path))
    again.tabs.offer_drafts()
    await again.until(lambda: again.notices and again.notices[-1].actions)
    again.notices[-1].actions[0].run()
    await again.until(lambda: again.tabs.current_pane is not None)
    await again.until(lambda: hex_view(again).read_bytes() == b"\x00" + DATA[1:])
    await again.until(lambda: again.pane().holds_unsaved_text)
    press(hex_view(again), "s", control=True)
    await again.until(lambda: not again.pane().holds_unsaved_text)
    await again.until(lambda: not store.of("memory"))
    assert await again.held(KEY) == b"\x00" + DATA[1:]


async def test_bytes_only_are_looked_at_where_the_cache_is_read_only(seat) -> None:  # type: ignore[no-untyped-def]
    desk = await seat(is_read_only=True)
    view = await open_blob(desk)
    press(view, "0", "0", Qt.Key.Key_Delete)
    assert view.read_bytes() == DATA
    assert not desk.button("Save").isEnabled()


async def test_packed_bytes_are_decoded_in_front_and_edited_behind(desk: Desk) -> None:
    data = gzip.compress(b'{"a":1}')
    await desk.put(KEY, data)
    await desk.open(KEY)
    await desk.until(lambda: desk.says("Decoded from gzip of JSON, read-only"))
    await desk.until(lambda: "Show the bytes" in desk.button_texts())
    desk.click("Show the bytes")
    view = hex_view(desk)
    await desk.until(view.isVisible)
    assert view.read_bytes() == data


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 19_999_999])
async def test_every_length_is_drawn_and_walked_to_its_end(desk: Desk, length: int) -> None:
    view = await open_blob(desk, b"\xff" * length + b"\xfe")
    press(view, Qt.Key.Key_End, control=True)
    assert view.offset == length + 1
    view.grab()
    press(view, Qt.Key.Key_Home, control=True)
    assert view.offset == 0
    places = [label.text() for label in desk.pane().pages.hex.findChildren(QLabel)]
    assert any(f"of {length + 1:,}" in place for place in places)


async def test_a_bar_over_the_bytes_leaves_the_fields_beneath_them_in_sight(desk: Desk) -> None:
    view = await open_blob(desk)
    press(view, "f", "f")
    press(view, "w", control=True)
    await desk.until(lambda: desk.says("This text is not saved."))
    find = desk.field("Find bytes")
    middle = find.mapTo(desk.tabs, find.rect().center())
    assert desk.tabs.childAt(middle) is find
    assert desk.tabs.childAt(middle - QPoint(0, 2 * find.height())) is not view.viewport()


async def test_bytes_that_are_not_found_are_told_beside_the_field(desk: Desk) -> None:
    view = await open_blob(desk)
    desk.type_into("Find bytes", "nowhere")
    QTest.keyClick(desk.field("Find bytes"), Qt.Key.Key_Return)
    await desk.until(lambda: desk.says("These bytes are not in this value."))
    press(view, Qt.Key.Key_Right)
    assert desk.says("offset 1 (0x1) of 25")
    assert not desk.says("These bytes are not in this value.")


async def test_as_many_bytes_stand_in_a_row_as_there_is_room_for(desk: Desk) -> None:
    view = await open_blob(desk, b"\xff" * 5_000)
    press(view, Qt.Key.Key_Home, control=True)
    steps = {}
    for width in (1_200, 560, 320):
        view.resize(width, 300)
        at = view.offset
        press(view, Qt.Key.Key_Down)
        steps[width] = view.offset - at
        assert view.horizontalScrollBar().maximum() == 0
    assert steps == {1_200: 16, 560: 8, 320: 4}


async def test_the_first_row_in_sight_stays_when_rows_become_shorter(desk: Desk) -> None:
    desk.tabs.resize(1_200, 640)
    view = await open_blob(desk, b"\xff" * 5_000)
    seen: list[int] = []
    view.show_from(1_600)
    view.scrolled.connect(seen.append)
    desk.tabs.resize(560, 640)
    await desk.until(lambda: seen)
    assert seen[-1] == 1_600


async def test_compared_bytes_stand_beside_each_other_when_rows_become_shorter(
    desk: Desk,
) -> None:
    desk.tabs.resize(1_200, 640)
    data = b"\xff" * 9_000
    view = await open_blob(desk, data)
    press(view, "0", "0")
    await desk.put(KEY, data + b"\x01" * 5_000)
    press(view, "s", control=True)
    await desk.until(lambda: "Show difference" in desk.button_texts())
    desk.click("Show difference")
    compared = desk.pane().pages.bytes_compared
    await desk.until(compared.isVisible)
    seen: dict[str, int] = {}
    compared.mine.scrolled.connect(lambda at: seen.update(mine=at))
    compared.theirs.scrolled.connect(lambda at: seen.update(theirs=at))
    compared.theirs.show_from(4_000)
    assert seen == {"mine": 4_000, "theirs": 4_000}
    desk.tabs.resize(560, 640)
    await desk.until(lambda: compared.mine.width() <= 560)
    await desk.until(lambda: seen == {"mine": 4_000, "theirs": 4_000})
    compared.mine.show_from(4_008)
    assert seen == {"mine": 4_008, "theirs": 4_008}
