"""The elements of a key that is not a string: a table filled page by page, edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sinch_cache_gui.cache.element_change import FIRST_ID, MAX_BEHIND, ElementChange, can_be_moved
from sinch_cache_gui.cache.element_range import StartingAt
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, KeyType
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.editor.draft_keeper import held_at
from sinch_cache_gui.ui.editor.element_changer import ElementChanger
from sinch_cache_gui.ui.editor.element_dialog import ElementDialog
from sinch_cache_gui.ui.editor.element_form import ElementForm
from sinch_cache_gui.ui.editor.element_loader import ElementLoader
from sinch_cache_gui.ui.editor.element_model import LONGEST_LINE, CellEdit, ElementModel
from sinch_cache_gui.ui.editor.element_search import ElementSearch
from sinch_cache_gui.ui.editor.element_strip import ElementStrip
from sinch_cache_gui.ui.editor.element_table import ElementTable
from sinch_cache_gui.ui.editor.element_words import elements_in_words
from sinch_cache_gui.ui.editor.field_countdown import FieldCountdown
from sinch_cache_gui.ui.editor.field_expiry import FieldExpiry
from sinch_cache_gui.ui.editor.field_ttl import FieldTtl
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.drafts import ElementPlace, Unsaved
from sinch_cache_gui.values.element_edits import (
    ENTRIES_NEVER_CHANGE,
    EditRefused,
    edit_of,
    may_edit,
    removals_of,
)

LONG_CELL: Final = 120
"""Characters of an element above which it is edited in a window of its own."""


class ElementsPage(QWidget):
    """The table, how much of the key it shows, and a way to the next page.

    Attributes:
        elements_changed: The key is another now, or was found to be.
        elements_expired: Some expired by themselves, and their rows are gone.
        edited_changed: The window of an element holds text that is not saved, or not any more.
        draft_rested: Such a text is to be kept; carries the window.
        draft_settled: Such a text is saved, or not wanted; carries its `ElementPlace`.
        foot: What stands beneath the table.
    """

    elements_changed = Signal()
    elements_expired = Signal()
    edited_changed = Signal()
    draft_rested = Signal(object)
    draft_settled = Signal(object)

    def __init__(
        self,
        theme: Theme,
        backend: CacheBackend,
        key: bytes,
        tasks: PaneTasks,
        *,
        is_read_only: bool,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._is_read_only = is_read_only
        self._kind = ""
        self._size: int | None = None
        self._is_gone = False
        self._has_run_out = False
        self._adding: ElementChange | None = None
        self._windows: list[ElementDialog] = []
        self.model = ElementModel(theme, backend.now_ms)
        self.model.set_editable(not is_read_only)
        self.table = ElementTable(theme, self.model)
        self.loader = ElementLoader(
            backend,
            key,
            tasks,
            self.model,
            lambda: self.table.is_editing,
            self.table.held_names,
        )
        self.countdown = FieldCountdown(backend.now_ms, self.table, self.model)
        self.expiry = FieldExpiry(backend, key, tasks, self.table, self.model)
        self.search = ElementSearch()
        self._nothing = MessagePage(theme)
        self._body = QStackedWidget()
        self._body.addWidget(self.table)
        self._body.addWidget(self._nothing)
        self.bar = NoticeBar(theme, over=self._body)
        self.changer = ElementChanger(backend, key, tasks, self.bar)
        self.ttl = FieldTtl(theme, backend.now_ms, self.table, self.model)
        self.form = ElementForm(theme)
        self.foot = QWidget()
        self._strip = ElementStrip(self.loader)
        self._lay_out()
        if is_read_only:
            self._strip.set_read_only()
        self._wire()

    def show_elements(self, kind: str, size: int | None) -> None:
        """Show the key anew, as far as it was shown.

        Args:
            kind: Its `KeyType`.
            size: How many elements it has; None where that is not known.
        """
        if kind != self._kind:
            self.form.hide()
        self._kind, self._size, self._is_gone, self._has_run_out = kind, size, False, False
        self.search.show_key(kind, size)
        self.loader.show_key(kind)

    def show_gone(self) -> None:
        """Say that the key does not exist any more; what was read of it last stays in sight."""
        self._is_gone = True
        self._strip.say_gone()
        self.expiry.stop()
        if not self.loader.has_more and self.expiry.has_all_run_out():
            self._has_run_out = True
            self.model.clear()
        if not self.model.rowCount():
            self._nothing.say(
                "mdi6.ghost-outline",
                self.tr("This key does not exist any more"),
                self.how_it_went,
            )
            self._body.setCurrentWidget(self._nothing)

    @property
    def says_it_is_gone(self) -> bool:
        """Whether the page says so itself, and no bar may stand before what it offers."""
        return bool(self.how_it_went) or self.changer.unwritten is not None

    @property
    def how_it_went(self) -> str:
        """How the key went, in a sentence; empty where nothing is known but that it did."""
        if self._has_run_out:
            return self.tr("It went with its last field, which expired.")
        return self.tr("It went with the last that it held.") if self.changer.has_vanished else ""

    @property
    def holds_unsaved_text(self) -> bool:
        """Whether a window of an element holds text that is not saved."""
        return any(window.holds_unsaved_text for window in self._windows)

    @property
    def holds_entry(self) -> bool:
        """Whether something is written in a cell, or of an element to be added."""
        return self.table.holds_text or self.form.holds_text

    async def saved(self) -> bool:
        """Write what stands in windows of elements; answer whether nothing is left unsaved."""
        return all([await window.saved() for window in [*self._windows]])

    def ask_close(self) -> None:
        """Ask, in the window of an element, what to do with its text."""
        for window in self._windows:
            window.activateWindow()
            window.reject()

    def resume(self, place: ElementPlace, draft: Unsaved) -> None:
        """Open the window of an element with a text that was never saved."""
        self._tasks.start(f"resume {place.name!r}", self._resume(place, draft))

    def open_bar(self) -> None:
        """Have the keyboard go to the search."""
        self.search.open_bar()

    def find_next(self) -> None:
        """Have more of what is searched."""
        if self.loader.has_more:
            self.loader.load_more()

    def find_previous(self) -> None:
        """Stay: what was found before is in sight."""

    def _lay_out(self) -> None:
        rows = QVBoxLayout(self.foot)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.form)
        rows.addWidget(self._strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.search)
        column.addWidget(self._body, 1)
        column.addWidget(self.foot)
        self.setFocusProxy(self.table)

    def _wire(self) -> None:
        self._strip.add_requested.connect(lambda: self.form.open_for(self._kind))
        self._strip.delete_requested.connect(self._ask_delete)
        self._strip.ttl_requested.connect(
            lambda: self.ttl.ask(self._strip.ttl, self._strip.ttl.rect())
        )
        for chosen in (
            self.table.selectionModel().selectionChanged,
            self.model.modelReset,
            self.model.layoutChanged,
        ):
            chosen.connect(self._allow)
        self.loader.progressed.connect(self._say_progress)
        self.search.range_entered.connect(self.loader.show_range)
        self.search.refused.connect(self._say)
        self.table.edit_requested.connect(self._edit)
        self.table.edit_ended.connect(self.loader.go_on)
        self.table.edit_ended.connect(self.expiry.look)
        self.expiry.fields_gone.connect(self._note_expired)
        self.expiry.key_lost.connect(self.elements_changed)
        self.table.deletion_requested.connect(self._ask_delete)
        self.table.undo_requested.connect(self.changer.undo)
        self.model.cell_entered.connect(self._enter)
        self.model.overlong_entered.connect(
            lambda: self._say(self.tr("More was pasted than a line can hold. Nothing was written."))
        )
        self.form.entered.connect(self._add_element)
        self.form.refused.connect(self._say)
        self.ttl.changes_asked.connect(self.changer.make)
        self.changer.change_made.connect(self._follow_change)
        self.changer.written.connect(self._note_written)

    def _note_written(self) -> None:
        if self.changer.has_vanished:  # nothing is left to be read
            self.model.clear()
            self.show_gone()
        self.elements_changed.emit()

    def _note_expired(self, names: tuple[bytes, ...]) -> None:
        self.loader.forget(names)
        if self._size is not None:
            self._size = max(self._size - len(names), self.model.rowCount())
        self._has_run_out = not (self.model.rowCount() or self.loader.has_more)
        self._say_progress()
        self.elements_expired.emit()

    def _allow(self) -> None:
        is_possible = self.table.selectionModel().hasSelection() and not self._is_gone
        self._strip.allow_changes(are_possible=is_possible)
        self._strip.offer_ttl(is_offered=self.model.has_deadlines and not self._is_read_only)

    def _say_progress(self) -> None:
        if self._is_gone:
            return
        shown = self.model.rowCount()
        self._strip.say(self._kind, shown, self._size)
        is_empty = not (shown or self.loader.is_loading or self.loader.has_more)
        if is_empty and self.loader.within is not None:
            self._nothing.say(
                "mdi6.magnify-close", self.tr("Nothing found"), self.tr("Esc shows all again.")
            )
        elif is_empty:
            self._nothing.say(
                "mdi6.tray", self.tr("This key holds nothing"), self.tr("Add… puts the first in.")
            )
        self._body.setCurrentWidget(self._nothing if is_empty else self.table)

    def _edit(self, index: QModelIndex) -> None:
        if self._is_read_only:
            return
        row = self.model.row(index.row())
        if self.model.is_deadline(index.column()):
            self.bar.hide_notice()
            self.ttl.ask(self.table, self.table.place_of(index))
            return
        # What is shown may still be of the type that the key had.
        if not may_edit(self.model.kind, index.column()):
            if self.model.kind == KeyType.STREAM:
                self._say(ENTRIES_NEVER_CHANGE)
            return
        self.bar.hide_notice()
        data = row[index.column()]
        is_text = _is_text(data)
        if is_text and (len(data) > LONG_CELL or b"\n" in data):
            self._edit_long(row, index.column())
        elif len(display_key(data)) > LONGEST_LINE:
            self._say(self.tr("These bytes are no text and too many for a line to edit here."))
        else:
            self.table.edit_in_place(index)

    def _edit_long(self, row: tuple[bytes, ...], column: int) -> None:
        self._window(ElementPlace(self.model.kind, row, column)).show_data(row[column])

    def _window(self, place: ElementPlace) -> ElementDialog:
        window = ElementDialog(
            self._theme, self._tasks, self._key, place, self.changer.make_one, self
        )
        window.deemed_unfit.connect(self._say)
        window.edited_changed.connect(self.edited_changed)
        window.draft_rested.connect(lambda: self.draft_rested.emit(window))
        window.draft_settled.connect(lambda: self.draft_settled.emit(place))
        window.finished.connect(lambda: self._windows.remove(window))
        self._windows.append(window)
        return window

    async def _resume(self, place: ElementPlace, draft: Unsaved) -> None:
        try:
            held = await held_at(self._backend, self._key, place)
        except CacheError:
            held = None  # saving tells
        self._window(place).resume(draft, held)

    def _enter(self, edit: CellEdit) -> None:
        try:
            change = edit_of(edit.kind, edit.row, edit.column, edit.data)
        except EditRefused as refused:
            copy = NoticeAction(self.tr("Copy mine"), lambda: copy_text(display_key(edit.data)))
            self._say(str(refused), copy)
            return
        self.changer.make([change])

    def _add_element(self, change: ElementChange) -> None:
        self._adding = change
        self.changer.make([change])

    def _follow_change(self, change: ElementChange) -> None:
        if change is self._adding:  # until then the form keeps what was written
            self.form.clear()
        self.loader.follow(change, self.table.currentIndex().row())

    def _ask_delete(self) -> None:
        rows = [self.model.row(row) for row in self.table.selected_rows()]
        if self._is_read_only or not rows:
            return
        changes = removals_of(self.model.kind, rows)
        if self.model.kind == KeyType.STREAM:
            ids = [row[0] for row in rows]
            self._tasks.start("ask delete", self._delete_entries(ids, changes))
        else:
            self.changer.make(changes)

    async def _delete_entries(self, ids: Sequence[bytes], changes: Sequence[ElementChange]) -> None:
        """Delete entries of a stream, after a question if they could not be put back."""
        try:
            why = await self._why_for_good(ids)
        except CacheError as error:
            self._say(error.title)
            return
        if not why:
            self.changer.make(changes)
            return
        title = self.tr("Delete {}?").format(elements_in_words(self._kind, len(changes)))
        delete = NoticeAction(
            self.tr("Delete for good"), lambda: self.changer.make(changes, is_final=True)
        )
        keep = NoticeAction(self.tr("Keep"), self.bar.hide_notice)
        self.bar.show_notice(Notice(Severity.WARNING, title, why, (delete, keep)))

    async def _why_for_good(self, ids: Sequence[bytes]) -> str:
        """Answer why entries of a stream, once deleted, stay so; nothing where undo may work."""
        if not self._backend.facts.restores_entries:
            return self.tr(
                "An entry is put back into a stream only where INFO tells that the server is Redis"
                " or Valkey, and here it does not: there is no undo."
            )
        if FIRST_ID in ids:
            return self.tr("No server puts back the entry 0-1: there is no undo.")
        behind = await self._backend.elements(
            self._key, self._kind, count=MAX_BEHIND + 2, within=StartingAt(ids[0])
        )
        if behind is None or can_be_moved(behind.rows[1:]):
            return ""
        return self.tr("So much stands behind that a server cannot put it back: there is no undo.")

    def _say(self, sentence: str, *actions: NoticeAction) -> None:
        close = NoticeAction(self.tr("Close"), self.bar.hide_notice)
        self.bar.show_notice(Notice(Severity.INFO, sentence, actions=(*actions, close)))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
