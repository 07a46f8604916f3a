"""Showing what changes all the time only as often as people can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

READABLE_MS: Final = 100
"""Between two texts in one place: ten a second are more than anybody reads."""


class Seldom(QObject):
    """Does something at the first wish at once, and then at most once in a while.

    The last wish is never lost, only late. A label that is set anew sixty times a second has every
    layout around it calculated and the window painted as often (measured: a quarter of what
    following a busy server costs).
    """

    def __init__(
        self, parent: QObject, do: Callable[[], object], every_ms: int = READABLE_MS
    ) -> None:
        super().__init__(parent)
        self._do = do
        self._is_wished = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(every_ms)
        self._timer.timeout.connect(self.settle)

    def wish(self) -> None:
        """Have it done: at once, or when the while since the last time is over."""
        if self._timer.isActive():
            self._is_wished = True
        else:
            self._do_now()

    def settle(self) -> None:
        """Have it done now, if that is still to come."""
        if self._is_wished:
            self._do_now()

    def _do_now(self) -> None:
        self._is_wished = False
        self._timer.start()
        self._do()
