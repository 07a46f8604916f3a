"""The text of an editor, read and changed in slices that nobody notices."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.ui.editor.filling import FillingPace
from sinch_cache_gui.ui.editor.long_steps import (
    LONG_CHARACTERS,
    LONG_LINES,
    LongSteps,
    is_long,
)

REMOVE_CHUNK: Final = 20_000
"""Characters taken out of the editor at a time."""

REMOVE_LINES: Final = 1000
"""Lines taken out at a time where the text goes for good: about two milliseconds."""

READ_CHUNK: Final = 100_000
"""Characters read from the editor at a time: about a millisecond."""

FREED_LINES: Final = 20_000
"""So many lines are freed with their document: four milliseconds."""

LONG: Final = 500_000
"""From here on filling takes so many characters long enough to be told of."""


class SlicedText(QObject):
    """The document of an editor as one string, in which positions are counted as Qt does.

    Attributes:
        progressed: Percent of a long change that are done.
    """

    progressed = Signal(object)

    def __init__(self, view: QPlainTextEdit) -> None:
        super().__init__(view)
        self._view = view
        self._document = view.document()
        self._revision = 0
        self._steps = LongSteps()
        view.textChanged.connect(self._note_change)
        self._document.redoAvailable.connect(self._note_redo)

    @property
    def revision(self) -> int:
        """Another number after every change of the text."""
        return self._revision

    def pieces(self) -> Iterator[str]:
        """Answer the text, piece by piece."""
        # What a cursor selects is raw; the plain text of Qt turns no-break spaces into spaces.
        document = self._document
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

    async def read(self) -> str:
        """Answer the text as it was at one moment, letting the loop run meanwhile."""
        while True:
            revision = self._revision
            text = ""
            breathe = Breather()
            for piece in self.pieces():
                text += piece  # CPython lengthens it in place; a join would be one long step
                await breathe()
                if revision != self._revision:
                    break
            else:
                return text

    def is_long(self, start: int, end: int) -> bool:
        """Whether taking out what stands from `start` to `end` in one go would be noticed."""
        find = self._document.findBlock
        lines = find(end).blockNumber() - find(start).blockNumber()
        return end - start > LONG_CHARACTERS or lines > LONG_LINES

    async def put(self, start: int, end: int, new: str, *, is_undoable: bool = True) -> None:
        """Write `new` in place of what stands from `start` to `end`, as one step of the user's.

        Args:
            start: Where what goes begins.
            end: Where it ends.
            new: The text to write.
            is_undoable: Whether undo takes it back; else nothing before can be taken back, too.
        """
        writer = QTextCursor(self._document)
        # Switching undo on where it is on already would forget which step is the unedited one.
        if not is_undoable:
            self._document.setUndoRedoEnabled(False)
            self._steps.cut(0)
        is_long_step = is_undoable and (is_long(new) or self.is_long(start, end))
        before = self._document.availableUndoSteps()
        try:
            if is_long_step:
                await self._put(writer, start, end, new, writer.beginEditBlock)
            else:
                await self._put(writer, start, end, new, writer.joinPreviousEditBlock)
        finally:
            if is_long_step:
                self._steps.add(before, self._document.availableUndoSteps())
            if not is_undoable:
                self._document.setUndoRedoEnabled(True)

    @property
    def is_long_step_behind(self) -> bool:
        """Whether undo takes a long step back."""
        return self._steps.back_from(self._document.availableUndoSteps()) is not None

    @property
    def is_long_step_ahead(self) -> bool:
        """Whether redo makes a long step again."""
        return self._steps.forth_from(self._document.availableUndoSteps()) is not None

    async def step_back(self) -> None:
        """Take the long step back that lies behind."""
        to = self._steps.back_from(self._document.availableUndoSteps())
        if to is not None:
            await self._walk(to, self._document.undo)

    async def step_forth(self) -> None:
        """Make the long step again that lies ahead."""
        to = self._steps.forth_from(self._document.availableUndoSteps())
        if to is not None:
            await self._walk(to, self._document.redo)

    async def _walk(self, to: int, step: Callable[[], None]) -> None:
        first = at = self._document.availableUndoSteps()
        pace = FillingPace(self._view)
        try:
            while at != to:
                step()
                came_from, at = at, self._document.availableUndoSteps()
                if at == came_from or (at < to) != (came_from < to):
                    break
                if await pace.breathe():
                    self.progressed.emit(100 * abs(at - first) // abs(to - first))
        finally:
            pace.end()

    async def let_go(self) -> None:
        """Take out what is left of the text, for good: nobody is going to read it.

        Freed in one go, a million lines hold the window for two tenths of a second. While nothing
        can be undone Qt copies the whole text for every 48,000 characters taken out of it: so each
        removal could be undone until it is done.
        """
        self._document.setUndoRedoEnabled(False)
        writer = QTextCursor(self._document)
        pace = FillingPace(self._view)
        while (lines := self._document.blockCount()) > FREED_LINES:
            end = self._document.characterCount() - 1
            kept = self._document.findBlockByNumber(lines - REMOVE_LINES)
            writer.setPosition(end)
            writer.setPosition(
                max(kept.position(), end - REMOVE_CHUNK), QTextCursor.MoveMode.KeepAnchor
            )
            self._document.setUndoRedoEnabled(True)
            writer.removeSelectedText()
            self._document.setUndoRedoEnabled(False)
            await pace.breathe()
        # Its tables are as large as they ever were; two views freed together are a long step.
        self._document.clear()
        await asyncio.sleep(0)

    def _note_change(self) -> None:
        self._revision += 1

    def _note_redo(self, is_available: bool) -> None:
        if not is_available:  # at the end of the history, or what lay ahead was dropped
            self._steps.cut(self._document.availableUndoSteps())

    async def _put(
        self, writer: QTextCursor, start: int, end: int, new: str, go_on: Callable[[], None]
    ) -> None:
        """Write `new` in slices; `go_on` begins each of them but the first."""
        pace = FillingPace(self._view)
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
                begin, end = go_on, cut
                await pace.breathe()
            writer.setPosition(start)
            at = 0
            while at < len(new):
                with pace.measured() as size:
                    begin()
                    writer.insertText(new[at : at + size])
                    writer.endEditBlock()
                begin = go_on
                at += size
                if await pace.breathe() and len(new) > LONG:
                    self.progressed.emit(min(100 * at // len(new), 100))
        finally:
            pace.end()
