"""What the window lives on once it stands: the loop, and the caches opened in it."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.arguments import Arguments
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.open_caches import EXIT_OK, OpenCaches
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.defects import loop_defects
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme


def run_session(
    application: QApplication,
    window: MainWindow,
    theme: Theme,
    notices: Notices,
    preferences: KeptPreferences,
    arguments: Arguments,
) -> int:
    """Open what was asked for and stay until the window is closed; answer the exit code."""

    async def stay() -> int:
        asyncio.get_running_loop().set_exception_handler(loop_defects(notices))
        # A picture shows the cache, whatever somebody left unsaved here.
        data_folder = None if arguments.screenshot else _data_folder()
        caches = OpenCaches(window, theme, notices, data_folder, preferences)
        signal.signal(signal.SIGINT, lambda *_: window.close())
        try:
            if arguments.screenshot is not None:
                return await caches.take_screenshot(arguments)
            caches.open_at_start(arguments)
            QApplication.setWindowIcon(_icon())
            await caches.closed.wait()
            return EXIT_OK
        finally:
            if arguments.screenshot is None:
                preferences.leave_window(window.shape_since(preferences.now.window))
            await caches.aclose()
            window.close_now()

    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        return runner.run(stay())


def _icon() -> QIcon:
    from sinch_cache_gui.ui.resources import application_icon

    return application_icon()


def _data_folder() -> Path:
    where = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(where))
