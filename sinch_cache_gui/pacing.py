"""Long work in short slices, so that the window keeps breathing."""

from __future__ import annotations

import asyncio
from time import perf_counter

SLICE_S = 0.004
"""How long work may hold the loop before it lets others run: a quarter of a frame at 60 Hz."""


class Breather:
    """Lets the loop run whenever the work around it has held it for a slice.

    Call it often; it costs a clock read unless a slice has passed::

        breathe = Breather()
        for page in pages:
            digest(page)
            await breathe()
    """

    __slots__ = ("_since", "_slice_s")

    def __init__(self, slice_s: float = SLICE_S) -> None:
        self._slice_s = slice_s
        self._since = perf_counter()

    async def __call__(self) -> None:
        """Yield to the loop if the slice is used up."""
        if perf_counter() - self._since >= self._slice_s:
            await asyncio.sleep(0)
            self._since = perf_counter()
