"""Carries out changes of elements one after the other, and takes the last ones back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementChanged,
    ElementGone,
    ElementSaved,
)
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, Gone, Saved
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, Severity
from sinch_cache_gui.ui.editor.element_notices import (
    ElementActions,
    changed_notice,
    done_notice,
    failed_notice,
    gone_notice,
)
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.notice_view import NoticeBar


class ElementChanger(QObject):
    """Writes what the table of one key is asked for, and says in a bar what became of it.

    Attributes:
        written: The key is another now, or was found to be.
    """

    written = Signal()

    def __init__(self, backend: CacheBackend, key: bytes, tasks: PaneTasks, bar: NoticeBar) -> None:
        super().__init__(bar)
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._bar = bar
        self._waiting: deque[Sequence[ElementChange]] = deque()
        self._done: list[ElementSaved] = []
        self.has_vanished = False
        self._actions = ElementActions(
            change=lambda change: self.make([change]),
            copy=lambda data: QGuiApplication.clipboard().setText(display_key(data)),
            close=self._close,
            undo=self.undo,
        )

    def make(self, changes: Sequence[ElementChange]) -> None:
        """Make changes, the first that is refused ending the matter. None is cut short."""
        self._bar.hide_notice()
        self._waiting.append(changes)
        self._run()

    def undo(self) -> None:
        """Take the last changes back, as far as nobody changed anything since."""
        if self._done:
            self._bar.hide_notice()
            self._waiting.append(())
            self._run()

    def _run(self) -> None:
        if not self._tasks.is_running("change elements"):
            self._tasks.start("change elements", self._work())

    async def _work(self) -> None:
        while self._waiting:
            changes = self._waiting.popleft()
            if changes:
                await self._make_all(changes)
            else:
                await self._undo_all()
            self.written.emit()

    async def _make_all(self, changes: Sequence[ElementChange]) -> None:
        self._done = []
        for change in changes:
            refusal = await self._make_one(change)
            if refusal is not None:
                self._bar.show_notice(refusal)
                return
        self.has_vanished = any(saved.vanished is not None for saved in self._done)
        can_undo = all(saved.inverse or saved.vanished for saved in self._done)
        if not can_undo:
            self._done = []
        self._bar.show_notice(
            done_notice(
                len(changes),
                can_undo=can_undo,
                has_vanished=self.has_vanished,
                actions=self._actions,
            )
        )

    async def _make_one(self, change: ElementChange) -> Notice | None:
        """Answer None when it is made, else what to say."""
        try:
            outcome = await self._backend.change_element(self._key, change)
        except CacheError as error:
            return failed_notice(change, error, self._actions)
        match outcome:
            case ElementSaved():
                self._done.append(outcome)
                return None
            case ElementChanged():
                return changed_notice(change, outcome, self._actions)
            case ElementGone():
                return gone_notice(change, outcome, self._actions)
        return gone_notice(change, None, self._actions)

    async def _undo_all(self) -> None:
        done, self._done = self._done, []
        self.has_vanished = False
        for saved in reversed(done):
            if not await self._undo_one(saved):
                return
        self._bar.show_notice(Notice(Severity.SUCCESS, self.tr("It is as it was before")))

    async def _undo_one(self, saved: ElementSaved) -> bool:
        refused = Notice(
            Severity.WARNING,
            self.tr("Not taken back: somebody else changed it since"),
        )
        try:
            if saved.vanished is not None:
                is_back = isinstance(await self._backend.restore(saved.vanished), Saved)
            elif saved.inverse is not None:
                outcome = await self._backend.change_element(self._key, saved.inverse)
                is_back = isinstance(outcome, ElementSaved)
                if isinstance(outcome, Gone):
                    refused = Notice(
                        Severity.WARNING, self.tr("Not taken back: this key has gone since")
                    )
            else:
                is_back = False
        except CacheError as error:
            refused = Notice(
                Severity.ERROR, self.tr("Not taken back: {}").format(error.title), error.detail
            )
            is_back = False
        if not is_back:
            self._bar.show_notice(refused)
        return is_back

    def _close(self) -> None:
        self._bar.hide_notice()
        self.written.emit()
