"""A field to go to a key by its name, in place above the tree."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import GRID, Theme, dress_as


class JumpField(QWidget):
    """Takes the name of a key as it is shown anywhere, and says what became of the search."""

    jump_requested = Signal(object)
    """Go to the first of these names that is a key (a tuple of bytes)."""
    create_requested = Signal(object)
    """Create a key of this name (bytes)."""
    closed = Signal()

    def __init__(self, theme: Theme, *, is_read_only: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._is_read_only = is_read_only
        self._missing = b""
        self._target = QAction(self)
        self.field = QLineEdit()
        self._answer = QLabel()
        self._create = QPushButton(self.tr("Create it"))
        self._lay_out()
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._forget_answer)
        self._create.clicked.connect(lambda: self.create_requested.emit(self._missing))
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open(self) -> None:
        """Show the field and put the keyboard into it."""
        self._forget_answer()
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def close_field(self) -> None:
        """Hide the field; what was typed stays for the next time."""
        self.hide()
        self.closed.emit()

    def show_asking(self) -> None:
        """Say that the cache is being asked."""
        self._say(self.tr("Asking…"), "muted")

    def show_missing(self, key: bytes) -> None:
        """Say that there is no such key."""
        self._missing = key
        self._say(self.tr("No such key"), "warning")
        self._create.setToolTip(plain_tip(display_key(key)))
        self._create.setHidden(self._is_read_only)

    def show_failure(self, title: str) -> None:
        """Say why the cache could not be asked."""
        self._say(title, "danger")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.close_field()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._ask()
                return True
        return super().eventFilter(watched, event)

    def _ask(self) -> None:
        text = self.field.text()
        # What was pasted may have white space around it that belongs to the page it came from.
        names = dict.fromkeys(parse_key(part) for part in (text, text.strip()))
        names.pop(b"", None)
        if names:
            self.jump_requested.emit(tuple(names))

    def _say(self, text: str, name: str) -> None:
        self._answer.setText(text)
        dress_as(self._answer, name)
        self._answer.setVisible(bool(text))
        self._create.hide()

    def _forget_answer(self) -> None:
        self._say("", "muted")

    def _lay_out(self) -> None:
        self.field.setPlaceholderText(self.tr("Go to a key: its whole name"))
        self.field.setAccessibleName(self.tr("Go to key"))
        self.field.setAccessibleDescription(self.tr("Enter goes to the key, Escape closes"))
        self.field.setFont(self._theme.monospace())
        self.field.addAction(self._target, QLineEdit.ActionPosition.LeadingPosition)
        self._answer.setTextFormat(Qt.TextFormat.PlainText)
        self._answer.setWordWrap(True)
        self._create.setAccessibleName(self.tr("Create the key that was not found"))
        answer = QHBoxLayout()
        answer.setSpacing(GRID)
        answer.addWidget(self._answer, 1)
        answer.addWidget(self._create)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID // 2, 0, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addWidget(self.field)
        column.addLayout(answer)

    def _restyle(self) -> None:
        icon = icons.drawn("mdi6.crosshairs-gps", color=self._theme.tokens.muted)
        self._target.setIcon(icon)
        self.field.setFont(self._theme.monospace())
