"""The elements of a key that is not a string: a table filled page by page, edited in place."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from sinch_cache_gui.cache.element_change import ElementChange
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, ElementPage, KeyType, ScanCursor
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.notices import Notice, NoticeAction, Severity
from sinch_cache_gui.ui.editor.element_changer import ElementChanger
from sinch_cache_gui.ui.editor.element_dialog import ElementDialog
from sinch_cache_gui.ui.editor.element_form import ElementForm
from sinch_cache_gui.ui.editor.element_table import (
    LONGEST_LINE,
    CellEdit,
    ElementModel,
    ElementTable,
)
from sinch_cache_gui.ui.editor.element_words import elements_in_words
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.notice_view import NoticeBar
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.element_edits import EditRefused, edit_of, may_edit, removals_of

PAGE: Final = 200

LONG_CELL: Final = 120
"""Characters of an element above which it is edited in a window of its own."""


class ElementsPage(QWidget):
    """The table, how much of the key it shows, and a way to the next page.

    Attributes:
        elements_changed: The key is another now, or was found to be.
        foot: What stands beneath the table.
    """

    elements_changed = Signal()

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
        self._next: ScanCursor | None = None
        self._wanted = 1
        self._is_stale = False
        self._adding: ElementChange | None = None
        self.model = ElementModel(theme)
        self.model.set_editable(not is_read_only)
        self.table = ElementTable(theme, self.model)
        self.bar = NoticeBar(theme, over=self.table)
        self.changer = ElementChanger(backend, key, tasks, self.bar)
        self.form = ElementForm(theme)
        self.foot = QWidget()
        self._count = QLabel()
        self._count.setObjectName("muted")
        self._more = self._button(self.tr("Load more"), self.tr("Load more elements"))
        self._add = self._button(self.tr("Add…"), self.tr("Add an element"))
        self._delete = self._button(self.tr("Delete"), self.tr("Delete the selected elements"))
        self._more.hide()
        self._lay_out()
        for button in (self._add, self._delete):  # a button without a parent would be a window
            button.setVisible(not is_read_only)
        self._wire()

    def show_elements(self, kind: str, size: int | None) -> None:
        """Show the key anew, as far as it was shown.

        Args:
            kind: Its `KeyType`.
            size: How many elements it has; None where that is not known.
        """
        if kind != self._kind:
            self.form.hide()
            self._next, self._wanted = None, 1
        self._kind, self._size = kind, size
        self._is_stale = True
        self._load()

    def _lay_out(self) -> None:
        strip = QWidget()
        strip.setObjectName("statusStrip")
        strip.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        buttons = QHBoxLayout(strip)
        buttons.setContentsMargins(GRID, GRID, GRID, GRID)
        buttons.setSpacing(GRID)
        for button in (self._add, self._delete, self._more):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._count)
        rows = QVBoxLayout(self.foot)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.form)
        rows.addWidget(strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.foot)
        self.setFocusProxy(self.table)

    def _wire(self) -> None:
        self._more.clicked.connect(self._load_more)
        self._add.clicked.connect(lambda: self.form.open_for(self._kind))
        self._delete.clicked.connect(self._ask_delete)
        self._delete.setEnabled(False)
        for chosen in (
            self.table.selectionModel().selectionChanged,
            self.model.modelReset,
            self.model.layoutChanged,
        ):
            chosen.connect(self._allow)
        self.table.edit_requested.connect(self._edit)
        self.table.edit_ended.connect(self._load)
        self.table.deletion_requested.connect(self._ask_delete)
        self.table.undo_requested.connect(self.changer.undo)
        self.model.cell_entered.connect(self._enter)
        self.model.overlong_entered.connect(
            lambda: self._say(self.tr("More was pasted than a line can hold. Nothing was written."))
        )
        self.form.entered.connect(self._add_element)
        self.form.refused.connect(self._say)
        self.changer.change_made.connect(self._follow_change)
        self.changer.written.connect(self.elements_changed)

    def _allow(self) -> None:
        self._delete.setEnabled(self.table.selectionModel().hasSelection())

    def _edit(self, index: QModelIndex) -> None:
        if self._is_read_only:
            return
        row = self.model.row(index.row())
        if not may_edit(self._kind, index.column()):
            if self._kind == KeyType.STREAM:
                sentence = "Entries of a stream never change. Delete this one, or add another."
                self._say(self.tr(sentence))
            return
        self.bar.hide_notice()
        data = row[index.column()]
        is_text = _is_text(data)
        if is_text and (len(data) > LONG_CELL or b"\n" in data):
            self._edit_long(row, index.column(), data)
        elif len(display_key(data)) > LONGEST_LINE:
            self._say(self.tr("These bytes are no text and too many for a line to edit here."))
        else:
            self.table.edit_in_place(index)

    def _edit_long(self, row: tuple[bytes, ...], column: int, data: bytes) -> None:
        name = display_key(row[0])[:60] if column else display_key(self._key)[:60]
        dialog = ElementDialog(self._theme, self._tasks, name, self)

        def entered(new: bytes) -> None:
            if new != data:
                self._enter(CellEdit(row, column, new))

        dialog.data_entered.connect(entered)
        dialog.deemed_unfit.connect(self._say)
        dialog.show_data(data)

    def _enter(self, edit: CellEdit) -> None:
        try:
            change = edit_of(self._kind, edit.row, edit.column, edit.data)
        except EditRefused as refused:
            self._say(str(refused))
            return
        self.changer.make([change])

    def _add_element(self, change: ElementChange) -> None:
        self._adding = change
        self.changer.make([change])

    def _follow_change(self, change: ElementChange) -> None:
        if change is self._adding:  # until then the form keeps what was written
            self.form.clear()

    def _ask_delete(self) -> None:
        rows = [self.model.row(row) for row in self.table.selected_rows()]
        if self._is_read_only or not rows:
            return
        changes = removals_of(self._kind, rows)
        if self._kind != KeyType.STREAM:
            self.changer.make(changes)
            return
        title = self.tr("Delete 1 entry?")
        if len(rows) > 1:
            title = self.tr("Delete {} entries?").format(f"{len(rows):,}")
        self.bar.show_notice(
            Notice(
                Severity.WARNING,
                title,
                self.tr("A stream takes no entry back in its place: this cannot be undone."),
                (
                    NoticeAction(self.tr("Delete for good"), lambda: self.changer.make(changes)),
                    NoticeAction(self.tr("Keep"), self.bar.hide_notice),
                ),
            )
        )

    def _load_more(self) -> None:
        self._wanted = self.model.rowCount() + 1
        self._load()

    def _load(self) -> None:
        """Read what is out of date or missing, unless a reading that will see to it goes on."""
        if not self._tasks.is_running("elements"):
            self._tasks.start("elements", self._catch_up())

    async def _catch_up(self) -> None:
        goes_on = True
        while goes_on:
            if self._is_stale and not self.table.is_editing:
                self._is_stale = False
                await self._load_anew()
            elif self._next is not None and self.model.rowCount() < self._wanted:
                goes_on = await self._load_on(self._next)
            else:
                goes_on = False

    async def _load_anew(self) -> None:
        kind = self._kind
        rows: list[tuple[bytes, ...]] = []
        deadlines: list[int | None] = []
        page = await self._page(None)
        columns = () if page is None else page.columns
        following: ScanCursor | None = None
        while page is not None:
            rows += page.rows
            deadlines += page.deadlines_ms
            following = page.next
            if following is None or len(rows) >= max(self._wanted, self.model.rowCount()):
                break
            page = await self._page(following)
        if page is None or kind != self._kind:
            return
        if self.table.is_editing:  # what is being typed over stays in sight
            self._is_stale = True
            return
        self._next = following
        self.model.show_rows(kind, columns, rows, deadlines)
        self._say_count()

    async def _load_on(self, cursor: ScanCursor) -> bool:
        """Show the next page; answer False where it cannot be had."""
        kind = self._kind
        page = await self._page(cursor)
        if page is None:
            return False
        if kind == self._kind:
            self.model.add_rows(page.rows, page.deadlines_ms)
            self._next = page.next
            self._say_count()
        return True

    async def _page(self, cursor: ScanCursor | None) -> ElementPage | None:
        try:
            return await self._backend.elements(self._key, self._kind, cursor, count=PAGE)
        except CacheError as error:
            self._count.setText(error.title)
            return None

    def _say(self, sentence: str) -> None:
        close = NoticeAction(self.tr("Close"), self.bar.hide_notice)
        self.bar.show_notice(Notice(Severity.INFO, sentence, actions=(close,)))

    def _say_count(self) -> None:
        self._more.setVisible(self._next is not None)
        shown = f"{self.model.rowCount():,}"
        if self._next is not None and self._size is not None:
            whole = elements_in_words(self._kind, self._size)
            said = self.tr("{} of {} loaded").format(shown, whole)
        else:
            said = elements_in_words(self._kind, self.model.rowCount())
        self._count.setText(said)

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        return button


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
