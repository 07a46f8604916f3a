"""The window stands before most of the program is loaded."""

from __future__ import annotations

import subprocess
import sys

LATER = (
    "sinch_cache_gui.cache.interface",
    "sinch_cache_gui.keyspace",
    "sinch_cache_gui.ui.connections.connect_page",
    "sinch_cache_gui.ui.workspace",
    "sinch_cache_gui.values",
    "sinch_cache_gui.voice",
    "httpx",
    "keyring",
    "orjson",
    "redis",
)
"""What a window without a cache does without. Each costs milliseconds of every start."""

STARTED = """
import sys
from PySide6.QtWidgets import QApplication
from sinch_cache_gui.open_caches import OpenCaches
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme
import asyncio

application = QApplication(["-platform", "offscreen"])

async def start():
    theme, notices = Theme(application), Notices()
    window = MainWindow(theme, notices)
    OpenCaches(window, theme, notices)
    window.show()

asyncio.run(start())
print("\\n".join(sys.modules))
"""


def test_what_the_first_window_needs_not_is_not_loaded_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.split()
    assert "sinch_cache_gui.ui.main_window" in loaded
    assert [name for name in LATER if name in loaded] == []
