"""Two texts line beside line, with what differs marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.difference import (
    CONTEXT,
    MAX_ROWS,
    Comparison,
    DifferenceRow,
    compare_line,
    compare_work,
)
from sinch_cache_gui.values.json_text import format_json, tokens_of_fragment
from sinch_cache_gui.values.slices import run_through
from tests.values.json_texts import TEXTS, spellings

LINES = st.lists(st.sampled_from(["{", "}", '  "a": 1,', '  "a": 2,', '  "b": [', ""]), max_size=12)


def compare(mine: str | None, theirs: str | None) -> Comparison:
    return run_through(compare_work(mine, theirs))


@given(LINES, LINES)
def test_both_texts_are_there_whole(mine: list[str], theirs: list[str]) -> None:
    rows = compare("\n".join(mine), "\n".join(theirs)).rows
    assert [row.mine for row in rows if row.mine is not None] == (mine or [""])
    assert [row.theirs for row in rows if row.theirs is not None] == (theirs or [""])
    assert all(row.is_same for row in rows) == ((mine or [""]) == (theirs or [""]))


def test_what_is_not_there_is_no_empty_line() -> None:
    lines = (DifferenceRow("{", None), DifferenceRow("}", None))
    assert compare("{\n}", None).rows == lines
    assert compare(None, "{\n}").rows == tuple(DifferenceRow(None, row.mine) for row in lines)
    assert compare("", None).rows == (DifferenceRow("", None),)


def marked(mine: str, theirs: str) -> tuple[list[str], list[str]]:
    row = compare_line(mine, theirs)
    return (
        [mine[start:end] for start, end in row.mine_marks],
        [theirs[start:end] for start, end in row.theirs_marks],
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "of_mine", "of_theirs"),
    [
        ('  "name": "Ann Lee",', '  "name": "Ann Bell",', ['"Ann Lee"'], ['"Ann Bell"']),
        ('"n": 1.50', '"n": 1.5', ["1.50"], ["1.5"]),
        ('"n": -1e2', '"n": 1e2', ["-1e2"], ["1e2"]),
        ('  "a": true,', '  "a": true', [","], []),
        ('"a": "\\u00e5"', '"a": "å"', ['"\\u00e5"'], ['"å"']),
        ('  "a": 1', '    "a": 1', ["  "], ["    "]),
        ('"a:1, b": 1', '"a:1, b": 2', ["1"], ["2"]),
        ("  }, {", "  }", [", {"], []),
        ('[1,2,3,{"a":4}]', '[1,9,3,{"b":4}]', ["2", '"a"'], ["9", '"b"']),
    ],
)
def test_within_a_line_of_json_whole_tokens_are_marked(
    mine: str, theirs: str, of_mine: list[str], of_theirs: list[str]
) -> None:
    assert marked(mine, theirs) == (of_mine, of_theirs)


@pytest.mark.parametrize(
    ("mine", "theirs", "of_mine", "of_theirs"),
    [
        ("call Ann Lee", "call Ann Bell", ["Lee"], ["Bell"]),
        ('she said "yes please"', 'she said "no please"', ["yes"], ["no"]),
        ("2024-01-05", "2024-01-06", ["05"], ["06"]),
        ('"a": "not closed', '"a": "not ended', ["closed"], ["ended"]),
    ],
)
def test_within_a_line_that_is_no_json_words_are_marked(
    mine: str, theirs: str, of_mine: list[str], of_theirs: list[str]
) -> None:
    assert marked(mine, theirs) == (of_mine, of_theirs)


def test_a_string_of_many_escapes_is_one_token() -> None:
    many = '"' + r"\n" * 500 + '"'
    assert marked(f"[{many}, 1]", "[1, 1]") == ([many], ["1"])
    assert tokens_of_fragment(many[:-1]) is None


@given(TEXTS)
def test_a_line_cut_out_of_json_has_the_tokens_it_has_there(text: str) -> None:
    pretty = format_json(text)
    alone = [
        line[token.start : token.end]
        for line in pretty.split("\n")
        for token in tokens_of_fragment(line) or ()
    ]
    assert alone == spellings(pretty)


@given(st.text('{}[]:,"\\u0eE+-.1a \t', max_size=30), st.text('"\\{}[],:01a ', max_size=30))
def test_marks_stand_within_the_line_in_order(mine: str, theirs: str) -> None:
    row = compare_line(mine, theirs)
    for line, marks in ((mine, row.mine_marks), (theirs, row.theirs_marks)):
        ends = [end for stretch in marks for end in stretch]
        assert ends == sorted(ends)
        assert not ends or ends[-1] <= len(line)
    assert bool(row.mine_marks or row.theirs_marks) == (mine != theirs)


def test_within_a_line_what_differs_is_marked() -> None:
    rows = compare('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 17,\n  "b": 2\n}').rows
    assert rows == (
        DifferenceRow("{", "{"),
        DifferenceRow('  "a": 1,', '  "a": 17,', ((7, 8),), ((7, 9),)),
        DifferenceRow('  "b": 2', '  "b": 2'),
        DifferenceRow("}", "}"),
    )


def test_a_line_that_only_one_has_stands_alone() -> None:
    rows = compare("a\nb\nc", "a\nc").rows
    assert rows == (DifferenceRow("a", "a"), DifferenceRow("b", None), DifferenceRow("c", "c"))


def test_of_very_different_large_texts_the_beginning_is_laid_out() -> None:
    mine = "\n".join(f"mine {number}" for number in range(100_000))
    theirs = "\n".join(f"theirs {number}" for number in range(100_000))
    comparison = compare(mine, theirs)
    assert (comparison.differing, comparison.is_cut, comparison.is_coarse) == (100_000, True, True)
    assert len(comparison.rows) == MAX_ROWS


def test_of_large_texts_what_is_alike_is_left_out() -> None:
    mine = [f"line {number}" for number in range(100_000)]
    theirs = list(mine)
    theirs[50_000] = "other"
    theirs.insert(90_000, "new")
    comparison = compare("\n".join(mine), "\n".join(theirs))
    assert [(row.mine, row.theirs) for row in comparison.rows if not row.is_same] == [
        ("line 50000", "other"),
        (None, "new"),
    ]
    assert [row.left_out for row in comparison.rows if row.left_out] == [
        50_000 - CONTEXT,
        39_999 - 2 * CONTEXT,
        10_000 - CONTEXT,
    ]
    assert not comparison.is_cut
    assert not comparison.is_coarse
