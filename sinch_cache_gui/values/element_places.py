"""Which rows are the same elements after a key was read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.values.element_edits import Row

_AT_ONCE: Final = 5_000
"""Rows looked at in one go: about half a millisecond."""


async def rows_named(rows: Sequence[Row], names: Collection[bytes]) -> dict[bytes, int]:
    """Answer in which rows elements stand, letting the loop run meanwhile; rows may be many."""
    found: dict[bytes, int] = {}
    breathe = Breather()
    for first in range(0, len(rows), _AT_ONCE):
        if len(found) == len(names):
            break
        for row, parts in enumerate(rows[first : first + _AT_ONCE], first):
            if parts[0] in names:
                found[parts[0]] = row
        await breathe()
    return found


def places_of(
    kind: str,
    old: Sequence[Row],
    new: Sequence[Row],
    asked: Collection[int],
    named: Mapping[bytes, int],
) -> dict[int, int]:
    """Answer where the elements of some rows stand now, without those that are not there.

    Args:
        kind: The key's `KeyType`.
        old: The rows as they were.
        new: The rows as they are.
        asked: Which of the old rows are looked for.
        named: In which of the new rows their names are. A list has none.
    """
    if kind == KeyType.LIST:
        return {row: row for row in asked if _is_same_place(old, new, row)}
    return {row: named[old[row][0]] for row in asked if old[row][0] in named}


def _is_same_place(old: Sequence[Row], new: Sequence[Row], row: int) -> bool:
    """Whether a place of a list holds what it held, or another element between the same two."""
    if row >= len(new):
        return False
    beside = slice(max(row - 1, 0), row), slice(row + 1, row + 2)
    return old[row] == new[row] or all(old[part] == new[part] for part in beside)
