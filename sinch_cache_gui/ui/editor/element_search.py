"""A field above a table of elements in which it is said which of them are wanted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from sinch_cache_gui.cache.element_range import (
    ElementRange,
    Matching,
    ScoredWithin,
    StartingAt,
)
from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.keyspace.filter import pattern_of
from sinch_cache_gui.ui.theme import GRID
from sinch_cache_gui.values.element_edits import EditRefused, parse_scores

_ID: Final = re.compile(r"\d+(-\d+)?")


class SearchBy(Enum):
    """What is written in the field."""

    NAME = "name"
    SCORE = "score"
    RANK = "rank"
    INDEX = "index"
    ID = "id"


WAYS: Final[Mapping[str, tuple[SearchBy, ...]]] = {
    KeyType.HASH: (SearchBy.NAME,),
    KeyType.LIST: (SearchBy.INDEX,),
    KeyType.SET: (SearchBy.NAME,),
    KeyType.ZSET: (SearchBy.NAME, SearchBy.SCORE, SearchBy.RANK),
    KeyType.STREAM: (SearchBy.ID,),
}


def range_of(by: SearchBy, text: str, size: int | None) -> ElementRange | None:
    """Answer what is meant by `text`; None for all elements.

    Args:
        by: What it is.
        text: What was written.
        size: How many elements there are, so that -1 is the last; None where it is not known.

    Raises:
        EditRefused: It means nothing.
    """
    text = text.strip()
    if not text:
        return None
    match by:
        case SearchBy.NAME:
            return Matching(pattern_of(text))
        case SearchBy.SCORE:
            return ScoredWithin(*parse_scores(text))
        case SearchBy.ID:
            if not _ID.fullmatch(text):
                raise EditRefused(_tr("An id is a time in milliseconds, such as 1763800000000-0."))
            return StartingAt(text.encode())
    try:
        place = int(text.replace(",", ""))
    except ValueError:
        raise EditRefused(_tr("A place is a number, counted from 0; -1 is the last.")) from None
    return StartingAt(place if place >= 0 else max((size or 0) + place, 0))


class ElementSearch(QWidget):
    """The field, and for a sorted set what it is about.

    Attributes:
        range_entered: These elements are wanted; carries an `ElementRange`, or None for all.
        refused: What was written means nothing; carries a sentence.
    """

    range_entered = Signal(object)
    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._kind = ""
        self._size: int | None = None
        self._entered = ""
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._by = QComboBox()
        self._by.setAccessibleName(self.tr("What is searched by"))
        self._text = QLineEdit()
        self._text.setClearButtonEnabled(True)
        self.setFocusProxy(self._text)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID // 2)
        row.addWidget(self._by)
        row.addWidget(self._text, 1)
        self._by.currentIndexChanged.connect(self._turn)
        self._text.returnPressed.connect(self._enter)
        self._text.textChanged.connect(self._note_cleared)

    def show_key(self, kind: str, size: int | None) -> None:
        """Be about a key of this type, with that many elements."""
        self._size = size
        if kind == self._kind:
            return
        self._kind = kind
        self._text.clear()
        self._by.clear()
        titles = {
            SearchBy.NAME: self.tr("Member"),
            SearchBy.SCORE: self.tr("Score"),
            SearchBy.RANK: self.tr("Rank"),
        }
        for by in WAYS.get(kind, ()):
            self._by.addItem(titles.get(by, ""), by)
        self._by.setVisible(self._by.count() > 1)

    def open_bar(self) -> None:
        """Have the keyboard go to the field."""
        self._text.setFocus()
        self._text.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._text.text():
            self._text.clear()
        else:
            super().keyPressEvent(event)

    def _turn(self) -> None:
        by = self._by.currentData()
        name, hint = {
            SearchBy.NAME: (
                self.tr("Search the elements"),
                self.tr("Search: text, or a pattern such as user:*"),
            ),
            SearchBy.SCORE: (
                self.tr("Scores to show"),
                self.tr("Scores such as 10..20, 10.. or ..20"),
            ),
            SearchBy.RANK: (self.tr("Rank to begin at"), self.tr("From a rank on, such as 5000")),
            SearchBy.INDEX: (
                self.tr("Index to begin at"),
                self.tr("From an index on, such as 5000 or -100"),
            ),
            SearchBy.ID: (
                self.tr("ID to begin at"),
                self.tr("From an ID on, such as 1763800000000-0"),
            ),
        }.get(by, ("", ""))
        self._text.setAccessibleName(name)
        self._text.setPlaceholderText(hint)
        self._text.clear()

    def _enter(self) -> None:
        by = self._by.currentData()
        try:
            found = range_of(by, self._text.text(), self._size)
        except EditRefused as refused:
            self.refused.emit(str(refused))
            return
        self._entered = self._text.text()
        self.range_entered.emit(found)

    def _note_cleared(self, text: str) -> None:
        if not text and self._entered:
            self._enter()


def _tr(text: str) -> str:
    return QCoreApplication.translate("ElementSearch", text)
