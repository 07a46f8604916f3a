"""A key that expired or was deleted is brought back, on the embedded cache and on Redis alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QListView, QMenu

from tests.end_to_end.person import Person
from tests.end_to_end.somebody import SomebodyElse, finds

# The offscreen platform has no desktop to raise a menu on; real platforms do.
pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)

Shared = Callable[..., AbstractAsyncContextManager[tuple[Person, SomebodyElse]]]


def restore_from_activity(person: Person, words: str) -> bool:
    """Choose Restore in the menu of a line with these words; answer whether it can be chosen."""
    view = next(
        v for v in person.window.findChildren(QListView) if "Activity" in v.accessibleName()
    )
    row = next(row for row, line in enumerate(person.activity()) if words in line)
    at = view.visualRect(view.model().index(row, 0)).center()
    view.scrollTo(view.model().index(row, 0))
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), asked)
    menu = next(m for m in person.window.findChildren(QMenu) if m.isVisible())
    restore = next(action for action in menu.actions() if action.text() == "Restore…")
    menu.close()
    restore.trigger()
    return restore.isEnabled()


async def test_a_key_that_expired_while_open_is_restored_with_a_time_that_is_asked(
    shared_cache: Shared,
) -> None:
    async with shared_cache(kept=1) as (person, somebody):
        await somebody.put("short", {"n": 1.0}, ttl_s=2)
        await person.until(lambda: "short" in person.rows())
        await person.open("short")
        await person.until(lambda: any("expired" in bar for bar in person.bars()))
        assert await somebody.look("short") is None

        await person.answer("Restore…")
        await person.sees_soon("as seen at")
        person.click("An hour, as a function's key by default")
        person.click("Restore")

        await finds(somebody, "short", {"n": 1.0})
        left_s = await somebody.time_left_s("short")
        assert left_s is not None
        assert 3590 < left_s <= 3600
        await person.until(lambda: not any("expired" in bar for bar in person.bars()))


async def test_a_key_that_was_only_selected_is_restored_from_the_activity(
    shared_cache: Shared,
) -> None:
    async with shared_cache(chosen="held", unseen=1) as (person, somebody):
        person.click("Show all activity")
        person.go_to("chosen")
        workspace = person.window.workspace
        await person.until(lambda: workspace.restoring.can_restore(b"chosen"))
        await somebody.drop("unseen")
        await somebody.drop("chosen")
        await person.until(lambda: len(person.activity()) >= 2 and person.rows() == [])

        assert not restore_from_activity(person, "unseen")
        assert restore_from_activity(person, "chosen")
        await person.sees_soon("as seen at")
        person.click("Restore")
        await finds(somebody, "chosen", "held")
        left_s = await somebody.time_left_s("chosen")
        assert left_s is not None
        assert 590 < left_s <= 600


async def test_a_key_that_exists_again_is_never_overwritten(shared_cache: Shared) -> None:
    async with shared_cache(chosen="held") as (person, somebody):
        await person.open("chosen")
        await somebody.drop("chosen")
        await person.answer("Restore…")
        await person.sees_soon("as seen at")
        await somebody.put("chosen", "theirs")
        person.click("Restore")
        await person.sees_soon("It exists again, and is left as it is.")
        assert await somebody.look("chosen") == "theirs"


async def test_what_a_call_left_behind_is_restored_after_it_was_deleted(
    shared_cache: Shared,
) -> None:
    async with shared_cache() as (person, somebody):
        call_id = person.field("Call ID").text()
        person.dial("+46701740605")
        workspace = person.window.workspace
        key = f"session:{call_id}"
        await person.until(lambda: workspace.restoring.can_restore(key.encode()))
        session = await somebody.look(key)
        await somebody.drop(key)
        person.click("Show all activity")
        await person.until(lambda: not any(call_id in row for row in person.rows()))
        assert restore_from_activity(person, f"{key}  set by a call")
        await person.sees_soon("as seen at")
        person.click("Restore")
        await person.until(lambda: any("restored" in bar for bar in person.bars()))
        found = await somebody.look(key)
        assert isinstance(found, dict)
        assert found["callerNumber"] == session["callerNumber"]
