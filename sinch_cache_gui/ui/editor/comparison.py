"""The way from a text to how it differs from the value in the cache."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import QObject

from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.byte_comparison import ByteComparison
from sinch_cache_gui.ui.editor.conflict_desk import ConflictDesk
from sinch_cache_gui.ui.editor.document_bars import DocumentBars
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.value_pages import ValuePages
from sinch_cache_gui.values.content import content_of
from sinch_cache_gui.values.document import Document
from sinch_cache_gui.values.document_state import Phase

SLOW_S: Final = 1.0
"""How long something takes before it is said, and can be cancelled."""

TASK: Final = "difference"


class Comparison(QObject):
    """Shows the difference, or the conflict where there is one that can be merged."""

    def __init__(
        self,
        pages: ValuePages,
        document: Document,
        conflict: ConflictDesk,
        bars: DocumentBars,
        tasks: PaneTasks,
        *,
        is_read_only: bool,
    ) -> None:
        super().__init__(pages)
        self._pages = pages
        self._document = document
        self._conflict = conflict
        self._bars = bars
        self._tasks = tasks
        self._is_read_only = is_read_only

    def start(self) -> None:
        """Compare, unless that is under way."""
        if self._document.state.compared is not None and not self._tasks.is_running(TASK):
            self._tasks.start(TASK, self._compare())

    async def _compare(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        waiting = loop.call_later(SLOW_S, self._say_comparing)
        try:
            await self._show_compared()
        finally:
            waiting.cancel()
            if loop.time() - started >= SLOW_S:
                self._bars.state_asked.emit()

    def _say_comparing(self) -> None:
        cancel = NoticeAction(self.tr("Cancel"), lambda: self._tasks.cancel(TASK))
        self._bars.show_notice(
            Notice(Severity.INFO, self.tr("Comparing two long texts…"), actions=(cancel,))
        )

    def follow(self) -> None:
        """Compare the bytes again if somebody else wrote others since they were shown."""
        front, theirs = self._pages.front, self._document.state.theirs
        if not isinstance(front, ByteComparison) or theirs is None or theirs.data is None:
            return
        if theirs.data != front.theirs_data:
            self.start()

    async def _show_compared(self) -> None:
        state = self._document.state
        if state.is_binary:
            await self._show_bytes_compared(self._pages.hex.view.read_bytes())
            return
        can_merge = state.phase is Phase.CONFLICT and not self._is_read_only
        if can_merge and await self._conflict.open_view():
            return
        theirs = state.compared
        if theirs is None:
            return
        content = await content_of(theirs)
        mine = (await self._pages.text.read_text()).text
        view = self._pages.difference
        is_stored = self._document.state.theirs is None
        await view.compare(mine, content.shown, is_stored=is_stored)
        self._pages.show(view)

    async def _show_bytes_compared(self, mine: bytes) -> None:
        theirs = self._document.state.compared
        if theirs is None or theirs.data is None:
            return
        view = self._pages.bytes_compared
        await view.compare(mine, theirs.data, is_stored=self._document.state.theirs is None)
        self._pages.show(view)
