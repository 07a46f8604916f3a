"""Many writes asked for at once: each has its own answer, and a lost cache ends those behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.pacing import Breather

_WORKERS: Final = 4
"""Writes under way at once: half of the connections, so that the window is still answered."""

T = TypeVar("T")
R = TypeVar("R")


def not_sent(lost: CacheUnreachable) -> CacheUnreachable:
    """Answer what is true of a write that waited behind the one whose cache was lost."""
    return CacheUnreachable(lost.title, "This was not sent: nothing was written.")


async def one_by_one(
    items: Sequence[T], act: Callable[[T], Awaitable[R]], *, workers: int = _WORKERS
) -> list[R | CacheError]:
    """Let `act` have each item, a few at a time, and answer in their order.

    Once the cache cannot be reached, no further item is begun.
    """
    answers: dict[int, R | CacheError] = {}
    waiting = iter(enumerate(items))
    lost: CacheUnreachable | None = None

    async def work() -> None:
        nonlocal lost
        breathe = Breather()
        for place, item in waiting:
            if lost is not None:
                answers[place] = not_sent(lost)
                continue
            try:
                answers[place] = await act(item)
            except CacheUnreachable as error:
                answers[place] = lost = error
            except CacheError as error:
                answers[place] = error
            await breathe()

    async with asyncio.TaskGroup() as group:
        for _ in range(min(workers, len(items))):
            group.create_task(work())
    return [answers[place] for place in range(len(items))]
