"""The composition root: the application, the loop and the first window."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QObject,
    QSize,
    QStandardPaths,
    QtMsgType,
    qFormatLogMessage,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QWidget
from qasync import QEventLoop

from sinch_cache_gui.arguments import Arguments
from sinch_cache_gui.notices import Notice, Notices, Severity
from sinch_cache_gui.open_caches import EXIT_OK, OpenCaches
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.main_window import MainWindow
from sinch_cache_gui.ui.theme import Theme, ThemeChoice

log = logging.getLogger(__name__)

UNPAINTED_S = 1.0

MEANINGLESS = frozenset({"This plugin does not support propagateSizeHints()"})
"""Messages of Qt without meaning: the offscreen platform says so of any window."""


def run(arguments: Arguments) -> int:
    """Open the window and stay until it is closed; answer the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    qInstallMessageHandler(_pass_on)
    application = QApplication([sys.argv[0]])
    application.setApplicationName("sinch-cache-gui")
    application.setDesktopFileName("sinch-cache-gui")
    application.setQuitOnLastWindowClosed(False)
    theme = Theme(application)
    preferences = KeptPreferences(_preferences_file())
    theme.choose(ThemeChoice(arguments.theme or preferences.now.theme))
    theme.chosen.connect(lambda: preferences.choose_theme(theme.choice.value))
    with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
        return runner.run(_main(arguments, theme, preferences))


def _pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Write what Qt says to the log's stream, but for what says nothing to anybody."""
    if message not in MEANINGLESS:
        print(qFormatLogMessage(kind, context, message), file=sys.stderr)  # noqa: T201


def _icon() -> QIcon:
    from sinch_cache_gui.ui.resources import application_icon

    return application_icon()


def _data_folder() -> Path:
    where = QStandardPaths.StandardLocation.AppDataLocation
    return Path(QStandardPaths.writableLocation(where))


def _preferences_file() -> Path:
    where = QStandardPaths.StandardLocation.AppConfigLocation
    return Path(QStandardPaths.writableLocation(where)) / "preferences.json"


async def _main(arguments: Arguments, theme: Theme, preferences: KeptPreferences) -> int:
    notices = Notices()
    _report_defects(notices)
    window = MainWindow(theme, notices)
    if arguments.size is not None:
        window.resize(QSize(*arguments.size))
    # A picture shows the cache, whatever somebody left unsaved here.
    data_folder = None if arguments.screenshot else _data_folder()
    app = OpenCaches(window, theme, notices, data_folder, preferences)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    painted = _FirstPaint(window)
    window.show()
    await painted.wait()
    QApplication.setWindowIcon(_icon())
    try:
        if arguments.screenshot is not None:
            return await app.take_screenshot(arguments)
        app.open_at_start(arguments)
        await app.closed.wait()
        return EXIT_OK
    finally:
        await app.aclose()
        window.close_now()


def _report_defects(notices: Notices) -> None:
    """Let no exception vanish: whatever nobody caught is logged and told."""

    def tell(error: BaseException) -> None:
        log.error("unexpected error", exc_info=error)
        what = f"{type(error).__name__}: {error}\n"
        detail = what + _tr("This is a defect. The log has the details.")
        notices.post(Notice(Severity.ERROR, _tr("Something went wrong inside this window"), detail))

    def of_slot(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        tell(error)

    def of_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        tell(error if isinstance(error, BaseException) else RuntimeError(context.get("message")))

    sys.excepthook = of_slot
    asyncio.get_running_loop().set_exception_handler(of_loop)


class _FirstPaint(QObject):
    """Waits until a window was painted for the first time."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._happened = asyncio.Event()
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._happened.set()
        return False

    async def wait(self) -> None:
        """Wait for it; a window that opens minimised is not waited for long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._happened.wait(), UNPAINTED_S)


def _tr(text: str) -> str:
    return QCoreApplication.translate("App", text)
