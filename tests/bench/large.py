"""A JSON text too large to edit in the real window: loaded to be read, gone through, searched.

The server holds it in one key, once on one line and once with a line for each member. The window
runs offscreen under its real loop, with a heartbeat of 1 ms for the gaps in which nothing else
could run. The yardsticks: a bare GET of redis.asyncio, and the gaps while nothing is asked of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from time import perf_counter

import redis
import redis.asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from qasync import QEventLoop

from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.editor.large_text_view import LargeTextView
from sinch_cache_gui.ui.workspace import Workspace
from sinch_cache_gui.values.document_state import Phase
from tests.bench.real_window import Heartbeat, opened_workspace, until
from tests.bench.seed import start_server

SESSION = {"callerNumber": "+46701234567", "menu": ["1", None, True], "name": "Søren"}
JUMPS = 50


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench large")
    parser.add_argument("--bytes", type=int, default=200_000_000)
    size = parser.parse_args(argv).bytes
    with start_server() as server:
        fill(server.url, size)
        figures: dict[str, float] = {"bytes": size, "bare_get_s": asyncio.run(get_bare(server.url))}
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            figures |= runner.run(in_window(application, server.url))
    print(json.dumps({name: round(figure, 2) for name, figure in figures.items()}))
    return 0


def fill(url: str, size: int) -> None:
    with redis.Redis.from_url(url) as client:
        for key, indent in (("flat", None), ("lined", 2)):
            one = json.dumps(SESSION, indent=indent, ensure_ascii=False).encode() + b","
            client.set(key, b"[" + one * (size // len(one)) + b"null]")


async def get_bare(url: str) -> float:
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.ping()
        began = perf_counter()
        await client.get("flat")
        return perf_counter() - began


async def in_window(application: QApplication, url: str) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with opened_workspace(application, url) as workspace:
        workspace.start()
        await workspace.loaded()
        heartbeat = Heartbeat(is_on=True)
        async with heartbeat.listening() as idle:
            await asyncio.sleep(1)
        figures["idle_gap_max_ms"] = idle[-1]
        for key in ("flat", "lined"):
            taken = await read_through(workspace, key.encode(), heartbeat)
            figures |= {f"{key}_{name}": figure for name, figure in taken.items()}
    return figures


async def read_through(workspace: Workspace, key: bytes, heartbeat: Heartbeat) -> dict[str, float]:
    """Open a value, load all of it, go to many places, search it to its end, and close it."""
    workspace.editors.open_key(key)
    pane = workspace.editors.current_pane
    assert isinstance(pane, EditorPane)
    await until(lambda: pane.document.state.phase is Phase.OPEN)
    figures = {"before_mb": resident_mb()}
    view = pane.pages.whole
    counted: list[float] = []
    view.counted.connect(lambda: counted.append(perf_counter()))
    async with heartbeat.listening() as gaps:
        began = perf_counter()
        loading = asyncio.create_task(pane.document.load_all())
        assert await loading
        figures["load_s"] = perf_counter() - began
        await until(lambda: bool(counted))
        figures["counted_s"] = counted[0] - began
    figures |= {"load_gap_max_ms": gaps[-1], "loaded_mb": resident_mb()}
    async with heartbeat.listening() as gaps:
        await go_through(view)
    figures["walk_gap_max_ms"] = gaps[-1]
    async with heartbeat.listening() as gaps:
        figures["search_s"] = await search(pane)
    figures["search_gap_max_ms"] = gaps[-1]
    async with heartbeat.listening() as gaps:
        pane.close_agreed.emit()
        await until(lambda: resident_mb() < figures["before_mb"] + 50)
    return figures | {"close_gap_max_ms": gaps[-1], "closed_mb": resident_mb()}


async def go_through(view: LargeTextView) -> None:
    view.setFocus()
    bar = view.verticalScrollBar()
    for jump in range(JUMPS):
        bar.setValue(bar.maximum() * jump // JUMPS)
        await asyncio.sleep(0.01)
        QTest.keyClick(view, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
        await asyncio.sleep(0.01)
    QTest.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)


async def search(pane: EditorPane) -> float:
    """Answer how long it takes to find that a text is nowhere."""
    pane.panel.open_finder()
    (field,) = [field for field in pane.panel.findChildren(QLineEdit) if field.isVisible()]
    began = perf_counter()
    field.setText("nowhere")
    await until(
        lambda: any(
            label.text() == "no match"
            for label in pane.panel.findChildren(QLabel)
            if label.isVisible()
        )
    )
    return perf_counter() - began


def resident_mb() -> float:
    """Megabytes of memory this process has (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6
