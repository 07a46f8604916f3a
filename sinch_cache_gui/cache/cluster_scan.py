"""Scanning a cluster that may be rearranged meanwhile, without losing a key.

Each primary is scanned from end to end, one after the other. Then all are asked what they hold
now. A primary that has gained slots, or is being handed some, since the scan began is scanned
again: a key that moved is where it went, whether its old place was scanned before or after. Only
when nothing more was gained is the scan complete. Keys may come twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sinch_cache_gui.cache.cluster_topology import Primary
from sinch_cache_gui.cache.interface import ScanCursor


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
