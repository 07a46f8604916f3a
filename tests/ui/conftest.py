"""Waiting for what a person would see, without stopping the window."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest

PATIENCE_S = 60.0
"""Only what never comes true is waited for so long; a busy machine may need most of it."""


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Let the loop run until something is true, or the patience is at its end."""

    async def wait(is_true: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE_S
        while not is_true():
            assert monotonic() < end, "it did not come true"
            await asyncio.sleep(0.001)

    return wait
