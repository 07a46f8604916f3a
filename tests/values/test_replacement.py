"""The shortest single replacement between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.replacement import replacement_work
from sinch_cache_gui.values.slices import run_through


@given(st.text("ab"), st.text("ab"), st.text("ab"), st.text("ab"), st.sampled_from([0, 70_000]))
def test_it_turns_one_into_the_other_and_touches_no_more(
    head: str, old: str, new: str, tail: str, padding: int
) -> None:
    head, tail = "x" * padding + head, tail + "y" * padding
    one, other = head + old + tail, head + new + tail
    found = run_through(replacement_work(one, other))
    assert one[: found.start] + found.new + one[found.end :] == other
    assert found.end - found.start <= len(old)
    assert len(found.new) <= len(new)
    if one == other:
        assert (found.start, found.new) == (len(one), "")


@pytest.mark.parametrize(("old", "new"), [("", "x" * 10**6), ("ab", "a" + "x" * 10**6 + "b")])
def test_a_long_one_is_found_and_copied_in_slices(old: str, new: str) -> None:
    found = run_through(replacement_work(old, new))
    assert old[: found.start] + found.new + old[found.end :] == new
    assert found.new is new or sum(1 for _ in replacement_work(old, new)) > 10
