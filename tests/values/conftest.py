"""A development cache with a clock in the hand, and a page to write on."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.memory import MemoryCache
from tests.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> MemoryCache:
    return MemoryCache(clock)
