"""Two texts line beside line, with what differs marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.difference import DifferenceRow, compare

LINES = st.lists(st.sampled_from(["{", "}", '  "a": 1,', '  "a": 2,', '  "b": [', ""]), max_size=12)


@given(LINES, LINES)
def test_both_texts_are_there_whole(mine: list[str], theirs: list[str]) -> None:
    rows = compare("\n".join(mine), "\n".join(theirs))
    assert [row.mine for row in rows if row.mine is not None] == (mine or [""])
    assert [row.theirs for row in rows if row.theirs is not None] == (theirs or [""])
    assert all(row.is_same for row in rows) == ((mine or [""]) == (theirs or [""]))


def test_within_a_line_the_words_that_differ_are_marked() -> None:
    rows = compare('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 17,\n  "b": 2\n}')
    assert rows == (
        DifferenceRow("{", "{"),
        DifferenceRow('  "a": 1,', '  "a": 17,', ((7, 8),), ((7, 9),)),
        DifferenceRow('  "b": 2', '  "b": 2'),
        DifferenceRow("}", "}"),
    )


def test_a_line_that_only_one_has_stands_alone() -> None:
    rows = compare("a\nb\nc", "a\nc")
    assert rows == (DifferenceRow("a", "a"), DifferenceRow("b", None), DifferenceRow("c", "c"))


def test_very_different_large_texts_are_compared_at_once() -> None:
    mine = "\n".join(f"mine {number}" for number in range(100_000))
    theirs = "\n".join(f"theirs {number}" for number in range(100_000))
    assert len(compare(mine, theirs)) == 100_000
