"""A key that was made from what a callback does not carry is told from others."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.misplaced_ids import misplaced_id, why_misplaced


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (b"session:undefined", "undefined"),
        (b"rate:null", "null"),
        (b"customer:NaN", "NaN"),
        (b"session:[object Object]", "[object Object]"),
        (b"call:undefined:cli", "undefined"),
        (b"undefined", "undefined"),
        (b"session:4f1c", ""),
        (b"session:undefined-behaviour", ""),
        (b"session:Null", ""),
        (b"nan", ""),
        (b"", ""),
        (b"session:\xff", ""),
    ],
)
def test_what_stands_where_an_id_belongs(key: bytes, word: str) -> None:
    assert misplaced_id(key) == word


def test_it_is_said_which_field_was_meant() -> None:
    why = why_misplaced("undefined")
    assert why.startswith("The key has “undefined” where an id belongs.")
    assert "callid" in why
    assert "callId" in why
