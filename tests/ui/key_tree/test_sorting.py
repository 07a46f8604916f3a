"""Folders are sorted by TTL on request, and say as of when."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from sinch_cache_gui.cache.interface import TtlPolicy
from sinch_cache_gui.ui.key_tree.cells import Column
from tests.ui.key_tree.tree import Tree, a_tree


async def write(tree: Tree, key: bytes, ttl_s: int | None) -> None:
    ttl = TtlPolicy.NO_EXPIRY if ttl_s is None else ttl_s * 1000
    await tree.cache.write(key, b"1", expected=None, ttl=ttl)


def click_header(tree: Tree, column: Column) -> None:
    tree.view.horizontalHeader().sectionClicked.emit(column)


def header(tree: Tree) -> str:
    return str(tree.view.tree.headerData(Column.TTL, Qt.Orientation.Horizontal))


def is_sorted(tree: Tree) -> bool:
    asked = tree.mirror.sorted_by_ttl
    return asked is not None and asked.is_done


async def some_keys(tree: Tree) -> None:
    for key, ttl_s in ((b"s:a", 90), (b"s:b", None), (b"s:c", 30), (b"s:in:x", 50), (b"z", 40)):
        await write(tree, key, ttl_s)
    await write(tree, b"y", 99)


async def test_a_folder_is_sorted_from_its_menu_and_by_name_again() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        menu = tree.view.menu_for(tree.node(0))
        next(action for action in menu.actions() if action.text() == "Sort by TTL").trigger()
        menu.deleteLater()
        await tree.until(lambda: is_sorted(tree))
        assert tree.lines() == ["s", "  in", "  c", "  a", "  b", "y", "z"]
        (chip,) = tree.pane.filters.chips
        assert chip.text() == "by TTL"
        assert chip.toolTip().startswith("TTLs as of ")
        assert header(tree) == "▴ TTL"
        await write(tree, b"s:0", 20)
        await tree.until(lambda: "  0" in tree.lines())
        assert tree.lines() == ["s", "  in", "  c", "  a", "  b", "  0", "y", "z"]
        await tree.cache.delete("s:a")
        await tree.until(lambda: tree.lines() == ["s", "  in", "  c", "  b", "  0", "y", "z"])
        chip.click()
        assert tree.lines() == ["s", "  in", "  0", "  b", "  c", "y", "z"]
        assert header(tree) == "TTL"
        assert tree.pane.filters.chips == ()


async def test_the_header_sorts_what_is_expanded_and_keeps_the_place() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        tree.expand(b"s")
        tree.view.go_to(tree.row("a"))
        click_header(tree, Column.TTL)
        await tree.until(lambda: is_sorted(tree))
        assert tree.lines() == ["s", "  in", "  c", "  a", "  b", "z", "y"]
        assert tree.at() == "a"
        tree.view.go_to(0)
        tree.type("b", tree.view)
        assert tree.at() == "b"
        click_header(tree, Column.TTL)
        assert tree.lines() == ["s", "  in", "  a", "  b", "  c", "y", "z"]


async def test_the_order_outlives_a_filter_and_a_reload() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        tree.expand(b"s")
        click_header(tree, Column.TTL)
        await tree.until(lambda: is_sorted(tree))
        tree.pane.filter.setText("s:")
        await tree.until(lambda: tree.lines() == ["s", "  in", "  c", "  a", "  b"])
        tree.pane.filter.clear()
        before = tree.mirror.index
        tree.mirror.reload()
        await tree.until(lambda: tree.mirror.index is not before)
        assert tree.lines() == ["s", "  in", "  c", "  a", "  b", "z", "y"]


async def test_a_large_closed_folder_is_sorted_from_its_menu() -> None:
    async with a_tree() as tree:
        for number in range(1600):
            await write(tree, b"big:%05d" % number, 5000 - number)
        await tree.open()
        tree.view.sort_requested.emit(b"big:")
        await tree.until(lambda: is_sorted(tree))
        await tree.until(lambda: tree.view.tree.rowCount() == 1601)
        assert tree.node(1).name == b"01599"
        assert tree.node(1600).name == b"00000"


async def test_folders_too_large_for_a_click_are_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sinch_cache_gui.keyspace.sorting.MOST_UNASKED", 3)
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        tree.expand(b"s")
        click_header(tree, Column.TTL)
        await tree.until(lambda: is_sorted(tree))
        assert tree.lines() == ["s", "  in", "  a", "  b", "  c", "z", "y"]
        (chip,) = tree.pane.filters.chips
        assert chip.text() == "by TTL (1 not)"
        assert "sorted from their own menu" in chip.toolTip()


@pytest.mark.parametrize("count", [500, 1600])
async def test_a_large_folder_is_sorted_whole_while_keys_come_and_go(count: int) -> None:
    async with a_tree() as tree:
        for number in range(count):
            await write(tree, b"big:%05d" % number, 100 + (number * 7919) % count)
        await tree.open()
        tree.expand(b"big")
        await tree.until(lambda: tree.view.tree.rowCount() == count + 1)
        click_header(tree, Column.TTL)
        await tree.until(lambda: is_sorted(tree))
        await write(tree, b"big:new", 60)
        await tree.cache.delete("big:00001")
        await tree.until(lambda: tree.view.tree.rowCount() == count + 1)
        await tree.until(lambda: b"big:00001" not in tree.mirror.index)
        tree.view.tree.settle()
        names = [tree.node(row).name for row in range(1, count + 1)]
        by_ttl = sorted((100 + (n * 7919) % count, b"%05d" % n) for n in range(count) if n != 1)
        assert names == [*(name for _, name in by_ttl), b"new"]
        assert tree.mirror.key_count == count
        tree.pane.filters.chips[0].click()
        await tree.until(lambda: tree.view.tree.rowCount() == count + 1)
        names = [tree.node(row).name for row in range(1, count + 1)]
        assert names == sorted(names)
