"""Which rows are the same elements after a key was read again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.values.element_edits import Row


def places_of(
    kind: str, old: Sequence[Row], new: Sequence[Row], asked: Collection[int]
) -> dict[int, int]:
    """Answer where the elements of some rows stand now, without those that are not there.

    Args:
        kind: The key's `KeyType`.
        old: The rows as they were.
        new: The rows as they are.
        asked: Which of the old rows are looked for.
    """
    if not asked:
        return {}
    if kind == KeyType.LIST:
        return {row: row for row in asked if _is_same_place(old, new, row)}
    wanted = {old[row][0]: row for row in asked}
    return {wanted[parts[0]]: row for row, parts in enumerate(new) if parts[0] in wanted}


def _is_same_place(old: Sequence[Row], new: Sequence[Row], row: int) -> bool:
    """Whether a place of a list holds what it held, or another element between the same two."""
    if row >= len(new):
        return False
    beside = slice(max(row - 1, 0), row), slice(row + 1, row + 2)
    return old[row] == new[row] or all(old[part] == new[part] for part in beside)
