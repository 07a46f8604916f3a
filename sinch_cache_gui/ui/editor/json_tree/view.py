"""The tree of a JSON text as a flat table that behaves like a tree."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView

from sinch_cache_gui.ui.branch_arrow import INDENT
from sinch_cache_gui.ui.editor.json_tree.cells import Column, tr
from sinch_cache_gui.ui.editor.json_tree.commands import TreeCommand, command_groups
from sinch_cache_gui.ui.editor.json_tree.delegate import JsonTreeDelegate, indent_of
from sinch_cache_gui.ui.editor.json_tree.model import JsonTreeModel
from sinch_cache_gui.ui.row_table import set_up_rows
from sinch_cache_gui.ui.theme import GRID, Theme
from sinch_cache_gui.values.json_outline import Node

TYPE_WIDTH = 12 * GRID
NAME_SHARE = 0.42


class JsonTreeView(QTableView):
    """Expands, collapses and walks by mouse and keyboard.

    Attributes:
        toggle_requested: A container shall be expanded or collapsed; carries its node.
        command_requested: Something shall be done with the current row; a `TreeCommand`.
        current_moved: The keyboard is at another row.
    """

    toggle_requested = Signal(object)
    command_requested = Signal(object)
    current_moved = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = JsonTreeModel()
        self.painter_of_rows = JsonTreeDelegate(theme, self.rows, self)
        self.may_write = True
        self._is_sized = False
        self._keys = {
            QKeySequence(entry.keys): entry.command for group in command_groups() for entry in group
        }
        self.setModel(self.rows)
        self.setItemDelegate(self.painter_of_rows)
        self._set_up()
        theme.changed.connect(self.viewport().update)

    def _set_up(self) -> None:
        set_up_rows(self)
        self.setAccessibleName(tr("Tree of the value"))
        self.setAccessibleDescription(
            tr("Right expands, Left collapses, F2 edits a value, Delete removes an element")
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setMinimumSectionSize(5 * GRID)
        columns.setSectionResizeMode(Column.VALUE, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(Column.TYPE, TYPE_WIDTH)

    def current_node(self) -> Node | None:
        """Answer the node the keyboard is at."""
        return self.rows.node(self.currentIndex().row())

    def go_to(self, row: int) -> None:
        """Make a row current, and show it."""
        self.setCurrentIndex(self.rows.index(row, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._is_sized and self.isVisible():
            self._is_sized = True
            self.setColumnWidth(Column.NAME, int((self.width() - TYPE_WIDTH) * NAME_SHARE))

    def currentChanged(
        self,
        current: QModelIndex | QPersistentModelIndex,
        previous: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().currentChanged(current, previous)
        self.current_moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        node = self.current_node()
        command = self._keys.get(QKeySequence(event.keyCombination()))
        if node is None:
            super().keyPressEvent(event)
        elif command is not None:
            self.command_requested.emit(command)
        elif event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Right:
            self._step_in(node)
        elif event.key() == Qt.Key.Key_Left:
            self._step_out(node)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._activate(node)
        elif event.key() == Qt.Key.Key_Space and node.is_container:
            self.toggle_requested.emit(node)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        node = self.rows.node(index.row())
        if node is None or not node.is_container or index.column() != Column.NAME:
            return
        left = self.columnViewportPosition(Column.NAME) + indent_of(node)
        if left - INDENT <= event.position().x() < left:
            self.toggle_requested.emit(node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        node = self.rows.node(index.row())
        if node is None:
            return
        if index.column() == Column.NAME and node.has_name and not node.is_container:
            self.command_requested.emit(TreeCommand.RENAME)
        else:
            self._activate(node)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.current_node() is not None:
            menu = self.menu()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())

    def menu(self) -> QMenu:
        """Answer a menu of what can be done with the current row."""
        menu = QMenu(self)
        node = self.current_node()
        for group in command_groups():
            for entry in group:
                action = QAction(entry.title, menu)
                action.setShortcut(QKeySequence(entry.keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                is_possible = _is_possible(entry.command, node)
                action.setEnabled(is_possible and (self.may_write or not entry.writes))
                action.triggered.connect(self._requester(entry.command))
                menu.addAction(action)
            menu.addSeparator()
        return menu

    def _requester(self, command: TreeCommand) -> Callable[[], None]:
        return lambda: self.command_requested.emit(command)

    def _activate(self, node: Node) -> None:
        if node.is_container:
            self.toggle_requested.emit(node)
        else:
            self.command_requested.emit(TreeCommand.EDIT_VALUE)

    def _step_in(self, node: Node) -> None:
        if node.is_container and not node.is_expanded:
            self.toggle_requested.emit(node)
        elif node.is_container:
            row = self.currentIndex().row() + 1
            inside = self.rows.node(row)
            if inside is not None and inside.depth > node.depth:
                self.go_to(row)

    def _step_out(self, node: Node) -> None:
        outline = self.rows.outline
        if node.is_container and node.is_expanded:
            self.toggle_requested.emit(node)
        elif node.path and outline is not None:
            self.go_to(outline.row_of(node.path[:-1]))


def _is_possible(command: TreeCommand, node: Node | None) -> bool:
    if node is None:
        return False
    match command:
        case TreeCommand.RENAME:
            return node.has_name
        case TreeCommand.ADD_INSIDE:
            return node.is_container
        case (
            TreeCommand.ADD_BEHIND
            | TreeCommand.REMOVE
            | TreeCommand.MOVE_UP
            | TreeCommand.MOVE_DOWN
        ):
            return bool(node.path)
        case _:
            return True
