"""The pages of one value, each built when it is first wanted.

All of them together take longer to build than a window may stand still; most values need one.
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.ui.editor.byte_comparison import ByteComparison
from sinch_cache_gui.ui.editor.code_view import CodeView
from sinch_cache_gui.ui.editor.conflict_view import ConflictView
from sinch_cache_gui.ui.editor.difference import DifferenceView
from sinch_cache_gui.ui.editor.elements_page import ElementsPage
from sinch_cache_gui.ui.editor.find_bar import FindBar
from sinch_cache_gui.ui.editor.hex_page import HexPage
from sinch_cache_gui.ui.editor.json_tree.page import JsonTreePage
from sinch_cache_gui.ui.editor.large_text_view import LargeTextView
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
from sinch_cache_gui.ui.editor.text_panel import TextPanel
from sinch_cache_gui.ui.message_page import MessagePage
from sinch_cache_gui.ui.theme import Theme

Page = TypeVar("Page", bound=QWidget)


class ValuePages(QObject):
    """What may stand above the foot of a panel: its text, or another page in its place.

    Attributes:
        front_changed: Another page is in front.
        bytes_edited: The bytes differ from those shown last now, or not any more.
        writing_rested: Something was written on another page than the text, and the hand rests.
        elements_changed: The key was found to hold other elements.
        elements_expired: Elements expired by themselves, and are not shown any more.
        unwritten_changed: What was typed into a table of elements was not written, or is not
            wanted any more.
        element_edited: The window of an element holds unsaved text, or not any more.
        element_rested: Such a text is to be kept; carries the window.
        element_settled: Such a text is saved, or not wanted; carries its `ElementPlace`.
        comparison_left: The user goes back from a comparison.
        text_requested: The user goes from the tree to the text.
        rows_counting: Percent of the rows of a large text that are counted.
        rows_counted: All of them are.
    """

    front_changed = Signal()
    bytes_edited = Signal()
    writing_rested = Signal()
    elements_changed = Signal()
    elements_expired = Signal()
    unwritten_changed = Signal()
    element_edited = Signal()
    element_rested = Signal(object)
    element_settled = Signal(object)
    comparison_left = Signal()
    text_requested = Signal()
    rows_counting = Signal(object)
    rows_counted = Signal()
    _may_write_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        panel: TextPanel,
        backend: CacheBackend,
        key: bytes,
        tasks: PaneTasks,
        *,
        is_read_only: bool,
    ) -> None:
        super().__init__(panel)
        self._theme = theme
        self._panel = panel
        self._backend = backend
        self._key = key
        self._tasks = tasks
        self._is_read_only = is_read_only
        self._may_write = False
        self._built: list[QWidget] = []
        self.body = panel.body
        self.text = panel.view
        self.body.currentChanged.connect(self.front_changed)

    @property
    def front(self) -> QWidget:
        """The page in front."""
        return self.body.currentWidget() or self.text

    def show(self, page: QWidget) -> None:
        """Bring a page to the front, and the keyboard to it if it was on the page before.

        Who types in a bar above the pages, such as a new name of the key, goes on there.
        """
        focused = QApplication.focusWidget()
        has_keyboard = focused is not None and self.body.isAncestorOf(focused)
        if isinstance(focused, QLineEdit) and not self.front.isAncestorOf(focused):
            has_keyboard = False
        is_new = page is not self.front
        self.body.setCurrentWidget(page)
        if has_keyboard and is_new:
            page.setFocus()  # the stack alone hands it to the first that takes it

    def take_focus(self) -> None:
        """Have the keyboard go to the page in front."""
        self.front.setFocus()  # the stack hands the focus on when it shows another page

    def set_may_write(self, may_write: bool) -> None:
        """Let the user write wherever the value is edited, or only look and copy."""
        if may_write != self._may_write:
            self._may_write = may_write
            self._may_write_changed.emit(may_write)
        if self.text.is_editable != may_write:
            self.text.set_editable(may_write)
        self._panel.set_may_save(may_write)

    @property
    def holds_cell(self) -> bool:
        """Whether something is written in a cell of the tree that is not in the text."""
        return any(tree.holds_cell for tree in self._trees())

    @property
    def holds_entry(self) -> bool:
        """Whether something is written of an element that is not entered."""
        pages = (page for page in self._built if isinstance(page, ElementsPage))
        return any(page.holds_entry for page in pages)

    async def settled(self) -> bool:
        """Take what is written in a cell into the text; answer whether no cell is left open."""
        return all([await tree.settled() for tree in self._trees()])

    def _trees(self) -> list[JsonTreePage]:
        return [page for page in self._built if isinstance(page, JsonTreePage)]

    def take_unwritten_element(self) -> bytes | None:
        """Answer once what was typed into a table that another page stands before, and not written.

        None where that is nothing, or where the table is in front and says so itself.
        """
        for page in self._built:
            if isinstance(page, ElementsPage) and page is not self.front:
                page.table.end_editing()
                mine = page.changer.unwritten
                page.changer.give_up_unwritten()
                return mine
        return None

    @property
    def unsaved_elements(self) -> ElementsPage | None:
        """The page of which an element has unsaved text in a window; None if none has."""
        pages = (page for page in self._built if isinstance(page, ElementsPage))
        return next((page for page in pages if page.holds_unsaved_text), None)

    @cached_property
    def message(self) -> MessagePage:
        """Why there is no value to show."""
        return self._added(MessagePage(self._theme))

    @cached_property
    def decoded(self) -> CodeView:
        """What a decoder makes of the bytes."""
        view = CodeView(self._theme)
        view.set_editable(False)
        view.setAccessibleName(self.tr("Value, decoded"))
        return self._added(view)

    @cached_property
    def tree(self) -> JsonTreePage:
        """The text as a tree."""
        page = JsonTreePage(self._theme, self._panel, self._tasks)
        page.text_requested.connect(self.text_requested)
        page.set_may_write(self._may_write)
        self._may_write_changed.connect(page.set_may_write)
        self._panel.add_text_page(page, page.search)
        self._built.append(page)
        return page

    @cached_property
    def hex(self) -> HexPage:
        """The bytes of a value that is no text."""
        page = HexPage(self._theme, self._tasks)
        page.view.edited_changed.connect(self.bytes_edited)
        page.view.bytes_rested.connect(self.writing_rested)
        page.set_editable(self._may_write)
        self._may_write_changed.connect(page.set_editable)
        self._panel.add_text_page(page, page)
        self._built.append(page)
        return page

    @cached_property
    def whole(self) -> LargeTextView:
        """All of a text that is too large to edit."""
        tasks = self._tasks.part(self)
        view = LargeTextView(self._theme, tasks)
        view.counting.connect(self.rows_counting)
        view.counted.connect(self.rows_counted)
        view.place_changed.connect(self._show_place)
        view.refused.connect(self._panel.footer.say)
        self._panel.add_text_page(view, FindBar(self._theme, view, tasks))
        return view

    def _show_place(self) -> None:
        if self.front is self.whole:
            place = self.whole.place
            self._panel.footer.show_place(place.line, place.column)

    @cached_property
    def elements(self) -> ElementsPage:
        """The elements of a value that is no string."""
        page = ElementsPage(
            self._theme, self._backend, self._key, self._tasks, is_read_only=self._is_read_only
        )
        page.elements_changed.connect(self.elements_changed)
        page.elements_expired.connect(self.elements_expired)
        page.changer.unwritten_changed.connect(self.unwritten_changed)
        page.edited_changed.connect(self.element_edited)
        page.draft_rested.connect(self.element_rested)
        page.draft_settled.connect(self.element_settled)
        self._panel.add_text_page(page, page)
        self._built.append(page)
        return page

    @cached_property
    def difference(self) -> DifferenceView:
        """The user's text beside the value in the cache."""
        view = DifferenceView(self._theme)
        view.closed.connect(self.comparison_left)
        return self._added(view)

    @cached_property
    def bytes_compared(self) -> ByteComparison:
        """The user's bytes beside those in the cache."""
        view = ByteComparison(self._theme)
        view.closed.connect(self.comparison_left)
        return self._added(view)

    @cached_property
    def conflict(self) -> ConflictView:
        """What the user began from, the user's text, the other value, and their merge."""
        view = ConflictView(self._theme)
        view.closed.connect(self.comparison_left)
        view.merged.text_rested.connect(self.writing_rested)
        return self._added(view)

    def _added(self, page: Page) -> Page:
        self.body.addWidget(page)
        self._built.append(page)
        return page
