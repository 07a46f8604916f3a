"""The composition root: the application and its first window.

Nothing is imported here that the first picture of the window can do without. The loop and all else
are loaded once it is painted; what the user does meanwhile waits in Qt's queue.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

from PySide6.QtCore import (
    QMessageLogContext,
    QSize,
    QStandardPaths,
    QtMsgType,
    qFormatLogMessage,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from sinch_cache_gui.arguments import Arguments
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.defects import slot_defects
from sinch_cache_gui.ui.first_paint import FirstPaint
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme, ThemeChoice

MEANINGLESS = frozenset({"This plugin does not support propagateSizeHints()"})
"""Messages of Qt without meaning: the offscreen platform says so of any window."""


def run(arguments: Arguments) -> int:
    """Open the window and stay until it is closed; answer the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    qInstallMessageHandler(_pass_on)
    # Until the session asks first: there is nothing to lose yet.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("sinch-cache-gui")
    application.setDesktopFileName("sinch-cache-gui")
    application.setQuitOnLastWindowClosed(False)
    theme = Theme(application)
    preferences = KeptPreferences(_preferences_file())
    theme.choose(ThemeChoice(arguments.theme or preferences.now.theme))
    theme.chosen.connect(lambda: preferences.choose_theme(theme.choice.value))
    notices = Notices()
    sys.excepthook = slot_defects(notices)
    window = MainWindow(theme, notices)
    if arguments.size is None:
        window.take_shape(preferences.now.window)
    else:
        window.resize(QSize(*arguments.size))
    if not FirstPaint(window).shown():
        return 0
    from sinch_cache_gui.session import run_session

    return run_session(application, window, theme, notices, preferences, arguments)


def _pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Write what Qt says to the log's stream, but for what says nothing to anybody."""
    if message not in MEANINGLESS:
        print(qFormatLogMessage(kind, context, message), file=sys.stderr)  # noqa: T201 - for the terminal


def _preferences_file() -> Path:
    where = QStandardPaths.StandardLocation.AppConfigLocation
    return Path(QStandardPaths.writableLocation(where)) / "preferences.json"
