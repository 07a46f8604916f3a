"""What stands in the tree's place while there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import GRID, Theme


class EmptyPage(QWidget):
    """Says why there is nothing, and what to do next."""

    clear_filter_requested = Signal()
    create_requested = Signal()
    continue_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = "mdi6.database-outline"
        self._wish: Callable[[], None] = self.create_requested.emit
        self._icon = QLabel()
        self._title = QLabel()
        self._title.setObjectName("title")
        self._detail = QLabel()
        self._detail.setObjectName("muted")
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID)
        column.addStretch(2)
        for label in (self._icon, self._title, self._detail):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(label is not self._icon)
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def title(self) -> str:
        """What the page says first."""
        return self._title.text()

    def explain(self, coverage: Coverage, filter_text: str, *, is_read_only: bool) -> None:
        """Say why there are no rows."""
        if filter_text and coverage.keys:
            title = self.tr("No key matches “{}”").format(filter_text)
            detail = self.tr("Of {} keys, none does.").format(f"{coverage.keys:,}")
            self._say("mdi6.filter-off-outline", title, detail)
            self._offer(self.tr("Clear filter"), self.clear_filter_requested.emit)
        elif coverage.stale_since_ms is not None:
            detail = self.tr("Keys are shown here again as soon as the cache answers.")
            self._say("mdi6.lan-disconnect", self.tr("The connection is lost"), detail)
            self._button.hide()
        elif coverage.state in (CoverageState.LOADING, CoverageState.CATCHING_UP):
            self._say("mdi6.progress-download", self.tr("Loading keys…"), "")
            self._button.hide()
        elif coverage.state is CoverageState.STOPPED:
            detail = self.tr("No key was found before loading was stopped.")
            self._say("mdi6.pause-circle-outline", self.tr("Loading was stopped"), detail)
            self._offer(self.tr("Continue"), self.continue_requested.emit)
        elif coverage.state is CoverageState.FAILED:
            self._say("mdi6.alert-outline", self.tr("The keys cannot be read"), coverage.reason)
            self._offer(self.tr("Try again"), self.continue_requested.emit)
        else:
            self._explain_empty(is_read_only=is_read_only)

    def _explain_empty(self, *, is_read_only: bool) -> None:
        if is_read_only:
            detail = self.tr("Keys appear here as soon as somebody writes one.")
        else:
            detail = self.tr("Create a key, or place a call and watch its session appear here.")
        self._say("mdi6.database-outline", self.tr("This cache is empty"), detail)
        self._offer(self.tr("Create a key"), self.create_requested.emit)
        self._button.setHidden(is_read_only)

    def _say(self, icon: str, title: str, detail: str) -> None:
        self._title.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        if icon != self._icon_name:
            self._icon_name = icon
            self._restyle()

    def _offer(self, label: str, wish: Callable[[], None]) -> None:
        self._button.setText(label)
        self._button.setAccessibleName(label)
        self._button.show()
        self._wish = wish

    def _act(self) -> None:
        self._wish()

    def _restyle(self) -> None:
        icon = icons.drawn(self._icon_name, color=self._theme.tokens.faint)
        self._icon.setPixmap(icon.pixmap(QSize(4 * GRID, 4 * GRID)))
