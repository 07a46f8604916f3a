"""Waiting for what a person would see, without stopping the window."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.ui.tasks import TaskScope

Lend = Callable[[QWidget, TaskScope], None]

PATIENCE_S = 60.0
"""Only what never comes true is waited for so long; a busy machine may need most of it."""


@pytest.fixture(autouse=True, scope="session")
def emptied_clipboard(qapp: QApplication) -> Iterator[None]:
    """Leave nothing on the clipboard: the offscreen one lets go of it after Python has ended.

    What a program in Python has put there is then freed without an interpreter, which crashes.
    """
    yield
    qapp.clipboard().clear()


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Let the loop run until something is true, or the patience is at its end."""

    async def wait(is_true: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE_S
        while not is_true():
            assert monotonic() < end, "it did not come true"
            await asyncio.sleep(0.001)

    return wait


@pytest.fixture
async def lend(qtbot: QtBot) -> Lend:
    """Lend a widget to a test, whose work in a scope ends before the widget goes.

    The widget goes before any fixture ends, and Qt is turned in between: a task that is still at
    work then, such as the check of a text, would go on with a widget that is not there any more.
    """
    loop = asyncio.get_running_loop()

    def lent(widget: QWidget, scope: TaskScope) -> None:
        qtbot.addWidget(
            widget, before_close_func=lambda _widget: loop.run_until_complete(scope.aclose())
        )

    return lent
