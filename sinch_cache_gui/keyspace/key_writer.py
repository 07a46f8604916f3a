"""Putting keys into folders and taking them out, and telling which rows come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from sinch_cache_gui.keyspace.batches import Batch, plan_arrivals, plan_departures
from sinch_cache_gui.keyspace.folder import SEPARATOR, Below, Folder
from sinch_cache_gui.keyspace.order import TtlOrder
from sinch_cache_gui.keyspace.rows import RowNews

MANY_PLACES: Final = 32
"""Rows that may come or go one by one; more in one burst are told as one reshaping."""


def coming(news: RowNews, folder: Folder, row: int, count: int) -> AbstractContextManager[None]:
    """Tell that rows come below a folder, if they can be seen; they come inside the context."""
    if not folder.is_visible:
        return nullcontext()
    return news.inserting(folder.first_row() + row, count)


def going(news: RowNews, folder: Folder, row: int, count: int) -> AbstractContextManager[None]:
    """Tell that rows below a folder go, if they can be seen; they go inside the context."""
    if not folder.is_visible:
        return nullcontext()
    return news.removing(folder.first_row() + row, count)


class KeyWriter:
    """Adds and removes many keys at once."""

    def __init__(
        self, news: RowNews, expanded: set[bytes], orders: Mapping[bytes, TtlOrder]
    ) -> None:
        """Write nothing yet.

        Args:
            news: Is told which rows come and go.
            expanded: Paths of the folders that are open as soon as they come to be.
            orders: How the leaves of folders are sorted, by the folder's prefix; others by name.
        """
        self._news = news
        self._expanded = expanded
        self._orders = orders

    def add(self, root: Folder, keys: Sequence[bytes]) -> None:
        """Add keys; those already there change nothing."""
        batch = Batch()
        plan_arrivals(root, keys, batch)
        self._apply(batch, self._add_leaves, self._add_folders)

    def remove(self, root: Folder, keys: Sequence[bytes]) -> None:
        """Remove keys; those not there change nothing."""
        batch = Batch()
        plan_departures(root, keys, batch)
        self._apply(batch, self._remove_leaves, self._remove_folders)

    def _apply(
        self,
        batch: Batch,
        leaves: Callable[[Folder, list[bytes]], None],
        folders: Callable[[Folder, dict[bytes, list[bytes]]], None],
    ) -> None:
        is_burst = batch.visible_rows() > MANY_PLACES
        if is_burst:
            self._news.hold()
        for folder, heads in batch.folders:
            folders(folder, heads)
        for folder, names in batch.leaves:
            leaves(folder, names)
        self._tell_counts(batch)
        if is_burst:
            self._news.release()

    def _add_leaves(self, folder: Folder, names: list[bytes]) -> None:
        folder.keys_grew(len(names))
        if folder.is_visible and not self._news.is_held:
            for name in names:
                with coming(self._news, folder, folder.leaf_row(name), 1):
                    folder.leaf_names.add(name)
                    folder.rows_grew(1)
            return
        if folder.is_visible:
            self._news.reshaping()
        folder.leaf_names.update(names)
        folder.rows_grew(len(names))

    def _add_folders(self, folder: Folder, heads: dict[bytes, list[bytes]]) -> None:
        for name, rests in heads.items():
            is_open = bool(self._expanded) and folder.prefix + name in self._expanded
            child = self._new_child(folder, name, rests, is_open=is_open)
            shown = child.shown if isinstance(child, Folder) else 0
            with coming(self._news, folder, folder.folder_row(name), 1 + shown):
                folder.folder_names.add(name)
                folder.rows_grew(1)
                if isinstance(child, Folder):
                    child.open()

    def _new_child(
        self, folder: Folder, name: bytes, rests: list[bytes], *, is_open: bool
    ) -> Below:
        below: Below
        if not is_open:
            distinct = set(rests)
            below = distinct if len(distinct) > 1 else rests[0]
            folder.children[name] = below
            folder.keys_grew(len(distinct))
            return below
        order = self._orders.get(folder.prefix + name + SEPARATOR)
        below = folder.children[name] = Folder(folder, name, order)
        batch = Batch()
        plan_arrivals(below, rests, batch)
        for inner, heads in batch.folders:
            self._add_folders(inner, heads)
        for inner, names in batch.leaves:
            self._add_leaves(inner, names)
        return below

    def _remove_leaves(self, folder: Folder, names: list[bytes]) -> None:
        folder.keys_grew(-len(names))
        if folder.is_visible:
            self._news.reshaping()
        for name in names:
            with going(self._news, folder, folder.leaf_row(name), 1):
                folder.leaf_names.remove(name)
                folder.rows_grew(-1)
        self._remove_if_empty(folder)

    def _remove_folders(self, folder: Folder, heads: Iterable[bytes]) -> None:
        for name in heads:
            with going(self._news, folder, folder.folder_row(name), 1):
                child = folder.children[name]
                if isinstance(child, Folder) and child.is_open:
                    child.close()
                del folder.children[name]
                folder.folder_names.remove(name)
                folder.rows_grew(-1)
        self._remove_if_empty(folder)

    def _remove_if_empty(self, folder: Folder) -> None:
        parent = folder.parent
        is_attached = parent is not None and parent.children.get(folder.name) is folder
        if parent is not None and is_attached and not folder.children and not folder.leaf_names:
            self._remove_folders(parent, [folder.name])

    def _tell_counts(self, batch: Batch) -> None:
        """Tell which folder rows count differently: their own, and those they are in."""
        touched = [folder for folder, _ in (*batch.leaves, *batch.folders)]
        if not touched and not batch.recounted:
            return
        if self._news.is_held or len(touched) + len(batch.recounted) > MANY_PLACES:
            self._news.changed(0, self._news.row_count())
            return
        rows = [row for folder in touched for row in _rows_to(folder)]
        for folder, name in batch.recounted:
            rows.extend(_rows_to(folder))
            if folder.is_visible and name in folder.folder_names:
                rows.append(folder.first_row() + folder.folder_row(name))
        if rows:
            self._news.changed(min(rows), max(rows) - min(rows) + 1)


def _rows_to(folder: Folder) -> Iterator[int]:
    """Yield the visible rows of a folder and of those it is in."""
    while folder.parent is not None:
        if folder.parent.is_visible and folder.name in folder.parent.folder_names:
            yield folder.parent.first_row() + folder.parent.folder_row(folder.name)
        folder = folder.parent
