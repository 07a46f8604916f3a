"""A text editor for values: line numbers, colours, marks, and every character kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QMimeData, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.ui.editor.brackets import bracket_pair
from sinch_cache_gui.ui.editor.filling import FillingPace
from sinch_cache_gui.ui.editor.gutter import Gutter, GutterLine, Mark
from sinch_cache_gui.ui.editor.highlighter import VisibleHighlighter
from sinch_cache_gui.ui.editor.keystrokes import (
    backtab_pressed,
    closer_typed,
    enter_pressed,
    tab_pressed,
)
from sinch_cache_gui.ui.editor.marks import back_mark, squiggle
from sinch_cache_gui.ui.editor.positions import (
    position_of,
    python_offset,
    qt_offset,
    qt_offset_work,
)
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.document_views import Written
from sinch_cache_gui.values.json_check import JsonProblem
from sinch_cache_gui.values.json_notes import JsonNote
from sinch_cache_gui.values.replacement import Replacement, replacement
from sinch_cache_gui.values.screen_text import Alphabet
from sinch_cache_gui.values.slices import run_sliced

REMOVE_CHUNK: Final = 20_000
"""Characters taken out of the editor at a time."""

LONG: Final = 500_000
"""From here on filling takes so many characters long enough to be told of."""

LAID_OUT_LINES: Final = 5_000
"""Lines that may be laid out anew when the width changes, which their layout does not ask for."""

READ_CHUNK: Final = 200_000
"""Characters read from the editor at a time: about two milliseconds."""

UNKNOWN_REVISION: Final = -1
"""No text ever has this revision: whoever holds it reads again."""

QUIET_MS: Final = 250
"""How long the hand has to rest before the text is checked."""


class CodeView(QPlainTextEdit):
    """Shows and edits one text. `text` answers exactly what was shown and typed.

    Attributes:
        text_rested: The text changed, and the hand has rested since.
        filling: Percent of a long text that stand in the editor already.
        edited_changed: The text differs from the one shown last now, or not any more.
    """

    edited_changed = Signal()
    text_rested = Signal()
    filling = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._alphabet = Alphabet()
        self._is_editable = True
        self._is_filling = False
        self._is_loading = False
        self._revision = 0
        self._puts = 0
        self._problem: JsonProblem | None = None
        self._matches: Sequence[tuple[int, int]] = ()
        self._brackets: tuple[int, int] | None = None
        self._gutter = Gutter(self, theme, self._lines_in_sight)
        self._highlighter = VisibleHighlighter(self, theme)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(QUIET_MS)
        self._rest.timeout.connect(self.text_rested)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(self.tr("Value"))
        self.setTabChangesFocus(False)
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
        return self._alphabet.meant(self._screen_text())

    @property
    def revision(self) -> int:
        """Another number after every change of the text."""
        return self._revision

    async def read_text(self) -> Written:
        """Answer the text and its revision, letting the loop run meanwhile."""
        text = await self.read_screen_text()
        return Written(self._alphabet.meant(text), self._revision)

    async def read_screen_text(self) -> str:
        """Answer the text as the editor holds it: fragile characters by their stand-ins."""
        while True:
            revision = self._revision
            pieces: list[str] = []
            breathe = Breather()
            for piece in self._pieces():
                pieces.append(piece)
                await breathe()
                if revision != self._revision:
                    break
            else:
                text = "".join(pieces)
                await breathe()
                if revision == self._revision:
                    return text

    async def show_text(self, text: str, *, is_undoable: bool) -> None:
        """Show `text` as the one that was loaded, in slices.

        Args:
            text: The text.
            is_undoable: Whether undo brings the present text back.
        """
        self._is_loading = True
        breathe = Breather()
        try:
            before = await self._frozen_text()
            known = self._alphabet.meant(before) + text if is_undoable else text
            alphabet = Alphabet.of(known)
            shown = alphabet.shown(text)
            await breathe()
            self._alphabet = alphabet
            await self._fill(shown, is_undoable=is_undoable)
        finally:
            self.set_unedited()
            self._is_loading = False

    async def replace(self, text: str) -> None:
        """Put `text` in place of the present one, as one step of the user's."""
        await self._frozen_text()
        await self._fill(self._alphabet.shown(text), is_undoable=True)

    async def apply(self, change: Replacement, written: Written) -> Written | None:
        """Make one change of the text as it was read, as one step of the user's.

        Answer the text with the change; None if it was not made, the text being another by now.
        """
        if self._is_filling or written.revision != self._revision:
            return None
        text = written.text[: change.start] + change.new + written.text[change.end :]
        self._is_filling = True
        self._apply_editable()
        try:
            shown = Replacement(change.start, change.end, self._alphabet.shown(change.new))
            puts = self._puts
            await self._put(shown, self._alphabet.shown(written.text))
            is_alone = self._puts == puts + 1  # nothing was shown meanwhile
        finally:
            self._is_filling = False
            self._apply_editable()
        return Written(text, self._revision if is_alone else UNKNOWN_REVISION)

    def can_hold(self, text: str) -> bool:
        """Whether `text` can be written here and comes back as it is."""
        return self._alphabet.covers(text)

    def select(self, start: int, end: int, text: str) -> None:
        """Select a stretch of the present text, which is `text`, and show it."""
        shown = self._alphabet.shown(text)
        cursor = self.textCursor()
        cursor.setPosition(qt_offset(shown, end))
        cursor.setPosition(qt_offset(shown, start), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()

    def cursor_offset(self, text: str) -> int:
        """Answer where the cursor stands in the present text, which is `text`."""
        return python_offset(self._alphabet.shown(text), self.textCursor().position())

    @property
    def is_edited(self) -> bool:
        """Whether the text differs from the one shown last, or since `set_unedited`."""
        return self.document().isModified()

    def set_unedited(self) -> None:
        """Take the present text for the one to compare with."""
        self.document().setModified(False)

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
        self._problem = problem
        marks = {note.line: Mark(note.sentence, is_problem=False) for note in reversed(notes)}
        if problem is not None:
            marks[problem.line] = Mark(problem.sentence, is_problem=True)
        self._gutter.set_marks(marks)
        self._show_marks()

    def set_matches(self, matches: Sequence[tuple[int, int]]) -> None:
        """Mark stretches that were found: positions of their starts and ends."""
        self._matches = matches
        self._show_marks()

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
        data = QMimeData()
        selected = self.textCursor().selectedText().replace("\u2029", "\n")
        data.setText(self._alphabet.meant(selected))
        return data

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.textCursor().insertText(self._alphabet.shown(source.text()))
            self.ensureCursorVisible()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.isReadOnly() and self._typed(event):
            event.accept()
            return
        super().keyPressEvent(event)

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

    def _screen_text(self) -> str:
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        # What a cursor selects is raw; the plain text of Qt turns no-break spaces into spaces.
        document = self.document()
        cursor = QTextCursor(document)
        end = document.characterCount() - 1
        at = 0
        while at < end:
            to = min(at + READ_CHUNK, end)
            if to < end and "\ud800" <= document.characterAt(to - 1) <= "\udbff":
                to += 1  # a character of two units is not cut in half
            cursor.setPosition(at)
            cursor.setPosition(to, QTextCursor.MoveMode.KeepAnchor)
            yield cursor.selectedText().replace("\u2029", "\n")
            at = to

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

    async def _frozen_text(self) -> str:
        """Answer what the editor holds; the user cannot write until `_fill` is done."""
        self._is_filling = True
        self._apply_editable()
        return await self.read_screen_text()

    async def _fill(self, shown: str, *, is_undoable: bool) -> None:
        """Replace what differs, so that the cursor and the scroll bars stay where they can."""
        scrolled = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        before = self.textCursor()
        line, column = before.blockNumber(), before.positionInBlock()
        revision = self._revision
        self._is_filling = True
        self._apply_editable()
        self._hold_cursor(is_held=True)
        # Switching undo on where it is on already would forget which step is the unedited one.
        if not is_undoable:
            self.document().setUndoRedoEnabled(False)
        try:
            old = await self.read_screen_text()
            breathe = Breather()
            change = replacement(old, shown)
            await breathe()
            await self._put(change, old)
        finally:
            if not is_undoable:
                self.document().setUndoRedoEnabled(True)
            self._is_filling = False
            self._hold_cursor(is_held=False)
            self._apply_editable()
            if revision != self._revision:
                self._rest.start()
        block = self.document().findBlockByNumber(line)
        if block.isValid():
            after = self.textCursor()
            after.setPosition(block.position() + min(column, block.length() - 1))
            self.setTextCursor(after)
        self.verticalScrollBar().setValue(scrolled[0])
        self.horizontalScrollBar().setValue(scrolled[1])

    def _hold_cursor(self, *, is_held: bool) -> None:
        """Let the cursor stay where text is inserted, or go along with it."""
        cursor = self.textCursor()
        cursor.setKeepPositionOnInsert(is_held)
        self.setTextCursor(cursor)

    async def _put(self, change: Replacement, old: str) -> None:
        """Make one replacement in slices that undo takes for one step.

        Qt cannot undo a step in slices: taking a million lines back holds the window a second and
        a half. Steps of a slice each would be undone one by one by Qt's own menu, and a text that
        is formatted by half is worse than a pause.
        """
        self._puts += 1
        writer = QTextCursor(self.document())
        start = await run_sliced(qt_offset_work(old, change.start))
        end = await run_sliced(qt_offset_work(old, change.end))
        pace = FillingPace(self)
        begin = writer.beginEditBlock
        try:
            while end > start:  # from behind, so that what is before stays where it is
                cut = max(end - REMOVE_CHUNK, start)
                # The cursor is put at its place first: else its way is a step of undo, too.
                writer.setPosition(end)
                writer.setPosition(cut, QTextCursor.MoveMode.KeepAnchor)
                begin()
                writer.removeSelectedText()
                writer.endEditBlock()
                begin, end = writer.joinPreviousEditBlock, cut
                await pace.breathe()
            writer.setPosition(start)
            at = 0
            while at < len(change.new):
                with pace.measured() as size:
                    begin()
                    writer.insertText(change.new[at : at + size])
                    writer.endEditBlock()
                begin = writer.joinPreviousEditBlock
                at += size
                if await pace.breathe() and len(change.new) > LONG:
                    self.filling.emit(min(100 * at // len(change.new), 100))
        finally:
            pace.end()

    def _apply_editable(self) -> None:
        self.setReadOnly(not self._is_editable or self._is_filling)
        flags = self.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(flags)

    def _tell_edited(self) -> None:
        if not self._is_loading:
            self.edited_changed.emit()

    def _text_changed(self) -> None:
        self._revision += 1
        if not self._is_filling:  # what is not whole needs no check
            self._rest.start()

    def _cursor_moved(self) -> None:
        pair = None
        if not self._is_filling:
            pair = bracket_pair(self.document(), self.textCursor().position())
        if pair != self._brackets:
            self._brackets = pair
            self._show_marks()
        self.viewport().update()
        self._gutter.update()

    def _show_marks(self) -> None:
        tokens = self._theme.tokens
        document = self.document()
        marks = [back_mark(document, *match, tokens.find_match) for match in self._matches]
        if self._brackets is not None:
            marks += [back_mark(document, at, at + 1, tokens.selection) for at in self._brackets]
        if self._problem is not None:
            marks.append(squiggle(document, self._problem, tokens.danger))
        self.setExtraSelections(marks)

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
        self._show_marks()
        self._gutter.update()
