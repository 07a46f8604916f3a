"""The time a key has left, ticking."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from sinch_cache_gui.keyspace.expiry import format_countdown, format_deadline
from sinch_cache_gui.ui.theme import Theme

SOON_MS = 60_000
"""With less than this left, the countdown is emphasised."""

ASK_AGAIN_MS = 1_000
"""Past the deadline, how often to ask whether the key went; clocks of two machines differ."""


class Countdown(QLabel):
    """Reads "expires in 9:41" while there is a deadline. It ticks only while it is seen.

    Attributes:
        deadline_passed: The time is up, told until there is another deadline or none. Whether the
            key went is for the cache to say.
    """

    deadline_passed = Signal()

    def __init__(self, theme: Theme, now_ms: Callable[[], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._now_ms = now_ms
        self._deadline_ms: int | None = None
        self._is_known = False
        self._is_told = True
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.timeout.connect(self._show_now)
        theme.changed.connect(self._show_now)

    def set_deadline(self, deadline_ms: int | None) -> None:
        """Count down to `deadline_ms`; None: the key does not expire."""
        if self._is_known and self._is_told and deadline_ms == self._deadline_ms:
            return
        self._is_known = self._is_told = True
        self._deadline_ms = deadline_ms
        self._show_now()

    def set_untold(self) -> None:
        """Say that the key may expire, or not: this user may not know."""
        self._is_known, self._is_told, self._deadline_ms = True, False, None
        self._show_now()

    def set_unknown(self) -> None:
        """Show nothing: there is no key to count for."""
        self._is_known = False
        self._tick.stop()
        self.clear()
        self.setToolTip("")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_now()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def _show_now(self) -> None:
        self._tick.stop()
        if not self._is_known:
            return
        if not self._is_told:
            self._say(self.tr("TTL not told"), self._theme.tokens.muted, is_bold=False)
            self.setToolTip(
                self.tr(
                    "This user may not know when keys expire (PTTL). So the TTL cannot be changed,"
                    " and nothing can be written that has to keep it."
                )
            )
            return
        if self._deadline_ms is None:
            self._say(self.tr("no expiry"), self._theme.tokens.muted, is_bold=False)
            self.setToolTip(self.tr("This key lives until it is deleted"))
            return
        left = self._deadline_ms - self._now_ms()
        tokens = self._theme.tokens
        if left > 0:
            is_soon = left < SOON_MS
            words = self.tr("expires in {}").format(format_countdown(left))
            self._say(words, tokens.danger if is_soon else tokens.text, is_bold=is_soon)
        else:
            self._say(self.tr("time is up"), tokens.danger, is_bold=True)
        self.setToolTip(self.tr("Expires {}").format(format_deadline(self._deadline_ms)))
        if self.isVisible():
            # At the moment the shown second changes; past the end, ask again until it is known.
            self._tick.start(left % 1000 + 1 if left > 0 else ASK_AGAIN_MS)
        if left <= 0:
            self.deadline_passed.emit()

    def _say(self, words: str, colour: str, *, is_bold: bool) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        weight = 600 if is_bold else 400
        self.setStyleSheet(f"color: {colour}; font-weight: {weight};")
