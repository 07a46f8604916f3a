"""What stands beneath a table of elements: how much of the key it shows, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from sinch_cache_gui.cache.element_range import Matching, ScoredWithin, StartingAt
from sinch_cache_gui.ui.editor.element_loader import MOST, ElementLoader
from sinch_cache_gui.ui.editor.element_words import elements_in_words
from sinch_cache_gui.ui.theme import GRID


class ElementStrip(QWidget):
    """Buttons, and a count.

    Attributes:
        add_requested: An element shall be added.
        delete_requested: The selected elements shall go.
        ttl_requested: The selected elements shall expire by themselves, or not any more.
    """

    add_requested = Signal()
    delete_requested = Signal()
    ttl_requested = Signal()

    def __init__(self, loader: ElementLoader) -> None:
        super().__init__()
        self._loader = loader
        self.setObjectName("statusStrip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._add = self._button(self.tr("Add…"), self.tr("Add an element"))
        self._delete = self._button(self.tr("Delete"), self.tr("Delete the selected elements"))
        self.ttl = self._button(self.tr("TTL…"), self.tr("Set when the selected fields expire"))
        self.ttl.hide()
        self._more = self._button(self.tr("Load more"), self.tr("Load more elements"))
        self._all = self._button(self.tr("Load all"), self.tr("Load all elements"))
        self._stop = self._button(self.tr("Stop"), self.tr("Stop loading elements"))
        self._again = self._button(self.tr("Read again"), self.tr("Read the elements again"))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        reading = (self._more, self._all, self._stop, self._again)
        for button in (self._add, self._delete, self.ttl, *reading):
            row.addWidget(button)
        for button in reading:
            button.hide()
        row.addStretch(1)
        row.addWidget(self._count)
        self._add.clicked.connect(self.add_requested)
        self._delete.clicked.connect(self.delete_requested)
        self.ttl.clicked.connect(self.ttl_requested)
        self._more.clicked.connect(loader.load_more)
        self._all.clicked.connect(loader.load_all)
        self._stop.clicked.connect(loader.stop)
        self._again.clicked.connect(loader.read_again)
        self.allow_changes(are_possible=False)

    def set_read_only(self) -> None:
        """Offer nothing that writes."""
        self._add.hide()
        self._delete.hide()

    def offer_ttl(self, *, is_offered: bool) -> None:
        """Offer to set when elements expire, or not: the server knows nothing of that."""
        self.ttl.setVisible(is_offered)

    def allow_changes(self, *, are_possible: bool) -> None:
        """Let the selected elements be changed, or not."""
        self._delete.setEnabled(are_possible)
        self.ttl.setEnabled(are_possible)

    def say(self, kind: str, shown: int, size: int | None) -> None:
        """Say how much is shown.

        Args:
            kind: The key's type.
            shown: How many rows there are.
            size: How many elements the key has; None where that is not known.
        """
        loader = self._loader
        self._add.setEnabled(True)
        has_more = loader.has_more and not loader.is_loading and shown < MOST
        self._more.setVisible(has_more)
        self._all.setVisible(has_more)
        self._stop.setVisible(loader.is_loading and loader.has_more)
        self._again.setVisible(loader.is_outdated and not loader.is_loading)
        self._count.setText(self._said(kind, shown, size))

    def say_gone(self) -> None:
        """Say that the key is gone: there is nothing to load, to add to, or to delete from."""
        for button in (self._more, self._all, self._stop, self._again):
            button.hide()
        self._add.setEnabled(False)
        self.allow_changes(are_possible=False)
        self._count.setText(self.tr("The key is gone"))

    def _said(self, kind: str, shown: int, size: int | None) -> str:
        loader = self._loader
        if loader.failure is not None:
            return loader.failure.title
        counted = elements_in_words(kind, shown)
        match loader.within:
            case Matching() if loader.has_more:
                said = self.tr("{} found so far").format(counted)
            case Matching() | ScoredWithin():
                said = self.tr("{} found").format(counted)
            case StartingAt():
                said = self.tr("{} from there on").format(counted)
            case _ if loader.has_more and size is not None:
                said = self.tr("{} of {} loaded").format(
                    f"{shown:,}", elements_in_words(kind, size)
                )
            case _:
                said = counted
        return (
            self.tr("{}; the key may have changed since").format(said)
            if loader.is_outdated
            else said
        )

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        return button
