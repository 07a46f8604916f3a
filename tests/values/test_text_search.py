"""A search finds every place, wherever it stands in however long a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.slices import Work, run_through
from sinch_cache_gui.values.text_search import Utf8Search, search_work


def found(text: str, wanted: str) -> list[int]:
    return list(run_through(search_work(text, wanted)))


@given(st.text("aAb", max_size=60), st.text("ab", min_size=1, max_size=3))
def test_places_are_those_that_a_plain_search_finds(text: str, wanted: str) -> None:
    expected, at = [], text.lower().find(wanted)
    while at >= 0:
        expected.append(at)
        at = text.lower().find(wanted, at + len(wanted))
    assert found(text, wanted) == expected


@pytest.mark.parametrize("at", [0, 199_997, 199_999, 200_000, 399_998, 500_000])
def test_a_place_is_found_wherever_a_pause_falls(at: int) -> None:
    text = "." * at + "needle" + "." * 100_000
    assert found(text, "needle") == [at]


def test_matches_do_not_overlap_across_a_pause() -> None:
    text = "." * 199_999 + "aaaa"
    assert found(text, "aa") == [199_999, 200_001]


def test_a_search_for_what_is_not_there_pauses_too() -> None:
    assert pauses(search_work("." * 2_000_000, "needle")) >= 10


def pauses(work: Work[object]) -> int:
    return sum(1 for _ in work)


@given(st.text("aAbåÅ€sſ", max_size=60), st.text("absåſ", min_size=1, max_size=3))
def test_in_bytes_the_same_places_are_found(text: str, wanted: str) -> None:
    search = Utf8Search(text.encode(), wanted)
    run_through(search.work())
    assert list(search.places) == [len(text[:at].encode()) for at in found(text, wanted)]


@pytest.mark.parametrize("before", [".", "å"])
@pytest.mark.parametrize("at", [0, 99_999, 199_997, 199_999, 200_000, 500_000])
def test_in_bytes_a_place_is_found_wherever_a_pause_falls(at: int, before: str) -> None:
    text = before * at + "Needlé" + "." * 100_000
    search = Utf8Search(text.encode(), "needlé")
    run_through(search.work())
    assert list(search.places) == [len(before.encode()) * at]


def test_a_search_in_bytes_ends_where_more_would_help_nobody() -> None:
    search = Utf8Search(b"a" * 100, "a", most=10)
    run_through(search.work())
    assert search.is_cut_short
    assert list(search.places) == list(range(10))
