"""The index shows keys as a person would sort them, and tells truly what comes and goes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.key_writer import MANY_PLACES
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.keyspace.splitting import AT_ONCE


def naive_rows(keys: Iterable[bytes], expanded: set[bytes]) -> list[Row]:
    """Answer the rows as the simplest program imaginable works them out."""
    everything = sorted(set(keys))

    def below(prefix: bytes, depth: int) -> list[Row]:
        rests = [key[len(prefix) :] for key in everything if key.startswith(prefix)]
        heads = Counter(rest.partition(b":")[0] for rest in rests if b":" in rest)
        rows = []
        for head in sorted(heads):
            path = prefix + head
            rows.append(Row(path, head, depth, True, path in expanded, heads[head]))
            if path in expanded:
                rows += below(path + b":", depth + 1)
        leaves = [rest for rest in rests if b":" not in rest]
        return rows + [Row(prefix + leaf, leaf, depth, False, False, 1) for leaf in leaves]

    return below(b"", 0)


def rows_of(index: KeyIndex) -> list[Row]:
    return [index.row_at(row) for row in range(index.row_count())]


def names_of(index: KeyIndex) -> list[bytes]:
    return [row.path + (b":" if row.is_folder else b"") for row in rows_of(index)]


class ListKeptByNews:
    """Shows an index as a view does: it looks only where the news says something happened."""

    def __init__(self, index: KeyIndex) -> None:
        self.index = index
        self.rows = rows_of(index)
        self.signals = 0
        self._announced = (0, 0)
        self._is_reshaping = False
        index.news.observe(self)

    def rows_about_to_be_inserted(self, first: int, count: int) -> None:
        self.signals += 1
        assert 0 <= first <= len(self.rows) == self.index.row_count()
        self._announced = (first, count)

    def rows_inserted(self) -> None:
        first, count = self._announced
        self.rows[first:first] = [self.index.row_at(first + i) for i in range(count)]
        assert len(self.rows) == self.index.row_count()

    def rows_about_to_be_removed(self, first: int, count: int) -> None:
        self.signals += 1
        assert first + count <= len(self.rows) == self.index.row_count()
        self._announced = (first, count)

    def rows_removed(self) -> None:
        first, count = self._announced
        del self.rows[first : first + count]
        assert len(self.rows) == self.index.row_count()

    def rows_changed(self, first: int, count: int) -> None:
        self.signals += 1
        assert first + count <= len(self.rows) == self.index.row_count()
        self.rows[first : first + count] = [self.index.row_at(first + i) for i in range(count)]

    def rows_about_to_be_reshaped(self) -> None:
        assert not self._is_reshaping
        self._is_reshaping = True

    def rows_reshaped(self, count: int) -> None:
        self.signals += 1
        assert self._is_reshaping
        self._is_reshaping = False
        assert count == self.index.row_count()
        self.rows = rows_of(self.index)


segments = st.sampled_from([b"", b"a", b"b", b"c", b"\xff"])
some_key = st.lists(segments, min_size=1, max_size=4).map(b":".join)
some_keys = st.lists(some_key, max_size=6)
many_keys = st.integers(0, 3).map(
    lambda seed: (
        [b"a:%d:%d" % (seed, i) for i in range(MANY_PLACES + 8)]
        + [b"b:%d" % (seed * 20 + i) for i in range(MANY_PLACES + 8)]
    )
)
steps = st.one_of(
    st.tuples(st.just("add"), st.one_of(some_keys, many_keys)),
    st.tuples(st.just("remove"), st.one_of(some_keys, many_keys)),
    st.tuples(st.sampled_from(["expand", "collapse"]), some_key),
    st.tuples(st.sampled_from(["hold", "settle", "clear", "work"]), st.none()),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(steps, max_size=25))
def test_rows_and_news_agree_with_a_naive_tree(script: list[tuple[str, object]]) -> None:
    index, keys = KeyIndex(), set[bytes]()
    shown = ListKeptByNews(index)
    for what, argument in script:
        if what == "add":
            index.add_many(argument)
            keys.update(argument)
        elif what == "remove":
            index.remove_many(argument)
            keys.difference_update(argument)
        elif what in ("expand", "collapse"):
            getattr(index, what)(argument)
        elif what == "clear":
            index.clear()
            keys.clear()
        elif what == "work":
            asyncio.run(index.work())
        elif what == "hold" and not index.news.is_held:
            index.news.hold()
        elif what == "settle":
            index.news.settle()
        if not index.news.is_held:
            assert shown.rows == rows_of(index)
        assert rows_of(index) == naive_rows(keys, index.expanded)
        assert set(index) == keys
        assert index.key_count == len(keys)
    index.news.settle()
    assert shown.rows == rows_of(index)


@settings(deadline=None, max_examples=100)
@given(st.sets(some_key), st.sets(some_key))
def test_every_row_is_found_again_by_its_path(keys: set[bytes], expanded: set[bytes]) -> None:
    index = KeyIndex(expanded)
    index.add_many(sorted(keys))
    for number, row in enumerate(rows_of(index)):
        assert index.row_of(row.path, is_folder=row.is_folder) == number
        parent = index.parent_row(number)
        assert (parent is None) == (row.depth == 0)
        if parent is not None:
            assert index.row_at(parent).path == row.path.rpartition(b":")[0]
    for key in keys:
        assert key in index


@pytest.mark.parametrize(
    ("gone", "is_folder", "near"),
    [
        (b"a:2", False, b"a:1"),
        (b"a:0", False, b"a:"),  # the first in its folder
        (b"b", True, b"a:3"),
        (b"c:deep:inside", False, b"c:"),
        (b"cc:1:2", False, b"c:"),
        (b"zz", False, b"z"),
        (b"zz:1", False, b"c:"),
        (b"a", False, b"c:"),  # a leaf, not the folder of that name
        (b"0", True, b"a:"),  # nothing stands before
    ],
)
def test_where_a_node_is_gone_the_row_before_is_near(
    gone: bytes, is_folder: bool, near: bytes
) -> None:
    index = KeyIndex({b"a", b"zz"})
    index.add_many([b"a:1", b"a:3", b"c:1", b"y", b"z"])
    row = index.row_near(gone, is_folder=is_folder)
    assert row is not None
    assert names_of(index)[row] == near
    index.clear()
    assert index.row_near(gone, is_folder=is_folder) is None


def large_folder(count: int) -> list[bytes]:
    return [b"big:%07d" % (i * 7919 % count) for i in range(count)] + [
        b"big:sub%d:x" % (i % 5000) for i in range(count // 4)
    ]


@pytest.mark.parametrize("is_held", [False, True])
async def test_a_large_folder_comes_in_order_and_in_pieces(is_held: bool) -> None:
    index = KeyIndex()
    keys = large_folder(20 * AT_ONCE)
    index.add_many(keys)
    shown = ListKeptByNews(index)
    if is_held:
        index.news.hold()
    index.expand(b"big")
    assert index.row_count() == 1, "nothing is shown before the first piece is sorted"
    assert index.row_at(0).is_expanded
    await index.work()
    if is_held:
        index.news.release()
    assert rows_of(index) == naive_rows(keys, {b"big"})
    assert shown.rows == rows_of(index)


async def test_changes_while_a_large_folder_opens_are_not_lost() -> None:
    index = KeyIndex()
    keys = set(large_folder(10 * AT_ONCE))
    index.add_many(sorted(keys))
    shown = ListKeptByNews(index)
    index.expand(b"big")
    work = asyncio.create_task(index.work())
    gone = sorted(keys)[::3]
    come = [b"big:new%d" % i for i in range(500)] + [b"big:new:%d" % i for i in range(500)]
    for start in range(0, len(gone), 250):
        index.remove_many(gone[start : start + 250])
        index.add_many(come[start : start + 250])
        assert gone[start] not in index
        await asyncio.sleep(0)
    index.add_many(come)
    await work
    keys = (keys - set(gone)) | set(come)
    assert rows_of(index) == naive_rows(keys, {b"big"})
    assert shown.rows == rows_of(index)
    assert set(index) == keys


async def test_a_folder_emptied_while_it_opens_leaves() -> None:
    index = KeyIndex()
    keys = large_folder(2 * AT_ONCE)
    index.add_many(keys)
    index.expand(b"big")
    index.remove_many(keys)
    index.add_many([b"big:back"])
    await index.work()
    assert names_of(index) == [b"big:", b"big:back"]


async def test_clearing_while_a_folder_opens_leaves_nothing() -> None:
    index = KeyIndex()
    index.add_many(large_folder(2 * AT_ONCE))
    index.expand(b"big")
    index.clear()
    await index.work()
    assert rows_of(index) == []
    index.add_many([b"big:1"])
    assert names_of(index) == [b"big:", b"big:1"], "it is expanded again when it comes back"


def test_a_key_may_be_a_leaf_and_a_folder() -> None:
    index = KeyIndex()
    index.add_many([b"a", b"a:b", b":", b""])
    index.expand(b"a")
    index.expand(b"")
    assert names_of(index) == [b":", b":", b"a:", b"a:b", b"", b"a"]
    assert [row.is_folder for row in rows_of(index)] == [True, False, True, False, False, False]


def test_a_burst_costs_few_signals() -> None:
    index = KeyIndex({b"rate"})
    index.add_many([b"rate:%d" % i for i in range(0, 20_000, 2)])
    shown = ListKeptByNews(index)
    index.add_many([b"rate:%d" % i for i in range(1, 5_000, 2)])
    index.remove_many([b"rate:%d" % i for i in range(0, 5_000, 2)])
    assert shown.signals <= 4
    assert shown.rows == rows_of(index)


def test_expanding_one_folder_is_one_signal_with_what_was_open_inside() -> None:
    index = KeyIndex()
    index.add_many([b"a:b:1", b"a:b:2", b"a:c"])
    index.expand(b"a")
    index.expand(b"a:b")
    index.collapse(b"a")
    shown = ListKeptByNews(index)
    index.expand(b"a")
    assert names_of(index) == [b"a:", b"a:b:", b"a:b:1", b"a:b:2", b"a:c"]
    assert shown.rows == rows_of(index)
    assert shown.signals == 2, "one for the rows, one for the arrow"


def test_two_indexes_may_share_what_is_expanded() -> None:
    expanded: set[bytes] = set()
    full, part = KeyIndex(expanded), KeyIndex(expanded)
    full.add_many([b"a:1", b"a:2"])
    full.expand(b"a")
    part.add_many([b"a:2"])
    assert names_of(part) == [b"a:", b"a:2"]


def test_keys_below_a_folder_are_handed_out_in_parts() -> None:
    index = KeyIndex()
    index.add_many([b"a:%d" % i for i in range(4500)] + [b"a", b"b:1"])
    assert index.count_below(b"a") == 4500
    parts = list(index.parts(b"a"))
    assert len(parts) == 3
    assert {key for part in parts for key in part} == {b"a:%d" % i for i in range(4500)}
    assert list(index.parts(b"nowhere")) == []


def test_opening_to_a_key_opens_every_folder_on_the_way() -> None:
    index = KeyIndex()
    index.add_many([b"a:b:c:d", b"a:x"])
    index.expand_to(b"a:b:c:d")
    assert index.row_of(b"a:b:c:d", is_folder=False) == 3


async def test_what_is_walked_through_may_change_meanwhile() -> None:
    index = KeyIndex({b"big"})
    keys = large_folder(10 * AT_ONCE)
    index.add_many(keys)
    await index.work()
    gone, come = set(keys[::5]), {b"big:new%d" % number for number in range(500)}
    seen: list[bytes] = []
    for number, part in enumerate(index.parts(b"big")):
        seen += part
        if number == 1:
            index.remove_many(sorted(gone))
            index.add_many(sorted(come))
    assert set(keys) - gone <= set(seen) <= set(keys) | come
    assert len(seen) == len(set(seen))


async def test_two_may_wait_for_a_folder_to_open() -> None:
    index = KeyIndex()
    keys = large_folder(10 * AT_ONCE)
    index.add_many(keys)
    index.expand(b"big")
    first, second = (asyncio.create_task(index.work()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()  # whoever wanted the rows first wants them no more
    await second
    assert rows_of(index) == naive_rows(keys, {b"big"})
