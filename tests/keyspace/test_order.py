"""Leaves of a folder are sorted by TTL while keys come and go, without being lost or doubled."""

from __future__ import annotations

import pytest

from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.order import DeadlineShards, TtlOrder


@pytest.mark.parametrize("count", [10, 20_000])
async def test_what_comes_and_goes_while_sorting_is_there_or_gone(count: int) -> None:
    orders: dict[bytes, TtlOrder] = {}
    index = KeyIndex({b"f"}, orders=orders)
    names = [b"%06d" % number for number in range(count)]
    index.add_many([b"f:" + name for name in names] + [b"f:in:x"])
    await index.work()
    ttls = {name: (number * 7919) % count for number, name in enumerate(names)}
    orders[b"f:"] = TtlOrder(ttls)
    index.sort_leaves(b"f:")
    index.add_many([b"f:new"])
    index.remove_many([b"f:000003"])
    assert b"f:new" in index
    assert b"f:000003" not in index
    await index.work()
    rows = [index.row_at(row) for row in range(index.row_count())]
    by_ttl = sorted((ttl, name) for name, ttl in ttls.items() if name != b"000003")
    assert [row.name for row in rows] == [b"f", b"in", *(name for _, name in by_ttl), b"new"]
    assert all(index.row_of(row.path, is_folder=row.is_folder) == at for at, row in enumerate(rows))
    assert index.key_count == count + 1
    assert sorted(index) == sorted({b"f:" + n for n in [*names, b"in:x", b"new"]} - {b"f:000003"})
    orders.clear()
    index.sort_leaves(b"f:")
    await index.work()
    leaves = [index.row_at(row).name for row in range(2, index.row_count())]
    assert leaves == sorted(leaves)


async def test_an_order_wished_for_while_a_folder_is_split_comes_after_it() -> None:
    orders: dict[bytes, TtlOrder] = {}
    index = KeyIndex(orders=orders)
    names = [b"%06d" % number for number in range(5000)]
    index.add_many([b"f:" + name for name in names])
    index.expand(b"f")
    assert index.is_splitting(b"f:")
    orders[b"f:"] = TtlOrder({name: -number for number, name in enumerate(names)})
    index.sort_leaves(b"f:")
    await index.work()
    assert not index.is_splitting(b"f:")
    assert [index.row_at(row).name for row in range(1, 5001)] == names[::-1]


async def test_a_folder_that_comes_back_is_sorted_as_before() -> None:
    orders = {b"f:": TtlOrder({b"a": 3, b"b": None, b"c": 1})}
    index = KeyIndex({b"f"}, orders=orders)
    for keys in ([b"f:a", b"f:b"], [b"f:c", b"f:d"]):
        index.add_many(keys)
    assert [index.row_at(row).name for row in range(5)] == [b"f", b"c", b"a", b"b", b"d"]
    assert index.row_beginning(0, b"b") == 3


async def test_a_large_folder_is_whole_while_it_is_sorted_and_in_order_after() -> None:
    orders: dict[bytes, TtlOrder] = {}
    index = KeyIndex({b"f"}, orders=orders)
    names = [b"%05d" % number for number in range(30_000)]
    index.add_many([b"f:" + name for name in names])
    await index.work()
    deadlines = DeadlineShards()
    for number, name in enumerate(names):
        deadlines[name] = None if number % 3 == 0 else number % 7
    orders[b"f:"] = TtlOrder(deadlines)
    index.sort_leaves(b"f:")
    assert b"f:00000" in index
    assert len(set(index)) == 30_000, "while it is sorted, nothing is missing"
    await index.work()
    rows = [index.row_at(row).name for row in range(1, index.row_count())]
    assert rows == sorted(
        names, key=lambda name: (int(name) % 3 == 0, int(name) % 7 * (int(name) % 3 > 0), name)
    )
