"""Runs a scenario: every call in simulated time, every expectation checked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from sinch_cache_gui.assumptions import assumed
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.voice.call import Call
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackRecord,
    CallEvent,
    CallOptions,
)
from sinch_cache_gui.voice.callbacks import (
    Callback,
    CallResult,
    Event,
)
from sinch_cache_gui.voice.delivery import deviating
from sinch_cache_gui.voice.expectation_check import CallFacts, filled, what_is_wrong
from sinch_cache_gui.voice.expectations import Expectation
from sinch_cache_gui.voice.placed_calls import AgeingKeys, Placed, placed_calls
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
    Speak,
    Step,
)
from sinch_cache_gui.voice.scenario_result import Failure, ScenarioResult
from sinch_cache_gui.voice.targets import Target
from sinch_cache_gui.voice.timeline import Gate, SimulatedTime, Timeline


@dataclass
class Tally:
    """What a run has seen so far."""

    calls: int = 0
    callbacks: int = 0
    checked: int = 0
    failures: list[Failure] = field(default_factory=list)
    facts: list[tuple[Placed, CallFacts]] = field(default_factory=list)


class ScenarioRun:
    """One run of one scenario. Make a new one for the next run.

    Args:
        scenario: What to run.
        cache: What is prepared and looked at.
        time: The time the calls live in.
        ageing: Told of the keys that have to do with the scenario.
        target: Who answers.
        new_id: Makes call ids.
        speed: Simulated seconds in a real one; None: as fast as can be.
        on_call: Told whenever a call is over.
        options: How calls are simulated; what the scenario assumes otherwise goes before it.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        cache: CacheBackend,
        time: SimulatedTime,
        ageing: AgeingKeys,
        target: Target,
        new_id: Callable[[], str],
        speed: float | None = None,
        on_call: Callable[[Tally], None] = lambda _tally: None,
        options: CallOptions | None = None,
    ) -> None:
        self._scenario = scenario
        self._cache = cache
        self._time = time
        self._ageing = ageing
        self._target = target
        self._on_call = on_call
        options = options or CallOptions()
        assumptions = assumed(scenario.assumptions, options.assumptions)
        self._options = replace(options, assumptions=assumptions)
        self._timeline = Timeline(time, speed)
        self._tally = Tally()
        self._gates = {call.name: Gate(self._timeline) for call in scenario.calls}
        self._left = {call.name: call.callers * call.times for call in scenario.calls}
        self._placed = {
            call.name: placed_calls(call, new_id, adds_call_id_alias=assumptions.adds_call_id_alias)
            for call in scenario.calls
        }

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
                    self._ageing.add(key)

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
        for key in self._scenario.keys_of_calls:  # a function behind a URL tells not what it writes
            self._ageing.add(filled(key, placed.placeholders))
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
        script = placed.script
        target, options = deviating(
            self._target, self._options, script.deviations, self._timeline.sleep
        )
        return Call(
            placed.setup,
            target,
            now_ms=self._timeline.now_ms,
            listener=self._hear,
            options=replace(options, is_silence_timed=script.is_silence_timed),
        )

    def _hear(self, event: CallEvent) -> None:
        self._ageing.hear(event)
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
    fields = {**placed.setup.first_fields(Event.NOTIFY), "version": 1, **step.fields}
    return Callback(Event.NOTIFY, fields)


def _why(record: CallbackRecord) -> str:
    return record.problems[0].message if record.problems else "there is no reply"
