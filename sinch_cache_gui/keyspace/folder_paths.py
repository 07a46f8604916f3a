"""From a path to the folder it names, and from a folder to what is below it or above."""

from __future__ import annotations

from collections.abc import Iterator

from sinch_cache_gui.keyspace.folder import PART, SEPARATOR, Folder
from sinch_cache_gui.keyspace.remainders import listed
from sinch_cache_gui.pacing import Breather


def find(root: Folder, path: bytes) -> tuple[Folder, bytes] | None:
    """Answer the split folder that a folder is in and its name there; None where there is none."""
    folder = root
    *heads, name = path.split(SEPARATOR)
    for head in heads:
        child = folder.children.get(head)
        if not isinstance(child, Folder):
            return None
        folder = child
    return (folder, name) if name in folder.children else None


def split_folder(root: Folder, prefix: bytes) -> Folder | None:
    """Answer the folder of a prefix, if it is split; the root where the prefix is empty."""
    if not prefix:
        return root
    place = find(root, prefix[: -len(SEPARATOR)])
    child = None if place is None else place[0].children[place[1]]
    return child if isinstance(child, Folder) else None


def open_folder(root: Folder, path: bytes) -> Folder | None:
    """Answer a folder if it is open."""
    folder = split_folder(root, path + SEPARATOR)
    return folder if folder is not None and folder.is_open else None


def folders_above(root: Folder, path: bytes) -> Iterator[Folder]:
    """Yield the folder a node is in, the folder that one is in, and so on to the root."""
    colon = SEPARATOR
    while colon:
        path, colon, _ = path.rpartition(SEPARATOR)
        folder = split_folder(root, path + colon)
        if folder is not None:
            yield folder


def keys_below(root: Folder, path: bytes | None) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield the keys below a folder, None for all of them, as prefixes and lists of remainders."""
    if path is None:
        return root.parts()
    place = find(root, path)
    if place is None:
        return iter(())
    child = place[0].children[place[1]]
    if isinstance(child, Folder):
        return child.parts()
    parts = iter([[child]]) if isinstance(child, bytes) else listed(child)
    return ((path + SEPARATOR, rests) for rests in parts)


async def take_apart(folder: Folder, breathe: Breather) -> None:
    """Free a tree nobody shows any more, a slice at a time."""
    leaves = folder.leaf_names
    while leaves:
        for _ in range(min(PART, len(leaves))):  # a slice would look for each of them
            leaves.pop()
        await breathe()
    while folder.children:
        _, below = folder.children.popitem()
        if isinstance(below, Folder):
            await take_apart(below, breathe)
        while not isinstance(below, bytes | Folder) and below:
            for _ in range(min(PART, len(below))):
                below.pop()
            await breathe()
