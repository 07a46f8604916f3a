"""How long a server may be silent before it counts as lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

_LOOKS: Final = 5
"""How often within the time of a silence it is looked whether what was sent still moves."""

_SWALLOWED: Final = 1 << 16
"""Bytes that any line takes in a moment."""

_SLOWEST_BYTES_PER_S: Final = 20_000
"""What a line that is still of use carries."""

_MOST_TIMES: Final = 12
"""Longer than so many limits nothing is waited for that may be on its way, and may be lost."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What of the commands of an exchange has not arrived.

    Attributes:
        size: Bytes; None where it cannot be told.
        of: Bytes of the commands.
    """

    size: int | None
    of: int


class Patience:
    """Bears a silence for so long; each byte that the server sends or takes begins the time anew.

    So a large value may take minutes over a slow line, and a server that falls silent midway is
    lost as soon as any other. That of a long command everything was taken says little: a proxy or a
    tunnel may have it, and may need long to hand it on. So much longer is waited then.

    Args:
        limit_s: The time.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._since = 0.0
        self._unsent = 0
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def limit(self, look: Callable[[], Unsent]) -> AsyncIterator[None]:
        """Bear no longer silence within the block.

        Args:
            look: Answers what has not arrived; asked only once there has been a silence.

        Raises:
            TimeoutError: The server was silent for too long.
        """
        loop = asyncio.get_running_loop()
        self._since = loop.time()
        self._unsent = 0
        try:
            async with asyncio.timeout(None) as timeout:
                self._look_at(loop, self._since + self._limit_s / _LOOKS, look, timeout)
                yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def renew(self) -> None:
        """Begin the time anew."""
        # Only that: a timer begun anew with every piece would slow a fast line down.
        self._since = asyncio.get_running_loop().time()

    def _look_at(
        self,
        loop: asyncio.AbstractEventLoop,
        when: float,
        look: Callable[[], Unsent],
        timeout: asyncio.Timeout,
    ) -> None:
        def look_now() -> None:
            now = loop.time()
            unsent = look()
            if unsent.size is not None:
                if unsent.size < self._unsent:
                    self._since = now
                self._unsent = unsent.size
            until = self._since + self._limit_s + self._grace_s(unsent)
            if now >= until:
                timeout.reschedule(now)
            else:
                self._look_at(loop, min(now + self._limit_s / _LOOKS, until), look, timeout)

        self._timer = loop.call_at(when, look_now)

    def _grace_s(self, unsent: Unsent) -> float:
        """How much longer is waited because what has arrived may have arrived at a tunnel only."""
        if unsent.size:
            return 0.0
        slow_s = max(unsent.of - _SWALLOWED, 0) / _SLOWEST_BYTES_PER_S
        return min(slow_s, _MOST_TIMES * self._limit_s)
