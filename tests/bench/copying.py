"""Many keys copied and moved between two open caches: seconds, and the largest gap meanwhile.

Each cache is a redis-server of its own. The window runs offscreen under its real loop with a
heartbeat of 1 ms; the cache the keys go to is in view, the other one is followed out of view. The
yardstick is a bare pipeline of redis-py that reads, deletes and writes the same keys.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.keyspace.loader import CoverageState
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.open_caches import OpenCaches
from sinch_cache_gui.profiles import Profile
from sinch_cache_gui.ui.key_copies import CopyWish
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.ui.workspace import Workspace
from tests.bench.bulk import Hand, yardstick
from tests.bench.real_window import Heartbeat, until
from tests.bench.seed import start_server


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench copying")
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--bytes", type=int, default=200, help="of each value, about")
    arguments = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with start_server() as source, start_server() as target:
        figures = yardstick(source.url, arguments.keys, arguments.bytes)
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            figures |= runner.run(drive_window(application, source.url, target.url))
    print(json.dumps(figures))
    return 0


async def drive_window(application: QApplication, source: str, target: str) -> dict[str, float]:
    application.setQuitOnLastWindowClosed(False)
    theme, notices = Theme(application), Notices()
    window = MainWindow(theme, notices)
    window.resize(1440, 900)
    app = OpenCaches(window, theme, notices)
    window.show()
    try:
        here, there = [await opened(app, window, url) for url in (source, target)]
        hand = Hand(window, Heartbeat(is_on=True))
        keys = list(here.mirror.index)
        for name, moves in (("copy", False), ("move", True)):
            wish = CopyWish(here.backend, keys, moves)
            told = f"{len(keys):,} keys {'moved' if moves else 'copied'} to"
            await hand.measure(
                name,
                lambda wish=wish: here.copy_requested.emit(wish),
                lambda told=told: hand.says(told),
            )
            await until(lambda: there.mirror.key_count == len(keys))
            await hand.measure(
                f"undo_{name}", lambda: hand.click("Undo"), lambda: hand.says("Undone")
            )
            await until(lambda: here.mirror.key_count == len(keys))
    finally:
        await app.aclose()
        window.close_now()
    return hand.figures


async def opened(app: OpenCaches, window: MainWindow, url: str) -> Workspace:
    count = len(window.workspaces)
    app.open(Profile(url=url))
    await until(lambda: len(window.workspaces) > count)
    workspace = window.workspaces[-1]
    await until(lambda: workspace.mirror.coverage.state is CoverageState.COMPLETE)
    return workspace
