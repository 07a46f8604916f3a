"""The window's loop as tests run it: a piece at a time, with Qt at work in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

from qasync import QEventLoop


class LoopBetweenRuns(QEventLoop):
    """A loop whose tasks find it running whenever they run.

    Fixtures and the test are a run each, and Qt is turned between two runs as well: once by qasync
    when a run has ended, and by pytest-qt after set-up, test and tear-down. A task that is at work
    then goes on, and without this died of "no running event loop" at its next sleep or timeout. In
    the program the loop runs once, from the first window to the last.
    """

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.Handle:
        handle: asyncio.Handle = super().call_later(
            delay, self._call_running, callback, *args, context=context
        )
        return handle

    def _call_running(self, callback: Callable[..., object], *args: object) -> None:
        if asyncio._get_running_loop() is not None:
            callback(*args)
            return
        asyncio._set_running_loop(self)
        try:
            callback(*args)
        finally:
            asyncio._set_running_loop(None)
