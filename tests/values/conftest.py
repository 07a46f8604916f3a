"""A development cache with a clock in the hand, and a page to write on."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sinch_cache_gui.cache.memory import MemoryCache


@dataclass
class Clock:
    """A clock that is put forward by hand."""

    ms: int = 1_763_800_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> MemoryCache:
    return MemoryCache(clock)
