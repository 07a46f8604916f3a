"""A key is gone to by its name, loaded or not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import KeyInfo, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from tests.ui.key_tree.tree import Tree, a_tree, said_in


def said(tree: Tree) -> str:
    return said_in(tree.pane.jump)


def jump(tree: Tree, text: str) -> None:
    tree.pane.open_jump()
    tree.pane.jump.field.setText(text)
    tree.press(Qt.Key.Key_Return, on=tree.pane.jump.field)


@pytest.mark.parametrize("text", [r"deep:er:\xff1", "  deep:er:\\xff1\n"])
async def test_a_name_as_it_is_shown_leads_to_its_row(text: str) -> None:
    async with a_tree() as tree:
        await tree.cache.write(b"deep:er:\xff1", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await tree.cache.set("other", 1)
        await tree.open()
        jump(tree, text)
        await tree.until(lambda: tree.view.currentIndex().isValid())
        assert tree.at() == r"\xff1"
        assert not tree.pane.jump.isVisible()


async def test_a_filter_that_hides_the_key_is_cleared() -> None:
    async with a_tree() as tree:
        for key in ("session:1", "rate:1"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.pane.filter.setText("session")
        await tree.until(lambda: tree.lines() == ["session"])
        jump(tree, "rate:1")
        await tree.until(lambda: tree.view.currentIndex().isValid())
        assert tree.lines() == ["rate", "  1", "session"]
        assert tree.at() == "1"


async def test_a_key_that_was_not_loaded_yet_is_found_by_asking() -> None:
    class Sparing(MemoryCache):
        """A cache of which a scan was stopped before it saw anything."""

        async def scan_page(self, cursor=None, *, pattern=None, count=1000, type_=None):  # type: ignore[no-untyped-def]
            page = await super().scan_page(cursor, pattern=pattern, count=count, type_=type_)
            return type(page)((), page.next)

    async with a_tree(Sparing()) as tree:
        await tree.cache.set("far:away", 1)
        await tree.open()
        assert tree.lines() == []
        jump(tree, "far:away")
        await tree.until(lambda: tree.lines() == ["far", "  away"])
        await tree.until(lambda: tree.view.currentIndex().isValid() and tree.at() == "away")


async def test_a_name_that_is_no_key_can_be_created_from_there() -> None:
    async with a_tree() as tree:
        await tree.cache.set("a", 1)
        await tree.open()
        wishes: list[bytes] = []
        tree.pane.create_requested.connect(wishes.append)
        jump(tree, "session:new")
        await tree.until(lambda: said(tree) == "No such key")
        create = tree.pane.jump.findChild(QPushButton)
        assert create.isVisible()
        create.click()
        assert wishes == [b"session:new"]
        assert not tree.pane.jump.isVisible()


async def test_where_nothing_may_be_written_nothing_is_offered_to_be_created() -> None:
    async with a_tree(is_read_only=True) as tree:
        await tree.cache.set("a", 1)
        await tree.open()
        jump(tree, "b")
        await tree.until(lambda: said(tree) == "No such key")
        assert not tree.pane.jump.findChild(QPushButton).isVisible()


async def test_a_cache_that_does_not_answer_is_said_in_place() -> None:
    class Silent(MemoryCache):
        async def describe(self, keys, *, preview_bytes=200) -> list[KeyInfo | None]:  # type: ignore[no-untyped-def]
            raise CacheUnreachable("No answer from here")

    async with a_tree(Silent()) as tree:
        await tree.open()
        jump(tree, "b")
        await tree.until(lambda: said(tree) == "No answer from here")


async def test_escape_gives_the_keyboard_back_to_the_tree() -> None:
    async with a_tree() as tree:
        await tree.cache.set("a", 1)
        await tree.open()
        tree.pane.open_jump()
        assert tree.pane.jump.isVisible()
        tree.press(Qt.Key.Key_Escape, on=tree.pane.jump.findChild(QLineEdit))
        assert not tree.pane.jump.isVisible()
