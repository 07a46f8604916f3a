"""One folder of the key tree that has been split into its children, and where its rows stand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from sortedcontainers import SortedList

from sinch_cache_gui.keyspace.order import sorted_leaves
from sinch_cache_gui.keyspace.remainders import Remainders, listed

if TYPE_CHECKING:
    from sinch_cache_gui.keyspace.order import TtlOrder
    from sinch_cache_gui.keyspace.splitting import Splitting

SEPARATOR: Final = b":"

PART: Final = 2000
"""Names copied in one go while iterating."""

Below: TypeAlias = "bytes | Remainders | Folder"
"""What a child folder holds: its only remainder, its unsplit remainders, or a split folder.

Most folders are never looked into, so most cost no object of ours: the memory of an index follows
the number of keys and not the shape of their names.
"""


def count_below(below: Below) -> int:
    """Answer how many keys a child folder holds."""
    if isinstance(below, Folder):
        return below.count
    return 1 if isinstance(below, bytes) else len(below)


class Folder:
    """A folder split one level: child folders first, then leaves, each in sorted order.

    Attributes:
        parent: The folder this one is in; None for the root, which has no row of its own.
        name: The segment of the key names that leads here.
        prefix: What every key below begins with, the separator included.
        depth: How far its children are indented.
        children: What each child folder holds, by name.
        folder_names: The child folders that have a row, sorted.
        leaf_names: The leaves that have a row, sorted.
        order: By what the leaves are sorted; None for their names.
        count: Keys below, however deep.
        shown: Rows it shows below its own while it is open.
        is_open: Whether its rows are shown, as far as it is up to this folder.
        splitting: The work that still brings its children in; None once it is done.
    """

    __slots__ = (
        "_places",
        "children",
        "count",
        "depth",
        "folder_names",
        "is_open",
        "leaf_names",
        "name",
        "open_names",
        "order",
        "parent",
        "prefix",
        "shown",
        "splitting",
    )

    def __init__(self, parent: Folder | None, name: bytes, order: TtlOrder | None = None) -> None:
        self.parent = parent
        self.name = name
        self.prefix: bytes = b"" if parent is None else parent.prefix + name + SEPARATOR
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.children: dict[bytes, Below] = {}
        self.folder_names: SortedList[bytes] = SortedList()
        self.order = order
        self.leaf_names = sorted_leaves(order)
        self.open_names: list[bytes] = []
        self.count = 0
        self.shown = 0
        self.is_open = parent is None
        self.splitting: Splitting | None = None
        self._places: tuple[list[int], list[int]] | None = None

    # -- counts ------------------------------------------------------------------------------

    def keys_grew(self, by: int) -> None:
        """Count `by` more keys, here and in every folder above."""
        folder: Folder | None = self
        while folder is not None:
            folder.count += by
            folder = folder.parent

    def rows_grew(self, by: int) -> None:
        """Count `by` more rows, here and above for as long as the folders are open."""
        self.shown += by
        self._places = None
        if self.is_open and self.parent is not None:
            self.parent.rows_grew(by)

    def open(self) -> None:
        """Show the rows of this folder in its parent."""
        assert self.parent is not None
        insort(self.parent.open_names, self.name)
        self.parent.rows_grew(self.shown)
        self.is_open = True

    def close(self) -> None:
        """Hide the rows of this folder; those open below it stay open for the next time."""
        assert self.parent is not None
        self.is_open = False
        self.parent.open_names.remove(self.name)
        self.parent.rows_grew(-self.shown)

    @property
    def is_visible(self) -> bool:
        """Whether its rows are shown: it and every folder above it is open."""
        folder: Folder | None = self
        while folder is not None:
            if not folder.is_open:
                return False
            folder = folder.parent
        return True

    # -- where rows stand --------------------------------------------------------------------

    def first_row(self) -> int:
        """Answer the row, in the whole tree, of the first thing below this folder."""
        row = 0
        folder = self
        while folder.parent is not None:
            row += folder.parent.folder_row(folder.name) + 1
            folder = folder.parent
        return row

    def folder_row(self, name: bytes) -> int:
        """Answer the row below this folder at which the child folder `name` stands, or would."""
        _, rows_before = self._open_places()
        rank: int = self.folder_names.bisect_left(name)
        return rank + rows_before[bisect_left(self.open_names, name)]

    def leaf_row(self, name: bytes) -> int:
        """Answer the row below this folder at which the leaf `name` stands, or would."""
        rank: int = self.leaf_names.bisect_left(name)
        return self.shown - len(self.leaf_names) + rank

    def rows_beginning(self, typed: bytes) -> list[int]:
        """Answer the rows of the first child folder and of the first leaf so named."""
        rows = []
        rank = self.folder_names.bisect_left(typed)
        if rank < len(self.folder_names) and self.folder_names[rank].startswith(typed):
            rows.append(self.folder_row(self.folder_names[rank]))
        first_leaf = self.shown - len(self.leaf_names)
        if self.order is not None:
            leaves = enumerate(self.leaf_names, first_leaf)
            return [*rows, *islice((row for row, n in leaves if n.startswith(typed)), 1)]
        rank = self.leaf_names.bisect_left(typed)
        if rank < len(self.leaf_names) and self.leaf_names[rank].startswith(typed):
            rows.append(first_leaf + rank)
        return rows

    def at(self, row: int) -> tuple[bytes, bool, int]:
        """Answer what stands at a row below this folder.

        Returns:
            The name of a child, whether it is a folder, and the row below that folder that was
            meant; -1 for the child itself.
        """
        first_leaf = self.shown - len(self.leaf_names)
        if row >= first_leaf:
            return self.leaf_names[row - first_leaf], False, -1
        open_rows, rows_before = self._open_places()
        which = bisect_right(open_rows, row) - 1
        if which >= 0:
            name = self.open_names[which]
            inside = row - open_rows[which] - 1
            if inside < rows_before[which + 1] - rows_before[which]:
                return name, True, inside
        return self.folder_names[row - rows_before[which + 1]], True, -1

    def _open_places(self) -> tuple[list[int], list[int]]:
        """Answer the row of each open child, and the rows shown inside those before each.

        Only open children disturb the plain order, and few are open; so this is short, and kept
        until a row comes or goes.
        """
        if self._places is None:
            rows_before = [0, *accumulate(self.open_child(name).shown for name in self.open_names)]
            open_rows = [
                self.folder_names.bisect_left(name) + before
                for name, before in zip(self.open_names, rows_before, strict=False)
            ]
            self._places = (open_rows, rows_before)
        return self._places

    def open_child(self, name: bytes) -> Folder:
        """Answer an open child folder."""
        child = self.children[name]
        assert isinstance(child, Folder)
        return child

    # -- what is below -----------------------------------------------------------------------

    def holds(self, rest: bytes) -> bool:
        """Answer whether the key `prefix + rest` is below this folder."""
        folder = self
        while True:
            if folder.splitting is not None:
                return folder.splitting.holds(rest)
            head, colon, below = rest.partition(SEPARATOR)
            if not colon:
                return rest in folder.leaf_names
            child = folder.children.get(head)
            if not isinstance(child, Folder):
                if child is None or isinstance(child, bytes):
                    return child == below
                return below in child
            folder, rest = child, below

    def parts(self) -> Iterator[tuple[bytes, list[bytes]]]:
        """Yield every key below as a prefix and a list of remainders.

        Each list is a copy, so the tree may change between two of them.
        """
        if self.splitting is not None:
            yield self.prefix, self.splitting.loose_names()
        for name, below in list(self.children.items()):
            if isinstance(below, Folder):
                yield from below.parts()
            elif isinstance(below, bytes):
                yield self.prefix + name + SEPARATOR, [below]
            else:
                for rests in listed(below):
                    yield self.prefix + name + SEPARATOR, rests
        for names in self.leaf_parts():
            yield self.prefix, names

    def leaf_parts(self) -> Iterator[list[bytes]]:
        """Yield the names of the leaves in order, copied a few at a time.

        A copy of all would be a long step, and be looked through by rounds of garbage collection.
        Those that come or go meanwhile may be missing or be gone already. Leaves that are sorted
        otherwise meanwhile are not all yielded.
        """
        leaves = self.leaf_names
        names = list(islice(leaves, PART))
        while names:
            yield names
            following = leaves.irange(names[-1], inclusive=(False, True))
            names = list(islice(following, PART))
