"""When what follows a change of a text is due: as soon as the hand rests, or soon all the same."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

QUIET_MS: Final = 250
"""How long the hand has to rest."""

LONGEST_MS: Final = 1_500
"""So long after a change nothing waits any more for a hand that never rests."""


class Rest(QTimer):
    """Runs out once the hand has rested, or has written for long without a rest."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self._unrested = QElapsedTimer()

    def wait(self) -> None:
        """Note a change."""
        if not self.isActive():
            self._unrested.start()
        self.start(max(min(QUIET_MS, LONGEST_MS - self._unrested.elapsed()), 0))
