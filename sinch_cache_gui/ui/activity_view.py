"""The activity strip: the last change in one line, and all of them when opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.keyspace.activity import Activity, Who
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.plain_tip import plain_tip
from sinch_cache_gui.ui.seldom import Seldom
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, ROW_HEIGHT, Theme

SHOWN_LIMIT = 2000
"""Lines the opened list holds; the oldest leave first."""


def activity_text(line: Activity) -> str:
    """Answer one line for people: when, which key, what, by whom."""
    clock = datetime.fromtimestamp(line.at_ms / 1000).astimezone().strftime("%H:%M:%S")
    what = line.what
    # What came to nothing was this window's, and has its reason behind it.
    if line.who not in (Who.CACHE, Who.UNTOLD) and not line.is_failure:
        by = f"{line.who.value} ({line.context})" if line.context else line.who.value
        what = f"{what} by {by}"
    return "  ".join(part for part in (clock, display_key(line.key), what) if part)


LEAST_ROWS, MOST_ROWS = 2, 7
"""Of the open list: fewer in a low window, which would have to grow otherwise."""


class ActivityModel(QAbstractListModel):
    """The lines, newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Activity] = []

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        line = self.line_at(index.row())
        if line is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return activity_text(line)
        return None

    def line_at(self, row: int) -> Activity | None:
        """Answer the line of a row, None outside."""
        if not 0 <= row < len(self._lines):
            return None
        return self._lines[len(self._lines) - 1 - row]

    def add(self, lines: Sequence[Activity]) -> None:
        """Put `lines` (oldest first) on top."""
        fresh = list(lines)[-SHOWN_LIMIT:]
        self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
        self._lines.extend(fresh)
        self.endInsertRows()
        surplus = len(self._lines) - SHOWN_LIMIT
        if surplus > 0:
            last = len(self._lines) - 1
            self.beginRemoveRows(QModelIndex(), last - surplus + 1, last)
            del self._lines[:surplus]
            self.endRemoveRows()


class ActivityView(QWidget):
    """One strip with the last line; opened, a list above it. A double click opens the key."""

    key_activated = Signal(object)
    restore_requested = Signal(object)
    """A key that expired or was deleted shall be what it was; carries its bytes."""

    def __init__(
        self, theme: Theme, is_restorable: Callable[[bytes], bool] = lambda _key: False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._is_restorable = is_restorable
        self._model = ActivityModel()
        self._fresh: list[Activity] = []
        self._soon = Seldom(self, self._show_fresh)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setUniformItemSizes(True)
        self._list.setObjectName("activity")
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(self.tr("Activity: every change, newest first"))
        self._list.setMinimumHeight(ROW_HEIGHT * LEAST_ROWS)
        self._list.setMaximumHeight(ROW_HEIGHT * MOST_ROWS)
        self._list.activated.connect(self._activate)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._list.hide()
        self._last = QLabel(self.tr("No activity yet: changes to the cache are listed here."))
        self._last.setObjectName("muted")
        self._last.setTextFormat(Qt.TextFormat.PlainText)
        self._last.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._toggle = QToolButton()
        self._toggle.setAccessibleName(self.tr("Show all activity"))
        self._toggle.setToolTip(self.tr("All activity (Ctrl+J)"))
        self._toggle.clicked.connect(self.toggle)
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def is_open(self) -> bool:
        """Whether the whole list shows."""
        return not self._list.isHidden()

    def toggle(self) -> None:
        """Show the whole list, or only the last line."""
        self._soon.settle()
        self._list.setVisible(self._list.isHidden())
        self._restyle()

    def add(self, lines: Sequence[Activity]) -> None:
        """Show new lines."""
        if lines:
            self._fresh += lines
            self._soon.wish()

    def _show_fresh(self) -> None:
        lines, self._fresh = self._fresh, []
        self._model.add(lines)
        text = activity_text(lines[-1])
        if len(lines) > 1:
            text = self.tr("{}  (and {:,} more)").format(text, len(lines) - 1)
        self._last.setText(text)
        self._last.setToolTip(plain_tip(text))

    def _lay_out(self) -> None:
        strip = QWidget()
        strip.setObjectName("statusStrip")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        strip.setFixedHeight(BAR_HEIGHT)
        row = QHBoxLayout(strip)
        row.setContentsMargins(GRID, 0, GRID // 2, 0)
        row.addWidget(self._last, 1)
        row.addWidget(self._toggle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._list)
        column.addWidget(strip)

    def _activate(self, index: QModelIndex) -> None:
        line = self._model.line_at(index.row())
        if line is not None and line.key:
            self.key_activated.emit(line.key)

    def _open_menu(self, at: QPoint) -> None:
        line = self._model.line_at(self._list.indexAt(at).row())
        if line is None or not line.key:
            return
        key = line.key
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open"), lambda: self.key_activated.emit(key))
        shown = display_key(key)
        menu.addAction(self.tr("Copy key"), lambda: copy_text(shown))
        restore = menu.addAction(self.tr("Restore…"), lambda: self.restore_requested.emit(key))
        restore.setEnabled(self._is_restorable(key))
        menu.popup(self._list.viewport().mapToGlobal(at))

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        name = "mdi6.chevron-down" if self.is_open else "mdi6.chevron-up"
        self._toggle.setIcon(icons.drawn(name, color=tokens.muted))
        self._list.setFont(self._theme.monospace())
