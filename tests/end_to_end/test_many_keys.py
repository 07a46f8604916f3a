"""A person does something to many keys of the real window, and looks through their values."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QListView

from tests.end_to_end.person import Person
from tests.end_to_end.somebody import SomebodyElse

Shared = Callable[..., AbstractAsyncContextManager[tuple[Person, SomebodyElse]]]


async def choose(person: Person, command: str) -> None:
    action = person.window.findChild(QAction, command)
    assert action is not None
    await person.until(action.isEnabled)
    action.trigger()


async def test_a_folder_is_deleted_whole_and_the_undo_of_the_last_write_brings_all_of_it_back(
    shared_cache: Shared,
) -> None:
    async with shared_cache(session__1={"a": 1}, session__2={"a": 2}, rate__x=3) as (person, _):
        await person.until(lambda: person.rows() == ["rate", "session"])
        menu = person.menu_of("session")
        next(action for action in menu.actions() if action.text() == "Delete all below…").trigger()
        menu.deleteLater()
        await person.until(lambda: person.is_pressable("Delete 2 keys"))
        person.click("Delete 2 keys")
        await person.sees_soon("2 keys deleted")
        await person.until(lambda: person.rows() == ["rate"])

        await choose(person, "key.undo")
        await person.until(lambda: person.rows() == ["rate", "session"])
        await person.until(lambda: person.cell("session", 1) == "2")


async def test_a_value_is_found_by_what_stands_in_it_and_opened(shared_cache: Shared) -> None:
    values = {"session__1": {"callerNumber": "+4670"}, "session__2": {"callerNumber": "+4671"}}
    async with shared_cache(**values) as (person, _):
        await person.until(lambda: person.rows() == ["session"])
        await choose(person, "find.values")
        field = person.field("What to look for in values")
        person.type('callerNumber = "+4671"', field)
        person.key(Qt.Key.Key_Return, field)
        await person.sees_soon("2 of 2 keys, 1 found.")
        lists = person.window.findChildren(QListView)
        found = next(view for view in lists if view.accessibleName() == "Keys found")
        found.setCurrentIndex(found.model().index(0, 0))
        person.key(Qt.Key.Key_Return, found)
        await person.until(lambda: any("session:2" in tab for tab in person.tabs()))
