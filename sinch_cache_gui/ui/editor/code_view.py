"""A text editor for values: line numbers, colours, marks, and every character kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QMenu, QPlainTextEdit

from sinch_cache_gui.ui.clipboard_text import mime_of, text_in
from sinch_cache_gui.ui.editor.brackets import bracket_pair
from sinch_cache_gui.ui.editor.editor_text import EditorText
from sinch_cache_gui.ui.editor.gutter import Gutter, GutterLine, Mark
from sinch_cache_gui.ui.editor.highlighter import VisibleHighlighter
from sinch_cache_gui.ui.editor.keystrokes import (
    backtab_pressed,
    closer_typed,
    enter_pressed,
    tab_pressed,
)
from sinch_cache_gui.ui.editor.long_edits import LongEdit, long_edit_of, take_over
from sinch_cache_gui.ui.editor.long_steps import is_long
from sinch_cache_gui.ui.editor.marks import TextMarks
from sinch_cache_gui.ui.editor.positions import (
    as_qt_counts,
    as_qt_counts_work,
    position_of,
    python_offset,
    qt_offset,
)
from sinch_cache_gui.ui.editor.rest import Rest
from sinch_cache_gui.ui.tab_order import EscapeThenTab
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.document_views import Written
from sinch_cache_gui.values.json_check import JsonProblem
from sinch_cache_gui.values.json_notes import JsonNote
from sinch_cache_gui.values.replacement import Replacement
from sinch_cache_gui.values.slices import run_sliced
from sinch_cache_gui.values.text_search import Found, search_work

LAID_OUT_LINES: Final = 5_000
"""Lines that may be laid out anew when the width changes, which their layout does not ask for."""


class CodeView(QPlainTextEdit):
    """Shows and edits one text. `text` answers exactly what was shown and typed.

    Attributes:
        text_rested: The text changed, and the hand has rested since or never does.
        filling: Percent of a long change that are made.
        long_edit_requested: The user wants a change made that takes long; carries a `LongEdit` to
            be run as a task. Nothing can be typed before it has ended.
        edited_changed: The text differs from the one shown last now, or not any more.
    """

    edited_changed = Signal()
    text_rested = Signal()
    filling = Signal(object)
    long_edit_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._is_editable = True
        self._text = EditorText(self)
        self._marks = TextMarks(self, theme)
        self._gutter = Gutter(self, theme, self._lines_in_sight)
        self._highlighter = VisibleHighlighter(self, theme)
        self._rest = Rest(self)
        self._rest.timeout.connect(self.text_rested)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(self.tr("Value"))
        EscapeThenTab(self)
        self.setTabChangesFocus(False)
        self._text.progressed.connect(self.filling)
        self._text.held_changed.connect(self._follow_held)
        self.textChanged.connect(self._text_changed)
        self.document().modificationChanged.connect(self._tell_edited)
        self.cursorPositionChanged.connect(self._cursor_moved)
        self.blockCountChanged.connect(self._fit_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._fit_gutter()

    def text(self) -> str:
        """Answer the text, character for character."""
        return self._text.text()

    @property
    def revision(self) -> int:
        """Another number after every change of the text."""
        return self._text.revision

    async def read_text(self) -> Written:
        """Answer the text and its revision, letting the loop run meanwhile.

        A change that is being made is waited for: half of it is nobody's text.
        """
        return Written(self._text.meant(await self._text.read()), self._text.revision)

    async def show_text(self, text: str, *, is_undoable: bool) -> None:
        """Show `text` as the one that was loaded, in slices.

        Args:
            text: The text.
            is_undoable: Whether undo brings the present text back.
        """
        await self._text.show(text, is_undoable=is_undoable)

    async def replace(self, text: str) -> None:
        """Put `text` in place of the present one, as one step of the user's."""
        await self._text.replace(text)

    async def put_ahead(self, text: str) -> None:
        """Have redo bring `text`, and leave the present one as it is."""
        await self._text.put_ahead(text)

    async def apply(self, change: Replacement, written: Written) -> Written | None:
        """Make one change of the text as it was read, as one step of the user's.

        Answer the text with the change; None if it was not made, the text being another by now.
        """
        return await self._text.apply(change, written)

    async def step_back(self) -> None:
        """Take the last step back; a long one in slices."""
        await self._text.step_back()

    async def step_forth(self) -> None:
        """Make the step again that was taken back last; a long one in slices."""
        await self._text.step_forth()

    async def let_go(self) -> None:
        """Free what the view holds, in slices; it is about to go, and tells nobody any more."""
        self._rest.stop()
        self.blockSignals(True)
        await self._text.let_go()

    def can_hold(self, text: str) -> bool:
        """Whether `text` can be written here and comes back as it is."""
        return self._text.can_hold(text)

    def select(self, start: int, end: int, text: str) -> None:
        """Select a stretch of the present text, which is `text`, and show it."""
        shown = self._text.shown(text)
        cursor = self.textCursor()
        cursor.setPosition(qt_offset(shown, end))
        cursor.setPosition(qt_offset(shown, start), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()

    def cursor_offset(self, text: str) -> int:
        """Answer where the cursor stands in the present text, which is `text`."""
        return python_offset(self._text.shown(text), self.textCursor().position())

    @property
    def is_edited(self) -> bool:
        """Whether the text differs from the one shown last, or since `set_unedited`."""
        return self.document().isModified()

    def set_unedited(self) -> None:
        """Take the present text for the one to compare with."""
        self.document().setModified(False)

    def set_edited(self) -> None:
        """Take the text for edited, also where undo brings the one back that was shown last."""
        document = self.document()
        was_silent = document.blockSignals(True)
        document.setModified(False)  # Qt forgets which step is the unedited one only on a change
        document.blockSignals(was_silent)
        document.setModified(True)

    @property
    def is_editable(self) -> bool:
        """Whether the user may write."""
        return self._is_editable

    def set_editable(self, is_editable: bool) -> None:
        """Let the user write, or only read, select and copy."""
        self._is_editable = is_editable
        self._apply_editable()

    def set_json(self, is_json: bool) -> None:
        """Colour the text as JSON, or leave it plain."""
        self._highlighter.set_on(is_json)

    def set_findings(self, problem: JsonProblem | None, notes: Sequence[JsonNote]) -> None:
        """Underline what is wrong, and mark lines that something is to be said about."""
        marks = {note.line: Mark(note.sentence, is_problem=False) for note in reversed(notes)}
        if problem is not None:
            marks[problem.line] = Mark(problem.sentence, is_problem=True)
        self._gutter.set_marks(marks)
        self._marks.mark_problem(problem)

    async def find_places(self, wanted: str, _progressed: Callable[[int], None]) -> Found:
        """Answer the positions where the text holds another."""
        counted = as_qt_counts(wanted)
        text = await run_sliced(as_qt_counts_work(await self._text.read()))
        return Found(await run_sliced(search_work(text, counted)), len(counted))

    def mark_matches(self, places: Sequence[int], length: int) -> None:
        """Mark what was found: positions, and how long each match is."""
        self._marks.mark_matches(places, length)

    def show_match(self, at: int, length: int) -> None:
        """Select what was found at a position, and show it."""
        cursor = self.textCursor()
        cursor.setPosition(at)
        cursor.setPosition(at + length, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def selection(self) -> tuple[int, int]:
        """Answer where the selection begins and ends; twice the cursor where there is none."""
        cursor = self.textCursor()
        return cursor.selectionStart(), cursor.selectionEnd()

    def selected_in_line(self) -> str:
        """Answer what is selected, as it is shown; nothing where that is more than a line."""
        selected = self.textCursor().selectedText()
        return "" if "\u2029" in selected else selected

    def go_to(self, line: int, column: int) -> None:
        """Put the cursor there and show it."""
        cursor = self.textCursor()
        cursor.setPosition(position_of(self.document(), line, column))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def visible_positions(self) -> tuple[int, int]:
        """Answer the positions where the text in sight begins and ends."""
        first = last = self.firstVisibleBlock()
        for line in self._lines_in_sight():
            last = self.document().findBlockByNumber(line.number - 1)
        return first.position(), last.position() + last.length()

    def createMimeDataFromSelection(self) -> QMimeData:
        selected = self.textCursor().selectedText().replace("\u2029", "\n")
        return mime_of(self._text.meant(selected))

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            shown = self._text.taken_in(text_in(source))
            if is_long(shown) or self._text.has_long_selection:
                self._request(partial(self._text.write_over_selection, shown))
                return
            self.textCursor().insertText(shown)
            self.ensureCursorVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isReadOnly() and (self._long_edit(event) or self._typed(event)):
            event.accept()
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu(event.pos())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def menu(self, place: QPoint) -> QMenu:
        """Answer a menu of what can be done with the text."""
        menu = self.createStandardContextMenu(place)
        take_over(menu, self._text, self.copy, self._request)
        return menu

    def paintEvent(self, event: QPaintEvent) -> None:
        self._highlighter.colour_visible(self.firstVisibleBlock(), self.viewport().height())
        self._paint_current_line()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.blockCount() <= LAID_OUT_LINES:
            super().resizeEvent(event)
        else:
            # Qt forgets the layout of every line (a second at a million), though no line is
            # wrapped. The scroll bars are all that has to follow, as they do a document's size.
            layout = self.document().documentLayout()
            layout.documentSizeChanged.emit(layout.documentSize())
        area = self.contentsRect()
        self._gutter.setGeometry(area.left(), area.top(), self._gutter_width(), area.height())

    def _long_edit(self, event: QKeyEvent) -> bool:
        work = long_edit_of(event, self._text, self.copy)
        if work is not None:
            self._request(work)
        return work is not None

    def _request(self, work: LongEdit) -> None:
        self._text.hold()  # what is typed before it begins would be lost
        self.long_edit_requested.emit(work)

    def _typed(self, event: QKeyEvent) -> bool:
        cursor = self.textCursor()
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if plain not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
                return False
            enter_pressed(cursor)
        elif event.key() == Qt.Key.Key_Tab and plain == Qt.KeyboardModifier.NoModifier:
            tab_pressed(cursor)
        elif event.key() == Qt.Key.Key_Backtab:
            backtab_pressed(cursor)
        elif event.text() in ("}", "]"):
            closer_typed(cursor, event.text())
        else:
            return False
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        return True

    def _follow_held(self) -> None:
        self._apply_editable()
        if self._text.has_changed:
            self._rest.wait()

    def _apply_editable(self) -> None:
        self.setReadOnly(not self._is_editable or self._text.is_held)
        flags = self.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(flags)

    def _tell_edited(self) -> None:
        if not self._text.is_loading:
            self.edited_changed.emit()

    def _text_changed(self) -> None:
        if not self._text.is_held:  # what is not whole needs no check
            self._rest.wait()

    def _cursor_moved(self) -> None:
        pair = None
        if not self._text.is_held:
            pair = bracket_pair(self.document(), self.textCursor().position())
        self._marks.mark_brackets(pair)
        self.viewport().update()
        self._gutter.update()

    def _paint_current_line(self) -> None:
        if self.isReadOnly() and not self.hasFocus():
            return
        cursor_at = self.cursorRect()
        painter = QPainter(self.viewport())
        painter.fillRect(
            QRect(0, cursor_at.top(), self.viewport().width(), cursor_at.height()),
            QColor(self._theme.tokens.current_line),
        )
        painter.end()

    def _lines_in_sight(self) -> Iterator[GutterLine]:
        block = self.firstVisibleBlock()
        current = self.textCursor().blockNumber()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        number = block.blockNumber()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            if not block.next().isValid():  # Qt counts the margin below the text to its last line
                height -= self.document().documentMargin()
            yield GutterLine(number + 1, round(top), round(height), number == current)
            block = block.next()
            top += height
            number += 1

    def _gutter_width(self) -> int:
        return self._gutter.width_for(self.blockCount())

    def _fit_gutter(self) -> None:
        width = self._gutter_width()
        if width == self._gutter.width():
            return  # margins that are set lay out every line anew
        self.setViewportMargins(width, 0, 0, 0)
        self._gutter.resize(width, self._gutter.height())

    def _scroll_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def _restyle(self) -> None:
        font = self._theme.monospace()
        self.setFont(font)
        self._gutter.setFont(font)
        self._fit_gutter()
        self._marks.show()
        self._gutter.update()
