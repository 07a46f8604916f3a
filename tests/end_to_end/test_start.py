"""The window is on the screen before most of the program is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LATER = (
    "asyncio",
    "httpx",
    "keyring",
    "orjson",
    "qasync",
    "redis",
    "sinch_cache_gui.cache.interface",
    "sinch_cache_gui.keyspace",
    "sinch_cache_gui.open_caches",
    "sinch_cache_gui.ui.connections.connect_page",
    "sinch_cache_gui.ui.workspace",
    "sinch_cache_gui.values",
    "sinch_cache_gui.voice",
    "ssl",
)
"""What the first picture of the window does without. Each costs milliseconds of every start."""

STARTED = """
import sys
from types import ModuleType
from PySide6.QtWidgets import QApplication
from sinch_cache_gui.app import run
from sinch_cache_gui.arguments import parse_arguments

def run_session(_application, window, *_):
    print(window.isVisible(), *sys.modules)
    return 5

session = ModuleType("sinch_cache_gui.session")
session.run_session = run_session
sys.modules["sinch_cache_gui.session"] = session
sys.exit(run(parse_arguments([])))
"""
"""The program up to its session; what that has loaded would not tell what was there before it."""


def test_what_the_first_picture_needs_not_is_not_loaded_for_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (5, "")
    is_visible, *loaded = done.stdout.split()
    assert is_visible == "True"
    assert "sinch_cache_gui.ui.main_window" in loaded
    assert [name for name in LATER if name in loaded] == []
