"""Looking for a text, or for what stands at a path of JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_cache_gui.values.value_query import (
    SMALL,
    AnyStep,
    NotAQuery,
    PathQuery,
    TextQuery,
    ValueMatch,
    find_in,
    parse_query,
    query_in_words,
)

CALL = (
    b'{"callerNumber": "+46701234567", "n": 1.0, "legs": [{"state": "up"}, {"state": "down"}],'
    b' "x y": {"\\u00e5": null}, "big": 12345678901234567890, "twice": 1, "twice": 2}'
)


async def found(text: str, data: bytes, *, has_case: bool = False) -> ValueMatch | None:
    return await find_in(parse_query(text, has_case=has_case), data)


def marked(match: ValueMatch | None) -> str | None:
    return None if match is None else match.excerpt[match.start : match.end]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('callerNumber = "+46"', ("callerNumber",)),
        ("a.b[0].c=1", ("a", "b", 0, "c")),
        ('$.a["x y"] == 1', ("a", "x y")),
        ("$ = 1", ()),
        ("[2] = 1", (2,)),
        ("$[2][*] = 1", (2, AnyStep())),
        ("legs.*.state = 1", ("legs", AnyStep(), "state")),
        ("legs.0 = 1", ("legs", "0")),
        ("$schema = 1", ("$schema",)),
        ('$["\\u00e5"] = 1', ("å",)),
        ("numéro-2 = 1", ("numéro-2",)),
    ],
)
def test_a_path_and_json_are_a_path_query(text: str, path: tuple[object, ...]) -> None:
    query = parse_query(text)
    assert isinstance(query, PathQuery)
    assert query.path == path


@pytest.mark.parametrize(
    "text", ["hello", "a=b", "callerNumber = +46", "1 + 1 = 2", '"callerNumber": "', "a = ", "=1"]
)
def test_anything_else_is_a_text(text: str) -> None:
    query = parse_query(text)
    assert isinstance(query, TextQuery)
    assert query.text == text


def test_a_path_without_json_is_told_how_to_write_it() -> None:
    query = parse_query("callerNumber = +46")
    assert isinstance(query, TextQuery)
    assert query.hint == 'For a path: JSON, with text in quotes: callerNumber = "…"'


@pytest.mark.parametrize("text", ["", "  ", '$["\\q"] = 1'])
def test_what_says_nothing_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(NotAQuery) as refused:
        parse_query(text)
    assert refused.value.sentence.endswith(".")


def test_a_query_is_read_back_in_words() -> None:
    assert query_in_words(parse_query("a")) == "Values that hold the text “a”, in capitals or not."
    assert query_in_words(parse_query("a.b != 1")) == (
        "JSON values where a.b is there and is not 1."
    )
    assert query_in_words(parse_query("$ = {}")) == "JSON values where the whole value is {}."


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ('callerNumber = "+46701234567"', '"+46701234567"'),
        ('callerNumber = "\\u002b46701234567"', '"+46701234567"'),
        ('callerNumber != "+46701234567"', None),
        ('callerNumber != "+1"', '"+46701234567"'),
        ("n = 1", "1.0"),
        ("n = 10e-1", "1.0"),
        ("n = true", None),
        ('n = "1"', None),
        ("big = 12345678901234567890", "12345678901234567890"),
        ("big = 12345678901234567891", None),
        ("twice = 1", "1"),
        ("twice = 2", "2"),
        ('legs[1].state = "down"', '"down"'),
        ('legs[0].state = "down"', None),
        ('legs[*].state = "down"', '"down"'),
        ('legs[0] = {"state" : "up"}', '{"state": "up"}'),
        ('legs = [{"state":"up"},{"state":"down"}]', '[{"state": "up"}, {"state": "down"}]'),
        ('$["x y"].å = null', "null"),
        ("missing != 1", None),
        ("legs.state = 1", None),
        ("state != 1", None),
    ],
)
async def test_what_stands_at_a_path_is_compared_by_its_meaning(
    text: str, there: str | None
) -> None:
    assert marked(await found(text, CALL)) == there


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\x00",
        b"plain text",
        b'{"a": 1',
        b'\xef\xbb\xbf{"a": 1}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": 1e999999999999999999999}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
async def test_no_value_makes_it_fail(data: bytes) -> None:
    for query in ("a = 1", "$ = [[1]]", "a = [1]", '$["a"] = 2', "[0][0] = 1"):
        assert await found(query, data) is None
    await found("A", data)


async def test_numbers_no_machine_can_hold_are_compared_as_they_are_written() -> None:
    assert marked(await found("a = 1e400", b'{"a":1E+400}')) == "1E+400"
    huge = "1e" + "9" * 25
    assert marked(await found(f"a = {huge}", f'{{"a":{huge}}}'.encode())) == huge
    assert await found(f"a = {huge}", b'{"a":1}') is None


async def test_a_text_is_found_whether_in_capitals_or_not() -> None:
    assert marked(await found("CALLERnumber", CALL)) == "callerNumber"
    assert await found("CALLERnumber", CALL, has_case=True) is None
    assert marked(await found("Åre", "vi ses i åre".encode())) == "åre"
    assert marked(await found("Åre", "vi ses i Åre".encode(), has_case=True)) == "Åre"
    assert marked(await found("png", b"\x89PNG\r\n")) == "PNG"


async def test_an_excerpt_stands_on_one_line_with_a_little_around_the_match() -> None:
    match = await found("needle", b"x" * 500 + b"\r\n\t needle\x00\n" + b"y" * 500)
    assert match is not None
    assert marked(match) == "needle"
    assert match.excerpt.isprintable()
    assert match.excerpt.startswith("x")
    assert len(match.excerpt) < 250


@pytest.mark.parametrize("size", [SMALL * 2, 1 << 18])
async def test_large_values_are_searched_to_their_end(size: int) -> None:
    filler = "å" * size
    data = json.dumps({"a": [filler, {"Needle": 7}]}, ensure_ascii=False).encode()
    assert marked(await found("needle", data)) == "Needle"
    assert marked(await found('åååå", {', data)) == 'åååå", {'
    assert marked(await found("a[1].Needle = 7", data)) == "7"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(min_size=1), values, min_size=1))
async def test_every_member_is_found_at_its_path(document: dict[str, object]) -> None:
    data = json.dumps(document).encode()
    for name, value in document.items():
        text = f"$[{json.dumps(name)}] = {json.dumps(value, ensure_ascii=False)}"
        assert await found(text, data) is not None
        assert await found(text.replace("] = ", "] != ", 1), data) is None


@pytest.mark.parametrize("depth", range(960, 1_000, 5))
async def test_what_is_nested_deep_is_what_is_written_alike(depth: int) -> None:
    nested = "[" * depth + "1" + "]" * depth
    assert await found(f"$ = {nested}", nested.encode()) is not None
    assert await found(f"$ != {nested}", nested.encode()) is None
