"""Splitting a large folder into its children a few milliseconds at a time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, TypeVar

from sortedcontainers import SortedList

from sinch_cache_gui.keyspace.folder import SEPARATOR, Below, Folder
from sinch_cache_gui.keyspace.order import SortKey, TtlOrder
from sinch_cache_gui.keyspace.remainders import MOST_IN_SET, Remainders, with_room

AT_ONCE: Final = 1500
"""Remainders that are split without a pause: about 2 ms of work."""

BUCKET: Final = 1000
"""Names that are sorted and shown in one go."""

SAMPLES_PER_BUCKET: Final = 6

TTL_ROWS: Final = 250
"""Names sorted by TTL that are shown in one go: each takes several times as long."""


def put_below(children: dict[bytes, Below], head: bytes, below: bytes) -> None:
    """Add one remainder to the child folder `head` that is not split yet."""
    child = children.get(head)
    if child is None:
        children[head] = below
    elif isinstance(child, bytes):
        children[head] = {child, below}
    else:
        assert not isinstance(child, Folder)
        child.add(below)
        if len(child) == MOST_IN_SET:
            children[head] = with_room(child)


Mark = TypeVar("Mark", bytes, SortKey)


def _pivots(marks: Iterable[Mark], expected: int) -> list[Mark]:
    """Answer where to part a sample so that buckets of so many names in all are small."""
    ordered = sorted(set(marks))
    step = max(1, len(ordered) // max(1, expected // BUCKET))
    return ordered[step::step]


class Buckets:
    """Names sorted bucket after bucket, so that the first can be shown while others wait."""

    def __init__(self, sample: Iterable[bytes], expected: int) -> None:
        self._names = _pivots(sample, expected)
        self._buckets: list[list[bytes]] = [[] for _ in range(len(self._names) + 1)]
        self._next = 0

    def fill(self, names: Iterable[bytes]) -> None:
        """Put names where they belong, in no order yet."""
        pivots, buckets = self._names, self._buckets
        for name in names:
            buckets[bisect_right(pivots, name)].append(name)

    def take(self) -> list[bytes] | None:
        """Answer the next names in order, all after those taken before; None when that was all."""
        while self._next < len(self._buckets):
            bucket, self._buckets[self._next] = self._buckets[self._next], []
            self._next += 1
            if bucket:
                self._sort(bucket)
                return bucket
        return None

    def __contains__(self, name: bytes) -> bool:
        return name in self._buckets[self._place(name)]

    def waiting(self) -> list[bytes]:
        """Answer every name not taken yet."""
        return [name for bucket in self._buckets for name in bucket]

    def _place(self, name: bytes) -> int:
        return bisect_right(self._names, name)

    def _sort(self, bucket: list[bytes]) -> None:
        bucket.sort()


class TtlBuckets(Buckets):
    """The same for names that are sorted by TTL. By name it is quicker: no key is made for each."""

    def __init__(self, sample: Iterable[bytes], expected: int, order: TtlOrder) -> None:
        super().__init__((), 0)
        self._key = order.key
        self._keys = _pivots(map(order.key, sample), expected)
        self._buckets = [[] for _ in range(len(self._keys) + 1)]
        self._sorted: list[bytes] = []

    def fill(self, names: Iterable[bytes]) -> None:
        """Put names where they belong, in no order yet."""
        for name in names:
            self._buckets[self._place(name)].append(name)

    def take(self) -> list[bytes] | None:
        """Answer the next names in order, all after those taken before; None when that was all."""
        if not self._sorted:
            self._sorted = super().take() or []
        names, self._sorted = self._sorted[:TTL_ROWS], self._sorted[TTL_ROWS:]
        return names or None

    def __contains__(self, name: bytes) -> bool:
        return name in self._sorted or super().__contains__(name)

    def waiting(self) -> list[bytes]:
        """Answer every name not taken yet."""
        return [*self._sorted, *super().waiting()]

    def _place(self, name: bytes) -> int:
        return bisect_right(self._keys, self._key(name))

    def _sort(self, bucket: list[bytes]) -> None:
        bucket.sort(key=self._key)


class Splitting:
    """The work of bringing the children of one folder in.

    First every remainder is dealt to a child folder or to a bucket of leaves, then the buckets are
    sorted and shown one after the other. Changes that come meanwhile wait until it is done.
    """

    def __init__(self, folder: Folder, rests: Remainders | SortedList[bytes]) -> None:
        """Begin with what a folder holds: remainders, or only leaves that were sorted otherwise."""
        self.folder = folder
        self._rests = rests
        expected = len(rests)
        samples = min(expected, SAMPLES_PER_BUCKET * (expected // BUCKET + 1))
        if isinstance(rests, SortedList):
            sample = [rests[at] for at in range(0, expected, max(1, expected // samples))]
            self._folders: Buckets | None = Buckets((), 0)  # they have their rows already
        else:
            sample = [rests.pop() for _ in range(samples)]
            self._folders = None
        leaves = [rest for rest in sample if SEPARATOR not in rest]
        order = folder.order
        self._leaves = (
            Buckets(leaves, expected) if order is None else TtlBuckets(leaves, expected, order)
        )
        self._dealt: list[bytes] = []
        self._waiting: list[tuple[bool, set[bytes]]] = []
        if not isinstance(rests, SortedList):
            self._deal(sample)

    def wait(self, rests: Iterable[bytes], *, is_arrival: bool) -> None:
        """Keep a change until the folder is split."""
        self._waiting.append((is_arrival, set(rests)))

    def next_change(self) -> tuple[bool, set[bytes]] | None:
        """Answer the oldest change that waited: whether keys came, and which."""
        return self._waiting.pop(0) if self._waiting else None

    def step(self) -> tuple[list[bytes], bool] | None:
        """Do about a millisecond's work.

        Returns:
            Names to show next, in order, and whether they are folders; None when all is shown.
        """
        if self._rests:
            pop = self._rests.pop
            self._deal([pop() for _ in range(min(BUCKET, len(self._rests)))])
            return [], True
        if self._folders is None:
            # Folders stand before leaves, so they are sorted once the last one is known.
            names = list(self.folder.children)
            self._folders = Buckets(
                names[:: max(1, BUCKET // SAMPLES_PER_BUCKET)], expected=len(names)
            )
            self._dealt = names
        if self._dealt:
            self._folders.fill(self._dealt[-BUCKET:])
            del self._dealt[-BUCKET:]
            return [], True
        folders = self._folders.take()
        if folders is not None:
            return folders, True
        leaves = self._leaves.take()
        return None if leaves is None else (leaves, False)

    def holds(self, rest: bytes) -> bool:
        """Answer whether the folder holds `rest`, as far as the work has come."""
        for is_arrival, rests in reversed(self._waiting):
            if rest in rests:
                return is_arrival
        if rest in self._rests:
            return True
        head, colon, below = rest.partition(SEPARATOR)
        if not colon:
            return rest in self.folder.leaf_names or rest in self._leaves
        child = self.folder.children.get(head)
        if isinstance(child, Folder):
            return child.holds(below)
        return child is not None and (
            child == below if isinstance(child, bytes) else below in child
        )

    def loose_names(self) -> list[bytes]:
        """Answer every remainder that is neither in a child folder nor a shown leaf."""
        arrived = [rest for is_arrival, rests in self._waiting if is_arrival for rest in rests]
        return [*self._rests, *self._leaves.waiting(), *arrived]

    def _deal(self, rests: list[bytes]) -> None:
        if SEPARATOR not in b"".join(rests):
            self._leaves.fill(rests)
            return
        children = self.folder.children
        leaves = []
        for rest in rests:
            head, colon, below = rest.partition(SEPARATOR)
            if colon:
                put_below(children, head, below)
            else:
                leaves.append(rest)
        self._leaves.fill(leaves)


def split_at_once(folder: Folder, rests: Iterable[bytes]) -> None:
    """Bring the children of a small, closed folder in."""
    leaves = []
    for rest in rests:
        head, colon, below = rest.partition(SEPARATOR)
        if colon:
            put_below(folder.children, head, below)
        else:
            leaves.append(rest)
    folder.leaf_names.update(leaves)
    folder.folder_names.update(folder.children)
    folder.rows_grew(len(folder.children) + len(leaves))
