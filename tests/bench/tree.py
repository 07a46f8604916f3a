"""A million keys of a real Redis in the real window: how long, how smooth, how much memory.

The server holds what tests/bench/seed.py writes. The window runs offscreen in a process of its own,
under its real loop: some times for the times, each right after its yardstick, and once with a
heartbeat of 1 ms on that loop for the gaps in which nothing else could run (a thousand beats a
second are work themselves). The yardsticks: `redis-cli --scan`, once, and a bare loop of
redis.asyncio SCAN COUNT 1000. The same SCANs take the server from 0.9 to 1.3 s within a minute on a
machine that others use: so a window is compared with the loop just before it, and the figures are
medians.

The server itself logs which calls held it over 5 ms, for all windows and all bare loops.

Times of the window are taken from outside: from the order to load or expand until the last key is
known, or until rows are painted for the first time.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import redis
import redis.asyncio
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.ui.key_tree.view import KeyTreeView
from sinch_cache_gui.ui.workspace import Workspace
from tests.bench.real_window import Heartbeat, opened_workspace, until
from tests.bench.seed import seed, start_server

FOLDER = b"session"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench tree")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--url", help="a Redis already filled; by default one is started")
    parser.add_argument("--runs", type=int, default=5, help="windows that are timed")
    parser.add_argument("--window", choices=("times", "gaps"), help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.window is not None:
        print(json.dumps(run_window(arguments.url, beats=arguments.window == "gaps")))
        return 0
    if arguments.url is not None:
        print(json.dumps(measure(arguments.url, arguments.runs)))
        return 0
    with start_server() as server:
        seed(server.url, arguments.keys)
        print(json.dumps(measure(server.url, arguments.runs)))
    return 0


def measure(url: str, runs: int) -> dict[str, float]:
    """Every figure, each yardstick before what it measures."""
    cli_s = timed(lambda: scan_by_redis_cli(url))
    by_us, by_bare = SlowScans(url), SlowScans(url)
    rounds = []
    for _ in range(runs):
        with by_bare.counted():
            bare_s = asyncio.run(scan_bare(url))
        with by_us.counted():
            rounds.append((bare_s, in_own_process(url, "times")))
    with by_us.counted():
        gaps = in_own_process(url, "gaps")
    ratios = [times["load_s"] / bare_s for bare_s, times in rounds]
    times = {name: median(times[name] for _, times in rounds) for name in rounds[0][1]}
    return {
        "bare_scan_s": round(median(bare_s for bare_s, _ in rounds), 3),
        "redis_cli_scan_s": round(cli_s, 3),
        "load_s": times["load_s"],
        "load_vs_bare": round(median(ratios), 2),
        "load_vs_bare_least": round(min(ratios), 2),
        "load_vs_bare_most": round(max(ratios), 2),
        "load_vs_redis_cli": round(times["load_s"] / cli_s, 2),
        "scan_calls_over_5_ms": by_us.count,
        "bare_scan_calls_over_5_ms": by_bare.count,
        "first_rows_ms": times["first_rows_ms"],
        **{name: gaps[name] for name in ("gap_p99_ms", "gap_max_ms", "idle_gap_max_ms")},
        "rss_bytes_per_key": times["rss_bytes_per_key"],
        "expand_ms": times["expand_ms"],
        "expand_all_ms": times["expand_all_ms"],
        "expand_gap_max_ms": gaps["expand_gap_max_ms"],
        "keys": times["keys"],
        "folder_keys": times["folder_keys"],
    }


class SlowScans:
    """Counts the SCANs that held the server over 5 ms, by its own log.

    The log counts time in which the server was not given a processor, too: so the yardstick is
    counted as well, whose calls are smaller than most of ours.
    """

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url)
        self._client.config_set("slowlog-log-slower-than", 5000)
        self._client.config_set("slowlog-max-len", 100_000)
        self.count = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        self._client.slowlog_reset()
        yield
        log = self._client.slowlog_get(100_000)
        self.count += sum(entry["command"].upper().startswith(b"SCAN") for entry in log)


def in_own_process(url: str, what: str) -> dict[str, float]:
    window = subprocess.run(
        [sys.executable, "-m", "tests.bench", "tree", "--window", what, "--url", url],
        env={"QT_QPA_PLATFORM": "offscreen", **os.environ},
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, float] = json.loads(window.stdout.splitlines()[-1])
    return figures


def timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def scan_by_redis_cli(url: str) -> None:
    subprocess.run(["redis-cli", "-u", url, "--scan"], stdout=subprocess.DEVNULL, check=True)


async def scan_bare(url: str) -> float:
    async with redis.asyncio.Redis.from_url(url) as client:
        await client.ping()
        began = perf_counter()
        cursor = None
        while cursor != 0:
            cursor, _keys = await client.scan(cursor or 0, count=1000)
        return perf_counter() - began


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class FirstPicture(QObject):
    """Notes when a tree of at least so many rows is painted for the first time."""

    def __init__(self, view: KeyTreeView) -> None:
        super().__init__()
        self._view = view
        self._rows = 0
        self.at: float | None = None
        view.viewport().installEventFilter(self)

    def expect(self, rows: int) -> None:
        self._rows = rows
        self.at = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        is_paint = event.type() == QEvent.Type.Paint
        if is_paint and self.at is None and self._view.tree.rowCount() >= self._rows:
            self.at = perf_counter()
        return False


def run_window(url: str, *, beats: bool) -> dict[str, float]:
    application = QApplication([])
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        return runner.run(drive_window(application, url, Heartbeat(is_on=beats)))


async def drive_window(application: QApplication, url: str, heart: Heartbeat) -> dict[str, float]:
    async with opened_workspace(application, url) as workspace:
        await asyncio.sleep(0.5)
        async with heart.listening() as idle:
            await asyncio.sleep(2)
        loading = await measure_loading(workspace, heart)
        expanding = await measure_expanding(workspace, heart)
    return {**loading, **expanding, "idle_gap_max_ms": round(idle[-1], 1)}


async def measure_loading(workspace: Workspace, heart: Heartbeat) -> dict[str, float]:
    mirror = workspace.mirror
    picture = FirstPicture(workspace.tree.view)
    picture.expect(rows=1)
    resident = resident_bytes()
    async with heart.listening() as gaps:
        began = perf_counter()
        workspace.start()
        await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
        load_s = perf_counter() - began
    await until(lambda: picture.at is not None)
    await asyncio.sleep(0.5)
    assert picture.at is not None
    return {
        "load_s": round(load_s, 3),
        "keys": mirror.key_count,
        "first_rows_ms": round((picture.at - began) * 1000, 1),
        "gap_p99_ms": round(gaps[int(len(gaps) * 0.99)], 1),
        "gap_max_ms": round(gaps[-1], 1),
        "rss_bytes_per_key": round((resident_bytes() - resident) / mirror.key_count, 1),
    }


async def measure_expanding(workspace: Workspace, heart: Heartbeat) -> dict[str, float]:
    view, index = workspace.tree.view, workspace.mirror.index
    row = index.row_of(FOLDER, is_folder=True)
    assert row is not None
    view.go_to(row)
    await asyncio.sleep(0.5)
    before, below = index.row_count(), index.count_below(FOLDER)
    picture = FirstPicture(view)
    picture.expect(rows=before + 1)
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
    async with heart.listening() as gaps:
        began = perf_counter()
        QApplication.sendEvent(view, press)
        await until(lambda: view.tree.rowCount() == before + below and picture.at is not None)
        all_s = perf_counter() - began
    assert picture.at is not None
    return {
        "folder_keys": below,
        "expand_ms": round((picture.at - began) * 1000, 1),
        "expand_all_ms": round(all_s * 1000, 1),
        "expand_gap_max_ms": round(gaps[-1], 1),
    }
