"""One connected cache: its tree, its editors, its calls, and what happened to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from sinch_cache_gui.cache.feed import Change, ConnectionLost, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import KeyType, Snapshot
from sinch_cache_gui.cache.stored_json import encode_value
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.keychain import Keychain
from sinch_cache_gui.keyspace.activity import ActivityLog
from sinch_cache_gui.keyspace.black_box import BlackBox
from sinch_cache_gui.keyspace.black_box_watch import BlackBoxWatch, NotingBackend
from sinch_cache_gui.keyspace.journal_keeper import JournalKeeper
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState
from sinch_cache_gui.keyspace.lost_deletions import LostDeletions
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.notices import Notices
from sinch_cache_gui.profiles import KeptPreferences, WindowShape
from sinch_cache_gui.ui.activity_view import ActivityView
from sinch_cache_gui.ui.bulk.bulk_panel import BulkPanel
from sinch_cache_gui.ui.bulk.search_panel import SearchPanel
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.ui.calls.call_panel import CallPanel
from sinch_cache_gui.ui.editor.tabs import EditorTabs
from sinch_cache_gui.ui.journal.pane import JournalPane
from sinch_cache_gui.ui.key_actions import KeyActions
from sinch_cache_gui.ui.key_copies import CopyWish
from sinch_cache_gui.ui.key_transfers import KeyTransfers
from sinch_cache_gui.ui.key_tree.pane import KeyTreePane
from sinch_cache_gui.ui.restoring import Restoring
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.values.drafts import DraftStore
from sinch_cache_gui.voice.recording import CacheOperation, Unread

FIRST_WIDTH, TREE_WIDTH, CALLS_WIDTH = 1440, 496, 364
"""Pixels on the first start: bytes in hex and call IDs of 32 digits fit. In a narrower window each
pane is narrower in proportion until somebody moves their edges."""

NARROWEST_EDITOR = 320

JOURNAL_HEIGHT = 300
"""Pixels when it is opened first: a few writes, and what one of them changed."""


@dataclass(frozen=True, slots=True)
class Live:
    """How changes reach the window right now.

    Attributes:
        source: Which way.
        reason: Why this way and not a better one; empty for the best.
        changes_per_s: How many of late.
        lost_title: What is wrong while the connection is lost; empty otherwise.
    """

    source: LiveSource = LiveSource.NONE
    reason: str = ""
    changes_per_s: float = 0.0
    lost_title: str = ""


class Workspace(QWidget):
    """Three panes and one strip on one cache. Panes hide and come back by one key each."""

    live_shown = Signal()
    copy_requested = Signal(object)
    """Keys shall be in another open cache: a `CopyWish`."""

    def __init__(
        self,
        theme: Theme,
        notices: Notices,
        backend: JournalingBackend,
        mirror: Mirror,
        keychain: Keychain,
        preferences: KeptPreferences,
        prefix: bytes = b"",
        clock: VirtualClock | None = None,
        drafts: DraftStore | None = None,
        keeper: JournalKeeper | None = None,
    ) -> None:
        super().__init__()
        self.backend = backend
        self.mirror = mirror
        self.prefix_text = display_key(prefix)
        self.live = Live()
        self._keeper = keeper
        self._drafts = drafts
        self._scope = TaskScope(notices)
        self._loaded = asyncio.Event()
        self._log = ActivityLog(backend.now_ms)
        is_read_only = backend.is_read_only
        self._box = BlackBox(backend.now_ms)
        self._watch = BlackBoxWatch(backend, self._box)
        self.restoring = Restoring(theme, backend, self._box, self._scope, notices, self)
        self.tree = KeyTreePane(theme, mirror, self._scope, is_read_only=is_read_only)
        self.editors = EditorTabs(
            theme,
            NotingBackend(backend, self._box, self._watch.look_at, self._watch.leave),
            self._scope,
            notices,
            is_read_only=is_read_only,
            drafts=drafts,
            is_restorable=self.restoring.can_restore,
        )
        self.calls = CallPanel(
            theme,
            self._scope,
            backend,
            backend.now_ms,
            is_read_only,
            keychain,
            preferences,
            clock,
        )
        self.activity = ActivityView(theme, self.restoring.can_restore)
        self.key_actions = KeyActions(backend, self._scope, notices)
        self._lost = LostDeletions(backend, backend.journal, self.key_actions.tell_settled)
        self.transfers = KeyTransfers(backend, self._scope, notices, self)
        self.bulk = BulkPanel(theme, backend, self._scope)
        self.search = SearchPanel(theme, backend, self._scope, self.tree.selected_keys)
        self._panes = QSplitter(Qt.Orientation.Horizontal)
        self.journal = JournalPane(theme, backend, self._box, self._scope)
        self.journal.hide()
        self._journal_height = preferences.now.window.journal_height or JOURNAL_HEIGHT
        self._work = QSplitter(Qt.Orientation.Vertical)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        shape = preferences.now.window
        self._is_shared_out = not (shape.tree_width and shape.calls_width)
        self._lay_out(shape)
        self._wire()

    def start(self) -> None:
        """Begin to load the keys and to follow them."""
        self._scope.start("mirror", self.mirror.run())
        self._scope.start("black box", self._watch.run())
        self._scope.start("lost deletions", self._lost.run())
        self.editors.offer_drafts()

    async def loaded(self) -> None:
        """Wait until the keys are all there, or cannot be had."""
        await self._loaded.wait()

    async def aclose(self) -> None:
        """End everything at work here and let go of the cache."""
        await self._scope.aclose()
        await self.calls.aclose()
        await self.backend.aclose()
        if self._keeper is not None:
            await self._keeper.aclose()
        if self._drafts is not None:
            await asyncio.to_thread(self._drafts.close)

    def focus_tree(self) -> None:
        """Put the keyboard into the tree."""
        self.tree.take_keyboard()

    def open_key(self, key: bytes) -> None:
        """Show a key in an editor and in the tree."""
        self.tree.reveal(key)
        self.editors.open_key(key)

    def go_to_key(self) -> None:
        """Let the user name a key to go to in the tree."""
        self.tree.show()
        self.tree.open_jump()

    def create_key(self) -> None:
        """Begin a new key."""
        self.editors.open_new(b"")

    def export_keys(self) -> None:
        """Write the selected keys, with all keys below selected folders, to a file."""
        self.transfers.ask_export(self.tree.selected_keys())

    def ask_bulk(self, kind: BulkKind) -> None:
        """Let the user name the keys that something is to be done to by a pattern."""
        self.bulk.open_for(BulkWish(kind))

    def search_values(self) -> None:
        """Let the user look for something in the values."""
        self.search.open_panel()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_shared_out:
            self._share_out(self.width())

    def in_shape(self, window: WindowShape) -> WindowShape:
        """Answer a shape of the window with how wide the panes here are, and which are away."""
        tree_width = calls_width = 0
        if not self._is_shared_out:
            tree_width = self._splitter.sizes()[0] or window.tree_width
            calls_width = self._panes.sizes()[1] or window.calls_width
        return replace(
            window,
            tree_width=tree_width,
            calls_width=calls_width,
            journal_height=self._work.sizes()[1] or self._journal_height,
            hides_tree=self.tree.isHidden(),
            hides_calls=self.calls.isHidden(),
        )

    def toggle_tree(self) -> None:
        """Show or hide the tree."""
        self.tree.setVisible(self.tree.isHidden())

    def toggle_calls(self) -> None:
        """Show or hide the calls."""
        self.calls.setVisible(self.calls.isHidden())

    def toggle_journal(self) -> None:
        """Show or hide the journal."""
        if not self.journal.isHidden():
            self._journal_height = self._work.sizes()[1] or self._journal_height
            self.journal.hide()
            return
        self.journal.show()
        room = self._work.height()
        self._work.setSizes([room - self._journal_height, self._journal_height])
        self.journal.focus_search()
        if self._keeper is not None:
            self._scope.start("recall journal", self._recall(self._keeper))

    # What the mirror tells (see MirrorListener).

    def index_replaced(self) -> None:
        """The tree looks after itself."""

    def coverage_changed(self, coverage: Coverage) -> None:
        """Whoever waits for the keys goes on once they are there."""
        if coverage.state is not CoverageState.LOADING:
            self._loaded.set()

    def live_changed(self, status: LiveStatus, changes_per_s: float) -> None:
        """Show how changes are noticed."""
        self._show_live(Live(status.source, status.reason, changes_per_s))

    def keys_changed(self, changes: tuple[Change, ...]) -> None:
        """List what happened and let open editors follow it."""
        self._log.saw(changes)
        self._watch.saw(changes)
        self.journal.look_again({change.key for change in changes})
        self.editors.keys_changed(changes)
        self.calls.keys_changed(changes)

    def flushed(self) -> None:
        """Every open key is gone."""
        self._log.saw_flush()
        self.editors.flushed()

    def values_may_have_changed(self) -> None:
        """Open editors look again."""
        self.editors.values_may_have_changed()

    def details_changed(self, keys: tuple[bytes, ...]) -> None:
        """The tree looks after itself."""

    def connection_lost(self, event: ConnectionLost) -> None:
        """Say so; what was known stays in view."""
        self._loaded.set()
        self._show_live(replace(self.live, lost_title=event.title))

    def connection_restored(self) -> None:
        """Say so."""
        self._show_live(replace(self.live, lost_title=""))
        self._lost.look_now()
        self.editors.values_may_have_changed()

    async def _recall(self, keeper: JournalKeeper) -> None:
        await keeper.recall()
        self.journal.list_entries()

    def _show_live(self, live: Live) -> None:
        self.live = live
        self.live_shown.emit()

    def _note_operation(self, operation: CacheOperation) -> None:
        self._note_touched(operation)
        if operation.is_write and not operation.error:
            self._log.called(operation.key.encode(), operation.name, operation.event.value.upper())

    def _note_touched(self, operation: CacheOperation) -> None:
        """Have the black box know what a call read, wrote or took away."""
        if operation.error or not operation.has_key:
            return
        if operation.name != "delete":
            self._watch.look_at(operation.key_bytes)
        elif self._box.last(operation.key_bytes) is None:
            before = operation.before
            if before is not None and not isinstance(before, Unread):
                held = Snapshot(operation.key_bytes, KeyType.STRING, encode_value(before), None)
                self._box.note(held, knows_ttl=False)

    def _lay_out(self, window: WindowShape) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.addWidget(self._panes, 1)
        column.addWidget(self.activity)
        middle = QWidget()
        below = QVBoxLayout(middle)
        self.editors.setMinimumWidth(NARROWEST_EDITOR)
        below.addWidget(self.editors, 1)
        below.addWidget(self.search)
        below.addWidget(self.bulk)
        outer = QVBoxLayout(self)
        outer.addWidget(self._splitter)
        for layout in (column, below, outer):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        _fill(self._work, middle, self.journal)
        _fill(self._panes, self._work, self.calls)
        _fill(self._splitter, self.tree, right)
        self._work.setSizes((1, 1))
        self._work.setStretchFactor(0, 1)
        if self._is_shared_out:
            self._share_out(window.width or FIRST_WIDTH)
        else:
            self._set_widths(window.width or FIRST_WIDTH, window.tree_width, window.calls_width)
        self._panes.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self.tree.setHidden(window.hides_tree)
        self.calls.setHidden(window.hides_calls)

    def _share_out(self, width: int) -> None:
        """Have each pane as wide as it is on the first start, in proportion to the window."""
        part = min(width / FIRST_WIDTH, 1)
        self._set_widths(width, round(TREE_WIDTH * part), round(CALLS_WIDTH * part))

    def _set_widths(self, width: int, tree: int, calls: int) -> None:
        editor = max(width - tree - calls, 1)
        self._panes.setSizes((editor, calls))
        self._splitter.setSizes((tree, editor + calls))

    def _keep_widths(self) -> None:
        self._is_shared_out = False

    def _wire(self) -> None:
        for splitter in (self._splitter, self._panes):
            splitter.splitterMoved.connect(self._keep_widths)
        self.tree.key_activated.connect(self.editors.open_key)
        self.tree.delete_requested.connect(self.key_actions.delete)
        self.tree.create_requested.connect(self.editors.open_new)
        self.editors.delete_requested.connect(
            lambda key: self.key_actions.delete((key,), self.editors.seen(key))
        )
        view = self.tree.view
        view.rename_requested.connect(self.editors.rename_key)
        view.duplicate_requested.connect(self.editors.duplicate_key)
        view.copy_as_requested.connect(self.key_actions.copy_as)
        view.bulk_requested.connect(self.bulk.open_for)
        self.bulk.export_requested.connect(self.transfers.ask_export)
        self.bulk.bulk_done.connect(self.key_actions.remember)
        self.bulk.closed.connect(self.tree.setFocus)
        view.transfer_requested.connect(
            lambda keys, moves: self.copy_requested.emit(CopyWish(self.backend, tuple(keys), moves))
        )
        view.search_requested.connect(self.search.open_below)
        self.search.key_activated.connect(self.open_key)
        self.search.bulk_requested.connect(self.bulk.open_for)
        self.search.closed.connect(self.tree.setFocus)
        self.editors.copy_as_requested.connect(
            lambda key, language: self.key_actions.copy_as((key,), language)
        )
        self.editors.restore_requested.connect(self.restoring.ask)
        self.activity.restore_requested.connect(self.restoring.ask)
        self.tree.selection_changed.connect(self._watch.select)
        self.editors.key_moved.connect(self.key_actions.tell_moved)
        self.calls.key_activated.connect(self.open_key)
        self.calls.operation_recorded.connect(self._note_operation)
        self.activity.key_activated.connect(self.open_key)
        self._log.listen(self.activity.add)
        self.backend.journal.listen(self._log.wrote)
        self.backend.journal.listen(self._box.wrote)
        self.backend.journal.listen(self.journal.note)
        self.journal.undo_requested.connect(self.key_actions.undo_writes)
        self.journal.restore_requested.connect(self.restoring.ask_for)
        self.journal.key_activated.connect(self.open_key)
        self.journal.closed.connect(self.toggle_journal)
        self.mirror.listen(self)


def _fill(splitter: QSplitter, *parts: QWidget) -> None:
    for part in parts:
        splitter.addWidget(part)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for at in range(len(parts)):
        splitter.setStretchFactor(at, 0)
