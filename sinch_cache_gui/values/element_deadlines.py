"""Which elements should be gone by now, of very many that expire by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.ttl import has_passed
from sinch_cache_gui.pacing import Breather

_AT_ONCE: Final = 5_000
"""Deadlines looked at in one go: about half a millisecond."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a look at deadlines found.

    Attributes:
        rows: Whose time is up, in order; not all of them if there are too many.
        next_ms: The nearest deadline that has not come; None for none.
        has_more: Whether there may be further ones whose time is up.
    """

    rows: list[int]
    next_ms: int | None
    has_more: bool


async def find_due(deadlines_ms: Sequence[int | None], now_ms: int, *, most: int) -> Due:
    """Look through deadlines, letting the loop run meanwhile; the sequence may change then.

    Args:
        deadlines_ms: When each row expires; None for never.
        now_ms: The cache's clock.
        most: Rows after which the look ends early.
    """
    rows: list[int] = []
    next_ms: int | None = None
    breathe = Breather()
    first = 0
    while first < len(deadlines_ms) and len(rows) < most:
        part = deadlines_ms[first : first + _AT_ONCE]
        rows += [at for at, when in enumerate(part, first) if has_passed(when, now_ms)]
        coming = (when for when in part if when is not None and when > now_ms)
        soonest = min(coming, default=None)
        if soonest is not None and (next_ms is None or soonest < next_ms):
            next_ms = soonest
        first += _AT_ONCE
        await breathe()
    return Due(rows[:most], next_ms, len(rows) > most or first < len(deadlines_ms))
