"""Runs a scenario: every call in simulated time, every expectation checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.voice.call import Call
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackRecord,
    CallEvent,
    CallOptions,
    OperationDone,
)
from sinch_cache_gui.voice.callbacks import (
    Callback,
    CallResult,
    CallSetup,
    Destination,
    Event,
)
from sinch_cache_gui.voice.delivery import DeviatingTarget
from sinch_cache_gui.voice.expectation_check import CallFacts, filled, what_is_wrong
from sinch_cache_gui.voice.expectations import Expectation
from sinch_cache_gui.voice.scenario import (
    BeSilent,
    Callee,
    CalleeDoes,
    Direction,
    Expect,
    HangUp,
    Notice,
    Pause,
    Press,
    Scenario,
    ScriptedCall,
    Speak,
    Step,
)
from sinch_cache_gui.voice.targets import Target
from sinch_cache_gui.voice.timeline import Gate, SimulatedTime, Timeline


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a scenario expected and did not get.

    Attributes:
        line: Of the file.
        expectation: As it was written, or what was expected anyway.
        found: What was found instead.
        who: Which call, for people.
    """

    line: int
    expectation: str
    found: str
    who: str


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What became of one run.

    Attributes:
        scenario: What was run.
        failures: What did not hold; empty if all did.
        calls: How many calls were placed.
        callbacks: How many callbacks were sent.
        checked: How many expectations were checked.
        took_s: Seconds of real time.
        simulated_s: Seconds by the scenario's clock.
    """

    scenario: Scenario
    failures: tuple[Failure, ...]
    calls: int
    callbacks: int
    checked: int
    took_s: float
    simulated_s: float

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


@dataclass(frozen=True, slots=True)
class Placed:
    """One call of one caller.

    Attributes:
        script: What happens in it.
        setup: Who calls whom.
        number: From 1, among the calls of the same script.
    """

    script: ScriptedCall
    setup: CallSetup
    number: int

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the {placeholders} stand for in this call."""
        return {
            "callid": self.setup.call_id,
            "caller": self.setup.caller,
            "called": self.setup.called.endpoint,
            "n": str(self.number),
        }

    @property
    def who(self) -> str:
        """Which call it is, for people."""
        several = self.script.callers * self.script.times > 1
        return f"{self.script.name} #{self.number}" if several else self.script.name


@dataclass
class Tally:
    """What a run has seen so far."""

    calls: int = 0
    callbacks: int = 0
    checked: int = 0
    failures: list[Failure] = field(default_factory=list)
    facts: list[tuple[Placed, CallFacts]] = field(default_factory=list)


class WrittenKeys:
    """The keys that calls wrote so far."""

    def __init__(self) -> None:
        self._keys: dict[bytes, None] = {}

    def hear(self, event: CallEvent) -> None:
        """Remember what is written."""
        if isinstance(event, OperationDone) and event.operation.is_write:
            self._keys[event.operation.key_bytes] = None

    def add(self, key: str) -> None:
        """Remember a key."""
        self._keys[key.encode()] = None

    def __call__(self) -> Sequence[bytes]:
        """Answer them."""
        return tuple(self._keys)


class ScenarioRun:
    """One run of one scenario. Make a new one for the next run.

    Args:
        scenario: What to run.
        cache: What is prepared and looked at.
        time: The time the calls live in.
        written: Told of the keys the scenario writes.
        target: Who answers.
        new_id: Makes call ids.
        speed: Simulated seconds in a real one; None: as fast as can be.
        on_call: Told whenever a call is over.
        options: How calls are simulated.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        cache: CacheBackend,
        time: SimulatedTime,
        written: WrittenKeys,
        target: Target,
        new_id: Callable[[], str],
        speed: float | None = None,
        on_call: Callable[[Tally], None] = lambda _tally: None,
        options: CallOptions | None = None,
    ) -> None:
        self._scenario = scenario
        self._cache = cache
        self._time = time
        self._written = written
        self._target = target
        self._on_call = on_call
        self._options = options or CallOptions()
        self._timeline = Timeline(time, speed)
        self._tally = Tally()
        self._gates = {call.name: Gate(self._timeline) for call in scenario.calls}
        self._left = {call.name: call.callers * call.times for call in scenario.calls}
        self._placed = {call.name: _placed(call, new_id) for call in scenario.calls}

    async def run(self) -> ScenarioResult:
        """Prepare the cache, place the calls, check what is expected.

        Raises:
            CacheError: The cache could not be prepared, or aged.
        """
        since, since_ms = time.perf_counter(), self._time.now_ms()
        await self._prepare()
        lines = [
            self._line_of_calls(placed[at : at + call.times])
            for call in self._scenario.calls
            for placed in (self._placed[call.name],)
            for at in range(0, len(placed), call.times)
        ]
        await self._timeline.run(lines)
        for expectation in self._scenario.expectations:
            await self._check_for_all(expectation)
        return ScenarioResult(
            self._scenario,
            tuple(sorted(self._tally.failures, key=lambda failure: failure.line)),
            self._tally.calls,
            self._tally.callbacks,
            self._tally.checked,
            time.perf_counter() - since,
            (self._time.now_ms() - since_ms) / 1000,
        )

    async def _prepare(self) -> None:
        done = set()
        for given in self._scenario.given:
            for placed in (each for calls in self._placed.values() for each in calls):
                key = filled(given.key, placed.placeholders)
                if key in done:
                    continue
                done.add(key)
                if given.value is None:
                    await self._cache.delete(key)
                else:
                    await self._cache.set(key, given.value, given.ttl_s)
                    self._written.add(key)

    async def _line_of_calls(self, calls: Sequence[Placed]) -> None:
        """One caller's calls, one after the other."""
        script = calls[0].script
        if script.after:
            await self._gates[script.after].wait()
        await self._timeline.sleep(script.starts_at_s)
        for placed in calls:
            await self._place(placed)

    async def _place(self, placed: Placed) -> None:
        script = placed.script
        call = self._new_call(placed)
        if script.direction is Direction.INBOUND:
            await call.dial()
        else:
            await call.call_out()
        for step in script.steps:
            await self._take(step, call, placed)
        await call.hang_up()
        facts = _facts(placed, call)
        for expectation in script.expectations:
            await self._check(expectation, placed, facts)
        if not script.may_fail:
            self._note_failed_replies(placed, call)
        self._tally.calls += 1
        if self._scenario.expectations:
            self._tally.facts.append((placed, facts))
        self._left[script.name] -= 1
        if not self._left[script.name]:
            self._gates[script.name].open()
        self._on_call(self._tally)

    def _new_call(self, placed: Placed) -> Call:
        script, target, options = placed.script, self._target, self._options
        if script.deviations.are_any:
            patience_s = options.reply_timeout_ms / 1000
            target = DeviatingTarget(target, script.deviations, self._timeline.sleep, patience_s)
            latest_s = max(script.deviations.delays_s.values(), default=0)
            longer_ms = options.reply_timeout_ms * 3 + round(latest_s * 1000)
            options = replace(options, reply_timeout_ms=longer_ms)
        return Call(
            placed.setup,
            target,
            now_ms=self._timeline.now_ms,
            listener=self._hear,
            options=replace(options, is_silence_timed=script.is_silence_timed),
        )

    def _hear(self, event: CallEvent) -> None:
        self._written.hear(event)
        if isinstance(event, CallbackFinished):
            self._tally.callbacks += 1

    async def _take(self, step: Step, call: Call, placed: Placed) -> None:
        match step:
            case Press():
                for at, key in enumerate(step.keys):
                    if at:
                        await self._wait(call, step.gap_s)
                    await call.press(key)
            case Pause():
                await self._wait(call, step.seconds)
            case BeSilent():
                await self._be_silent(call)
            case Speak():
                await call.speak(step.words)
            case HangUp():
                await call.hang_up()
            case Callee():
                await act_as_callee(step, call)
            case Notice():
                await call.notify(_notification(step, placed))
            case Expect():
                await self._check(step.expectation, placed, _facts(placed, call))
            case _:
                assert_never(step)

    async def _wait(self, call: Call, seconds: float) -> None:
        """Let time pass, and with it whatever the call has timed."""
        until_ms = self._timeline.now_ms() + round(seconds * 1000)
        while (deadline_ms := call.deadline_ms) is not None and deadline_ms <= until_ms:
            await self._timeline.sleep_until(deadline_ms)
            await call.pass_time()
        await self._timeline.sleep_until(until_ms)

    async def _be_silent(self, call: Call) -> None:
        deadline_ms = call.deadline_ms
        if deadline_ms is None:
            await call.silence()
        else:
            await self._timeline.sleep_until(deadline_ms)
            await call.pass_time()

    async def _check(self, expectation: Expectation, placed: Placed, facts: CallFacts) -> None:
        self._tally.checked += 1
        found = await what_is_wrong(expectation.check, facts, self._cache)
        if found:
            self._fail(expectation.line, expectation.text, found, placed)

    async def _check_for_all(self, expectation: Expectation) -> None:
        """Check of every call; once, where it speaks of none in particular."""
        if expectation.looks_at_cache and "{" not in expectation.text:
            placed, facts = self._tally.facts[0]
            await self._check(expectation, placed, facts)
            return
        for placed, facts in self._tally.facts:
            await self._check(expectation, placed, facts)

    def _note_failed_replies(self, placed: Placed, call: Call) -> None:
        for record in call.records:
            if record.has_failed:
                expected = f"the reply to {record.event} can be carried out"
                self._fail(placed.script.line, expected, _why(record), placed)

    def _fail(self, line: int, expectation: str, found: str, placed: Placed) -> None:
        self._tally.failures.append(Failure(line, expectation, found, placed.who))


def _placed(script: ScriptedCall, new_id: Callable[[], str]) -> list[Placed]:
    """Every call of a script, one caller after the other."""
    placed = []
    for caller_at in range(script.callers):
        for time_at in range(script.times):
            number = caller_at * script.times + time_at + 1
            setup = CallSetup(
                call_id=filled(script.call_id, {"n": str(number)}) or new_id(),
                caller=_counted_up(script.caller, caller_at),
                called=Destination(script.called),
                unknown=script.fields,
            )
            placed.append(Placed(script, setup, number))
    return placed


def _counted_up(number: str, by: int) -> str:
    return f"+{int(number[1:]) + by}" if by else number


def _facts(placed: Placed, call: Call) -> CallFacts:
    return CallFacts(placed.placeholders, call.records, call.transcript, call.state.end)


async def act_as_callee(step: Callee, call: Call) -> None:
    """Let the called party of `call` do what `step` says."""
    match step.does:
        case CalleeDoes.ANSWERS:
            await call.callee_answers(step.amd)
        case CalleeDoes.HANGS_UP:
            await call.callee_hangs_up()
        case CalleeDoes.IS_BUSY:
            await call.callee_declines(CallResult.BUSY)
        case CalleeDoes.DOES_NOT_ANSWER:
            await call.callee_declines(CallResult.NO_ANSWER)
        case CalleeDoes.CANNOT_BE_REACHED:
            await call.callee_declines(CallResult.FAILED)


def _notification(step: Notice, placed: Placed) -> Callback:
    fields = {**placed.setup.common(Event.NOTIFY), "version": 1, **step.fields}
    return Callback(Event.NOTIFY, fields)


def _why(record: CallbackRecord) -> str:
    return record.problems[0].message if record.problems else "there is no reply"
