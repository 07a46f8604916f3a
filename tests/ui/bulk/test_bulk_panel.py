"""The panel counts and samples, does it, tells what came of it, and takes all of it back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.errors import CacheError, NotPermitted
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import BackendFacts, CacheBackend, TtlPolicy, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.journal import Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_targets import ChosenKeys, below
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.bulk.bulk_panel import BulkPanel
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from tests.ui.conftest import Lend

Until = Callable[[Callable[[], object]], Awaitable[None]]
KEYS = [b"session:%d" % number for number in range(40)]


class Shared(ForwardingBackend):
    """A cache that other programs use too."""

    @property
    def facts(self) -> BackendFacts:
        return replace(self._inner.facts, label="cache.example:6379/0", is_production_like=True)


class Guarded(ForwardingBackend):
    """A cache that keeps one key."""

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        return [
            NotPermitted("This user may not delete")
            if key == b"session:7"
            else await self._inner.remove(key)
            for key in keys
        ]


class Hand:
    """What a person does with the panel and reads on it."""

    def __init__(self, panel: BulkPanel, cache: CacheBackend, qtbot: QtBot, until: Until) -> None:
        self.panel, self.cache, self.qtbot, self.until = panel, cache, qtbot, until
        self.done: list[tuple[object, ...]] = []
        panel.bulk_done.connect(self.done.append)

    def texts(self) -> str:
        labels = self.panel.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())

    def field(self, name: str) -> QLineEdit:
        fields = self.panel.findChildren(QLineEdit)
        return next(field for field in fields if field.accessibleName() == name)

    def button(self, text: str) -> QPushButton | None:
        buttons = self.panel.findChildren(QPushButton)
        return next((b for b in buttons if b.isVisible() and b.text() == text), None)

    async def press(self, text: str) -> None:
        def is_ready() -> bool:
            button = self.button(text)
            return button is not None and button.isEnabled()

        await self.until(is_ready)
        button = self.button(text)
        assert button is not None
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    async def reads(self, text: str) -> None:
        await self.until(lambda: text in self.texts())

    def type_pattern(self, text: str) -> None:
        field = self.field("Pattern of the keys")
        field.clear()
        self.qtbot.keyClicks(field, text)


Open = Callable[[CacheBackend], Awaitable[Hand]]


@pytest.fixture
async def opened(qapp: QApplication, qtbot: QtBot, lend: Lend, until: Until) -> Open:
    scope = TaskScope(Notices())

    async def open_on(inner: CacheBackend) -> Hand:
        cache = JournalingBackend(inner, Journal())
        for key in (*KEYS, b"rate:1"):
            await cache.write(key, b"1", expected=None, ttl=600_000)
        panel = BulkPanel(Theme(qapp), cache, scope)
        lend(panel, scope)
        return Hand(panel, cache, qtbot, until)

    return open_on


async def test_keys_of_a_pattern_are_counted_and_sampled_before_they_are_deleted(
    opened: Open,
) -> None:
    hand = await opened(MemoryCache())
    hand.panel.open_for(BulkWish(BulkKind.DELETE))
    hand.type_pattern("session:?")
    await hand.reads("10 keys")
    assert "session:0" in hand.texts()
    assert await hand.cache.count_keys() == 41

    await hand.press("Delete 10 keys")
    await hand.reads("10 keys deleted")
    assert await hand.cache.count_keys() == 31

    await hand.press("Undo")
    await hand.reads("Undone: 10 keys")
    assert await hand.cache.count_keys() == 41
    (deadline,) = await hand.cache.deadlines([KEYS[0]])
    assert isinstance(deadline, int)


async def test_the_sample_ends_where_there_are_many_more(opened: Open) -> None:
    hand = await opened(MemoryCache())
    hand.panel.open_for(BulkWish(BulkKind.DELETE, below(b"session:"), "session:*"))
    await hand.reads("40 keys")
    assert "Delete keys: session:*" in hand.texts()
    sample = next(line for line in hand.texts().splitlines() if line.startswith("session:"))
    assert sample.count("session:") == 10
    assert sample.endswith("…")


async def test_a_shared_cache_asks_once_more(opened: Open) -> None:
    hand = await opened(Shared(MemoryCache()))
    hand.panel.open_for(BulkWish(BulkKind.DELETE, ChosenKeys(KEYS[:3]), "the selected keys"))
    await hand.press("Delete 3 keys")
    await hand.reads("cache.example:6379/0: other programs may be using this cache. Go on?")
    await hand.press("Keep")
    await hand.reads("3 keys")
    assert await hand.cache.count_keys() == 41

    await hand.press("Delete 3 keys")
    await hand.press("Delete 3 keys")
    await hand.reads("3 keys deleted")
    assert await hand.cache.count_keys() == 38


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
async def test_enter_twice_on_a_shared_cache_keeps_the_keys(opened: Open, key: Qt.Key) -> None:
    hand = await opened(Shared(MemoryCache()))
    hand.panel.open_for(BulkWish(BulkKind.DELETE, ChosenKeys(KEYS[:3]), "the selected keys"))
    await hand.until(lambda: hand.button("Delete 3 keys"))
    hand.panel.activateWindow()
    await hand.until(lambda: QApplication.focusWidget() is hand.button("Delete 3 keys"))
    hand.qtbot.keyClick(QApplication.focusWidget(), key)
    await hand.reads("Go on?")
    assert QApplication.focusWidget() is hand.button("Keep")
    hand.qtbot.keyClick(QApplication.focusWidget(), key)
    await hand.until(lambda: "Go on?" not in hand.texts())
    assert hand.button("Delete 3 keys") is not None
    assert await hand.cache.count_keys() == 41


async def test_a_shared_cache_asks_again_about_another_ttl(opened: Open) -> None:
    hand = await opened(Shared(MemoryCache()))
    hand.panel.open_for(BulkWish(BulkKind.CHANGE_TTL, ChosenKeys(KEYS[:3]), "the selected keys"))
    hand.field("Time to live").setText("2h")
    await hand.press("Change 3 keys")
    await hand.reads("Go on?")
    hand.field("Time to live").setText("2s")
    await hand.until(lambda: "Go on?" not in hand.texts())
    await hand.press("Change 3 keys")
    await hand.reads("Go on?")
    assert hand.button("Keep") is not None
    await hand.press("Change 3 keys")
    await hand.reads("TTL changed: 3 keys")


async def test_a_ttl_is_read_back_in_words_before_many_keys_get_it(opened: Open) -> None:
    hand = await opened(MemoryCache())
    hand.panel.open_for(BulkWish(BulkKind.CHANGE_TTL, ChosenKeys(KEYS), "the selected keys"))
    ttl = hand.field("Time to live")
    for refused in ("-1", "0", "soon"):
        ttl.setText(refused)
        button = hand.button("Change 40 keys")
        assert button is not None
        assert not button.isEnabled()
    ttl.setText("2h 30m")
    await hand.reads("2 hours 30 minutes")
    await hand.press("Change 40 keys")
    await hand.reads("TTL changed: 40 keys")
    assert [len(traces) for traces in hand.done] == [40]
    (deadline,) = await hand.cache.deadlines([KEYS[5]])
    assert isinstance(deadline, int)
    assert 8_990_000 < deadline - hand.cache.now_ms() <= 9_000_000

    await hand.press("Undo")
    await hand.reads("Undone: 40 keys")
    (deadline,) = await hand.cache.deadlines([KEYS[5]])
    assert isinstance(deadline, int)
    assert deadline - hand.cache.now_ms() <= 600_000


async def test_time_is_added_and_the_expiry_removed(opened: Open) -> None:
    hand = await opened(MemoryCache())
    await hand.cache.write(b"forever", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    wish = BulkWish(BulkKind.CHANGE_TTL, ChosenKeys((KEYS[0], b"forever")), "the selected keys")
    hand.panel.open_for(wish)
    way = hand.panel.findChild(QComboBox)
    assert way is not None
    way.setCurrentText("Extend by")
    hand.field("Time to live").setText("tomorrow 9:00")
    await hand.reads("Extend by a span of time")
    hand.field("Time to live").setText("10m")
    await hand.press("Change 2 keys")
    await hand.reads("TTL changed: 1 of 2 keys")
    await hand.reads("had no TTL to add to: 1")
    (deadline,) = await hand.cache.deadlines([KEYS[0]])
    assert isinstance(deadline, int)
    assert deadline - hand.cache.now_ms() > 1_190_000

    way.setCurrentText("Remove the expiry")
    await hand.press("Change 2 keys")  # the report of before has made room for the next change
    await hand.reads("TTL changed: 1 of 2 keys")
    assert await hand.cache.deadlines([KEYS[0]]) == [None]


async def test_what_was_gone_and_what_was_refused_is_told(opened: Open) -> None:
    hand = await opened(Guarded(MemoryCache()))
    keys = (b"session:7", b"session:8", b"never there")
    hand.panel.open_for(BulkWish(BulkKind.DELETE, ChosenKeys(keys), "the selected keys"))
    await hand.press("Delete 3 keys")
    await hand.reads("1 of 3 keys deleted")
    await hand.reads("Already gone: 1")
    await hand.reads("session:7: This user may not delete")


async def test_it_can_be_stopped_and_what_was_done_is_undone(opened: Open) -> None:
    class Waiting(ForwardingBackend):
        """Keeps a batch waiting until the user has pressed Stop."""

        async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
            await stopped.wait()
            return await self._inner.remove_many(keys)

    stopped = asyncio.Event()
    keys = [b"many:%d" % number for number in range(400)]
    inner = MemoryCache()
    for key in keys:
        await inner.write(key, b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    hand = await opened(Waiting(inner))
    hand.panel.open_for(BulkWish(BulkKind.DELETE, ChosenKeys(keys), "the selected keys"))
    before = await hand.cache.count_keys()
    await hand.press("Delete 400 keys")
    await hand.press("Stop")
    stopped.set()
    await hand.reads("of 400 keys deleted")
    await hand.reads("Left as they were")
    assert (before or 0) - 400 < (await hand.cache.count_keys() or 0) < (before or 0)
    await hand.press("Undo")
    await hand.reads("Undone")
    assert await hand.cache.count_keys() == before


async def test_the_counted_keys_are_handed_over_for_export(opened: Open, qtbot: QtBot) -> None:
    hand = await opened(MemoryCache())
    hand.panel.open_for(BulkWish(BulkKind.EXPORT))
    hand.type_pattern("rate")
    await hand.reads("1 key")
    with qtbot.waitSignal(hand.panel.export_requested) as asked:
        await hand.press("Export 1 key…")
    assert asked.args is not None
    assert list(asked.args[0]) == [b"rate:1"]
    assert not hand.panel.isVisible()


async def test_without_a_pattern_and_without_a_match_nothing_can_be_done(opened: Open) -> None:
    hand = await opened(MemoryCache())
    hand.panel.open_for(BulkWish(BulkKind.DELETE))
    await hand.reads("counted and the first of them shown before anything is done")
    hand.type_pattern("nothing:*")
    await hand.reads("No key matches.")
    button = hand.button("Delete 0 keys")
    assert button is not None
    assert not button.isEnabled()
    hand.qtbot.keyClick(hand.panel, Qt.Key.Key_Escape)
    assert not hand.panel.isVisible()
