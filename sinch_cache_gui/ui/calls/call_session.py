"""The call of a panel: one at a time, its steps one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.voice.call import Call, Revise
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackStarted,
    CallOptions,
    OperationDone,
)
from sinch_cache_gui.voice.callbacks import Callback, CallSetup
from sinch_cache_gui.voice.delivery import deviating
from sinch_cache_gui.voice.exchange import exchange
from sinch_cache_gui.voice.scenario import Callee, Deviations, Direction
from sinch_cache_gui.voice.scenario_run import act_as_callee
from sinch_cache_gui.voice.scenario_saving import Input, PlacedCall, scenario_text
from sinch_cache_gui.voice.targets import BuiltinTarget, Target

Step: TypeAlias = Callable[[Call], Awaitable[None]]

CLOCK_LOOK_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Placing:
    """How a call is placed.

    Attributes:
        setup: Who calls whom.
        direction: Who began it.
        options: How it is simulated.
        deviations: What goes wrong on the way to the function.
        revise: Shows each callback to somebody before it is sent; None sends it as it is.
    """

    setup: CallSetup
    direction: Direction = Direction.INBOUND
    options: CallOptions = CallOptions()  # noqa: RUF009 (frozen)
    deviations: Deviations = Deviations()  # noqa: RUF009 (frozen)
    revise: Revise | None = None


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
        self._placing: Placing | None = None
        self._inputs: list[Input] = []
        self._sent = 0

    @property
    def call(self) -> Call | None:
        """The call that runs, or the last one."""
        return self._call

    def as_scenario(self) -> str | None:
        """Answer the call, or the last one, as the text of a scenario; None before the first."""
        call, placing = self._call, self._placing
        if call is None or placing is None:
            return None
        return scenario_text(
            PlacedCall(
                placing.setup,
                placing.direction,
                placing.options.is_silence_timed,
                call.state.started_ms or self._now_ms(),
                self._inputs,
                call.records,
                call.state.end,
                placing.options.assumptions,
            )
        )

    @property
    def is_running(self) -> bool:
        """Whether a call was dialled and has not ended."""
        return self._is_running

    @property
    def tells_operations(self) -> bool:
        """Whether who answers tells what it asks of the cache; a URL does not."""
        return isinstance(self._target, BuiltinTarget)

    def ask(self, target: Target) -> None:
        """Let `target` answer from the next call on."""
        self._target = target

    def dial(self, placing: Placing) -> None:
        """Start a new call, unless one is running."""
        if self._is_running:
            return
        self._is_running = True
        self._placing, self._inputs = placing, []
        self._sent = 0
        target, options = deviating(
            self._target, placing.options, placing.deviations, asyncio.sleep
        )
        self._call = Call(
            placing.setup,
            target,
            now_ms=self._now_ms,
            listener=self.told.emit,
            options=options,
            revise=placing.revise,
        )
        self._steps = asyncio.Queue()
        self._scope.start("call", self._run(self._call, self._steps, placing.direction))

    def press(self, key: str) -> None:
        """The caller presses a key."""
        self._then(lambda call: call.press(key), {"press": key})

    def say(self, words: str) -> None:
        """The caller says something."""
        self._then(lambda call: call.speak(words), {"say": words})

    def be_silent(self) -> None:
        """The caller presses nothing until the time is up."""
        self._then(lambda call: call.silence(), {"silence": True})

    def act_as_callee(self, step: Callee) -> None:
        """The called party does something."""
        done: dict[str, JsonValue] = {"callee": step.does.value}
        if step.amd is not None:
            done["amd"] = step.amd.as_json()
        self._then(lambda call: act_as_callee(step, call), done)

    def hang_up(self) -> None:
        """The caller hangs up; a reply that is awaited is not carried out any more."""
        if self._call is not None and self._is_running:
            self._call.leave()
            self._then(lambda call: call.hang_up(), {"hangUp": True})

    def send(
        self,
        callback: Callback,
        timeout_ms: int,
        before: Callable[[Callback], Awaitable[None]],
    ) -> None:
        """Send a callback by itself, beside whatever call there is; its reply is only shown.

        Args:
            callback: What is sent.
            timeout_ms: How long the reply is waited for.
            before: Is done before it is sent.
        """
        self._sent += 1
        sending = self._send(callback, self._sent, timeout_ms, before)
        self._scope.start(f"send {self._sent}", sending)

    async def _send(
        self,
        callback: Callback,
        number: int,
        timeout_ms: int,
        before: Callable[[Callback], Awaitable[None]],
    ) -> None:
        await before(callback)
        self.told.emit(CallbackStarted(callback))
        record = await exchange(
            callback,
            self._target,
            number=-number,  # beside those of the call
            now_ms=self._now_ms,
            stopwatch=time.perf_counter,
            timeout_ms=timeout_ms,
            on_operation=lambda operation: self.told.emit(OperationDone(operation)),
        )
        self.told.emit(CallbackFinished(record))

    def _then(self, step: Step, done: dict[str, JsonValue]) -> None:
        if self._is_running:
            self._inputs.append(Input(self._now_ms(), done))
            self._steps.put_nowait(step)

    async def _run(self, call: Call, steps: asyncio.Queue[Step], direction: Direction) -> None:
        try:
            await (call.dial() if direction is Direction.INBOUND else call.call_out())
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
        left_s = max(0, deadline_ms - self._now_ms()) / 1000
        try:
            # The clock may be put forward or run faster meanwhile: it is asked again and again.
            async with asyncio.timeout(min(left_s, CLOCK_LOOK_S)):
                return await steps.get()
        except TimeoutError:
            return Call.pass_time
