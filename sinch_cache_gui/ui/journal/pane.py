"""The journal: every write of this window, searched, compared, and taken back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.keyspace.black_box import BlackBox, LastSeen, last_seen_in
from sinch_cache_gui.keyspace.journal import JournalEntry, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import never_undoable
from sinch_cache_gui.keyspace.undo_outlook import Outlook, outlook
from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.journal.details import EntryDetails
from sinch_cache_gui.ui.journal.table import JournalTable
from sinch_cache_gui.ui.journal.wording import matches
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import BAR_HEIGHT, GRID, Theme

GATHER_MS = 50
"""How long new entries are gathered before they are shown together."""

MOST_ADDED = 200
"""More new entries at once are shown by listing everything anew."""


class JournalPane(QWidget):
    """Lists the writes; what can still be taken back is found out when a write is selected.

    Attributes:
        undo_requested: Writes shall be taken back; carries them, oldest first.
        restore_requested: A key that has gone shall be what it was; carries a `LastSeen`.
        key_activated: A key shall be opened; carries its bytes.
        closed: The pane shall be hidden.
    """

    undo_requested = Signal(object)
    restore_requested = Signal(object)
    key_activated = Signal(object)
    closed = Signal()

    def __init__(
        self, theme: Theme, backend: JournalingBackend, box: BlackBox, scope: TaskScope
    ) -> None:
        super().__init__()
        self._theme = theme
        self._backend = backend
        self._box = box
        self._scope = scope
        self._fresh: list[JournalEntry] = []
        self._restorable: LastSeen | None = None
        self._search = QLineEdit()
        self._count = QLabel()
        self._obstacle = QLabel()
        self._undo = QPushButton(self.tr("Undo"))
        self._restore = QPushButton(self.tr("Restore…"))
        self._open = QPushButton(self.tr("Open key"))
        self._copy_before = QPushButton(self.tr("Copy before"))
        self._copy_after = QPushButton(self.tr("Copy after"))
        self._close = QToolButton()
        self.table = JournalTable(theme, backend.now_ms)
        self._empty = MessagePage(theme)
        self._lists = QStackedWidget()
        self.details = EntryDetails(theme)
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._lay_out()
        self._wire()
        self._restyle()
        self._show_selection()

    def note(self, entry: JournalEntry) -> None:
        """Show a new entry soon; a hidden pane lists everything when it is shown."""
        if self.isVisible():
            self._fresh.append(entry)
            if not self._gather.isActive():
                self._gather.start()

    def look_again(self, keys: set[bytes]) -> None:
        """Find out anew what can be done, if the selected write concerns one of these keys."""
        selected = self.table.selected_entries()
        if (
            self.isVisible()
            and len(selected) == 1
            and keys & {selected[0].key, selected[0].new_name}
        ):
            self._start_looking(selected[0])

    def list_entries(self) -> None:
        """List what the journal holds and what is searched for."""
        self._fresh.clear()
        if self.isVisible():
            # What is written from here on is fresh, whenever the listing begins.
            self._scope.start("journal list", self._list(self._all()))

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self._search.setFocus()
        self._search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return)
        ):
            self.table.setFocus()
            return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.list_entries()

    # -- listing -----------------------------------------------------------------------------

    def _all(self) -> Sequence[JournalEntry]:
        journal = self._backend.journal
        return (*journal.earlier, *journal.entries)

    async def _list(self, entries: Sequence[JournalEntry]) -> None:
        found = await self._matching(entries)
        self.table.rows.show(found)
        self._say_count(len(entries))
        self.table.select_first()

    async def _matching(self, entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
        sought = self._search.text().strip()
        if not sought:
            return entries
        breathe = Breather()
        found = []
        for entry in entries:
            if matches(entry, sought):
                found.append(entry)
            await breathe()
        return found

    def _add_fresh(self) -> None:
        fresh, self._fresh = self._fresh, []
        if len(fresh) > MOST_ADDED or self._scope.is_running("journal list"):
            self.list_entries()
            return
        sought = self._search.text().strip()
        found = [entry for entry in fresh if not sought or matches(entry, sought)]
        self.table.hold(lambda: self.table.rows.add(found))
        self._say_count(len(self._all()))
        self.table.select_first()

    def _say_count(self, total: int) -> None:
        shown = self.table.rows.rowCount()
        words = self.tr("1 write") if total == 1 else self.tr("{:,} writes").format(total)
        if shown != total:
            words = self.tr("{:,} of {}").format(shown, words)
        self._count.setText(words)
        if not total:
            self._empty.say(
                "mdi6.notebook-outline",
                self.tr("Nothing was written yet"),
                self.tr("Every save, deletion and change of TTL is listed here, to be undone."),
            )
        elif not shown:
            self._empty.say("mdi6.magnify", self.tr("No write matches the search"))
        self._lists.setCurrentWidget(self.table if shown else self._empty)

    # -- one entry ---------------------------------------------------------------------------

    def _show_selection(self) -> None:
        selected = self.table.selected_entries()
        self._restorable = None
        for button in (self._undo, self._restore, self._open, self._copy_before, self._copy_after):
            button.setEnabled(False)
        self._say_obstacle("")
        self._undo.setText(self.tr("Undo"))
        if len(selected) == 1:
            (entry,) = selected
            self._open.setEnabled(True)
            before = None if entry.before is None else entry.before.payload
            self._copy_before.setEnabled(before is not None)
            self._copy_after.setEnabled(entry.after is not None)
            self._scope.start("journal details", self.details.show_entry(entry))
            self._start_looking(entry)
            return
        self._scope.cancel("journal details")
        self._scope.cancel("journal look")
        self.details.show_count(len(selected))
        undoable = [entry for entry in selected if never_undoable(entry) is None]
        if undoable and not self._backend.is_read_only:
            self._undo.setText(self.tr("Undo {:,}").format(len(undoable)))
            self._undo.setEnabled(True)

    def _start_looking(self, entry: JournalEntry) -> None:
        def cannot_look(error: CacheError) -> bool:
            self._say_obstacle(error.title)
            return True

        self._scope.start("journal look", self._look(entry), on_error=cannot_look)

    async def _look(self, entry: JournalEntry) -> None:
        self._show_outlook(entry, await outlook(self._backend, entry))

    def _show_outlook(self, entry: JournalEntry, found: Outlook) -> None:
        may_write = not self._backend.is_read_only
        self._undo.setEnabled(may_write and not found.obstacle)
        words = ""
        if found.obstacle:
            words = self.tr("Cannot be undone: {}.").format(found.obstacle)
        elif entry.result is Result.FOUND_GONE:
            words = self.tr("Whether it was this write is not known. Undo puts back what was seen.")
        self._say_obstacle(words)
        seen = self._box.last(entry.key) or last_seen_in(entry)
        self._restorable = seen if found.is_gone and may_write else None
        self._restore.setEnabled(self._restorable is not None)

    def _say_obstacle(self, words: str) -> None:
        self._obstacle.setText(words)
        self._obstacle.setToolTip(words)
        self._obstacle.setVisible(bool(words))

    def _ask_undo(self) -> None:
        undoable = [e for e in self.table.selected_entries() if never_undoable(e) is None]
        if undoable and not self._backend.is_read_only:
            self.undo_requested.emit(tuple(undoable))

    def _ask_restore(self) -> None:
        if self._restorable is not None:
            self.restore_requested.emit(self._restorable)

    def _open_selected(self) -> None:
        for entry in self.table.selected_entries()[:1]:
            self._open_key_of(entry)

    def _open_key_of(self, entry: JournalEntry) -> None:
        is_renamed = entry.is_done and entry.new_name is not None
        self.key_activated.emit(entry.new_name if is_renamed else entry.key)

    def _copy(self, *, is_after: bool) -> None:
        for entry in self.table.selected_entries()[:1]:
            before = None if entry.before is None else entry.before.payload
            payload = entry.after if is_after else before
            if payload is not None:
                copy_text(payload.decode("utf-8", "backslashreplace"))

    # -- building ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Journal"))
        title.setObjectName("title")
        self._search.setPlaceholderText(self.tr("Search: key, action, or text in a value"))
        self._search.setAccessibleName(self.tr("Search the journal"))
        self._search.setClearButtonEnabled(True)
        self._count.setObjectName("muted")
        self._undo.setToolTip(self.tr("Take it back (Ctrl+Z in the list)"))
        self._close.setAccessibleName(self.tr("Close the journal"))
        self._close.setToolTip(self.tr("Close (Ctrl+Shift+J)"))
        self._close.setAutoRaise(True)
        self._obstacle.setObjectName("muted")
        self._obstacle.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self._obstacle.setTextFormat(Qt.TextFormat.PlainText)
        self._obstacle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._empty)
        self._body = QSplitter(Qt.Orientation.Vertical)
        self._body.setHandleWidth(1)
        self._body.setChildrenCollapsible(False)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        buttons = (self._undo, self._restore, self._open, self._copy_before, self._copy_after)
        column.addWidget(_strip(*buttons, (QWidget(), 1)))
        column.addWidget(self._obstacle)
        column.addWidget(self.details, 1)
        self._body.addWidget(self._lists)
        self._body.addWidget(below)
        self._body.setSizes([200, 180])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(_strip(title, (self._search, 1), self._count, self._close))
        outer.addWidget(self._body, 1)

    def _wire(self) -> None:
        self._gather.timeout.connect(self._add_fresh)
        self._search.textChanged.connect(self.list_entries)
        self._close.clicked.connect(self.closed)
        self.table.entries_selected.connect(self._show_selection)
        self.table.entry_activated.connect(self._open_key_of)
        self.table.undo_requested.connect(self._ask_undo)
        self._search.installEventFilter(self)
        self._undo.clicked.connect(self._ask_undo)
        self._restore.clicked.connect(self._ask_restore)
        self._open.clicked.connect(self._open_selected)
        self._copy_before.clicked.connect(lambda: self._copy(is_after=False))
        self._copy_after.clicked.connect(lambda: self._copy(is_after=True))
        self._theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._close.setIcon(icons.drawn("mdi6.close", color=self._theme.tokens.muted))


def _strip(*parts: QWidget | tuple[QWidget, int]) -> QWidget:
    """Answer a row of controls; a pair is a control and how it shares the room."""
    strip = QWidget()
    strip.setObjectName("strip")
    strip.setFixedHeight(BAR_HEIGHT + GRID // 2)
    row = QHBoxLayout(strip)
    row.setContentsMargins(GRID, 0, GRID, 0)
    row.setSpacing(GRID)
    for part in parts:
        widget, share = part if isinstance(part, tuple) else (part, 0)
        row.addWidget(widget, share)
    return strip
