"""Very many names of one folder behave as a set of them, however many there are."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.remainders import MOST_IN_SET, ManyRemainders

names = st.sets(st.integers(0, 40).map(b"%d".__mod__))


@given(names, st.lists(st.tuples(st.booleans(), names)))
def test_names_that_come_and_go_are_those_of_a_set(
    first: set[bytes], changes: list[tuple[bool, set[bytes]]]
) -> None:
    known = set(first)
    many = ManyRemainders(set(first), most=5)
    for is_arrival, changed in changes:
        if is_arrival:
            many.update(changed)
            known |= changed
        else:
            many.difference_update(changed)
            known -= changed
        assert len(many) == len(known)
        assert sorted(many) == sorted(known)
        assert sorted(name for part in many.parts() for name in part) == sorted(known)
    assert all((b"%d" % number in many) == (b"%d" % number in known) for number in range(41))


@given(names, names)
def test_names_are_added_one_by_one_and_taken_out_one_by_one(
    first: set[bytes], more: set[bytes]
) -> None:
    many = ManyRemainders(set(first), most=5)
    for name in more:
        many.add(name)
    assert sorted(many.pop() for _ in range(len(many))) == sorted(first | more)
    assert not many


async def test_a_folder_of_more_names_than_one_set_holds_loses_none() -> None:
    count = MOST_IN_SET + 20_000
    keys = [b"session:%07d" % number for number in range(count)]
    index = KeyIndex()
    for start in range(0, count, 10_000):
        index.add_many(keys[start : start + 10_000])
    index.add_many(keys[:10_000])
    index.remove_many([keys[0], keys[-1]])
    assert index.key_count == index.count_below(b"session") == count - 2
    assert keys[0] not in index
    assert keys[1] in index
    assert keys[-2] in index
    assert sum(len(rests) for _, rests in index.snapshot(b"session")) == count - 2
    index.expand(b"session")
    await asyncio.wait_for(index.work(), 60)
    assert index.row_count() == count - 1
    assert [index.row_at(row).path for row in (1, count - 2)] == [keys[1], keys[-2]]


async def test_many_names_are_forgotten_at_once() -> None:
    index = KeyIndex()
    for start in range(0, MOST_IN_SET + 20_000, 10_000):
        index.add_many([b"session:%d" % number for number in range(start, start + 10_000)])
    index.clear()
    assert index.key_count == 0
    await asyncio.wait_for(index.work(), 60)
