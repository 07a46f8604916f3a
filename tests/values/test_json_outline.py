"""A JSON text as a tree: every node is a stretch of the text, read as it is expanded."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.json_outline import (
    NodeKind,
    Outline,
    Shift,
    count_parts,
    is_empty,
    outline_after,
)
from sinch_cache_gui.values.json_search import name_and_value_matches
from sinch_cache_gui.values.replacement import replacement_work
from sinch_cache_gui.values.slices import run_through
from tests.values.json_texts import TEXTS


@dataclass
class Rows:
    """A view that believes what it is told."""

    count: int = 1
    changed: set[int] = field(default_factory=set)

    def rows_about_to_be_inserted(self, first: int, count: int) -> None:
        assert 0 < first <= self.count
        assert count > 0
        self.count += count

    def rows_inserted(self) -> None: ...

    def rows_about_to_be_removed(self, first: int, count: int) -> None:
        assert first + count <= self.count
        self.count -= count

    def rows_removed(self) -> None: ...

    def row_changed(self, row: int) -> None:
        self.changed.add(row)


def expand_all(outline: Outline) -> Outline:
    row = 0
    while row < outline.row_count():
        run_through(outline.expand(outline.node_at(row).path))
        row += 1
    return outline


def pairs(text: str) -> list[tuple[str, str]]:
    """What a reader that keeps every member says the text holds, in the order of the rows."""
    found: list[tuple[str, str]] = []

    class Members(list[tuple[str, object]]):
        """An object, its members in order."""

    def walk(name: str, value: object) -> None:
        if isinstance(value, Members):
            found.append((name, "{"))
            for inner, part in value:
                walk(inner, part)
        elif isinstance(value, list):
            found.append((name, "["))
            for part in value:
                walk("", part)
        else:
            found.append((name, str(value)))

    walk("", json.loads(text, object_pairs_hook=Members, parse_float=str, parse_int=str))
    return found


def told(outline: Outline, row: int) -> tuple[str, str]:
    node = outline.node_at(row)
    name = json.loads(outline.text[node.first : node.name_end]) if node.has_name else ""
    spelling = outline.text[node.start : node.end]
    if node.is_container:
        return name, spelling[0]
    return name, str(json.loads(spelling, parse_float=str, parse_int=str))


@given(TEXTS)
def test_expanded_whole_the_rows_are_what_the_text_holds(text: str) -> None:
    outline = expand_all(Outline(text))
    rows = [told(outline, row) for row in range(outline.row_count())]
    assert rows == pairs(text)
    for row in range(outline.row_count()):
        node = outline.node_at(row)
        assert outline.row_of(node.path) == row
        assert outline.find(node.start) == node.path or outline.find(node.first) == node.path
        if node.is_container:
            assert count_parts(text, node.start) == outline.part_count(node.path)
            assert is_empty(text, node) == (not outline.parts(node.path))


@given(TEXTS, st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=15))
def test_whoever_listens_knows_how_many_rows_there_are(
    text: str, steps: list[tuple[bool, int]]
) -> None:
    outline, rows = Outline(text), Rows()
    outline.listen(rows)
    for opens, number in steps:
        path = outline.node_at(number % outline.row_count()).path
        if opens:
            run_through(outline.expand(path))
        else:
            outline.collapse(path)
        assert rows.count == outline.row_count()
    for row in range(outline.row_count()):
        assert outline.row_of(outline.node_at(row).path) == row


def test_a_long_list_is_read_in_pieces_and_can_be_collapsed_meanwhile() -> None:
    outline, rows = Outline(json.dumps([{"a": 1}] * 20_000)), Rows()
    outline.listen(rows)
    work = outline.expand(())
    for _ in range(4):
        next(work)
    seen = rows.count
    assert 1 < seen < 20_001
    outline.collapse(())
    assert rows.count == 1
    run_through(work)
    assert rows.count == outline.row_count() == 1


def test_a_list_given_up_halfway_is_collapsed_and_can_be_expanded_again() -> None:
    outline, rows = Outline(json.dumps([{"a": 1}] * 20_000)), Rows()
    outline.listen(rows)
    work = outline.expand(())
    for _ in range(4):
        next(work)
    assert rows.count > 1
    work.close()
    assert rows.count == outline.row_count() == 1
    assert not outline.node(()).is_expanded
    run_through(outline.expand(()))
    assert rows.count == outline.row_count() == 20_001


def test_a_part_too_long_for_one_look_is_passed_with_pauses() -> None:
    long = json.dumps([[{"a": ["x" * 30, "\n" * 60]}] * 50] * 200)
    outline = Outline(f'{{"long": {long}, "next": 1}}')
    pauses = sum(1 for _ in outline.expand(()))
    assert pauses > 10
    last = outline.node((1,))
    assert outline.text[last.start : last.end] == "1"


def test_nesting_of_any_depth_is_walked() -> None:
    outline = Outline("[" * 2_000 + "]" * 2_000)
    path: tuple[int, ...] = ()
    for _ in range(1_999):
        run_through(outline.expand(path))
        path = (*path, 0)
    assert outline.row_count() == 2_000
    assert outline.node_at(1_999).path == path


def test_a_path_names_members_as_they_are_spelt() -> None:
    outline = expand_all(Outline('{"a":[{"b.c":1,"\\u0061":2,"_x1":3}]}'))
    assert [outline.path_text(outline.node_at(row).path) for row in range(6)] == [
        "$",
        "$.a",
        "$.a[0]",
        '$.a[0]["b.c"]',
        '$.a[0]["\\u0061"]',
        "$.a[0]._x1",
    ]


def test_kinds() -> None:
    outline = expand_all(Outline('[{}, [], "", -1, true, null]'))
    assert [outline.node_at(row).kind for row in range(1, 7)] == [
        NodeKind.OBJECT,
        NodeKind.LIST,
        NodeKind.STRING,
        NodeKind.NUMBER,
        NodeKind.BOOLEAN,
        NodeKind.NULL,
    ]


def test_a_place_deep_inside_is_revealed() -> None:
    text = '{"a":[1,{"b":"here"}],"c":2}'
    outline = Outline(text)
    path = run_through(outline.reveal(text.index("here")))
    assert path == (0, 1, 0)
    assert outline.row_count() == 6


def test_what_was_expanded_stays_so_when_the_text_changes() -> None:
    old_text = '{"a":[1,[2]],"b":{"c":[3]}}'
    old = expand_all(Outline(old_text))
    old.collapse((0, 1))
    new_text = '{"new":[0],"a":[1,[2]],"b":{"c":[3]}}'
    new = run_through(
        outline_after(old, new_text, Shift.of(run_through(replacement_work(old_text, new_text))))
    )
    assert [new.path_text(new.node_at(row).path) for row in range(new.row_count())] == [
        "$", "$.new", "$.a", "$.a[0]", "$.a[1]", "$.b", "$.b.c", "$.b.c[0]",
    ]  # fmt: skip


def found(text: str, wanted: str) -> list[str]:
    places = run_through(name_and_value_matches(text, wanted))
    return [text[at : at + 4] for at in places]


def test_names_and_values_are_searched_and_nothing_between_them() -> None:
    text = '{"Anna": "anna", "b": [12, true, "\\u0041nna"], "c": {"12": "1,2"}}'
    assert found(text, "anna") == ['"Ann', '"ann', '"\\u0']
    assert found(text, "Anna") == ['"Ann', '"\\u0']
    assert found(text, "12") == ["12, ", '"12"']
    assert found(text, ",") == ['"1,2']
    assert found(text, "{") == []
    assert found(text, "") == []
