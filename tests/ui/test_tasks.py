"""Background work has an owner, a name and an error sink."""

from __future__ import annotations

import asyncio

import pytest

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.editor.pane_tasks import PaneTasks
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


@pytest.mark.parametrize("is_closed", [True, False])
async def test_what_was_replaced_and_has_not_ended_yet_is_waited_for(is_closed: bool) -> None:
    scope = TaskScope(Notices())
    ended: list[str] = []

    async def wait_for_ever(name: str, turns_to_tidy_up: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(turns_to_tidy_up):
                await asyncio.sleep(0)
            ended.append(name)

    scope.start("search", wait_for_ever("first", 10))
    await asyncio.sleep(0)
    scope.start("search", wait_for_ever("second", 0))
    await asyncio.sleep(0)
    await (scope.aclose() if is_closed else scope.end(["search"]))
    assert ended == ["second", "first"]
    await scope.aclose()


async def test_a_pane_that_has_ended_begins_nothing_any_more() -> None:
    scope = TaskScope(Notices())
    pane = PaneTasks(scope, object())
    begun: list[str] = []

    async def check(when: str) -> None:
        begun.append(when)

    pane.start("check", check("before"))
    await asyncio.sleep(0.001)
    await pane.end()
    pane.start("check", check("after"))
    assert not pane.is_running("check")
    await asyncio.sleep(0.001)
    assert begun == ["before"]
    await scope.aclose()


async def test_a_task_that_has_returned_is_not_running_any_more() -> None:
    scope = TaskScope(Notices())
    is_running: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: is_running.set_result(scope.is_running("load")))

    scope.start("load", work())
    assert scope.is_running("load")
    assert not await is_running
    await scope.aclose()


def test_what_a_timer_starts_while_the_loop_pauses_is_run_when_it_goes_on() -> None:
    loop = asyncio.new_event_loop()
    scope = TaskScope(Notices())
    first, later = asyncio.Event(), asyncio.Event()

    async def work(done: asyncio.Event) -> None:
        done.set()

    async def begin() -> None:
        scope.start("first", work(first))
        await first.wait()

    loop.run_until_complete(begin())
    scope.start("later", work(later))
    loop.run_until_complete(later.wait())
    loop.run_until_complete(scope.aclose())
    loop.close()
