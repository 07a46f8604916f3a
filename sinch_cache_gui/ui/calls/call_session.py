"""The call of a panel: one at a time, its steps one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.voice.call import Call
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.callbacks import CallSetup
from sinch_cache_gui.voice.targets import Target

Step: TypeAlias = Callable[[Call], Awaitable[None]]


class CallSession(QObject):
    """Runs calls in a task scope and hands on what they tell."""

    told = Signal(object)
    """A `CallEvent`."""

    def __init__(
        self,
        scope: TaskScope,
        target: Target,
        now_ms: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._target = target
        self._now_ms = now_ms
        self._call: Call | None = None
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        self._is_running = False

    @property
    def call(self) -> Call | None:
        """The call that runs, or the last one."""
        return self._call

    @property
    def is_running(self) -> bool:
        """Whether a call was dialled and has not ended."""
        return self._is_running

    def dial(self, setup: CallSetup, options: CallOptions) -> None:
        """Start a new call, unless one is running."""
        if self._is_running:
            return
        self._is_running = True
        self._call = Call(
            setup, self._target, now_ms=self._now_ms, listener=self.told.emit, options=options
        )
        self._steps = asyncio.Queue()
        self._scope.start("call", self._run(self._call, self._steps))

    def press(self, key: str) -> None:
        """The caller presses a key."""
        self._then(lambda call: call.press(key))

    def be_silent(self) -> None:
        """The caller presses nothing until the time is up."""
        self._then(lambda call: call.silence())

    def hang_up(self) -> None:
        """The caller hangs up; a reply that is awaited is not carried out any more."""
        if self._call is not None and self._is_running:
            self._call.leave()
            self._then(lambda call: call.hang_up())

    def _then(self, step: Step) -> None:
        if self._is_running:
            self._steps.put_nowait(step)

    async def _run(self, call: Call, steps: asyncio.Queue[Step]) -> None:
        try:
            await call.dial()
            while call.state.is_running:
                step = await self._next_step(call, steps)
                await step(call)
        finally:
            if self._call is call:
                self._is_running = False

    async def _next_step(self, call: Call, steps: asyncio.Queue[Step]) -> Step:
        """Answer what somebody does next, or that the time is up."""
        deadline_ms = call.deadline_ms
        if deadline_ms is None:
            return await steps.get()
        try:
            async with asyncio.timeout(max(0, deadline_ms - self._now_ms()) / 1000):
                return await steps.get()
        except TimeoutError:
            return Call.pass_time
