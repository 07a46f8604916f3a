"""Carries out changes of elements one after the other, and takes the last ones back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    ElementOutcome,
    ElementRefusal,
    ElementSaved,
    given_deadline,
    kind_of,
)
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, Saved, WriteOutcome
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, Severity
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.element_notices import (
    ElementActions,
    Progress,
    UndoRefusal,
    done_notice,
    kept_notice,
    overdue_refusal,
    refused_notice,
    undo_refusal,
)
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.values.element_edits import written_by


class ElementChanger(QObject):
    """Writes what the table of one key is asked for, and says in a bar what became of it.

    Attributes:
        change_made: An element is another now; carries the `ElementChange` that was made.
        written: The key is another now, or was found to be.
        unwritten_changed: A change was not made, so that what the user wrote is to be kept; or it
            is not wanted any more.
    """

    change_made = Signal(object)
    written = Signal()
    unwritten_changed = Signal()

    def __init__(self, backend: CacheBackend, key: bytes, tasks: PaneTasks, bar: NoticeBar) -> None:
        super().__init__(bar)
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._bar = bar
        self._waiting: deque[tuple[Sequence[ElementChange], bool]] = deque()
        self._is_final = False
        self._done: list[ElementSaved] = []
        self.has_vanished = False
        self._unwritten: bytes | None = None
        bar.dismissed.connect(self.give_up_unwritten)
        self._actions = ElementActions(
            change=lambda change: self.make([change]),
            copy=lambda data: copy_text(display_key(data)),
            close=self._close,
            undo=self.undo,
            undo_others=self._undo_others,
        )

    def make(self, changes: Sequence[ElementChange], *, is_final: bool = False) -> None:
        """Make changes, the first that is refused ending the matter. None is cut short.

        Args:
            changes: Which ones.
            is_final: Whether it was said that they cannot be taken back.
        """
        self._bar.hide_notice()
        self._waiting.append((changes, is_final))
        self._run()

    @property
    def unwritten(self) -> bytes | None:
        """What the user wrote that was refused last; None once it is taken, copied or given up."""
        return self._unwritten

    def give_up_unwritten(self) -> None:
        """Take the bar away that offers it."""
        self._bar.hide_notice()
        self._keep_unwritten(None)

    def _keep_unwritten(self, mine: bytes | None) -> None:
        if mine != self._unwritten:
            self._unwritten = mine
            self.unwritten_changed.emit()

    async def make_one(self, change: ElementChange) -> ElementOutcome | CacheError:
        """Make a change and answer what became of it: who asks says what was refused."""
        outcome = await self._change(change)
        if isinstance(outcome, ElementSaved):
            self._is_final, self._done = False, [outcome]
            self._say_done(change, 1)
        self.written.emit()
        return outcome

    def undo(self) -> None:
        """Take the last changes back, as far as nobody changed anything since."""
        if self._done:
            self._bar.hide_notice()
            self._waiting.append(((), self._is_final))
            self._run()

    def _run(self) -> None:
        if not self._tasks.is_running("change elements"):
            self._tasks.start("change elements", self._work())

    async def _work(self) -> None:
        while self._waiting:
            changes, self._is_final = self._waiting.popleft()
            self._keep_unwritten(None)
            if changes:
                await self._make_all(changes)
            else:
                await self._undo_all()
            self.written.emit()

    async def _make_all(self, changes: Sequence[ElementChange]) -> None:
        self._done = []
        for change in changes:
            outcome = await self._change(change)
            if not isinstance(outcome, ElementSaved):
                self._say_refused(change, outcome, len(changes))
                return
            self._done.append(outcome)
        self._say_done(changes[0], len(changes))

    def _say_done(self, first: ElementChange, count: int) -> None:
        self.has_vanished = any(saved.vanished is not None for saved in self._done)
        can_undo = self._keep_undoable()
        self._bar.show_notice(
            done_notice(
                first,
                count,
                can_undo=can_undo,
                has_vanished=self.has_vanished,
                actions=self._actions,
            )
        )

    def _say_refused(
        self,
        change: ElementChange,
        found: ElementRefusal | CacheError,
        total: int,
    ) -> None:
        made = len(self._done)
        progress = Progress(kind_of(change), made, total, can_undo=self._keep_undoable())
        self._bar.show_notice(refused_notice(change, found, progress, self._actions))
        self._keep_unwritten(written_by(change))

    def _keep_undoable(self) -> bool:
        """Forget what was done if it can never be taken back; answer whether it can."""
        if self._is_final:
            self._done = []
        return not self._is_final

    async def _change(self, change: ElementChange) -> ElementOutcome | CacheError:
        try:
            outcome = await self._backend.change_element(self._key, change)
        except CacheError as error:
            return error
        if isinstance(outcome, ElementSaved):
            self.change_made.emit(change)
        return outcome

    async def _undo_all(self) -> None:
        """Take back what was done, the last first; what is refused, and all before it, is kept."""
        self.has_vanished = False
        undone = 0
        while self._done:
            saved = self._done[-1]
            if (refusal := await self._undo_one(saved)) is not None:
                left = len(self._done) - 1
                self._bar.show_notice(kept_notice(refusal, undone, left, self._actions))
                return
            self._done.pop()
            undone += 1
        self._bar.show_notice(Notice(Severity.SUCCESS, self.tr("It is as it was before")))

    async def _undo_one(self, saved: ElementSaved) -> UndoRefusal | None:
        """Take one change back; answer why that was refused, if it was."""
        if saved.inverse is not None:
            due_ms = given_deadline(saved.inverse)
            if due_ms is not None and due_ms <= self._backend.now_ms():
                return overdue_refusal(saved.inverse)
        outcome = await self._put_back(saved)
        if isinstance(outcome, ElementSaved | Saved):
            return None
        return undo_refusal(saved, outcome)

    async def _put_back(
        self, saved: ElementSaved
    ) -> ElementOutcome | WriteOutcome | CacheError | None:
        """Answer what the cache says; None where nothing can be put back."""
        if saved.vanished is None:
            return None if saved.inverse is None else await self._change(saved.inverse)
        try:
            return await self._backend.restore(saved.vanished)
        except CacheError as error:
            return error

    def _undo_others(self) -> None:
        if self._done:
            self._done.pop()
        self.undo()

    def _close(self) -> None:
        self.give_up_unwritten()
        self.written.emit()
