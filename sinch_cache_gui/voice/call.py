"""One simulated call: which callback is fired when, and what its reply leads to.

Inbound: ICE, then a PIE for each menu that ends, then DICE; a connected callee adds ACE. Outbound:
ACE when the callee picks up, then as before. What no document says is a `CallAssumptions`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeAlias

from sinch_cache_gui.voice.call_events import (
    CallbackRecord,
    CallbackStarted,
    CallListener,
    CallOptions,
    CallPhase,
    CallState,
    LineKind,
    OperationDone,
    TranscriptLine,
)
from sinch_cache_gui.voice.call_story import CallStory
from sinch_cache_gui.voice.callbacks import (
    Amd,
    Callback,
    CallResult,
    CallSetup,
    Event,
    ace,
    ice,
    notify,
    pie,
)
from sinch_cache_gui.voice.charge import dice_of
from sinch_cache_gui.voice.conference import ConferenceDigits
from sinch_cache_gui.voice.cookies import Cookies
from sinch_cache_gui.voice.endings import DECLINED, Cause, end_of
from sinch_cache_gui.voice.exchange import exchange
from sinch_cache_gui.voice.menu import MenuFinished, MenuRun, MenuStep, assumed_of
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
    SetCookie,
)
from sinch_cache_gui.voice.targets import Answered, Target

Revise: TypeAlias = Callable[[Callback], Awaitable[Callback]]
"""Lets somebody look at a callback, and change it, before it is sent."""

ILLEGAL_SVAML: Final = 40001
"""The code of a `callingerror`, by older documentation."""

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
        options = options or CallOptions()
        self._is_silence_timed = options.is_silence_timed
        self._assumptions = options.assumptions
        self._stopwatch = stopwatch
        self._revise = revise
        self._story = CallStory(setup.call_id, now_ms, listener)
        self._menu: MenuRun | ConferenceDigits | None = None
        self._menu_ms = 0
        self._deadline_ms: int | None = None
        self._answered_ms: int | None = None
        self._action: Action | None = None
        self._has_left = False
        self._are_callbacks_suppressed = False
        self._cookies = Cookies(self._assumptions.cookies_field)
        self._unprompted = 0

    @property
    def setup(self) -> CallSetup:
        """Who calls whom."""
        return self._setup

    @property
    def state(self) -> CallState:
        """Where the call stands."""
        return self._story.state

    @property
    def records(self) -> tuple[CallbackRecord, ...]:
        """Every callback so far, in order."""
        return tuple(self._story.records)

    @property
    def transcript(self) -> tuple[TranscriptLine, ...]:
        """What the caller heard and did so far, in order."""
        return tuple(self._story.transcript)

    @property
    def deadline_ms(self) -> int | None:
        """When `pass_time` will have something to do; None if nothing is timed."""
        if self._menu is not None:
            return self._menu.deadline_ms if self._is_silence_timed else None
        return self._deadline_ms

    async def dial(self) -> None:
        """An inbound call arrives: ICE.

        Raises:
            RuntimeError: It was dialled before; a call is dialled once.
        """
        self._begin()
        self._story.note(f"{self._setup.caller} calls {self._setup.called.endpoint}.")
        await self._fire_and_follow(ice(self._setup, self._now_ms()))

    async def call_out(self) -> None:
        """An outbound call is placed; ACE follows when the callee answers.

        Raises:
            RuntimeError: It was dialled before; a call is dialled once.
        """
        self._begin()
        self._story.note(f"{self._setup.called.endpoint} is called.")
        self._story.become(CallPhase.CONNECTING)

    async def press(self, digit: str) -> None:
        """The caller presses a key."""
        self._unprompted = 0
        if self._menu is None:
            if self._story.state.is_running:
                self._story.tell(LineKind.PRESSED, digit)
                self._story.note("Nothing listens for keys now.")
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
            if isinstance(self._menu, ConferenceDigits):
                self._unprompted = 0  # a conference may ask every few seconds for hours
            await self._follow_menu(self._menu.pass_time(now_ms))
        elif self._story.state.phase is CallPhase.CONNECTING:
            await self.callee_declines(CallResult.NO_ANSWER)
        else:
            await self._end(Cause.LIMIT_REACHED)

    async def callee_answers(self, amd: Amd | None = None) -> None:
        """The callee picks up: ACE, unless callbacks are suppressed or it is an app user."""
        if self._story.state.phase is not CallPhase.CONNECTING:
            return
        self._story.note("The callee answers.")
        self._deadline_ms = None
        self._note_answered()
        if self._are_callbacks_suppressed or isinstance(self._action, ConnectMxp):
            self._connect()
        else:
            await self._fire_and_follow(ace(self._setup, self._now_ms(), amd=amd))

    async def callee_declines(self, result: CallResult) -> None:
        """The callee is busy, does not answer, or cannot be reached."""
        if self._story.state.phase is CallPhase.CONNECTING:
            await self._end(DECLINED.get(result, Cause.CALLEE_UNREACHABLE))

    async def callee_hangs_up(self) -> None:
        """The callee ends a connected call."""
        if self._story.state.phase is CallPhase.CONNECTED:
            await self._end(Cause.CALLEE_HUNG_UP)

    async def notify(self, notification: Callback) -> None:
        """Something happens beside the call (a recording is ready, ...); it stands where it was."""
        before = self._story.state
        await self._fire(notification)
        self._story.become(before.phase, menu_id=before.menu_id)

    def leave(self) -> None:
        """The caller puts the phone down while a reply is awaited: it is not carried out then."""
        self._has_left = True

    async def hang_up(self) -> None:
        """The caller hangs up. In a menu, PIE says so first where that is assumed."""
        if not self._story.state.is_running:
            return
        self._has_left = True
        if self._story.state.phase is CallPhase.WAITING:
            return
        if isinstance(self._menu, MenuRun) and self._assumptions.tells_hangup_in_menu:
            await self._follow_menu(self._menu.hang_up())
            return
        await self._end_by_caller()

    def _begin(self) -> None:
        if self._story.state.phase is not CallPhase.READY:
            raise RuntimeError("a call is dialled once")
        self._story.state = replace(self._story.state, started_ms=self._now_ms())

    async def _fire_and_follow(self, callback: Callback, assumed: tuple[str, ...] = ()) -> None:
        """Send a callback and do what its reply says, or what follows from having none."""
        self._unprompted += 1
        if self._unprompted > MAX_CALLBACKS_WITHOUT_INPUT:
            self._story.tell(LineKind.FAILURE, "The function's menus end at once, again and again.")
            await self._end(Cause.SAME_MENU)
            return
        record = await self._fire(callback, assumed)
        if self._has_left:
            await self._end_by_caller()
        elif record.svaml is None:
            await self._go_on_without(record)
        else:
            for instruction in record.svaml.instructions:
                self._carry_out(instruction)
            await self._act(record.svaml.action)

    async def _fire(self, callback: Callback, assumed: tuple[str, ...] = ()) -> CallbackRecord:
        self._story.become(CallPhase.WAITING, waiting_for=callback.event)
        callback, assumed = self._cookies.put_into(callback, assumed)
        if self._revise is not None:
            callback = await self._revise(callback)
        self._story.emit(CallbackStarted(callback))
        record = await exchange(
            callback,
            self._target,
            number=len(self._story.records) + 1,
            now_ms=self._now_ms,
            stopwatch=self._stopwatch,
            timeout_ms=self._assumptions.reply_timeout_ms,
            on_operation=lambda operation: self._story.emit(OperationDone(operation)),
            assumed=assumed,
        )
        self._story.record(record)
        return record

    async def _go_on_without(self, record: CallbackRecord) -> None:
        """The reply cannot be carried out: do what the platform does."""
        event = record.event
        why = record.problems[0].message if record.problems else "There is no action."
        self._story.tell(LineKind.FAILURE, f"{event.upper()}: {why} {record.consequence}")
        is_legal = not isinstance(record.reply, Answered) or not record.reply.is_success
        if self._assumptions.tells_calling_error and not is_legal:
            told = notify(self._setup, "callingerror", error_code=ILLEGAL_SVAML, error_message=why)
            await self._fire(told)
        if event is Event.ACE or (event is Event.PIE and not self._assumptions.ends_at_bad_pie):
            self._connect()
            return
        await self._end(Cause.BAD_REPLY)

    def _note_answered(self) -> None:
        """The call is answered from now on, if it was not before."""
        self._answered_ms = self._answered_ms or self._now_ms()

    def _carry_out(self, instruction: Instruction) -> None:
        is_played = isinstance(instruction, Say | PlayFiles)
        if isinstance(instruction, Answer) or (is_played and self._assumptions.prompts_answer):
            self._note_answered()
        if isinstance(instruction, SetCookie):
            self._cookies.set(instruction.key, instruction.value)
        kind, text = line_of_instruction(instruction)
        self._story.tell(kind, text)

    async def _act(self, action: Action) -> None:
        if not isinstance(action, Continue):
            self._action = action
        match action:
            case Hangup():
                await self._end(Cause.FUNCTION_HUNG_UP)
            case RunMenu():
                self._note_answered()
                self._menu = MenuRun(action, self._assumptions)
                self._menu_ms = self._now_ms()
                await self._follow_menu(self._menu.start(self._menu_ms))
            case ConnectPstn() | ConnectSip():
                self._are_callbacks_suppressed = action.are_callbacks_suppressed
                timeout_s = action.dial_timeout_s if isinstance(action, ConnectPstn) else None
                self._ring(action, timeout_s)
            case ConnectMxp():
                self._ring(action, None)
            case ConnectConf() | ConnectStream():
                self._note_answered()
                self._story.note(f"Connected to {endpoint_of(action)}.")
                self._connect()
            case Park():
                self._park(action)
            case Continue():
                self._story.note("The call goes on.")
                self._connect()

    def _ring(self, action: Action, timeout_s: int | None) -> None:
        self._story.note(f"Calling {endpoint_of(action) or self._setup.called.endpoint}…")
        self._story.become(CallPhase.CONNECTING)
        self._time_out_in(timeout_s)

    def _park(self, action: Park) -> None:
        for prompt in (action.intro_prompt, action.hold_prompt):
            if prompt.parts:
                self._story.tell(LineKind.HEARD, prompt.spoken)
        self._story.become(CallPhase.PARKED)
        self._time_out_in(action.max_duration_s)

    def _connect(self) -> None:
        self._story.become(CallPhase.CONNECTED)
        action = self._action
        if isinstance(action, ConnectConf) and action.detects is not None:
            self._menu_ms = self._now_ms()
            self._menu = ConferenceDigits(action.detects, self._assumptions, self._menu_ms)
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
                self._story.tell(*line)
            if isinstance(step, MenuFinished):
                self._menu = None
                callback = pie(self._setup, self._now_ms(), step.result)
                await self._fire_and_follow(callback, assumed_of(step.result))
                return
        if isinstance(self._menu, MenuRun):
            self._story.become(CallPhase.MENU, menu_id=self._menu.menu_id)

    def _menu_now_ms(self) -> int:
        """The menu's time: the clock's, or standing still while the caller thinks."""
        if self._is_silence_timed:
            self._menu_ms = self._now_ms()
        return self._menu_ms

    async def _end_by_caller(self) -> None:
        is_ringing = self._story.state.phase is CallPhase.CONNECTING
        await self._end(Cause.CALLER_GAVE_UP if is_ringing else Cause.CALLER_HUNG_UP)

    async def _end(self, cause: Cause) -> None:
        """End the call and tell the function by DICE, unless callbacks are suppressed."""
        self._menu, self._deadline_ms = None, None
        ended_ms = self._now_ms()
        end = end_of(cause, self._assumptions, was_answered=self._answered_ms is not None)
        self._story.note(end.text)
        if not self._are_callbacks_suppressed:
            per_minute = self._assumptions.bills_begun_minutes
            await self._fire(
                *dice_of(self._setup, end, self._answered_ms, ended_ms, per_minute=per_minute)
            )
        self._story.state = replace(self._story.state, ended_ms=ended_ms, end=end)
        self._story.become(CallPhase.ENDED)
