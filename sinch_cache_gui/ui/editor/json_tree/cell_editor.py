"""A field over one cell of the tree, in which JSON is written."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from sinch_cache_gui.ui.editor.json_tree.cells import Column, tr
from sinch_cache_gui.ui.editor.json_tree.delegate import indent_of
from sinch_cache_gui.ui.editor.json_tree.view import JsonTreeView
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.json_outline import Node
from sinch_cache_gui.values.screen_text import Alphabet

LONGEST_IN_PLACE = 10_000
"""Characters of a value that is edited in its cell; a longer one is edited in the text."""


class CellEditor(QLineEdit):
    """Edits one spelling. It stays until what it holds is taken, or the user gives it up.

    Attributes:
        entered: The user is done and wrote something else than was there.
        given_up: The user leaves everything as it was.
    """

    entered = Signal()
    given_up = Signal()

    def __init__(self, theme: Theme, view: JsonTreeView) -> None:
        super().__init__(view.viewport())
        self._theme = theme
        self._view = view
        self._spelling = ""
        self._alphabet = Alphabet()
        self._inset = 0
        self._is_open = False
        self.column = Column.VALUE
        self.setMaxLength(2 * LONGEST_IN_PLACE)
        self.hide()
        view.verticalScrollBar().valueChanged.connect(self.follow)
        view.horizontalHeader().sectionResized.connect(self.follow)

    def open_over(self, node: Node, column: Column, spelling: str) -> None:
        """Show what is to be edited over the current row."""
        self.column = column
        self._spelling = spelling
        self._alphabet = Alphabet.of(spelling)
        is_name = column is Column.NAME
        self.setAccessibleName(tr("Name") if is_name else tr("Value as JSON"))
        self.setText(self._alphabet.shown(spelling))
        self._inset = indent_of(node) - 6 if is_name else 0
        self.show_refusal("")
        self.follow()
        self._is_open = True
        self.show()
        self.setFocus()
        is_quoted = spelling.startswith('"') and spelling.endswith('"') and len(spelling) > 1
        self.setSelection(is_quoted, len(self.text()) - 2 * is_quoted)

    def close_cell(self) -> None:
        """Go, whatever is written."""
        self._is_open = False  # first: what hides loses the focus
        self.hide()

    @property
    def written(self) -> str:
        """What the user wrote."""
        return self._alphabet.meant(self.text())

    @property
    def is_changed(self) -> bool:
        """Whether that is something else than was there."""
        return self.written != self._spelling

    @property
    def is_changed_cell(self) -> bool:
        """Whether it is open, and holds something that is not in the text."""
        return self._is_open and self.is_changed

    def show_refusal(self, sentence: str) -> None:
        """Say that what is written cannot be taken; nothing if it can."""
        tokens = self._theme.tokens
        colour = tokens.danger if sentence else tokens.accent
        self.setToolTip(sentence)
        self.setAccessibleDescription(sentence)
        self.setStyleSheet(
            f"QLineEdit {{ border: 1px solid {colour}; border-radius: 2px; padding: 0 4px; }}"
        )
        self.setFont(self._theme.monospace())  # a style sheet forgets it

    def follow(self) -> None:
        """Stand over the current row, wherever that is now."""
        cell = self._view.visualRect(
            self._view.rows.index(self._view.currentIndex().row(), self.column)
        )
        inset = self._inset if self.column is Column.NAME else 0
        self.setGeometry(cell.adjusted(inset, 0, 0, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
        else:
            super().keyPressEvent(event)
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason and self._is_open:
            self._finish()

    def _finish(self) -> None:
        (self.entered if self.is_changed else self.given_up).emit()
