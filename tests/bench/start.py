"""Time to the first painted window: an empty PySide6 window against ours, each a fresh process.

Measured from outside, from the start of the process until Qt says it flushed a picture of the whole
window (its logging category qt.widgets.painting), so that neither process does anything for it. The
first such picture is the window, the last one the cache in it, ready to be used.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
application.exec()
"""
WHOLE_WINDOW = re.compile(rb"Flushing QRegion\((?:size=\d+, bounds=\()?0,0 ")
"""The region may be in pieces, for widgets that are painted by themselves are cut out of it."""
TIMEOUT_S = 30
SETTLED_S = 2
"""After so long without another picture of the whole window there is no more to come."""


def pictures_ms(command: list[str], home: str) -> list[float]:
    """When each picture of the whole window was there, until it has settled."""
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "HOME": home,
        "QT_LOGGING_RULES": "qt.widgets.painting.debug=true",
        "QT_LOGGING_TO_CONSOLE": "1",
    }
    # PySide6 was compiled when it was installed: the first run compiles ours.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stderr is not None
    told = []
    pictures: list[float] = []
    patience = threading.Timer(TIMEOUT_S, process.kill)
    patience.start()
    try:
        for line in process.stderr:
            told.append(line.decode(errors="replace"))
            if WHOLE_WINDOW.search(line):
                pictures.append((time.perf_counter() - started) * 1000)
                patience.cancel()
                patience = threading.Timer(SETTLED_S, process.kill)
                patience.start()
    finally:
        patience.cancel()
        process.kill()
        process.stderr.close()
        process.wait()
    if not pictures:
        raise RuntimeError("it ended without a window:\n" + "".join(told))
    return pictures


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench start")
    parser.add_argument("--runs", type=int, default=9, help="of each; the median counts")
    runs = parser.parse_args(argv).runs
    bare = [sys.executable, "-c", BARE]
    # Without -P: the tree it is run from is measured, not the one that is installed.
    ours = [sys.executable, "-m", "sinch_cache_gui"]
    with tempfile.TemporaryDirectory() as home:
        # Once without counting: what is read from the disk then is warm for both.
        pairs = [(pictures_ms(bare, home), pictures_ms(ours, home)) for _ in range(runs + 1)][1:]
    bare_ms = statistics.median(empty[0] for empty, _ in pairs)
    app_ms = statistics.median(window[0] for _, window in pairs)
    ready_ms = statistics.median(window[-1] for _, window in pairs)
    figures = {
        "bare_window_ms": round(bare_ms, 1),
        "app_window_ms": round(app_ms, 1),
        "app_ready_ms": round(ready_ms, 1),
        "ratio": round(app_ms / bare_ms, 2),
        "runs": runs,
    }
    print(json.dumps(figures))
    return 0
