"""A change of one place of a JSON text leaves every other token as it was."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sinch_cache_gui.values.json_check import find_problem
from sinch_cache_gui.values.json_edits import (
    Edit,
    add_part,
    apply,
    member_text,
    move_part,
    name_literal,
    new_name,
    remove_part,
    rename,
    set_value,
)
from sinch_cache_gui.values.json_outline import Node, NodeKind, Outline
from sinch_cache_gui.values.json_text import InvalidJson
from sinch_cache_gui.values.slices import run_through
from tests.values.json_texts import CONTAINER_TEXTS, TEXTS, VALUES, spellings


def opened(text: str) -> Outline:
    outline, row = Outline(text), 0
    while row < outline.row_count():
        run_through(outline.expand(outline.node_at(row).path))
        row += 1
    return outline


def values(text: str, path: tuple[int, ...]) -> list[list[str]]:
    """The parts of a container, each as its tokens."""
    outline = opened(text)
    return [spellings(text, part.first, part.end) for part in outline.parts(path)]


def drawn_node(data: st.DataObject, outline: Outline, *, with_root: bool) -> Node:
    first = 0 if with_root else 1
    assume(outline.row_count() > first)
    return outline.node_at(data.draw(st.integers(first, outline.row_count() - 1)))


def edited(text: str, edit: Edit) -> str:
    """The new text; what is outside the change is there, character for character."""
    new = apply(text, edit.change)
    assert new.startswith(text[: edit.change.start])
    assert new.endswith(text[edit.change.end :])
    assert find_problem(new) is None
    return new


@given(TEXTS, VALUES, st.data())
def test_a_value_is_set_and_nothing_else(text: str, value: str, data: st.DataObject) -> None:
    assume("\\ud800" not in value or find_problem(value) is None)
    node = drawn_node(data, opened(text), with_root=True)
    edit = set_value(node, f" {value}\n")
    new = edited(text, edit)
    before = spellings(text, 0, node.start)
    after = spellings(text, node.end, len(text))
    assert spellings(new) == before + spellings(value) + after
    there = opened(new).node(node.path)
    assert (there.start, new[there.start : there.end]) == (edit.focus, value.strip(" \t\r\n"))


@given(CONTAINER_TEXTS, st.text(max_size=8), st.data())
def test_a_member_is_renamed_by_position(text: str, name: str, data: st.DataObject) -> None:
    assume(not name.startswith('"'))
    node = drawn_node(data, opened(text), with_root=False)
    assume(node.has_name)
    edit = rename(node, name)
    new = edited(text, edit)
    before = spellings(text, 0, node.first)
    after = spellings(text, node.name_end, len(text))
    assert spellings(new) == [*before, name_literal(name), *after]
    assert opened(new).node(node.path).start == edit.focus


@given(CONTAINER_TEXTS, VALUES, st.data())
def test_a_part_is_added_where_it_was_wanted(text: str, value: str, data: st.DataObject) -> None:
    outline = opened(text)
    node = drawn_node(data, outline, with_root=True)
    assume(node.is_container)
    before = values(text, node.path)
    position = data.draw(st.integers(0, len(before)))
    part = value
    if node.kind is NodeKind.OBJECT:
        part = member_text(outline, node.path, new_name(outline, node.path), value)
    edit = add_part(outline, node.path, position, part)
    new = edited(text, edit)
    after = values(new, node.path)
    added = after[position][2:] if node.kind is NodeKind.OBJECT else after[position]
    assert added == spellings(value)
    assert after[:position] + after[position + 1 :] == before
    there = opened(new).node((*node.path, position))
    assert (there.start, new[there.start : there.end].strip()) == (edit.focus, value.strip())


@given(CONTAINER_TEXTS, st.data())
def test_a_part_is_removed_with_its_comma(text: str, data: st.DataObject) -> None:
    node = drawn_node(data, opened(text), with_root=False)
    edit = remove_part(opened(text), node.path)
    new = edited(text, edit)
    above, at = node.path[:-1], node.path[-1]
    before = values(text, above)
    assert values(new, above) == before[:at] + before[at + 1 :]
    there = opened(new)
    assert there.node(there.find(edit.focus)).start == edit.focus


@given(CONTAINER_TEXTS, st.sampled_from([-1, 1]), st.data())
def test_neighbours_change_places(text: str, by: int, data: st.DataObject) -> None:
    outline = opened(text)
    node = drawn_node(data, outline, with_root=False)
    above, at = node.path[:-1], node.path[-1]
    before = values(text, above)
    edit = move_part(outline, node.path, by)
    if edit is None:
        assert not 0 <= at + by < len(before)
        return
    new = edited(text, edit)
    before[at], before[at + by] = before[at + by], before[at]
    assert values(new, above) == before
    assert opened(new).node((*above, at + by)).start == edit.focus
    assert edit.shift.carried(node.start) == edit.focus
    for row in range(outline.row_count()):
        start = outline.node_at(row).start
        there = edit.shift.carried(start)
        assert there is not None
        assert new[there] == text[start]
    assert sorted(spellings(new)) == sorted(spellings(text))


PRETTY = '{\n    "a": 1.0,\n    "b": [],\n    "a": {\n        "x": 1\n    }\n}'


@pytest.mark.parametrize(
    ("path", "position", "part", "expected"),
    [
        ((), 3, '"c": 2', '    "a": {\n        "x": 1\n    },\n    "c": 2\n}'),
        ((), 0, '"c": 2', '{\n    "c": 2,\n    "a": 1.0,'),
        ((1,), 0, "7", '    "b": [\n        7\n    ],\n'),
        ((2,), 1, '"y": 2', '{\n        "x": 1,\n        "y": 2\n    }\n}'),
    ],
)
def test_what_is_added_is_indented_like_its_neighbours(
    path: tuple[int, ...], position: int, part: str, expected: str
) -> None:
    assert expected in apply(PRETTY, add_part(opened(PRETTY), path, position, part).change)


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ('{"a":1}', '"b":2', '{"a":1,"b":2}'),
        ('{"a": 1}', '"b": 2', '{"a": 1, "b": 2}'),
        ("[1, 2]", "3", "[1, 2, 3]"),
        ("[]", "3", "[3]"),
        ("[ 1 ]", "3", "[ 1, 3 ]"),
    ],
)
def test_what_stands_on_one_line_stays_on_one(text: str, part: str, expected: str) -> None:
    outline = opened(text)
    edit = add_part(outline, (), len(outline.parts(())), part)
    assert apply(text, edit.change) == expected


def test_the_second_of_two_equal_names_is_the_one_removed() -> None:
    text = '{"a": 1, "a": 2, "b": 3}'
    assert apply(text, remove_part(opened(text), (1,)).change) == '{"a": 1, "b": 3}'
    assert apply(text, remove_part(opened(text), (0,)).change) == '{"a": 2, "b": 3}'
    assert apply("[ 1 ]", remove_part(opened("[ 1 ]"), (0,)).change) == "[]"


def test_the_only_part_leaves_an_empty_container_behind() -> None:
    text = '{"a": [ 1 ], "b": 2}'
    assert apply(text, remove_part(opened(text), (0, 0)).change) == '{"a": [], "b": 2}'


@pytest.mark.parametrize("wrong", ["hello", "", "1,", "[", "01", '"\ud800"'])
def test_what_is_not_json_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidJson):
        set_value(Outline("[1]").node(()), wrong)


def test_a_name_is_quoted_unless_it_is() -> None:
    assert name_literal('say "hi"') == r'"say \"hi\""'
    assert name_literal("Åsa 🎉") == '"Åsa 🎉"'
    assert name_literal(r'"\u0061"') == r'"\u0061"'
    assert name_literal("\ud800") == r'"\ud800"'
    with pytest.raises(InvalidJson):
        name_literal('"open')
    with pytest.raises(InvalidJson):
        name_literal('"a": 1')
