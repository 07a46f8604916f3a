"""Simulated time for many calls at once: it goes on only while all of them wait."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Sequence
from itertools import count
from typing import Final, Protocol

from sinch_cache_gui.cache.interface import CacheBackend, ExpireAt
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock

_SLICE_S: Final = 0.05


class SimulatedTime(Protocol):
    """A clock that can be moved, and a cache whose keys age with it."""

    def now_ms(self) -> int:
        """The time in milliseconds since the epoch."""
        ...

    async def reach(self, at_ms: int) -> None:
        """Let it be `at_ms` at least, and let what has expired until then be gone."""
        ...


class MemoryTime:
    """The clock a MemoryCache runs on."""

    def __init__(self, clock: VirtualClock, cache: MemoryCache) -> None:
        self._clock = clock
        self._cache = cache

    def now_ms(self) -> int:
        """The cache's time."""
        return self._clock()

    async def reach(self, at_ms: int) -> None:
        """Put the clock forward."""
        self._clock.put_forward(max(0, at_ms - self._clock()))
        await self._cache.sweep()


class AgedTime:
    """A shared cache's clock cannot be moved; the keys of a scenario are aged instead.

    Args:
        cache: The cache.
        ageing: Answers the keys of those who live in this time. No other key is touched.
    """

    def __init__(self, cache: CacheBackend, ageing: Callable[[], Sequence[bytes]]) -> None:
        self._cache = cache
        self._ageing = ageing
        self._ahead_ms = 0

    def now_ms(self) -> int:
        """The cache's time, put forward by what was simulated."""
        return self._cache.now_ms() + self._ahead_ms

    async def reach(self, at_ms: int) -> None:
        """Take the time that is skipped from what those keys have left."""
        skipped_ms = at_ms - self.now_ms()
        if skipped_ms <= 0:
            return
        self._ahead_ms += skipped_ms
        keys = self._ageing()
        for key, deadline in zip(keys, await self._cache.deadlines(keys), strict=True):
            if not isinstance(deadline, int):
                continue
            if deadline - skipped_ms <= self._cache.now_ms():
                await self._cache.remove(key)
            else:
                await self._cache.change_ttl(key, ExpireAt(deadline - skipped_ms))


class Gate:
    """Opens once; whoever waits for it goes on then."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._waiting: list[asyncio.Future[None]] = []
        self._is_open = False

    def open(self) -> None:
        """Let everybody through."""
        self._is_open = True
        for waiting in self._waiting:
            self._timeline.wake(waiting)
        self._waiting.clear()

    async def wait(self) -> None:
        """Wait until it is open."""
        if not self._is_open:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await self._timeline.rest(waiting)


class Timeline:
    """Runs parts that wait in simulated time.

    While any part is at work (a reply is awaited, say) time stands still; when all of them wait, it
    goes on to the nearest moment somebody waits for.

    Args:
        time: What is moved.
        speed: Simulated seconds in a real one; None: as fast as can be.
    """

    def __init__(self, time: SimulatedTime, speed: float | None = None) -> None:
        self._time = time
        self._speed = speed
        self._busy = 0
        self._all_wait = asyncio.Event()
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        """The simulated time."""
        return self._time.now_ms()

    async def run(self, parts: Sequence[Coroutine[object, object, None]]) -> None:
        """Run all parts to their ends. What one of them raises ends the others, and is raised."""
        try:
            async with asyncio.TaskGroup() as group:
                self._busy += len(parts)
                for part in parts:
                    group.create_task(self._take_part(part))
                await self._drive()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from several

    async def sleep(self, seconds: float) -> None:
        """Wait in simulated time."""
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    async def sleep_until(self, at_ms: int) -> None:
        """Wait until a moment of simulated time."""
        if at_ms <= self.now_ms():
            return
        waiting = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at_ms, next(self._order), waiting))
        await self.rest(waiting)

    async def rest(self, waiting: asyncio.Future[None]) -> None:
        """Wait for something another part brings about; it must use `wake`."""
        self._leave()
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.cancelled():  # nobody woke it: it is at work again by itself
                self._busy += 1
            raise

    def wake(self, waiting: asyncio.Future[None]) -> None:
        """Let a part that rests go on."""
        if not waiting.done():
            self._busy += 1
            waiting.set_result(None)

    async def _take_part(self, part: Coroutine[object, object, None]) -> None:
        try:
            await part
        finally:
            self._leave()

    def _leave(self) -> None:
        self._busy -= 1
        if self._busy <= 0:
            self._all_wait.set()

    async def _drive(self) -> None:
        while True:
            await self._all_wait.wait()
            self._all_wait.clear()
            if self._busy > 0:
                continue
            if not self._sleepers:
                return
            await self._go_on_to(self._sleepers[0][0])
            while self._sleepers and self._sleepers[0][0] <= self.now_ms():
                self.wake(heapq.heappop(self._sleepers)[2])

    async def _go_on_to(self, at_ms: int) -> None:
        while self._speed is not None and (left_ms := at_ms - self.now_ms()) > 0:
            slice_s = min(_SLICE_S, left_ms / 1000 / self._speed)
            until_ms = min(at_ms, self.now_ms() + max(1, round(slice_s * self._speed * 1000)))
            await asyncio.sleep(slice_s)
            await self._time.reach(until_ms)
        await self._time.reach(at_ms)
