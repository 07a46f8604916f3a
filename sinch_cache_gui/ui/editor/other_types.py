"""A value that is no string: its elements in a table, or what there is to know of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject

from sinch_cache_gui.cache.interface import CacheBackend, KeyType, StoredValue
from sinch_cache_gui.notices import NoticeAction
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.values.document_state import DocumentState, Phase

ELEMENT_TYPES: Final = frozenset(
    {KeyType.HASH, KeyType.LIST, KeyType.SET, KeyType.ZSET, KeyType.STREAM}
)
"""Types that are shown as tables of their elements."""


class OtherTypes(QObject):
    """Fills the pages of values that are no strings."""

    def __init__(
        self, pages: ValuePages, backend: CacheBackend, key: bytes, tasks: PaneTasks
    ) -> None:
        super().__init__(pages)
        self._pages = pages
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._listed: StoredValue | None = None

    def show_state(self, state: DocumentState) -> None:
        """List the elements of such a value once, say of which type it is, or that it is gone."""
        stored = state.stored
        if stored is not None and stored.type in ELEMENT_TYPES and state.phase is Phase.GONE:
            self._pages.elements.show_gone()
        if stored is None or stored.type == KeyType.STRING or state.phase is not Phase.OPEN:
            return
        if self._listed is not None:
            return
        self._listed = stored
        if stored.type in ELEMENT_TYPES:
            self._pages.elements.show_elements(stored.type, stored.size)
        else:
            self._say_unknown(stored.type, "")

    def show_again(self, state: DocumentState) -> None:
        """List them anew: they may be others though there are as many."""
        self._listed = None
        self.show_state(state)

    def _say_unknown(self, kind: str, detail: str) -> None:
        measure = NoticeAction(self.tr("Measure it"), self._start_measuring)
        title = self.tr("This key holds a {}").format(kind)
        shown = detail or self.tr("It cannot be shown here. DUMP tells how large it is.")
        page = self._pages.message
        page.say("mdi6.package-variant-closed", title, shown, None if detail else measure)

    def _start_measuring(self) -> None:
        if not self._tasks.is_running("dump"):
            self._tasks.start("dump", self._measure())

    async def _measure(self) -> None:
        taken = await self._backend.snapshot(self._key)
        if taken is not None:
            detail = self.tr("Its DUMP has {:,} bytes.").format(len(taken.payload))
            self._say_unknown(taken.type, detail)
