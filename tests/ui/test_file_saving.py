"""A file that exists is replaced only by those who say so, and nothing stands still meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.file_saving import FileSaver, SaveWish
from sinch_cache_gui.ui.tasks import TaskScope
from tests.ui.conftest import Lend
from tests.ui.file_dialogs import FileHand

Until = Callable[[Callable[[], object]], Awaitable[None]]
CHANGED_S = 1_800_000_000


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "keys.json"
    path.write_bytes(b"x" * 1234)
    os.utime(path, (CHANGED_S, CHANGED_S))
    return path


@pytest.fixture
async def written(qtbot: QtBot, lend: Lend, old: Path) -> list[Path]:
    """Somebody is asked where to write; where is noted here."""
    window, scope, written = QWidget(), TaskScope(Notices()), list[Path]()
    lend(window, scope)
    window.show()
    saver = FileSaver(scope, window)
    saver.ask(SaveWish("Export", str(old), "JSON (*.json)", written.append))
    return written


@pytest.fixture
def hand(until: Until) -> FileHand:
    return FileHand(until)


async def test_a_new_file_is_written_at_once(
    written: list[Path], hand: FileHand, old: Path, until: Until
) -> None:
    await hand.name_file(old.with_name("other"))
    await until(lambda: written)
    assert written == [old.with_name("other.json")]
    assert not hand.is_asking()


async def test_of_a_file_that_exists_it_says_which_how_large_and_how_old(
    written: list[Path], hand: FileHand, old: Path, until: Until
) -> None:
    await hand.name_file(old)
    name, about, folder = await hand.question()
    assert name == "keys.json exists already"
    assert about.startswith("1.2 kB, last changed 2027-01-1")
    assert str(old.parent) in folder
    assert written == []
    await hand.press("Replace")
    assert written == [old]
    await until(lambda: not hand.is_asking())


async def test_other_work_goes_on_while_the_question_stands(
    written: list[Path], hand: FileHand, old: Path, until: Until
) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    heart = asyncio.create_task(beat())
    # A loop of Qt's own would come back from this only once it is answered.
    await hand.name_file(old)
    await hand.question()
    before = beats
    await until(lambda: beats > before + 100)
    assert not heart.done()
    heart.cancel()
    await hand.press("Cancel")
    assert written == []


async def test_enter_does_not_replace_it_but_asks_for_another_place(
    written: list[Path], hand: FileHand, old: Path, until: Until
) -> None:
    await hand.name_file(old)
    await hand.press_key(Qt.Key.Key_Return)
    assert await hand.suggestion() == old
    await hand.name_file("another.json")
    await until(lambda: written)
    assert written == [old.with_name("another.json")]


async def test_escape_writes_nothing(
    written: list[Path], hand: FileHand, old: Path, until: Until
) -> None:
    await hand.name_file(old)
    await hand.press_key(Qt.Key.Key_Escape)
    await until(lambda: not hand.is_asking())
    assert written == []
