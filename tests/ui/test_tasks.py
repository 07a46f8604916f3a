"""Background work has an owner, a name and an error sink."""

from __future__ import annotations

import asyncio

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.tasks import TaskScope


async def test_a_failure_reaches_the_user_as_a_notice() -> None:
    shown: asyncio.Queue[Notice] = asyncio.Queue()
    notices = Notices()
    notices.listen(shown.put_nowait)
    scope = TaskScope(notices)

    async def fail() -> None:
        raise CacheUnreachable("No answer from localhost:6379", "It refused the connection.")

    scope.start("load", fail())

    assert (await shown.get()).title == "No answer from localhost:6379"
    assert not scope.is_running("load")
    await scope.aclose()


async def test_starting_a_name_again_ends_the_previous_task() -> None:
    scope = TaskScope(Notices())
    ended: list[str] = []

    async def wait_for_ever(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    scope.start("search", wait_for_ever("first"))
    await asyncio.sleep(0)
    scope.start("search", wait_for_ever("second"))
    await asyncio.sleep(0)
    assert ended == ["first"]

    await scope.aclose()
    assert ended == ["first", "second"]


async def test_a_task_that_has_returned_is_not_running_any_more() -> None:
    scope = TaskScope(Notices())
    seen: list[bool] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(lambda: seen.append(scope.is_running("load")))

    scope.start("load", work())
    while not seen:
        await asyncio.sleep(0)
    assert seen == [False]
    await scope.aclose()


def test_what_a_timer_starts_while_the_loop_pauses_is_run_when_it_goes_on() -> None:
    loop = asyncio.new_event_loop()
    scope = TaskScope(Notices())
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    async def begin() -> None:
        scope.start("first", work("first"))

    async def rest() -> None:
        while scope.is_running("first") or scope.is_running("later"):
            await asyncio.sleep(0)

    loop.run_until_complete(begin())
    scope.start("later", work("later"))
    loop.run_until_complete(rest())
    assert done == ["first", "later"]
    loop.run_until_complete(scope.aclose())
    loop.close()
