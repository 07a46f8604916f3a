"""Keys into another open cache: which one, what it would do, what came of it, and its undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject

from sinch_cache_gui.keyspace.copying import CopyReport, copy_keys
from sinch_cache_gui.keyspace.imports import OnConflict, existing
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.tasks import TaskScope

TELL_EVERY_S = 0.5
"""Between two words on how far it is."""

NAMED = 5
KEY_LENGTH = 40


@dataclass(frozen=True, slots=True)
class CopyWish:
    """Keys to be in another cache as well, or instead.

    Attributes:
        source: Where they are.
        keys: Which.
        moves: Whether they shall leave `source`.
    """

    source: JournalingBackend
    keys: Sequence[bytes]
    moves: bool


class KeyCopies(QObject):
    """Copies keys between the open caches of one window.

    Nothing that exists is touched before the user has said what becomes of it, and a shared cache
    is not written to unasked.
    """

    def __init__(
        self,
        open_caches: Callable[[], Sequence[JournalingBackend]],
        scope: TaskScope,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        """Copy nothing yet.

        Args:
            open_caches: Answers the caches open now.
            scope: Holds the work.
            notices: Where questions and reports go.
            parent: Qt's owner.
        """
        super().__init__(parent)
        self._open_caches = open_caches
        self._scope = scope
        self._notices = notices

    def ask(self, wish: CopyWish) -> None:
        """Let the user choose the cache, and say what copying there would do."""
        targets = [cache for cache in self._open_caches() if cache is not wish.source]
        if not wish.keys:
            self._say(self.tr("No key is selected"), self.tr("Select keys or folders first."))
        elif not targets:
            self._say(
                self.tr("No other cache is open"),
                self.tr("Open the one the keys shall go to (Ctrl+O), then come back to this one."),
            )
        elif len(targets) == 1:
            self._start(self._dry_run(wish, targets[0]))
        else:
            self._ask_where(wish, targets)

    def _ask_where(self, wish: CopyWish, targets: Sequence[JournalingBackend]) -> None:
        def choice(target: JournalingBackend) -> NoticeAction:
            return NoticeAction(
                target.facts.label, lambda: self._start(self._dry_run(wish, target))
            )

        verb = self.tr("Move {} to which cache?") if wish.moves else self.tr("Copy {} to which?")
        actions = (*map(choice, targets), NoticeAction(self.tr("Cancel"), lambda: None))
        title = verb.format(self._counted(len(wish.keys)))
        self._notices.post(Notice(Severity.INFO, title, actions=actions))

    async def _dry_run(self, wish: CopyWish, target: JournalingBackend) -> None:
        held = await existing(target, wish.keys)
        if not held and not target.facts.is_production_like:
            await self._copy(wish, target, OnConflict.SKIP)
            return
        verb = self.tr("Move {} to {}?") if wish.moves else self.tr("Copy {} to {}?")
        title = verb.format(self._counted(len(wish.keys)), target.facts.label)
        sample = ", ".join(elided_key(key, KEY_LENGTH) for key in wish.keys[:NAMED])
        detail = self.tr("{:,} new, {:,} exist there already: {}").format(
            len(wish.keys) - len(held),
            len(held),
            sample + (" …" if len(wish.keys) > NAMED else ""),
        )
        self._notices.post(
            Notice(Severity.WARNING, title, detail, self._choices(wish, target, bool(held)))
        )

    def _choices(
        self, wish: CopyWish, target: JournalingBackend, has_clashes: bool
    ) -> tuple[NoticeAction, ...]:
        def choice(label: str, on_conflict: OnConflict) -> NoticeAction:
            return NoticeAction(label, lambda: self._start(self._copy(wish, target, on_conflict)))

        cancel = NoticeAction(self.tr("Cancel"), lambda: None)
        if not has_clashes:
            verb = self.tr("Move") if wish.moves else self.tr("Copy")
            return choice(verb, OnConflict.SKIP), cancel
        return (
            choice(self.tr("Skip existing"), OnConflict.SKIP),
            choice(self.tr("Overwrite"), OnConflict.OVERWRITE),
            choice(self.tr("Rename"), OnConflict.RENAME),
            cancel,
        )

    async def _copy(
        self, wish: CopyWish, target: JournalingBackend, on_conflict: OnConflict
    ) -> None:
        stop = asyncio.Event()
        words = self.tr("Moving: {:,} of {:,}") if wish.moves else self.tr("Copying: {:,} of {:,}")
        told_at = monotonic()

        def told(done: int) -> bool:
            nonlocal told_at
            if not stop.is_set() and monotonic() - told_at > TELL_EVERY_S:
                told_at = monotonic()
                end = NoticeAction(self.tr("Stop"), stop.set)
                title = words.format(done, len(wish.keys))
                self._notices.post(Notice(Severity.INFO, title, actions=(end,)))
            return not stop.is_set()

        with _noted(target) as arrived, _noted(wish.source) as left:
            report = await copy_keys(
                wish.source, target, wish.keys, on_conflict, told, moves=wish.moves
            )
        written = [
            (wish.source, await _of_keys(left, wish.keys)),
            (target, await _of_keys(arrived, report.written)),
        ]
        self._tell(wish, target, report, written)

    def _tell(
        self,
        wish: CopyWish,
        target: JournalingBackend,
        report: CopyReport,
        written: Sequence[tuple[JournalingBackend, Sequence[JournalEntry]]],
    ) -> None:
        lines = []
        if report.skipped:
            lines.append(self.tr("Left as they were: {:,}").format(len(report.skipped)))
        if report.gone:
            lines.append(self.tr("Already gone: {:,}").format(len(report.gone)))
        lines += [f"{elided_key(key, KEY_LENGTH)}: {why}" for key, why in report.refused[:NAMED]]
        if len(report.refused) > NAMED:
            lines.append(self.tr("… {:,} more").format(len(report.refused) - NAMED))
        verb = self.tr("{} moved to {}") if wish.moves else self.tr("{} copied to {}")
        title = verb.format(self._counted(len(report.written)), target.facts.label)
        take_back = NoticeAction(self.tr("Undo"), lambda: self._start(self._undo(written)))
        self._notices.post(
            Notice(
                Severity.ERROR if report.refused else Severity.SUCCESS,
                title,
                "\n".join(lines),
                (take_back,) if any(entries for _cache, entries in written) else (),
            )
        )

    async def _undo(
        self, written: Sequence[tuple[JournalingBackend, Sequence[JournalEntry]]]
    ) -> None:
        """Take back both sides: what left comes back first, so that no key is ever nowhere."""
        undone: set[bytes] = set()
        refused: list[tuple[bytes, str]] = []
        for cache, entries in written:
            report = await undo(cache, entries)
            undone.update(report.undone)
            refused += report.refused
        lines = [f"{elided_key(key, KEY_LENGTH)}: {why}" for key, why in refused[:NAMED]]
        title = self.tr("Undone: {}").format(self._counted(len(undone)))
        severity = Severity.WARNING if refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(lines)))

    def _start(self, work: Coroutine[object, object, None]) -> None:
        self._scope.start("copy keys", work)

    def _say(self, title: str, detail: str) -> None:
        self._notices.post(Notice(Severity.INFO, title, detail))

    def _counted(self, count: int) -> str:
        return self.tr("1 key") if count == 1 else self.tr("{:,} keys").format(count)


@contextmanager
def _noted(cache: JournalingBackend) -> Iterator[list[JournalEntry]]:
    """Note every write to a cache, its own and whatever else happens meanwhile."""
    entries: list[JournalEntry] = []
    cache.journal.listen(entries.append)
    try:
        yield entries
    finally:
        cache.journal.unlisten(entries.append)


async def _of_keys(
    entries: Iterable[JournalEntry], keys: Iterable[bytes]
) -> Sequence[JournalEntry]:
    names = set(keys)
    found = []
    breathe = Breather()
    for entry in entries:
        arrival = entry.as_arrival()
        if arrival.key in names and arrival.is_undoable:
            found.append(arrival)
        await breathe()
    return found
