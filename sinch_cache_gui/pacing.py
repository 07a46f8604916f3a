"""Long work in short slices, so that the window keeps breathing."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final, Generic, TypeVar

T = TypeVar("T")

SLICE_S: Final = 0.004
"""How long work may hold the loop before it lets others run: a quarter of a frame at 60 Hz."""

CROWDED: Final = 1.5
"""Where others take so many slices between two of this work, its own become half as long."""

FREED_AT_ONCE: Final = 2_000
"""Things freed before the loop lets others run: a millisecond or two."""


class Breather:
    """Lets the loop run whenever the work around it has held it for a slice.

    Call it often; it costs a clock read unless a slice has passed::

        breathe = Breather()
        for page in pages:
            digest(page)
            await breathe()
    """

    __slots__ = ("_clock", "_limit_s", "_since", "_slice_s")

    def __init__(self, slice_s: float = SLICE_S, clock: Callable[[], float] = perf_counter) -> None:
        self._slice_s = self._limit_s = slice_s
        self._clock = clock
        self._since = clock()

    async def __call__(self) -> None:
        """Yield to the loop if the slice is used up."""
        paused = self._clock()
        if paused - self._since < self._limit_s:
            return
        await asyncio.sleep(0)
        self._since = self._clock()
        # Each of many takes its slice in every turn of the loop: together they make it long.
        away_s = self._since - paused
        if away_s > CROWDED * self._slice_s:
            self._limit_s = self._slice_s / 2
        elif away_s < self._slice_s:
            self._limit_s = self._slice_s


class Kept(Generic[T]):
    """Very many things, freed in slices once nobody has this any more.

    To free the writes of a move of 100,000 keys at once held the window for 90 ms (measured).

    Attributes:
        things: For looking at: whoever keeps the list itself, or many of them, takes that over.
    """

    __slots__ = ("__weakref__", "things")

    def __init__(self, things: list[T]) -> None:
        self.things: Sequence[T] = things
        weakref.finalize(self, _free, things).atexit = False


def _free(things: list[T]) -> None:
    del things[-FREED_AT_ONCE:]
    if not things:
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # nothing is left that could be held up
        return
    loop.call_soon(_free, things)
