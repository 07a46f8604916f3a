"""The key tree as a flat table that behaves like a tree."""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView

from sinch_cache_gui.keyspace.key_text import display_key, parse_key
from sinch_cache_gui.keyspace.mirror import Mirror
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.keyspace.selection import KeySelection, keys_of
from sinch_cache_gui.ui.branch_arrow import INDENT
from sinch_cache_gui.ui.clipboard_text import copy_text
from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.key_tree.column_widths import ColumnWidths
from sinch_cache_gui.ui.key_tree.delegate import KeyTreeDelegate, indent_of
from sinch_cache_gui.ui.key_tree.flashes import Flashes
from sinch_cache_gui.ui.key_tree.key_menu import menu_of
from sinch_cache_gui.ui.key_tree.model import KeyTreeModel
from sinch_cache_gui.ui.key_tree.places import Places, selected_rows
from sinch_cache_gui.ui.row_table import set_up_rows
from sinch_cache_gui.ui.theme import ROW_HEIGHT, Theme

LOOK_MS: Final = 15
"""How long rows must stand still before their details are wanted."""

MOST_TOLD: Final = 1000
"""Selected keys that `selection_changed` names; nobody looks at more."""


class KeyTreeView(QTableView):
    """Expands, collapses and walks by mouse and keyboard; keeps the user's place."""

    key_activated = Signal(object)
    selection_changed = Signal(object)
    delete_requested = Signal(object)
    create_requested = Signal(object)
    rename_requested = Signal(object)
    duplicate_requested = Signal(object)
    copy_as_requested = Signal(object, object)
    search_requested = Signal(object)
    """Search in the values of the keys that begin like this (bytes)."""
    bulk_requested = Signal(object)
    """Do something to many keys: a `BulkWish`."""
    transfer_requested = Signal(object, object)
    """Copy these keys to another open cache; and whether they shall leave this one."""
    sort_requested = Signal(object)
    """Sort the leaves of the folder with this prefix (bytes) by TTL."""
    order_requested = Signal(object)
    """Sort what is on show by this column, the key or the TTL."""
    find_requested = Signal()
    looked_at = Signal(object)
    """The keys on screen are others: a tuple of their bytes."""

    def __init__(self, theme: Theme, mirror: Mirror, *, is_read_only: bool = False) -> None:
        super().__init__()
        self._is_read_only = is_read_only
        self._has_other_caches = False
        self._mirror = mirror
        self._hovered = -1
        self._typed, self._typed_at = "", 0.0
        self._keys_told: tuple[bytes, ...] = ()
        self.flashes = Flashes(self)
        self.tree = KeyTreeModel(mirror)
        self._places = Places(self, self.tree)  # asked as soon as there is a model
        self.setModel(self.tree)
        self._delegate = KeyTreeDelegate(
            theme, self.tree, mirror, self.flashes, lambda: self._hovered, self
        )
        self.setItemDelegate(self._delegate)
        self._set_up()
        self._widths = ColumnWidths(self)
        self._follow_model()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._tell_looked_at)
        self._tick = QTimer(self)
        self._tick.setSingleShot(True)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self._count_down)
        self.flashes.faded.connect(self.repaint_keys)
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        set_up_rows(self)
        self.setAccessibleName(self.tr("Keys"))
        self.setAccessibleDescription(
            self.tr("Right expands a folder, Left collapses it, Enter opens a key")
        )
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().sectionClicked.connect(self._note_clicked)

    def _follow_model(self) -> None:
        for about_to in (
            self.tree.rowsAboutToBeInserted,
            self.tree.rowsAboutToBeRemoved,
        ):
            about_to.connect(self._places.remember_anchor)
        self.tree.reshaping.connect(self._places.remember)
        self.tree.reshaped.connect(self._find_places)
        for done in (self.tree.rowsInserted, self.tree.rowsRemoved, self.tree.dataChanged):
            done.connect(self.look)
        self.verticalScrollBar().valueChanged.connect(self.look)

    # -- what is on screen -------------------------------------------------------------------

    def rows_on_screen(self) -> range:
        """Answer which rows can be seen."""
        top = self.verticalScrollBar().value()
        first = top // ROW_HEIGHT
        last = (top + self.viewport().height()) // ROW_HEIGHT
        return range(first, min(last + 1, self.tree.rowCount()))

    def look(self) -> None:
        """Ask soon for the details of what is on screen."""
        if not self._look.isActive():
            self._look.start()

    def keys_on_screen(self) -> tuple[bytes, ...]:
        """Answer the keys that can be seen."""
        nodes = [self.tree.node(row) for row in self.rows_on_screen()] if self.isVisible() else []
        return tuple(n.path for n in nodes if n is not None and not n.is_folder)

    def _tell_looked_at(self) -> None:
        self.looked_at.emit(self.keys_on_screen())

    def repaint_keys(self, keys: Collection[bytes]) -> None:
        """Paint those of these keys again that are on screen: something of them is new."""
        changed = frozenset(keys)
        for row in self.rows_on_screen():
            node = self.tree.node(row)
            if node is not None and not node.is_folder and node.path in changed:
                top = self.rowViewportPosition(row)
                self.viewport().update(QRect(0, top, self.viewport().width(), ROW_HEIGHT))

    def repaint_all(self) -> None:
        """Paint every row again."""
        self.viewport().update()

    def _count_down(self) -> None:
        left = self.columnViewportPosition(Column.TTL)
        width = self.columnWidth(Column.TTL)
        self.viewport().update(QRect(left, 0, width, self.viewport().height()))
        self._tick.start(1001 - self._mirror.now_ms() % 1000)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tick.start(0)
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()
        self.look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._widths.share()
        self.look()

    def _note_clicked(self, column: int) -> None:
        if column in (Column.KEY, Column.TTL):
            self.order_requested.emit(Column(column))

    # -- the user's place --------------------------------------------------------------------

    def _find_places(self) -> None:
        if self._places.choose_again():
            self._tell_selection()
        self._places.restore_anchor()
        self.look()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._places.restore_anchor()

    # -- selection ---------------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._tell_selection()

    def selected_nodes(self, limit: int | None = None) -> list[Row]:
        """Answer the nodes of the selected rows."""
        nodes: list[Row] = []
        for rows in selected_rows(self):
            for row in rows:
                if limit is not None and len(nodes) >= limit:
                    return nodes
                node = self.tree.node(row)
                if node is not None:
                    nodes.append(node)
        return nodes

    def selected_keys(self) -> KeySelection:
        """Answer the selected keys, and those below selected folders."""
        self.tree.settle()
        return keys_of(self.tree.index_shown, self.selected_nodes())

    def _tell_selection(self) -> None:
        if self._places.are_remembered:
            return
        nodes = self.selected_nodes(MOST_TOLD)
        keys = tuple(node.path for node in nodes if not node.is_folder)
        if keys != self._keys_told:
            self._keys_told = keys
            self.selection_changed.emit(keys)

    def current_node(self) -> Row | None:
        """Answer the node the keyboard is at."""
        return self.tree.node(self.currentIndex().row())

    def go_to(self, row: int) -> None:
        """Make a row current and select it alone."""
        # A layout still to come would scroll back to what was held on to before.
        self.executeDelayedItemsLayout()
        # Not as the view would: with Ctrl still held from a shortcut it toggles the row.
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(
            self.tree.index(row, 0), flags.ClearAndSelect | flags.Rows
        )

    # -- expansion ---------------------------------------------------------------------------

    def toggle(self, node: Row) -> None:
        """Expand or collapse a folder."""
        index = self.tree.index_shown
        (index.collapse if node.is_expanded else index.expand)(node.path)

    def activate(self, node: Row) -> None:
        """Open a key; expand or collapse a folder."""
        if node.is_folder:
            self.toggle(node)
        else:
            self.key_activated.emit(node.path)

    def _step_in(self, node: Row) -> None:
        if node.is_folder and not node.is_expanded:
            self.toggle(node)
        elif node.is_folder:
            inside = self.tree.node(self.currentIndex().row() + 1)
            if inside is not None and inside.depth > node.depth:
                self.go_to(self.currentIndex().row() + 1)

    def _step_out(self, node: Row) -> None:
        if node.is_folder and node.is_expanded:
            self.toggle(node)
            return
        row = self.tree.row_of(node)
        parent = None if row is None else self.tree.index_shown.parent_row(row)
        if parent is not None:
            self.go_to(parent)

    # -- keyboard and mouse ------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.tree.settle()
        if event.matches(QKeySequence.StandardKey.Find):
            self.find_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_keys()
        elif not self._walk(event):
            super().keyPressEvent(event)

    def _walk(self, event: QKeyEvent) -> bool:
        node = self.current_node()
        last = self.tree.rowCount() - 1
        key = event.key()
        if last < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(0 if key == Qt.Key.Key_Home else last)
        elif key == Qt.Key.Key_Delete:
            self.ask_to_delete()
        elif node is None:
            return False
        elif key == Qt.Key.Key_F2 and not node.is_folder and not self._is_read_only:
            self.rename_requested.emit(node.path)
        elif key == Qt.Key.Key_Right:
            self._step_in(node)
        elif key == Qt.Key.Key_Left:
            self._step_out(node)
        elif key == Qt.Key.Key_Space and node.is_folder:
            self.toggle(node)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate(node)
        else:
            return False
        return True

    def keyboardSearch(self, search: str) -> None:
        # Qt's own search asks every row for its text; a million take seconds.
        now = monotonic()
        is_longer = (
            now - self._typed_at < QGuiApplication.styleHints().keyboardInputInterval() / 1e3
        )
        self._typed, self._typed_at = (self._typed if is_longer else "") + search, now
        if self.tree.rowCount():
            row = max(0, self.currentIndex().row())
            found = self.tree.index_shown.row_beginning(row, parse_key(self._typed))
            if found is not None:
                self.go_to(found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.tree.settle()
        node = self._node_at(event.position().toPoint())
        if node is not None and self._is_on_arrow(node, event):
            self.toggle(node)
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        node = self._node_at(event.position().toPoint())
        if node is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if self._is_on_arrow(node, event):
            self.toggle(node)
        else:
            self.activate(node)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(int(event.position().y())))

    def viewportEvent(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Paint:
            self._delegate.begin_repaint()
        elif kind == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        for other in {row, self._hovered} if row != self._hovered else ():
            top = self.rowViewportPosition(other)
            self.viewport().update(QRect(0, top, self.viewport().width(), ROW_HEIGHT))
        self._hovered = row

    def _node_at(self, point: QPoint) -> Row | None:
        return self.tree.node(self.rowAt(point.y()))

    def _is_on_arrow(self, node: Row, event: QMouseEvent) -> bool:
        x = int(event.position().x()) - self.columnViewportPosition(Column.KEY)
        is_there = indent_of(node) - INDENT <= x < indent_of(node)
        return node.is_folder and is_there and event.button() == Qt.MouseButton.LeftButton

    # -- menu --------------------------------------------------------------------------------

    def copy_keys(self) -> None:
        """Put the selected names into the clipboard, one a line."""
        names = [display_key(node.path) for node in self.selected_nodes(MOST_TOLD)]
        copy_text("\n".join(names))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.tree.settle()
        menu = self.menu_for(self._node_at(event.pos()))
        if not menu.isEmpty():
            menu.popup(event.globalPos())

    def menu_for(self, node: Row | None) -> QMenu:
        """Answer the menu of a row, or of the empty space below the rows."""
        return menu_of(
            self,
            node,
            is_read_only=self._is_read_only,
            has_other_caches=self._has_other_caches,
        )

    def know_other_caches(self, *, are_open: bool) -> None:
        """Know whether there is another cache that keys can be copied to."""
        self._has_other_caches = are_open

    def ask_to_delete(self) -> None:
        """Ask for the selected keys to be deleted."""
        keys = self.selected_keys()
        if keys and not self._is_read_only:
            self.delete_requested.emit(keys)
