"""A filter text means what a person expects of it."""

from __future__ import annotations

import asyncio

import pytest

from sinch_cache_gui.keyspace.filter import fill_selected, pattern_of, selector_of
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.keyspace.selection import keys_of

KEYS = [b"session:1", b"Session:2", b"rate:+467", b"a\xffb", b"x*y", "kund:Åsa".encode()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("session", [b"session:1", b"Session:2"]),
        ("Session", [b"Session:2"]),
        ("ion:1", [b"session:1"]),
        ("session:*", [b"session:1"]),
        ("*[12]", [b"session:1", b"Session:2"]),
        (r"x\*y", [b"x*y"]),
        ("+46", [b"rate:+467"]),
        (r"a\xff", [b"a\xffb"]),
        ("Åsa", ["kund:Åsa".encode()]),
        (" ", []),
    ],
)
def test_a_text_means(text: str, found: list[bytes]) -> None:
    select = selector_of(text)
    assert select is not None
    assert select(KEYS) == found


def test_no_text_is_no_filter() -> None:
    assert selector_of("") is None


async def test_what_is_deleted_while_the_filter_works_does_not_come_back() -> None:
    full, narrow = KeyIndex(), KeyIndex()
    full.add_many([b"a:%d" % number for number in range(20_000)])
    select = selector_of("a:1")
    assert select is not None
    filling = asyncio.create_task(fill_selected(full, select, narrow))
    await asyncio.sleep(0)
    gone = [b"a:1%d" % number for number in range(1000)]
    for index in (full, narrow):
        index.remove_many(gone)
    await filling
    assert set(narrow) == {key for key in full if key.startswith(b"a:1")}


def test_chosen_folders_and_leaves_are_counted_once() -> None:
    index = KeyIndex({b"a", b"a:b"})
    index.add_many([b"a:b:1", b"a:b:2", b"a:c", b"a", b"d"])
    rows: list[Row] = [index.row_at(row) for row in range(index.row_count())]
    everything = keys_of(index, rows)
    assert len(everything) == 5
    assert sorted(everything) == [b"a", b"a:b:1", b"a:b:2", b"a:c", b"d"]
    inner = keys_of(index, [row for row in rows if row.path == b"a:b" and row.is_folder])
    assert sorted(inner) == [b"a:b:1", b"a:b:2"]
    assert b"a:b:1" in inner
    assert b"d" not in inner


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("session:*", b"session:*"), ("ion:1", b"*ion:1*"), (r"a\xff\\b", b"*a\xff\\\\b*")],
)
def test_a_text_is_a_pattern_for_the_server(text: str, pattern: bytes) -> None:
    assert pattern_of(text) == pattern
