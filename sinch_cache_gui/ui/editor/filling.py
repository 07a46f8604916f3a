"""How fast a long text goes into an editor: in slices that nobody notices, painted now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, thread_time
from typing import Final

from PySide6.QtWidgets import QWidget

SLICE_S: Final = 0.008
"""How long filling holds the loop, in seconds of its own: what other programs take is no part."""

PAINT_S: Final = 0.1
"""How often the text is painted while it is filled in."""

FIRST_CHUNK: Final = 10_000
"""Characters put in first: two milliseconds, if the lines are short."""

MAX_CHUNK: Final = 160_000
"""Characters put in at a time, if the lines are long."""


class FillingPace:
    """The pace of filling one view.

    Each slice changes the height of the text, which would have all that is in sight painted anew.
    """

    def __init__(self, view: QWidget) -> None:
        self._view = view
        self._chunk = FIRST_CHUNK
        self._since = self._stepped = thread_time()
        self._painted = -PAINT_S

    @contextmanager
    def measured(self) -> Iterator[int]:
        """Give how many characters to put in now, and learn from how long that took."""
        started = thread_time()
        yield self._chunk
        took_s = thread_time() - started
        if took_s > 0.8 * SLICE_S:
            self._chunk = max(self._chunk // 2, FIRST_CHUNK // 4)
        elif took_s < 0.3 * SLICE_S:
            self._chunk = min(self._chunk * 2, MAX_CHUNK)

    async def breathe(self) -> bool:
        """Let the loop run unless there is time for another step as long as this one was.

        Answer whether the view was painted.
        """
        before, self._stepped = self._stepped, thread_time()
        if 2 * self._stepped - before - self._since < SLICE_S:
            return False
        now = perf_counter()
        is_painted = now - self._painted >= PAINT_S
        if is_painted:
            self._painted = now
        self._view.setUpdatesEnabled(is_painted)
        await asyncio.sleep(0)
        self._view.setUpdatesEnabled(False)
        self._since = self._stepped = thread_time()
        return is_painted

    def end(self) -> None:
        """Have everything painted from now on as it changes."""
        self._view.setUpdatesEnabled(True)
