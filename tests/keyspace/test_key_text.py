"""Any key can be shown on one line, and what is shown can be turned back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.keyspace.key_text import display_key, parse_key


@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode())))
def test_what_is_shown_is_one_printable_line_and_comes_back_exactly(key: bytes) -> None:
    shown = display_key(key)
    assert shown.isprintable()
    assert parse_key(shown) == key


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (b"session:4f1c", "session:4f1c"),
        ("kund:Åsa 🎈".encode(), "kund:Åsa 🎈"),
        (b"a\nb\tc\\d", r"a\nb\tc\\d"),
        (b"\x00\xff", r"\x00\xff"),
        ("a\u202eb\u0085".encode(), r"a\u202eb\u0085"),
        ("\U000e0001".encode(), r"\U000e0001"),
        (b"", ""),
    ],
)
def test_what_nobody_could_see_is_escaped(key: bytes, shown: str) -> None:
    assert display_key(key) == shown


@pytest.mark.parametrize("text", ["a\\", "\\q", "\\x4", "\\u12", "c:\\users"])
def test_a_backslash_that_begins_no_escape_is_a_backslash(text: str) -> None:
    assert parse_key(text) == text.encode()
