"""The journal as a hand uses it: found, compared, taken back, restored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from sinch_cache_gui.cache.interface import ExpireIn, Saved, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.black_box import BlackBox, LastSeen
from sinch_cache_gui.keyspace.journal import Action, Journal, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.journal.model import JournalModel
from sinch_cache_gui.ui.journal.pane import JournalPane
from sinch_cache_gui.ui.key_actions import KeyActions
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from tests.clock import Clock
from tests.ui.conftest import Lend

Until = Callable[[Callable[[], object]], Awaitable[None]]
KEY = b"session:1"


@dataclass
class Desk:
    """A person before the journal of a cache in memory."""

    pane: JournalPane
    cache: JournalingBackend
    clock: Clock
    told: list[Notice]
    until: Until
    hear: Callable[[Callable[[Notice], None]], None]
    restored: list[LastSeen] = field(default_factory=list)
    opened: list[bytes] = field(default_factory=list)

    async def put(self, key: bytes, data: bytes) -> None:
        stored = await self.cache.read(key)
        expected = None if stored is None else stored.data
        ttl = 600_000 if stored is None else TtlPolicy.KEEP
        outcome = await self.cache.write(key, data, expected=expected, ttl=ttl)
        assert isinstance(outcome, Saved)

    async def held(self, key: bytes) -> bytes | None:
        stored = await self.cache.read(key)
        return None if stored is None else stored.data

    def rows(self) -> list[tuple[str, ...]]:
        """What the columns after the time say."""
        model = self.pane.table.model()
        return [
            tuple(str(model.index(row, column).data() or "") for column in range(1, 5))
            for row in range(model.rowCount())
        ]

    def keys(self) -> list[str]:
        return [row[1] for row in self.rows()]

    def button(self, text: str) -> QPushButton:
        buttons = self.pane.findChildren(QPushButton)
        return next(b for b in buttons if b.text() == text and b.isVisible())

    def can(self, text: str) -> bool:
        buttons = self.pane.findChildren(QPushButton)
        return any(b.text() == text and b.isEnabled() and b.isVisible() for b in buttons)

    def click(self, text: str) -> None:
        assert self.can(text), text
        QTest.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def search(self, text: str) -> None:
        (search,) = self.pane.findChildren(QLineEdit)
        search.setFocus()
        search.selectAll()
        QTest.keyClicks(search, text)

    def choose(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        view = self.pane.table
        at = view.visualRect(view.model().index(row, 1)).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifiers, at)

    def select(self, row: int) -> None:
        self.choose(row, Qt.KeyboardModifier.NoModifier)

    def says(self, words: str) -> bool:
        labels = self.pane.findChildren(QLabel)
        return any(words in label.text() for label in labels if label.isVisible())

    def sides(self) -> dict[str, str]:
        sides = self.pane.findChildren(QPlainTextEdit)
        return {side.accessibleName(): side.toPlainText() for side in sides if side.isVisible()}


@pytest.fixture
async def desk(lend: Lend, qapp: QApplication, until: Until) -> AsyncIterator[Desk]:
    told: list[Notice] = []
    notices = Notices()
    hearing: list[Callable[[Notice], None]] = [told.append]
    notices.listen(lambda notice: [hear(notice) for hear in hearing])
    scope = TaskScope(notices)
    clock = Clock()
    cache = JournalingBackend(MemoryCache(clock), Journal())
    box = BlackBox(clock)
    pane = JournalPane(Theme(qapp), cache, box, scope)
    actions = KeyActions(cache, scope, notices)
    desk = Desk(pane, cache, clock, told, until, hearing.append)
    cache.journal.listen(box.wrote)
    cache.journal.listen(pane.note)
    pane.undo_requested.connect(actions.undo_writes)
    pane.restore_requested.connect(desk.restored.append)
    pane.key_activated.connect(desk.opened.append)
    pane.resize(620, 640)
    lend(pane, scope)
    pane.show()
    yield desk
    await scope.aclose()


async def test_an_empty_journal_says_what_will_be_in_it(desk: Desk) -> None:
    await desk.until(lambda: desk.says("Nothing was written yet"))
    assert desk.says("0 writes")


async def test_writes_are_listed_newest_first_with_the_ttl_before_and_after(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.cache.change_ttl(KEY, ExpireIn(90_000))
    await desk.cache.write(KEY, b"2", expected=b"other", ttl=TtlPolicy.KEEP)
    await desk.cache.remove(KEY)
    await desk.until(lambda: len(desk.rows()) == 4)
    assert desk.rows() == [
        ("deleted", "session:1", "1:30", "done"),
        ("saved", "session:1", "", "refused"),
        ("TTL changed", "session:1", "10:00 → 1:30", "done"),
        ("created", "session:1", "10:00", "done"),
    ]


async def test_keys_actions_and_values_are_searched(desk: Desk) -> None:
    await desk.put(b"session:1", b'{"callerNumber": "+46701234567"}')
    await desk.put(b"rate:1", b"1")
    await desk.cache.remove(b"rate:1")
    for text, found in (
        ("SESSION", ["session:1"]),
        ("deleted", ["rate:1"]),
        ("+4670123", ["session:1"]),
        ("CALLERNUMBER", ["session:1"]),
        ("rate", ["rate:1", "rate:1"]),
    ):
        desk.search(text)
        await desk.until(lambda found=found: desk.keys() == found)
    await desk.put(b"session:2", b"1")
    await desk.put(b"rate:2", b"1")
    await desk.until(lambda: desk.keys() == ["rate:2", "rate:1", "rate:1"])
    assert desk.says("3 of 5 writes")
    desk.search("nothing like it")
    await desk.until(lambda: desk.says("No write matches the search"))


async def test_what_is_copied_begins_with_the_byte_order_mark_that_was_written(desk: Desk) -> None:
    await desk.put(KEY, b"\xef\xbb\xbf{}")
    await desk.until(lambda: len(desk.rows()) == 1)
    desk.select(0)
    await desk.until(lambda: desk.can("Copy after"))
    desk.click("Copy after")
    assert QGuiApplication.clipboard().text() == "\ufeff{}"


async def test_a_save_is_compared_and_taken_back(desk: Desk) -> None:
    await desk.put(KEY, b'{"a":1}')
    await desk.put(KEY, b'{"a":2}')
    await desk.until(lambda: len(desk.rows()) == 2)
    desk.select(0)
    await desk.until(lambda: "2" in desk.sides().get("After", ""))
    assert desk.sides() == {"Before": '{\n  "a": 1\n}', "After": '{\n  "a": 2\n}'}
    await desk.until(lambda: desk.can("Undo"))

    desk.click("Copy before")
    assert QGuiApplication.clipboard().text() == '{"a":1}'
    desk.click("Open key")
    assert desk.opened == [KEY]
    desk.click("Undo")
    await desk.until(lambda: desk.told)
    assert desk.told[0].title == "Undone: session:1"
    assert await desk.held(KEY) == b'{"a":1}'


async def test_undo_is_refused_with_the_reason_once_somebody_else_wrote(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.put(KEY, b"2")
    await desk.until(lambda: len(desk.rows()) == 2)
    desk.select(0)
    await desk.until(lambda: desk.can("Undo"))

    await desk.cache.set("session:1", 3)
    desk.pane.look_again({KEY})
    await desk.until(lambda: not desk.can("Undo"))
    assert desk.says("Cannot be undone: it was changed again meanwhile.")

    # Who is faster than the look is still refused by the cache.
    desk.pane.table.setFocus()
    QTest.keyClick(desk.pane.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: desk.told)
    assert desk.told[0].title == "Nothing was undone"
    assert await desk.held(KEY) == b"3"


async def test_several_writes_are_taken_back_newest_first(desk: Desk) -> None:
    for value in (b"1", b"2", b"3"):
        await desk.put(KEY, value)
    await desk.until(lambda: len(desk.rows()) == 3)
    desk.select(0)
    desk.choose(1, Qt.KeyboardModifier.ShiftModifier)
    assert desk.says("2 writes are selected")
    desk.click("Undo 2")
    await desk.until(lambda: desk.told)
    assert desk.told[0].title == "Undone: 2 keys"
    assert await desk.held(KEY) == b"1"


async def test_a_key_that_expired_can_be_restored_from_its_last_write(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    await desk.until(lambda: len(desk.rows()) == 1)
    desk.select(0)
    await desk.until(lambda: desk.can("Undo"))
    assert not desk.can("Restore…")
    desk.clock.ms += 600_000
    desk.pane.look_again({KEY})
    await desk.until(lambda: desk.can("Restore…"))
    assert desk.says("Cannot be undone: the key does not exist any more.")
    desk.click("Restore…")
    (seen,) = desk.restored
    assert (seen.snapshot.payload, seen.left_ms) == (b"1", 600_000)


async def test_the_selected_write_stays_selected_while_others_come_in(desk: Desk) -> None:
    for number in range(40):
        await desk.put(b"key:%02d" % number, b"1")
    await desk.until(lambda: len(desk.rows()) == 40)
    desk.select(2)
    desk.pane.table.verticalScrollBar().setValue(0)
    assert [e.key for e in desk.pane.table.selected_entries()] == [b"key:37"]
    await desk.put(b"new", b"1")
    await desk.until(lambda: len(desk.rows()) == 41)
    assert [e.key for e in desk.pane.table.selected_entries()] == [b"key:37"]


async def test_a_deletion_that_was_found_out_is_compared_and_taken_back(desk: Desk) -> None:
    await desk.put(KEY, b"1")
    seen = await desk.cache.snapshot(KEY)
    await desk.cache.remove(KEY)
    journal = desk.cache.journal
    at_ms = desk.clock()
    journal.record(Action.DELETED, KEY, Result.UNKNOWN, at_ms=at_ms, before=seen)
    journal.record(Action.DELETED, KEY, Result.FOUND_GONE, at_ms=at_ms, before=seen)
    await desk.until(lambda: len(desk.rows()) == 4)
    assert [row[3] for row in desk.rows()[:2]] == ["gone", "unknown"]

    desk.select(1)
    await desk.until(lambda: desk.says("nobody knows whether it happened"))
    assert not desk.can("Undo")
    desk.select(0)
    await desk.until(lambda: desk.can("Undo"))
    assert desk.says("Undo puts back what was seen")
    assert desk.sides() == {"Before": "1", "After": ""}
    desk.click("Undo")
    await desk.until(lambda: desk.told and desk.told[-1].title == "Undone: session:1")
    assert await desk.held(KEY) == b"1"
    await desk.until(lambda: not desk.can("Undo"))


async def test_what_is_written_while_the_list_begins_is_listed_once(desk: Desk) -> None:
    await desk.put(b"a", b"1")
    desk.pane.list_entries()
    await desk.put(b"b", b"1")  # a cache in memory writes before the listing has its turn
    await desk.until(lambda: desk.keys()[:1] == ["b"])
    await desk.put(b"c", b"1")
    await desk.until(lambda: desk.keys()[:1] == ["c"])
    assert desk.keys() == ["c", "b", "a"]
    assert desk.says("3 writes")


async def test_a_long_undo_can_be_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sinch_cache_gui.ui.key_reports.TELL_EVERY_S", 0)
    for number in range(130):
        await desk.put(b"key:%03d" % number, b"1")
    await desk.until(lambda: desk.pane.table.model().rowCount() == 130)
    desk.pane.table.selectAll()

    def stop_after_some(notice: Notice) -> None:
        if notice.title == "Undoing: 100 of 130 writes":
            notice.actions[0].run()

    desk.hear(stop_after_some)
    desk.click("Undo 130")
    await desk.until(lambda: desk.told and desk.told[-1].title == "Undone: 100 keys")
    assert await desk.cache.count_keys() == 30


async def test_rows_keep_to_the_rules_of_models(desk: Desk, qapp: QApplication) -> None:
    model = JournalModel(Theme(qapp), desk.clock)
    tester = QAbstractItemModelTester(model)
    await desk.put(KEY, b"1")
    await desk.put(KEY, b"2")
    model.add(desk.cache.journal.entries[:1])
    model.add(desk.cache.journal.entries[1:])
    assert model.entry(0).after == b"2"
    model.show(())
    assert model.entry(0) is None
    del tester
    await asyncio.sleep(0)
