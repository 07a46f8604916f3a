"""Keys go to a file and come back, and nothing is written before the dry run is agreed to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, Snapshot, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.journal import Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.notices import Notice, Notices, Severity
from sinch_cache_gui.ui.key_transfers import KeyTransfers
from sinch_cache_gui.ui.tasks import TaskScope
from tests.ui.conftest import PATIENCE_S
from tests.ui.file_dialogs import FileHand

Until = Callable[[Callable[[], object]], Awaitable[None]]


class Desk:
    def __init__(self, window: QWidget, inner: CacheBackend | None = None) -> None:
        self.cache = JournalingBackend(inner or MemoryCache(), Journal())
        self.notices = Notices()
        self.told: asyncio.Queue[Notice] = asyncio.Queue()
        self.notices.listen(self.told.put_nowait)
        self.scope = TaskScope(self.notices)
        self.transfers = KeyTransfers(self.cache, self.scope, self.notices, window)

    async def next_notice(self) -> Notice:
        return await asyncio.wait_for(self.told.get(), PATIENCE_S)


@pytest.fixture
async def desk(qtbot: QtBot) -> AsyncIterator[Desk]:
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(window)
    await desk.cache.set("a", 1, 60)
    await desk.cache.set("b", 2, 60)
    yield desk
    await desk.scope.aclose()


@pytest.fixture
async def file(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    desk.transfers.export_to(path, (b"a", b"b", b"gone"))
    notice = await desk.next_notice()
    assert (notice.title, notice.detail) == ("2 keys exported to keys.json", "Already gone: 1")
    return path


def bytes_in(path: Path) -> bytes:
    return path.read_bytes()


def edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def press(notice: Notice, label: str) -> None:
    next(action for action in notice.actions if action.label == label).run()


async def test_a_key_that_a_file_names_twice_is_told_and_asked_about_before_it_is_written(
    desk: Desk, file: Path
) -> None:
    await desk.cache.delete("a")
    await desk.cache.delete("b")
    edit(file, '"key": "b"', '"key": "a"')
    desk.transfers.import_from(file)
    notice = await desk.next_notice()
    assert notice.detail.startswith("1 new: a")
    assert "Named more than once" in notice.detail
    labels = [action.label for action in notice.actions]
    assert labels == ["Skip existing", "Overwrite", "Rename", "Cancel"]
    press(notice, "Overwrite")
    assert (await desk.next_notice()).title == "2 keys imported"
    assert await desk.cache.get("a") == 2


async def test_the_dry_run_says_what_would_happen_and_writes_nothing(
    desk: Desk, file: Path
) -> None:
    await desk.cache.set("a", "theirs")
    await desk.cache.delete("b")
    desk.transfers.import_from(file)
    notice = await desk.next_notice()
    assert notice.title == "Import 2 keys into memory?"
    assert notice.detail == "1 new, 1 exists already: a"
    labels = [action.label for action in notice.actions]
    assert labels == ["Skip existing", "Overwrite", "Rename", "Cancel"]
    press(notice, "Cancel")
    assert await desk.cache.get_many(["a", "b"]) == {"a": "theirs", "b": None}


@pytest.mark.parametrize(
    ("choice", "title", "held"),
    [
        ("Skip existing", "1 key imported", {"a": "theirs", "a (2)": None, "b": 2}),
        ("Overwrite", "2 keys imported", {"a": 1, "a (2)": None, "b": 2}),
        ("Rename", "2 keys imported", {"a": "theirs", "a (2)": 1, "b": 2}),
    ],
)
async def test_an_import_does_what_was_chosen_and_can_be_undone(
    desk: Desk, file: Path, choice: str, title: str, held: dict[str, object]
) -> None:
    await desk.cache.set("a", "theirs")
    await desk.cache.delete("b")
    desk.transfers.import_from(file)
    press(await desk.next_notice(), choice)
    report = await desk.next_notice()
    assert report.title == title
    assert await desk.cache.get_many(["a", "a (2)", "b"]) == held

    press(report, "Undo")
    assert (await desk.next_notice()).severity is Severity.SUCCESS
    assert await desk.cache.get_many(["a", "a (2)", "b"]) == {
        "a": "theirs",
        "a (2)": None,
        "b": None,
    }


ODD = [b"line\nend", "\u202eabc".encode(), b"\x00\x1b[1m", b"\xff\xfe", b"k" * 10_000]


async def test_odd_names_are_shown_escaped_and_copied_exactly(desk: Desk, tmp_path: Path) -> None:
    for key in ODD:
        await desk.cache.write(key, b"1", expected=None, ttl=60_000)
    desk.transfers.export_to(tmp_path / "odd.json", ODD)
    assert (await desk.next_notice()).title == "5 keys exported to odd.json"
    await desk.cache.remove_many(ODD[:1])

    desk.transfers.import_from(tmp_path / "odd.json")
    question = await desk.next_notice()
    assert question.detail.startswith(
        r"1 new, 4 exist already: \u202eabc, \x00\x1b[1m, \xff\xfe, kkkk"
    )
    assert question.detail.isprintable()
    assert len(question.detail) < 200
    press(question, "Skip existing")
    assert (await desk.next_notice()).title == "1 key imported"
    assert set((await desk.cache.scan_page()).keys) == {b"a", b"b", *ODD}


async def test_an_export_of_no_keys_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.transfers.export_to(tmp_path / "none.json", (b"gone",))
    assert (await desk.next_notice()).title == "0 keys exported to none.json"
    desk.transfers.import_from(tmp_path / "none.json")
    assert (await desk.next_notice()).title == "none.json holds no keys"


class Slow(ForwardingBackend):
    """A cache far away."""

    async def snapshot_many(self, keys: Sequence[bytes]) -> list[Snapshot | CacheError | None]:
        await asyncio.sleep(0)
        return await self._inner.snapshot_many(keys)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        await asyncio.sleep(0)
        return await self._inner.restore_many(snapshots)


async def test_each_long_part_tells_how_far_it_is_and_can_be_stopped(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sinch_cache_gui.ui.key_reports.TELL_EVERY_S", 0)
    window = QWidget()
    qtbot.addWidget(window)
    desk = Desk(window, Slow(MemoryCache()))
    keys = [b"k%d" % number for number in range(1000)]
    for key in keys:
        await desk.cache.write(key, b"1", expected=None, ttl=60_000)

    async def stop(doing: str) -> Notice:
        notice = await desk.next_notice()
        while not notice.title.startswith(doing):
            notice = await desk.next_notice()
        press(notice, "Stop")
        while any(action.label == "Stop" for action in notice.actions):
            notice = await desk.next_notice()
        return notice

    async def last() -> Notice:
        notice = await desk.next_notice()
        while any(action.label == "Stop" for action in notice.actions):
            notice = await desk.next_notice()
        return notice

    path = tmp_path / "keys.json"
    desk.transfers.export_to(path, keys)
    assert (await stop("Exporting: ")).title == "Stopped. No file was written."
    desk.transfers.export_to(path, keys)
    assert (await last()).title == "1,000 keys exported to keys.json"
    await desk.cache.remove_many(keys)

    desk.transfers.import_from(path)
    notice = await last()
    assert notice.title == "Import 1,000 keys into memory?", notice
    press(notice, "Import")
    part = await stop("Importing: ")
    count = await desk.cache.count_keys()
    assert count is not None
    assert 0 < count < 1000
    assert part.title == f"{count} keys imported"
    assert part.detail == f"Not begun: {1000 - count}"
    press(part, "Undo")
    assert (await last()).title == f"Undone: {count} keys"
    assert await desk.cache.count_keys() == 0
    await desk.scope.aclose()


async def test_a_file_that_is_no_export_is_refused(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"a": 1}')
    desk.transfers.import_from(path)
    notice = await desk.next_notice()
    assert notice.title == "other.json was not imported"
    assert notice.detail == "This file does not say that it is a “sinch-cache-gui export”."


async def test_a_file_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.transfers.export_to(tmp_path / "no" / "keys.json", (b"a",))
    notice = await desk.next_notice()
    assert notice.title == "keys.json was not written: No such file or directory"
    assert notice.detail == f"Nothing was changed at {tmp_path / 'no' / 'keys.json'}."


async def test_a_file_that_exists_is_replaced_only_by_those_who_say_so(
    desk: Desk, file: Path, until: Until
) -> None:
    before = bytes_in(file)
    hand = FileHand(until)
    desk.transfers.ask_export((b"a",))
    await hand.name_file(file)
    await hand.press("Cancel")
    assert bytes_in(file) == before

    desk.transfers.ask_export((b"a",))
    await hand.name_file(file)
    await hand.press("Replace")
    assert (await desk.next_notice()).title == "1 key exported to keys.json"
    assert bytes_in(file) != before


async def test_a_name_that_is_typed_wrong_is_told_by_the_window_itself(
    desk: Desk, tmp_path: Path, until: Until
) -> None:
    desk.transfers.ask_import()
    await FileHand(until).name_file(tmp_path / "missing.json")
    assert (
        await desk.next_notice()
    ).title == "missing.json cannot be read: No such file or directory"


async def test_with_nothing_selected_it_says_what_to_do(desk: Desk) -> None:
    desk.transfers.ask_export(())
    assert (await desk.next_notice()).title == "No key is selected"
