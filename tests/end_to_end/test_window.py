"""A person at the real window, on the embedded cache and on a real Redis alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QSplitter, QWidget

from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.journal.pane import JournalPane
from sinch_cache_gui.ui.shortcuts import shortcut_groups
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.ui.window_commands import window_commands
from tests.end_to_end.person import Person
from tests.end_to_end.somebody import SomebodyElse, finds

Shared = Callable[..., AbstractAsyncContextManager[tuple[Person, SomebodyElse]]]
OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]

TTL, TYPE = 1, 2
CALLER = "+46701740605"


class Appearances(QObject):
    """Notes every window that appears, if only for a blink."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(type(watched).__name__)
        return False


async def test_no_part_of_the_window_appears_before_it_has_its_place(
    open_window: OpenWindow, qapp: QApplication
) -> None:
    appearances = Appearances()
    qapp.installEventFilter(appearances)
    async with open_window("memory:") as person:
        await person.sees_soon("complete")
        qapp.removeEventFilter(appearances)
    assert appearances.windows == ["MainWindow"]


async def test_the_tree_opens_folder_by_folder(shared_cache: Shared) -> None:
    async with shared_cache(session__1={"a": 1}, session__2={"a": 2}, rate__x=3) as (person, _):
        await person.until(lambda: person.rows() == ["rate", "session"])
        assert person.cell("session", TTL) == "2"
        person.expand("session")
        assert person.rows() == ["rate", "session", "1", "2"]
        await person.until(lambda: person.cell("1", TYPE) == "string")
        assert person.cell("1", TTL) in ("10:00", "9:59", "9:58")
        person.collapse("session")
        assert person.rows() == ["rate", "session"]


async def test_a_filter_shows_what_it_matches_and_the_tree_as_it_was_after_it(
    shared_cache: Shared,
) -> None:
    async with shared_cache(a__one=1, a__two=2, b__one=3) as (person, _):
        person.expand("a")
        before = person.rows()
        person.filter("one")
        await person.until(lambda: "two" not in person.rows() and "b" in person.rows())
        person.filter("a:t*")
        await person.until(lambda: person.rows() == ["a", "two"])
        person.filter("nothing like it")
        await person.until(lambda: person.rows() == [])
        person.filter("")
        await person.until(lambda: person.rows() == before)


async def test_what_somebody_else_does_is_seen(shared_cache: Shared) -> None:
    async with shared_cache(kept=1) as (person, somebody):
        await somebody.put("new", 2)
        await person.until(lambda: person.rows() == ["kept", "new"])
        await somebody.put("short", 3, ttl_s=1)
        await person.until(lambda: "short" in person.rows())
        await person.until(lambda: "short" not in person.rows())
        await somebody.drop("new")
        await person.until(lambda: person.rows() == ["kept"])
        await person.sees_soon("1 key, complete")


async def test_a_saved_value_keeps_its_ttl(shared_cache: Shared) -> None:
    async with shared_cache(greeting={"text": "Hello"}) as (person, somebody):
        await person.open("greeting")
        left_before_s = await somebody.time_left_s("greeting")
        await person.write('{"text": "Hej"}')
        person.click("Save")
        await person.sees_soon("saved by this window")
        assert await somebody.look("greeting") == {"text": "Hej"}
        left_s = await somebody.time_left_s("greeting")
        assert left_before_s is not None
        assert left_s is not None
        assert left_before_s - 5 < left_s <= left_before_s


async def test_invalid_json_is_not_saved(shared_cache: Shared) -> None:
    async with shared_cache(greeting={"text": "Hello"}) as (person, somebody):
        await person.open("greeting")
        await person.write('{"text": }')
        person.click("Save")
        await person.sees_soon("Not saved.")
        assert await somebody.look("greeting") == {"text": "Hello"}
        await person.write("{}")


async def test_somebody_elses_value_is_never_overwritten_unseen(shared_cache: Shared) -> None:
    async with shared_cache(greeting="first") as (person, somebody):
        await person.open("greeting")
        await person.write('"mine"')
        await somebody.put("greeting", "theirs")
        person.click("Save")
        await person.until(lambda: any("Somebody else" in bar for bar in person.bars()))
        assert await somebody.look("greeting") == "theirs"
        assert person.text() == '"mine"'
        await person.answer("Overwrite theirs")
        await finds(somebody, "greeting", "mine")
        await person.until(lambda: person.bars() == [])


async def test_theirs_can_be_taken(shared_cache: Shared) -> None:
    async with shared_cache(greeting="first") as (person, somebody):
        await person.open("greeting")
        await person.write('"mine"')
        await somebody.put("greeting", "theirs")
        person.click("Save")
        await person.until(lambda: any("Somebody else" in bar for bar in person.bars()))
        await person.answer("Take theirs")
        await person.until(lambda: person.text() == '"theirs"')
        assert await somebody.look("greeting") == "theirs"


async def test_a_key_that_expired_while_open_is_not_revived_by_saving(
    shared_cache: Shared,
) -> None:
    async with shared_cache(kept=1) as (person, somebody):
        await somebody.put("short", "before", ttl_s=2)
        await person.until(lambda: "short" in person.rows())
        await person.open("short")
        await person.write('"mine"')
        await person.until(lambda: any("expired" in bar for bar in person.bars()))
        assert await somebody.look("short") is None
        assert person.text() == '"mine"'
        await person.answer("Write it again")
        await finds(somebody, "short", "mine")
        await person.until(lambda: person.bars() == [])
        left_s = await somebody.time_left_s("short")
        assert left_s is not None
        assert 3590 < left_s <= 3600


async def test_a_deleted_key_comes_back_with_the_time_it_had(shared_cache: Shared) -> None:
    async with shared_cache(one={"n": 1.0}, two=2) as (person, somebody):
        left_before_s = await somebody.time_left_s("one")
        person.delete("one")
        if person.window.workspace.backend.facts.is_production_like:
            assert await somebody.look("one") == {"n": 1.0}
            await person.answer("Delete")
        await person.until(lambda: person.rows() == ["two"])
        assert await somebody.look("one") is None
        await person.answer("Undo")
        await person.until(lambda: person.rows() == ["one", "two"])
        assert await somebody.look("one") == {"n": 1.0}
        left_s = await somebody.time_left_s("one")
        assert left_before_s is not None
        assert left_s is not None
        assert left_before_s - 5 < left_s <= left_before_s


async def test_a_new_key_is_created_for_an_hour(shared_cache: Shared) -> None:
    async with shared_cache() as (person, somebody):
        person.window.workspace.create_key()
        person.type("app:flags", on=person.field("Name of the new key"))
        await person.write('{"beta": true}')
        person.click("Create")
        await person.until(lambda: person.rows() == ["app"])
        assert await somebody.look("app:flags") == {"beta": True}
        left_s = await somebody.time_left_s("app:flags")
        assert left_s is not None
        assert 3590 < left_s <= 3600


async def test_a_whole_call_leaves_its_session(shared_cache: Shared) -> None:
    async with shared_cache() as (person, somebody):
        call_id = person.field("Call ID").text()
        person.dial(CALLER)
        await person.until(lambda: "Press 1 for sales" in person.transcript())
        await person.until(lambda: person.rows() == ["customer", "rate", "session"])
        session = await somebody.look(f"session:{call_id}")
        assert isinstance(session, dict)
        assert session["callerNumber"] == CALLER
        assert await somebody.look(f"rate:{CALLER}") == 1
        person.click("Key 1")
        await person.until(lambda: person.callbacks()[:2] == ["ICE", "PIE  sales"])
        await person.until(lambda: person.callbacks()[-1].startswith("DICE"))
        session = await somebody.look(f"session:{call_id}")
        assert isinstance(session, dict)
        assert session["menuChoice"] == "sales"
        person.click("Show all activity")
        assert any(f"session:{call_id}" in line and "PIE" in line for line in person.activity())


async def test_closing_asks_about_text_that_is_not_saved(shared_cache: Shared) -> None:
    async with shared_cache(greeting="first") as (person, somebody):
        await person.open("greeting")
        await person.write('"mine"')
        person.window.close()
        await person.until(lambda: any("not saved" in bar for bar in person.bars()))
        await person.answer("Keep")
        assert not person.app.closed.is_set()
        person.window.close()
        await person.until(lambda: any("not saved" in bar for bar in person.bars()))
        await person.answer("Save")
        await person.until(person.app.closed.is_set)
        assert await somebody.look("greeting") == "mine"


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:1/0", "redis://:secret@bad host/0"])
async def test_what_cannot_be_reached_is_said_without_the_password(
    open_window: OpenWindow, url: str
) -> None:
    async with open_window(url) as person:
        await person.until(lambda: any("Retry" in name for name in person.buttons()))
        assert "Edit" in person.buttons()
        assert not person.sees("secret")
        assert "secret" not in person.window.windowTitle()


async def test_a_prefix_is_stripped_from_view_and_put_back_on_writing(
    open_window: OpenWindow, redis_url: str, on_redis: SomebodyElse
) -> None:
    await on_redis.put("fn:greeting", "first")
    await on_redis.put("other", 1)
    async with open_window(redis_url, "--prefix", "fn:") as person:
        await person.until(lambda: person.rows() == ["greeting"])
        await person.open("greeting")
        await person.write('"mine"')
        person.click("Save")
        await person.sees_soon("saved by this window")
        assert await on_redis.look("fn:greeting") == "mine"


async def test_read_only_writes_nothing(
    open_window: OpenWindow, redis_url: str, on_redis: SomebodyElse
) -> None:
    await on_redis.put("greeting", "first")
    async with open_window(redis_url, "--read-only") as person:
        await person.until(lambda: person.rows() == ["greeting"])
        assert person.sees("read-only")
        person.delete("greeting")
        await person.open("greeting")
        assert not person.is_pressable("Save")
        assert not person.is_pressable("Delete this key")
        assert await on_redis.look("greeting") == "first"


async def test_the_demo_fills_the_embedded_cache(open_window: OpenWindow) -> None:
    async with open_window("--demo") as person:
        await person.until(lambda: {"session", "rate", "customer"} <= set(person.rows()))


async def test_the_keyboard_is_in_the_tree_at_once(open_window: OpenWindow) -> None:
    async with open_window("--demo") as person:
        await person.until(lambda: "greeting" in person.rows())
        holder = person.window.focusWidget()
        assert holder is not None
        assert holder.accessibleName() == "Keys"


async def test_a_narrow_window_leaves_the_editor_its_room(open_window: OpenWindow) -> None:
    async with open_window("--demo", "--open", "greeting") as person:
        await person.until(lambda: person.is_pressable("Save"))
        person.window.resize(1024, 600)
        names = ("The text of the value", "Format", "Compact", "Live one hour longer")
        buttons = [
            button
            for button in person.window.findChildren(QAbstractButton)
            if button.accessibleName() in names
        ]
        assert len(buttons) == len(names)
        await person.until(lambda: all(b.width() >= b.minimumSizeHint().width() for b in buttons))


async def test_a_low_window_stays_as_low_whatever_is_in_it(open_window: OpenWindow) -> None:
    async with open_window("--demo", "--open", "greeting", "--dial", "+46701740605") as person:
        await person.sees_soon("complete")
        person.window.resize(1024, 600)
        await person.until(lambda: "Press 1" in person.transcript())
        person.click("Show all activity")
        await person.until(lambda: bool(person.activity()))
        await person.until(lambda: person.is_pressable("Hang up"))
        assert person.window.height() == 600


async def test_the_window_opens_as_the_last_one_was_left(open_window: OpenWindow) -> None:
    preferences = KeptPreferences(None)
    async with open_window("memory:", preferences=preferences) as person:
        await person.sees_soon("complete")
        person.window.resize(790, 700)
        for action in person.window.actions():
            if action.objectName() == "view.tree":
                action.trigger()
        preferences.leave_window(person.window.shape_since(preferences.now.window))
    async with open_window("memory:", preferences=preferences) as person:
        person.window.take_shape(preferences.now.window)
        await person.until(lambda: person.window.workspace is not None)
        assert person.rows() == []
        assert (person.window.width(), person.window.height()) == (790, 700)


async def test_the_journal_leaves_the_open_key_most_of_the_room_and_comes_back_as_high(
    open_window: OpenWindow,
) -> None:
    def toggle(person: Person) -> JournalPane:
        next(a for a in person.window.actions() if a.objectName() == "view.journal").trigger()
        assert person.window.workspace is not None
        return person.window.workspace.journal

    def drag_to(journal: JournalPane, height: int) -> None:
        splitter = journal.parentWidget()
        assert isinstance(splitter, QSplitter)
        splitter.setSizes([splitter.height() - height, height])

    preferences = KeptPreferences(None)
    async with open_window("memory:", preferences=preferences) as person:
        await person.sees_soon("complete")
        journal = toggle(person)
        await person.until(lambda: 0 < journal.height() < person.window.height() * 0.4)
        drag_to(journal, 400)
        await person.until(lambda: journal.height() == 400)
        toggle(person)
        toggle(person)
        await person.until(lambda: journal.height() == 400)
        preferences.leave_window(person.window.shape_since(preferences.now.window))
    async with open_window("memory:", preferences=preferences) as person:
        await person.sees_soon("complete")
        journal = toggle(person)
        await person.until(lambda: journal.height() == 400)


async def test_no_keys_mean_two_things_and_all_are_in_the_overview(
    open_window: OpenWindow, qapp: QApplication
) -> None:
    async with open_window("memory:", "--demo") as person:
        await person.sees_soon("complete")
        workspace = person.window.workspace
        assert workspace is not None
        await workspace.backend.write(b"bytes", b"\xff\x00", expected=None, ttl=60_000)
        workspace.open_key(b"bytes")
        await person.until(lambda: person.sees("offset 0"))
        anywhere = {action.shortcut().toString() for action in person.window.actions()} - {""}
        inside = {shortcut.key().toString() for shortcut in person.window.findChildren(QShortcut)}
        assert "Ctrl+G" in anywhere
        assert anywhere & inside == set()

        groups = shortcut_groups(window_commands(person.window, Theme(qapp), lambda: None))
        told = {shortcut.keys for group in groups for shortcut in group.shortcuts}
        assert (anywhere | inside) - told == set("1234567890*#")
