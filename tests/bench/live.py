"""A million keys shown while another process changes thousands a second: how soon, how smooth.

The writer is a process of its own: sets, expiries and deletes over existing and new keys, and
beside them writes to keys whose rows are on screen. The delay of those is taken from the
acknowledgement of the write to the end of the paint that first shows it, by the clock both
processes share. Once it is quiet again the tree is compared with the server's own SCAN, key by
key. With nobody writing and fifty countdowns on screen, the window's processor time is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import TypedDict

import redis
import redis.asyncio
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.ui.key_tree.view import KeyTreeView
from sinch_cache_gui.ui.workspace import Workspace
from tests.bench.real_window import Heartbeat, opened_workspace, until
from tests.bench.seed import seed, start_server

WATCHED = tuple(b"bench:%02d" % number for number in range(50))
"""Keys whose rows stay on screen."""


class Report(TypedDict):
    """What the writer did."""

    acknowledged: dict[str, float]
    written_per_s: int


BATCHES_PER_S = 100
IDLE_S = 10


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench live")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--writes", type=int, default=5_000, help="changes a second")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--writer", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.writer:
        write_for(arguments.url, arguments.writes, arguments.seconds)
        return 0
    with start_server() as server:
        seed(server.url, arguments.keys)
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            measured = measure(application, server.url, arguments.writes, arguments.seconds)
            print(json.dumps(runner.run(measured)))
    return 0


# -- the writer --------------------------------------------------------------------------------


def write_for(url: str, writes_per_s: int, seconds: int) -> None:
    """Change keys at that pace; print when each watched write was acknowledged, by its number."""
    chance = random.Random(7)
    acknowledged: dict[int, float] = {}
    written = 0
    with redis.Redis.from_url(url) as client:
        sessions = [
            key for key in client.scan_iter(b"session:*", count=5000) if chance.random() < 0.2
        ]
        began = perf_counter()
        per_batch = writes_per_s // BATCHES_PER_S
        for batch in range(seconds * BATCHES_PER_S):
            pipeline = client.pipeline(transaction=False)
            for _write in range(per_batch - 1):
                change_one(pipeline, sessions, chance)
            watched = WATCHED[batch % len(WATCHED)]
            pipeline.set(watched, b"%d" % batch, px=600_000)
            pipeline.execute()
            written += per_batch
            acknowledged[batch] = perf_counter()
            ahead_s = began + (batch + 1) / BATCHES_PER_S - perf_counter()
            if ahead_s > 0:
                sleep(ahead_s)
        took_s = perf_counter() - began
    print(json.dumps({"acknowledged": acknowledged, "written_per_s": round(written / took_s)}))


def change_one(
    pipeline: redis.client.Pipeline, sessions: list[bytes], chance: random.Random
) -> None:
    key = chance.choice(sessions)
    what = chance.random()
    if what < 0.4:
        pipeline.set(key, b'{"callerNumber":"+46701740605"}', px=600_000)
    elif what < 0.6:
        pipeline.set(b"session:%032x" % chance.getrandbits(128), b"{}", px=600_000)
    elif what < 0.8:
        pipeline.delete(key)
    elif what < 0.9:
        pipeline.pexpire(key, 900_000)
    else:
        pipeline.pexpire(key, chance.randint(1, 5_000))


# -- the window --------------------------------------------------------------------------------


class Pictures(QObject):
    """Notes when each number written to a watched key was first on screen."""

    def __init__(self, view: KeyTreeView, workspace: Workspace) -> None:
        super().__init__()
        self._details = workspace.mirror.details
        self.painted: dict[int, float] = {}
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Paint:
            infos = (self._details.get(key) for key in WATCHED)
            shown = [int(info.preview) for info in infos if info is not None and info.preview]
            QTimer.singleShot(0, self, lambda: self._note(shown))
        return False

    def _note(self, shown: list[int]) -> None:
        now = perf_counter()
        for number in shown:
            self.painted.setdefault(number, now)


async def measure(
    application: QApplication, url: str, writes_per_s: int, seconds: int
) -> dict[str, float | str]:
    async with redis.asyncio.Redis.from_url(url) as client:
        for key in WATCHED:
            await client.set(key, b"-1", px=3_600_000)
        async with opened_workspace(application, url) as workspace:
            return await drive(workspace, client, url, writes_per_s, seconds)


async def drive(
    workspace: Workspace,
    client: redis.asyncio.Redis,
    url: str,
    writes_per_s: int,
    seconds: int,
) -> dict[str, float | str]:
    mirror = workspace.mirror
    workspace.start()
    await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
    workspace.tree.view.tree.index_shown.expand_to(b"bench:")
    await until(lambda: all(mirror.details.get(key) for key in WATCHED[:20]))
    idle_percent = await idle_cpu_percent()
    on_screen = set(workspace.tree.view.keys_on_screen())
    pictures = Pictures(workspace.tree.view, workspace)
    async with Heartbeat(is_on=True).listening() as gaps:
        report = await written_meanwhile(url, writes_per_s, seconds)
        await asyncio.sleep(1)
    acknowledged = {int(number): at for number, at in report["acknowledged"].items()}
    delays = sorted(
        (pictures.painted[number] - at) * 1000
        for number, at in acknowledged.items()
        if number in pictures.painted
    )
    visible = sum(WATCHED[number % len(WATCHED)] in on_screen for number in acknowledged)
    return {
        "live": mirror.live_status.source.value,
        "written_per_s": report["written_per_s"],
        "latency_p50_ms": round(delays[len(delays) // 2], 1),
        "latency_p99_ms": round(delays[int(len(delays) * 0.99)], 1),
        "seen": len(delays),
        "written_to_visible": visible,
        "gap_p99_ms": round(gaps[int(len(gaps) * 0.99)], 1),
        "gap_max_ms": round(gaps[-1], 1),
        "diverged_keys": await diverged(workspace, client),
        "idle_cpu_percent": round(idle_percent, 2),
    }


async def written_meanwhile(url: str, writes_per_s: int, seconds: int) -> Report:
    command = [sys.executable, "-m", "tests.bench", "live", "--writer", "--url", url]
    command += ["--writes", str(writes_per_s), "--seconds", str(seconds)]
    writer = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    output, _ = await writer.communicate()
    report: Report = json.loads(output.splitlines()[-1])
    return report


async def idle_cpu_percent() -> float:
    began, used = perf_counter(), process_time()
    await asyncio.sleep(IDLE_S)
    return (process_time() - used) / (perf_counter() - began) * 100


async def diverged(workspace: Workspace, client: redis.asyncio.Redis) -> int:
    """How many keys only one of tree and server has, once the tree had time to catch up."""
    mirror = workspace.mirror
    await asyncio.sleep(6)
    await until(lambda: mirror.coverage.state is CoverageState.COMPLETE)
    theirs = {key async for key in client.scan_iter(count=5000)}
    await asyncio.sleep(0.5)
    return len(theirs.symmetric_difference(mirror.index))
