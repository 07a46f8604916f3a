"""A time to live as people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.cache.interface import MAX_TTL_MS
from sinch_cache_gui.values.duration import (
    NotADuration,
    duration_in_words,
    duration_to_type,
    parse_duration,
)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90", 90_000),
        (" 90 ", 90_000),
        ("0.5", 500),
        ("10m", 600_000),
        ("2h 30m", 9_000_000),
        ("2H30M", 9_000_000),
        ("1.5h", 5_400_000),
        ("2 hours and 30 minutes", 9_000_000),
        ("1 day, 2 hours", 93_600_000),
        ("1:30", 90_000),
        ("1:00:00", 3_600_000),
        ("250ms", 250),
    ],
)
def test_people_write_times_in_many_ways(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "Type"),
        ("0", "gone at once"),
        ("0m", "gone at once"),
        ("-1", "less than no time"),
        ("soon", "is no time"),
        ("10m 5m", "twice"),
        ("5x", "is no time"),
        ("3months", "is no time"),
        ("101y", "is no time"),
        ("40000d", "hundred years"),
        ("9" * 40, "hundred years"),
        ("9" * 40 + "h", "hundred years"),
        ("1e3", "is no time"),
        ("nan", "is no time"),
        ("\u0661\u0662", "is no time"),
        ("0.0001s", "whole number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(text: str, word: str) -> None:
    with pytest.raises(NotADuration) as refused:
        parse_duration(text)
    assert word in refused.value.sentence


@given(st.integers(1, MAX_TTL_MS))
def test_what_is_suggested_to_type_means_the_same_time(ms: int) -> None:
    assert parse_duration(duration_to_type(ms)) == ms


def test_words() -> None:
    assert duration_in_words(9_000_000) == "2 hours 30 minutes"
    assert duration_in_words(60_001) == "1 minute 1 ms"
