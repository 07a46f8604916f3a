"""Unsaved text survives the window's sudden end, and is offered again with what the key holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sinch_cache_gui.cache.interface import ExpireIn
from sinch_cache_gui.notices import Notice
from sinch_cache_gui.values.drafts import Draft, DraftStore, Unsaved
from tests.ui.editor.conftest import Desk

KEY = b"session:1"


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts")


@pytest.fixture
async def desk(seat: Callable[..., Awaitable[Desk]], store: DraftStore) -> Desk:
    return await seat(drafts=store)


@pytest.fixture
async def later(
    seat: Callable[..., Awaitable[Desk]], store: DraftStore, tmp_path: Path, desk: Desk
) -> Callable[[], Awaitable[Desk]]:
    """The next window on the same cache; the one before ended without a word."""

    async def start() -> Desk:
        await write_and_rest(desk, store)
        store.close()
        return await seat(drafts=DraftStore(tmp_path / "drafts"))

    return start


async def write_and_rest(desk: Desk, store: DraftStore) -> None:
    await desk.put(KEY, b'{"a":1}')
    await desk.open(KEY)
    desk.write('{"a": 2')
    await desk.until(lambda: store.of("memory"))


def press(notice: Notice, label: str) -> None:
    next(action for action in notice.actions if action.label == label).run()


async def offered(desk: Desk) -> Notice:
    desk.tabs.offer_drafts()
    await desk.until(lambda: any("never saved" in notice.title for notice in desk.notices))
    return next(notice for notice in desk.notices if "never saved" in notice.title)


async def test_the_text_is_offered_again_and_can_be_saved(
    later: Callable[[], Awaitable[Desk]], store: DraftStore
) -> None:
    desk = await later()
    notice = await offered(desk)
    assert notice.title == "1 key holds text that was never saved"
    assert notice.detail.startswith("session:1, ")
    assert notice.detail.endswith(": the value has not changed since")
    press(notice, "Open")
    await desk.until(lambda: desk.tabs.current_pane and desk.view().text() == '{"a": 2')
    await desk.until(desk.tabs.unsaved)
    assert await desk.held(KEY) == b'{"a":1}'

    desk.write('{"a": 2}')
    desk.ctrl("s")
    await desk.until(lambda: not desk.tabs.unsaved())
    assert await desk.held(KEY) == b'{"a":2}'
    await desk.until(lambda: not store.of("memory"))


async def test_a_value_that_was_changed_meanwhile_is_a_conflict(
    later: Callable[[], Awaitable[Desk]],
) -> None:
    desk = await later()
    await desk.put(KEY, b'{"a":3}')
    notice = await offered(desk)
    assert notice.detail.endswith(": the cache holds another value by now")
    press(notice, "Open")
    await desk.until(lambda: "Show difference" in desk.button_texts())
    assert desk.view().text() == '{"a": 2'
    desk.ctrl("s")
    assert await desk.held(KEY) == b'{"a":3}'


async def test_a_key_that_went_meanwhile_can_be_written_again(
    later: Callable[[], Awaitable[Desk]],
) -> None:
    desk = await later()
    await desk.cache.change_ttl(KEY, ExpireIn(1))
    desk.clock.ms += 10
    notice = await offered(desk)
    assert notice.detail.endswith(": the key does not exist any more")
    press(notice, "Open")
    await desk.until(lambda: desk.view().text() == '{"a": 2')
    await desk.until(lambda: any("Write it again" in text for text in desk.button_texts()))
    assert await desk.held(KEY) is None


async def test_drafts_can_be_discarded(
    later: Callable[[], Awaitable[Desk]], store: DraftStore
) -> None:
    desk = await later()
    press(await offered(desk), "Discard")
    await desk.until(lambda: not store.of("memory"))


async def test_saving_or_taking_it_back_lets_the_draft_go(desk: Desk, store: DraftStore) -> None:
    await write_and_rest(desk, store)
    desk.ctrl("z")
    await desk.until(lambda: not store.of("memory"))
    desk.write('{"a": 5}')
    await desk.until(lambda: store.of("memory"))
    desk.ctrl("s")
    await desk.until(lambda: not store.of("memory"))


async def test_discarding_a_tab_lets_the_draft_go(desk: Desk, store: DraftStore) -> None:
    await write_and_rest(desk, store)
    desk.close_tab()
    await desk.until(lambda: "Discard" in desk.button_texts())
    desk.click("Discard")
    await desk.until(lambda: not store.of("memory"))
    assert desk.tabs.open_keys == []


async def test_discarding_everything_at_the_end_lets_the_drafts_go(
    desk: Desk, store: DraftStore
) -> None:
    await write_and_rest(desk, store)
    closing = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: "Discard" in desk.button_texts())
    desk.click("Discard")
    assert await closing
    assert not store.of("memory")


async def test_a_draft_is_opened_in_the_tab_that_its_key_has_already(
    later: Callable[[], Awaitable[Desk]], store: DraftStore
) -> None:
    desk = await later()
    notice = await offered(desk)
    pane = await desk.open(KEY)
    press(notice, "Open")
    await desk.until(lambda: desk.view().text() == '{"a": 2')
    assert desk.pane() is pane
    assert pane.holds_unsaved_text
    await desk.until(lambda: store.of("memory"))


async def test_a_draft_never_takes_the_place_of_other_unsaved_text(
    later: Callable[[], Awaitable[Desk]], store: DraftStore
) -> None:
    desk = await later()
    notice = await offered(desk)
    await desk.open(KEY)
    desk.write("[3]")
    await desk.until(lambda: len(store.of("memory")) == 2)
    press(notice, "Open")
    assert desk.view().text() == "[3]"
    refused = desk.notices[-1]
    assert refused.title == "Other text is not saved in the same place"

    desk.ctrl("s")
    await desk.until(lambda: not desk.tabs.unsaved())
    await desk.until(lambda: len(store.of("memory")) == 1)
    press(refused, "Open")
    await desk.until(lambda: desk.view().text() == '{"a": 2')


async def test_windows_keep_apart_what_they_hold_of_one_key(
    seat: Callable[..., Awaitable[Desk]], store: DraftStore, tmp_path: Path, desk: Desk
) -> None:
    await write_and_rest(desk, store)
    other = await seat(drafts=DraftStore(tmp_path / "drafts"))
    other.tabs.offer_drafts()
    await other.open(KEY)
    other.write("[5]")
    await other.until(lambda: len(store.of("memory")) == 2)
    assert not other.notices, "the text of a window that is open is no draft to be opened here"
    other.ctrl("s")
    await other.until(lambda: len(store.of("memory")) == 1)
    assert [draft.unsaved.text for draft in store.of("memory")] == ['{"a": 2']


async def test_the_text_of_a_new_key_survives_with_the_name_it_had_so_far(
    seat: Callable[..., Awaitable[Desk]], store: DraftStore, tmp_path: Path, desk: Desk
) -> None:
    desk.tabs.open_new(b"session:")
    desk.type_into("Name of the new key", "session:new")
    desk.write('{"a": 1}')
    await desk.until(lambda: store.of("memory"))
    store.close()

    desk = await seat(drafts=DraftStore(tmp_path / "drafts"))
    notice = await offered(desk)
    assert notice.detail.startswith("New key “session:new”, ")
    assert notice.detail.endswith(": it was never created")
    press(notice, "Open")
    await desk.until(lambda: desk.tabs.current_pane and desk.view().text() == '{"a": 1}')
    assert desk.create_pane().key == b"session:new"
    desk.click("Create")
    await desk.until(lambda: not store.of("memory"))
    assert await desk.held(b"session:new") == b'{"a":1}'


async def test_a_new_key_that_is_discarded_leaves_no_draft(desk: Desk, store: DraftStore) -> None:
    desk.tabs.open_new()
    desk.write("1")
    await desk.until(lambda: store.of("memory"))
    closing = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: "Discard" in desk.button_texts())
    desk.click("Discard")
    assert await closing
    assert not store.of("memory")


async def test_a_draft_of_no_moment_there_ever_is_hides_no_other(
    seat: Callable[..., Awaitable[Desk]], store: DraftStore, tmp_path: Path
) -> None:
    store.keep(Draft("memory", b"damaged", Unsaved("1", b"0"), 10**19))
    store.keep(Draft("memory", KEY, Unsaved("2", b"0"), 5))
    store.close()
    desk = await seat(drafts=DraftStore(tmp_path / "drafts"))
    assert (await offered(desk)).title == "2 keys hold text that was never saved"
