"""Finding a text in a value, over the upper right corner of the editor."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit

from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.buttons import icon_button
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.large_text_view import LargeTextView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.text_search import Found

MAX_MARKED = 500
"""Matches in sight that are marked at once."""


class FindBar(QFrame):
    """A field, the count of matches, and the way from one to the next.

    Attributes:
        closed: The user is done with it.
    """

    closed = Signal()

    def __init__(self, theme: Theme, view: CodeView | LargeTextView, tasks: PaneTasks) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._tasks = tasks
        self._found = Found()
        self._field = QLineEdit()
        self._field.setPlaceholderText(self.tr("Find"))
        self._field.setAccessibleName(self.tr("Find in this value"))
        self._field.setMinimumWidth(160)
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._count.setMinimumWidth(self._count.fontMetrics().horizontalAdvance("000,000 matches"))
        self._previous = icon_button(self.tr("Previous match (Shift+F3)"), self.find_previous)
        self._next = icon_button(self.tr("Next match (F3)"), self.find_next)
        self._close = icon_button(self.tr("Close (Esc)"), self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        row.setSpacing(GRID // 2)
        for widget in (self._field, self._count, self._previous, self._next, self._close):
            row.addWidget(widget)
        self._field.textChanged.connect(self._search)
        view.text_rested.connect(self._search)
        view.verticalScrollBar().valueChanged.connect(self._mark_visible)
        view.installEventFilter(self)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open_bar(self) -> None:
        """Show the bar with the selected text, if it is one line, and search."""
        if selected := self._view.selected_in_line():
            self._field.setText(selected)
        self.show()
        self._place()
        self._field.setFocus()
        self._field.selectAll()
        self._search()

    def close_bar(self) -> None:
        """Hide the bar and its marks, and search no more."""
        self._tasks.cancel("find")
        self.hide()
        self._view.mark_matches((), 0)
        self._view.setFocus()
        self.closed.emit()

    def find_next(self) -> None:
        """Select the next match, round the end."""
        _, end = self._view.selection()
        self._go(bisect_left(self._found.places, end))

    def find_previous(self) -> None:
        """Select the match before, round the beginning."""
        start, _ = self._view.selection()
        self._go(bisect_left(self._found.places, start) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find_previous() if is_back else self.find_next()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        if not self.isHidden():
            self._tasks.start("find", self._search_all())

    async def _search_all(self) -> None:
        self._found = await self._view.find_places(self._field.text(), self._say_progress)
        self._show_count()
        self._mark_visible()

    def _say_progress(self, percent: int) -> None:
        self._count.setText(self.tr("searching… {} %").format(percent))

    def _go(self, index: int) -> None:
        found = self._found
        if not found.places:
            return
        index %= len(found.places)
        self._view.show_match(found.places[index], found.length)
        self._show_count(index)
        self._mark_visible()

    def _show_count(self, index: int | None = None) -> None:
        total = len(self._found.places)
        counted = f"{total:,}" + ("+" if self._found.is_cut_short else "")
        if not self._field.text():
            self._count.clear()
        elif not total:
            self._count.setText(self.tr("no match"))
        elif index is None:
            self._count.setText(
                self.tr("1 match") if total == 1 else self.tr("{} matches").format(counted)
            )
        else:
            self._count.setText(self.tr("{} of {}").format(f"{index + 1:,}", counted))

    def _mark_visible(self) -> None:
        if self.isHidden():
            return
        places, length = self._found.places, self._found.length
        first, last = self._view.visible_positions()
        low = bisect_left(places, max(first - 4 * length, 0))  # where bytes are counted, so many
        high = min(bisect_left(places, last), low + MAX_MARKED)
        self._view.mark_matches(places[low:high], length)

    def _place(self) -> None:
        self.adjustSize()
        viewport = self._view.viewport().geometry()
        self.move(max(viewport.right() - self.width() - GRID, viewport.left()), viewport.top())
        self.raise_()

    def _restyle(self) -> None:
        tokens = self._theme.tokens
        self.setStyleSheet(
            f"FindBar {{ background: {tokens.raised}; border: 1px solid {tokens.border};"
            " border-top: none; border-radius: 0 0 4px 4px; }"
        )
        for button, icon in (
            (self._previous, "mdi6.arrow-up"),
            (self._next, "mdi6.arrow-down"),
            (self._close, "mdi6.close"),
        ):
            button.setIcon(icons.drawn(icon, color=tokens.muted))
