"""Bytes in rows: the offset, the bytes in hex, and what is readable of them beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea

from sinch_cache_gui.ui.clipboard_text import copy_text, text_in
from sinch_cache_gui.ui.editor.hex_hand import HexHand
from sinch_cache_gui.ui.editor.hex_layout import Column, HexLayout, walked
from sinch_cache_gui.ui.editor.hex_painter import HexPainter
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.byte_difference import Stretch
from sinch_cache_gui.values.byte_edits import ByteEdits, find_back_work, find_work, parse_hex
from sinch_cache_gui.values.slices import run_sliced

REST_MS: Final = 400
"""How long the hand rests before a draft is kept."""

MAX_COPIED: Final = 2_000_000
"""Bytes that are copied at once: as digits they take three characters each."""


class HexView(QAbstractScrollArea):
    """Shows and edits bytes. Typing overwrites; the Insert key switches to inserting.

    Attributes:
        edited_changed: The bytes differ from those shown last, or do not any more.
        bytes_rested: The hand rests after a change.
        place_changed: The cursor, the selection, the length or the mode is another.
        scrolled: Another row is the first in sight; carries the offset of its first byte.
        refused: Something cannot be pasted, or copied; carries a sentence.
    """

    edited_changed = Signal()
    bytes_rested = Signal()
    place_changed = Signal()
    scrolled = Signal(object)
    refused = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bytes = ByteEdits()
        self._hand = HexHand(self._bytes)
        self._is_editable = False
        self._was_edited = False
        self._marks: Sequence[Stretch] = ()
        self._mark_colour = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.bytes_rested)
        self.setAccessibleName(self.tr("Bytes"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self._layout = HexLayout(self.font(), self.width())
        self.verticalScrollBar().valueChanged.connect(lambda _row: self._tell_scrolled())
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def revision(self) -> int:
        """Another number after every change of the bytes."""
        return self._bytes.revision

    def read_bytes(self) -> bytes:
        """Answer the bytes as they are."""
        return self._bytes.read()

    def show_bytes(self, data: bytes, *, is_undoable: bool) -> None:
        """Show `data` as what was loaded; the cursor stays where it was, as far as that exists."""
        self._bytes.show(data, is_undoable=is_undoable)
        self._move_to(self._hand.at, scrolls=False)
        self._changed(rests=False)

    def replace_bytes(self, data: bytes) -> None:
        """Put `data` in place of the present bytes, as one step of the user's."""
        self._bytes.put(0, len(self._bytes), data)
        self._move_to(self._hand.at, scrolls=False)
        self._changed()

    @property
    def is_edited(self) -> bool:
        """Whether the bytes differ from those shown last, or since `set_unedited`."""
        return self._bytes.is_edited

    def set_unedited(self) -> None:
        """Take the present bytes for those to compare with."""
        self._bytes.set_unedited()
        self._tell_edited()

    def set_edited(self) -> None:
        """Take the bytes for edited, also where undo brings those back that were shown last."""
        self._bytes.set_edited()
        self._tell_edited()

    def set_editable(self, is_editable: bool) -> None:
        """Let the user write, or only look, select and copy."""
        self._is_editable = is_editable
        self.place_changed.emit()

    @property
    def is_editable(self) -> bool:
        """Whether the user may write."""
        return self._is_editable

    @property
    def is_inserting(self) -> bool:
        """Whether what is typed moves the bytes behind it on."""
        return self._hand.is_inserting

    @property
    def offset(self) -> int:
        """Where the cursor is."""
        return self._hand.at

    @property
    def length(self) -> int:
        """How many bytes there are."""
        return len(self._bytes)

    def selection(self) -> tuple[int, int]:
        """Answer where the selection begins and ends; twice the cursor where there is none."""
        return self._hand.selection()

    def mark(self, stretches: Sequence[Stretch], colour: str) -> None:
        """Fill these stretches, which are in order; no others are filled any more."""
        self._marks, self._mark_colour = stretches, colour
        self.viewport().update()

    def go_to(self, offset: int) -> None:
        """Have the cursor at an offset, or at the end where there are not so many bytes."""
        self._move_to(offset)
        self.setFocus()

    def show_offset(self, offset: int) -> None:
        """Have the byte at an offset in sight, and the cursor there."""
        self._move_to(offset)

    def show_from(self, offset: int) -> None:
        """Have the row of the byte at an offset be the first in sight."""
        self.verticalScrollBar().setValue(offset // self._layout.in_a_row)

    async def find_bytes(self, needle: bytes, *, is_backward: bool) -> bool:
        """Select the next place of these bytes, or the one before; answer whether there is one."""
        data = self._bytes.read()
        start, end = self.selection()
        if is_backward:
            at = await run_sliced(find_back_work(data, needle, max(end - 1, 0)))
        else:
            at = await run_sliced(find_work(data, needle, start + 1 if end > start else start))
        if at < 0:
            return False
        self._move_to(at)
        self._move_to(at + len(needle), selects=True)
        return True

    def copy_hex(self) -> None:
        """Put the selected bytes into the clipboard as pairs of digits."""
        if (data := self._copied()) is not None:
            copy_text(data.hex(" "))

    def copy_text(self) -> None:
        """Put the selected bytes into the clipboard as text; what is none is marked as such."""
        if (data := self._copied()) is not None:
            copy_text(data.decode("utf-8", "backslashreplace"))

    def _copied(self) -> bytes | None:
        start, end = self.selection()
        if end - start <= MAX_COPIED:
            return self._bytes.read(start, end)
        said = self.tr("Not copied: no more than {:,} bytes are copied at once.")
        self.refused.emit(said.format(MAX_COPIED))
        return None

    def paste(self) -> None:
        """Insert the clipboard, in place of a selection: pairs of digits, or text beside."""
        if not self._is_editable:
            return
        text = text_in(QGuiApplication.clipboard().mimeData())
        data = parse_hex(text) if self._hand.column is Column.HEX else text.encode()
        if data is None:
            self.refused.emit(self.tr("Only pairs of hex digits can be pasted among the bytes."))
            return
        self._written(self._hand.put(data))

    def undo(self) -> None:
        """Take the last step back."""
        self._travel(self._bytes.undo() if self._is_editable else None)

    def redo(self) -> None:
        """Take the last undo back."""
        self._travel(self._bytes.redo() if self._is_editable else None)

    def select_all(self) -> None:
        """Select every byte."""
        self._hand.select_all()
        self._show_hand(scrolls=False)

    def set_inserting(self, is_inserting: bool) -> None:
        """Have what is typed move the bytes behind it on, or take their place."""
        self._hand.set_inserting(is_inserting)
        self.viewport().update()
        self.place_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        matches = event.matches
        keys = QKeySequence.StandardKey
        if matches(keys.Copy):
            (self.copy_hex if self._hand.column is Column.HEX else self.copy_text)()
        elif matches(keys.Paste):
            self.paste()
        elif matches(keys.Undo):
            self.undo()
        elif matches(keys.Redo):
            self.redo()
        elif matches(keys.SelectAll):
            self.select_all()
        elif not (self._moved(event) or self._typed(event)):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab goes from the hex to the text before it leaves, Shift+Tab back."""
        leaves = self._hand.column is (Column.TEXT if is_next else Column.HEX)
        if leaves:
            return super().focusNextPrevChild(is_next)
        self._hand.set_column(Column.TEXT if is_next else Column.HEX)
        self.viewport().update()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at, column = self._place_of(event.position().toPoint(), None)
            self._hand.set_column(column)
            extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move_to(at, selects=extends)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            at, _ = self._place_of(event.position().toPoint(), self._hand.column)
            self._move_to(at, selects=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        painter.translate(-self.horizontalScrollBar().value(), 0)
        rows = HexPainter(painter, self._layout, self._theme.tokens)
        first, height = self.verticalScrollBar().value(), self._layout.row_height
        for line in range(event.rect().top() // height, event.rect().bottom() // height + 1):
            if (first + line) * self._layout.in_a_row <= len(self._bytes):
                self._paint_row(rows, first + line, line * height)

    def _paint_row(self, rows: HexPainter, row: int, top: int) -> None:
        count = self._layout.in_a_row
        rows.paint_back(row, top, self._marks, self._mark_colour)
        rows.paint_back(row, top, [self.selection()], self._theme.tokens.selection)
        if row == self._hand.at // count:
            rows.paint_cursor(top, self._hand, has_focus=self.hasFocus())
        rows.paint_bytes(row, top, self._bytes.read(row * count, (row + 1) * count))

    def _moved(self, event: QKeyEvent) -> bool:
        at = walked(
            Qt.Key(event.key()),
            self._hand.at,
            length=len(self._bytes),
            in_a_row=self._layout.in_a_row,
            rows_in_sight=self._rows_in_sight(),
            is_far=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier),
        )
        if at is None:
            return False
        selects = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._move_to(at, selects=selects)
        return True

    def _typed(self, event: QKeyEvent) -> bool:
        if not self._is_editable:
            return False
        match event.key():
            case Qt.Key.Key_Insert:
                self.set_inserting(not self.is_inserting)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace as key:
                self._written(self._hand.erase(is_forward=key == Qt.Key.Key_Delete))
            case _:
                return self._written(self._hand.write(event.text()))
        return True

    def _written(self, has_changed: bool) -> bool:
        if has_changed:
            self._show_hand()
            self._changed()
        return has_changed

    def _travel(self, at: int | None) -> None:
        if at is not None:
            self._move_to(at)
            self._changed()

    def _move_to(self, at: int, *, selects: bool = False, scrolls: bool = True) -> None:
        self._hand.move_to(at, selects=selects)
        self._show_hand(scrolls=scrolls)

    def _show_hand(self, *, scrolls: bool = True) -> None:
        if scrolls:
            self._fit()
            bar, row = self.verticalScrollBar(), self._hand.at // self._layout.in_a_row
            if row < bar.value():
                bar.setValue(row)
            elif row >= bar.value() + self._rows_in_sight():
                bar.setValue(row - self._rows_in_sight() + 1)
        self.viewport().update()
        self.place_changed.emit()

    def _changed(self, *, rests: bool = True) -> None:
        self._fit()
        self.viewport().update()
        self.place_changed.emit()
        self._tell_edited()
        if rests:
            self._rest.start()

    def _tell_edited(self) -> None:
        if self._was_edited != self.is_edited:
            self._was_edited = self.is_edited
            self.edited_changed.emit()

    def _place_of(self, point: QPoint, column: Column | None) -> tuple[int, Column]:
        """Answer the byte nearest to a point, in one column or in the one that is meant."""
        point += QPoint(self.horizontalScrollBar().value(), 0)
        at, found = self._layout.place_of(point, column)
        above = self.verticalScrollBar().value() * self._layout.in_a_row
        return min(above + at, len(self._bytes)), found

    def _rows_in_sight(self) -> int:
        return max(self.viewport().height() // self._layout.row_height, 1)

    def _fit(self) -> None:
        rows = len(self._bytes) // self._layout.in_a_row + 1
        self.verticalScrollBar().setPageStep(self._rows_in_sight())
        self.verticalScrollBar().setRange(0, max(rows - self._rows_in_sight(), 0))
        self.horizontalScrollBar().setPageStep(self.viewport().width())
        self.horizontalScrollBar().setRange(0, max(self._layout.width - self.viewport().width(), 0))

    def _restyle(self) -> None:
        self.setFont(self._theme.monospace())
        self._lay_out()

    def _lay_out(self) -> None:
        """Have as many bytes in a row as there is room for, and the same ones in sight."""
        bar = self.verticalScrollBar()
        # Whether or not the bar is there: two views of one width are to stand row beside row.
        layout = HexLayout(self.font(), self.width() - bar.sizeHint().width())
        above = bar.value() * self._layout.in_a_row
        self._layout = layout
        self._fit()
        self.show_from(above)
        self.viewport().update()

    def _tell_scrolled(self) -> None:
        self.scrolled.emit(self.verticalScrollBar().value() * self._layout.in_a_row)
