"""Changes of two sides come together: none is lost, and where both meet, it is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.merge import Origin, Stretch, merge_work
from sinch_cache_gui.values.merge_rows import MergeRow, merge_rows_work
from sinch_cache_gui.values.slices import run_through

LINES = st.lists(st.sampled_from(["{", "}", '"a": 1,', '"a": 2,', '"b": [', ""]), max_size=10)


def merge(base: str, mine: str, theirs: str) -> tuple[Stretch, ...]:
    return run_through(merge_work(base, mine, theirs)).stretches


def merged(base: str, mine: str, theirs: str) -> str:
    """What is proposed, as the page of a conflict takes it."""
    return "\n".join(line for stretch in merge(base, mine, theirs) for line in stretch.proposed)


def origins(stretches: tuple[Stretch, ...]) -> list[Origin]:
    return [stretch.origin for stretch in stretches if stretch.origin is not Origin.NOBODY]


@given(LINES, LINES, LINES)
def test_all_three_texts_are_there_whole(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    texts = ["\n".join(lines) for lines in (base, mine, theirs)]
    stretches = merge(*texts)
    sides = ("base", "mine", "theirs")
    for side, text in zip(sides, texts, strict=True):
        lines = [line for stretch in stretches for line in getattr(stretch, side)]
        assert "\n".join(lines) == text


@given(LINES, LINES)
def test_what_one_side_alone_changed_is_taken(base: list[str], changed: list[str]) -> None:
    old, new = "\n".join(base), "\n".join(changed)
    assert merged(old, new, old) == merged(old, old, new) == merged(old, new, new) == new


@given(st.integers(2, 30), st.data())
def test_changes_of_different_lines_both_survive(count: int, data: st.DataObject) -> None:
    base = [f"line {number}" for number in range(count)]
    mine, theirs, expected = list(base), list(base), list(base)
    which = data.draw(st.dictionaries(st.integers(0, count - 1), st.sampled_from("mt"), min_size=1))
    for line, who in which.items():
        (mine if who == "m" else theirs)[line] = expected[line] = f"changed by {who}"
    texts = ["\n".join(lines) for lines in (base, mine, theirs)]
    assert Origin.CONFLICT not in origins(merge(*texts))
    assert merged(*texts) == "\n".join(expected)


@given(st.integers(1, 20), st.data())
def test_the_same_line_changed_by_both_is_a_conflict(count: int, data: st.DataObject) -> None:
    base = [f"line {number}" for number in range(count)]
    line = data.draw(st.integers(0, count - 1))
    mine, theirs = list(base), list(base)
    mine[line], theirs[line] = "mine", "theirs"
    texts = ["\n".join(lines) for lines in (base, mine, theirs)]
    conflicts = [s for s in merge(*texts) if s.origin is Origin.CONFLICT]
    assert conflicts == [Stretch(Origin.CONFLICT, [f"line {line}"], ["mine"], ["theirs"])]
    assert merged(*texts) == "\n".join(mine)


@pytest.mark.parametrize(
    ("mine", "theirs", "expected"),
    [
        ("a\nb\nc\nX", "a\nb\nc\nY", [Origin.CONFLICT]),
        ("X\na\nb\nc", "a\nb\nc\nY", [Origin.MINE, Origin.THEIRS]),
        ("a\nc", "a\nB\nc", [Origin.CONFLICT]),
        ("a\nX\nb\nc", "a\nb\nX\nc", [Origin.MINE, Origin.THEIRS]),
        ("a\nb\nZ", "a\nb\nZ", [Origin.ALIKE]),
        ("a\nB\nc", "A\nb\nc", [Origin.THEIRS, Origin.MINE]),
        # What is put in right before or behind a line that the other side changed belongs to it.
        ("a\nX\nb\nc", "A\nb\nc", [Origin.CONFLICT]),
        ("a\nX\nb\nc", "a\nB\nc", [Origin.CONFLICT]),
        ("A\nb\nc", "a\nX\nb\nc", [Origin.CONFLICT]),
    ],
)
def test_who_changed_what(mine: str, theirs: str, expected: list[Origin]) -> None:
    assert origins(merge("a\nb\nc", mine, theirs)) == expected


def test_large_texts_are_merged_at_once() -> None:
    base = [f"line {number}" for number in range(100_000)]
    mine, theirs = list(base), list(base)
    mine[10], theirs[90_000] = "mine", "theirs"
    text = merged("\n".join(base), "\n".join(mine), "\n".join(theirs)).split("\n")
    assert (text[10], text[90_000]) == ("mine", "theirs")


def test_rows_stand_beside_each_other_and_long_unchanged_stretches_are_left_out() -> None:
    base = "\n".join(["1", "2", "3", "4", "5", "6", "7", "a: 1", "end"])
    mine, theirs = base.replace("a: 1", "a: 2\nb: 3"), base.replace("a: 1", "a: 17")
    assert run_through(merge_rows_work(merge(base, mine, theirs))) == (
        MergeRow(Origin.NOBODY, left_out=4),
        *(MergeRow(Origin.NOBODY, line, line, line) for line in "567"),
        MergeRow(Origin.CONFLICT, "a: 1", "a: 2", "a: 17", ((3, 4),), ((3, 5),)),
        MergeRow(Origin.CONFLICT, None, "b: 3", None),
        MergeRow(Origin.NOBODY, "end", "end", "end"),
    )
