"""What is assumed of the platform is one list, for the window, files and calls alike."""

from __future__ import annotations

from dataclasses import fields

import pytest

from sinch_cache_gui.assumptions import (
    NAMES,
    REASONS,
    RESULTS,
    CallAssumptions,
    adjusted,
    assumed,
    what_is_wrong,
)
from sinch_cache_gui.voice.callbacks import CallResult, EndReason


def test_every_default_makes_sense() -> None:
    defaults = CallAssumptions()
    for each in fields(defaults):
        assert what_is_wrong(each.name, getattr(defaults, each.name)) == ""
    assert adjusted(defaults) == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("reply_timeout_ms", 99, "from 100 to 120,000"),
        ("reply_timeout_ms", True, "whole number"),
        ("keeps_hash", 1, "true or false"),
        ("busy_reason", "BUSY-ISH", "one of N/A"),
        ("busy_reason", 7, "one of N/A"),
        ("cookies_field", "two words", "name of a field"),
        ("cookies_field", None, "name of a field"),
    ],
)
def test_what_makes_no_sense_is_told_and_left_as_it_was(
    name: str, value: object, words: str
) -> None:
    assert words in what_is_wrong(name, value)
    assert assumed({name: value, "menu_repeats": 1}) == CallAssumptions(menu_repeats=1)


def test_what_was_adjusted_is_written_and_read_back() -> None:
    assumptions = CallAssumptions(busy_reason="CONGESTION", keeps_hash=True, menu_repeats=0)
    written = adjusted(assumptions)
    assert written == {"menuRepeats": 0, "keepsHash": True, "busyReason": "CONGESTION"}
    assert assumed({NAMES[name]: value for name, value in written.items()}) == assumptions


def test_every_word_a_call_uses_is_published() -> None:
    assert set(EndReason) <= set(REASONS)
    assert set(CallResult) == set(RESULTS)
