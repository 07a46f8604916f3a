"""White space moves, tokens never do; and the first problem of a text is told for people."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.json_check import find_problem, find_problem_sliced
from sinch_cache_gui.values.json_text import (
    InvalidJson,
    compact_json_sliced,
    compactness_work,
    format_head,
    format_json,
    format_json_sliced,
    one_line_work,
)
from sinch_cache_gui.values.slices import run_through
from tests.values.json_texts import spellings

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)
) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=40,
)
NUMBERS = st.from_regex(
    r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?", fullmatch=True
)
BITS = [r"\n", r"\u0041", r"\ud800", r"\uDC00", r"\/", r"\\", r"\"", r"\u00e9", *"{}[],:a"]
RAW = list("\u2028\u00a0\U0001f4de\x7f ")
STRINGS = st.lists(st.sampled_from(BITS + RAW), max_size=80).map(lambda bits: f'"{"".join(bits)}"')
SPACES = st.text(alphabet=" \t\n\r", max_size=3)


@st.composite
def spaced(draw: st.DrawFn, text: st.SearchStrategy[str]) -> str:
    return draw(SPACES) + draw(text) + draw(SPACES)


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    member = st.builds("{}:{}".format, spaced(STRINGS), spaced(inner))
    objects = st.lists(member, min_size=1, max_size=5).map(
        lambda parts: "{" + ",".join(parts) + "}"
    )
    lists = st.lists(spaced(inner), min_size=1, max_size=5).map(
        lambda parts: "[" + ",".join(parts) + "]"
    )
    return objects | lists | SPACES.map("{{{}}}".format) | SPACES.map("[{}]".format)


WRITTEN = spaced(
    st.recursive(
        NUMBERS | STRINGS | st.sampled_from(["true", "false", "null"]), containers, max_leaves=30
    )
)
"""JSON as a person or another program might have written it: any white space, any spelling."""

DUMPED = st.builds(
    lambda value, indent, ascii_only: json.dumps(value, indent=indent, ensure_ascii=ascii_only),
    VALUES,
    st.sampled_from([None, 0, 1, 2, 4]),
    st.booleans(),
)
JSON_TEXTS = DUMPED | WRITTEN
HOSTILE = [
    '{"a":1,"a":2,"\\u0061":3}',
    "[1.0, 1e2, 12345678901234567890, 1e400, -0, -0.0, 1E+2]",
    '"\\ud800 alone"',
    '["\u2028\u2029\u00a0\U0001f600"]',
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 5_000 + "{ }" + "}" * 5_000,
    '"' + "\\n" * 20_000 + '"',
    '{"' + "\\n" * 20_000 + '" : "' + '\\"' * 20_000 + '" , "b":[ ] }',
    "[" + ", ".join(["[1,2,{}]"] * 5_000) + "]",
    "  null\n",
]


def compact_json(text: str) -> str:
    return run_through(one_line_work(text))


def is_compact(text: str) -> bool:
    return run_through(compactness_work(text))


def accepts(text: str) -> bool:
    """The judge: Python's own parser, without its extensions and its limits."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse, parse_int=str, parse_float=str)
    except ValueError:
        return False
    return True


@given(JSON_TEXTS)
def test_formatting_and_compacting_leave_every_token_as_it_is(text: str) -> None:
    before = spellings(text)
    assert spellings(format_json(text)) == before
    assert spellings(compact_json(text)) == before
    assert "".join(before) == compact_json(text)
    assert is_compact(compact_json(text))
    assert is_compact(text) == (text == compact_json(text))


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_hostile_texts_keep_their_tokens_too(text: str) -> None:
    before = spellings(text)
    assert spellings(format_json(text)) == before
    assert compact_json(text) == "".join(before)
    assert compact_json(format_json(text)) == compact_json(text)


@given(VALUES)
def test_formatting_looks_like_what_people_know(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert format_json(text) == json.dumps(value, indent=2, ensure_ascii=False)
    assert run_through(one_line_work(format_json(text), ", ", ": ")) == text


def test_empty_containers_stay_together() -> None:
    assert format_json('{"a":[ ],"b":{\n}}') == '{\n  "a": [],\n  "b": {}\n}'


@given(JSON_TEXTS)
def test_json_is_accepted(text: str) -> None:
    assert accepts(text)
    assert find_problem(text) is None


@given(JSON_TEXTS, st.data())
def test_a_slip_of_the_hand_is_judged_as_pythons_parser_does(
    text: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(
        st.text(alphabet='{}[]:,"\\ \n\t0123456789.eE+-truefalsn\x00\u00a0', max_size=3)
    )
    slipped = text[:at] + put + text[at + cut :]

    problem = find_problem(slipped)

    assert (problem is None) == accepts(slipped)
    if problem is not None:
        assert 0 <= problem.offset <= len(slipped)
        assert slipped[: problem.offset].count("\n") + 1 == problem.line
        assert problem.column >= 1


@given(st.text(alphabet='{}[]:,"\\ \n0123.eE+-tru', max_size=30))
def test_noise_is_judged_as_pythons_parser_does(text: str) -> None:
    assert (find_problem(text) is None) == accepts(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3, "A comma is missing before this name."),
        ("[1 2]", 1, 4, "A comma is missing before this value."),
        ('{"a": 1,}', 1, 9, "There is a comma too many before this brace."),
        ("[1,]", 1, 4, "There is a comma too many before this bracket."),
        ('{"a" 1}', 1, 6, "A colon is missing before this value."),
        ('{"a":}', 1, 6, "A value is missing before this brace."),
        ("{a: 1}", 1, 2, "A name has to stand in double quotes."),
        ("['a']", 1, 2, "A string has to stand in double quotes."),
        ('[\n"abc', 2, 5, "The text ends inside a string that began on line 2."),
        ('{\n"a": [1', 2, 8, "The text ends inside the list that began on line 2."),
        (
            '{"a": [1}',
            1,
            9,
            "This brace does not match: the list that began on line 1 is still open.",
        ),
        ("", 1, 1, "The text is empty; a JSON value belongs here."),
        ("True", 1, 1, "“True” is spelt true in JSON."),
        ("NaN", 1, 1, "JSON has no NaN."),
        ("01", 1, 2, "A number cannot begin with a zero."),
        ("1.", 1, 2, "Digits are missing after the decimal point."),
        ("1 2", 1, 3, "The value ends before this; a text holds one value only."),
        ('"\\x"', 1, 2, "JSON has no escape \\x; a backslash itself is written as \\\\."),
        ('"\\u12"', 1, 2, "The escape \\u needs four hexadecimal digits."),
        ('"a\tb"', 1, 3, "A tab inside a string is written as \\t."),
        ("\ufeff{}", 1, 1, "A byte order mark stands here; JSON does not allow one."),
        ('"\x00"', 1, 2, "The control character U+0000 inside a string is written as \\u0000."),
        ("{} // why", 1, 4, "JSON has no comments."),
    ],
)
def test_a_problem_is_told_for_people(text: str, line: int, column: int, sentence: str) -> None:
    problem = find_problem(text)
    assert problem is not None
    assert (problem.line, problem.column, problem.sentence) == (line, column, sentence)


def test_what_is_not_json_is_not_formatted() -> None:
    with pytest.raises(InvalidJson) as refused:
        format_json('{"a":}')
    assert refused.value.problem.column == 6


async def test_slicing_changes_nothing() -> None:
    text = json.dumps([{"a": [1, {"b": None}], "c": "x" * 20}] * 3000)
    assert await find_problem_sliced(text) is None
    assert await format_json_sliced(text) == format_json(text)
    assert await compact_json_sliced(text) == compact_json(text)
    problem = await find_problem_sliced(text[:-1])
    assert problem is not None
    assert problem.sentence == "The text ends inside the list that began on line 1."


@given(WRITTEN, st.data())
def test_a_beginning_is_formatted_as_the_whole_begins(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    assert format_json(text).startswith(format_head(text[:cut]))


def test_a_formatted_beginning_shows_nearly_all_there_is() -> None:
    text = compact_json(json.dumps([{"a": [number], "b": "x"} for number in range(1000)]))
    assert len(format_head(text[:5_000])) > 5_000
