"""A hash of a million fields in the real window: loaded whole, edited, and read again.

The server holds it in one key. The window runs offscreen under its real loop, with a heartbeat of
1 ms for the gaps in which nothing else could run. The yardsticks: a bare loop of redis.asyncio
HSCAN COUNT 1000 of the same key, and the gaps of the window while nothing is asked of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from time import perf_counter

import redis
import redis.asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from qasync import QEventLoop

from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.workspace import Workspace
from sinch_cache_gui.values.element_edits import removal_of
from tests.bench.real_window import Heartbeat, opened_workspace, until
from tests.bench.seed import start_server

KEY = b"app:large"
BATCH = 10_000


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench elements")
    parser.add_argument("--rows", type=int, default=1_000_000)
    arguments = parser.parse_args(argv)
    with start_server() as server:
        fill(server.url, arguments.rows)
        bare_s = asyncio.run(scan_bare(server.url))
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            figures = runner.run(in_window(application, server.url, arguments.rows))
    figures = {"rows": arguments.rows, "bare_hscan_s": bare_s, **figures}
    print(json.dumps({name: round(figure, 1) for name, figure in figures.items()}))
    return 0


def fill(url: str, rows: int) -> None:
    with redis.Redis.from_url(url) as client:
        for first in range(0, rows, BATCH):
            batch = range(first, min(first + BATCH, rows))
            client.hset(KEY, mapping={f"field:{at}": f"value of {at}" for at in batch})


async def scan_bare(url: str) -> float:
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.ping()
        began, cursor = perf_counter(), None
        while cursor != 0:
            cursor, _fields = await client.hscan(KEY, cursor or 0, count=1000)
        return perf_counter() - began


async def in_window(application: QApplication, url: str, rows: int) -> dict[str, float]:
    async with opened_workspace(application, url) as workspace:
        workspace.start()
        await workspace.loaded()
        return await Person(workspace, rows).work()


class Person:
    """Has the key open, and does one thing after the other."""

    def __init__(self, workspace: Workspace, rows: int) -> None:
        workspace.editors.open_key(KEY)
        pane = workspace.editors.current_pane
        assert isinstance(pane, EditorPane)
        self._pane = pane
        self._rows = rows
        self._heart = Heartbeat(is_on=True)

    async def work(self) -> dict[str, float]:
        """The time of each, and the longest gap of the loop meanwhile."""
        page = self._pane.pages.elements
        table, model = page.table, page.model
        await until(lambda: model.rowCount() > 0 and self._is_at_rest())
        figures = await self._gaps("idle", lambda: None)
        figures |= await self._gaps("load_all", page.loader.load_all)
        assert model.rowCount() == self._rows
        middle = self._rows // 2
        table.setCurrentIndex(model.index(middle, 1))
        await asyncio.sleep(0.5)
        row = model.row(middle)
        figures |= await self._gaps("edit", self._type_over)
        assert model.row(middle) == (row[0], b"mine")
        removal = removal_of("hash", model.row(middle))
        figures |= await self._gaps("delete", lambda: page.changer.make([removal]))
        assert model.rowCount() == self._rows - 1
        figures |= await self._gaps("undo", page.changer.undo)
        assert model.rowCount() == self._rows
        figures |= await self._gaps("read_again", page.loader.read_again)
        assert model.rowCount() == self._rows
        return figures

    def _type_over(self) -> None:
        table = self._pane.pages.elements.table
        QTest.keyClick(table, Qt.Key.Key_F2)
        line = table.viewport().findChild(QLineEdit)
        assert line is not None
        line.setText("mine")
        QTest.keyClick(line, Qt.Key.Key_Return)

    async def _gaps(self, name: str, begin: Callable[[], object]) -> dict[str, float]:
        async with self._heart.listening() as gaps:
            began = perf_counter()
            begin()
            await until(self._is_at_rest)
            took_s = perf_counter() - began
            await asyncio.sleep(0.5)  # what is painted or tidied up afterwards counts, too
        figures = {f"{name}_gap_max_ms": gaps[-1]}
        if name in ("load_all", "read_again"):
            figures |= {f"{name}_s": took_s, f"{name}_gap_p99_ms": gaps[int(len(gaps) * 0.99)]}
        return figures

    def _is_at_rest(self) -> bool:
        names = ("change elements", "follow", "elements")
        return not any(map(self._pane.tasks.is_running, names))
