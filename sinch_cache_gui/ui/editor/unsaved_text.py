"""What is unsaved in one pane, taken as a draft and put back from one."""

from __future__ import annotations

from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.conflict_desk import ConflictDesk
from sinch_cache_gui.ui.editor.hex_view import HexView
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import Phase
from sinch_cache_gui.values.drafts import Unsaved


class UnsavedText:
    """Reads the pages where something is written, and writes a draft of long ago into them."""

    def __init__(
        self, pages: ValuePages, document: Document, conflict: ConflictDesk, *, is_read_only: bool
    ) -> None:
        self._pages = pages
        self._document = document
        self._conflict = conflict
        self._is_read_only = is_read_only
        self._resuming: Unsaved | None = None
        self._is_given_up = False

    @property
    def written_in(self) -> CodeView | HexView:
        """Where the user writes: bytes that are no text have a view of their own."""
        return self._pages.hex.view if self._document.state.is_binary else self._pages.text

    @property
    def is_there(self) -> bool:
        """Whether something was written that is not saved."""
        return self.written_in.is_edited or self._conflict.holds_merged_text

    async def read(self) -> Unsaved | None:
        """Answer what is unsaved; None where nothing is."""
        if self._is_given_up:
            return None
        if self._resuming is not None:
            return self._resuming
        state = self._document.state
        if not self.is_there or state.stored is None or state.stored.data is None:
            return None
        base = state.stored.data
        if state.is_binary:
            return Unsaved(self._pages.hex.view.read_bytes().hex(), base)
        text = (await self._pages.text.read_text()).text
        return Unsaved(text, base, await self._conflict.merged_by_hand())

    def give_up(self) -> None:
        """Take what is unsaved for unwanted."""
        self._is_given_up = True

    async def resume(self, draft: Unsaved) -> None:
        """Show a draft over what its user saw when writing it, then look at the key."""
        self._resuming = draft
        try:
            await self._show(draft)
        finally:
            self._resuming = None

    async def _show(self, draft: Unsaved) -> None:
        await self._document.resume(draft.base)
        if self._document.state.is_binary:
            self._pages.hex.view.replace_bytes(bytes.fromhex(draft.text))
        else:
            await self._pages.text.replace(draft.text)
        await self._document.remote_changed()
        if draft.merged is not None:
            is_conflict = self._document.state.phase is Phase.CONFLICT and not self._is_read_only
            if not is_conflict or not await self._conflict.open_view(draft.merged):
                await self._pages.text.replace(draft.merged.text)  # undo brings the other text
