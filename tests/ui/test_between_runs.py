"""Tasks that outlive a piece of a test go on between the pieces, as they do in the window."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from sinch_cache_gui.notices import Notices
from sinch_cache_gui.ui.tasks import TaskScope
from tests.ui.conftest import Lend


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


class Lent(QWidget):
    """Notes whether anything is still at work on it when it goes."""

    def __init__(self, scope: TaskScope) -> None:
        super().__init__()
        self.was_at_work: list[bool] = []
        self._scope = scope

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's
        self.was_at_work.append(self._scope.is_running("look"))
        super().closeEvent(event)


@pytest.fixture
async def lent(lend: Lend) -> AsyncIterator[Lent]:
    scope = TaskScope(Notices())
    widget = Lent(scope)

    async def look_at_it() -> None:
        while True:
            await asyncio.sleep(0)
            widget.isVisible()

    lend(widget, scope)
    scope.start("look", look_at_it())
    yield widget
    assert widget.was_at_work == [False]


async def test_a_widget_that_is_lent_goes_after_the_work_on_it(lent: Lent) -> None:
    await asyncio.sleep(0)
    assert not lent.was_at_work
