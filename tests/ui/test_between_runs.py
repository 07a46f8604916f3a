"""Tasks that outlive a piece of a test go on between the pieces, as they do in the window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest


@pytest.fixture
async def work() -> AsyncIterator[asyncio.Task[None]]:
    async def go_on() -> None:
        while True:
            await asyncio.sleep(0)
            asyncio.get_running_loop()

    task = asyncio.create_task(go_on())
    yield task
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_task_that_fixture_and_test_share_finds_its_loop_between_them(
    work: asyncio.Task[None],
) -> None:
    await asyncio.sleep(0)
    assert not work.done()
