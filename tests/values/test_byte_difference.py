"""Differing bytes are found exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.byte_difference import (
    MAX_STRETCHES,
    ByteDifference,
    byte_difference_work,
)
from sinch_cache_gui.values.slices import run_through


def difference(mine: bytes, theirs: bytes) -> ByteDifference:
    return run_through(byte_difference_work(mine, theirs))


@pytest.mark.parametrize(
    ("mine", "theirs", "ours", "others", "differing"),
    [
        (b"", b"", [], [], 0),
        (b"same", b"same", [], [], 0),
        (b"a\x00cdef", b"a\x01cdXY", [(1, 2), (4, 6)], [(1, 2), (4, 6)], 3),
        (b"abef", b"abCDef", [], [(2, 4)], 2),
        (b"abCDef", b"abef", [(2, 4)], [], 2),
        (b"abXef", b"abYYYef", [(2, 3)], [(2, 5)], 3),
        (b"aa", b"a", [(1, 2)], [], 1),
        (b"", b"all", [], [(0, 3)], 3),
    ],
)
def test_what_differs_is_marked_on_both_sides(
    mine: bytes,
    theirs: bytes,
    ours: list[tuple[int, int]],
    others: list[tuple[int, int]],
    differing: int,
) -> None:
    assert difference(mine, theirs) == ByteDifference(tuple(ours), tuple(others), differing)


@given(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 9_000))
def test_what_is_not_marked_is_alike(mine: bytes, theirs: bytes, alike: int) -> None:
    before, behind = b"x" * alike, b"y" * (9_000 - alike)
    mine, theirs = before + mine + behind, before + theirs + behind
    found = difference(mine, theirs)
    assert without(mine, found.mine) == without(theirs, found.theirs)


def without(data: bytes, stretches: tuple[tuple[int, int], ...]) -> bytes:
    kept, at = b"", 0
    for start, end in stretches:
        kept, at = kept + data[at:start], end
    return kept + data[at:]


def test_of_very_many_differences_the_last_are_one() -> None:
    mine, theirs = b"\x00\x01" * 30_000, b"\x00\x02" * 30_000
    found = difference(mine, theirs)
    assert found.is_coarse
    assert (found.differing, len(found.mine)) == (30_000, MAX_STRETCHES)
    assert found.mine[-1][1] == len(mine)
