"""Keys into another open cache: which one, what it would do, what came of it, and its undo."""

from __future__ import annotations

import gc
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject

from sinch_cache_gui.keyspace.copying import CopyReport, copy_keys
from sinch_cache_gui.keyspace.imports import OnConflict, existing
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import SETTLED_EVERY, undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.pacing import Breather, Kept
from sinch_cache_gui.ui.bulk.wording import counted
from sinch_cache_gui.ui.key_reports import StoppableProgress, dry_run, reasons, ways_on
from sinch_cache_gui.ui.tasks import TaskScope


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
        title = verb.format(counted(len(wish.keys)))
        self._notices.post(Notice(Severity.INFO, title, actions=actions))

    async def _dry_run(self, wish: CopyWish, target: JournalingBackend) -> None:
        held = await existing(target, wish.keys)
        if not held and not target.facts.is_production_like:
            await self._copy(wish, target, OnConflict.SKIP)
            return
        verb = self.tr("Move {} to {}?") if wish.moves else self.tr("Copy {} to {}?")
        title = verb.format(counted(len(wish.keys)), target.facts.label)
        detail = dry_run(wish.keys, held)
        choices = ways_on(
            lambda on_conflict: self._start(self._copy(wish, target, on_conflict)),
            self.tr("Move") if wish.moves else self.tr("Copy"),
            has_clashes=bool(held),
        )
        self._notices.post(Notice(Severity.WARNING, title, detail, choices))

    async def _copy(
        self, wish: CopyWish, target: JournalingBackend, on_conflict: OnConflict
    ) -> None:
        words = self.tr("Moving: {:,} of {:,}") if wish.moves else self.tr("Copying: {:,} of {:,}")
        told = StoppableProgress(self._notices, lambda done: words.format(done, len(wish.keys)))
        with _noted(target, are_arrivals=True) as arrived, _noted(wish.source) as left:
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
        written: Sequence[tuple[JournalingBackend, Kept[JournalEntry]]],
    ) -> None:
        lines = []
        if report.skipped:
            lines.append(self.tr("Left as they were: {:,}").format(len(report.skipped)))
        if report.gone:
            lines.append(self.tr("Already gone: {:,}").format(len(report.gone)))
        lines += reasons(report.refused)
        verb = self.tr("{} moved to {}") if wish.moves else self.tr("{} copied to {}")
        title = verb.format(counted(len(report.written)), target.facts.label)
        take_back = NoticeAction(self.tr("Undo"), lambda: self._start(self._undo(written)))
        self._notices.post(
            Notice(
                Severity.ERROR if report.refused else Severity.SUCCESS,
                title,
                "\n".join(lines),
                (take_back,) if any(entries.things for _cache, entries in written) else (),
            )
        )

    async def _undo(self, written: Sequence[tuple[JournalingBackend, Kept[JournalEntry]]]) -> None:
        """Take back both sides: what left comes back first, so that no key is ever nowhere."""
        undone: set[bytes] = set()
        refused: list[tuple[bytes, str]] = []
        for cache, entries in written:
            report = await undo(cache, entries.things)
            undone.update(report.undone)
            refused += report.refused
        title = self.tr("Undone: {}").format(counted(len(undone)))
        severity = Severity.WARNING if refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(reasons(refused))))

    def _start(self, work: Coroutine[object, object, None]) -> None:
        self._scope.start("copy keys", work)

    def _say(self, title: str, detail: str) -> None:
        self._notices.post(Notice(Severity.INFO, title, detail))


@contextmanager
def _noted(cache: JournalingBackend, *, are_arrivals: bool = False) -> Iterator[list[JournalEntry]]:
    """Note every write to a cache, its own and whatever else happens meanwhile."""
    entries: list[JournalEntry] = []

    def note(entry: JournalEntry) -> None:
        # One by one: 100,000 afterwards would hold the window for half a second.
        entries.append(entry.as_arrival() if are_arrivals else entry)

    cache.journal.listen(note)
    try:
        yield entries
    finally:
        cache.journal.unlisten(note)


async def _of_keys(entries: list[JournalEntry], keys: Iterable[bytes]) -> Kept[JournalEntry]:
    """Take from `entries` those of `keys` that can be taken back; none is left of the others."""
    names = set(keys)
    found: list[JournalEntry] = []
    breathe = Breather()
    if len(entries) >= SETTLED_EVERY:
        gc.freeze()  # they stay: a round of the collector would go through all of them
    entries.reverse()
    while entries:
        entry = entries.pop()
        if entry.key in names and entry.is_undoable:
            found.append(entry)
        await breathe()
    return Kept(found)
