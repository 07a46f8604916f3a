"""Keys into a file and back: what is asked, how far it is, what came of it, and its undo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sinch_cache_gui.keyspace.exports import (
    ExportedKey,
    ImportReport,
    NotAnExport,
    OnConflict,
    existing,
    import_keys,
    read_export,
    take_keys,
    write_export,
)
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.undo import undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.ui.tasks import TaskScope

PROGRESS_EVERY = 500
NAMED = 5
FILES = "JSON (*.json)"


class KeyTransfers(QObject):
    """Exports and imports keys of one cache. Nothing is written before the dry run is agreed to."""

    def __init__(
        self, backend: JournalingBackend, scope: TaskScope, notices: Notices, window: QWidget
    ) -> None:
        super().__init__(window)
        self._backend = backend
        self._scope = scope
        self._notices = notices
        self._window = window
        self._importing: list[JournalEntry] | None = None
        backend.journal.listen(self._note_write)

    def ask_export(self, keys: Collection[bytes]) -> None:
        """Ask for a file and write `keys` to it."""
        if not keys:
            title = self.tr("No key is selected")
            detail = self.tr("Select keys or folders on the left, then export them.")
            self._notices.post(Notice(Severity.INFO, title, detail))
            return
        dialog = QFileDialog(self._window, self.tr("Export {:,} keys").format(len(keys)))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile("keys.json")
        self._open(dialog, lambda path: self.export_to(path, keys))

    def ask_import(self) -> None:
        """Ask for a file and say what importing it would do."""
        dialog = QFileDialog(self._window, self.tr("Import keys"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        self._open(dialog, self.import_from)

    def export_to(self, path: Path, keys: Collection[bytes]) -> None:
        """Write `keys` to a file."""
        self._scope.start("export", self._export(path, keys))

    def import_from(self, path: Path) -> None:
        """Read a file, and say what importing it would do."""
        self._scope.start("import", self._dry_run(path))

    def _open(self, dialog: QFileDialog, run: Callable[[Path], None]) -> None:
        dialog.setNameFilter(FILES)
        dialog.fileSelected.connect(lambda name: run(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    async def _export(self, path: Path, keys: Collection[bytes]) -> None:
        stop = asyncio.Event()
        told = self._progress(self.tr("Exporting: {:,} of {:,} keys"), len(keys), stop)
        taken = await take_keys(self._backend, keys, told)
        if stop.is_set():
            self._notices.post(Notice(Severity.INFO, self.tr("Stopped. No file was written.")))
            return
        facts = self._backend.facts
        text = await write_export(taken, facts.label, self._backend.now_ms())
        try:
            await asyncio.to_thread(path.write_text, text, "utf-8")
        except OSError as error:
            self._tell_file(path, error)
            return
        gone = len(keys) - len(taken)
        detail = self.tr("Already gone: {:,}").format(gone) if gone else ""
        title = self.tr("{} exported to {}").format(self._counted(len(taken)), path.name)
        self._notices.post(Notice(Severity.SUCCESS, title, detail))

    async def _dry_run(self, path: Path) -> None:
        try:
            data = await asyncio.to_thread(path.read_bytes)
            keys = await asyncio.to_thread(read_export, data)
        except OSError as error:
            self._tell_file(path, error)
            return
        except NotAnExport as error:
            title = self.tr("{} was not imported").format(path.name)
            self._notices.post(Notice(Severity.ERROR, title, error.sentence))
            return
        held = await existing(self._backend, [item.key for item in keys])
        clashes = sum(item.key in held for item in keys)
        sample = ", ".join(display_key(item.key)[:80] for item in keys[:NAMED])
        title = self.tr("Import {} into {}?").format(
            self._counted(len(keys)), self._backend.facts.label
        )
        detail = self.tr("{:,} new, {:,} exist already: {}").format(
            len(keys) - clashes, clashes, sample + (" …" if len(keys) > NAMED else "")
        )
        choices = self._choices(keys, has_clashes=bool(clashes))
        self._notices.post(Notice(Severity.WARNING, title, detail, choices))

    def _choices(
        self, keys: Sequence[ExportedKey], *, has_clashes: bool
    ) -> tuple[NoticeAction, ...]:
        def choice(label: str, on_conflict: OnConflict) -> NoticeAction:
            return NoticeAction(
                label, lambda: self._scope.start("import", self._import(keys, on_conflict))
            )

        cancel = NoticeAction(self.tr("Cancel"), lambda: None)
        if not has_clashes:
            return choice(self.tr("Import"), OnConflict.SKIP), cancel
        return (
            choice(self.tr("Skip existing"), OnConflict.SKIP),
            choice(self.tr("Overwrite"), OnConflict.OVERWRITE),
            choice(self.tr("Rename"), OnConflict.RENAME),
            cancel,
        )

    async def _import(self, keys: Sequence[ExportedKey], on_conflict: OnConflict) -> None:
        stop = asyncio.Event()
        told = self._progress(self.tr("Importing: {:,} of {:,} keys"), len(keys), stop)
        entries: list[JournalEntry] = []
        self._importing = entries
        try:
            report = await import_keys(self._backend, keys, on_conflict, told)
        finally:
            self._importing = None
        self._tell_imported(report, [entry for entry in entries if entry.is_undoable])

    def _tell_imported(self, report: ImportReport, entries: Sequence[JournalEntry]) -> None:
        lines = []
        if report.skipped:
            lines.append(self.tr("Left as they were: {:,}").format(len(report.skipped)))
        lines += [f"{display_key(key)[:80]}: {why}" for key, why in report.refused[:NAMED]]
        if len(report.refused) > NAMED:
            lines.append(self.tr("… {:,} more").format(len(report.refused) - NAMED))
        take_back = NoticeAction(
            self.tr("Undo"), lambda: self._scope.start("undo import", self._undo(entries))
        )
        self._notices.post(
            Notice(
                Severity.ERROR if report.refused else Severity.SUCCESS,
                self.tr("{} imported").format(self._counted(len(report.written))),
                "\n".join(lines),
                (take_back,) if entries else (),
            )
        )

    async def _undo(self, entries: Sequence[JournalEntry]) -> None:
        report = await undo(self._backend, entries)
        lines = [f"{display_key(key)[:80]}: {why}" for key, why in report.refused[:NAMED]]
        title = self.tr("Undone: {}").format(self._counted(len(report.undone)))
        severity = Severity.WARNING if report.refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(lines)))

    def _note_write(self, entry: JournalEntry) -> None:
        if self._importing is not None:
            self._importing.append(entry)

    def _progress(self, words: str, total: int, stop: asyncio.Event) -> Callable[[int], bool]:
        def told(done: int) -> bool:
            if done and done % PROGRESS_EVERY == 0 and not stop.is_set():
                title = words.format(done, total)
                end = NoticeAction(self.tr("Stop"), stop.set)
                self._notices.post(Notice(Severity.INFO, title, actions=(end,)))
            return not stop.is_set()

        return told

    def _tell_file(self, path: Path, error: OSError) -> None:
        title = self.tr("{}: {}").format(path.name, error.strerror or error)
        self._notices.post(Notice(Severity.ERROR, title, str(path)))

    def _counted(self, count: int) -> str:
        return self.tr("1 key") if count == 1 else self.tr("{:,} keys").format(count)
