"""How the leaves of each folder are sorted, in every index of one cache at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from sinch_cache_gui.keyspace.conditions import Asked, Questions
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.order import TtlOrder
from sinch_cache_gui.keyspace.sorting import Sorting


class LeafOrders:
    """Sorts folders by TTL as it is wished, and by name again.

    Attributes:
        known: The orders in force, by the prefix of the folder; all others are sorted by name.
    """

    def __init__(
        self,
        cache: Questions,
        sort_leaves: Callable[[bytes], None],
        told: Callable[[], None],
        settled: Callable[[], object],
    ) -> None:
        """Sort all by name.

        Args:
            cache: Answers when keys expire.
            sort_leaves: Called with the prefix of a folder whose order is another one now.
            told: Called a few times a second while keys are asked about.
            settled: Called when many objects have come that will stay.
        """
        self._cache = cache
        self._sort_leaves = sort_leaves
        self._told = told
        self._settled = settled
        self._sorting: Sorting | None = None
        self._wishes = asyncio.Event()
        self._asked_for: KeyIndex | None = None
        self._orders: dict[bytes, TtlOrder] = {}
        self._outdated: list[TtlOrder] = []
        self.known: Mapping[bytes, TtlOrder] = self._orders

    @property
    def asked(self) -> Asked | None:
        """How far asking for an order by TTL has come; None while all is sorted by name."""
        return None if self._sorting is None else self._sorting.asked

    def sort_by_ttl(self, prefixes: Sequence[bytes]) -> None:
        """Sort the leaves of these folders by TTL, beside those sorted so already."""
        known = () if self._sorting is None else self._sorting.prefixes
        all_prefixes = tuple(dict.fromkeys((*known, *prefixes)))
        self._sorting = Sorting(self._cache, all_prefixes, self._told, self._settled)
        self._wishes.set()

    def sort_by_name(self) -> None:
        """Sort every folder by name again."""
        self._sorting = None
        self._wishes.set()
        prefixes = tuple(self._orders)
        self._outdated.extend(self._orders.values())
        self._orders.clear()
        for prefix in prefixes:
            self._sort_leaves(prefix)

    def try_again(self) -> None:
        """Ask once more, if that failed: the cache answers again."""
        if self._sorting is not None and self._sorting.asked.reason:
            self.sort_by_ttl(())

    def index_gone(self, index: KeyIndex) -> None:
        """Ask once more, if that is under way for the leaves of an index that is no more."""
        if self._sorting is not None and index is self._asked_for:
            self.sort_by_ttl(())

    async def run(self, shown: Callable[[], KeyIndex]) -> None:
        """Fulfil each wish of `sort_by_ttl`; a newer one ends the work on an older one."""
        while True:
            await self._wishes.wait()
            self._wishes.clear()
            sorting = self._sorting
            if sorting is None:
                continue
            self._asked_for = shown()
            running = asyncio.create_task(sorting.run(self._asked_for, self._sort))
            newer = asyncio.create_task(self._wishes.wait())
            try:
                await asyncio.wait((running, newer), return_when=asyncio.FIRST_COMPLETED)
                if running.done():
                    running.result()
            finally:
                self._asked_for = None
                for task in (running, newer):
                    task.cancel()
                await asyncio.gather(running, newer, return_exceptions=True)

    async def free_outdated(self) -> None:
        """Free, in slices, what nothing is sorted by any more."""
        orders, self._outdated = self._outdated, []
        for order in orders:
            for _ in order.taken_apart():
                await asyncio.sleep(0)

    def _sort(self, prefix: bytes, order: TtlOrder) -> None:
        if prefix in self._orders:
            self._outdated.append(self._orders[prefix])
        self._orders[prefix] = order
        self._sort_leaves(prefix)
