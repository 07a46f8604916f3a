"""One value seen as text, as a tree, or against what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget


class ValueView(Enum):
    """How a value is seen."""

    TEXT = "text"
    TREE = "tree"
    DIFFERENCE = "difference"


TREE_KEYS: Final = "Ctrl+T"
DIFFERENCE_KEYS: Final = "Ctrl+D"


class ViewSwitch(QWidget):
    """Three buttons of which one is down.

    Attributes:
        view_requested: The value shall be seen another way; carries a `ValueView`.
    """

    view_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: ValueView | None = ValueView.TEXT
        titles: Mapping[ValueView, tuple[str, str]] = {
            ValueView.TEXT: (self.tr("text"), self.tr("The text of the value (Ctrl+T)")),
            ValueView.TREE: (self.tr("tree"), self.tr("The value as a tree (Ctrl+T)")),
            ValueView.DIFFERENCE: (
                self.tr("difference"),
                self.tr("What differs from the value in the cache (Ctrl+D)"),
            ),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._buttons: dict[ValueView, QToolButton] = {}
        for view, (title, tip) in titles.items():
            button = self._buttons[view] = QToolButton()
            button.setText(title)
            button.setToolTip(tip)
            button.setAccessibleName(tip.partition(" (")[0])
            button.setCheckable(True)
            button.clicked.connect(lambda _checked=False, view=view: self._request(view))
            row.addWidget(button)

    def show_view(self, view: ValueView | None) -> None:
        """Have the button of `view` down; none where something else is seen."""
        self._shown = view
        for which, button in self._buttons.items():
            button.setChecked(which is view)

    def allow(self, *, text: bool, tree: bool, difference: bool) -> None:
        """Let the user choose these."""
        for view, is_possible in (
            (ValueView.TEXT, text),
            (ValueView.TREE, tree),
            (ValueView.DIFFERENCE, difference),
        ):
            self._buttons[view].setEnabled(is_possible)

    def toggle_tree(self) -> None:
        """Ask for the tree, or back from it for the text."""
        self._request(ValueView.TEXT if self._shown is ValueView.TREE else ValueView.TREE)

    def toggle_difference(self) -> None:
        """Ask for the difference, or back from it for the text."""
        is_shown = self._shown is ValueView.DIFFERENCE
        self._request(ValueView.TEXT if is_shown else ValueView.DIFFERENCE)

    def _request(self, view: ValueView) -> None:
        self.show_view(self._shown)  # a click alone shows nothing yet
        if self._buttons[view].isEnabled():
            self.view_requested.emit(view)
