"""A key is renamed or duplicated from its editor, and nothing is overwritten unasked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from sinch_cache_gui.values.copy_as import Language
from tests.ui.editor.conftest import Desk

NAME = "New name of the key"


async def test_a_key_is_renamed_in_place_and_its_tab_follows(desk: Desk) -> None:
    await desk.put(b"session:old", b'{"a":1}')
    before = await desk.cache.read(b"session:old")
    await desk.open(b"session:old")
    moved: list[bytes] = []
    desk.tabs.key_moved.connect(moved.append)

    desk.tabs.rename_key(b"session:old")
    assert desk.field(NAME).selectedText() == "old"
    desk.type_into(NAME, "session:new")
    desk.click("Rename")

    await desk.until(lambda: desk.tabs.open_keys == [b"session:new"])
    assert moved == [b"session:new"]
    assert await desk.held(b"session:old") is None
    assert await desk.cache.read(b"session:new") == before


async def test_a_key_that_is_opened_to_be_renamed_leaves_the_keyboard_at_its_name(
    desk: Desk,
) -> None:
    await desk.put(b"session:old", b"\xff\x00")
    desk.tabs.rename_key(b"session:old")
    await desk.until(lambda: desk.says("binary, 2 B"))
    await desk.until(desk.pane().pages.hex.isVisible)
    assert desk.field(NAME).hasFocus()
    desk.keys(Qt.Key.Key_Escape, widget=desk.field(NAME))
    assert not desk.pane().mover.bar.isVisible()


async def test_the_last_part_of_any_name_is_chosen_and_a_long_name_stays_whole(
    desk: Desk,
) -> None:
    smiling = "emoji:🙂👩".encode()
    await desk.put(smiling, b"1")
    await desk.open(smiling)
    desk.tabs.rename_key(smiling)
    assert desk.field(NAME).selectedText() == "🙂👩"
    desk.keys(Qt.Key.Key_Escape, widget=desk.field(NAME))

    long = b"a:" + b"\x00" * 10_000  # shown with four characters each
    await desk.put(long, b"1")
    await desk.open(long)
    desk.tabs.rename_key(long)
    name = desk.field(NAME)
    name.home(False)
    name.insert("b")
    desk.click("Rename")
    await desk.until(lambda: b"b" + long in desk.tabs.open_keys)
    assert await desk.held(b"b" + long) == b"1"


async def test_enter_renames(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.open(b"old")
    desk.tabs.rename_key(b"old")
    desk.type_into(NAME, "new")
    desk.keys(Qt.Key.Key_Return, widget=desk.field(NAME))
    await desk.until(lambda: desk.tabs.open_keys == [b"new"])
    await desk.until(lambda: desk.view().hasFocus())


async def test_whoever_has_gone_on_before_there_is_a_copy_is_not_fetched_back(desk: Desk) -> None:
    for key in (b"old", b"other"):
        await desk.put(key, b"1")
        await desk.open(key)
    desk.tabs.duplicate_key(b"old")
    desk.type_into(NAME, "copy")
    desk.click("Duplicate")
    await desk.open(b"other")
    await desk.until(lambda: b"copy" in desk.tabs.open_keys)
    assert desk.pane().key == b"other"
    assert desk.view().hasFocus()


async def test_a_name_that_is_taken_is_overwritten_only_when_told(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.put(b"new", b"2")
    await desk.open(b"old")
    desk.tabs.rename_key(b"old")
    desk.type_into(NAME, "new")
    desk.click("Rename")
    await desk.until(lambda: desk.says("There is a key of that name already."))
    assert (await desk.held(b"old"), await desk.held(b"new")) == (b"1", b"2")

    desk.click("Replace it")
    await desk.until(lambda: desk.tabs.open_keys == [b"new"])
    assert (await desk.held(b"old"), await desk.held(b"new")) == (None, b"1")


async def test_a_key_that_went_meanwhile_is_not_renamed(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.open(b"old")
    desk.tabs.rename_key(b"old")
    desk.type_into(NAME, "new")
    await desk.cache.remove(b"old")
    desk.click("Rename")
    await desk.until(lambda: desk.says("This key does not exist any more. Nothing was written."))
    assert await desk.held(b"new") is None


async def test_unsaved_text_is_settled_before_renaming(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.open(b"old")
    desk.write("2")
    desk.tabs.rename_key(b"old")
    assert desk.says("This text is not saved. Save it, or take it back, before renaming.")


async def test_a_copy_keeps_the_ttl_or_does_not_expire(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    before = await desk.cache.read(b"old")
    await desk.open(b"old")

    desk.tabs.duplicate_key(b"old")
    desk.type_into(NAME, "same")
    desk.click("Duplicate")
    await desk.until(lambda: b"same" in desk.tabs.open_keys)
    assert await desk.cache.read(b"same") == before

    desk.tabs.duplicate_key(b"old")
    desk.type_into(NAME, "forever")
    desk.click("The copy expires when the key does")
    desk.click("Duplicate")
    await desk.until(lambda: b"forever" in desk.tabs.open_keys)
    copy = await desk.cache.read(b"forever")
    assert copy is not None
    assert (copy.data, copy.deadline_ms) == (b"1", None)
    assert await desk.cache.read(b"old") == before


async def test_a_copy_never_overwrites(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.put(b"new", b"2")
    await desk.open(b"old")
    desk.tabs.duplicate_key(b"old")
    desk.type_into(NAME, "new")
    desk.click("Duplicate")
    await desk.until(lambda: desk.says("There is a key of that name already."))
    assert await desk.held(b"new") == b"2"


async def test_the_menu_of_a_key_offers_code(desk: Desk) -> None:
    await desk.put(b"old", b"1")
    await desk.open(b"old")
    wanted: list[tuple[bytes, Language]] = []
    desk.tabs.copy_as_requested.connect(lambda key, language: wanted.append((key, language)))
    menu = desk.button("More to do with this key").findChild(QMenu)
    assert menu is not None
    next(a for a in menu.actions() if a.text() == "Copy as Python").trigger()
    assert wanted == [(b"old", Language.PYTHON)]
