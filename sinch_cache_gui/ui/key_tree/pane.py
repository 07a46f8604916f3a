"""The left pane: filter, key tree, and the truth about coverage."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import Change, ConnectionLost, LiveStatus
from sinch_cache_gui.keyspace.conditions import Conditions
from sinch_cache_gui.keyspace.filter import pattern_of
from sinch_cache_gui.keyspace.loader import Coverage
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.keyspace.selection import KeySelection
from sinch_cache_gui.keyspace.sorting import worth_sorting
from sinch_cache_gui.ui import icons
from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.key_tree.coverage_strip import CoverageStrip
from sinch_cache_gui.ui.key_tree.empty_page import EmptyPage
from sinch_cache_gui.ui.key_tree.filter_row import FilterRow
from sinch_cache_gui.ui.key_tree.jump_field import JumpField
from sinch_cache_gui.ui.key_tree.view import KeyTreeView
from sinch_cache_gui.ui.seldom import Seldom
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import GRID, Theme


class KeyTreePane(QWidget):
    """Shows a mirror and reports what the user wants with its keys."""

    key_activated = Signal(object)
    """Open this key (bytes)."""
    selection_changed = Signal(object)
    """The selected keys: a tuple of bytes, at most a thousand, folders left out."""
    delete_requested = Signal(object)
    """Delete these keys: a `KeySelection`, with all keys below selected folders."""
    create_requested = Signal(object)
    """Create a key whose name begins like this (bytes)."""

    def __init__(
        self, theme: Theme, mirror: Mirror, scope: TaskScope, *, is_read_only: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._mirror = mirror
        self._scope = scope
        self._is_read_only = is_read_only
        self._left_out = 0
        self._is_told_by_ttl = False
        self._coverage = mirror.coverage
        self._keys_ahead: list[int] = []
        self._counts = Seldom(self, self._show_coverage)
        self.filter = QLineEdit()
        self._funnel = QAction(self)
        self.filters = FilterRow(theme)
        self.jump = JumpField(theme, is_read_only=is_read_only)
        self.view = KeyTreeView(theme, mirror, is_read_only=is_read_only)
        self.empty = EmptyPage(theme)
        self.strip = CoverageStrip()
        self._stack = QStackedLayout()
        self._lay_out()
        self._wire()
        mirror.listen(self)
        self._show_coverage()

    # -- what the window asks ----------------------------------------------------------------

    def take_keyboard(self) -> None:
        """Put the keyboard into the tree: to the rows, once there are any."""
        self._page.setFocus()

    def focus_filter(self) -> None:
        """Put the keyboard into the filter field."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def reveal(self, key: bytes) -> None:
        """Open the folders of a key and go to its row; nothing if the tree does not show it."""
        self._scope.start("reveal", self._reveal(key))

    def open_jump(self) -> None:
        """Let the user name the key to go to."""
        self.jump.open()

    def selected_keys(self) -> KeySelection:
        """Answer the selected keys, with all keys below selected folders."""
        return self.view.selected_keys()

    def _jump(self, names: tuple[bytes, ...]) -> None:
        self.jump.show_asking()
        self._scope.start("jump", self._go_to_first(names), on_error=self._jump_failed)

    def _jump_failed(self, error: CacheError) -> bool:
        self.jump.show_failure(error.title)
        return True

    async def _go_to_first(self, names: tuple[bytes, ...]) -> None:
        for name in names:
            if await self._mirror.look_up(name):
                if name not in self._mirror.index:
                    self._clear_filter()
                self.jump.close_field()
                await self._reveal(name)
                return
        self.jump.show_missing(names[-1])

    def _create_missing(self, key: bytes) -> None:
        self.jump.close_field()
        self.create_requested.emit(key)

    async def _reveal(self, key: bytes) -> None:
        index = self._mirror.index
        if key not in index:
            return
        index.expand_to(key)
        await index.work()
        self.view.tree.settle()
        row = index.row_of(key, is_folder=False)
        if row is not None and index is self.view.tree.index_shown:
            self.view.go_to(row)

    # -- building ----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.filter.setPlaceholderText(self.tr("Filter: text, or a pattern such as session:*"))
        self.filter.setAccessibleName(self.tr("Filter keys"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(self._funnel, QLineEdit.ActionPosition.LeadingPosition)
        self.filter.installEventFilter(self)
        top = QWidget()
        row = QHBoxLayout(top)
        row.setContentsMargins(GRID // 2, GRID // 2, GRID // 2, GRID // 2)
        row.setSpacing(GRID // 2)
        row.addWidget(self.filter, 1)
        row.addWidget(self.filters)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.jump)
        column.addLayout(self._stack, 1)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        column.addWidget(self.strip)
        self.setFocusProxy(self.view)
        self._restyle()

    def _wire(self) -> None:
        self.filter.textChanged.connect(lambda _text: self._keys_ahead.clear())
        self.filter.textChanged.connect(self._mirror.set_filter)
        self.filters.conditions_wished.connect(self._set_conditions)
        self.filters.ask_again_requested.connect(self._mirror.ask_again)
        self.filters.load_only_requested.connect(self._load_only)
        self.filters.load_all_requested.connect(self._mirror.load_all)
        self.strip.load_all_requested.connect(self._mirror.load_all)
        self.view.find_requested.connect(self.focus_filter)
        self.view.sort_requested.connect(self._sort_folder)
        self.view.order_requested.connect(self._sort_by_column)
        self.filters.name_order_requested.connect(self._mirror.sort_by_name)
        self.view.looked_at.connect(self._mirror.details.want)
        self.view.key_activated.connect(self.key_activated)
        self.view.selection_changed.connect(self.selection_changed)
        self.view.delete_requested.connect(self.delete_requested)
        self.view.create_requested.connect(self.create_requested)
        self.jump.jump_requested.connect(self._jump)
        self.jump.create_requested.connect(self._create_missing)
        self.jump.closed.connect(self.view.setFocus)
        self.empty.create_requested.connect(lambda: self.create_requested.emit(b""))
        self.empty.clear_filter_requested.connect(self._clear_filter)
        self.empty.continue_requested.connect(self._mirror.resume_loading)
        self.strip.stop_requested.connect(self._mirror.stop_loading)
        self.strip.continue_requested.connect(self._mirror.resume_loading)
        for changed in (self.view.tree.rowsInserted, self.view.tree.rowsRemoved):
            changed.connect(self._show_page)
        # Later: the rows are not all told of yet.
        self.view.tree.rowsInserted.connect(self._do_keys_ahead, Qt.ConnectionType.QueuedConnection)
        self._theme.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self._funnel.setIcon(icons.drawn("mdi6.filter-outline", color=self._theme.tokens.muted))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.filter and isinstance(event, QKeyEvent):
            is_press = event.type() == QEvent.Type.KeyPress
            if is_press and event.key() == Qt.Key.Key_Escape:
                if self.filter.text():
                    self.filter.clear()
                else:
                    self.view.setFocus()
                return True
            if is_press and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return):
                self._keys_ahead.append(event.key())
                self._do_keys_ahead()
                return True
        return super().eventFilter(watched, event)

    def _do_keys_ahead(self) -> None:
        """Go to the tree, once it is the one that the filter means, and on as the keys say."""
        if not self._keys_ahead or self._mirror.is_filter_awaited:
            return
        self.view.tree.settle()
        if self._mirror.is_filtering and not self.view.tree.rowCount():
            return
        _, *further = self._keys_ahead
        self._keys_ahead.clear()
        if self.window().focusWidget() is not self.filter:
            return  # the user has gone on meanwhile
        self._enter_tree()
        for key in further:
            press = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(self.view, press)

    def _enter_tree(self) -> None:
        self.view.setFocus()
        if not self.view.currentIndex().isValid() and self.view.tree.rowCount():
            self.view.go_to(0)

    # -- showing -----------------------------------------------------------------------------

    def _show_page(self) -> None:
        is_empty = not self.view.tree.rowCount()
        if is_empty and not self._mirror.is_filtering:
            self.empty.explain(
                self._mirror.coverage,
                self._mirror.filter_text,
                self.filters.in_words(self._mirror.conditions),
                is_read_only=self._is_read_only,
            )
            self._turn_to(self.empty)
        elif not is_empty:
            self._turn_to(self.view)

    @property
    def _page(self) -> QWidget:
        return self.empty if self._stack.currentWidget() is self.empty else self.view

    def _turn_to(self, page: QWidget) -> None:
        """Show the rows, or why there are none; the keyboard stays where it was among them."""
        before = self._page
        holder = QApplication.focusWidget()
        is_held = holder is not None and (holder is before or before.isAncestorOf(holder))
        self._stack.setCurrentWidget(page)
        if is_held and page is not before:
            page.setFocus()

    def _clear_filter(self) -> None:
        self.filter.clear()
        self._mirror.set_conditions(Conditions())
        self._show_coverage()

    def _set_conditions(self, conditions: Conditions) -> None:
        self._mirror.set_conditions(conditions)
        self._show_coverage()

    def _sort_folder(self, prefix: bytes) -> None:
        """Expand a folder, so that there is something to sort, and sort it."""
        self._left_out = 0
        self.view.tree.index_shown.expand(prefix.removesuffix(b":"))
        self._mirror.sort_by_ttl((prefix,))

    @property
    def is_by_ttl(self) -> bool:
        """Whether folders are sorted by TTL."""
        return self._mirror.sorted_by_ttl is not None

    def toggle_order(self) -> None:
        """Sort what is on show by TTL, or all by name again."""
        if self.is_by_ttl:
            self._mirror.sort_by_name()
            return
        index = self.view.tree.index_shown
        prefixes = worth_sorting(index)
        self._left_out = len(index.open_prefixes()) - len(prefixes)
        self._mirror.sort_by_ttl(prefixes)

    def _sort_by_column(self, column: Column) -> None:
        if column is Column.TTL or self.is_by_ttl:
            self.toggle_order()

    def _load_only(self) -> None:
        """Let the server look for what the filter field says, and clear the field."""
        pattern = pattern_of(self.filter.text())
        self._clear_filter()
        self._mirror.load_only(pattern)

    def _show_coverage(self) -> None:
        self.strip.show_coverage(self._mirror.coverage)
        mirror = self._mirror
        self.filters.show_filter(mirror.filter_text, mirror.conditions, mirror.coverage)
        self.filters.show_order(mirror.sorted_by_ttl, self._left_out)
        if self.is_by_ttl is not self._is_told_by_ttl:
            # Not each time: Qt paints every row anew for it.
            self._is_told_by_ttl = self.is_by_ttl
            self.view.tree.headerDataChanged.emit(Qt.Orientation.Horizontal, Column.TTL, Column.TTL)
        self.filters.show_count(mirror.index.key_count, mirror.key_count, mirror.asked)
        self._show_page()

    # -- the mirror tells --------------------------------------------------------------------

    def index_replaced(self) -> None:
        """Show the other index, at the same place."""
        self.view.tree.show(self._mirror.index)
        self._show_coverage()
        self._do_keys_ahead()

    def coverage_changed(self, coverage: Coverage) -> None:
        """Say how things stand: at once, but for mere counts."""
        before, self._coverage = self._coverage, coverage
        if coverage == replace(before, keys=coverage.keys, elapsed_s=coverage.elapsed_s):
            self._counts.wish()
        else:
            self._show_coverage()

    def live_changed(self, status: LiveStatus, changes_per_s: float) -> None:
        """Nothing: the window shows it."""

    def keys_changed(self, changes: tuple[Change, ...]) -> None:
        """Mark what changed."""
        shown = set(self.view.keys_on_screen())
        changed = [change.key for change in changes if change.key in shown]
        self.view.flashes.mark(changed)
        self.view.look()
        self.view.repaint_keys(changed)

    def flushed(self) -> None:
        """Nothing: the rows have gone."""

    def values_may_have_changed(self) -> None:
        """Nothing: the details ask again."""

    def details_changed(self, keys: tuple[bytes, ...]) -> None:
        """Show what is known now."""
        self.view.repaint_keys(keys)

    def connection_lost(self, event: ConnectionLost) -> None:  # noqa: ARG002 - as listeners are told
        """Dim what was known; the strip says since when."""
        self.view.repaint_all()

    def connection_restored(self) -> None:
        """Dim nothing any more."""
        self.view.repaint_all()
