"""How far a value is on its way from the cache or to it, for whoever waits in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Final

from sinch_cache_gui.cache.transfers import Transfer, watched

TOLD_AFTER_S: Final = 1.0
"""What takes no longer needs no words."""

READABLE_S: Final = 0.2
"""Between two figures in one place."""


class Way(Enum):
    """Which way a value goes."""

    FROM_CACHE = "from the cache"
    TO_CACHE = "to the cache"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a value is on its way.

    Attributes:
        way: Which way it goes.
        done: Bytes that have arrived.
        whole: Bytes that shall. With a value that is written goes what it shall replace.
    """

    way: Way
    done: int
    whole: int


class Transit:
    """Tells of the one value that is on its way, once that takes longer than a moment.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._listeners: list[Callable[[Progress | None], None]] = []
        self._progress: Progress | None = None
        self._due_s = 0.0
        self._task: asyncio.Task[object] | None = None
        self._was_stopped = False

    @property
    def progress(self) -> Progress | None:
        """How far it is; None while nothing is on its way, or has not been for long."""
        return self._progress

    @property
    def was_stopped(self) -> bool:
        """Whether the value that was last on its way was stopped there."""
        return self._was_stopped

    def listen(self, listener: Callable[[Progress | None], None]) -> None:
        """Call `listener` now and then with how far it is, and with None at its end."""
        self._listeners.append(listener)

    def stop(self) -> None:
        """Cancel whoever waits for the value, if it is told of."""
        if self._task is not None and self._progress is not None:
            self._was_stopped = True
            self._task.cancel()

    @contextmanager
    def reading(self, size: int) -> Iterator[None]:
        """Tell of the reading within the block, of a value of `size` bytes."""

        def note(now: Transfer) -> None:
            self._note(Progress(Way.FROM_CACHE, min(now.received, size), size))

        with self._under_way(note):
            yield

    @contextmanager
    def writing(self, size: int) -> Iterator[None]:
        """Tell of the writing within the block, of a value of `size` bytes."""

        def note(now: Transfer) -> None:
            if now.to_send >= size:  # and not the look at the key before
                self._note(Progress(Way.TO_CACHE, now.sent, now.to_send))

        with self._under_way(note):
            yield

    @contextmanager
    def _under_way(self, note: Callable[[Transfer], None]) -> Iterator[None]:
        self._was_stopped = False
        self._task = asyncio.current_task()
        self._due_s = self._clock() + TOLD_AFTER_S
        try:
            with watched(note):
                yield
        finally:
            self._task = None
            self._tell(None)

    def _note(self, progress: Progress) -> None:
        now_s = self._clock()
        if now_s >= self._due_s:
            self._due_s = now_s + READABLE_S
            self._tell(progress)

    def _tell(self, progress: Progress | None) -> None:
        if progress != self._progress:
            self._progress = progress
            for listener in tuple(self._listeners):
                listener(progress)
