"""What an editor holds, character for character, and every change of it that takes more than a key.

One change is made after the other, and nobody reads half of one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPlainTextEdit

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.ui.editor.positions import qt_offset_work
from sinch_cache_gui.ui.editor.sliced_text import SlicedText
from sinch_cache_gui.values.document_views import Written
from sinch_cache_gui.values.replacement import Replacement, replacement_work
from sinch_cache_gui.values.screen_text import Alphabet
from sinch_cache_gui.values.slices import run_sliced


class EditorText(QObject):
    """The text of one editor. While it is held, the user cannot write.

    Attributes:
        progressed: Percent of a long change that are made.
        held_changed: The text is held now, or not any more.
    """

    progressed = Signal(object)
    held_changed = Signal()

    def __init__(self, view: QPlainTextEdit) -> None:
        super().__init__(view)
        self._view = view
        self._alphabet = Alphabet()
        self._sliced = SlicedText(view)
        self._sliced.progressed.connect(self.progressed)
        self._turn = asyncio.Lock()
        self._is_held = False
        self._changes = 0
        self._is_loading = False
        self._held_revision = 0

    @property
    def revision(self) -> int:
        """Another number after every change of the text."""
        return self._sliced.revision

    @property
    def is_held(self) -> bool:
        """Whether a change is being made in slices, or about to be."""
        return self._is_held

    @property
    def has_changed(self) -> bool:
        """Whether what the text was held for, and is not any more, has changed it."""
        return not self._is_held and self._held_revision != self.revision

    @property
    def is_loading(self) -> bool:
        """Whether the change being made shows another text as the one that was loaded."""
        return self._is_loading

    def hold(self) -> None:
        """Hold the text until the next change is made, which is about to begin."""
        self._set_held(is_held=True)

    def text(self) -> str:
        """Answer the text."""
        return self.meant("".join(self._sliced.pieces()))

    async def read(self) -> str:
        """Answer the text as the editor holds it, letting the loop run meanwhile."""
        async with self._turn:
            return await self._sliced.read()

    def shown(self, text: str) -> str:
        """Answer how the editor holds `text`."""
        return self._alphabet.shown(text)

    def taken_in(self, text: str) -> str:
        """Answer how the editor will hold `text`, which the user is about to put in."""
        unlike_here = text.replace("\r", "")  # line ends of other systems become the editor's own
        if self._alphabet.widened(unlike_here, "") != self._alphabet:
            self._widen(unlike_here, self._view.toPlainText())
        return self.shown(text)

    def meant(self, text: str) -> str:
        """Answer what the editor holds as the text that it is."""
        return self._alphabet.meant(text)

    def can_hold(self, text: str) -> bool:
        """Whether `text` can be written here and comes back as it is."""
        return self._alphabet.covers(text)

    async def show(self, text: str, *, is_undoable: bool) -> None:
        """Show `text` as the one that was loaded.

        Args:
            text: The text.
            is_undoable: Whether undo brings the present text back.
        """
        async with self._changing():
            self._is_loading = True
            breathe = Breather()
            try:
                before = await self._sliced.read()
                known = self.meant(before) + text if is_undoable else text
                alphabet = Alphabet.of(known)
                shown = alphabet.shown(text)
                await breathe()
                self._alphabet = alphabet
                await self._fill(before, shown, is_undoable=is_undoable)
            finally:
                self._view.document().setModified(False)
                self._is_loading = False

    async def replace(self, text: str) -> None:
        """Put `text` in place of the present one, as one step of the user's."""
        async with self._changing():
            before = await self._sliced.read()
            self._widen(text, before)
            await self._fill(before, self.shown(text), is_undoable=True)

    async def put_ahead(self, text: str) -> None:
        """Have redo bring `text`, and leave the present one as it is."""
        async with self._changing():
            before = await self._sliced.read()
            self._widen(text, before)
            await self._fill(before, self.shown(text), is_undoable=True)
            await self._take_back()

    async def apply(self, change: Replacement, written: Written) -> Written | None:
        """Make one change of the text as it was read, as one step of the user's.

        Answer the text with the change; None if it was not made, the text being another by now.
        """
        async with self._changing():
            if written.revision != self.revision:
                return None
            text = written.text[: change.start] + change.new + written.text[change.end :]
            shown = Replacement(change.start, change.end, self.shown(change.new))
            await self._put(shown, self.shown(written.text))
            return Written(text, self.revision)

    async def let_go(self) -> None:
        """Empty the document before it goes, in slices and for good."""
        async with self._turn:
            await self._sliced.let_go()

    @property
    def has_long_selection(self) -> bool:
        """Whether taking out what is selected in one go would be noticed."""
        cursor = self._view.textCursor()
        return self._sliced.is_long(cursor.selectionStart(), cursor.selectionEnd())

    async def write_over_selection(self, shown: str) -> None:
        """Put `shown` in place of what is selected, and the cursor behind it."""
        async with self._changing():
            cursor = self._view.textCursor()
            start, end = cursor.selectionStart(), cursor.selectionEnd()
            behind = self._view.document().characterCount() - end
            await self._sliced.put(start, end, shown)
            cursor.setPosition(self._view.document().characterCount() - behind)
            self._view.setTextCursor(cursor)
            self._view.ensureCursorVisible()

    @property
    def is_long_step_behind(self) -> bool:
        """Whether undo takes a long step back."""
        return self._sliced.is_long_step_behind

    @property
    def is_long_step_ahead(self) -> bool:
        """Whether redo makes a long step again."""
        return self._sliced.is_long_step_ahead

    async def step_back(self) -> None:
        """Take the last step back; a long one in slices."""
        async with self._changing():
            await self._take_back()

    async def step_forth(self) -> None:
        """Make the step again that was taken back last; a long one in slices."""
        async with self._changing():
            if not self._sliced.is_long_step_ahead:
                self._view.redo()
                return
            with self._place_kept():
                await self._sliced.step_forth()

    async def _take_back(self) -> None:
        if not self._sliced.is_long_step_behind:
            self._view.undo()
            return
        with self._place_kept():
            await self._sliced.step_back()

    def _widen(self, text: str, held: str) -> None:
        """Be able to hold `text`, which is about to take the place of `held` or of a part of it."""
        self._alphabet = self._alphabet.widened(text, held)

    def _set_held(self, *, is_held: bool) -> None:
        if is_held and not self._is_held:
            self._held_revision = self.revision
        self._is_held = is_held
        self.held_changed.emit()

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[None]:
        """Hold the text, and wait until nobody else changes or reads it.

        It is held from the start: who begins a change has just looked whether the user wrote.
        """
        self._changes += 1
        self._set_held(is_held=True)
        try:
            async with self._turn:
                yield
        finally:
            self._changes -= 1
            if not self._changes:
                self._set_held(is_held=False)

    @contextmanager
    def _place_kept(self) -> Iterator[None]:
        """Have the cursor and the scroll bars stay where they can."""
        view = self._view
        bars = view.verticalScrollBar(), view.horizontalScrollBar()
        scrolled = [bar.value() for bar in bars]
        before = view.textCursor()
        line, column = before.blockNumber(), before.positionInBlock()
        self._pin_cursor(is_pinned=True)
        try:
            yield
        finally:
            self._pin_cursor(is_pinned=False)
        block = view.document().findBlockByNumber(line)
        if block.isValid():
            after = view.textCursor()
            after.setPosition(block.position() + min(column, block.length() - 1))
            view.setTextCursor(after)
        for bar, value in zip(bars, scrolled, strict=True):
            bar.setValue(value)

    def _pin_cursor(self, *, is_pinned: bool) -> None:
        """Let the cursor stay where text is inserted, or go along with it."""
        cursor = self._view.textCursor()
        cursor.setKeepPositionOnInsert(is_pinned)
        self._view.setTextCursor(cursor)

    async def _fill(self, before: str, shown: str, *, is_undoable: bool) -> None:
        """Replace what differs."""
        change = await run_sliced(replacement_work(before, shown))
        with self._place_kept():
            await self._put(change, before, is_undoable=is_undoable)

    async def _put(self, change: Replacement, old: str, *, is_undoable: bool = True) -> None:
        start = await run_sliced(qt_offset_work(old, change.start))
        end = await run_sliced(qt_offset_work(old, change.end))
        await self._sliced.put(start, end, change.new, is_undoable=is_undoable)
