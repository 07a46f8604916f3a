"""Keys somebody chose, however many: counted at once, named one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.rows import Row


class KeySelection(Collection[bytes]):
    """The keys below chosen folders and the chosen leaves, as they were when they were chosen.

    Only remainders are kept; a key is put together when it is its turn.
    """

    def __init__(self, parts: Iterable[tuple[bytes, list[bytes]]]) -> None:
        self._parts = [part for part in parts if part[1]]
        self._count = sum(len(rests) for _, rests in self._parts)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        for prefix, rests in self._parts:
            for rest in rests:
                yield prefix + rest

    def __contains__(self, key: object) -> bool:
        return any(key == other for other in self)


def keys_of(index: KeyIndex, rows: Iterable[Row]) -> KeySelection:
    """Answer the keys that chosen rows of `index` stand for, each once."""
    chosen = list(rows)
    folders = {row.path for row in chosen if row.is_folder}

    def is_inside(path: bytes) -> bool:
        end = path.find(b":")
        while end >= 0:
            if path[:end] in folders:
                return True
            end = path.find(b":", end + 1)
        return False

    parts: list[tuple[bytes, list[bytes]]] = []
    leaves: list[bytes] = []
    for row in chosen:
        if folders and is_inside(row.path):
            continue
        if row.is_folder:
            parts.extend(index.snapshot(row.path))
        else:
            leaves.append(row.path)
    return KeySelection([(b"", leaves), *parts])
