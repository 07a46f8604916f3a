"""The window on the screen before anything else is loaded."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from sinch_cache_gui.ui.main_window import MainWindow

UNPAINTED_MS = 1000
"""How long a window is waited for that is not painted: one that opens minimised."""


class FirstPaint(QObject):
    """Shows a window and runs Qt until it is painted for the first time.

    This is no loop inside another: it has ended when the loop of the program begins.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._loop = QEventLoop()
        self._was_closed = False

    def shown(self) -> bool:
        """Answer whether the window is there; False if it was closed before it was painted."""
        self._window.installEventFilter(self)
        self._window.close_requested.connect(self._close)
        patience = QTimer()
        patience.setSingleShot(True)
        patience.timeout.connect(self._loop.quit)
        patience.start(UNPAINTED_MS)
        self._window.show()
        if not self._was_closed:
            self._loop.exec()
        self._window.removeEventFilter(self)
        self._window.close_requested.disconnect(self._close)
        if self._was_closed:
            self._window.close_now()
        return not self._was_closed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            # It ends after this turn, in which the picture reaches the screen.
            self._loop.quit()
        return super().eventFilter(watched, event)

    def _close(self) -> None:
        self._was_closed = True
        self._loop.quit()
