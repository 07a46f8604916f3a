"""Which rows are the same elements after a key was read again."""

from __future__ import annotations

import pytest

from sinch_cache_gui.values.element_edits import Row
from sinch_cache_gui.values.element_places import places_of, rows_named


def rows_of(*values: str) -> list[Row]:
    return [(b"%d" % at, value.encode()) for at, value in enumerate(values)]


async def test_a_member_is_found_wherever_it_stands_now() -> None:
    old: list[Row] = [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]
    new: list[Row] = [(b"x", b"0"), (b"c", b"3"), (b"b", b"9")]
    named = await rows_named(new, {b"a", b"b", b"c"})
    assert named == {b"b": 2, b"c": 1}
    assert places_of("zset", old, new, {0, 1, 2}, named) == {1: 2, 2: 1}


async def test_among_very_many_rows_the_last_is_found_too() -> None:
    rows: list[Row] = [(b"%d" % at,) for at in range(12_001)]
    assert await rows_named(rows, {b"5000", b"12000", b"none"}) == {
        b"5000": 5_000,
        b"12000": 12_000,
    }


@pytest.mark.parametrize(
    ("new", "places"),
    [
        (("a", "b", "c"), {1: 1}),
        (("a", "other", "c"), {1: 1}),
        (("a", "b", "c", "d"), {1: 1}),
        (("new", "a", "b", "c"), {}),
        (("b", "c", "d"), {}),
        (("a",), {}),
    ],
)
def test_a_place_of_a_list_is_the_same_unless_the_list_has_moved(
    new: tuple[str, ...], places: dict[int, int]
) -> None:
    assert places_of("list", rows_of("a", "b", "c"), rows_of(*new), {1}, {}) == places
