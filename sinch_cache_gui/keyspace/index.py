"""All keys of a cache as folders, counts and ordered rows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from time import perf_counter
from types import MappingProxyType
from typing import Final

from sinch_cache_gui.keyspace.folder import PART, SEPARATOR, Folder, count_below
from sinch_cache_gui.keyspace.folder_paths import (
    find,
    folders_above,
    keys_below,
    open_folder,
    split_folder,
    take_apart,
)
from sinch_cache_gui.keyspace.key_writer import KeyWriter, coming, going
from sinch_cache_gui.keyspace.order import TtlOrder, sorted_leaves
from sinch_cache_gui.keyspace.rows import Row, RowNews
from sinch_cache_gui.keyspace.splitting import AT_ONCE, Splitting, split_at_once
from sinch_cache_gui.pacing import Breather

TELL_EVERY_S: Final = 0.1
"""Between two looks at rows that come in masses."""


MANY: Final = 20_000
"""Names in one list that a round of garbage collection takes a noticeable time to look through."""


class KeyIndex:
    """The keys of a cache as the rows of a tree, folders first.

    A load costs one set insertion a key: a folder keeps the remainders of its keys unsplit until it
    is first expanded. Rows are found in O(log n). A large folder is split by `work`, which whoever
    owns the index awaits whenever `work_wanted` is called.

    Attributes:
        news: Tells observers which rows come, go and change.
    """

    def __init__(
        self,
        expanded: set[bytes] | None = None,
        work_wanted: Callable[[], None] = lambda: None,
        orders: Mapping[bytes, TtlOrder] = MappingProxyType({}),
        settled: Callable[[], object] = lambda: None,
    ) -> None:
        """Start empty.

        Args:
            expanded: Paths of the folders to show expanded; shared between indexes of one cache.
            work_wanted: Called when `work` has something to do.
            orders: How the leaves of folders are sorted, by the folder's prefix; others by name.
            settled: Called a few times a second while `work` makes objects that will stay.
        """
        self._expanded = set() if expanded is None else expanded
        self._work_wanted = work_wanted
        self._orders = orders
        self._settled = settled
        self._is_working = asyncio.Lock()
        self._root = Folder(None, b"", orders.get(b""))
        self._splits: list[Folder] = []
        self._debris: list[Folder] = []
        self.news = RowNews(self.row_count)
        self._writer = KeyWriter(self.news, self._expanded, orders)

    # -- keys --------------------------------------------------------------------------------

    @property
    def key_count(self) -> int:
        """How many keys there are."""
        return self._root.count

    def __contains__(self, key: bytes) -> bool:
        return self._root.holds(key)

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts():
            yield from part

    def parts(self, folder_path: bytes | None = None) -> Iterator[list[bytes]]:
        """Yield the keys, of all or below one folder, in lists of at most a few thousand.

        The index may change between two of them: then a key may be missing or be gone already.
        """
        for prefix, rests in keys_below(self._root, folder_path):
            if len(rests) > MANY:  # no round of garbage collection is to look through them
                self._settled()
            for start in range(0, len(rests), PART):
                yield [prefix + rest for rest in rests[start : start + PART]]

    def snapshot(self, folder_path: bytes) -> list[tuple[bytes, list[bytes]]]:
        """Answer the keys below a folder as prefixes with the remainders that follow them."""
        return list(keys_below(self._root, folder_path))

    def count_below(self, folder_path: bytes) -> int:
        """Answer how many keys are below a folder; 0 where there is no such folder."""
        place = find(self._root, folder_path)
        return 0 if place is None else count_below(place[0].children[place[1]])

    def add_many(self, keys: Sequence[bytes]) -> None:
        """Add keys; those already there change nothing."""
        self._writer.add(self._root, keys)

    def remove_many(self, keys: Sequence[bytes]) -> None:
        """Remove keys; those not there change nothing."""
        self._writer.remove(self._root, keys)

    def clear(self) -> None:
        """Remove every key; folders expanded now are expanded again when they come back."""
        self.news.hold()
        self.news.reshaping()
        # A million keys take a tenth of a second to free; `work` does it in slices.
        self._debris.append(self._root)
        self._root = Folder(None, b"", self._orders.get(b""))
        self._splits.clear()
        self.news.release()
        self._work_wanted()

    # -- rows --------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Answer how many rows are visible."""
        return self._root.shown

    def row_at(self, row: int) -> Row:
        """Answer what stands at a row.

        Raises:
            IndexError: There is no such row.
        """
        if not 0 <= row < self._root.shown:
            raise IndexError(row)
        folder = self._root
        name, is_folder, inside = folder.at(row)
        while inside >= 0:
            folder = folder.open_child(name)
            name, is_folder, inside = folder.at(inside)
        path = folder.prefix + name
        if not is_folder:
            return Row(path, name, folder.depth, is_folder=False, is_expanded=False, count=1)
        child = folder.children[name]
        is_open = isinstance(child, Folder) and child.is_open
        return Row(path, name, folder.depth, True, is_open, count_below(child))

    def row_of(self, path: bytes, *, is_folder: bool) -> int | None:
        """Answer the row of a visible node; None where it is missing or inside a closed folder."""
        row = self.row_near(path, is_folder=is_folder)
        if row is None:
            return None
        found = self.row_at(row)
        return row if found.path == path and found.is_folder == is_folder else None

    def row_near(self, path: bytes, *, is_folder: bool) -> int | None:
        """Answer the row of a node or, where it is gone, the row before; the first at the very top.

        A node inside a folder that is closed or gone stands where that folder does. None if there
        are no rows at all.
        """
        folder: Folder = self._root
        *heads, name = path.split(SEPARATOR)
        for head in heads:
            child = folder.children.get(head)
            if not isinstance(child, Folder) or not child.is_open:
                name, is_folder = head, True
                break
            folder = child
        row = folder.first_row() + (folder.folder_row(name) if is_folder else folder.leaf_row(name))
        if row and name not in (folder.folder_names if is_folder else folder.leaf_names):
            row -= 1
        return row if self._root.shown else None

    def parent_row(self, row: int) -> int | None:
        """Answer the row of the folder a row is in; None at the top."""
        path, colon, _ = self.row_at(row).path.rpartition(SEPARATOR)
        return self.row_of(path, is_folder=True) if colon else None

    def row_beginning(self, row: int, typed: bytes) -> int | None:
        """Answer the next row beside `row`, or in it, whose name begins with what was typed.

        Looks from `row` downwards among its neighbours, then from the top; then further out.
        """
        node = self.row_at(row)
        inside = (node.path,) if node.is_expanded else ()
        for folder in (*self._open_folders(inside), *folders_above(self._root, node.path)):
            first = folder.first_row()
            found = [first + at for at in folder.rows_beginning(typed)]
            if found:
                return next((at for at in found if at >= row), found[0])
        return None

    # -- expansion ---------------------------------------------------------------------------

    @property
    def expanded(self) -> set[bytes]:
        """Paths of the folders to show expanded, whether they exist or not."""
        return self._expanded

    def expand(self, path: bytes) -> None:
        """Show the rows of a folder; those of a large one come while `work` is awaited."""
        self._expanded.add(path)
        place = find(self._root, path)
        if place is None:
            return
        self.news.settle()
        folder, name = place
        if name not in folder.folder_names:
            return
        child = self._split(folder, name)
        if child.is_open:
            return
        row = folder.folder_row(name)
        with coming(self.news, folder, row + 1, child.shown):
            child.open()
        self._row_changed(folder, row)
        self.news.settle()

    def expand_to(self, key: bytes) -> None:
        """Expand every folder a key is in."""
        *heads, _ = key.split(SEPARATOR)
        for depth in range(len(heads)):
            self.expand(SEPARATOR.join(heads[: depth + 1]))

    def collapse(self, path: bytes) -> None:
        """Hide the rows of a folder; what is expanded inside it stays so for the next time."""
        self._expanded.discard(path)
        place = find(self._root, path)
        if place is None:
            return
        self.news.settle()
        folder, name = place
        child = folder.children[name]
        if not isinstance(child, Folder) or not child.is_open:
            return
        row = folder.folder_row(name)
        with going(self.news, folder, row + 1, child.shown):
            child.close()
        self._row_changed(folder, row)
        self.news.settle()

    # -- order of leaves ---------------------------------------------------------------------

    def open_prefixes(self) -> list[tuple[bytes, int]]:
        """Answer the prefixes of the folders whose rows are shown, each with its leaves' number."""
        folders = [self._root, *self._open_folders(self._expanded)]
        return [(folder.prefix, len(folder.leaf_names)) for folder in folders if folder.is_visible]

    def is_splitting(self, prefix: bytes) -> bool:
        """Answer whether leaves of a folder are still to come while `work` runs."""
        folder = split_folder(self._root, prefix)
        return folder is not None and folder.splitting is not None

    def leaf_count(self, prefix: bytes) -> int:
        """Answer how many leaves a folder shows."""
        folder = split_folder(self._root, prefix)
        return 0 if folder is None else len(folder.leaf_names)

    def leaf_parts(self, prefix: bytes) -> Iterator[list[bytes]]:
        """Yield the names of the leaves of a folder, in lists of at most a few thousand."""
        folder = split_folder(self._root, prefix)
        if folder is not None:
            yield from folder.leaf_parts()

    def sort_leaves(self, prefix: bytes) -> None:
        """Sort the leaves of a folder as `orders` now says; of a large one, while `work` runs."""
        folder = split_folder(self._root, prefix)
        if folder is None or folder.splitting is not None:
            return
        names, folder.order = folder.leaf_names, self._orders.get(prefix)
        if len(names) <= AT_ONCE:
            self.news.hold()
            if folder.is_visible:
                self.news.reshaping()
            folder.leaf_names = sorted_leaves(folder.order, names)
            self.news.release()
            return
        with going(self.news, folder, folder.shown - len(names), len(names)):
            folder.leaf_names = sorted_leaves(folder.order)
            folder.rows_grew(-len(names))
        folder.splitting = Splitting(folder, names)
        self._splits.append(folder)
        self._work_wanted()

    async def work(self) -> None:
        """Do the long work that waits, in slices: split large folders, free what was cleared.

        The first rows of a folder are told at once, those that follow a few times a second: what
        it costs to show them does not depend on how many they are. Whoever else awaits this
        meanwhile waits until it is done.
        """
        async with self._is_working:
            await self._work()

    async def _work(self) -> None:
        breathe = Breather()
        told_at = 0.0
        settled_at = perf_counter()
        try:
            while self._splits or self._debris:
                if not self._splits:
                    await take_apart(self._debris.pop(), breathe)
                    continue
                folder = self._splits[-1]
                if not self._advance(folder):
                    self._splits.remove(folder)
                if not told_at and folder.shown:
                    told_at = perf_counter()
                    self.news.hold()
                elif told_at and perf_counter() - told_at > TELL_EVERY_S:
                    told_at = perf_counter()
                    self.news.settle()
                if perf_counter() - settled_at > TELL_EVERY_S:
                    settled_at = perf_counter()
                    self._settled()
                await breathe()
        finally:
            if told_at:
                self.news.release()

    # -- inside ------------------------------------------------------------------------------

    def _open_folders(self, paths: Iterable[bytes]) -> Iterator[Folder]:
        for path in paths:
            folder = open_folder(self._root, path)
            if folder is not None:
                yield folder

    def _split(self, folder: Folder, name: bytes) -> Folder:
        below = folder.children[name]
        if isinstance(below, Folder):
            return below
        child = Folder(folder, name, self._orders.get(folder.prefix + name + SEPARATOR))
        child.count = count_below(below)
        folder.children[name] = child
        rests = {below} if isinstance(below, bytes) else below
        if child.count > AT_ONCE:
            child.splitting = Splitting(child, rests)
            self._splits.append(child)
            self._work_wanted()
        else:
            split_at_once(child, rests)
            self._reopen(child, child.children)
        return child

    def _reopen(self, folder: Folder, names: Iterable[bytes]) -> None:
        """Open those of the child folders that are to be expanded."""
        if not self._expanded:
            return
        prefix = folder.prefix
        for name in [name for name in names if prefix + name in self._expanded]:
            child = self._split(folder, name)
            if not child.is_open:
                with coming(self.news, folder, folder.folder_row(name) + 1, child.shown):
                    child.open()

    def _advance(self, folder: Folder) -> bool:
        """Go on splitting a folder; answer whether there is more to do."""
        splitting = folder.splitting
        if splitting is None:
            return False
        step = splitting.step()
        if step is not None:
            self._show(folder, *step)
            return True
        change = splitting.next_change()
        folder.splitting = None
        if change is None:
            if folder.order is not self._orders.get(folder.prefix):
                self.sort_leaves(folder.prefix)  # another order was wished for meanwhile
            return False
        is_arrival, rests = change
        keys = [folder.prefix + rest for rest in rests]
        # From the root, because the folder itself may have gone with an earlier change.
        (self.add_many if is_arrival else self.remove_many)(keys)
        folder.splitting = splitting
        return True

    def _show(self, folder: Folder, names: list[bytes], is_folder: bool) -> None:
        if not names:
            return
        into = folder.folder_names if is_folder else folder.leaf_names
        at = folder.shown - (len(folder.leaf_names) if is_folder else 0)
        with coming(self.news, folder, at, len(names)):
            into.update(names)
            folder.rows_grew(len(names))
        if is_folder:
            self._reopen(folder, names)

    def _row_changed(self, folder: Folder, row: int) -> None:
        if folder.is_visible:
            self.news.changed(folder.first_row() + row, 1)
