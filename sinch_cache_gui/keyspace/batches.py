"""What many keys that come or go at once mean for the folders of an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sinch_cache_gui.keyspace.folder import SEPARATOR, Folder
from sinch_cache_gui.keyspace.remainders import with_room


@dataclass(slots=True)
class Batch:
    """The rows that will come or go. Counts of unsplit folders are settled while planning.

    Attributes:
        leaves: New or vanishing leaves, by the folder they are in.
        folders: New child folders with the remainders below them, or vanishing ones with none.
        recounted: Child folders that keep their row and count differently now.
    """

    leaves: list[tuple[Folder, list[bytes]]] = field(default_factory=list)
    folders: list[tuple[Folder, dict[bytes, list[bytes]]]] = field(default_factory=list)
    recounted: list[tuple[Folder, bytes]] = field(default_factory=list)

    def visible_rows(self) -> int:
        """Answer about how many rows will be seen to come or go."""
        return sum(
            len(names) for folder, names in (*self.leaves, *self.folders) if folder.is_visible
        )


def by_head(rests: Iterable[bytes]) -> tuple[dict[bytes, list[bytes]], list[bytes]]:
    """Part remainders into those below a child folder, by its name, and leaves."""
    groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
    leaves: list[bytes] = []
    for rest in rests:
        head, colon, below = rest.partition(SEPARATOR)
        if colon:
            groups[head].append(below)
        else:
            leaves.append(rest)
    return groups, leaves


def plan_arrivals(folder: Folder, rests: Sequence[bytes], batch: Batch) -> None:
    """Add to what is unsplit, and collect in `batch` what will need rows."""
    if folder.splitting is not None:
        folder.splitting.wait(rests, is_arrival=True)
        return
    groups, leaves = by_head(rests)
    arriving: dict[bytes, list[bytes]] = {}
    for head, below in groups.items():
        child = folder.children.get(head)
        if child is None:
            arriving[head] = below
        elif isinstance(child, Folder):
            plan_arrivals(child, below, batch)
        else:
            known = {child} if isinstance(child, bytes) else with_room(child)
            if known is not child:
                folder.children[head] = known
            before = len(known)
            known.update(below)
            _recount(folder, head, len(known) - before, batch)
    if arriving:
        batch.folders.append((folder, arriving))
    if leaves:
        shown = folder.leaf_names
        new = [name for name in dict.fromkeys(leaves) if name not in shown]
        if new:
            batch.leaves.append((folder, new))


def plan_departures(folder: Folder, rests: Sequence[bytes], batch: Batch) -> None:
    """Remove from what is unsplit, and collect in `batch` what will lose its row."""
    if folder.splitting is not None:
        folder.splitting.wait(rests, is_arrival=False)
        return
    groups, leaves = by_head(rests)
    leaving: dict[bytes, list[bytes]] = {}
    for head, below in groups.items():
        child = folder.children.get(head)
        if child is None:
            continue
        if isinstance(child, Folder):
            plan_departures(child, below, batch)
            continue
        if isinstance(child, bytes):
            child = folder.children[head] = {child}
        before = len(child)
        child.difference_update(below)
        _recount(folder, head, len(child) - before, batch)
        if not child:
            leaving[head] = []
    if leaving:
        batch.folders.append((folder, leaving))
    if leaves:
        known = folder.leaf_names
        gone = [name for name in dict.fromkeys(leaves) if name in known]
        if gone:
            batch.leaves.append((folder, gone))


def _recount(folder: Folder, head: bytes, by: int, batch: Batch) -> None:
    if by:
        folder.keys_grew(by)
        batch.recounted.append((folder, head))
