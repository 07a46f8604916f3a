"""Numbers are typed by people."""

from __future__ import annotations

import pytest

from sinch_cache_gui.voice.numbers import parse_caller, parse_number


@pytest.mark.parametrize("text", ["+46701740605", " +46 70-174 06 05 ", "+46 (70) 174.06.05"])
def test_spacing_is_for_people(text: str) -> None:
    assert parse_number(text) == "+46701740605"


@pytest.mark.parametrize(
    "text",
    ["", "46701740605", "+0701740605", "+12345", "+1234567890123456", "+46 70 abc", "private"],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_a_caller_may_hide() -> None:
    assert parse_caller(" Private ") == "private"
    assert parse_caller("+12025550117") == "+12025550117"
    assert parse_caller("nobody") is None
