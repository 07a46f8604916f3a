"""A refusal says what and where; nothing partial is written, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QByteArray, QMimeData, Qt
from PySide6.QtGui import QGuiApplication

KEY = b"session:new"
Desk = Any

DEEP = "[" * 100_000
"""Broken into no lines: as long as a line can be that is edited."""

REFUSED = [
    pytest.param('{"a": [1, 2', "Line 1, column 12: ", id="truncated"),
    pytest.param('\ufeff{"a": 1}', "Line 1, column 1: A byte order mark", id="byte order mark"),
    pytest.param('{"a":\n"\x00"}', "Line 2, column 2: The control character U+0000", id="NUL"),
    pytest.param('"\\ud8"', "Line 1, column 2: The escape", id="half an escape"),
    pytest.param(DEEP, "Line 1, column 100001: ", id="nested deep and cut off"),
    pytest.param("{'a': NaN}", "Line 1, column 2: ", id="Python"),
]

KEPT = [
    pytest.param('"\\ud800"', id="lone surrogate"),
    pytest.param(DEEP + "]" * 100_000, id="nested deep"),
    pytest.param('["\u202e\u2028\u00a0\U0001f600",1e400,-0]', id="marks and numbers"),
]

NAMES = [
    pytest.param(("k" * 10_000).encode(), id="10,000 characters"),
    pytest.param(b"line\nbreak\ttab\x07bell", id="control characters"),
    pytest.param("left\u202eright \U0001f600 \u200b".encode(), id="marks and emoji"),
    pytest.param(b"\xff\xfe\x00", id="not text"),
]


@pytest.mark.parametrize(("text", "where"), REFUSED)
async def test_a_new_key_is_not_created_from_it(desk: Desk, text: str, where: str) -> None:
    desk.tabs.open_new(b"")
    desk.type_into("Name of the new key", "session:new")
    desk.write(text)
    desk.click("Create")
    pane = desk.create_pane()
    await desk.until(lambda: f"Not saved. {where}" in pane.panel.footer.sentence)
    assert await desk.held(KEY) is None
    assert desk.view().text() == text


@pytest.mark.parametrize(("text", "where"), REFUSED)
async def test_a_value_is_not_replaced_by_it(desk: Desk, text: str, where: str) -> None:
    await desk.put(KEY, b'{"a":1.0}')
    pane = await desk.open(KEY)
    await desk.until(lambda: not desk.view().isReadOnly())
    desk.write(text)
    desk.ctrl("s")
    await desk.until(lambda: f"Not saved. {where}" in pane.panel.footer.sentence)
    assert await desk.held(KEY) == b'{"a":1.0}'
    assert desk.view().text() == text
    assert pane.holds_unsaved_text


@pytest.mark.parametrize("text", KEPT)
async def test_what_is_json_is_stored_to_the_last_byte(desk: Desk, text: str) -> None:
    await desk.put(KEY, b'{"a":1.0}')
    pane = await desk.open(KEY)
    await desk.until(lambda: not desk.view().isReadOnly())
    desk.write(text)
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == text.encode()


@pytest.mark.parametrize("key", NAMES)
async def test_any_name_is_shown_on_a_line_and_copied_exactly(desk: Desk, key: bytes) -> None:
    await desk.put(key, b"1")
    await desk.open(key)
    await desk.until(lambda: desk.view().text() == "1")
    assert all(title.isprintable() for title in desk.tab_titles())
    assert all("\u202e" not in words and "\x07" not in words for words in desk.words())
    desk.keys(Qt.Key.Key_Space)
    desk.ctrl("s")
    await desk.until(lambda: not desk.tab_titles()[0].endswith("●"))
    assert await desk.held(key) == b"1"


async def test_control_characters_of_a_value_are_copied_exactly(desk: Desk) -> None:
    text = "a\r\nb\x00c\u202ed\u2029\U0001f600"
    await desk.put(KEY, text.encode())
    await desk.open(KEY)
    await desk.until(lambda: desk.view().text() == text)
    desk.ctrl("a")
    desk.ctrl("c")
    assert QGuiApplication.clipboard().text() == text


@pytest.mark.parametrize("sign", "\u202b\u202e\u2067")
async def test_no_sign_has_a_value_read_in_another_order_than_it_is_written(
    desk: Desk, sign: str
) -> None:
    text = f'is "{sign}admin,1", 2'
    await desk.put(KEY, text.encode())
    await desk.open(KEY)
    view = desk.view()
    await desk.until(lambda: view.text() == text)
    cursor = view.textCursor()
    edges = []
    for at in range(len(text) + 1):
        cursor.setPosition(at)
        edges.append(view.cursorRect(cursor).left())
    assert edges == sorted(set(edges)), "each character is seen, right of the one before"


@pytest.mark.parametrize(
    "text", ["\ufeff{}", "\ufffe{}", "\ufeff\ufeff", "a\x00\u2028\u2029\ufdd0b"]
)
async def test_what_is_pasted_and_copied_is_what_was_copied(desk: Desk, text: str) -> None:
    await desk.put(KEY, b"x")
    await desk.open(KEY)
    copied = QMimeData()
    copied.setData("text/plain;charset=utf-8", QByteArray(text.encode()))
    QGuiApplication.clipboard().setMimeData(copied)
    desk.ctrl("a")
    desk.ctrl("v")
    assert desk.view().text() == text
    desk.ctrl("a")
    desk.ctrl("c")
    desk.ctrl("v")
    assert desk.view().text() == text
    desk.ctrl("z")
    desk.ctrl("z")
    assert desk.view().text() == "x"


async def test_a_byte_order_mark_that_is_stored_stays(desk: Desk) -> None:
    await desk.put(KEY, b'\xef\xbb\xbf{"a":1}')
    pane = await desk.open(KEY)
    await desk.until(lambda: desk.view().text() == '\ufeff{"a":1}')
    desk.keys(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    desk.keys(Qt.Key.Key_Space)
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b'\xef\xbb\xbf{"a":1} '
