"""Time to the first painted window: an empty PySide6 window against ours, each a fresh process.

Measured from outside, from the start of the process until Qt says it flushed the first picture of a
window (its logging category qt.widgets.painting), so that neither process does anything for it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
application.exec()
"""
TIMEOUT_S = 30


def first_picture_ms(command: list[str]) -> float:
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "QT_LOGGING_RULES": "qt.widgets.painting.debug=true",
        "QT_LOGGING_TO_CONSOLE": "1",
    }
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stderr is not None
    told = []
    patience = threading.Timer(TIMEOUT_S, process.kill)
    patience.start()
    try:
        for line in process.stderr:
            if b"Flushing" in line:
                return (time.perf_counter() - started) * 1000
            told.append(line.decode(errors="replace"))
        raise RuntimeError("it ended without a window:\n" + "".join(told))
    finally:
        patience.cancel()
        process.kill()
        process.stderr.close()
        process.wait()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench start")
    parser.add_argument("--runs", type=int, default=9, help="of each; the median counts")
    runs = parser.parse_args(argv).runs
    bare = [sys.executable, "-c", BARE]
    ours = [sys.executable, "-P", "-m", "sinch_cache_gui"]
    # Once without counting: what is read from the disk then is warm for both.
    pairs = [(first_picture_ms(bare), first_picture_ms(ours)) for _ in range(runs + 1)][1:]
    bare_ms, app_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    figures = {
        "bare_window_ms": round(bare_ms, 1),
        "app_window_ms": round(app_ms, 1),
        "ratio": round(app_ms / bare_ms, 2),
        "runs": runs,
    }
    print(json.dumps(figures))
    return 0
