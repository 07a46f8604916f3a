"""Unsaved text in the window of an element survives, and no second writer takes it away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import redis
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from shiboken6 import isValid

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.notices import Notice
from sinch_cache_gui.ui.editor.element_dialog import ElementDialog
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.values.drafts import DraftStore
from tests.ui.editor.conftest import Desk

STORED = '{"note":"' + "x" * 200 + '"}'
MINE = '{"note": "mine"}'
Sit = Callable[[], Awaitable[Desk]]
Kept = Callable[[], list[str]]


@pytest.fixture
def raw(raw: redis.Redis) -> redis.Redis:
    """A server with a long element."""
    raw.hset("customer", "profile", STORED)
    return raw


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts")


@pytest.fixture
def kept(store: DraftStore, redis_url: str) -> Kept:
    """What is on the disk."""
    label = parse_target(redis_url).label
    return lambda: [draft.unsaved.text for draft in store.of(label)]


@pytest.fixture
async def sit(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis, tmp_path: Path
) -> AsyncIterator[Sit]:
    """A window on the same cache, as often as it is asked for; the one before has ended by then."""
    cache = RedisCache(parse_target(redis_url))
    await cache.connect()

    stores: list[DraftStore] = []

    async def another() -> Desk:
        for store in stores:
            store.close()
        stores.append(DraftStore(tmp_path / "drafts"))
        return await seat(cache, drafts=stores[-1])

    yield another
    await cache.aclose()


def window_of(desk: Desk) -> ElementDialog | None:
    windows = desk.tabs.findChildren(ElementDialog)
    return next((window for window in windows if window.isVisible()), None)


async def opened(desk: Desk) -> ElementDialog:
    await desk.until(lambda: window_of(desk))
    window = window_of(desk)
    assert window is not None
    await desk.until(window.isActiveWindow)
    return window


async def edit(desk: Desk) -> ElementDialog:
    """Open the window of the long value."""
    await desk.open(b"customer")
    table = desk.pane().pages.elements.table
    await desk.until(lambda: table.model().rowCount() == 1)
    table.setCurrentIndex(table.model().index(0, 1))
    strike(table, Qt.Key.Key_F2)
    return await opened(desk)


def strike(
    widget: QWidget,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    text: str = "",
) -> None:
    # QTest may run the loop in between, which a coroutine on that loop must not.
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))


def write(window: ElementDialog, text: str) -> None:
    strike(window.panel.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    for letter in text:
        strike(window.panel.view, Qt.Key.Key_unknown, text=letter)


async def save(desk: Desk, window: ElementDialog) -> None:
    await press(desk, window, "Save")


def says(window: ElementDialog, part: str) -> bool:
    return any(part in label.text() for label in window.findChildren(QLabel) if label.isVisible())


async def press(desk: Desk, window: ElementDialog, text: str) -> None:
    """Press a button as soon as it is there; one of a bar before one beneath the text."""

    def found() -> list[QPushButton]:
        buttons = window.findChildren(QPushButton)
        shown = [b for b in buttons if b.isVisible() and b.isEnabled() and b.text() == text]
        return [b for b in shown if isinstance(b.parentWidget(), NoticeBar)] or shown

    await desk.until(found)
    found()[0].click()


async def offered(desk: Desk) -> Notice:
    desk.notices.clear()
    desk.tabs.offer_drafts()
    await desk.until(lambda: any("never saved" in notice.title for notice in desk.notices))
    return desk.notices[-1]


def accept(notice: Notice) -> None:
    next(action for action in notice.actions if action.label == "Open").run()


async def come_to_rest(desk: Desk, kept: Kept) -> None:
    """Wait until the window has closed, its draft has gone, and the key was read again."""
    tasks = desk.pane().tasks
    await desk.until(lambda: window_of(desk) is None and kept() == [])
    await desk.until(lambda: not any(map(tasks.is_running, ("follow", "elements"))))


async def resumed(sit: Sit, kept: Kept) -> tuple[Desk, Notice]:
    """Write and do not save; that window ends without a word, and another is opened."""
    desk = await sit()
    write(await edit(desk), MINE)
    await desk.until(lambda: kept() == [MINE])
    later = await sit()
    return later, await offered(later)


async def test_the_text_is_offered_again_and_can_be_saved(
    sit: Sit, kept: Kept, raw: redis.Redis
) -> None:
    desk, notice = await resumed(sit, kept)
    assert notice.detail.startswith("customer, profile, ")
    assert notice.detail.endswith(": the value has not changed since")
    accept(notice)
    window = await opened(desk)
    await desk.until(lambda: window.panel.view.text() == MINE)
    await desk.until(lambda: says(window, "The cache has not changed since."))
    assert desk.tabs.unsaved() == (b"customer",)
    await save(desk, window)
    await desk.until(lambda: raw.hget("customer", "profile") == b'{"note":"mine"}')
    await come_to_rest(desk, kept)
    assert not desk.tabs.unsaved()


async def test_what_others_wrote_meanwhile_is_said_and_overwritten_only_on_request(
    sit: Sit, kept: Kept, raw: redis.Redis
) -> None:
    desk, _ = await resumed(sit, kept)
    raw.hset("customer", "profile", "theirs")
    notice = await offered(desk)
    assert notice.detail.endswith(": the cache holds another value by now")
    accept(notice)
    window = await opened(desk)
    await desk.until(lambda: says(window, "The cache holds another value by now: “theirs”"))
    await save(desk, window)
    await desk.until(lambda: says(window, "Somebody else wrote “profile”"))
    assert raw.hget("customer", "profile") == b"theirs"
    assert window.panel.view.text() == MINE
    assert kept() == [MINE], "it is not saved, so it is kept"
    await press(desk, window, "Overwrite theirs")
    await desk.until(lambda: raw.hget("customer", "profile") == b'{"note":"mine"}')
    await come_to_rest(desk, kept)


async def test_theirs_is_taken_and_undo_brings_mine_back(
    sit: Sit, kept: Kept, raw: redis.Redis
) -> None:
    desk = await sit()
    window = await edit(desk)
    write(window, MINE)
    raw.hset("customer", "profile", '{"note":"theirs"}')
    await save(desk, window)
    await desk.until(lambda: says(window, "Somebody else wrote “profile”"))
    await press(desk, window, "Take theirs")
    await desk.until(lambda: '"theirs"' in window.panel.view.text())
    assert not desk.tabs.unsaved()
    await desk.until(lambda: kept() == [])
    strike(window.panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: window.panel.view.text() == MINE)
    await save(desk, window)
    await desk.until(lambda: raw.hget("customer", "profile") == b'{"note":"mine"}')
    await come_to_rest(desk, kept)


async def test_an_element_that_went_meanwhile_is_added_again_on_request(
    sit: Sit, kept: Kept, raw: redis.Redis
) -> None:
    desk, _ = await resumed(sit, kept)
    raw.hset("customer", "other", "1")
    raw.hdel("customer", "profile")
    notice = await offered(desk)
    assert notice.detail.endswith(": the element does not exist any more")
    accept(notice)
    window = await opened(desk)
    await desk.until(lambda: says(window, "The element does not exist any more."))
    await save(desk, window)
    await desk.until(lambda: says(window, "“profile” does not exist any more."))
    assert not raw.hexists("customer", "profile")
    await press(desk, window, "Add it again")
    await desk.until(lambda: raw.hget("customer", "profile") == b'{"note":"mine"}')
    await come_to_rest(desk, kept)


async def test_closing_the_window_or_the_tab_asks(sit: Sit, kept: Kept, raw: redis.Redis) -> None:
    desk = await sit()
    window = await edit(desk)
    write(window, MINE)
    await desk.until(lambda: kept() == [MINE])
    desk.close_tab()
    assert desk.tabs.open_keys == [b"customer"]
    await desk.until(lambda: says(window, "This text is not saved."))
    await press(desk, window, "Keep")
    await desk.until(lambda: not says(window, "This text is not saved."))
    strike(window, Qt.Key.Key_Escape)
    await desk.until(lambda: says(window, "This text is not saved."))
    await press(desk, window, "Discard")
    await come_to_rest(desk, kept)
    assert not desk.tabs.unsaved()
    assert raw.hget("customer", "profile") == STORED.encode()


async def test_a_window_may_be_discarded_while_its_text_is_still_checked(
    sit: Sit, raw: redis.Redis
) -> None:
    raw.hset("customer", "profile", f"[{','.join(map(str, range(60_000)))}]")

    def is_checked() -> bool:
        return any(task.get_name().startswith("check") for task in asyncio.all_tasks())

    desk = await sit()
    window = await edit(desk)
    await desk.until(lambda: window.panel.view.blockCount() > 60_000 and not is_checked())
    strike(window.panel.view, Qt.Key.Key_unknown, text=" ")
    strike(window, Qt.Key.Key_Escape)
    await desk.until(is_checked)
    await press(desk, window, "Discard")
    await desk.until(lambda: not isValid(window) and not is_checked())
    assert not desk.notices
