"""Finding a name or a value in the tree, above it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.buttons import icon_button
from sinch_cache_gui.ui.editor.json_tree.cells import tr
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme


class SearchStrip(QWidget):
    """A field, the count of matches, and the way from one to the next.

    Attributes:
        wanted_changed: Something else is looked for.
        next_requested: The next match shall be shown.
        previous_requested: The match before shall be shown.
        left: The user is done with it.
    """

    wanted_changed = Signal()
    next_requested = Signal()
    previous_requested = Signal()
    left = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_HEIGHT + GRID // 2)
        self._field = QLineEdit()
        self._field.setPlaceholderText(tr("Find a name or a value"))
        self._field.setAccessibleName(tr("Find a name or a value"))
        self._field.setClearButtonEnabled(True)
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._previous = icon_button(tr("Previous match (Shift+F3)"), self.previous_requested.emit)
        self._next = icon_button(tr("Next match (F3)"), self.next_requested.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, GRID, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self._field, 1)
        for widget in (self._count, self._previous, self._next):
            row.addWidget(widget)
        self._field.textChanged.connect(self.wanted_changed)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.say("")

    @property
    def wanted(self) -> str:
        """What is looked for."""
        return self._field.text()

    def open_strip(self) -> None:
        """Have the keyboard go to the field."""
        self._field.setFocus()
        self._field.selectAll()

    def say(self, sentence: str) -> None:
        """Show how many matches there are."""
        self._count.setText(sentence)
        self._count.setVisible(bool(sentence))
        for button in (self._previous, self._next):
            button.setEnabled(bool(sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.previous_requested if is_back else self.next_requested).emit()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _restyle(self) -> None:
        for button, icon in (
            (self._previous, "mdi6.arrow-up"),
            (self._next, "mdi6.arrow-down"),
        ):
            button.setIcon(icons.drawn(icon, color=self._theme.tokens.muted))
