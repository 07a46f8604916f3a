"""A change that was made here shows in its row without the key being read again."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    FieldRename,
    FieldTtlChange,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamDeletion,
)
from sinch_cache_gui.values.element_edits import Row
from sinch_cache_gui.values.element_rows import RowChange, row_change

HASH: list[Row] = [(b"a", b"1"), (b"b", b"2")]
ZSET: list[Row] = [(b"a", b"1"), (b"b", b"0.1")]


@pytest.mark.parametrize(
    ("rows", "change", "found"),
    [
        (HASH, FieldChange(b"b", b"2", b"3"), RowChange(1, (b"b", b"3"))),
        (HASH, FieldChange(b"b", b"2", None), RowChange(1, None)),
        (HASH, FieldChange(b"c", None, b""), RowChange(None, (b"c", b""), None)),
        (HASH, FieldChange(b"c", None, b"", 5), RowChange(None, (b"c", b""), 5)),
        (HASH, FieldTtlChange(b"b", b"2", None, 5), RowChange(1, (b"b", b"2"), 5)),
        (HASH, FieldTtlChange(b"b", b"2", 5, None), RowChange(1, (b"b", b"2"), None)),
        (HASH, FieldRename(b"a", b"z", b"1"), RowChange(0, (b"z", b"1"))),
        (HASH, FieldChange(b"not loaded", b"1", None), None),
        (ZSET, ScoreChange(b"b", 0.1, 3.0), RowChange(1, (b"b", b"3"))),
        (ZSET, ScoreChange(b"a", 1.0, float("-inf")), RowChange(0, (b"a", b"-inf"))),
        (ZSET, ScoredRename(b"b", b"z", 0.1), RowChange(1, (b"z", b"0.1"))),
        ([(b"x",), (b"y",)], MemberChange(b"y", b"z"), RowChange(1, (b"z",))),
        ([(b"x",), (b"y",)], MemberChange(None, b"z"), RowChange(None, (b"z",), None)),
        ([(b"0", b"a"), (b"1", b"b")], ListReplacement(1, b"b", b"c"), RowChange(1, (b"1", b"c"))),
        ([(b"0", b"a"), (b"1", b"b")], ListRemoval(0, b"a"), None),
        ([(b"0", b"a")], ListPush(b"b", is_at_head=True), None),
        ([(b"5-1", b"n", b"1")], StreamDeletion(b"5-1", ((b"n", b"1"),)), RowChange(0, None)),
    ],
    ids=repr,
)
def test_what_a_change_makes_of_its_row(
    rows: list[Row], change: ElementChange, found: RowChange | None
) -> None:
    assert row_change(rows, change) == found
    assert row_change(rows, change, near=(-1, 9, 1)) == found
