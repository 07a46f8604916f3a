"""A text too large for an editor, to be read: only what is in sight is laid out and painted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu

from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.gutter import Gutter, GutterLine
from sinch_cache_gui.ui.editor.highlighter import formats_of
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.row_layout import Dress
from sinch_cache_gui.ui.editor.row_sight import LEAST_COLUMNS, MARGIN, RowMarks, RowSight
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.slices import run_telling
from sinch_cache_gui.values.text_rows import Place, TextRows
from sinch_cache_gui.values.text_search import Found, Utf8Search
from sinch_cache_gui.values.utf8 import offset_behind

MAX_COPIED: Final = 10_000_000
"""Bytes that are copied at once: more would hold the window."""

REST_MS: Final = 200
"""How long the width has to rest before rows are cut anew."""

PULL_MS: Final = 50
"""How often a selection grows that is pulled over the edge."""

MAX_TAKEN: Final = 1_000
"""Bytes of a selection that are worth to be searched for."""


class LargeTextView(QAbstractScrollArea):
    """Shows a text by its bytes in UTF-8. Positions are offsets in bytes.

    A line longer than the view is wide goes on in the next row.

    Attributes:
        place_changed: The cursor is at another place.
        text_rested: Another text is shown.
        counting: Percent of the rows that are counted.
        counted: All of them are.
        refused: Something cannot be done; carries a sentence.
    """

    place_changed = Signal()
    text_rested = Signal()
    counting = Signal(object)
    counted = Signal()
    refused = Signal(object)

    def __init__(self, theme: Theme, tasks: PaneTasks) -> None:
        super().__init__()
        self._theme = theme
        self._tasks = tasks
        self._rows = TextRows(b"", LEAST_COLUMNS)
        self._is_json = False
        self._is_counted = True
        self._sight = RowSight(self._rows, self._dressed())
        self._matches: list[tuple[int, int]] = []
        self._at = self._anchor = 0
        self._kept_x: float | None = None
        self._widest = 0.0
        self._gutter = Gutter(self, theme, self._lines_in_sight)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._cut_anew)
        self._pull = QTimer(self)
        self._pull.setInterval(PULL_MS)
        self._pull.timeout.connect(self._pull_selection)
        self._pulled_to = QPoint()
        self.setAccessibleName(self.tr("Value, read-only"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        # Always there: its coming and going would change the width, and so every row.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().valueChanged.connect(lambda _row: self._lay_out())
        self.horizontalScrollBar().valueChanged.connect(lambda _x: self.viewport().update())
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_value(self, data: bytes) -> None:
        """Show a text from its beginning. What looks like JSON is coloured as such.

        Its first rows are in sight at once; it can be gone through once all are counted.
        """
        self._is_json = data[:64].lstrip()[:1] in (b"{", b"[")
        self._sight.dress_as(self._dressed())
        self._at = self._anchor = 0
        self._matches = []
        self.verticalScrollBar().setValue(0)
        self._is_counted = False
        self._rest.stop()
        self._tasks.start("rows", self._count_rows(data, is_new=True))

    def let_go(self) -> None:
        """Show nothing any more, and hold no memory."""
        self._tasks.cancel("rows")
        self._rest.stop()
        self._is_counted = True
        self._at = self._anchor = 0
        self._take(TextRows(b"", LEAST_COLUMNS))

    @property
    def lines(self) -> int:
        """How many lines there are, once they are counted."""
        return self._rows.lines

    @property
    def place(self) -> Place:
        """Where the cursor is, as people count."""
        return self._rows.place_of(self._at)

    def selection(self) -> tuple[int, int]:
        """Answer where the selection begins and ends; twice the cursor where there is none."""
        return min(self._anchor, self._at), max(self._anchor, self._at)

    def selected_in_line(self) -> str:
        """Answer what is selected; nothing where that is more than a line, or very long."""
        start, end = self.selection()
        selected = self._rows.data[start : min(end, start + MAX_TAKEN + 1)]
        is_taken = len(selected) <= MAX_TAKEN and b"\n" not in selected
        return selected.decode("utf-8", "replace") if is_taken else ""

    def visible_positions(self) -> tuple[int, int]:
        """Answer where what is in sight begins and ends."""
        return self._sight.positions()

    async def find_places(self, wanted: str, progressed: Callable[[int], None]) -> Found:
        """Answer where the text holds another."""
        search = Utf8Search(self._rows.data, wanted)
        size = max(len(self._rows.data), 1)
        await run_telling(search.work(), lambda: progressed(100 * search.searched // size))
        return Found(search.places, len(wanted), search.is_cut_short)

    def mark_matches(self, places: Sequence[int], length: int) -> None:
        """Mark what was found: where, and how many characters each match has."""
        data = self._rows.data
        self._matches = [(at, offset_behind(data, at, length)) for at in places]
        self.viewport().update()

    def show_match(self, at: int, length: int) -> None:
        """Select what was found at a place, and show it."""
        end = offset_behind(self._rows.data, at, length)
        if end <= len(self._rows.data):  # it may have been found in a text shown before
            self._move_to(at)
            self._move_to(end, selects=True)

    def copy(self) -> None:
        """Put what is selected into the clipboard."""
        start, end = self.selection()
        if end - start > MAX_COPIED:
            said = self.tr(
                "Not copied: {} MB are selected, and no more than {} MB are copied at once. To have"
                " all of the value, export the key."
            )
            self.refused.emit(said.format(f"{(end - start) / 1e6:,.0f}", MAX_COPIED // 1_000_000))
        elif end > start:
            copy_text(self._rows.data[start:end].decode("utf-8", "replace"))

    def select_all(self) -> None:
        """Select everything, and stay where it is."""
        self._anchor = 0
        self._move_to(len(self._rows.data), selects=True, scrolls=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence.StandardKey
        if not self._is_counted:
            super().keyPressEvent(event)
        elif event.matches(keys.Copy):
            self.copy()
        elif event.matches(keys.SelectAll):
            self.select_all()
        elif not self._moved(event):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._is_counted:
            extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move_to(self._offset_at(event.position().toPoint()), selects=extends)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._is_counted:
            return
        at = self._offset_at(event.position().toPoint())
        self._anchor, end = self._sight.walk.laid_at(at).word_at(at)
        self._move_to(end, selects=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton or not self._is_counted:
            return
        self._pulled_to = event.position().toPoint()
        self._move_to(self._offset_at(self._pulled_to), selects=True, scrolls=False)
        is_outside = not 0 <= self._pulled_to.y() < self.viewport().height()
        if is_outside is not self._pull.isActive():
            self._pull.start() if is_outside else self._pull.stop()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pull.stop()
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        start, end = self.selection()
        menu.addAction(self.tr("Copy"), self.copy).setEnabled(end > start)
        menu.addAction(self.tr("Select all"), self.select_all).setEnabled(self._is_counted)
        menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(area.left(), area.top(), self._gutter.width(), area.height())
        self._fit()
        self._lay_out()
        if self._rows.data and self._columns() != self._rows.width:
            self._rest.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        left = -self.horizontalScrollBar().value()
        marks = RowMarks(self._seen_cursor(), self.selection(), self._matches)
        self._sight.paint(painter, event.rect(), left, marks, self._theme.tokens)

    def _seen_cursor(self) -> int | None:
        return self._at if self.hasFocus() else None

    def _lines_in_sight(self) -> Iterator[GutterLine]:
        return self._sight.lines(self._seen_cursor())

    def _moved(self, event: QKeyEvent) -> bool:
        key = event.key()
        is_far = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        selects = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        page = max(self._rows_in_sight() - 1, 1)
        by_rows = {
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        if key in by_rows and is_far:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + by_rows[Qt.Key(key)])
        elif key in by_rows:
            self._move_by_rows(by_rows[Qt.Key(key)], selects=selects)
        elif (at := self._sight.walk.within_row(key, self._at, is_far=is_far)) is not None:
            self._move_to(at, selects=selects)
        else:
            return False
        return True

    def _move_by_rows(self, rows: int, *, selects: bool) -> None:
        kept_x = self._kept_x if self._kept_x is not None else self._sight.walk.x(self._at)
        self._move_to(self._sight.walk.by_rows(self._at, rows, kept_x), selects=selects)
        self._kept_x = kept_x

    def _move_to(self, at: int, *, selects: bool = False, scrolls: bool = True) -> None:
        self._at = at
        self._kept_x = None
        if not selects:
            self._anchor = at
        if scrolls:
            self._scroll_to(at)
        self.viewport().update()
        self._gutter.update()
        self.place_changed.emit()

    def _scroll_to(self, at: int) -> None:
        bar, row, in_sight = self.verticalScrollBar(), self._rows.row_of(at), self._rows_in_sight()
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + in_sight:
            # What is far is better seen with what is around it.
            is_near = row < bar.value() + 2 * in_sight
            bar.setValue(row - in_sight + 1 if is_near else row - in_sight // 2)
        across, x = self.horizontalScrollBar(), round(self._sight.walk.x(at))
        if not across.value() <= x < across.value() + self.viewport().width() - 2 * MARGIN:
            across.setValue(x - self.viewport().width() // 2)

    def _pull_selection(self) -> None:
        bar, y = self.verticalScrollBar(), self._pulled_to.y()
        over = y if y < 0 else y - self.viewport().height() + 1
        bar.setValue(bar.value() + ceil(over / self._sight.row_height) + (1 if over > 0 else -1))
        self._move_to(self._offset_at(self._pulled_to), selects=True, scrolls=False)

    def _offset_at(self, point: QPoint) -> int:
        """Answer the byte nearest to a point."""
        return self._sight.offset_at(point.x() + self.horizontalScrollBar().value(), point.y())

    def _cut_anew(self) -> None:
        if self._rows.data and self._columns() != self._rows.width:
            self._tasks.start("rows", self._count_rows(self._rows.data, is_new=False))

    async def _count_rows(self, data: bytes, *, is_new: bool) -> None:
        """Find the rows of a text, new ones or those of another width, and show them."""
        await asyncio.sleep(0)  # the page may be about to come in sight, and get its width
        if is_new:
            self._fit_gutter(data.count(b"\n", 0, len(data) // 64) * 64)  # about so many
            self._take(TextRows(data, self._columns()))  # what is in sight needs no counting
        rows = TextRows(data, self._columns())
        size = max(len(data), 1)
        await run_telling(rows.count_work(), lambda: self.counting.emit(100 * rows.counted // size))
        first, _ = self.visible_positions()
        self._is_counted = True
        self._take(rows)
        self.verticalScrollBar().setValue(rows.row_of(min(first, len(data))))
        self.counted.emit()
        if is_new:
            self.text_rested.emit()
        self.place_changed.emit()

    def _take(self, rows: TextRows) -> None:
        self._rows = rows
        self._widest = 0.0
        if self._is_counted:
            self._fit_gutter(rows.lines)
        self._fit()
        self._lay_out()

    def _columns(self) -> int:
        return self._sight.columns_within(self.viewport().width())

    def _rows_in_sight(self) -> int:
        return self._sight.rows_within(self.viewport().height())

    def _lay_out(self) -> None:
        first = self.verticalScrollBar().value()
        self._sight.lay_out(self._rows, first, self.viewport().height())
        self._widest = max(self._widest, self._sight.width)
        across = self.horizontalScrollBar()
        across.setPageStep(self.viewport().width())
        across.setSingleStep(round(4 * self._sight.character))
        across.setRange(0, max(ceil(self._widest) + 2 * MARGIN - self.viewport().width(), 0))
        self.viewport().update()
        self._gutter.update()

    def _fit(self) -> None:
        bar, in_sight = self.verticalScrollBar(), self._rows_in_sight()
        bar.setPageStep(in_sight)
        bar.setRange(0, max(self._rows.count - in_sight, 0))

    def _fit_gutter(self, lines: int) -> None:
        width = self._gutter.width_for(lines)
        if width != self._gutter.width():
            self._gutter.resize(width, self._gutter.height())
            self.setViewportMargins(width, 0, 0, 0)

    def _restyle(self) -> None:
        font = self._theme.monospace()
        self.setFont(font)
        self._gutter.setFont(font)
        self._sight.dress_as(self._dressed())
        self._lay_out()

    def _dressed(self) -> Dress:
        return Dress(self.font(), formats_of(self._theme.tokens) if self._is_json else {})
