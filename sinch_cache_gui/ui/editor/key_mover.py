"""Another name for a key: asked for in place, then given to it or to a copy of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QVBoxLayout, QWidget

from sinch_cache_gui.cache.errors import CacheError, OutcomeUnknown
from sinch_cache_gui.cache.interface import CacheBackend, Changed, Gone
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.key_line import KeyLine
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import GRID, Theme


class NameField(QWidget):
    """A line for the name, and whether a copy keeps the time the key has left.

    Attributes:
        entered: Enter was pressed.
    """

    entered = Signal()

    def __init__(self, theme: Theme, key: bytes, *, asks_expiry: bool) -> None:
        super().__init__()
        self._field = KeyLine(theme, key)
        self._field.setMinimumWidth(24 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._field.setAccessibleName(self.tr("New name of the key"))
        self._keeps = QCheckBox(self.tr("keep the TTL"))
        self._keeps.setAccessibleName(self.tr("The copy expires when the key does"))
        self._keeps.setToolTip(self.tr("Otherwise the copy does not expire"))
        self._keeps.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._field)
        column.addWidget(self._keeps)
        self._keeps.setVisible(asks_expiry)
        self.setFocusProxy(self._field)
        self._field.returnPressed.connect(self.entered)
        self._field.select_last_part()

    @property
    def key(self) -> bytes:
        """The name typed, as a key."""
        return self._field.key

    @property
    def keeps_ttl(self) -> bool:
        """Whether a copy is to expire when the key does."""
        return self._keeps.isChecked()


class KeyMover(QObject):
    """Renames or duplicates one key. Nothing is overwritten unless the user says so.

    Attributes:
        renamed: The key has another name now; carries it.
        duplicated: There is a copy; carries its name.
    """

    renamed = Signal(object)
    duplicated = Signal(object)

    def __init__(
        self, theme: Theme, backend: CacheBackend, key: bytes, tasks: PaneTasks, over: QWidget
    ) -> None:
        super().__init__(over)
        self._theme = theme
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self.bar = NoticeBar(theme, over=over)

    def ask_rename(self, is_settled: Callable[[], bool]) -> None:
        """Ask for the new name.

        Args:
            is_settled: Answers, once the name is confirmed, whether the key may be renamed now.
        """
        field = NameField(self._theme, self._key, asks_expiry=False)

        def run() -> None:
            if is_settled():
                self._start(self._rename(field.key, overwrites=False))

        self._ask(self.tr("Rename this key"), self.tr("Rename"), field, run)

    def ask_duplicate(self) -> None:
        """Ask for the name of a copy."""
        field = NameField(self._theme, self._key, asks_expiry=True)
        self._ask(
            self.tr("Duplicate this key"),
            self.tr("Duplicate"),
            field,
            lambda: self._start(self._duplicate(field.key, keeps_ttl=field.keeps_ttl)),
        )

    def _ask(self, title: str, label: str, field: NameField, run: Callable[[], None]) -> None:
        def run_if_new() -> None:
            if field.key and field.key != self._key:
                run()
            else:
                field.setFocus()

        field.entered.connect(run_if_new)
        actions = (
            NoticeAction(label, run_if_new),
            NoticeAction(self.tr("Cancel"), self.bar.hide_notice),
        )
        self.bar.show_notice(Notice(Severity.INFO, title, actions=actions), extra=field)
        field.setFocus()

    def _start(self, work: Coroutine[object, object, None]) -> None:
        if self._tasks.is_running("move"):
            work.close()
        else:
            self._tasks.start("move", work)

    async def _rename(self, to: bytes, *, overwrites: bool) -> None:
        try:
            outcome = await self._backend.rename(self._key, to, overwrites=overwrites)
        except CacheError as error:
            self._say_failed(to, error)
            return
        match outcome:
            case Changed():
                replace_it = NoticeAction(
                    self.tr("Replace it"), lambda: self._start(self._rename(to, overwrites=True))
                )
                self._say_taken(to, replace_it)
            case Gone():
                self._say_gone()
            case _:
                self.renamed.emit(to)
                self.bar.hide_notice()  # only now: whoever hears it asks where the keyboard is

    async def _duplicate(self, to: bytes, *, keeps_ttl: bool) -> None:
        try:
            taken = await self._backend.snapshot(self._key)
            if taken is None:
                self._say_gone()
                return
            deadline_ms = taken.deadline_ms if keeps_ttl else None
            outcome = await self._backend.restore(replace(taken, key=to, deadline_ms=deadline_ms))
        except CacheError as error:
            self._say_failed(to, error)
            return
        match outcome:
            case Changed():
                self._say_taken(to)
            case Gone():
                self._say_gone()
            case _:
                self.duplicated.emit(to)
                self.bar.hide_notice()

    def _say_taken(self, to: bytes, *actions: NoticeAction) -> None:
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("There is a key of that name already. Nothing was written."),
                display_key(to)[:200],
                (*actions, NoticeAction(self.tr("Leave it"), self.bar.hide_notice)),
            )
        )
        self.bar.setFocus()

    def _say_gone(self) -> None:
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                self.tr("This key does not exist any more. Nothing was written."),
                actions=(NoticeAction(self.tr("Close"), self.bar.hide_notice),),
            )
        )

    def _say_failed(self, to: bytes, error: CacheError) -> None:
        title = self.tr("Nothing was written: {}").format(error.title)
        detail = error.detail
        if isinstance(error, OutcomeUnknown):
            title = self.tr("The connection was lost: it may have happened, or not.")
            detail = self.tr("Look whether {} exists.").format(display_key(to)[:200])
        close = NoticeAction(self.tr("Close"), self.bar.hide_notice)
        self.bar.show_notice(Notice(Severity.ERROR, title, detail, (close,)))
