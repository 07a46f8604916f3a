"""Which lines two texts share, however many they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.line_matching import (
    MAX_MATCHED_LINES,
    STEP,
    Changes,
    changes_work,
    lines_work,
)
from sinch_cache_gui.values.merge import merge_work
from sinch_cache_gui.values.slices import run_through

LONG = 3 * MAX_MATCHED_LINES


def changes(old: Sequence[str], new: Sequence[str]) -> Changes:
    return run_through(changes_work(old, new))


def applied(old: Sequence[str], new: Sequence[str], found: Changes) -> list[str]:
    """Answer `old` with only the changed lines taken from `new`."""
    lines: list[str] = []
    at = 0
    for change in found.changes:
        lines += old[at : change.start]
        lines += new[change.new_start : change.new_end]
        at = change.end
    return [*lines, *old[at:]]


@st.composite
def long_texts(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Two texts longer than difflib gets at once, with lines of their own, repeated and moved."""
    words = st.sampled_from(["{", "}", "a", "b"])
    old = [
        f"line {number}" if number % draw(st.integers(1, 3)) else draw(words)
        for number in range(draw(st.integers(LONG // 40, LONG // 20)))
    ] * draw(st.sampled_from([1, 20]))
    new = list(old)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(new) - 1, 0)))
        to = draw(st.integers(at, min(at + 40, len(new))))
        new[at:to] = draw(st.lists(words | st.text("xy", max_size=3), max_size=5))
    if draw(st.booleans()):
        cut = draw(st.integers(0, len(new)))
        new = new[cut:] + new[:cut]
    return old, new


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_with_its_changes_the_one_text_is_the_other(old: list[str], new: list[str]) -> None:
    assert applied(old, new, changes(old, new)) == new


@given(long_texts())
def test_with_their_changes_long_texts_are_the_other(texts: tuple[list[str], list[str]]) -> None:
    old, new = texts
    found = changes(old, new)
    assert applied(old, new, found) == new
    for one, other in zip(found.changes, found.changes[1:], strict=False):
        assert one.end < other.start
        assert one.new_end < other.new_start


def test_changes_far_apart_in_a_long_text_are_found_each_for_itself() -> None:
    old = [f"line {number}" for number in range(50_000)]
    new = list(old)
    del new[40_000:40_010]
    new[20_000] = "changed"
    new.insert(10, "new")
    found = changes(old, new)
    assert [(c.start, c.end, c.new_start, c.new_end) for c in found.changes] == [
        (10, 10, 10, 11),
        (20_000, 20_001, 20_001, 20_002),
        (40_000, 40_010, 40_001, 40_001),
    ]
    assert not found.is_coarse


def test_lines_put_in_all_over_a_long_text_are_found_between_pauses() -> None:
    old = [f"line {number}" for number in range(40 * STEP)]
    new = list(old)
    for at in range(len(old) - 1, 0, -50):
        new.insert(at, f"new {at}")
    work = changes_work(old, new)
    pauses = 0
    try:
        while True:
            next(work)
            pauses += 1
    except StopIteration as done:
        found = done.value
    assert applied(old, new, found) == new
    assert len(found.changes) == len(old) // 50
    # The counting of lines, their order, and what is between them: each pauses for every step.
    assert pauses > 6 * 40


def test_a_long_list_of_equal_elements_is_compared_line_by_line() -> None:
    old = ["{", "1", "},"] * 10_000
    new = list(old)
    new[1], new[20_002] = "2", "3"
    found = changes(old, new)
    assert [(c.start, c.end) for c in found.changes] == [(1, 2), (20_002, 20_003)]
    assert not found.is_coarse


def test_where_nothing_can_be_matched_it_is_one_change_and_said() -> None:
    old, new = ["a", "b"] * LONG, ["b", "c", "c"] * LONG
    found = changes(old, new)
    assert found.is_coarse
    assert len(found.changes) == 1


@pytest.mark.parametrize("text", ["", "\n", "a\nb\n", "a" * 300_000, ("x" * 30 + "\n") * 20_000])
def test_lines_are_all_the_lines(text: str) -> None:
    assert run_through(lines_work(text)) == text.split("\n")


def test_one_very_long_line_beside_others_stays_one_line() -> None:
    long = "x" * 1_000_000
    for text in (long, f"{long}\n", f"a\n{long}", f"{long}\nb\n{long}", f"a\n{long}\n\n"):
        assert run_through(lines_work(text)) == text.split("\n")


@pytest.mark.parametrize("lines", [["same"] * 30_000, list(map(str, range(30_000)))])
def test_work_on_long_texts_pauses_every_few_thousand_lines(lines: list[str]) -> None:
    other = [f"{line}!" for line in lines]
    for new in (lines, other, other[::-1]):
        pauses = sum(1 for _ in merge_work("\n".join(lines), "\n".join(new), "\n".join(other)))
        assert pauses >= 3 * len(lines) / STEP
