"""One large JSON value in the real window: how soon it is seen, how smoothly, how fast.

The value is a compact array of sessions, as a function stores them, in the embedded cache. Times
are taken in the real window under its real loop, once without and once with a heartbeat of 1 ms
for the gaps in which nothing else could run; `_cpu_ms` is what the window itself worked, which a
busy machine does not change much. The yardstick is `orjson.loads` of the same bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from time import perf_counter, thread_time

import orjson
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from shiboken6 import isValid

from sinch_cache_gui.ui.editor.editor_pane import EditorPane
from sinch_cache_gui.ui.editor.text_panel import LONG_EDIT
from sinch_cache_gui.ui.workspace import Workspace
from sinch_cache_gui.values.document_state import Phase
from sinch_cache_gui.values.json_check import find_problem
from tests.bench.real_window import Heartbeat, opened_workspace, until

KEY = b"app:large"
LINED = b"app:lined"
"""The same with an element a line, so that Format has something to do."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench value")
    parser.add_argument("--bytes", type=int, default=10_000_000)
    size = parser.parse_args(argv).bytes
    data = large_json(size)
    figures = yardsticks(data)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        figures |= runner.run(in_window(application, data))
    print(json.dumps({name: round(value, 1) for name, value in figures.items()}))
    return 0


def large_json(size: int) -> bytes:
    """About `size` bytes of compact JSON."""
    session = {"callerNumber": "+46701234567", "startTime": 1763800000000, "menu": ["1", None]}
    one = orjson.dumps(session)
    return b"[" + b",".join([one] * (size // (len(one) + 1))) + b"]"


def yardsticks(data: bytes) -> dict[str, float]:
    started = perf_counter()
    orjson.loads(data)
    loads_ms = (perf_counter() - started) * 1000
    started = perf_counter()
    assert find_problem(data.decode()) is None
    took_s = perf_counter() - started
    return {"orjson_loads_ms": loads_ms, "validate_mb_per_s": len(data) / 1e6 / took_s}


async def in_window(application: QApplication, data: bytes) -> dict[str, float]:
    figures: dict[str, float] = {"bytes": len(data)}
    for beats in (False, True):
        async with opened_workspace(application, "memory:") as workspace:
            await workspace.backend.write(KEY, data, expected=None, ttl=3_600_000)
            lined = data.replace(b"},{", b"},\n{")
            await workspace.backend.write(LINED, lined, expected=None, ttl=3_600_000)
            workspace.start()
            await workspace.loaded()
            heartbeat = Heartbeat(is_on=beats)
            async with heartbeat.listening() as idle:
                await asyncio.sleep(1)
            async with heartbeat.listening() as gaps:
                times = await open_and_format(workspace)
            if beats:
                figures |= {"idle_gap_max_ms": idle[-1], "gap_max_ms": gaps[-1]}
            else:
                figures |= times
    return figures


async def open_and_format(workspace: Workspace) -> dict[str, float]:
    """Times of opening a text until it is seen and until it is whole, of formatting another, of
    taking that back, and of closing both until their memory is free."""
    started, started_cpu = perf_counter(), thread_time()
    workspace.editors.open_key(KEY)
    pane = workspace.editors.current_pane
    assert isinstance(pane, EditorPane)
    view = pane.panel.view
    await until(lambda: view.isVisible() and view.blockCount() > 50)
    first_ms = (perf_counter() - started) * 1000
    await until(lambda: pane.document.state.phase is Phase.OPEN)
    whole_ms = (perf_counter() - started) * 1000
    whole_cpu_ms = (thread_time() - started_cpu) * 1000
    workspace.editors.open_key(LINED)
    lined = workspace.editors.current_pane
    assert isinstance(lined, EditorPane)
    await until(lambda: lined.document.state.phase is Phase.OPEN)
    started, started_cpu = perf_counter(), thread_time()
    lined.panel.format_text()
    await until(lambda: not lined.tasks.is_running("move space"))
    format_ms = (perf_counter() - started) * 1000
    format_cpu_ms = (thread_time() - started_cpu) * 1000
    started = perf_counter()
    QTest.keyClick(lined.panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: not lined.tasks.is_running(LONG_EDIT))
    undo_ms = (perf_counter() - started) * 1000
    assert not lined.holds_unsaved_text
    started = perf_counter()
    for opened in (pane, lined):
        opened.close_agreed.emit()
    await until(lambda: not isValid(pane) and not isValid(lined))
    free_ms = (perf_counter() - started) * 1000
    return {
        "open_ms": first_ms,
        "open_whole_ms": whole_ms,
        "open_whole_cpu_ms": whole_cpu_ms,
        "format_ms": format_ms,
        "format_cpu_ms": format_cpu_ms,
        "undo_ms": undo_ms,
        "free_ms": free_ms,
    }
