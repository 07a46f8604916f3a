"""The text editor keeps every character, and helps the hand that writes JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.editor.brackets import bracket_pair
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.highlighter import Span, spans_of
from sinch_cache_gui.ui.editor.positions import as_qt_counts, qt_offset
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.replacement import Replacement

Desk = Any


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> CodeView:
    view = CodeView(theme)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    return view


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"a": "\u00a0 \u2028 \u2029 \U0001f4de é \x7f \ufdd0"}',
        "a\r\nb\rc\n\n",
        '\ufeff{"a": 1}\ufeff',
        "x" * 10_000 + "\ufeff",
        "\n" * 50,
        "tab\there\x00nul",
        "\U0001f600" * 150_000,
        "line\n" * 60_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
async def test_every_character_is_kept(view: CodeView, text: str) -> None:
    await view.show_text(text, is_undoable=False)
    assert view.text() == text
    assert (await view.read_text()).text == text
    assert not view.is_edited


async def test_a_text_put_in_place_of_another_keeps_characters_the_other_never_held(
    view: CodeView,
) -> None:
    await view.show_text("[1]", is_undoable=False)
    text = "\ufeffa\r\nb\rc\x00\u2028\u2029"
    await view.replace(text)
    assert view.text() == text
    view.undo()
    assert view.text() == "[1]"
    await view.put_ahead(text[::-1])
    view.redo()
    assert view.text() == text[::-1]


async def test_nothing_can_be_typed_that_a_text_about_to_be_shown_would_replace(
    view: CodeView,
) -> None:
    await view.show_text("line\n" * 60_000, is_undoable=False)
    reading = asyncio.ensure_future(view.read_text())
    await asyncio.sleep(0)
    showing = asyncio.ensure_future(view.show_text("theirs", is_undoable=False))
    await asyncio.sleep(0)
    assert not reading.done()
    QTest.keyClicks(view, "7")
    assert not view.is_edited
    await asyncio.gather(reading, showing)
    assert view.text() == "theirs"
    QTest.keyClicks(view, "7")
    assert view.text() == "7theirs"


async def test_whoever_gives_up_waiting_to_show_a_text_lets_the_hand_write_again(
    view: CodeView,
) -> None:
    await view.show_text("line\n" * 60_000, is_undoable=False)
    reading = asyncio.ensure_future(view.read_text())
    await asyncio.sleep(0)
    showing = asyncio.ensure_future(view.show_text("theirs", is_undoable=False))
    await asyncio.sleep(0)
    showing.cancel()
    await asyncio.gather(reading, showing, return_exceptions=True)
    QTest.keyClicks(view, "7")
    assert view.is_edited


async def test_copying_and_pasting_keeps_characters_too(view: CodeView) -> None:
    text = '"no-break\u00a0space\r\nend"'
    await view.show_text(text, is_undoable=False)
    view.selectAll()
    view.copy()
    assert QGuiApplication.clipboard().text() == text
    view.paste()
    assert view.text() == text


async def test_a_replacement_keeps_the_cursor_and_is_one_step(view: CodeView) -> None:
    lines = [f'"line {number}",' for number in range(20_000)]
    await view.show_text("\n".join(lines), is_undoable=False)
    view.go_to(10_000, 3)
    changed = "\n".join([*lines[:19_000], "new", *lines[19_500:]])
    await view.replace(changed)
    assert view.text() == changed
    assert view.textCursor().blockNumber() == 9_999
    view.undo()
    assert view.text() == "\n".join(lines)
    assert not view.is_edited


async def test_one_change_is_made_where_the_text_was_read(view: CodeView) -> None:
    await view.show_text('["\U0001f600\r", 1,\r2]', is_undoable=False)
    written = await view.read_text()
    at = written.text.index("1")
    assert await view.apply(Replacement(at, at + 1, '"\U0001f4de\r"'), written)
    changed = '["\U0001f600\r", "\U0001f4de\r",\r2]'
    assert view.text() == changed
    view.select(changed.index("2"), changed.index("2") + 1, changed)
    assert view.textCursor().selectedText() == "2"
    assert view.cursor_offset(changed) == changed.index("2")
    assert await view.apply(Replacement(0, 1, "x"), written) is None, "it was read before that"
    assert view.text() == changed
    view.undo()
    assert view.text() == written.text
    assert not view.is_edited


async def test_typing_before_a_replacement_is_a_step_of_its_own(view: CodeView) -> None:
    await view.show_text("[1]", is_undoable=False)
    QTest.keyClicks(view, " ")
    await view.replace("[\n  1\n]")
    view.undo()
    assert view.text() == " [1]"


@pytest.mark.parametrize("offset", [0, 1, 199_999, 200_000, 200_001, 450_002])
def test_places_are_counted_as_qt_does_however_long_the_text(offset: int) -> None:
    text = "\U0001f4de\u00e9\U0001f600" * 150_001
    units = len(text[:offset].encode("utf-16-le")) // 2
    assert qt_offset(text, offset) == units
    assert len(as_qt_counts(text[:offset])) == units


def type_keys(view: CodeView, keys: str) -> None:
    for key in keys:
        if key == "\n":
            QTest.keyClick(view, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(view, key)


async def test_what_is_written_without_a_rest_is_told_all_the_same(view: CodeView) -> None:
    """A draft of it is kept then: a crash would take all of it."""
    rests: list[str] = []
    view.text_rested.connect(lambda: rests.append(view.text()))
    async with asyncio.timeout(20):
        while not rests:
            QTest.keyClicks(view, "a")
            await asyncio.sleep(0.01)
    assert rests[0].count("a") > 1


def test_enter_goes_in_and_a_closing_bracket_comes_out(view: CodeView) -> None:
    type_keys(view, '{\n"a": [\n1\n]\n}')
    assert view.text() == '{\n  "a": [\n    1\n  ]\n}'


def test_enter_between_brackets_makes_room(view: CodeView) -> None:
    type_keys(view, "{}")
    QTest.keyClick(view, Qt.Key.Key_Left)
    type_keys(view, "\n1")
    assert view.text() == "{\n  1\n}"


def test_tab_moves_lines_in_and_back(view: CodeView) -> None:
    type_keys(view, "1\n2")
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.text() == "  1\n  2"
    QTest.keyClick(view, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert view.text() == "1\n2"
    view.undo()
    assert view.text() == "  1\n  2"
    view.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    assert view.text() == "    1\n  2"


async def test_brackets_in_strings_do_not_count(view: CodeView) -> None:
    text = '{"a": "}",\n "b": [1, {"\U0001f600": 2}]}'
    await view.show_text(text, is_undoable=False)
    document = view.document()
    last = document.characterCount() - 2
    assert bracket_pair(document, 0) == (0, last)
    assert bracket_pair(document, last + 1) == (last, 0)
    assert bracket_pair(document, 7) is None


def test_spans() -> None:
    line = '  "a\\"b" : [1.5e3, true, "x", -0, "open'
    assert [(span, line[start:end]) for span, start, end in spans_of(line)] == [
        (Span.KEY, '"a\\"b"'),
        (Span.NUMBER, "1.5e3"),
        (Span.WORD, "true"),
        (Span.STRING, '"x"'),
        (Span.NUMBER, "-0"),
        (Span.STRING, '"open'),
    ]


async def test_finding_goes_from_match_to_match(desk: Desk) -> None:
    await desk.put(b"k", '["\U0001f600 Sales", "sales", {"sales": "SALES"}]'.encode())
    pane = await desk.open(b"k")
    desk.ctrl("f")
    bar = pane.panel.find_bar
    desk.type_into("Find in this value", "sales")
    await desk.until(lambda: desk.says("4 matches"))
    field = desk.field("Find in this value")
    seen = []
    for _ in range(5):
        desk.keys(Qt.Key.Key_Return, widget=field)
        seen.append(desk.view().textCursor().selectedText())
    assert seen == ["Sales", "sales", "sales", "SALES", "Sales"]
    assert desk.says("1 of 4")
    desk.keys(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, widget=field)
    assert desk.says("4 of 4")
    desk.type_into("Find in this value", "Sales")
    await desk.until(lambda: desk.says("1 match"))
    desk.keys(Qt.Key.Key_Escape, widget=field)
    assert not bar.isVisible()
    assert desk.view().hasFocus()


async def test_a_large_value_opens_in_slices(desk: Desk) -> None:
    rows = b",".join([b'{"callerNumber":"+46701234567","menu":["sales",1]}'] * 10_000)
    await desk.put(b"k", b"[" + rows + b"]")
    turns = 0

    def count() -> bool:
        nonlocal turns
        turns += 1
        return not pane.document.state.is_editable

    desk.tabs.open_key(b"k")
    pane = desk.pane()
    await desk.until(lambda: not count())
    assert turns > 5, "the loop went on meanwhile"
    assert desk.view().blockCount() == 70_002
    desk.keys(Qt.Key.Key_Space)
    desk.ctrl("s")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(b"k") == b"[" + rows + b"]"


async def test_a_letter_at_the_end_of_a_coloured_text_is_a_change_of_one_letter(
    view: CodeView, qtbot: QtBot
) -> None:
    await view.show_text('{"a": 1},\n' * 2_000, is_undoable=False)
    qtbot.waitUntil(lambda: bool(view.firstVisibleBlock().layout().formats()))
    told: list[tuple[int, int, int]] = []
    view.document().contentsChange.connect(lambda *change: told.append(change))
    end = view.document().characterCount() - 1
    view.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(view, Qt.Key.Key_X)
    assert told == [(end, 0, 1)]


async def test_a_long_text_scrolls_to_its_end_in_a_window_of_any_size(
    view: CodeView, qtbot: QtBot
) -> None:
    await view.show_text("line\n" * 20_000, is_undoable=False)
    tall = view.verticalScrollBar().maximum()
    view.resize(700, 700)
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() < tall)
    view.moveCursor(QTextCursor.MoveOperation.End)
    _, last = view.visible_positions()
    assert last >= view.document().characterCount() - 1
    view.resize(300, 120)
    qtbot.waitUntil(lambda: view.verticalScrollBar().maximum() > tall)


async def test_the_number_of_many_matches_has_room(desk: Desk) -> None:
    await desk.put(b"k", b"[" + b"1," * 99_999 + b"1]")
    pane = await desk.open(b"k")
    desk.ctrl("f")
    desk.type_into("Find in this value", "1")
    await desk.until(lambda: desk.says("100,000 matches"))
    (told,) = (x for x in pane.panel.find_bar.findChildren(QLabel) if x.text().endswith("matches"))
    assert told.width() >= told.sizeHint().width()
