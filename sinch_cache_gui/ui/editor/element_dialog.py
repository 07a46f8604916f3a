"""A window for an element that is too long for a line: its text, checked and laid out as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementChanged,
    ElementOutcome,
    ElementSaved,
)
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import KeyType, StoredValue
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.element_notices import (
    ElementActions,
    Progress,
    refused_notice,
    resumed_notice,
)
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.content import Content, TextRefused, bytes_of, content_of
from sinch_cache_gui.values.drafts import ElementPlace, Unsaved
from sinch_cache_gui.values.element_edits import EditRefused, edit_of, makes_new

Write = Callable[[ElementChange], Awaitable[ElementOutcome | CacheError]]


class ElementDialog(QDialog):
    """Edits one element as the editor edits a value: stored compact, it is stored compact again.

    It stays open until the text is stored or given up, whatever others write meanwhile.

    Attributes:
        deemed_unfit: This element cannot be edited as text without changing it; carries why.
        edited_changed: The text differs from what is stored now, or not any more.
        draft_rested: The hand rests, and the text is not saved.
        draft_settled: What was a draft is saved now, or not wanted.
    """

    deemed_unfit = Signal(object)
    edited_changed = Signal()
    draft_rested = Signal()
    draft_settled = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: PaneTasks,
        key: bytes,
        place: ElementPlace,
        write: Write,
        parent: QWidget,
    ) -> None:
        """Show nothing yet.

        Args:
            theme: Colours and fonts.
            tasks: Of the pane it belongs to.
            key: The key.
            place: Which part of which element.
            write: Makes a change of it.
            parent: The page it belongs to.
        """
        super().__init__(parent)
        name = display_key(place.row[0] if place.column else key)[:60]
        self.setWindowTitle(name)
        self.resize(560, 420)
        self.key = key
        self.place = place
        self._row = place.row
        self._write = write
        self._pane_tasks = tasks
        self._tasks = tasks.part(self)
        self._content: Content | None = None
        self._unsaved: Unsaved | None = None
        self._is_agreed = False
        self.panel = TextPanel(theme, self._tasks, self.tr("Save"), keys_of=self)
        self._bar = NoticeBar(theme, over=self.panel.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.panel.save_requested.connect(self.save)
        self.panel.view.text_rested.connect(self._note_rested)
        self.panel.view.edited_changed.connect(self._note_edited)
        self.panel.view.setFocus()

    @property
    def holds_unsaved_text(self) -> bool:
        """Whether closing the window now would lose something the user wrote."""
        return self.panel.view.is_edited and not self._is_agreed

    async def draft(self) -> Unsaved | None:
        """Answer what was unsaved when the hand last rested; None where nothing is."""
        return self._unsaved

    def show_data(self, data: bytes) -> None:
        """Open the window with the text of these bytes."""
        self._tasks.start("show", self._show(data))

    def resume(self, draft: Unsaved, held: bytes | None) -> None:
        """Open the window with a text that was never saved.

        Args:
            draft: The text, and what it was begun on.
            held: What is stored there now; None if the element does not exist any more.
        """
        self._unsaved = draft
        self._tasks.start("show", self._resume(draft, held))

    def save(self) -> None:
        """Write the text."""
        if not self._tasks.is_running("enter"):
            self._tasks.start("enter", self._enter())

    async def saved(self) -> bool:
        """Write the text, and answer whether nothing is left unsaved."""
        await self._enter()
        return not self.holds_unsaved_text

    def reject(self) -> None:
        """Close, after a question if text would be lost."""
        if not self.holds_unsaved_text:
            self._close()
            return
        self._bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("This text is not saved."),
                actions=(
                    NoticeAction(self.tr("Save"), self.save),
                    NoticeAction(self.tr("Discard"), self._close),
                    NoticeAction(self.tr("Keep"), self._keep),
                ),
            )
        )
        self._bar.setFocus()

    async def _show(self, data: bytes) -> None:
        if await self._take(data, is_undoable=False):
            self.open()
        else:
            self._close()

    async def _resume(self, draft: Unsaved, held: bytes | None) -> None:
        if not await self._take(draft.base, is_undoable=False):
            self._close()
            return
        self.open()
        await self.panel.view.replace(draft.text)
        self._bar.show_notice(resumed_notice(draft.base, held, self._bar.hide_notice))

    async def _take(self, data: bytes, *, is_undoable: bool) -> bool:
        """Show these bytes as what is stored; answer whether they can be edited as text."""
        content = await content_of(StoredValue(KeyType.STRING, data, len(data), None))
        view = self.panel.view
        if content.is_editable:
            await view.show_text(content.shown, is_undoable=is_undoable)
        if not content.is_editable or (await view.read_text()).text != content.shown:
            reason = content.reason or self.tr("Its line ends would not survive an editor of text.")
            self.deemed_unfit.emit(reason)
            return False
        self._content = content
        at = self.place.column
        self._row = (*self._row[:at], data, *self._row[at + 1 :])
        self.panel.set_kind(content.kind)
        view.set_editable(True)
        self.panel.set_may_save(True)
        return True

    async def _enter(self) -> None:
        if self._content is None:
            return
        written = await self.panel.view.read_text()
        try:
            data = await bytes_of(written.text, self._content)
            if data == self._row[self.place.column]:
                self._close()
                return
            change = edit_of(self.place.kind, self._row, self.place.column, data)
        except TextRefused as refused:
            self._bar.hide_notice()
            self.panel.refuse(refused.problem)
            return
        except EditRefused as refused:
            self._say(str(refused))
            return
        await self._make(change)

    async def _make(self, change: ElementChange) -> None:
        outcome = await self._write(change)
        if isinstance(outcome, ElementSaved):
            self._close()
            return
        theirs: bytes | None = None
        if isinstance(outcome, ElementChanged) and not makes_new(change, outcome.element):
            theirs = outcome.held
        actions = ElementActions(
            change=lambda other: self._tasks.start("enter", self._make(other)),
            copy=lambda mine: copy_text(display_key(mine)),
            close=lambda: self._take_theirs(theirs),
            undo=self._keep,
            undo_others=self._keep,
        )
        progress = Progress(self.place.kind, 0, 1, can_undo=False)
        self._bar.show_notice(refused_notice(change, outcome, progress, actions))
        self._bar.setFocus()

    def _take_theirs(self, theirs: bytes | None) -> None:
        """Show what somebody else wrote, if that is known; undo brings the user's text back."""
        self._keep()
        if theirs is not None:
            self._tasks.start("take theirs", self._show_theirs(theirs))

    async def _show_theirs(self, theirs: bytes) -> None:
        await self._take(theirs, is_undoable=True)

    def _keep(self) -> None:
        self._bar.hide_notice()
        self.panel.view.setFocus()

    def _say(self, sentence: str) -> None:
        close = NoticeAction(self.tr("Close"), self._keep)
        self._bar.show_notice(Notice(Severity.WARNING, sentence, actions=(close,)))

    def _note_edited(self) -> None:
        if not self.panel.view.is_edited:
            self._settle()
        self.edited_changed.emit()

    def _note_rested(self) -> None:
        if self.holds_unsaved_text:
            self._tasks.start("draft", self._keep_draft())

    async def _keep_draft(self) -> None:
        text = (await self.panel.view.read_text()).text
        if self.holds_unsaved_text:
            self._unsaved = Unsaved(text, self._row[self.place.column])
            self.draft_rested.emit()

    def _settle(self) -> None:
        was_draft = self._unsaved is not None
        self._unsaved = None
        if was_draft:
            self.draft_settled.emit()

    def _close(self) -> None:
        self._is_agreed = True
        self._settle()
        self.edited_changed.emit()
        super().reject()
        self._pane_tasks.start(f"close {id(self):x}", self._end())

    async def _end(self) -> None:
        """Go, once nothing is at work on the text any more."""
        await self._tasks.end()
        self.deleteLater()
