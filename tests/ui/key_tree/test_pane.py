"""The key tree as a user sees and drives it, on a real in-memory cache."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QPaintEvent
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import ScanCursor, ScanPage, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.key_targets import ChosenKeys, below
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.theme import ROW_HEIGHT
from tests.ui.key_tree.tree import a_tree


async def test_folders_stand_first_with_counts_and_keys_with_details() -> None:
    async with a_tree() as tree:
        await tree.cache.set("session:1", {"a": 1}, 600)
        await tree.cache.set("session:2", {"a": 1}, 600)
        await tree.cache.write(b"config", b"[1]", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await tree.open()
        assert tree.lines() == ["session", "config"]
        assert tree.cell(0, Column.TTL) == "2"
        await tree.until(lambda: tree.cell(1, Column.TTL) == "no expiry")
        assert tree.cell(1, Column.TYPE) == "string"
        assert tree.cell(1, Column.SIZE) == "3 B"
        assert tree.cell(1, Column.PREVIEW) == "[1]"
        assert tree.coverage().startswith("3 keys, complete, ")


async def test_the_keyboard_walks_the_tree() -> None:
    async with a_tree() as tree:
        for key in ("a:b:1", "a:b:2", "a:c", "z"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.view.setFocus()
        tree.press(Qt.Key.Key_Home)
        tree.press(Qt.Key.Key_Right)
        assert tree.lines() == ["a", "  b", "  c", "z"]
        tree.press(Qt.Key.Key_Right)
        assert tree.at() == "b"
        tree.press(Qt.Key.Key_Space)
        assert tree.lines() == ["a", "  b", "    1", "    2", "  c", "z"]
        tree.press(Qt.Key.Key_End)
        assert tree.at() == "z"
        tree.view.go_to(tree.row("2"))
        tree.press(Qt.Key.Key_Left)
        assert tree.at() == "b"
        tree.press(Qt.Key.Key_Left)
        assert tree.lines() == ["a", "  b", "  c", "z"]
        opened: list[bytes] = []
        tree.pane.key_activated.connect(opened.append)
        tree.view.go_to(tree.row("c"))
        tree.press(Qt.Key.Key_Return)
        assert opened == [b"a:c"]


async def test_typing_a_name_goes_there() -> None:
    async with a_tree() as tree:
        for key in ("app:alpha", "app:beta", "app:bravo", "zulu"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.expand(b"app")
        tree.view.go_to(0)
        tree.type("br", tree.view)
        assert tree.at() == "bravo"


async def test_a_click_on_the_arrow_opens_a_folder() -> None:
    async with a_tree() as tree:
        await tree.cache.set("a:1", 1)
        await tree.open()
        tree.click(10, ROW_HEIGHT // 2)
        assert tree.lines() == ["a", "  1"]


async def test_the_view_does_not_jump_when_rows_come_and_go_above() -> None:
    async with a_tree() as tree:
        for i in range(0, 1000, 2):
            await tree.cache.set(f"k:{i:04}", 1)
        await tree.open()
        tree.expand(b"k")
        bar = tree.view.verticalScrollBar()
        bar.setValue(ROW_HEIGHT * 200 + 7)
        tree.view.go_to(205)
        tree.view.selectRow(210)
        tree.view.selectionModel().setCurrentIndex(
            tree.view.tree.index(205, 0),
            tree.view.selectionModel().SelectionFlag.NoUpdate,
        )
        current, chosen = tree.node(205).path, tree.node(210).path
        offset = tree.view.rowViewportPosition(205)
        for burst in ([1], range(3, 300, 2)):
            for i in burst:
                await tree.cache.set(f"k:{i:04}", 1)
            await tree.until(lambda: tree.mirror.key_count == tree.view.tree.rowCount() - 1)
            last = b"k:%04d" % max(burst)
            await tree.until(lambda last=last: last in tree.mirror.index)
            tree.view.updateGeometries()
            row = tree.view.currentIndex().row()
            assert tree.node(row).path == current
            assert tree.view.rowViewportPosition(row) == offset
            assert [node.path for node in tree.view.selected_nodes()] == [chosen]
        for i in range(0, 200, 2):
            await tree.cache.delete(f"k:{i:04}")
        await tree.until(lambda: b"k:0198" not in tree.mirror.index)
        tree.view.updateGeometries()
        row = tree.view.currentIndex().row()
        assert tree.node(row).path == current
        assert tree.view.rowViewportPosition(row) == offset


class Forgetful(ForwardingBackend):
    """A cache of which some keys were deleted while nobody watched."""

    forgotten: frozenset[bytes] = frozenset()

    async def scan_page(
        self,
        cursor: ScanCursor | None = None,
        *,
        pattern: bytes | None = None,
        count: int = 1000,
        type_: str | None = None,
    ) -> ScanPage:
        page = await self._inner.scan_page(cursor, pattern=pattern, count=count, type_=type_)
        return replace(page, keys=[key for key in page.keys if key not in self.forgotten])


@pytest.mark.parametrize("filtered_by", ["", "k:"])
@pytest.mark.parametrize(
    ("forgotten", "at", "where"),
    [
        (range(203, 207), "202", "202"),
        (range(190, 240), "189", "205"),  # nothing is left of what was on screen
        (range(300), "of", ""),  # nothing is left of the folder but a folder in it
    ],
)
async def test_a_fresh_scan_without_the_current_key_keeps_the_place(
    forgotten: range, at: str, where: str, filtered_by: str
) -> None:
    cache = Forgetful(MemoryCache())
    async with a_tree(cache) as tree:
        for key in (*(f"k:{i:03}" for i in range(300)), "k:of:1", "z:k:"):
            await cache.set(key, 1)
        await tree.open()
        tree.pane.filter.setText(filtered_by)
        await tree.until(lambda: not tree.mirror.is_filtering)
        tree.expand(b"k")
        tree.view.verticalScrollBar().setValue(ROW_HEIGHT * 200 + 7)
        tree.view.go_to(tree.row("205"))
        place = where and tree.view.rowViewportPosition(tree.row(where))
        cache.forgotten = frozenset(b"k:%03d" % i for i in forgotten)
        shown = tree.mirror.index
        tree.mirror.reload()
        await tree.until(lambda: cache.forgotten.isdisjoint(tree.mirror.index))
        tree.view.updateGeometries()
        assert tree.at() == at
        assert tree.view.selected_nodes() == []
        if where:
            assert tree.view.rowViewportPosition(tree.row(at)) == place
        if filtered_by:  # another one would be shown before it is filled
            assert tree.mirror.index is shown


async def test_a_fresh_scan_brings_into_the_filtered_tree_what_is_meant() -> None:
    cache = Forgetful(MemoryCache())
    cache.forgotten = frozenset((b"k:new", b"other:new"))
    async with a_tree(cache) as tree:
        for key in ("k:1", "k:new", "other:1", "other:new"):
            await cache.set(key, 1)
        await tree.open()
        tree.pane.filter.setText("k:")
        await tree.until(lambda: not tree.mirror.is_filtering)
        tree.mirror.reload()
        await tree.until(lambda: tree.mirror.key_count == 2)
        cache.forgotten = frozenset()
        tree.mirror.reload()
        await tree.until(lambda: tree.mirror.key_count == 4)
        await tree.until(lambda: set(tree.mirror.index) == {b"k:1", b"k:new"})


async def test_a_change_paints_its_own_row_and_no_other() -> None:
    class Painted(QObject):
        """Notes how much of the rows is painted, countdowns left out.

        A countdown may be painted together with a row: what is around both is nearly everything.
        """

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if isinstance(event, QPaintEvent):
                heights.extend(part.height() for part in event.region() if part.width() > 100)
            return False

    heights: list[int] = []
    async with a_tree() as tree:
        for name in ("a:1", "b:1", "c:1", "d:1", "k"):
            await tree.cache.set(name, 1)
        await tree.open()
        await tree.until(lambda: bool(tree.cell(4, Column.TTL)))
        await tree.until(lambda: "5 keys" in tree.coverage())
        painted = Painted()
        tree.view.viewport().installEventFilter(painted)
        for count in range(2, 5):
            heights.clear()
            await tree.cache.set(f"b:{count}", 1)
            await tree.until(lambda count=count: f"{count + 4} keys" in tree.coverage())
            await tree.until(lambda: bool(heights))
            assert max(heights) <= ROW_HEIGHT + 1


async def test_the_filter_says_how_many_and_can_be_left() -> None:
    async with a_tree() as tree:
        for key in ("session:1", "session:2", "rate:1"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.expand(b"session")
        tree.view.setFocus()
        tree.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        tree.type("ion:", tree.pane.filter)
        await tree.until(lambda: tree.lines() == ["session", "  1", "  2"])
        assert tree.count() == "2 of 3"
        tree.press(Qt.Key.Key_Escape, on=tree.pane.filter)
        await tree.until(lambda: tree.lines() == ["rate", "session", "  1", "  2"])


@pytest.mark.parametrize("text", ["[", "\\", "[^", "*[z-a", "\\x", "ü", "a" * 500, "🎈\u202e"])
async def test_any_text_is_a_filter_without_error(text: str) -> None:
    async with a_tree() as tree:
        await tree.cache.set("a:1", 1)
        await tree.open()
        tree.pane.filter.setText(text)
        await tree.until(lambda: tree.pane.empty.isVisible())
        assert "No key matches" in tree.pane.empty.title
        tree.pane.empty.clear_filter_requested.emit()
        await tree.until(lambda: tree.lines() == ["a"])


async def test_an_empty_cache_says_what_to_do_next() -> None:
    async with a_tree() as tree:
        await tree.open()
        assert tree.pane.empty.isVisible()
        assert tree.pane.empty.title == "This cache is empty"
        wishes: list[bytes] = []
        tree.pane.create_requested.connect(wishes.append)
        tree.pane.empty.create_requested.emit()
        assert wishes == [b""]
        await tree.cache.set("a", 1)
        await tree.until(lambda: tree.view.isVisible())


async def test_deleting_a_folder_means_all_keys_below_it() -> None:
    async with a_tree() as tree:
        for key in ("a:b:1", "a:b:2", "a:c", "d", "e"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.expand(b"a")
        wishes: list[object] = []
        tree.pane.delete_requested.connect(wishes.append)
        tree.view.selectAll()
        tree.press(Qt.Key.Key_Delete)
        (wish,) = wishes
        assert len(wish) == 5
        assert sorted(wish) == [b"a:b:1", b"a:b:2", b"a:c", b"d", b"e"]


async def test_selected_keys_are_told_once() -> None:
    async with a_tree() as tree:
        for key in ("a", "b", "c"):
            await tree.cache.set(key, 1)
        await tree.open()
        told: list[tuple[bytes, ...]] = []
        tree.pane.selection_changed.connect(told.append)
        tree.view.go_to(0)
        tree.press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
        assert told == [(b"a",), (b"a", b"b")]


async def test_a_key_can_be_revealed() -> None:
    async with a_tree() as tree:
        for i in range(3000):
            await tree.cache.set(f"deep:er:{i:05}", 1)
        await tree.open()
        tree.pane.reveal(b"deep:er:02999")
        await tree.until(lambda: tree.view.currentIndex().isValid() and tree.at() == "02999")
        assert tree.view.currentIndex().row() in tree.view.rows_on_screen()


async def test_a_key_is_selected_alone_though_ctrl_is_still_held_from_a_shortcut() -> None:
    async with a_tree() as tree:
        for key in ("a", "b"):
            await tree.cache.set(key, 1)
        await tree.open()
        tree.view.go_to(0)
        QTest.keyPress(tree.view, Qt.Key.Key_Control, Qt.KeyboardModifier.ControlModifier)
        tree.pane.reveal(b"b")
        await tree.until(lambda: tree.at() == "b")
        assert [node.path for node in tree.view.selected_nodes()] == [b"b"]


async def test_keys_nobody_can_see_are_shown_escaped_and_copied_exactly() -> None:
    async with a_tree() as tree:
        awkward = b"a\xff\x00\n\xe2\x80\xae"
        await tree.cache.write(awkward, b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await tree.open()
        assert tree.lines() == [r"a\xff\x00\n\u202e"]
        tree.view.go_to(0)
        tree.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == r"a\xff\x00\n\u202e"


async def test_a_key_that_looks_like_markup_is_whole_in_its_tool_tip() -> None:
    async with a_tree() as tree:
        await tree.cache.set("<b>bold</b>", 1)
        await tree.open()
        tip = tree.view.tree.index(0, Column.KEY).data(Qt.ItemDataRole.ToolTipRole)
        assert "&lt;b&gt;bold&lt;/b&gt;" in tip


async def test_a_screen_reader_hears_level_and_state() -> None:
    async with a_tree() as tree:
        await tree.cache.set("a:1", 1)
        await tree.open()
        tree.expand(b"a")
        spoken = [
            tree.view.tree.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            for row in range(2)
        ]
        assert spoken == ["a, folder of 1 keys, expanded, level 1", "1, level 2"]


async def test_a_key_without_an_id_says_why() -> None:
    async with a_tree() as tree:
        await tree.cache.set("session:undefined", 1)
        await tree.cache.set("session:4f1c", 1)
        await tree.open()
        tree.expand(b"session")
        good, bad = (tree.view.tree.index(row, 0) for row in (1, 2))

        assert bad.data(Qt.ItemDataRole.AccessibleTextRole).startswith("undefined, where an id")
        assert "code reading callId gets undefined" in bad.data(Qt.ItemDataRole.ToolTipRole)
        assert good.data(Qt.ItemDataRole.AccessibleTextRole) == "4f1c, level 2"
        assert good.data(Qt.ItemDataRole.ToolTipRole) == "session:4f1c"


async def test_the_menu_offers_what_can_be_done() -> None:
    async with a_tree() as tree:
        await tree.cache.set("a:1", 1)
        await tree.open()
        tree.expand(b"a")
        menus = [tree.view.menu_for(node) for node in (None, tree.node(0), tree.node(1))]
        texts = [[action.text() for action in menu.actions() if action.text()] for menu in menus]
        elsewhere = ["Copy to another open cache…", "Move to another open cache…"]
        looking = ["Copy key", "Export…", "Copy as", *elsewhere]
        changing = ["Change TTL…", "Delete"]
        assert texts == [
            ["New key here…"],
            [
                *["Collapse", "Sort by TTL", "Search in values…", *looking, "New key here…"],
                *["Change TTL…", "Delete all below…", "Delete"],
            ],
            ["Open", *looking, "New key here…", "Rename…", "Duplicate…", *changing],
        ]
        for menu in menus:
            menu.deleteLater()


async def test_the_menu_asks_for_things_done_to_a_folder_and_to_what_is_selected() -> None:
    async with a_tree() as tree:
        for key in ("a:1", "a:2", "b"):
            await tree.cache.set(key, 1)
        await tree.open()
        wishes: list[BulkWish] = []
        tree.view.bulk_requested.connect(wishes.append)

        def choose(row: int, text: str) -> None:
            menu = tree.view.menu_for(tree.node(row))
            next(action for action in menu.actions() if action.text() == text).trigger()
            menu.deleteLater()

        tree.view.go_to(0)
        choose(0, "Change TTL…")
        choose(0, "Delete all below…")
        tree.view.selectAll()
        choose(1, "Export…")

        folder, below_it, selected = wishes
        assert folder == BulkWish(BulkKind.CHANGE_TTL, below(b"a:"), "a:*")
        assert below_it == BulkWish(BulkKind.DELETE, below(b"a:"), "a:*")
        assert isinstance(selected.target, ChosenKeys)
        assert set(selected.target.keys) == {b"a:1", b"a:2", b"b"}
        assert selected.name == "the selected keys"


async def test_a_key_that_expires_counts_down_and_leaves() -> None:
    async with a_tree() as tree:
        await tree.cache.write(b"soon", b"1", expected=None, ttl=1_500)
        await tree.cache.write(b"stays", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        await tree.open()
        await tree.until(lambda: tree.cell(0, Column.TTL) == "0:01")
        tip = tree.view.tree.index(0, Column.TTL).data(Qt.ItemDataRole.ToolTipRole)
        assert tip.startswith("Expires 20")
        await tree.until(lambda: tree.mirror.is_leaving(b"soon"))
        assert tree.lines() == ["soon", "stays"], "it fades before it leaves"
        await tree.until(lambda: tree.lines() == ["stays"])


async def test_a_tree_that_may_only_read_offers_no_writing() -> None:
    async with a_tree(is_read_only=True) as tree:
        await tree.cache.set("a", 1)
        await tree.open()
        menu = tree.view.menu_for(tree.node(0))
        texts = [action.text() for action in menu.actions()]
        elsewhere = "Copy to another open cache…"
        assert texts == ["Open", "Copy key", "Export…", "Copy as", elsewhere]
        menu.deleteLater()
        wishes: list[object] = []
        tree.pane.delete_requested.connect(wishes.append)
        tree.view.selectAll()
        tree.press(Qt.Key.Key_Delete)
        assert wishes == []


async def test_in_a_narrow_pane_the_name_has_room_and_the_type_goes_first() -> None:
    async with a_tree() as tree:
        await tree.cache.set("session:00226d7534bca598af494d4ef62bf69b", 1)
        await tree.open()

        def columns_at(width: int) -> list[Column]:
            tree.pane.resize(width, 400)
            return [column for column in Column if not tree.view.isColumnHidden(column)]

        assert columns_at(600) == list(Column)
        assert columns_at(400) == [Column.KEY, Column.TTL, Column.TYPE, Column.SIZE]
        assert columns_at(320) == [Column.KEY, Column.TTL, Column.SIZE]
        assert columns_at(220) == [Column.KEY, Column.TTL]
        assert tree.view.columnWidth(Column.KEY) > 100


async def test_no_column_comes_or_goes_with_the_scroll_bar() -> None:
    async with a_tree() as tree:
        for i in range(40):
            await tree.cache.set(f"k:{i}", 1)
        await tree.open()
        bar = tree.view.verticalScrollBar()
        for width in range(540, 570, 2):
            tree.pane.resize(width, 400)
            before = tree.view.isColumnHidden(Column.PREVIEW)
            tree.expand(b"k")
            await tree.until(bar.isVisible)
            assert tree.view.isColumnHidden(Column.PREVIEW) == before, f"{width} pixels wide"
            tree.mirror.index.collapse(b"k")
            await tree.until(lambda: not bar.isVisible())


@pytest.mark.parametrize("is_read_only", [False, True])
async def test_f2_asks_for_another_name_of_a_key_where_keys_can_be_written(
    *, is_read_only: bool
) -> None:
    async with a_tree(is_read_only=is_read_only) as tree:
        await tree.cache.set("app:one", 1)
        await tree.open()
        asked: list[bytes] = []
        tree.view.rename_requested.connect(asked.append)
        tree.press(Qt.Key.Key_F2)
        tree.expand(b"app")
        tree.view.go_to(tree.row("one"))
        tree.press(Qt.Key.Key_F2)
        assert asked == ([] if is_read_only else [b"app:one"])
