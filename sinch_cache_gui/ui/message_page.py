"""What stands in a pane while there is nothing to show: why, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from sinch_cache_gui.notices import NoticeAction
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.theme import GRID, Theme


class MessagePage(QWidget):
    """A title, a sentence, and perhaps a button, in the middle of a pane."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        # The pane may hand it the keyboard; Tab has nothing to do here but at its button.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._theme = theme
        self._icon_name = "mdi6.code-json"
        self._action: NoticeAction | None = None
        self._icon = QLabel()
        self._title = QLabel()
        self._title.setObjectName("title")
        self._detail = QLabel()
        self._detail.setObjectName("muted")
        self._button = QPushButton()
        self._button.clicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(GRID)
        column.addStretch(2)
        for label in (self._icon, self._title, self._detail):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def title(self) -> str:
        """What the page says first."""
        return self._title.text()

    def say(
        self, icon: str, title: str, detail: str = "", action: NoticeAction | None = None
    ) -> None:
        """Show a message, and what can be done about it."""
        self._title.setText(title)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._action = action
        self._button.setVisible(action is not None)
        if action is not None:
            self._button.setText(action.label)
            self._button.setAccessibleName(action.label)
        self.setAccessibleName(title)
        if icon != self._icon_name:
            self._icon_name = icon
            self._restyle()

    def _run(self) -> None:
        if self._action is not None:
            self._action.run()

    def _restyle(self) -> None:
        icon = icons.drawn(self._icon_name, color=self._theme.tokens.faint)
        self._icon.setPixmap(icon.pixmap(QSize(32, 32)))
