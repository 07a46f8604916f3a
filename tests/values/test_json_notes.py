"""Duplicate names and numbers JavaScript would round are pointed out, and only they."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.json_notes import MAX_NOTES, JsonNote, javascript_rounds, notes_work
from sinch_cache_gui.values.slices import run_through
from tests.values.json_texts import TEXTS


def find_notes(text: str) -> tuple[JsonNote, ...]:
    return run_through(notes_work(text))


@pytest.mark.parametrize(
    ("literal", "rounded"),
    [
        ("0", None),
        ("-0", None),
        ("1.0", None),
        ("1e2", None),
        ("0.1", None),
        ("9007199254740992", None),
        ("9007199254740993", "9007199254740992"),
        ("12345678901234567890", "12345678901234567000"),
        ("1e400", "Infinity"),
        ("-1e400", "-Infinity"),
        ("1e-400", "0"),
        ("0e99999999999", None),
        ("1e-99999999999", "0"),
        ("0.1000000000000000055511151231257827", "0.1"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
    ],
)
def test_a_number_javascript_would_round_is_told(literal: str, rounded: str | None) -> None:
    assert javascript_rounds(literal) == rounded


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_by_javascript_itself_is_never_pointed_out(number: float) -> None:
    assert javascript_rounds(repr(number)) is None


def test_a_name_that_stands_twice_is_pointed_out_at_its_second_place() -> None:
    notes = find_notes('{"a": 1,\n "b": {"a": 2}, "\\u0061": 3}')
    assert [(note.line, note.column) for note in notes] == [(2, 17)]
    assert notes[0].sentence == "This name stands twice in the object; most readers keep the last."


@given(TEXTS)
def test_as_many_names_are_pointed_out_as_a_reader_drops(text: str) -> None:
    dropped = 0

    def read(pairs: list[tuple[str, object]]) -> None:
        nonlocal dropped
        dropped += len(pairs) - len(dict(pairs))

    json.loads(text, object_pairs_hook=read)
    notes = [note for note in find_notes(text) if "twice" in note.sentence]
    assert len(notes) == dropped
    assert {text[note.start] + text[note.end - 1] for note in notes} <= {'""'}


def test_each_note_knows_its_line_and_column_however_far_down() -> None:
    plain = '"+46701234567", "' + r"\n" * 120 + '", -12.5, true,\n'
    notes = find_notes("[" + (plain * 100 + ' {"a": 1e400, "a": 1},\n') * 2 + "0]")
    assert [(note.line, note.column) for note in notes] == [
        (101, 8),
        (101, 15),
        (202, 8),
        (202, 15),
    ]


def test_strings_in_lists_may_repeat() -> None:
    assert find_notes('["a", "a", {"x": ["a"], "y": "x"}]') == ()


def test_very_many_notes_are_told_by_their_first() -> None:
    assert len(find_notes("[" + ",".join(["1e400"] * 5000) + "]")) == MAX_NOTES
