"""A scenario's text in, a scenario out, or every complaint with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.assumption_reading import read_assumptions
from sinch_cache_gui.voice.callbacks import Amd, Event
from sinch_cache_gui.voice.customers import DEMO_CALLED
from sinch_cache_gui.voice.expectations import (
    Expectation,
    parse_expectation,
    unknown_placeholder,
)
from sinch_cache_gui.voice.located_json import Node, UnreadableJson, read_located
from sinch_cache_gui.voice.numbers import WITHHELD, parse_caller
from sinch_cache_gui.voice.scenario import (
    MOST_CALLERS,
    VERSION,
    BeSilent,
    Callee,
    CalleeDoes,
    Deviations,
    Direction,
    Expect,
    Given,
    HangUp,
    Notice,
    Pause,
    Press,
    Scenario,
    ScriptedCall,
    Speak,
    Step,
)
from sinch_cache_gui.voice.schema import Complaint, Fields
from sinch_cache_gui.voice.svaml import KEYS

LONGEST_PAUSE_S: Final = 366 * 86_400
LONGEST_TTL_S: Final = 100 * 365 * 86_400
STEPS: Final = ("press", "pause", "silence", "say", "hangUp", "callee", "notify", "expect")


class InvalidScenario(ValueError):
    """A text that is no scenario.

    Attributes:
        complaints: What is wrong, in the order of the file.
    """

    def __init__(self, source: str, complaints: tuple[Complaint, ...]) -> None:
        lines = [f"{source or 'scenario'}:{each.line}: {each.message}" for each in complaints]
        super().__init__("\n".join(lines))
        self.complaints = complaints


def parse_scenario(text: str, source: str = "") -> Scenario:
    """Read a scenario.

    Args:
        text: JSON.
        source: The file's name, for messages.

    Raises:
        InvalidScenario: With every complaint and its line.
    """
    try:
        node = read_located(text)
    except UnreadableJson as error:
        raise InvalidScenario(source, (Complaint(error.line, str(error)),)) from None
    complaints: list[Complaint] = []
    scenario = _scenario(node, source, complaints)
    if complaints:
        raise InvalidScenario(source, tuple(sorted(complaints, key=lambda each: each.line)))
    return scenario


def _scenario(node: Node, source: str, complaints: list[Complaint]) -> Scenario:
    fields = Fields(node, "a scenario", complaints)
    version = fields.get("version")
    if version is None:
        fields.complain(node, f"A scenario needs “version”: {VERSION}.")
    elif version.value != VERSION or isinstance(version.value, bool):
        fields.complain(version, f"This tool reads version {VERSION} of scenarios.")
    name = fields.text("name")
    about = fields.text("about", "")
    node_of_assumptions = fields.get("assumptions")
    assumptions = (
        {} if node_of_assumptions is None else read_assumptions(node_of_assumptions, complaints)
    )
    given = _given(fields, complaints)
    calls: list[ScriptedCall] = []
    for number, item in enumerate(fields.items("calls"), 1):
        known = tuple(call.name for call in calls)
        calls.append(_call(item, f"call {number}", known, complaints))
    if not calls:
        fields.complain(fields.get("calls") or node, "A scenario needs a list of “calls”.")
    expectations = _expectations(fields, complaints)
    fields.finish()
    return Scenario(name, source, about, given, tuple(calls), expectations, assumptions)


def _call(
    node: Node, default_name: str, known: tuple[str, ...], complaints: list[Complaint]
) -> ScriptedCall:
    fields = Fields(node, "a call", complaints)
    name = fields.text("name", default_name)
    if name in known:
        fields.complain(node, f"Two calls are named “{name}”.")
    after = fields.text("after", "")
    if after and after not in known:
        fields.complain(fields.get("after") or node, f"No call before this one is named “{after}”.")
    call = ScriptedCall(
        name=name,
        line=node.line,
        direction=Direction(
            fields.word("direction", [each.value for each in Direction], Direction.INBOUND.value)
        ),
        caller=_number(fields, "caller", ""),
        called=_number(fields, "called", DEMO_CALLED),
        call_id=_with_placeholders(fields, "callId"),
        callers=fields.whole("callers", 1, 1, MOST_CALLERS),
        times=fields.whole("times", 1, 1, MOST_CALLERS),
        after=after,
        starts_at_s=fields.number("startsAt", LONGEST_PAUSE_S),
        is_silence_timed=fields.truth("timedSilence", default=True),
        fields=_object(fields, "fields"),
        steps=tuple(
            step for item in fields.items("steps") if (step := _step(item, complaints)) is not None
        ),
        expectations=_expectations(fields, complaints),
        deviations=_deviations(fields, complaints),
        may_fail=fields.truth("mayFail", default=False),
    )
    if call.callers * call.times > MOST_CALLERS:
        fields.complain(node, f"A call is placed {MOST_CALLERS:,} times at most.")
    if call.caller == WITHHELD and call.callers > 1:
        fields.complain(node, "Hidden numbers cannot count up: one caller only.")
    if call.call_id and call.callers * call.times > 1 and "{n}" not in call.call_id:
        fields.complain(fields.get("callId") or node, "Several calls need {n} in their “callId”.")
    fields.finish()
    return call


def _number(fields: Fields, name: str, default: str) -> str:
    written = fields.text(name, default or None)
    parsed = parse_caller(written)
    if parsed is None:
        if written:
            message = f"“{name}” is + and 7 to 15 digits, or the word private."
            fields.complain(fields.get(name) or fields.node, message)
        return ""
    return parsed


def _with_placeholders(fields: Fields, name: str) -> str:
    text = fields.text(name, "")
    unknown = unknown_placeholder(text)
    if unknown is not None:
        fields.complain(fields.get(name) or fields.node, unknown)
    return text


def _object(fields: Fields, name: str) -> Mapping[str, JsonValue]:
    found = fields.get(name)
    if found is None:
        return {}
    if not isinstance(found.value, dict):
        fields.complain(found, f"“{name}” is an object in braces.")
        return {}
    return found.value


def _expectations(fields: Fields, complaints: list[Complaint]) -> tuple[Expectation, ...]:
    found = (_expectation(item, complaints) for item in fields.items("expect"))
    return tuple(expectation for expectation in found if expectation is not None)


def _expectation(node: Node, complaints: list[Complaint]) -> Expectation | None:
    if not isinstance(node.value, str):
        complaints.append(Complaint(node.line, "An expectation is a text."))
        return None
    try:
        return parse_expectation(node.value, node.line)
    except ValueError as error:
        complaints.append(Complaint(node.line, str(error)))
        return None


def _given(fields: Fields, complaints: list[Complaint]) -> tuple[Given, ...]:
    given = []
    for item in fields.items("given"):
        inner = Fields(item, "what is given", complaints)
        key = _with_placeholders(inner, "key")
        if not key:
            inner.complain(item, "What is given needs a “key”.")
        value = inner.get("value")
        missing = inner.truth("missing", default=False)
        if missing == (value is not None and value.value is not None):
            inner.complain(item, 'Either a “value” is given, or "missing": true.')
        ttl_s = inner.whole("ttl", 3600, 1, LONGEST_TTL_S)
        inner.finish()
        given.append(Given(key, None if value is None else value.value, ttl_s))
    return tuple(given)


def _deviations(fields: Fields, complaints: list[Complaint]) -> Deviations:
    node = fields.get("delivery")
    if node is None:
        return Deviations()
    inner = Fields(node, "a delivery", complaints)
    twice, swapped = (_events(inner, name) for name in ("twice", "afterNext"))
    late: dict[Event, float] = {}
    delays = inner.get("late")
    if delays is not None:
        seconds = Fields(delays, "a delay", complaints)
        for event in Event:
            delay = seconds.number(event.value, 3600)
            if delay:
                late[event] = delay
        seconds.finish()
    inner.finish()
    return Deviations(twice, swapped, late)


def _events(fields: Fields, name: str) -> frozenset[Event]:
    found = set()
    for item in fields.items(name):
        if isinstance(item.value, str) and item.value in set(Event):
            found.add(Event(item.value))
        else:
            fields.complain(item, f"A callback is one of {', '.join(Event)}.")
    return frozenset(found)


def _step(node: Node, complaints: list[Complaint]) -> Step | None:
    fields = Fields(node, "a step", complaints)
    kinds = [name for name in STEPS if name in node.fields]
    if len(kinds) != 1:
        if isinstance(node.value, dict):
            fields.complain(node, f"A step has exactly one of {', '.join(STEPS)}.")
        return None
    step = _READERS[kinds[0]](fields, complaints)
    fields.finish()
    return step


def _press(fields: Fields, _complaints: list[Complaint]) -> Step:
    keys = fields.text("press")
    wrong = [key for key in keys if key not in KEYS]
    if wrong or not keys:
        fields.complain(fields.node, "“press” takes the keys 0 to 9, * and #.")
    return Press(keys, fields.number("gap", LONGEST_PAUSE_S))


def _pause(fields: Fields, _complaints: list[Complaint]) -> Step:
    return Pause(fields.number("pause", LONGEST_PAUSE_S))


def _silence(fields: Fields, _complaints: list[Complaint]) -> Step:
    _only_true(fields, "silence")
    return BeSilent()


def _say(fields: Fields, _complaints: list[Complaint]) -> Step:
    return Speak(fields.text("say"))


def _hang_up(fields: Fields, _complaints: list[Complaint]) -> Step:
    _only_true(fields, "hangUp")
    return HangUp()


def _callee(fields: Fields, complaints: list[Complaint]) -> Step:
    does = fields.word("callee", [each.value for each in CalleeDoes], CalleeDoes.ANSWERS.value)
    found = fields.get("amd")
    amd = None
    if found is not None:
        inner = Fields(found, "amd", complaints)
        duration = inner.get("duration")
        amd = Amd(
            inner.text("status"),
            inner.text("reason", "") or None,
            None if duration is None else inner.whole("duration", 0, 0, 3_600_000),
        )
        inner.finish()
    return Callee(CalleeDoes(does), amd)


def _notify(fields: Fields, _complaints: list[Complaint]) -> Step:
    found = _object(fields, "notify")
    if not isinstance(found.get("type"), str):
        fields.complain(fields.node, "“notify” is an object with a “type”.")
    return Notice(found)


def _expect(fields: Fields, complaints: list[Complaint]) -> Step | None:
    node = fields.get("expect")
    found = None if node is None else _expectation(node, complaints)
    return None if found is None else Expect(found)


def _only_true(fields: Fields, name: str) -> None:
    if not fields.truth(name, default=True):
        fields.complain(fields.node, f"“{name}” is true, or the step is left out.")


_READERS: Final[Mapping[str, Callable[[Fields, list[Complaint]], Step | None]]] = {
    "press": _press,
    "pause": _pause,
    "silence": _silence,
    "say": _say,
    "hangUp": _hang_up,
    "callee": _callee,
    "notify": _notify,
    "expect": _expect,
}
