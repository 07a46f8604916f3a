"""A text merged by hand survives the window's sudden end beside the user's own text."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import ExpireIn
from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.values.drafts import DraftStore, MergedText, Unsaved
from tests.ui.editor.conftest import Desk

KEY = b"session:4f1c"
MINE = '{\n  "a": 10,\n  "b": 2,\n  "c": 3\n}'
THEIRS = b'{"a":1,"b":2,"c":30}'
BY_HAND = ' {\n  "a": 10,\n  "b": 2,\n  "c": 30\n}'


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    return DraftStore(tmp_path / "drafts")


@pytest.fixture
async def desk(seat: Callable[..., Awaitable[Desk]], store: DraftStore) -> Desk:
    """Two wrote, and the user added a space to the merged text."""
    desk = await seat(drafts=store)
    await desk.put(KEY, b'{"a":1,"b":2,"c":3}')
    pane = await desk.open(KEY)
    desk.write(MINE)
    await tell(desk, THEIRS)
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    desk.click("Show difference")
    await desk.until(lambda: pane.pages.conflict.isVisible() and pane.pages.conflict.merged.text())
    QTest.keyClicks(pane.pages.conflict.merged, " ")
    await desk.until(lambda: kept(store) is not None)
    return desk


@pytest.fixture
def later(
    seat: Callable[..., Awaitable[Desk]], store: DraftStore, tmp_path: Path, desk: Desk
) -> Callable[[], Awaitable[Desk]]:
    """The next window on the same cache with the draft open; the one before just ended."""

    async def start() -> Desk:
        store.close()
        desk = await seat(drafts=DraftStore(tmp_path / "drafts"))
        desk.tabs.offer_drafts()
        await desk.until(lambda: any("never saved" in notice.title for notice in desk.notices))
        notice = next(notice for notice in desk.notices if "never saved" in notice.title)
        next(action for action in notice.actions if action.label == "Open").run()
        await desk.until(lambda: desk.tabs.current_pane)
        return desk

    return start


async def tell(desk: Desk, theirs: bytes) -> None:
    await desk.put(KEY, theirs)
    desk.tabs.keys_changed((Change(KEY, ChangeKind.WRITTEN),))


def kept(store: DraftStore) -> MergedText | None:
    drafts = store.of("memory")
    return drafts[0].unsaved.merged if drafts else None


async def leave(desk: Desk) -> None:
    """End with everything discarded, so that nothing is being written any more."""
    closing = asyncio.ensure_future(desk.tabs.confirm_close_all())
    await desk.until(lambda: "Discard" in desk.button_texts())
    desk.click("Discard")
    assert await closing


async def shown(desk: Desk) -> EditorPane:
    pane = desk.pane()
    await desk.until(
        lambda: pane.pages.conflict.isVisible() and pane.pages.conflict.merged.text() == BY_HAND
    )
    return pane


async def test_it_is_kept_with_the_value_it_was_merged_with(desk: Desk, store: DraftStore) -> None:
    (draft,) = store.of("memory")
    assert draft.unsaved.text == MINE
    assert draft.unsaved.merged == MergedText(BY_HAND, THEIRS)
    await leave(desk)
    assert not store.of("memory")


async def test_the_conflict_is_shown_as_it_was_left_and_can_be_saved(
    later: Callable[[], Awaitable[Desk]], store: DraftStore
) -> None:
    desk = await later()
    pane = await shown(desk)
    assert desk.view().text() == MINE
    desk.click("Save the merged text")
    await desk.until(lambda: not pane.holds_unsaved_text)
    assert await desk.held(KEY) == b'{"a":10,"b":2,"c":30}'
    await desk.until(lambda: not store.of("memory"))


async def test_what_they_wrote_since_is_said_and_not_overwritten_unseen(
    later: Callable[[], Awaitable[Desk]], desk: Desk
) -> None:
    await desk.put(KEY, b'{"a":1,"b":7,"c":3}')
    desk = await later()
    await shown(desk)
    await desk.until(lambda: desk.says("They changed it again: “Theirs” is new."))
    desk.click("Merge anew")
    pane = desk.pane()
    await desk.until(lambda: '"b": 7' in pane.pages.conflict.merged.text())


async def test_without_a_conflict_any_more_the_merged_text_stands_above_the_other(
    later: Callable[[], Awaitable[Desk]], desk: Desk
) -> None:
    await desk.cache.change_ttl(KEY, ExpireIn(1))
    desk.clock.ms += 10
    desk = await later()
    await desk.until(lambda: desk.view().text() == BY_HAND)
    await desk.until(lambda: any("Write it again" in text for text in desk.button_texts()))
    desk.ctrl("z")
    assert desk.view().text() == MINE


async def test_taking_theirs_lets_it_go(desk: Desk, store: DraftStore) -> None:
    desk.click("Take theirs")
    await desk.until(lambda: not store.of("memory"))
    await desk.until(lambda: desk.view().document().isRedoAvailable())
    assert not store.of("memory")


async def test_undoing_what_was_typed_leaves_the_users_text_alone(
    desk: Desk, store: DraftStore
) -> None:
    merged = desk.pane().pages.conflict.merged
    QTest.keyClick(merged, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: kept(store) is None)
    assert [draft.unsaved.text for draft in store.of("memory")] == [MINE]
    await leave(desk)


async def test_it_alone_is_reason_enough_to_ask_before_closing(
    desk: Desk, store: DraftStore
) -> None:
    desk.click("Back to the text")
    desk.ctrl("z")
    desk.close_tab()
    await desk.until(lambda: desk.says("This text is not saved."))
    assert kept(store) is not None
    desk.click("Discard")
    await desk.until(lambda: not store.of("memory"))
    assert desk.tabs.open_keys == []


async def test_after_a_conflict_that_ended_by_itself_redo_and_the_disk_still_have_it(
    desk: Desk, store: DraftStore
) -> None:
    await tell(desk, b'{"a":1,"b":2,"c":3}')
    await desk.until(lambda: desk.view().isVisible() and desk.view().text() == MINE)
    await desk.until(lambda: desk.view().document().isRedoAvailable())
    assert kept(store) is not None
    desk.keys("x")
    await desk.until(lambda: kept(store) is None)
    await leave(desk)


async def test_it_is_part_of_a_draft_that_is_read_while_it_is_put_where_redo_has_it(
    seat: Callable[..., Awaitable[Desk]],
) -> None:
    desk = await seat()
    long = [f"{number:040}" for number in range(12_000)]
    stored = json.dumps({"a": 1, "b": long}, indent=2).encode()
    await desk.put(KEY, stored)
    pane = await desk.open(KEY)
    desk.view().moveCursor(QTextCursor.MoveOperation.End)
    await desk.until(lambda: not desk.view().isReadOnly())
    desk.keys(" ")
    await tell(desk, stored.replace(b"1", b"2", 1))
    await desk.until(lambda: desk.says("Somebody else changed this value."))
    desk.click("Show difference")
    await desk.until(lambda: pane.pages.conflict.isVisible())
    QTest.keyClicks(pane.pages.conflict.merged, " ")
    read: list[asyncio.Future[Unsaved | None]] = []
    pane.state_changed.connect(lambda: read.append(asyncio.ensure_future(pane.draft())))
    await tell(desk, stored)
    await desk.until(lambda: desk.view().document().isRedoAvailable())
    drafts = await asyncio.gather(*read)
    assert drafts
    assert all(draft is not None and draft.merged is not None for draft in drafts)
