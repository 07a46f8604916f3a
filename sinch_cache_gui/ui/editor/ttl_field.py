"""A field for a time to live, read back in words."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.duration import (
    NotADuration,
    duration_in_words,
    duration_to_type,
    parse_duration,
)


class TtlField(QWidget):
    """A line to type "90", "10m" or "2h 30m" into, with what it means beneath.

    Attributes:
        changed: What is typed means something else now.
        entered: Enter was pressed on a time that can be used.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._field = QLineEdit()
        self._field.setAccessibleName(self.tr("Time to live"))
        self._field.setPlaceholderText(self.tr("90, 10m, 2h 30m"))
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
        """The time typed in milliseconds, None while it is none."""
        try:
            return parse_duration(self._field.text())
        except NotADuration:
            return None

    def set_ms(self, ms: int) -> None:
        """Suggest a time."""
        self._field.setText(duration_to_type(ms))
        self._field.selectAll()

    def _enter(self) -> None:
        if self.ms is not None:
            self.entered.emit()

    def _explain(self) -> None:
        try:
            meaning = duration_in_words(parse_duration(self._field.text()))
            name = "muted"
        except NotADuration as error:
            meaning = error.sentence
            name = "danger" if self._field.text().strip() else "muted"
        self._meaning.setText(meaning)
        if self._meaning.objectName() != name:
            self._meaning.setObjectName(name)
            self._meaning.style().unpolish(self._meaning)
            self._meaning.style().polish(self._meaning)
        self.changed.emit()


class TtlPopup(QFrame):
    """A small window at a button that asks for a time to live.

    Attributes:
        chosen: Carries the milliseconds.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("ttlPopup")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        title = QLabel(self.tr("Expires in"))
        title.setObjectName("title")
        self._field = TtlField(theme)
        self._apply = QPushButton(self.tr("Set"))
        self._apply.setProperty("primary", True)
        self._apply.setAccessibleName(self.tr("Set the time to live"))
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(title)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._field, 1)
        row.addWidget(self._apply, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self._field.changed.connect(self._allow)
        self._field.entered.connect(self._choose)
        self._apply.clicked.connect(self._choose)
        self._allow()

    def ask_at(self, place: QWidget, ms: int | None) -> None:
        """Show the popup beneath `place`, suggesting `ms`."""
        if ms is not None:
            self._field.set_ms(ms)
        self.adjustSize()
        corner = place.mapToGlobal(QPoint(place.width() - self.width(), place.height() + 2))
        self.move(corner)
        self.show()
        self._field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _allow(self) -> None:
        self._apply.setEnabled(self._field.ms is not None)

    def _choose(self) -> None:
        ms = self._field.ms
        if ms is not None:
            self.close()
            self.chosen.emit(ms)
