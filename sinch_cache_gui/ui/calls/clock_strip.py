"""The clock of the embedded cache: stop it, put it forward, let it run fast."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QActionGroup, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.calls.wording import ahead_text, clock_text
from sinch_cache_gui.ui.menu_edge import open_leftwards
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme

TICK_MS = 200
MINUTE_MS = 60_000
FORWARD_MINUTES = (1, 5, 10, 29, 60)
PACES = (1, 10, 60, 600)


class ClockStrip(QWidget):
    """What time it is for the embedded cache and the calls, and the keys that move it."""

    def __init__(self, theme: Theme, clock: VirtualClock) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._pace = 1.0
        self._pause = QToolButton()
        self._time = QLabel()
        self._ahead = QLabel()
        self._step = QToolButton()
        self._forward = QToolButton()
        self._paces = QActionGroup(self)
        self._ticking = QTimer(self)
        self._ticking.setInterval(TICK_MS)
        self._ticking.timeout.connect(self._show_time)
        self.setObjectName("strip")
        self.setFixedHeight(BAR_HEIGHT)
        self.setAccessibleName(self.tr("Clock of the embedded cache"))
        self._name_controls()
        self._lay_out()
        self._pause.clicked.connect(self._toggle)
        self._step.clicked.connect(clock.step)
        clock.listen(self._show)
        theme.changed.connect(self._show)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ticking.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._ticking.stop()

    def _name_controls(self) -> None:
        self._time.setAccessibleName(self.tr("Time of the embedded cache"))
        self._ahead.setObjectName("warning")
        self._ahead.setAccessibleName(self.tr("Difference from the real time"))
        self._step.setAccessibleName(self.tr("Step to the next expiry"))
        self._step.setToolTip(self.tr("Put the clock forward to when the next key expires"))
        self._forward.setAccessibleName(self.tr("Put the clock forward"))
        self._forward.setToolTip(self.tr("Put the clock forward, or let it run faster"))
        self._forward.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._forward.setMenu(self._menu())
        open_leftwards(self._forward)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for minutes in FORWARD_MINUTES:
            text = self.tr("1 minute forward") if minutes == 1 else self.tr("{0} minutes forward")
            action = menu.addAction(text.format(minutes))
            action.triggered.connect(partial(self._put_forward, minutes))
        menu.addSeparator()
        for pace in PACES:
            text = self.tr("As fast as real time") if pace == 1 else self.tr("{0} times as fast")
            action = menu.addAction(text.format(f"{pace:,}"))
            action.setCheckable(True)
            action.setChecked(pace == 1)
            action.triggered.connect(partial(self._run_at, pace))
            self._paces.addAction(action)
        return menu

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self._pause)
        row.addWidget(self._time)
        row.addSpacing(GRID // 2)
        row.addWidget(self._ahead, 1)
        row.addWidget(self._step)
        row.addWidget(self._forward)

    def _put_forward(self, minutes: int, _checked: bool = False) -> None:
        self._clock.put_forward(minutes * MINUTE_MS)

    def _run_at(self, pace: float, _checked: bool = False) -> None:
        self._pace = pace
        self._clock.set_pace(pace)

    def _toggle(self) -> None:
        self._clock.set_pace(0 if self._clock.pace else self._pace)

    def _show(self) -> None:
        tokens = self._theme.tokens
        stands = not self._clock.pace
        self._pause.setIcon(
            icons.drawn("mdi6.play" if stands else "mdi6.pause", color=tokens.muted)
        )
        name = self.tr("Let the clock run") if stands else self.tr("Stop the clock")
        self._pause.setAccessibleName(name)
        self._pause.setToolTip(name)
        self._step.setIcon(icons.drawn("mdi6.skip-next-outline", color=tokens.muted))
        self._forward.setIcon(icons.drawn("mdi6.fast-forward", color=tokens.muted))
        self._show_time()

    def _show_time(self) -> None:
        _say(self._time, clock_text(self._clock()))
        notes = [ahead_text(self._clock.ahead_ms)]
        if not self._clock.pace:
            notes.append(self.tr("stopped"))
        elif self._clock.pace != 1:
            notes.append(self.tr("{0}×").format(f"{self._clock.pace:g}"))
        _say(self._ahead, "  ".join(note for note in notes if note))


def _say(label: QLabel, text: str) -> None:
    """Have a label with a name of its own say `text`, to a screen reader too."""
    label.setText(text)
    label.setAccessibleDescription(text)
