"""A key is opened, edited and saved; whatever happens meanwhile is said in its pane."""

from __future__ import annotations

import base64
import gzip
import pickle
from collections.abc import Awaitable, Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.errors import CacheUnreachable, OutcomeUnknown
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import StoredValue, Ttl, TtlPolicy, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache

KEY = b"session:4f1c"
Desk = Any
"""What conftest.py hands out; test folders are no packages, so its class cannot be imported."""


class Line(ForwardingBackend):
    """A connection that fails when it is told to."""

    is_down = False
    dies_after_the_write = False

    async def read(self, key: bytes) -> StoredValue | None:
        if self.is_down:
            raise CacheUnreachable("No answer from localhost:6379", "It refused the connection.")
        return await super().read(key)

    async def write(
        self, key: bytes, data: bytes, *, expected: bytes | None, ttl: Ttl
    ) -> WriteOutcome:
        if self.is_down:
            raise CacheUnreachable("No answer from localhost:6379", "It refused the connection.")
        outcome = await super().write(key, data, expected=expected, ttl=ttl)
        if self.dies_after_the_write:
            self.is_down = True
            raise OutcomeUnknown("The connection to localhost:6379 was lost")
        return outcome


async def test_a_value_is_shown_formatted_and_saved_compact(desk: Desk) -> None:
    await desk.put(KEY, b'{"callerNumber":"+46701234567","startTime":1763800000000}')
    pane = await desk.open(KEY)
    assert desk.view().text() == (
        '{\n  "callerNumber": "+46701234567",\n  "startTime": 1763800000000\n}'
    )
    assert desk.says("JSON, 57 B")
    assert desk.says("expires in 10:00")

    save = desk.button("Save")
    assert not save.property("primary"), "there is nothing to save"
    desk.write('{ "callerNumber": "+4670", "n": 1.0 }')
    assert save.property("primary")
    assert desk.tab_titles() == ["session:4f1c ●"]
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)

    assert await desk.held(KEY) == b'{"callerNumber":"+4670","n":1.0}'
    assert desk.tab_titles() == ["session:4f1c"]


async def test_undo_back_to_what_is_stored_is_unedited(desk: Desk) -> None:
    await desk.put(KEY, b"[1]")
    pane = await desk.open(KEY)
    desk.keys("2")
    assert pane.holds_unsaved_text
    desk.ctrl("z")
    assert not pane.holds_unsaved_text


async def test_a_conflict_writes_nothing_and_offers_three_ways(desk: Desk) -> None:
    await desk.put(KEY, b'{"a":1}')
    await desk.open(KEY)
    desk.write('{"a": "mine"}')
    await desk.put(KEY, b'{"a":"theirs"}')
    desk.click("Save")
    await desk.until(lambda: desk.says("Somebody else changed this value. Nothing was written."))
    assert await desk.held(KEY) == b'{"a":"theirs"}'

    desk.click("Show difference")
    pane = desk.pane()
    await desk.until(lambda: pane.pages.conflict.isVisible())
    base, mine, theirs = pane.pages.conflict.texts()
    assert '"a": 1' in base
    assert mine.strip() == '{"a": "mine"}'
    assert '"theirs"' in theirs
    assert desk.says("Somebody else changed this value. Nothing was written.")
    desk.click("Back to the text")
    assert desk.view().isVisible()

    desk.click("Overwrite theirs")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b'{"a":"mine"}'
    assert not desk.says("Somebody else")


async def test_taking_theirs_can_be_undone(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    await desk.put(KEY, b"3")
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    desk.click("Take theirs")
    await desk.until(lambda: desk.view().text() == "3")
    assert not pane.holds_unsaved_text
    desk.ctrl("z")
    assert desk.view().text() == "2"
    assert pane.holds_unsaved_text


async def test_a_key_that_expired_is_written_again_only_on_request(desk: Desk) -> None:
    await desk.put(KEY, b"1", ttl=5_000)
    pane = await desk.open(KEY)
    desk.write("2")
    desk.clock.ms += 6_000
    desk.ctrl("s")
    await desk.until(lambda: desk.says("This key expired at "))
    assert desk.says("Nothing was written.")
    assert await desk.held(KEY) is None

    desk.type_into("Time to live", "nonsense")
    desk.click("Write it again")
    assert await desk.held(KEY) is None
    desk.type_into("Time to live", "2m 30s")
    assert desk.says("2 minutes 30 seconds")
    desk.click("Write it again")
    await desk.until(lambda: not pane.holds_unsaved_text)
    stored = await desk.cache.read(KEY)
    assert stored == StoredValue("string", b"2", 1, desk.clock.ms + 150_000)


async def test_an_open_key_that_expires_says_so_by_itself(desk: Desk) -> None:
    await desk.put(KEY, b"1", ttl=30)
    await desk.open(KEY)
    desk.clock.ms += 31
    await desk.until(lambda: desk.says("This key expired at "))


async def test_invalid_json_is_not_saved(desk: Desk) -> None:
    await desk.put(KEY, b'{"a":1}')
    pane = await desk.open(KEY)
    desk.write('{\n"a" 1}')
    desk.ctrl("s")
    await desk.until(lambda: "Not saved" in pane.panel.footer.sentence)
    assert pane.panel.footer.sentence == (
        "Not saved. Line 2, column 5: A colon is missing before this value."
    )
    cursor = desk.view().textCursor()
    assert (cursor.blockNumber(), cursor.positionInBlock()) == (1, 4)
    assert await desk.held(KEY) == b'{"a":1}'


async def test_what_is_wrong_is_said_as_the_hand_rests(desk: Desk) -> None:
    await desk.put(KEY, b"[1]")
    pane = await desk.open(KEY)
    desk.write("[1 2]")
    await desk.until(lambda: pane.panel.footer.sentence.startswith("Line 1, column 4"))
    assert "A comma is missing before this value." in pane.panel.footer.sentence
    desk.write("[1, 2]")
    await desk.until(lambda: pane.panel.footer.sentence == "Valid JSON")


async def test_a_number_javascript_rounds_is_pointed_out(desk: Desk) -> None:
    await desk.put(KEY, b"[12345678901234567890]")
    pane = await desk.open(KEY)
    await desk.until(lambda: "12345678901234567000" in pane.panel.footer.sentence)


async def test_format_and_compact_are_single_steps(desk: Desk) -> None:
    await desk.put(KEY, b'{"a": [1,2],\n"b": {}}')
    await desk.open(KEY)
    before = desk.view().text()
    desk.click("Format")
    formatted = '{\n  "a": [\n    1,\n    2\n  ],\n  "b": {}\n}'
    await desk.until(lambda: desk.view().text() == formatted)
    desk.click("Compact")
    await desk.until(lambda: desk.view().text() == '{"a":[1,2],"b":{}}')
    desk.ctrl("z")
    assert desk.view().text() == formatted
    desk.ctrl("z")
    assert desk.view().text() == before


async def test_plain_text_is_edited_as_text(desk: Desk) -> None:
    await desk.put(KEY, b"hello\r\nworld")
    pane = await desk.open(KEY)
    assert desk.says("text, 12 B")
    assert not desk.button("Format").isEnabled()
    desk.keys(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    desk.keys("!")
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"hello\r\nworld!"


async def test_what_was_meant_to_be_json_says_why_it_is_none(desk: Desk) -> None:
    await desk.put(KEY, b'{"a": 1,\n "b" 3}')
    pane = await desk.open(KEY)
    await desk.until(lambda: "2 lines. Not JSON: line 2, column 6: " in pane.panel.footer.sentence)
    assert desk.button("Save").isEnabled()


async def test_binary_never_passes_through_the_text(desk: Desk) -> None:
    await desk.put(KEY, b"\x80\x04\x95")
    pane = await desk.open(KEY)
    await desk.until(pane.pages.hex.isVisible)
    assert desk.says("binary, 3 B")
    assert not desk.view().isVisible()
    assert pane.pages.hex.view.read_bytes() == b"\x80\x04\x95"


async def test_a_clean_document_follows_the_cache(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    await desk.put(KEY, b"2", ttl=TtlPolicy.NO_EXPIRY)
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN), Change(b"x", ChangeKind.GONE)))
    await desk.until(lambda: desk.view().text() == "2")
    assert desk.says("no expiry")


async def test_ttl_actions(desk: Desk) -> None:
    await desk.put(KEY, b"1", ttl=60_000)
    pane = await desk.open(KEY)
    for name, left in (
        ("Live one minute longer", 120_000),
        ("Live five minutes longer", 420_000),
        ("Live one hour longer", 4_020_000),
    ):
        desk.click(name)
        await desk.until(lambda left=left: pane.document.state.deadline_ms == desk.clock.ms + left)
    desk.click("Set the time to live")
    desk.type_into("Time to live", "90")
    desk.click("Set this time to live")
    await desk.until(lambda: pane.document.state.deadline_ms == desk.clock.ms + 90_000)
    desk.click("Remove the expiry")
    await desk.until(lambda: desk.says("no expiry"))
    stored = await desk.cache.read(KEY)
    assert stored is not None
    assert stored.deadline_ms is None


async def test_no_answer_while_loading_says_so_and_can_be_tried_again(
    seat: Callable[..., Awaitable[Desk]], cache: MemoryCache
) -> None:
    line = Line(cache)
    desk = await seat(line)
    await desk.put(KEY, b"1")
    line.is_down = True
    await desk.open(KEY)
    assert desk.says("No answer from localhost:6379")
    line.is_down = False
    desk.click("Try again")
    await desk.until(lambda: desk.view().isVisible() and desk.view().text() == "1")


async def test_no_answer_while_saving_keeps_the_text_and_can_be_tried_again(
    seat: Callable[..., Awaitable[Desk]], cache: MemoryCache
) -> None:
    line = Line(cache)
    desk = await seat(line)
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    line.is_down = True
    desk.ctrl("s")
    await desk.until(lambda: desk.says("Not saved: No answer from localhost:6379"))
    assert desk.view().text() == "2"
    line.is_down = False
    desk.click("Save again")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b"2"


async def test_a_lost_answer_is_told_until_it_is_known(
    seat: Callable[..., Awaitable[Desk]], cache: MemoryCache
) -> None:
    line = Line(cache)
    desk = await seat(line)
    await desk.put(KEY, b"1")
    pane = await desk.open(KEY)
    desk.write("2")
    line.dies_after_the_write = True
    desk.ctrl("s")
    await desk.until(lambda: desk.says("finding out whether it was written"))
    assert pane.holds_unsaved_text
    line.is_down = False
    desk.tabs.values_may_have_changed()
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert not desk.says("finding out")


async def test_the_key_is_copied_whole(desk: Desk) -> None:
    key = b"session:" + b"x" * 300
    await desk.put(key, b"1")
    await desk.open(key)
    desk.click("Copy the key")
    assert QGuiApplication.clipboard().text() == key.decode()


async def test_deleting_is_asked_of_the_window(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    desk.click("Delete this key")
    assert desk.deletions == [KEY]


async def test_read_only_shows_and_writes_nothing(seat: Callable[..., Awaitable[Desk]]) -> None:
    desk = await seat(is_read_only=True)
    await desk.put(KEY, b"1")
    await desk.open(KEY)
    desk.keys("2")
    assert desk.view().text() == "1"
    assert not desk.button("Save").isEnabled()
    assert not desk.button("Live one minute longer").isEnabled()
    desk.tabs.open_new(b"")
    assert [notice.title for notice in desk.notices] == [
        "This cache is open read-only: no key can be created"
    ]


async def test_a_packed_value_is_shown_decoded_and_read_only(desk: Desk) -> None:
    await desk.put(b"packed", gzip.compress(b'{"a":1}'))
    pane = await desk.open(b"packed")
    await desk.until(lambda: pane.pages.decoded.text() == '{\n  "a": 1\n}')
    assert pane.pages.decoded.isVisible()
    assert pane.pages.decoded.isReadOnly()
    assert desk.says("Decoded from gzip of JSON, read-only")
    assert desk.says("gzip of JSON, 27 B")
    assert not desk.button("Save").isEnabled()

    desk.click("Show the bytes")
    assert pane.pages.hex.isVisible()
    assert pane.pages.hex.view.read_bytes().startswith(b"\x1f\x8b")
    assert desk.button("Save").isEnabled()


async def test_base64_of_json_can_be_seen_decoded_and_edited_as_it_is(desk: Desk) -> None:
    await desk.put(b"packed", base64.b64encode(b'{"a":1}'))
    pane = await desk.open(b"packed")
    await desk.until(lambda: desk.says("This is base64 of JSON"))
    assert not desk.view().isReadOnly()
    desk.click("Show decoded")
    assert pane.pages.decoded.text() == '{\n  "a": 1\n}'
    assert not desk.button("Save").isEnabled()
    await desk.until(lambda: "Show as stored" in desk.button_texts())
    desk.click("Show as stored")
    desk.write("e30=")
    desk.click("Save")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(b"packed") == b"e30="


async def test_a_pickle_is_named(desk: Desk) -> None:
    await desk.put(b"pickled", pickle.dumps({"a": 1}))
    await desk.open(b"pickled")
    await desk.until(lambda: desk.says("This is Python pickle, protocol 4"))
    assert desk.says("so it never is")


async def test_a_long_value_is_whole_in_the_end_and_checked(desk: Desk) -> None:
    value = b"[" + b",".join([b'{"callerNumber":"+46701234567"}'] * 20_000) + b"]"
    await desk.put(KEY, value)
    pane = await desk.open(KEY)
    await desk.until(lambda: pane.panel.footer.sentence == "Valid JSON")
    assert desk.view().blockCount() == 60_002
    assert not pane.panel.view.isReadOnly()
    desk.keys(Qt.Key.Key_Space)
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == value


async def test_a_text_too_long_for_one_line_is_not_put_on_one(desk: Desk) -> None:
    value = b"[\n" + b",\n".join([b'{"callerNumber":"+46701234567"}'] * 8_000) + b"]"
    await desk.put(KEY, value)
    pane = await desk.open(KEY)
    await desk.until(lambda: pane.panel.footer.sentence == "Valid JSON")
    desk.click("Compact")
    await desk.until(lambda: "all on one line" in pane.panel.footer.sentence)
    assert desk.view().text() == value.decode()


async def test_of_a_value_too_large_the_head_is_shown_with_a_way_to_all_of_it(desk: Desk) -> None:
    value = b'["' + b'",\n"'.join([b"x" * 9_999] * 2_100) + b'"]'
    await desk.put(KEY, value)
    pane = await desk.open(KEY)
    await desk.until(lambda: desk.says("the first 200,000 are shown"))
    assert pane.panel.footer.sentence == "This is only the beginning of the value."
    assert desk.view().isReadOnly()
    assert not desk.button("Save").isEnabled()
    desk.click("Load all (21 MB)")
    await desk.until(lambda: pane.panel.footer.sentence.startswith("Loading…"))
    assert desk.view().isReadOnly()
    assert "Load all (21 MB)" not in desk.button_texts()
    await pane.tasks.end()
