"""Filters by TTL and type, and loading only a part, by hand."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton

from sinch_cache_gui.cache.interface import TtlPolicy
from sinch_cache_gui.keyspace import catalogue
from sinch_cache_gui.keyspace.filter import Selector, fill_selected
from sinch_cache_gui.keyspace.index import KeyIndex
from tests.ui.key_tree.tree import Tree, a_tree


def offered(menu: QMenu) -> dict[str, QAction]:
    inner = [a for action in menu.actions() if action.menu() for a in action.menu().actions()]
    return {action.text(): action for action in (*menu.actions(), *inner) if action.text()}


def choose(tree: Tree, title: str) -> None:
    offered(tree.pane.filters.menu())[title].trigger()


async def some_keys(tree: Tree) -> None:
    await tree.cache.set("session:1", 1, 30)
    await tree.cache.set("session:2", 1, 3600)
    await tree.cache.set("rate:1", 1, 30)
    await tree.cache.write(b"config", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)


async def test_a_condition_is_a_chip_that_can_be_removed() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        choose(tree, "No expiry")
        await tree.until(lambda: tree.lines() == ["config"])
        await tree.until(lambda: tree.count() == "1 of 4")
        (chip,) = tree.pane.filters.chips
        assert chip.text() == "no expiry"
        assert chip.accessibleName() == "Remove the filter: no expiry"
        choose(tree, "Expires within 1 min")
        await tree.until(lambda: tree.lines() == ["rate", "session"])
        choose(tree, "string")
        await tree.until(lambda: tree.count() == "2 of 4")
        assert [chip.text() for chip in tree.pane.filters.chips] == ["≤ 1 min", "string"]
        tree.pane.filters.chips[0].click()
        await tree.until(lambda: tree.count() == "4 of 4")
        tree.pane.filters.chips[0].click()
        assert tree.pane.filters.chips == ()
        assert tree.count() == ""


async def test_conditions_that_nothing_meets_say_so_and_can_be_cleared() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        choose(tree, "stream")
        await tree.until(lambda: tree.pane.empty.isVisible())
        assert tree.pane.empty.title == "No key matches the filter: type stream"
        tree.pane.filter.setText("rate")
        await tree.until(lambda: "rate" in tree.pane.empty.title)
        assert tree.pane.empty.title == "No key matches the filter: “rate”, type stream"
        choose(tree, "Expires within 10 min")
        await tree.until(lambda: "10" in tree.pane.empty.title)
        assert tree.pane.empty.title.endswith(": “rate”, expires within 10 min, type stream")
        tree.pane.empty.clear_filter_requested.emit()
        await tree.until(lambda: tree.lines() == ["rate", "session", "config"])


async def test_only_what_matches_is_loaded_and_all_comes_back() -> None:
    async with a_tree() as tree:
        await some_keys(tree)
        await tree.open()
        assert "Load only keys that match the text of the filter" not in offered(
            tree.pane.filters.menu()
        ), "a small cache is loaded whole"
        tree.pane.filter.setText("session")
        tree.pane.filters.load_only_requested.emit()
        await tree.until(lambda: tree.coverage().startswith("2 keys, only *session*, compl"))
        assert tree.pane.filter.text() == ""
        assert tree.lines() == ["session"]
        assert "Load all keys" in offered(tree.pane.filters.menu())
        load_all = [b for b in tree.pane.strip.findChildren(QPushButton) if b.text() == "Load all"]
        load_all[0].click()
        await tree.until(lambda: tree.coverage().startswith("4 keys, complete"))


async def test_enter_typed_ahead_means_what_the_filter_will_show() -> None:
    def enter(tree: Tree) -> None:
        tree.press(Qt.Key.Key_Return, on=tree.pane.window().focusWidget())

    async with a_tree() as tree:
        for key in ("first", "greeting", "greetings"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.view.go_to(0)
        opened: list[bytes] = []
        tree.pane.key_activated.connect(opened.append)
        tree.pane.focus_filter()
        tree.type("greet", tree.pane.filter)
        enter(tree)
        enter(tree)
        await tree.until(lambda: bool(opened))
        assert tree.pane.window().focusWidget() is tree.view

        tree.pane.focus_filter()
        tree.type("greetings", tree.pane.filter)
        enter(tree)
        enter(tree)
        tree.pane.filters.setFocus()
        await tree.until(lambda: tree.lines() == ["greetings"])
        assert opened == [b"greeting"], "who has gone on meanwhile is not fetched back"


async def test_enter_typed_ahead_waits_for_a_filter_that_is_filled_bit_by_bit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goes_on = asyncio.Event()

    async def fill_late(full: KeyIndex, select: Selector, narrow: KeyIndex) -> None:
        await goes_on.wait()
        await fill_selected(full, select, narrow)

    monkeypatch.setattr(catalogue, "fill_selected", fill_late)
    async with a_tree() as tree:
        for key in ("first", "greeting"):
            await tree.cache.set(key, 1)
        await tree.open()
        opened: list[bytes] = []
        tree.pane.key_activated.connect(opened.append)
        tree.pane.focus_filter()
        tree.type("greet", tree.pane.filter)
        for _ in range(2):
            tree.press(Qt.Key.Key_Return, on=tree.pane.window().focusWidget())
        await tree.until(lambda: tree.lines() == [])
        goes_on.set()
        await tree.until(lambda: opened == [b"greeting"])


async def test_everything_beside_the_field_has_a_name() -> None:
    async with a_tree() as tree:
        await tree.open()
        assert all(b.accessibleName() for b in tree.pane.filters.findChildren(QToolButton))
