"""One simulated call: which callback is fired when, and what its reply leads to.

Inbound: ICE, then a PIE for each menu that ends, then DICE; a connected callee adds ACE. Outbound:
ACE when the callee picks up, then as before. What no document says is marked "assumed".
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias

from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackRecord,
    CallbackStarted,
    CallEnd,
    CallEvent,
    CallListener,
    CallOptions,
    CallPhase,
    CallState,
    LineKind,
    OperationDone,
    StateChanged,
    TranscriptGrew,
    TranscriptLine,
)
from sinch_cache_gui.voice.callbacks import (
    Amd,
    Callback,
    CallResult,
    CallSetup,
    EndReason,
    Event,
    ace,
    ice,
    pie,
)
from sinch_cache_gui.voice.charge import dice_of
from sinch_cache_gui.voice.conference import ConferenceDigits
from sinch_cache_gui.voice.exchange import exchange
from sinch_cache_gui.voice.menu import MenuFinished, MenuRun, MenuStep
from sinch_cache_gui.voice.narration import endpoint_of, line_of_instruction, line_of_step
from sinch_cache_gui.voice.svaml import (
    Action,
    Answer,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    Hangup,
    Instruction,
    Park,
    PlayFiles,
    RunMenu,
    Say,
)
from sinch_cache_gui.voice.targets import Target

Revise: TypeAlias = Callable[[Callback], Awaitable[Callback]]
"""Lets somebody look at a callback, and change it, before it is sent."""

MAX_CALLBACKS_WITHOUT_INPUT: Final = 10
"""A function that answers menus which cannot run would be asked for ever; here it is not."""


class Call:
    """The state machine of one call.

    Its methods are what people and networks do: dial, press, be silent, pick up, hang up. They are
    called one after the other; only `leave` may come while another is under way. A late, failing or
    unreadable reply is an outcome in `records`, never an exception.
    """

    def __init__(
        self,
        setup: CallSetup,
        target: Target,
        *,
        now_ms: Callable[[], int],
        listener: CallListener,
        options: CallOptions | None = None,
        stopwatch: Callable[[], float] = time.perf_counter,
        revise: Revise | None = None,
    ) -> None:
        self._setup = setup
        self._target = target
        self._now_ms = now_ms
        self._listener = listener
        self._options = options or CallOptions()
        self._stopwatch = stopwatch
        self._revise = revise
        self._state = CallState(setup.call_id)
        self._records: list[CallbackRecord] = []
        self._transcript: list[TranscriptLine] = []
        self._menu: MenuRun | ConferenceDigits | None = None
        self._menu_ms = 0
        self._deadline_ms: int | None = None
        self._answered_ms: int | None = None
        self._action: Action | None = None
        self._has_left = False
        self._are_callbacks_suppressed = False
        self._unprompted = 0

    @property
    def setup(self) -> CallSetup:
        """Who calls whom."""
        return self._setup

    @property
    def state(self) -> CallState:
        """Where the call stands."""
        return self._state

    @property
    def records(self) -> tuple[CallbackRecord, ...]:
        """Every callback so far, in order."""
        return tuple(self._records)

    @property
    def transcript(self) -> tuple[TranscriptLine, ...]:
        """What the caller heard and did so far, in order."""
        return tuple(self._transcript)

    @property
    def deadline_ms(self) -> int | None:
        """When `pass_time` will have something to do; None if nothing is timed."""
        if self._menu is not None:
            return self._menu.deadline_ms if self._options.is_silence_timed else None
        return self._deadline_ms

    async def dial(self) -> None:
        """An inbound call arrives: ICE.

        Raises:
            RuntimeError: It was dialled before; a call is dialled once.
        """
        self._begin()
        self._note(f"{self._setup.caller} calls {self._setup.called.endpoint}.")
        await self._fire_and_follow(ice(self._setup, self._now_ms()))

    async def call_out(self) -> None:
        """An outbound call is placed; ACE follows when the callee answers.

        Raises:
            RuntimeError: It was dialled before; a call is dialled once.
        """
        self._begin()
        self._note(f"{self._setup.called.endpoint} is called.")
        self._become(CallPhase.CONNECTING)

    async def press(self, digit: str) -> None:
        """The caller presses a key."""
        self._unprompted = 0
        if self._menu is None:
            if self._state.is_running:
                self._tell(LineKind.PRESSED, digit)
                self._note("Nothing listens for keys now.")
            return
        await self._follow_menu(self._menu.press(digit, self._menu_now_ms()))

    async def speak(self, words: str) -> None:
        """The caller says something, as text."""
        self._unprompted = 0
        if isinstance(self._menu, MenuRun):
            await self._follow_menu(self._menu.speak(words, self._menu_now_ms()))

    async def silence(self) -> None:
        """The caller does nothing until the menu's time is up."""
        self._unprompted = 0
        if self._menu is not None and self._menu.deadline_ms is not None:
            self._menu_ms = self._menu.deadline_ms
            await self._follow_menu(self._menu.pass_time(self._menu_ms))

    async def pass_time(self) -> None:
        """The clock went on: whatever `deadline_ms` promised happens."""
        now_ms, deadline_ms = self._now_ms(), self.deadline_ms
        if deadline_ms is None or now_ms < deadline_ms:
            return
        if self._menu is not None:
            await self._follow_menu(self._menu.pass_time(now_ms))
        elif self._state.phase is CallPhase.CONNECTING:
            await self.callee_declines(CallResult.NO_ANSWER)
        else:
            await self._end(EndReason.TIMEOUT, "The longest duration was reached.")

    async def callee_answers(self, amd: Amd | None = None) -> None:
        """The callee picks up: ACE, unless callbacks are suppressed or it is an app user."""
        if self._state.phase is not CallPhase.CONNECTING:
            return
        self._note("The callee answers.")
        self._deadline_ms = None
        self._answered_ms = self._answered_ms or self._now_ms()
        if self._are_callbacks_suppressed or isinstance(self._action, ConnectMxp):
            self._connect()
        else:
            await self._fire_and_follow(ace(self._setup, self._now_ms(), amd=amd))

    async def callee_declines(self, result: CallResult) -> None:
        """The callee is busy, does not answer, or cannot be reached."""
        if self._state.phase is not CallPhase.CONNECTING:
            return
        reason, text = {
            CallResult.BUSY: (EndReason.NOT_AVAILABLE, "The callee is busy."),
            CallResult.NO_ANSWER: (EndReason.TIMEOUT, "The callee does not answer."),
        }.get(result, (EndReason.GENERAL_ERROR, "The callee cannot be reached."))
        await self._end(reason, text, result)  # assumed: these reasons

    async def callee_hangs_up(self) -> None:
        """The callee ends a connected call."""
        if self._state.phase is CallPhase.CONNECTED:
            await self._end(EndReason.CALLEE_HANGUP, "The callee hung up.")

    async def notify(self, notification: Callback) -> None:
        """Something happens beside the call (a recording is ready, ...); it stands where it was."""
        before = self._state
        await self._fire(notification)
        self._become(before.phase, menu_id=before.menu_id)

    def leave(self) -> None:
        """The caller puts the phone down while a reply is awaited: it is not carried out then."""
        self._has_left = True

    async def hang_up(self) -> None:
        """The caller hangs up. In a menu, PIE says so first where that is assumed."""
        if not self._state.is_running:
            return
        self._has_left = True
        if self._state.phase is CallPhase.WAITING:
            return
        if isinstance(self._menu, MenuRun) and self._options.tells_hangup_in_menu:
            await self._follow_menu(self._menu.hang_up())
            return
        await self._end_by_caller()

    def _begin(self) -> None:
        if self._state.phase is not CallPhase.READY:
            raise RuntimeError("a call is dialled once")
        self._state = replace(self._state, started_ms=self._now_ms())

    async def _fire_and_follow(self, callback: Callback) -> None:
        """Send a callback and do what its reply says, or what follows from having none."""
        self._unprompted += 1
        if self._unprompted > MAX_CALLBACKS_WITHOUT_INPUT:
            self._tell(LineKind.FAILURE, "The function's menus end at once, again and again.")
            await self._end(EndReason.GENERAL_ERROR, "Stopped: the same menu over and over.")
            return
        record = await self._fire(callback)
        if self._has_left:
            await self._end_by_caller()
        elif record.svaml is None:
            await self._go_on_without(record)
        else:
            for instruction in record.svaml.instructions:
                self._carry_out(instruction)
            await self._act(record.svaml.action)

    async def _fire(self, callback: Callback) -> CallbackRecord:
        self._become(CallPhase.WAITING, waiting_for=callback.event)
        if self._revise is not None:
            callback = await self._revise(callback)
        self._emit(CallbackStarted(callback))
        record = await exchange(
            callback,
            self._target,
            number=len(self._records) + 1,
            now_ms=self._now_ms,
            stopwatch=self._stopwatch,
            timeout_ms=self._options.reply_timeout_ms,
            on_operation=lambda operation: self._emit(OperationDone(operation)),
        )
        self._records.append(record)
        self._emit(CallbackFinished(record))
        return record

    async def _go_on_without(self, record: CallbackRecord) -> None:
        """The reply cannot be carried out: do what the platform does."""
        event = record.event
        why = record.problems[0].message if record.problems else "There is no action."
        self._tell(LineKind.FAILURE, f"{event.upper()}: {why} {record.consequence}")
        if event is Event.ACE or (event is Event.PIE and not self._options.ends_at_bad_pie):
            self._connect()
            return
        result = None if self._answered_ms else CallResult.FAILED  # assumed
        await self._end(
            EndReason.CALLBACK_ERROR,
            f"The call ends: {event.upper()} could not be followed.",
            result,
        )

    def _carry_out(self, instruction: Instruction) -> None:
        is_played = isinstance(instruction, Say | PlayFiles)
        if isinstance(instruction, Answer) or (is_played and self._options.prompts_answer):
            self._answered_ms = self._answered_ms or self._now_ms()
        kind, text = line_of_instruction(instruction)
        self._tell(kind, text)

    async def _act(self, action: Action) -> None:
        if not isinstance(action, Continue):
            self._action = action
        match action:
            case Hangup():
                await self._end(EndReason.MANAGER_HANGUP, "The function hung up.")
            case RunMenu():
                self._answered_ms = self._answered_ms or self._now_ms()
                self._menu = MenuRun(action, self._options.menu)
                self._menu_ms = self._now_ms()
                await self._follow_menu(self._menu.start(self._menu_ms))
            case ConnectPstn() | ConnectSip():
                self._are_callbacks_suppressed = action.are_callbacks_suppressed
                timeout_s = action.dial_timeout_s if isinstance(action, ConnectPstn) else None
                self._ring(action, timeout_s)
            case ConnectMxp():
                self._ring(action, None)
            case ConnectConf() | ConnectStream():
                self._answered_ms = self._answered_ms or self._now_ms()
                self._note(f"Connected to {endpoint_of(action)}.")
                self._connect()
            case Park():
                self._park(action)
            case Continue():
                self._note("The call goes on.")
                self._connect()

    def _ring(self, action: Action, timeout_s: int | None) -> None:
        self._note(f"Calling {endpoint_of(action) or self._setup.called.endpoint}…")
        self._become(CallPhase.CONNECTING)
        self._deadline_ms = None if timeout_s is None else self._now_ms() + timeout_s * 1000

    def _park(self, action: Park) -> None:
        for prompt in (action.intro_prompt, action.hold_prompt):
            if prompt.parts:
                self._tell(LineKind.HEARD, prompt.spoken)
        self._become(CallPhase.PARKED)
        self._time_out_in(action.max_duration_s)

    def _connect(self) -> None:
        self._become(CallPhase.CONNECTED)
        action = self._action
        if isinstance(action, ConnectConf) and action.detects is not None:
            self._menu = ConferenceDigits(action.detects)
            self._menu_ms = self._now_ms()
        if isinstance(action, ConnectPstn | ConnectSip | ConnectStream):
            self._time_out_in(action.max_duration_s)
        else:
            self._time_out_in(None)

    def _time_out_in(self, seconds: int | None) -> None:
        self._deadline_ms = None if seconds is None else self._now_ms() + seconds * 1000

    async def _follow_menu(self, steps: list[MenuStep]) -> None:
        """Tell what happened in the menu, and send PIE once it is over."""
        for step in steps:
            line = line_of_step(step)
            if line is not None:
                self._tell(*line)
            if isinstance(step, MenuFinished):
                self._menu = None
                await self._fire_and_follow(pie(self._setup, self._now_ms(), step.result))
                return
        if isinstance(self._menu, MenuRun):
            self._become(CallPhase.MENU, menu_id=self._menu.menu_id)

    def _menu_now_ms(self) -> int:
        """The menu's time: the clock's, or standing still while the caller thinks."""
        if self._options.is_silence_timed:
            self._menu_ms = self._now_ms()
        return self._menu_ms

    async def _end_by_caller(self) -> None:
        if self._state.phase is CallPhase.CONNECTING:  # assumed: nobody had answered yet
            result = None if self._answered_ms else CallResult.NO_ANSWER
            await self._end(EndReason.CANCEL, "The caller hung up before an answer.", result)
        else:
            await self._end(EndReason.CALLER_HANGUP, "The caller hung up.")

    async def _end(self, reason: EndReason, text: str, result: CallResult | None = None) -> None:
        """End the call and tell the function by DICE, unless callbacks are suppressed."""
        self._menu, self._deadline_ms = None, None
        ended_ms = self._now_ms()
        if result is None:
            answered = self._answered_ms is not None
            result = CallResult.ANSWERED if answered else CallResult.NOT_AVAILABLE
        end = CallEnd(reason, result, text)
        self._note(text)
        if not self._are_callbacks_suppressed:
            per_minute = self._options.bills_begun_minutes
            await self._fire(
                dice_of(self._setup, end, self._answered_ms, ended_ms, per_minute=per_minute)
            )
        self._state = replace(self._state, ended_ms=ended_ms, end=end)
        self._become(CallPhase.ENDED)

    def _become(
        self, phase: CallPhase, *, waiting_for: Event | None = None, menu_id: str | None = None
    ) -> None:
        new = replace(self._state, phase=phase, waiting_for=waiting_for, menu_id=menu_id)
        if new != self._state:
            self._state = new
            self._emit(StateChanged(new))

    def _note(self, text: str) -> None:
        self._tell(LineKind.NOTE, text)

    def _tell(self, kind: LineKind, text: str) -> None:
        line = TranscriptLine(kind, text, self._now_ms())
        self._transcript.append(line)
        self._emit(TranscriptGrew(line))

    def _emit(self, event: CallEvent) -> None:
        self._listener(event)
