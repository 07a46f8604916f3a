"""Deleting keys and taking it back: what the tree and the editors ask for alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QObject

from sinch_cache_gui.keyspace.bulk import (
    LARGEST_BATCH,
    BulkProgress,
    BulkReport,
    BulkRun,
    DeleteKeys,
    Trace,
    run_bulk,
    undo_bulk,
)
from sinch_cache_gui.keyspace.journal import JournalEntry, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import CHANGED_SINCE, UndoReport, undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.bulk.wording import counted, part_of, report_lines
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.key_label import elided_key
from sinch_cache_gui.ui.key_reports import StoppableProgress, reasons, some_of
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.values.copy_as import (
    LONGEST_PROMPT_BYTES,
    Language,
    NotSayable,
    copy_as,
)

MOST_COPIED = 1_000
"""Keys copied as code at once."""

TITLE_LENGTH = 40
"""Characters of a key in a title: a longer one has its middle left out, where the line may end."""


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
        self._last_bulk: Sequence[Trace] = ()
        self._last_bulk_number: int | None = None

    def delete(self, keys: Collection[bytes], seen: bytes | None = None) -> None:
        """Delete `keys`: at once in development, after a question where the cache is shared.

        Args:
            keys: Which.
            seen: What the user sees in them: what somebody else has put there since is not deleted
                unseen. None where nothing was looked at.
        """
        if not keys:
            return
        if not self._backend.facts.is_production_like:
            self._start_deleting(keys, seen)
            return
        self._notices.post(
            Notice(
                Severity.WARNING,
                self.tr("Delete {} from {}?").format(self._named(keys), self._backend.facts.label),
                self._sampled(keys)
                + self.tr("Other programs may be using this cache. Undo puts the keys back."),
                (
                    NoticeAction(self.tr("Delete"), lambda: self._start_deleting(keys, seen)),
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
        entry = self._last_undoable()
        if entry is not None and entry.number == self._last_bulk_number:
            self._start_putting_back(self._last_bulk)
            return
        if entry is None:
            self._notices.post(Notice(Severity.INFO, self.tr("There is nothing to undo.")))
            return
        self._scope.start("undo last", self._undo(entry))

    def remember(self, traces: Sequence[Trace]) -> None:
        """Let the undo of the last write take back all of what was just done to many keys."""
        entry = self._last_undoable()
        if entry is not None and _is_among_last(entry.key, traces):
            self._last_bulk, self._last_bulk_number = traces, entry.number

    def tell_settled(self, entries: Sequence[JournalEntry]) -> None:
        """Say what became of deletions whose answer was lost; offer to put back what is gone."""
        gone = [entry for entry in entries if entry.result is Result.FOUND_GONE]
        there = [entry.key for entry in entries if entry.result is Result.FOUND_THERE]
        undoable = tuple(entry for entry in gone if entry.is_undoable)
        if undoable and _is_among_last(undoable[-1].key, self._last_bulk):
            self._last_bulk_number = undoable[-1].number  # undoing all of it takes these back, too
        if there:
            title = self.tr("{}: still there").format(self._named(there))
            detail = self.tr(
                "The answer to the deletion was lost; asked again, nothing is missing."
            )
            self._notices.post(Notice(Severity.INFO, title, detail))
        if gone:
            title = self.tr("{}: gone").format(self._named([entry.key for entry in gone]))
            detail = self.tr("The answer to the deletion was lost; asked again, it is not there.")
            put_back = NoticeAction(self.tr("Undo"), lambda: self.undo_writes(undoable))
            actions = (put_back,) if undoable else ()
            self._notices.post(Notice(Severity.WARNING, title, detail, actions))

    def _last_undoable(self) -> JournalEntry | None:
        return next((e for e in reversed(self._backend.journal.entries) if e.is_undoable), None)

    def undo_writes(self, entries: Sequence[JournalEntry]) -> None:
        """Take back these writes, given oldest first, the newest first; it can be stopped."""
        self._started += 1
        self._scope.start(f"undo {self._started}", self._undo_writes(entries))

    def _start_deleting(self, keys: Collection[bytes], seen: bytes | None = None) -> None:
        self._started += 1
        self._scope.start(f"delete {self._started}", self._delete(keys, seen))

    def _start_putting_back(self, traces: Sequence[Trace]) -> None:
        self._started += 1
        self._last_bulk, self._last_bulk_number = (), None
        self._scope.start(f"undo {self._started}", self._put_back(traces))

    async def _delete(self, keys: Collection[bytes], seen: bytes | None) -> None:
        run = BulkRun(len(keys), lambda progress: self._tell(self.tr("Deleting"), progress, run))
        report = await run_bulk(run, self._backend, keys, DeleteKeys(seen))
        self.remember(report.traces)
        if seen is not None and any(one.reason == CHANGED_SINCE for one in report.refused):
            self._tell_changed(keys)
        else:
            self._tell_deleted(keys, report)

    def _tell_changed(self, keys: Collection[bytes]) -> None:
        title = self.tr("{}: somebody else changed it. Nothing was deleted.")
        self._notices.post(
            Notice(
                Severity.WARNING,
                title.format(self._named(keys)),
                actions=(
                    NoticeAction(self.tr("Delete theirs"), lambda: self._start_deleting(keys)),
                    NoticeAction(self.tr("Keep"), lambda: None),
                ),
            )
        )

    async def _put_back(self, traces: Sequence[Trace]) -> None:
        total = len(traces)
        run = BulkRun(total, lambda progress: self._tell(self.tr("Putting back"), progress, run))
        report = await undo_bulk(run, self._backend, traces)
        lines = report_lines(report)
        go_on = NoticeAction(
            self.tr("Undo the rest"), lambda: self._start_putting_back(report.traces)
        )
        actions = (go_on,) if report.traces else ()
        if not report.done:
            title = self.tr("Nothing was undone")
        elif report.done == total == 1:
            title = self.tr("Undone: {}").format(self._named([traces[0].key]))
        else:
            title = self.tr("Undone: {}").format(part_of(report))
        severity = Severity.WARNING if lines or not report.done else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(lines), actions))

    async def _copy_as(self, keys: tuple[bytes, ...], language: Language) -> None:
        lines: list[str] = []
        refused: list[tuple[bytes, str]] = []
        for key in keys:
            taken = await self._backend.snapshot(key)
            if taken is None:
                refused.append((key, self.tr("it does not exist any more")))
                continue
            try:
                lines.append(copy_as(language, taken, self._backend.now_ms()))
            except NotSayable as error:
                refused.append((key, error.sentence))
        said = reasons(refused)
        if not lines:
            title = self.tr("Nothing was copied")
            self._notices.post(Notice(Severity.WARNING, title, "\n".join(said)))
            return
        copy_text("\n".join(lines))
        title = self.tr("{} copied as {}").format(counted(len(lines)), language.value)
        is_long = max(len(line.encode()) for line in lines) > LONGEST_PROMPT_BYTES
        if language is Language.REDIS_CLI and is_long:
            said.append(
                self.tr(
                    "The prompt of redis-cli takes lines of {:,} bytes. Paste longer ones into a"
                    " file, and run: redis-cli < file"
                ).format(LONGEST_PROMPT_BYTES)
            )
        severity = Severity.WARNING if said else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(said)))

    def _tell(self, doing: str, progress: BulkProgress, run: BulkRun) -> None:
        title = self.tr("{}: {:,} of {:,} keys").format(doing, progress.handled, progress.total)
        stop = NoticeAction(self.tr("Stop"), run.stop)
        self._notices.post(Notice(Severity.INFO, title, actions=(stop,)))

    def _tell_deleted(self, keys: Collection[bytes], report: BulkReport) -> None:
        named = self._named(keys) if report.done == len(keys) else part_of(report)
        put_back = NoticeAction(self.tr("Undo"), lambda: self._start_putting_back(report.traces))
        has_failed = bool(report.refused or report.ended_early)
        self._notices.post(
            Notice(
                Severity.ERROR if has_failed else Severity.SUCCESS,
                self.tr("{} deleted").format(named),
                "\n".join(report_lines(report)),
                (put_back,) if report.traces else (),
            )
        )

    async def _undo(self, entry: JournalEntry) -> None:
        self._notices.post(self._undo_notice(await undo(self._backend, (entry,))))

    async def _undo_writes(self, entries: Sequence[JournalEntry]) -> None:
        words = self.tr("Undoing: {:,} of {:,} writes")
        told = StoppableProgress(self._notices, lambda done: words.format(done, len(entries)))
        self._notices.post(self._undo_notice(await undo(self._backend, entries, told)))

    def _undo_notice(self, report: UndoReport) -> Notice:
        lines = reasons(report.refused)
        if not report.undone:
            return Notice(Severity.WARNING, self.tr("Nothing was undone"), "\n".join(lines))
        title = self.tr("Undone: {}").format(self._named(report.undone))
        severity = Severity.WARNING if report.refused else Severity.SUCCESS
        return Notice(severity, title, "\n".join(lines))

    def _sampled(self, keys: Collection[bytes]) -> str:
        """Answer the first few of many keys as a line of its own."""
        return "" if len(keys) == 1 else some_of(keys) + "\n"

    def _named(self, keys: Collection[bytes]) -> str:
        if len(keys) == 1:
            return elided_key(next(iter(keys)), TITLE_LENGTH)
        return counted(len(keys))


def _is_among_last(key: bytes, traces: Sequence[Trace]) -> bool:
    """Whether a key was of the last batch of many: those without an answer stand at the end."""
    return any(trace.key == key for trace in traces[-LARGEST_BATCH:])
