"""Keys into a file and back: what is asked, how far it is, what came of it, and its undo."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.keyspace.export_reading import NotAnExport, read_export
from sinch_cache_gui.keyspace.exports import ExportedKey, export_keys
from sinch_cache_gui.keyspace.imports import ImportReport, OnConflict, existing, import_keys
from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import undo
from sinch_cache_gui.notices import Notice, NoticeAction, Notices, Severity
from sinch_cache_gui.pacing import Kept
from sinch_cache_gui.ui.bulk.wording import counted
from sinch_cache_gui.ui.file_saving import FileSaver, SaveWish
from sinch_cache_gui.ui.key_reports import (
    StoppableProgress,
    dry_run,
    named_again,
    reasons,
    ways_on,
)
from sinch_cache_gui.ui.tasks import TaskScope

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
        self._saver = FileSaver(scope, window)
        self._importing: list[JournalEntry] | None = None
        backend.journal.listen(self._note_write)

    def ask_export(self, keys: Collection[bytes]) -> None:
        """Ask for a file and write `keys` to it."""
        if not keys:
            title = self.tr("No key is selected")
            detail = self.tr("Select keys or folders on the left, then export them.")
            self._notices.post(Notice(Severity.INFO, title, detail))
            return
        title = self.tr("Export {}").format(counted(len(keys)))
        self._saver.ask(
            SaveWish(title, "keys.json", FILES, lambda path: self.export_to(path, keys))
        )

    def ask_import(self) -> None:
        """Ask for a file and say what importing it would do."""
        dialog = QFileDialog(self._window, self.tr("Import keys"))
        # Not an existing file: of one that is missing Qt tells in a loop of its own.
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilter(FILES)
        dialog.fileSelected.connect(lambda name: self.import_from(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: Path, keys: Collection[bytes]) -> None:
        """Write `keys` to a file."""
        self._scope.start("export", self._export(path, keys))

    def import_from(self, path: Path) -> None:
        """Read a file, and say what importing it would do."""
        self._scope.start("import", self._dry_run(path))

    async def _export(self, path: Path, keys: Collection[bytes]) -> None:
        words = self.tr("Exporting: {:,} of {:,} keys")
        told = StoppableProgress(self._notices, lambda done: words.format(done, len(keys)))
        try:
            report = await export_keys(self._backend, keys, path, told)
        except OSError as error:
            title = self.tr("{} was not written: {}").format(path.name, error.strerror or error)
            detail = self.tr("Nothing was changed at {}.").format(path)
            self._notices.post(Notice(Severity.ERROR, title, detail))
            return
        except CacheError as error:
            detail = self.tr("No file was written. {}").format(error.detail)
            self._notices.post(Notice(Severity.ERROR, error.title, detail))
            return
        if report is None:
            self._notices.post(Notice(Severity.INFO, self.tr("Stopped. No file was written.")))
            return
        lines = reasons(report.refused)
        if report.gone:
            lines.insert(0, self.tr("Already gone: {:,}").format(report.gone))
        title = self.tr("{} exported to {}").format(counted(report.written), path.name)
        severity = Severity.WARNING if report.refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(lines)))

    async def _dry_run(self, path: Path) -> None:
        words = self.tr("Reading {}: {:,} keys")
        told = StoppableProgress(self._notices, lambda done: words.format(path.name, done))
        try:
            found = await read_export(path, told)
        except OSError as error:
            title = self.tr("{} cannot be read: {}").format(path.name, error.strerror or error)
            self._notices.post(Notice(Severity.ERROR, title, str(path)))
            return
        except NotAnExport as error:
            title = self.tr("{} was not imported").format(path.name)
            self._notices.post(Notice(Severity.ERROR, title, error.sentence))
            return
        if found is None:
            self._notices.post(Notice(Severity.INFO, self.tr("Stopped. Nothing was written.")))
            return
        keys = Kept(found)
        del found
        if not keys.things:
            title = self.tr("{} holds no keys").format(path.name)
            self._notices.post(Notice(Severity.INFO, title))
            return
        names = [item.key for item in keys.things]
        held = await existing(self._backend, names)
        title = self.tr("Import {} into {}?").format(counted(len(names)), self._backend.facts.label)
        detail = dry_run(names, held)
        choices = ways_on(
            lambda on_conflict: self._scope.start("import", self._import(keys, on_conflict)),
            self.tr("Import"),
            has_clashes=bool(held) or bool(named_again(names)),
        )
        self._notices.post(Notice(Severity.WARNING, title, detail, choices))

    async def _import(self, keys: Kept[ExportedKey], on_conflict: OnConflict) -> None:
        words = self.tr("Importing: {:,} of {:,} keys")
        count = len(keys.things)
        told = StoppableProgress(self._notices, lambda done: words.format(done, count))
        entries: list[JournalEntry] = []
        self._importing = entries
        try:
            report = await import_keys(self._backend, keys.things, on_conflict, told)
        finally:
            self._importing = None
        self._tell_imported(report, Kept(entries))

    def _tell_imported(self, report: ImportReport, entries: Kept[JournalEntry]) -> None:
        lines = []
        if report.skipped:
            lines.append(self.tr("Left as they were: {:,}").format(len(report.skipped)))
        if report.left:
            lines.append(self.tr("Not begun: {:,}").format(report.left))
        lines += reasons(report.refused)
        take_back = NoticeAction(
            self.tr("Undo"), lambda: self._scope.start("undo import", self._undo(entries))
        )
        self._notices.post(
            Notice(
                Severity.ERROR if report.refused else Severity.SUCCESS,
                self.tr("{} imported").format(counted(len(report.written))),
                "\n".join(lines),
                (take_back,) if entries.things else (),
            )
        )

    async def _undo(self, entries: Kept[JournalEntry]) -> None:
        words = self.tr("Undoing: {:,} of {:,} keys")
        count = len(entries.things)
        told = StoppableProgress(self._notices, lambda done: words.format(done, count))
        report = await undo(self._backend, entries.things, told)
        title = self.tr("Undone: {}").format(counted(len(report.undone)))
        severity = Severity.WARNING if report.refused else Severity.SUCCESS
        self._notices.post(Notice(severity, title, "\n".join(reasons(report.refused))))

    def _note_write(self, entry: JournalEntry) -> None:
        if self._importing is not None and (arrival := entry.as_arrival()).is_undoable:
            self._importing.append(arrival)
