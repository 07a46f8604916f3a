"""The order of the leaves of a folder: by name, or by the TTL they had when it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, TypeAlias

from sortedcontainers import SortedKeyList, SortedList

from sinch_cache_gui.cache.walked_keys import SHARD_SHIFT, SHARDS

NO_EXPIRY: Final = 2**62
NOT_ASKED: Final = 2**63

SortKey: TypeAlias = tuple[int, bytes]


class DeadlineShards:
    """The deadlines of very many leaves. One dict of all would grow by a long step at a time."""

    __slots__ = ("_shards",)

    def __init__(self) -> None:
        self._shards: list[dict[bytes, int | None]] = [{} for _ in range(SHARDS)]

    def __setitem__(self, name: bytes, deadline_ms: int | None) -> None:
        self._shards[hash(name) >> SHARD_SHIFT][name] = deadline_ms

    def get(self, name: bytes, default: int) -> int | None:
        """Answer the deadline, None for no expiry, or the default where it is not known."""
        return self._shards[hash(name) >> SHARD_SHIFT].get(name, default)

    def taken_apart(self) -> Iterator[None]:
        """Free the deadlines, some at each step."""
        for place in range(SHARDS):
            self._shards[place] = {}
            yield


class Deadlines(Protocol):
    """Deadlines of leaves, by name."""

    def get(self, name: bytes, default: int, /) -> int | None:
        """Answer the deadline, None for no expiry, or the default where it is not known."""
        ...


class TtlOrder:
    """Soonest to expire first, then what has no expiry, then what was not there to be asked."""

    __slots__ = ("_deadlines",)

    def __init__(self, deadlines: Deadlines) -> None:
        """Order names of leaves by these deadlines; None for no expiry. They never change."""
        self._deadlines = deadlines

    def key(self, name: bytes) -> SortKey:
        """Answer by what a leaf of that name is sorted."""
        deadline_ms = self._deadlines.get(name, NOT_ASKED)
        return (NO_EXPIRY if deadline_ms is None else deadline_ms, name)

    def taken_apart(self) -> Iterator[None]:
        """Free what is known, some at each step; nothing is sorted by it any more."""
        if isinstance(self._deadlines, DeadlineShards):
            yield from self._deadlines.taken_apart()


def sorted_leaves(order: TtlOrder | None, names: Iterable[bytes] = ()) -> SortedList[bytes]:
    """Answer names in an order; None for the order of the names themselves."""
    return SortedList(names) if order is None else SortedKeyList(names, key=order.key)
