"""The strip below the key tree: how many keys are shown, and whether that is all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from sinch_cache_gui.keyspace.expiry import format_time
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.ui.elided_label import ElidedLabel
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, dress_as


class CoverageStrip(QWidget):
    """Tells the truth about coverage, and lets the user stop and go on."""

    stop_requested = Signal()
    continue_requested = Signal()
    load_all_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_HEIGHT)
        self._said = ElidedLabel()
        self._said.setObjectName("muted")
        self._said.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._said.setTextFormat(Qt.TextFormat.PlainText)  # it may name a pattern
        self._stop = QPushButton(self.tr("Stop"))
        self._stop.setAccessibleName(self.tr("Stop loading keys"))
        self._stop.clicked.connect(self.stop_requested)
        self._continue = QPushButton(self.tr("Continue"))
        self._continue.setAccessibleName(self.tr("Go on loading keys"))
        self._continue.clicked.connect(self.continue_requested)
        self._load_all = QPushButton(self.tr("Load all"))
        self._load_all.setAccessibleName(self.tr("Load all keys, not only those that match"))
        self._load_all.clicked.connect(self.load_all_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID // 2, 0)
        row.setSpacing(GRID)
        row.addWidget(self._said, 1)
        for button in (self._stop, self._continue, self._load_all):
            button.setFixedHeight(BAR_HEIGHT - GRID)
            button.hide()
            row.addWidget(button)

    def show_coverage(self, coverage: Coverage) -> None:
        """Say how things stand."""
        text = self.describe(coverage)
        if text != self._said.text():
            self._said.setText(text)
            self._said.setToolTip(plain_tip(text))
        state = coverage.state
        is_stale = coverage.stale_since_ms is not None
        is_at_work = state in (CoverageState.LOADING, CoverageState.CATCHING_UP)
        is_waiting = state in (CoverageState.STOPPED, CoverageState.FAILED)
        self._stop.setVisible(is_at_work and not is_stale)
        self._continue.setVisible(is_waiting and not is_stale)
        self._load_all.setVisible(coverage.pattern is not None and not is_stale)
        dress_as(self._said, "warning" if is_stale or is_waiting else "muted")

    def describe(self, coverage: Coverage) -> str:
        """Answer how things stand in one line."""
        keys = f"{coverage.keys:,}"
        if coverage.stale_since_ms is not None:
            since = format_time(coverage.stale_since_ms)
            count = self.tr("1 key") if coverage.keys == 1 else self.tr("{} keys").format(keys)
            return self.tr("{}, stale: connection lost, as of {}").format(count, since)
        match coverage.state:
            case CoverageState.COMPLETE:
                text = self.tr("1 key") if coverage.keys == 1 else self.tr("{} keys").format(keys)
                parts = [text, self.tr("complete"), seconds_text(coverage.elapsed_s)]
                if coverage.pattern is not None:
                    only = self.tr("only {}").format(display_key(coverage.pattern))
                    parts.insert(1, only)
                return ", ".join(parts)
            case CoverageState.LOADING if coverage.pattern is not None:
                only = display_key(coverage.pattern)
                return self.tr("loading only {}: {} so far").format(only, keys)
            case CoverageState.LOADING if coverage.expected is not None:
                about = f"{max(coverage.keys, coverage.expected):,}"
                return self.tr("loading {} of about {}").format(keys, about)
            case CoverageState.LOADING:
                return self.tr("loading: {} so far").format(keys)
            case CoverageState.STOPPED if coverage.reason:
                return self.tr("stopped at {}, out of date: {}").format(keys, coverage.reason)
            case CoverageState.STOPPED:
                return self.tr("stopped at {}: folders may be incomplete").format(keys)
            case CoverageState.FAILED:
                return self.tr("loading failed at {}: {}").format(keys, coverage.reason)
            case CoverageState.CATCHING_UP:
                text = self.tr("about {} keys, catching up").format(keys)
                return f"{text}: {coverage.reason}" if coverage.reason else text


def seconds_text(seconds: float) -> str:
    """Answer how long something took: "0.01 s", "2.1 s"."""
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{max(seconds, 0.01):.2f} s"
