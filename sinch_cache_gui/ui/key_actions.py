"""Deleting keys and taking it back: what the tree and the editors ask for alike."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import Gone, Saved, Snapshot
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.undo import UndoReport, put_back, undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.values.copy_as import Language, NotSayable, copy_as

PROGRESS_EVERY = 500
"""Keys between two words on how far a long deletion is."""

REASONS_SHOWN = 5

MOST_COPIED = 1_000
"""Keys copied as code at once."""

TITLE_LENGTH = 60
"""Characters of a key in a title."""


class KeyActions(QObject):
    """Deletes keys and undoes it. Asks first only where the cache is shared."""

    def __init__(
        self,
        backend: JournalingBackend,
        scope: TaskScope,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._backend = backend
        self._scope = scope
        self._notices = notices
        self._started = 0

    def delete(self, keys: Collection[bytes]) -> None:
        """Delete `keys`: at once in development, after a question where the cache is shared."""
        if not keys:
            return
        if not self._backend.facts.is_production_like:
            self._start_deleting(keys)
            return
        self._notices.post(
            Notice(
                Severity.WARNING,
                self.tr("Delete {} from {}?").format(self._named(keys), self._backend.facts.label),
                self.tr("Other programs may be using this cache. Undo puts the keys back."),
                (
                    NoticeAction(self.tr("Delete"), lambda: self._start_deleting(keys)),
                    NoticeAction(self.tr("Keep"), lambda: None),
                ),
            )
        )

    def copy_as(self, keys: Collection[bytes], language: Language) -> None:
        """Put code into the clipboard that writes `keys` with the time they have left."""
        if len(keys) > MOST_COPIED:
            title = self.tr("{:,} keys are too many to copy as code").format(len(keys))
            detail = self.tr("Up to {:,} can be copied. Export them instead.").format(MOST_COPIED)
            self._notices.post(Notice(Severity.WARNING, title, detail))
        elif keys:
            self._scope.start("copy as", self._copy_as(tuple(keys), language))

    def tell_moved(self, to: bytes) -> None:
        """Say that a key has a new name, or that there is a copy of that name; offer to undo it."""
        entry = next(
            (e for e in reversed(self._backend.journal.entries) if to in (e.new_name, e.key)), None
        )
        if entry is None or not entry.is_undoable:
            return
        words = self.tr("Renamed to {}") if entry.new_name == to else self.tr("Copied to {}")
        take_back = NoticeAction(
            self.tr("Undo"), lambda: self._scope.start("undo move", self._undo(entry))
        )
        title = words.format(elided_key(to, TITLE_LENGTH))
        self._notices.post(Notice(Severity.SUCCESS, title, actions=(take_back,)))

    def undo_last(self) -> None:
        """Take back the newest write of this window that can be taken back."""
        entry = next((e for e in reversed(self._backend.journal.entries) if e.is_undoable), None)
        if entry is None:
            self._notices.post(Notice(Severity.INFO, self.tr("There is nothing to undo.")))
            return
        self._scope.start("undo last", self._undo(entry))

    def _start_deleting(self, keys: Collection[bytes]) -> None:
        self._started += 1
        self._scope.start(f"delete {self._started}", self._delete(keys))

    def _start_putting_back(self, snapshots: tuple[Snapshot, ...]) -> None:
        self._started += 1
        self._scope.start(f"undo {self._started}", self._put_back(snapshots))

    async def _delete(self, keys: Collection[bytes]) -> None:
        """Delete one key after another, so that it can be stopped and nothing is held up."""
        stop = asyncio.Event()
        snapshots: list[Snapshot] = []
        missing = 0
        refused: list[str] = []
        for done, key in enumerate(keys):
            if stop.is_set():
                break
            if done and done % PROGRESS_EVERY == 0:
                self._tell_progress(done, len(keys), stop)
            try:
                outcome = await self._backend.remove(key)
            except CacheUnreachable as error:
                refused.append(error.title)
                break
            except CacheError as error:
                refused.append(f"{display_key(key)}: {error.title}")
                continue
            if isinstance(outcome, Saved) and outcome.before is not None:
                snapshots.append(outcome.before)
            missing += isinstance(outcome, Gone)
        self._tell_deleted(keys, tuple(snapshots), missing, refused)

    async def _copy_as(self, keys: tuple[bytes, ...], language: Language) -> None:
        lines: list[str] = []
        refused: list[str] = []
        for key in keys:
            taken = await self._backend.snapshot(key)
            if taken is None:
                refused.append(f"{display_key(key)}: {self.tr('it does not exist any more')}")
                continue
            try:
                lines.append(copy_as(language, taken, self._backend.now_ms()))
            except NotSayable as error:
                refused.append(f"{display_key(key)}: {error.sentence}")
        if not lines:
            self._notices.post(
                Notice(
                    Severity.WARNING, self.tr("Nothing was copied"), "\n".join(_some_of(refused))
                )
            )
            return
        QGuiApplication.clipboard().setText("\n".join(lines))
        count = self.tr("1 key") if len(lines) == 1 else self.tr("{:,} keys").format(len(lines))
        title = self.tr("{} copied as {}").format(count, language.value)
        severity = Severity.WARNING if refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(_some_of(refused))))

    def _tell_progress(self, done: int, total: int, stop: asyncio.Event) -> None:
        self._notices.post(
            Notice(
                Severity.INFO,
                self.tr("Deleting: {:,} of {:,} keys").format(done, total),
                actions=(NoticeAction(self.tr("Stop"), stop.set),),
            )
        )

    def _tell_deleted(
        self,
        keys: Collection[bytes],
        snapshots: tuple[Snapshot, ...],
        missing: int,
        refused: list[str],
    ) -> None:
        if len(snapshots) == len(keys):
            title = self.tr("{} deleted").format(self._named(keys))
        else:
            title = self.tr("{:,} of {:,} keys deleted").format(len(snapshots), len(keys))
        lines = [self.tr("Already gone: {:,}").format(missing)] if missing else []
        lines += _some_of(refused)
        put_back = NoticeAction(self.tr("Undo"), lambda: self._start_putting_back(snapshots))
        self._notices.post(
            Notice(
                Severity.ERROR if refused else Severity.SUCCESS,
                title,
                "\n".join(lines),
                (put_back,) if snapshots else (),
            )
        )

    async def _put_back(self, snapshots: tuple[Snapshot, ...]) -> None:
        self._notices.post(self._undo_notice(await put_back(self._backend, snapshots)))

    async def _undo(self, entry: JournalEntry) -> None:
        self._notices.post(self._undo_notice(await undo(self._backend, (entry,))))

    def _undo_notice(self, report: UndoReport) -> Notice:
        lines = _some_of(f"{display_key(key)}: {reason}" for key, reason in report.refused)
        if not report.undone:
            return Notice(Severity.WARNING, self.tr("Nothing was undone"), "\n".join(lines))
        title = self.tr("Undone: {}").format(self._named(report.undone))
        severity = Severity.WARNING if report.refused else Severity.SUCCESS
        return Notice(severity, title, "\n".join(lines))

    def _named(self, keys: Collection[bytes]) -> str:
        if len(keys) == 1:
            return display_key(next(iter(keys)))
        return self.tr("{:,} keys").format(len(keys))


def _some_of(reasons: Iterable[str]) -> list[str]:
    """Answer the first few reasons and how many more there are."""
    lines = list(reasons)
    if len(lines) <= REASONS_SHOWN:
        return lines
    return [*lines[:REASONS_SHOWN], f"… {len(lines) - REASONS_SHOWN:,} more"]
