"""Joining in slices answers what joining at once does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.slices import joined_work, run_through

LONG = "å" * 300_000


@given(st.lists(st.sampled_from(["", "a", "b\n", LONG])), st.sampled_from(["", "\n", ", "]))
def test_it_is_the_join(parts: list[str], between: str) -> None:
    assert run_through(joined_work(parts, between)) == between.join(parts)


@pytest.mark.parametrize("between", ["", "\n"])
def test_others_run_between_the_parts(between: str) -> None:
    assert sum(1 for _ in joined_work([LONG] * 10, between)) == 10
