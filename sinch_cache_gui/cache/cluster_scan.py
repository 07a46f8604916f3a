"""Scanning a cluster that may be rearranged meanwhile, without losing a key.

Each primary is scanned from end to end, one after the other. Then all are asked what they hold
now. A primary that has gained slots, or is being handed some, since the scan began is scanned
again: a key that moved is where it went, whether its old place was scanned before or after. Only
when nothing more was gained is the scan complete. Keys may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sinch_cache_gui.cache.cluster_members import ClusterMembers
from sinch_cache_gui.cache.cluster_topology import Primary
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import ScanCursor, ScanPage


@dataclass(frozen=True, slots=True)
class ClusterCursor:
    """Where the scan of a cluster stands.

    Attributes:
        began: What each primary held when this round over the primaries began.
        is_first: Whether this is the first round.
        waiting: Primaries still to be scanned in this round, by id; the first is under way.
        at: The cursor of the one under way; None for its beginning.
    """

    began: Mapping[str, Primary]
    is_first: bool
    waiting: tuple[str, ...]
    at: ScanCursor | None = None

    def moved_on(self, at: ScanCursor | None) -> ClusterCursor:
        """Answer the cursor after a page of the primary under way; None means it was the last."""
        if at is not None:
            return replace(self, at=at)
        return replace(self, waiting=self.waiting[1:], at=None)


class ClusterScan:
    """Pages of keys from one primary after the other."""

    def __init__(self, members: ClusterMembers) -> None:
        self._members = members

    async def page(
        self, cursor: ScanCursor | None, pattern: bytes | None, count: int, type_: str | None
    ) -> ScanPage:
        """As `CacheBackend.scan_page`: one SCAN, or one at each of several with few keys."""
        if cursor is None:
            # One that is down is told when its turn comes: the keys of the others are shown.
            at = first_round(await self._members.told_by_each(are_all_needed=False))
        elif isinstance(cursor, ClusterCursor):
            at = cursor
        else:
            raise TypeError(f"not a cursor of this cache: {cursor!r}")
        keys: list[bytes] = []
        while at.waiting and len(keys) < count:
            try:
                page = await self._page_of(at.waiting[0], at.at, pattern, count, type_)
            except CacheError:
                if not keys:
                    raise
                break  # told when the next page is asked for
            keys += page.keys
            at = at.moved_on(page.next)
            if page.next is not None:
                break
        if at.waiting:
            return ScanPage(keys, at)
        return ScanPage(keys, next_round(at, await self._members.told_by_each()))

    async def _page_of(
        self,
        name: str,
        at: ScanCursor | None,
        pattern: bytes | None,
        count: int,
        type_: str | None,
    ) -> ScanPage:
        """Scan at one primary; one that is none any more has nothing: its heir will be scanned."""
        seen = self._members.looks
        member = self._members.all().get(name)
        if member is None:
            return ScanPage((), None)
        try:
            return await member.cache.scan_page(at, pattern=pattern, count=count, type_=type_)
        except CacheUnreachable:
            await self._members.look(seen)
            if name in self._members.all():
                raise
            return ScanPage((), None)


def first_round(primaries: Sequence[Primary]) -> ClusterCursor:
    """Answer the cursor of a scan that begins."""
    began = {primary.id: primary for primary in primaries}
    return ClusterCursor(began, is_first=True, waiting=tuple(began))


def next_round(cursor: ClusterCursor, primaries: Sequence[Primary]) -> ClusterCursor | None:
    """Answer the round that looks for what may have moved, None if nothing has.

    Args:
        cursor: The round that has ended.
        primaries: What each primary says of itself now.
    """
    again = tuple(
        primary.id
        for primary in primaries
        if _may_hold_unseen(primary, cursor.began.get(primary.id), is_first=cursor.is_first)
    )
    if not again:
        return None
    began = {primary.id: primary for primary in primaries}
    return ClusterCursor(began, is_first=False, waiting=again)


def _may_hold_unseen(now: Primary, began: Primary | None, *, is_first: bool) -> bool:
    """Whether keys may have come to a primary since its round began.

    Slots that were arriving all through a first round brought keys in an unknown order. By the
    second round all of those are there, and what arrives from then on was seen where it left.
    """
    if began is None or now.epoch != began.epoch or not now.holds() <= began.holds():
        return True
    return not now.arriving <= (frozenset() if is_first else began.arriving)
