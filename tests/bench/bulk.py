"""Many keys at once in the real window: seconds, and the largest gap in which nothing else ran.

A redis-server of its own holds the keys. The window runs offscreen under its real loop with a
heartbeat of 1 ms, and is driven as by a hand: exported to a file, deleted, imported again, given
another TTL, taken back, searched. The yardstick is a bare pipeline of redis-py that reads, deletes
and writes the same keys. The journal is opened, searched and scrolled with as many entries.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

import redis
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QWidget
from qasync import QEventLoop

from sinch_cache_gui.cache.interface import KeyType, Snapshot
from sinch_cache_gui.keyspace.journal import Action, JournalEntry, Result
from sinch_cache_gui.keyspace.key_targets import KeyFinder, below
from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.workspace import Workspace
from tests.bench.real_window import Heartbeat, opened_workspace, until
from tests.bench.seed import start_server

PREFIX = b"session:"
HOUR_MS = 3_600_000
BATCH = 1_000
NEEDLE = "+4670000"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench bulk")
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=200, help="of each value, about")
    parser.add_argument("--part", choices=PARTS, action="append", help="all by default")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with start_server() as server, tempfile.TemporaryDirectory() as folder:
        figures = yardstick(server.url, arguments.keys, arguments.bytes)
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            parts = arguments.part or list(PARTS)
            drive = drive_window(application, server.url, arguments.keys, Path(folder), parts)
            figures |= runner.run(drive)
    print(json.dumps(figures))
    return 0


def yardstick(url: str, keys: int, size: int) -> dict[str, float]:
    """Write, read and delete by a bare pipeline; what is written last stays."""
    names = [b"%s%08x" % (PREFIX, number * 2_654_435_761 % 2**32) for number in range(keys)]
    figures: dict[str, float] = {"keys": keys}
    with redis.Redis.from_url(url) as client:

        def timed(what: str, queue: Callable[[redis.client.Pipeline, int], object]) -> None:
            began = perf_counter()
            for start in range(0, keys, BATCH):
                pipe = client.pipeline(transaction=False)
                for number in range(start, min(start + BATCH, keys)):
                    queue(pipe, number)
                pipe.execute()
            figures[what] = round(perf_counter() - began, 2)

        def write(pipe: redis.client.Pipeline, number: int) -> object:
            said = {"callerNumber": f"+467{number:07}", "fill": "x" * max(size - 40, 0)}
            return pipe.set(names[number], json.dumps(said), px=HOUR_MS + number)

        timed("bare_write_s", write)
        timed("bare_read_s", lambda pipe, number: pipe.get(names[number]).pttl(names[number]))
        timed("bare_delete_s", lambda pipe, number: pipe.unlink(names[number]))
        timed("bare_write_s", write)
    return figures


class Hand:
    """Does one thing after the other in the window, and notes how long and how smooth it was."""

    def __init__(self, window: QWidget, heart: Heartbeat) -> None:
        self.window, self.heart = window, heart
        self.figures: dict[str, float] = {}

    def button(self, text: str) -> QAbstractButton | None:
        buttons = self.window.findChildren(QAbstractButton)
        return next((b for b in buttons if b.isVisible() and b.text() == text), None)

    async def press(self, text: str) -> None:
        def is_ready() -> bool:
            button = self.button(text)
            return button is not None and button.isEnabled()

        await until(is_ready)
        button = self.button(text)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def says(self, text: str) -> bool:
        labels = self.window.findChildren(QLabel)
        return any(text in label.text() for label in labels if label.isVisible())

    async def measure(
        self, name: str, act: Callable[[], object], is_over: Callable[[], bool]
    ) -> None:
        await asyncio.sleep(0.5)
        async with self.heart.listening() as gaps:
            began = perf_counter()
            act()
            await until(is_over)
            took = perf_counter() - began
            await asyncio.sleep(0.3)
        self.figures[f"{name}_s"] = round(took, 2)
        self.figures[f"{name}_gap_max_ms"] = round(gaps[-1], 1)
        print(name, self.figures[f"{name}_s"], gaps[-1], file=sys.stderr)

    def click(self, text: str) -> None:
        button = self.button(text)
        assert button is not None, text
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def drive_window(
    application: QApplication, url: str, keys: int, folder: Path, parts: Sequence[str]
) -> dict[str, float]:
    async with opened_workspace(application, url) as workspace:
        hand = Hand(workspace.window(), Heartbeat(is_on=True))
        await hand.measure(
            "load",
            workspace.start,
            lambda: workspace.mirror.coverage.state is CoverageState.COMPLETE,
        )
        for part in parts:
            await PARTS[part](workspace, hand, keys, folder / "keys.json")
    return hand.figures


async def delete_all(workspace: Workspace, hand: Hand, keys: int) -> None:
    workspace.bulk.open_for(BulkWish(BulkKind.DELETE, below(PREFIX), "session"))
    await until(lambda: hand.button(f"Delete {keys:,} keys") is not None)


async def drive_deleting(workspace: Workspace, hand: Hand, keys: int, _path: Path) -> None:
    many = f"{keys:,} keys"
    await delete_all(workspace, hand, keys)
    await hand.measure(
        "delete", lambda: hand.click(f"Delete {many}"), lambda: hand.says(f"{many} deleted")
    )
    await hand.measure(
        "undo_delete", lambda: hand.click("Undo"), lambda: hand.says(f"Undone: {many}")
    )
    workspace.bulk.close_panel()


async def drive_files(workspace: Workspace, hand: Hand, keys: int, path: Path) -> None:
    many = f"{keys:,} keys"
    finder = KeyFinder(workspace.backend, below(PREFIX))
    await finder.run()
    names = list(finder.keys)
    await hand.measure(
        "export", lambda: workspace.transfers.export_to(path, names), lambda: hand.says("exported")
    )
    await hand.measure(
        "dry_run",
        lambda: workspace.transfers.import_from(path),
        lambda: hand.button("Overwrite") is not None,
    )
    await hand.measure(
        "overwrite", lambda: hand.click("Overwrite"), lambda: hand.says(f"{many} imported")
    )
    await delete_all(workspace, hand, keys)
    hand.click(f"Delete {many}")
    await until(lambda: hand.says(f"{many} deleted"))
    workspace.bulk.close_panel()
    workspace.transfers.import_from(path)
    await until(lambda: hand.button("Import") is not None)
    await hand.measure(
        "import", lambda: hand.click("Import"), lambda: hand.says(f"{many} imported")
    )
    await hand.measure(
        "undo_import", lambda: hand.click("Undo"), lambda: hand.says(f"Undone: {many}")
    )


async def drive_ttl(workspace: Workspace, hand: Hand, keys: int, _path: Path) -> None:
    many = f"{keys:,} keys"
    workspace.bulk.open_for(BulkWish(BulkKind.CHANGE_TTL, below(PREFIX), "session"))
    (way,) = workspace.bulk.findChildren(QComboBox)
    way.setCurrentIndex(2)
    await until(lambda: hand.button(f"Change {many}") is not None)
    await hand.measure(
        "ttl", lambda: hand.click(f"Change {many}"), lambda: hand.says(f"TTL changed: {many}")
    )
    await hand.measure("undo_ttl", lambda: hand.click("Undo"), lambda: hand.says(f"Undone: {many}"))
    workspace.bulk.close_panel()


async def drive_search(workspace: Workspace, hand: Hand, keys: int, _path: Path) -> None:
    for name, sought in (
        ("search_text", NEEDLE),
        ("search_path", f'callerNumber = "{NEEDLE}001"'),
        ("search_all", "caller"),
    ):
        workspace.search.open_panel()
        query = workspace.search.findChildren(QLineEdit)[0]
        query.setText(sought)
        await hand.measure(
            name,
            lambda: hand.click("Search"),
            lambda: not workspace.search.is_searching,
        )
        assert hand.says(f"of {keys:,} keys")
    workspace.search.close_panel()


async def drive_journal(workspace: Workspace, hand: Hand, count: int, _path: Path) -> None:
    now_ms = workspace.backend.now_ms()
    entries = [
        JournalEntry(
            0,
            now_ms - number * 1_000,
            Action.SAVED,
            b"session:%08x" % number,
            Result.DONE,
            Snapshot(b"session:%08x" % number, KeyType.STRING, b'{"n": %d}' % number, None),
            b'{"n": %d}' % (number + 1),
        )
        for number in reversed(range(count))
    ]
    await asyncio.sleep(1)
    workspace.backend.journal.adopt_earlier(entries)
    table = workspace.journal.table
    total = count + len(workspace.backend.journal.entries)
    await hand.measure(
        "journal_open", workspace.toggle_journal, lambda: table.rows.rowCount() == total
    )
    search = workspace.journal.findChildren(QLineEdit)[0]
    await hand.measure(
        "journal_search", lambda: search.setText('"n": 4242'), lambda: table.rows.rowCount() < 100
    )
    await hand.measure(
        "journal_back", lambda: search.setText(""), lambda: table.rows.rowCount() == total
    )
    bar = table.verticalScrollBar()
    steps = iter(range(0, bar.maximum(), max(bar.maximum() // 100, 1)))

    def scroll() -> bool:
        at = next(steps, None)
        if at is not None:
            bar.setValue(at)
        return at is None

    await hand.measure("journal_scroll", lambda: None, scroll)
    await hand.measure("journal_end", lambda: bar.setValue(bar.maximum()), lambda: True)


PARTS: Final[dict[str, Callable[[Workspace, Hand, int, Path], Awaitable[None]]]] = {
    "deleting": drive_deleting,
    "ttl": drive_ttl,
    "search": drive_search,
    "journal": drive_journal,
    "files": drive_files,
}
