"""What was typed into a table of elements means a change, or is refused with a sentence."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.element_change import FieldTtlChange, StreamAddition
from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn, Persist
from sinch_cache_gui.keyspace.key_text import parse_key
from sinch_cache_gui.values.element_edits import (
    EditRefused,
    entry_of,
    parse_score,
    parse_scores,
    ttl_changes_of,
)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (b"3", 3.0),
        (b" -0.5 ", -0.5),
        (b"1e6", 1e6),
        (b"inf", float("inf")),
        (b"-Infinity", float("-inf")),
        (b"9007199254740992", 2.0**53),
    ],
)
def test_a_score_is_any_number_a_server_keeps(text: bytes, score: float) -> None:
    assert parse_score(text) == score


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is a number"),
        (b"many", "is a number"),
        (b"nan", "is a number"),
        (b"1_000", "is a number"),
        (b"0x10", "is a number"),
        (b"\xff", "is a number"),
        (b"1e400", "too large"),
        (b"-0.01e-400", "too small"),
        (b"-1e400", "too large"),
        (b"9007199254740993", "would become 9007199254740992"),
    ],
)
def test_a_score_that_would_be_another_number_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(EditRefused, match=why):
        parse_score(text)


def test_scores_are_given_from_which_to_which() -> None:
    assert parse_scores("10..20") == (10, 20)
    assert parse_scores("-0.5..") == (-0.5, float("inf"))
    assert parse_scores(".. 1e3") == (float("-inf"), 1000)
    assert parse_scores("7") == (7, 7)
    with pytest.raises(EditRefused):
        parse_scores("low..high")


def test_fields_are_given_one_deadline_and_those_that_have_it_are_left_out() -> None:
    rows = [(b"a", b"1"), (b"b", b"2"), (b"c", b"3")]
    deadlines = [None, 2_000, 5_000]
    for lifetime in (ExpireIn(1_000), ExpireAt(2_000)):
        assert ttl_changes_of(rows, deadlines, lifetime, now_ms=1_000) == [
            FieldTtlChange(b"a", b"1", None, 2_000),
            FieldTtlChange(b"c", b"3", 5_000, 2_000),
        ]
    assert ttl_changes_of(rows, deadlines, Persist(), now_ms=1_000) == [
        FieldTtlChange(b"b", b"2", 2_000, None),
        FieldTtlChange(b"c", b"3", 5_000, None),
    ]


def test_an_entry_is_pairs_whose_escapes_set_nothing_apart() -> None:
    written = r"kind=ice, note=a\x2c b=c, =, blob=\xff"
    assert entry_of(written, parse_key) == StreamAddition(
        ((b"kind", b"ice"), (b"note", b"a, b=c"), (b"", b""), (b"blob", b"\xff"))
    )
    with pytest.raises(EditRefused, match="name=value"):
        entry_of("no pair", parse_key)
