"""The way from a conflict to a merged text that is saved, without losing anything written."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import cached_property

from PySide6.QtCore import QObject

from sinch_cache_gui.cache.interface import StoredValue
from sinch_cache_gui.ui.editor.conflict_view import ConflictView, MakeText
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.values.content import Content, ContentKind, Layout, content_of
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import DocumentState, Phase
from sinch_cache_gui.values.drafts import MergedText
from sinch_cache_gui.values.json_text import format_json_sliced

_UNDECIDED = (Phase.CONFLICT, Phase.SAVING, Phase.CHECKING)
_TEXTS = (ContentKind.JSON, ContentKind.TEXT)


class ConflictDesk(QObject):
    """Fills the conflict view from a document, and writes the merged text through it."""

    def __init__(self, pages: ValuePages, document: Document, tasks: PaneTasks) -> None:
        """Wait for a conflict.

        Args:
            pages: Where the user's text is, and where the versions are shown and merged.
            document: Whose conflict it is.
            tasks: Of the pane.
        """
        super().__init__(pages)
        self._pages = pages
        self._text = pages.text
        self._document = document
        self._tasks = tasks
        self._is_open = False
        self._mine = ""
        self._redone_at: int | None = None

    @cached_property
    def _view(self) -> ConflictView:
        view = self._pages.conflict
        view.on_choice(lambda make: self._start(self._choose(make)))
        view.merge_requested.connect(lambda: self._start(self._merge_anew()))
        view.save_requested.connect(self._save)
        view.merged.long_edit_requested.connect(lambda work: self._start(work()))
        return view

    @property
    def holds_merged_text(self) -> bool:
        """Whether the user wrote in the conflict view what is neither saved nor given up."""
        return self._is_open and self._view.merged.is_edited

    async def merged_by_hand(self) -> MergedText | None:
        """Answer what the user wrote in the conflict view.

        Of a conflict that ended another way, it is answered for as long as redo would bring it,
        or will.
        """
        is_redone = self._redone_at == self._text.revision or self._tasks.is_running("keep merged")
        if not self._is_open and not is_redone:
            return None
        merged, seen = self._view.merged, self._view.seen
        if not merged.is_edited or seen is None or seen.data is None:
            return None
        return MergedText((await merged.read_text()).text, seen.data)

    async def open_view(self, kept: MergedText | None = None) -> bool:
        """Show the conflict; answer whether its versions are texts that can be merged.

        Args:
            kept: A text merged by hand in an earlier window, shown instead of a proposal.
        """
        state = self._document.state
        base, theirs = state.stored, state.theirs
        if base is None or theirs is None or base.data is None:
            return False
        other = await content_of(theirs)
        if other.kind not in _TEXTS or other.is_head:
            return False
        if not self._is_open:
            self._view.seen = None
            self._mine = (await self._text.read_text()).text
            await self._show_versions(base, theirs)
            self._view.merged.set_json(state.content is not None and _is_json(state.content))
            await self._view.merged.show_text(await self._view.proposal(), is_undoable=False)
            self._view.say_proposal()
            if kept is not None:
                await self._view.merged.replace(kept.text)
                if kept.theirs != theirs.data:
                    self._view.say_changed_again()
            self._is_open = True  # not before: it may be cancelled, and is begun anew then
            self.show_state(self._document.state)
            if not self._is_open:
                return False  # the conflict ended meanwhile
        self._pages.show(self._view)
        self._view.setFocus()
        return True

    def is_undecided(self, state: DocumentState) -> bool:
        """Whether the conflict on show is one still, or an answer to it is on its way."""
        return self._is_open and state.phase in _UNDECIDED

    def show_state(self, state: DocumentState) -> None:
        """Follow what becomes of the conflict."""
        if not self._is_open:
            return
        seen = self._view.seen
        if state.phase is Phase.CONFLICT and state.theirs is not None and state.stored is not None:
            if seen is not None and seen.data != state.theirs.data:
                self._tasks.start("theirs again", self._show_versions(state.stored, state.theirs))
        elif state.phase not in _UNDECIDED:
            self._is_open = False
            if self._view.merged.is_edited:
                self._tasks.start("keep merged", self._keep_merged())

    async def _show_versions(self, base: StoredValue, theirs: StoredValue) -> None:
        content = self._document.state.content
        before = await _shown_like(content, base)
        after = await _shown_like(content, theirs)
        await self._view.show_versions(before, self._mine, after, theirs)

    async def _choose(self, make: MakeText) -> None:
        await self._view.merged.replace(await make())

    async def _merge_anew(self) -> None:
        self._mine = (await self._view.merged.read_text()).text
        state = self._document.state
        if state.stored is not None and state.theirs is not None:
            await self._show_versions(state.stored, state.theirs)
            await self._view.merged.replace(await self._view.proposal())
            self._view.say_proposal()

    def _save(self) -> None:
        if not self._tasks.is_running("save merged"):
            self._tasks.start("save merged", self._write())

    async def _write(self) -> None:
        seen = self._view.seen
        if seen is None or seen.data is None:
            return
        merged = (await self._view.merged.read_text()).text
        await self._text.replace(merged)  # undo brings the text back that was there
        await self._document.overwrite_theirs(seen.data)
        refusal = self._document.state.refusal
        if refusal is not None:
            where = self.tr("Not saved. Line {}, column {}: ").format(refusal.line, refusal.column)
            self._view.say(where + refusal.sentence)
            self._view.merged.set_findings(refusal, ())
            self._view.merged.go_to(refusal.line, refusal.column)

    async def _keep_merged(self) -> None:
        """Have redo bring the merged text, if the conflict ended another way."""
        merged = (await self._view.merged.read_text()).text
        if merged != (await self._text.read_text()).text:
            await self._text.put_ahead(merged)
            self._redone_at = self._text.revision

    def _start(self, work: Coroutine[object, object, None]) -> None:
        self._tasks.start("merge", work)


def _is_json(content: Content) -> bool:
    return content.kind is ContentKind.JSON


async def _shown_like(content: Content | None, stored: StoredValue) -> str:
    """Answer a value in the layout in which the user's text began."""
    shown = await content_of(stored)
    if (
        content is not None
        and content.layout is not Layout.AS_SHOWN
        and shown.kind is ContentKind.JSON
        and shown.layout is Layout.AS_SHOWN
    ):
        return await format_json_sliced(shown.shown)
    return shown.shown
