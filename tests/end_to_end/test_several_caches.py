"""Several caches open in one window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from PySide6.QtWidgets import QMenu, QToolButton

from sinch_cache_gui.profiles import Profile
from tests.end_to_end.person import Person
from tests.end_to_end.somebody import OnRedis

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]
BothOpen = Callable[[], AbstractAsyncContextManager[Person]]


@pytest.fixture
def both_open(open_window: OpenWindow, redis_url: str, on_redis: OnRedis) -> BothOpen:
    """The demo in memory, and beside it, in view, a Redis with one key."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Person]:
        await on_redis.put("greeting", "from Redis")
        async with open_window("--demo") as person:
            await person.until(lambda: "session" in person.rows())
            person.app.open(Profile(redis_url))
            await person.until(lambda: person.rows() == ["greeting"])
            yield person

    return opened


def caches(person: Person) -> QMenu:
    """The menu behind the name of the cache, as it is when it opens."""
    buttons = person.window.findChildren(QToolButton)
    menu = next(b for b in buttons if b.accessibleName() == "Open caches").menu()
    menu.aboutToShow.emit()
    return menu


def names(menu: QMenu) -> list[str]:
    texts = [action.text() for action in menu.actions()]
    return texts[: texts.index("")]


def choose(person: Person, beginning: str) -> None:
    action = next(a for a in caches(person).actions() if a.text().startswith(beginning))
    action.trigger()


async def test_the_menu_of_caches_goes_from_one_to_the_other(both_open: BothOpen) -> None:
    async with both_open() as person:
        assert [name.split(":")[0] for name in names(caches(person))] == ["memory", "127.0.0.1"]
        choose(person, "memory")
        assert "session" in person.rows()
        assert "memory" in person.window.windowTitle()
        choose(person, "127.0.0.1")
        assert person.rows() == ["greeting"]


async def test_a_cache_out_of_view_stays_live(both_open: BothOpen, on_redis: OnRedis) -> None:
    async with both_open() as person:
        choose(person, "memory")
        await on_redis.put("later", 1)
        choose(person, "127.0.0.1")
        await person.until(lambda: person.rows() == ["greeting", "later"])


async def test_opening_a_cache_that_is_open_shows_it(both_open: BothOpen) -> None:
    async with both_open() as person:
        person.app.open(Profile())
        assert "session" in person.rows()
        assert len(person.window.workspaces) == 2


async def test_closing_a_cache_shows_the_other_and_then_the_choice(both_open: BothOpen) -> None:
    async with both_open() as person:
        choose(person, "Close this cache")
        await person.until(lambda: "session" in person.rows())
        assert names(caches(person)) == ["memory"]
        choose(person, "Close this cache")
        await person.sees_soon("Open a cache")
        assert not person.is_pressable("Cancel")


async def test_nothing_is_at_work_on_a_cache_any_more_when_its_widgets_go(
    both_open: BothOpen,
) -> None:
    def mirrors() -> int:
        return sum(task.get_name() == "mirror" for task in asyncio.all_tasks())

    async with both_open() as person:
        assert mirrors() == 2
        at_work: list[int] = []
        person.window.workspaces[-1].destroyed.connect(lambda: at_work.append(mirrors()))
        choose(person, "Close this cache")
        await person.until(lambda: len(at_work) > 0)
        assert at_work == [1]


async def test_a_cache_with_unsaved_text_is_not_closed_unasked(both_open: BothOpen) -> None:
    async with both_open() as person:
        await person.open("greeting")
        await person.write('"unsaved"')
        assert any(name.endswith("●") for name in names(caches(person)))
        choose(person, "Close this cache")
        await person.answer("Keep")
        assert person.text() == '"unsaved"'
        choose(person, "Close this cache")
        await person.answer("Discard")
        await person.until(lambda: "session" in person.rows())


async def test_the_window_asks_about_every_cache_before_it_closes(both_open: BothOpen) -> None:
    async with both_open() as person:
        await person.open("greeting")
        await person.write('"unsaved"')
        choose(person, "memory")
        person.window.close()
        await person.until(lambda: person.rows() == ["greeting"])
        await person.answer("Discard")
        await person.app.closed.wait()


def transfer(person: Person, name: str, item: str) -> None:
    """Choose an item of a row's menu that sends keys to another cache."""
    menu = person.menu_of(name)
    next(action for action in menu.actions() if action.text() == item).trigger()
    menu.deleteLater()


async def test_a_key_moves_to_the_other_cache_and_comes_back(
    both_open: BothOpen, on_redis: OnRedis
) -> None:
    async with both_open() as person:
        choose(person, "memory")
        transfer(person, "greeting", "Move to another open cache…")
        await person.until(lambda: person.sees("0 new, 1 exists already: greeting"))
        assert await on_redis.look("greeting") == "from Redis"
        await person.answer("Rename")
        await person.until(lambda: "greeting" not in person.rows())
        await person.sees_soon("1 key moved to")
        assert await on_redis.look("greeting (2)") == "Hello!"
        await person.answer("Undo")
        await person.until(lambda: "greeting" in person.rows())
        await person.sees_soon("Undone")
        assert await on_redis.look("greeting (2)") is None
        assert await on_redis.look("greeting") == "from Redis"


async def test_without_another_cache_keys_cannot_be_sent_and_the_menu_says_why(
    both_open: BothOpen,
) -> None:
    def offers(name: str) -> list[tuple[bool, str]]:
        menu = person.menu_of(name)
        sending = [a for a in menu.actions() if "another open cache" in a.text()]
        menu.deleteLater()
        return [(action.isEnabled(), action.toolTip()) for action in sending]

    async with both_open() as person:
        assert [is_enabled for is_enabled, _why in offers("greeting")] == [True, True]
        choose(person, "Close this cache")
        await person.until(lambda: "session" in person.rows())
        why = "No other cache is open. Open one first (Ctrl+O)."
        assert offers("greeting") == [(False, why), (False, why)]
