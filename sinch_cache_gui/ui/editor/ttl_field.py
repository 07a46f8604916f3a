"""A field for a time to live, read back in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn, Persist
from sinch_cache_gui.ui.theme import GRID, Theme, dress_as
from sinch_cache_gui.values.duration import NotADuration, duration_to_type
from sinch_cache_gui.values.lifetime import lifetime_in_words, parse_lifetime


class TtlField(QWidget):
    """A line to type "10m" or "until 14:05" into, with what it means beneath.

    Attributes:
        changed: What is typed means something else now.
        entered: Enter was pressed on a time that can be used.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._theme = theme
        self._now_ms = now_ms
        self._lifetime: ExpireIn | ExpireAt | None = None
        self._field = QLineEdit()
        self._field.setAccessibleName(self.tr("Time to live"))
        self._field.setPlaceholderText(self.tr("90, 2h 30m, until 14:05"))
        self._meaning = QLabel()
        self._meaning.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._field)
        column.addWidget(self._meaning)
        self.setFocusProxy(self._field)
        self.setMinimumWidth(200)
        self._field.textChanged.connect(self._explain)
        self._field.returnPressed.connect(self._enter)
        self._explain()

    @property
    def ms(self) -> int | None:
        """The time typed in milliseconds from now, None while it is none."""
        match self.lifetime:
            case ExpireIn(ms):
                return ms
            case ExpireAt(deadline_ms):
                return max(deadline_ms - self._now_ms(), 1)
        return None

    @property
    def lifetime(self) -> ExpireIn | ExpireAt | None:
        """A time from now or a moment, as it is read back; None while what is typed is neither.

        It is what the words beneath say: "until 14:05" does not come to mean tomorrow once that
        moment has passed, nor "tomorrow" another day after midnight.
        """
        match self._lifetime:
            case ExpireAt(deadline_ms) if deadline_ms <= self._now_ms():
                return None
        return self._lifetime

    def read_again(self) -> None:
        """Say what is typed means now, if the moment it meant has passed."""
        if self._lifetime is not None and self.lifetime is None:
            self._explain()

    def set_ms(self, ms: int) -> None:
        """Suggest a time."""
        self._field.setText(duration_to_type(ms))

    def keep_room(self, width: int) -> None:
        """Be so wide at least, and have two lines of meaning move nothing."""
        self.setMinimumWidth(width)
        self._meaning.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._meaning.setMinimumHeight(2 * self._meaning.fontMetrics().lineSpacing())

    def select_all(self) -> None:
        """Have the next key typed replace what is there."""
        self._field.selectAll()

    def _enter(self) -> None:
        if self.ms is not None:
            self.entered.emit()
        else:
            self.read_again()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read_again()

    def _explain(self) -> None:
        self._lifetime = None
        try:
            now_ms = self._now_ms()
            self._lifetime = parse_lifetime(self._field.text(), now_ms)
            meaning = lifetime_in_words(self._lifetime, now_ms)
            name = "muted"
        except NotADuration as error:
            meaning = error.sentence
            name = "danger" if self._field.text().strip() else "muted"
        self._meaning.setText(meaning)
        dress_as(self._meaning, name)
        self.changed.emit()


class TtlPopup(QFrame):
    """A small frame at a button that asks for a time to live. It closes when it is left.

    Attributes:
        chosen: Carries an `ExpireIn`, an `ExpireAt`, or a `Persist` where that is offered.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, now_ms: Callable[[], int], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._now_ms = now_ms
        self._opener: QWidget | None = None
        self._title = QLabel(self.tr("Expires in"))
        self._title.setObjectName("title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)  # it may name a field
        self._field = TtlField(theme, now_ms)
        self._field.keep_room(300)
        self._apply = QPushButton(self.tr("Set"))
        self._apply.setProperty("primary", True)
        self._apply.setAccessibleName(self.tr("Set this time to live"))
        self._persist = QPushButton(self.tr("Remove expiry"))
        self._persist.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(self._title)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._field, 1)
        for button in (self._apply, self._persist):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self.setAutoFillBackground(True)
        self._field.changed.connect(self._allow)
        self._field.entered.connect(self._choose)
        self._apply.clicked.connect(self._choose)
        self._persist.clicked.connect(lambda: self._say(Persist()))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._allow()
        self.hide()

    def ask_at(self, opener: QWidget, deadline_ms: int | None) -> None:
        """Show the frame beneath `opener`, suggesting the time until a deadline if it has one."""
        self._come_up_in(opener, deadline_ms)
        window = opener.window()
        corner = opener.mapTo(window, QPoint(opener.width() - self.width(), opener.height() + 2))
        self.move(max(corner.x(), 0), min(corner.y(), window.height() - self.height()))

    def ask_about(
        self,
        title: str,
        opener: QWidget,
        place: QRect,
        deadline_ms: int | None,
        *,
        may_persist: bool,
    ) -> None:
        """Show the frame at a part of `opener`, beneath it or where there is room.

        Args:
            title: What is to expire.
            opener: Has the keyboard again afterwards.
            place: The part, in its coordinates.
            deadline_ms: The time until then is suggested; None for no suggestion.
            may_persist: Whether there is an expiry that can be removed.
        """
        self._title.setText(title)
        self._persist.setVisible(True)
        self._persist.setEnabled(may_persist)
        self._come_up_in(opener, deadline_ms)
        window = opener.window()
        corner = opener.mapTo(window, place.topLeft())
        above, below = corner.y() - self.height() - 2, corner.y() + place.height() + 2
        has_room = below + self.height() <= window.height() or above < 0
        x = min(corner.x(), window.width() - self.width())
        self.move(max(x, 0), below if has_room else above)

    def _come_up_in(self, opener: QWidget, deadline_ms: int | None) -> None:
        self._opener = opener
        if deadline_ms is not None:
            left_s = max(deadline_ms - self._now_ms(), 1000) // 1000
            self._field.set_ms(left_s * 1000)
        # Inside the window, so that it is no window of its own: those are lost on some desktops.
        self.setParent(opener.window())
        self.adjustSize()
        self.show()
        self.raise_()
        self._field.setFocus()
        self._field.select_all()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and not self.isAncestorOf(new):
            self.hide()

    def _leave(self) -> None:
        self.hide()
        if self._opener is not None:
            self._opener.setFocus()

    def _allow(self) -> None:
        self._apply.setEnabled(self._field.ms is not None)

    def _choose(self) -> None:
        lifetime = self._field.lifetime
        if lifetime is None:
            self._field.read_again()
        else:
            self._say(lifetime)

    def _say(self, lifetime: ExpireIn | ExpireAt | Persist) -> None:
        self._leave()
        self.chosen.emit(lifetime)

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"TtlPopup {{ background: {tokens.base}; border: 1px solid {tokens.border};"
            " border-radius: 4px; }"
        )
