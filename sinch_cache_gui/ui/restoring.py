"""Bringing back a key that expired or was deleted, from what was seen of it last."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from sinch_cache_gui.cache.interface import CacheBackend, Changed, Gone, Ttl, TtlPolicy
from sinch_cache_gui.keyspace.black_box import BlackBox, LastSeen
from sinch_cache_gui.keyspace.expiry import format_countdown
from sinch_cache_gui.notices import Notice, Notices, Severity
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.restore_dialog import RestoreDialog
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme

TITLE_LENGTH = 60


class Restoring(QObject):
    """Asks for the time to live and restores; a key that exists is never overwritten."""

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        box: BlackBox,
        scope: TaskScope,
        notices: Notices,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._backend = backend
        self._box = box
        self._scope = scope
        self._notices = notices
        self._window = window

    def can_restore(self, key: bytes) -> bool:
        """Whether `key` was seen and may be written."""
        return not self._backend.is_read_only and self._box.last(key) is not None

    def ask(self, key: bytes) -> None:
        """Ask how long the last value seen of `key` shall live, and restore it."""
        seen = self._box.last(key)
        if seen is not None:
            self.ask_for(seen)

    def ask_for(self, seen: LastSeen) -> None:
        """Ask how long `seen` shall live, and restore it."""
        dialog = RestoreDialog(self._theme, seen, self._window.window())
        dialog.restore_chosen.connect(lambda ttl: self.restore(seen, ttl))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def restore(self, seen: LastSeen, ttl: Ttl) -> None:
        """Put a key back as it was seen.

        Args:
            seen: What it held.
            ttl: Milliseconds to live from now, or `TtlPolicy.NO_EXPIRY`.
        """
        self._scope.start(f"restore {seen.snapshot.key!r}", self._restore(seen, ttl))

    async def _restore(self, seen: LastSeen, ttl: Ttl) -> None:
        left_ms = None if isinstance(ttl, TtlPolicy) else ttl
        deadline_ms = None if left_ms is None else self._backend.now_ms() + left_ms
        outcome = await self._backend.restore(replace(seen.snapshot, deadline_ms=deadline_ms))
        key = elided_key(seen.snapshot.key, TITLE_LENGTH)
        match outcome:
            case Changed():
                notice = Notice(
                    Severity.WARNING,
                    self.tr("{} was not restored").format(key),
                    self.tr("It exists again, and is left as it is."),
                )
            case Gone():
                notice = Notice(
                    Severity.WARNING,
                    self.tr("{} was not restored").format(key),
                    self.tr("Its time ran out before it was written."),
                )
            case _:
                life = self.tr("It does not expire.")
                if left_ms is not None:
                    life = self.tr("It expires in {}.").format(format_countdown(left_ms))
                notice = Notice(Severity.SUCCESS, self.tr("{} restored").format(key), life)
        self._notices.post(notice)
