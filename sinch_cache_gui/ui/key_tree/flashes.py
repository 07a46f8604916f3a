"""The brief mark on rows whose key has changed."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

LASTS_S: Final = 0.9
FRAME_MS: Final = 300
"""Between two shades of a fading mark: each paints the rows on screen once more."""

MOST: Final = 500
"""Keys marked at once; more than fit on a screen would only cost."""


class Flashes(QObject):
    """Which keys changed just now. One timer for all, and none while nothing changes."""

    faded = Signal(object)
    """The keys (a tuple) whose marks are fainter than a frame ago, or gone."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._since: dict[bytes, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._fade)

    def mark(self, keys: Iterable[bytes]) -> None:
        """Mark keys that changed."""
        now = monotonic()
        for key in keys:
            if len(self._since) >= MOST:
                break
            self._since[key] = now
        if self._since and not self._timer.isActive():
            self._timer.start()

    def strength(self, key: bytes) -> float:
        """Answer how strong the mark is: 1 at first, 0 for none."""
        since = self._since.get(key)
        return 0.0 if since is None else max(0.0, 1 - (monotonic() - since) / LASTS_S)

    def _fade(self) -> None:
        faded = tuple(self._since)
        oldest = monotonic() - LASTS_S
        for key in [key for key, since in self._since.items() if since < oldest]:
            del self._since[key]
        if not self._since:
            self._timer.stop()
        self.faded.emit(faded)
