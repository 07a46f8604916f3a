"""The entries of the journal as rows, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.ui.journal.wording import (
    action_text,
    key_text,
    outcome_text,
    time_text,
    ttl_text,
)
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()

TIME, ACTION, KEY, TTL, OUTCOME = range(5)

KEY_LENGTH = 500
"""Characters of a key that a cell holds; more would never fit."""


class JournalModel(QAbstractTableModel):
    """Rows of entries. It holds them oldest first, so that a new one costs nothing."""

    def __init__(self, theme: Theme, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._theme = theme
        self._now_ms = now_ms
        self._entries: list[JournalEntry] = []
        self._titles = (
            self.tr("Time"),
            self.tr("Action"),
            self.tr("Key"),
            self.tr("TTL"),
            self.tr("Outcome"),
        )

    def show(self, entries: Sequence[JournalEntry]) -> None:
        """Show these entries (oldest first) instead."""
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def add(self, entries: Sequence[JournalEntry]) -> None:
        """Put `entries` (oldest first) on top."""
        if entries:
            self.beginInsertRows(NO_INDEX, 0, len(entries) - 1)
            self._entries.extend(entries)
            self.endInsertRows()

    def entry(self, row: int) -> JournalEntry | None:
        """Answer the entry of a row, None outside."""
        count = len(self._entries)
        return self._entries[count - 1 - row] if 0 <= row < count else None

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | Qt.AlignmentFlag | None:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._titles):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return self._titles[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(
        self, index: Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | QColor | QFont | None:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(entry, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._tip(entry, column))
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(entry, column)
            case Qt.ItemDataRole.FontRole if column == KEY:
                return self._theme.monospace()
            case Qt.ItemDataRole.AccessibleTextRole if column == TIME:
                texts = (self._text(entry, part) for part in range(len(self._titles)))
                return ", ".join(text for text in texts if text)
        return None

    def _text(self, entry: JournalEntry, column: int) -> str:
        match column:
            case 0:
                return time_text(entry, self._now_ms())
            case 1:
                return action_text(entry)
            case 2:
                return key_text(entry)[:KEY_LENGTH]
            case 3:
                return ttl_text(entry)
            case _:
                return outcome_text(entry)

    def _tip(self, entry: JournalEntry, column: int) -> str:
        if column == TIME:
            return format_deadline(entry.at_ms)
        return entry.result.value if column == OUTCOME else self._text(entry, column)

    def _colour(self, entry: JournalEntry, column: int) -> QColor:
        tokens = self._theme.tokens
        if column == OUTCOME and not entry.is_done:
            return QColor(tokens.danger)
        return QColor(tokens.text if column in (ACTION, KEY) else tokens.muted)
