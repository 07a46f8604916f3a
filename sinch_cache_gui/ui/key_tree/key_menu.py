"""The menu of a row of the key tree."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from sinch_cache_gui.keyspace.key_targets import ChosenKeys, below
from sinch_cache_gui.keyspace.key_text import display_key
from sinch_cache_gui.keyspace.rows import Row
from sinch_cache_gui.ui.bulk.wish import BulkKind, BulkWish
from sinch_cache_gui.values.copy_as import Language

if TYPE_CHECKING:
    from sinch_cache_gui.ui.key_tree.view import KeyTreeView


def menu_of(
    view: KeyTreeView, node: Row | None, *, is_read_only: bool, has_other_caches: bool
) -> QMenu:
    """Answer what can be done with a row, or with the empty space below the rows."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    if node is not None:
        _add_looking(menu, view, node)
        _add_to_another(menu, view, has_other_caches, is_read_only=is_read_only)
    if is_read_only:
        return menu
    prefix = b"" if node is None else prefix_of(node)
    menu.addAction(view.tr("New key here…"), lambda: view.create_requested.emit(prefix))
    if node is not None:
        menu.addSeparator()
        if not node.is_folder:
            key = node.path
            rename = menu.addAction(view.tr("Rename…"), lambda: view.rename_requested.emit(key))
            _tell_keys(rename, "F2")
            menu.addAction(view.tr("Duplicate…"), lambda: view.duplicate_requested.emit(key))
        menu.addAction(view.tr("Change TTL…"), partial(_wish, view, node, BulkKind.CHANGE_TTL))
        if node.is_folder:
            menu.addAction(
                view.tr("Delete all below…"), partial(_wish, view, node, BulkKind.DELETE)
            )
        _tell_keys(menu.addAction(view.tr("Delete"), view.ask_to_delete), "Del")
    return menu


def prefix_of(node: Row) -> bytes:
    """Answer how the name of a new key beside (or in) a node begins."""
    return node.path + b":" if node.is_folder else node.path[: len(node.path) - len(node.name)]


def _add_looking(menu: QMenu, view: KeyTreeView, node: Row) -> None:
    if node.is_folder:
        title = view.tr("Collapse") if node.is_expanded else view.tr("Expand")
        menu.addAction(title, lambda: view.toggle(node))
        prefix = prefix_of(node)
        menu.addAction(view.tr("Sort by TTL"), lambda: view.sort_requested.emit(prefix))
        menu.addAction(view.tr("Search in values…"), lambda: view.search_requested.emit(prefix))
    else:
        _tell_keys(menu.addAction(view.tr("Open"), lambda: view.activate(node)), "Return")
    _tell_keys(menu.addAction(view.tr("Copy key"), view.copy_keys), "Ctrl+C")
    menu.addAction(view.tr("Export…"), partial(_wish, view, node, BulkKind.EXPORT))
    copy_as = menu.addMenu(view.tr("Copy as"))
    for language in Language:
        copy_as.addAction(language.value, partial(_ask_to_copy_as, view, language))


def _tell_keys(action: QAction, keys: str) -> None:
    """Have the menu say by which keys the tree does the same."""
    action.setShortcut(QKeySequence(keys))
    action.setShortcutVisibleInContextMenu(True)


def _wish(view: KeyTreeView, node: Row, kind: BulkKind) -> None:
    """Ask for something to be done to what is selected; below one folder, loaded or not."""
    chosen = view.selected_nodes(2)
    if node.is_folder and (kind is BulkKind.DELETE or chosen in ([], [node])):
        prefix = prefix_of(node)
        view.bulk_requested.emit(BulkWish(kind, below(prefix), display_key(prefix) + "*"))
        return
    keys = view.selected_keys()
    if keys:
        name = display_key(next(iter(keys))) if len(keys) == 1 else view.tr("the selected keys")
        view.bulk_requested.emit(BulkWish(kind, ChosenKeys(keys), name))


def _add_to_another(
    menu: QMenu, view: KeyTreeView, has_other_caches: bool, *, is_read_only: bool
) -> None:
    def add(title: str, *, moves: bool) -> None:
        send = menu.addAction(
            title, lambda: view.transfer_requested.emit(view.selected_keys(), moves)
        )
        send.setEnabled(has_other_caches)
        if not has_other_caches:
            send.setToolTip(view.tr("No other cache is open. Open one first (Ctrl+O)."))

    add(view.tr("Copy to another open cache…"), moves=False)
    if not is_read_only:
        add(view.tr("Move to another open cache…"), moves=True)


def _ask_to_copy_as(view: KeyTreeView, language: Language) -> None:
    view.copy_as_requested.emit(view.selected_keys(), language)
