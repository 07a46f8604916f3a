"""What moves on one connection: counted for who wants to know, and watched for a silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.patience import Patience, Unsent
from sinch_cache_gui.cache.send_queue import unacknowledged
from sinch_cache_gui.cache.transfers import Transfer, Watch, watch_of_this_task

_LONG_BYTES: Final = 1 << 16
"""An exchange of more bytes may fill a slow line, and have every other wait in it."""


@dataclass(slots=True)
class LastMove:
    """When something long last moved on any connection to one server.

    Attributes:
        at_s: By the clock of the loop.
    """

    at_s: float = float("-inf")


class Traffic:
    """Counts the bytes of one exchange after another.

    Args:
        limit_s: The longest the server may be silent within an exchange.
        last_move: Kept for every connection to the server.
    """

    def __init__(self, limit_s: float, last_move: LastMove) -> None:
        self._patience = Patience(limit_s)
        self._last_move = last_move
        self._looked_at = 0
        self._writer: asyncio.StreamWriter | None = None
        self._watch: Watch | None = None
        self._measure: Callable[[], int] = lambda: 0
        self._to_send: int | None = None
        self._given = self._received = 0

    def has_server_moved_since(self, at_s: float) -> bool:
        """Whether something long moved on any connection to the server after a moment."""
        return self._last_move.at_s > at_s

    def follow(self, writer: asyncio.StreamWriter | None) -> None:
        """Ask this end of the connection what has not arrived."""
        self._writer = writer

    @asynccontextmanager
    async def exchange(self, measure: Callable[[], int]) -> AsyncIterator[None]:
        """Count an exchange, and end it if the server is silent.

        Args:
            measure: Answers how many bytes the commands have; asked only if that matters.

        Raises:
            TimeoutError: It was silent for too long.
        """
        self._measure, self._to_send = measure, None
        self._given = self._received = self._looked_at = 0
        self._watch = watch_of_this_task()
        try:
            async with self._patience.limit(self._look):
                yield
        finally:
            self._watch = None

    def gives(self, size: int) -> None:
        """Note that bytes are about to be given to this machine to send."""
        self._given += size

    def took(self) -> None:
        """Note that this machine has taken what it was given."""
        self._patience.renew()
        self._moved(self._given)
        if self._watch is not None:
            self._tell(self._unsent())

    def heard(self, size: int) -> None:
        """Note that bytes have come."""
        self._received += size
        self._patience.renew()
        self._moved(self._received)
        if self._watch is not None:
            self._tell(self._unsent())  # the first of many commands is answered before the last

    def _look(self) -> Unsent:
        unsent = self._unsent()
        if unsent.size is not None and unsent.size < self._looked_at:
            self._moved(unsent.of)
        self._looked_at = unsent.size or 0
        self._tell(unsent)
        return unsent

    def _moved(self, size: int) -> None:
        if size > _LONG_BYTES:
            self._last_move.at_s = asyncio.get_running_loop().time()

    def _unsent(self) -> Unsent:
        size = self._size()
        ahead = size - self._given
        on_its_way = None if self._writer is None else unacknowledged(self._writer)
        if on_its_way is None:
            return Unsent(ahead or None, size)
        return Unsent(ahead + on_its_way, size)

    def _size(self) -> int:
        if self._to_send is None:
            self._to_send = self._measure()
        return self._to_send

    def _tell(self, unsent: Unsent) -> None:
        if self._watch is not None:
            arrived = max(unsent.of - (unsent.size or 0), 0)
            self._watch(Transfer(arrived, unsent.of, self._received))
