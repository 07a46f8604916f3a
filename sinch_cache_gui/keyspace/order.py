"""The order of the leaves of a folder: by name, or by the TTL they had when it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from sortedcontainers import SortedKeyList, SortedList

NO_EXPIRY: Final = 2**62
NOT_ASKED: Final = 2**63

SortKey: TypeAlias = tuple[int, bytes]


class TtlOrder:
    """Soonest to expire first, then what has no expiry, then what was not there to be asked."""

    __slots__ = ("_deadlines",)

    def __init__(self, deadlines: Mapping[bytes, int | None]) -> None:
        """Order names of leaves by these deadlines; None for no expiry. They never change."""
        self._deadlines = deadlines

    def key(self, name: bytes) -> SortKey:
        """Answer by what a leaf of that name is sorted."""
        deadline_ms = self._deadlines.get(name, NOT_ASKED)
        return (NO_EXPIRY if deadline_ms is None else deadline_ms, name)


def sorted_leaves(order: TtlOrder | None, names: Iterable[bytes] = ()) -> SortedList[bytes]:
    """Answer names in an order; None for the order of the names themselves."""
    return SortedList(names) if order is None else SortedKeyList(names, key=order.key)
