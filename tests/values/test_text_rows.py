"""The rows of a text of any length are those that reading it from its beginning would give."""

from __future__ import annotations

import re
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.slices import run_through
from sinch_cache_gui.values.text_rows import MARK_BYTES, Place, Row, TextRows, rows_work

TEXTS = st.text("aå\n€𝄞", max_size=80)
LONG = "".join(f"{'x' * (at % 37)}å\n" for at in range(2_000)) + "y€" * 5_000 + "\n\n" + "z" * 9_000


def rows_of(text: str, width: int = 10) -> TextRows:
    return run_through(rows_work(text.encode(), width))


def cut(line: str, width: int) -> list[str]:
    """The line in parts of at most `width` bytes, as long as they can be."""
    parts = [""]
    for character in line:
        if len((parts[-1] + character).encode()) > width:
            parts.append("")
        parts[-1] += character
    return parts


def shown(rows: TextRows) -> list[Row]:
    return list(rows.rows_from(0))


@given(TEXTS, st.integers(4, 12))
def test_rows_hold_the_lines_cut_between_characters(text: str, width: int) -> None:
    rows = rows_of(text, width)
    expected = [
        (part, number, at == 0)
        for number, line in enumerate(text.split("\n"), start=1)
        for at, part in enumerate(cut(line, width))
    ]
    data = text.encode()
    assert [
        (data[row.start : row.end].decode(), row.line, row.begins_line) for row in shown(rows)
    ] == expected
    assert rows.count == len(expected)
    assert rows.lines == text.count("\n") + 1


@pytest.mark.parametrize("width", [7, 100, 2 * MARK_BYTES])
def test_rows_are_found_from_anywhere_in_a_long_text(width: int) -> None:
    rows = rows_of(LONG, width)
    every = shown(rows)
    assert rows.count == len(every)
    for number in range(0, len(every), 101):
        row = every[number]
        assert list(islice(rows.rows_from(number), 3)) == every[number : number + 3]
        assert rows.row_of(row.start) == number
        assert rows.row_of(row.end) == number + (row.next == row.end)


def test_a_place_is_told_in_lines_and_characters() -> None:
    rows, data = rows_of(LONG, 64), LONG.encode()
    for at in (0, 5, len(LONG) // 3, len(LONG) - 9_050, len(LONG) - 3, len(LONG)):
        before = LONG[:at]
        place = Place(before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)
        assert rows.place_of(len(before.encode())) == place
    for line in (1, 2, 700, rows.lines):
        start = rows.line_start(line)
        assert data[:start].count(b"\n") == line - 1
        assert start == 0 or data[start - 1 : start] == b"\n"
    assert rows.line_start(0) == 0
    assert rows.line_start(rows.lines + 5) == rows.line_start(rows.lines)


def test_one_line_of_any_length_is_rows_like_others() -> None:
    rows = rows_of("x" * 1_000_000, 100)
    assert (rows.count, rows.lines) == (10_000, 1)
    (row,) = islice(rows.rows_from(9_999), 1)
    assert (row.start, row.end, row.next) == (999_900, 1_000_000, None)
    assert rows.place_of(777_777) == Place(1, 777_778)


@given(st.lists(st.sampled_from(['"', "\\", "a", "å", "\n", " "]), max_size=60).map("".join))
def test_strings_are_told_from_what_is_between_them(text: str) -> None:
    text += '"' + "s" * (2 * MARK_BYTES) + '"' + text
    rows, data = rows_of(text, 16), text.encode()
    for at in range(0, len(data), 7):
        line = data[data.rfind(b"\n", 0, at) + 1 : at]
        quotes = re.sub(rb"\\.", b"", line).count(b'"')
        assert rows.quotes_at(at).is_inside == bool(quotes % 2)


def test_counting_the_rows_pauses() -> None:
    assert sum(1 for _ in rows_work(b"short\n" * 100_000, 100)) > 100
