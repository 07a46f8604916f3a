"""A line below the table in which a new element is written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.keyspace.key_text import parse_key
from sinch_cache_gui.ui.editor.element_model import LONGEST_LINE
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.element_edits import EditRefused, addition_of, entry_of


class ElementForm(QWidget):
    """Fields for what an element of the key's type has, hidden until it is opened.

    Attributes:
        entered: The change that adds the element.
        refused: Why what was written makes no element, as a sentence.
    """

    entered = Signal(object)
    refused = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._kind = ""
        self._first = QLineEdit()
        self._second = QLineEdit()
        self._at_head = QCheckBox(self.tr("at the beginning"))
        self._add = QPushButton(self.tr("Add"))
        self._add.setAccessibleName(self.tr("Add this element"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setAccessibleName(self.tr("Add no element"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, 0)
        row.setSpacing(GRID // 2)
        for field in (self._first, self._second):
            field.setFont(theme.monospace())
            field.returnPressed.connect(self._enter)
            row.addWidget(field, 1)
        for widget in (self._at_head, self._add, self._cancel):
            row.addWidget(widget)
        self._add.clicked.connect(self._enter)
        self._cancel.clicked.connect(self.hide)
        self.setFocusProxy(self._first)
        self.hide()

    def open_for(self, kind: str) -> None:
        """Ask for an element of a key of this type."""
        self._kind = kind
        first, second = {
            KeyType.HASH: (self.tr("field"), self.tr("value")),
            KeyType.LIST: (self.tr("value"), ""),
            KeyType.SET: (self.tr("member"), ""),
            KeyType.ZSET: (self.tr("member"), self.tr("score")),
        }.get(kind, (self.tr("name=value, name=value"), ""))
        for field, said in ((self._first, first), (self._second, second)):
            field.setPlaceholderText(said)
            field.setAccessibleName(self.tr("New {}").format(said) if said else "")
        self._second.setVisible(bool(second))
        self._at_head.setVisible(kind == KeyType.LIST)
        self.show()
        self._first.setFocus()

    @property
    def holds_text(self) -> bool:
        """Whether something is written here that is not added."""
        fields = (self._first, self._second)
        return not self.isHidden() and any(field.text() for field in fields)

    def clear(self) -> None:
        """Be ready for the next element: this one was added."""
        self._first.clear()
        self._second.clear()
        if self.isVisible():
            self._first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        first, second = self._first.text(), self._second.text()
        if max(len(first), len(second)) > LONGEST_LINE:
            self.refused.emit(self.tr("This is too long for a line; add it shorter, then edit it."))
            return
        try:
            change = self._addition(first, second)
        except EditRefused as refused:
            self.refused.emit(str(refused))
            return
        self.entered.emit(change)

    def _addition(self, first: str, second: str) -> ElementChange:
        if self._kind == KeyType.STREAM:
            return entry_of(first, parse_key)
        is_at_head = self._at_head.isChecked()
        return addition_of(self._kind, parse_key(first), parse_key(second), is_at_head=is_at_head)
