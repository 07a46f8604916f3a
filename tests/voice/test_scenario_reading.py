"""A scenario file is read whole, or every mistake in it is named with its line."""

from __future__ import annotations

import json

import pytest

from sinch_cache_gui.voice.callbacks import Amd, Event
from sinch_cache_gui.voice.expectations import (
    FORMS,
    CallbackCompares,
    Expectation,
    KeyExists,
    ReplyHas,
    TtlCompares,
    ValueCompares,
    parse_expectation,
)
from sinch_cache_gui.voice.scenario import (
    BeSilent,
    Callee,
    CalleeDoes,
    Direction,
    Expect,
    Pause,
    Press,
)
from sinch_cache_gui.voice.scenario_reading import InvalidScenario, parse_scenario


def complaints(text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidScenario) as caught:
        parse_scenario(text, "bad.json")
    return [(each.line, each.message) for each in caught.value.complaints]


def in_a_call(lines: str) -> str:
    return '{"version": 1, "name": "x", "calls": [{"caller": "+46701740605",\n' + lines + "\n}]}"


def test_everything_a_call_may_say() -> None:
    scenario = parse_scenario(
        json.dumps(
            {
                "version": 1,
                "name": "All of it",
                "about": "Words.",
                "assumptions": {"menuRepeats": 3, "busyReason": "CONGESTION"},
                "given": [{"key": "rate:{caller}", "value": 9, "ttl": 60}],
                "calls": [
                    {
                        "name": "a",
                        "direction": "outbound",
                        "caller": "+46 70-174 06 05",
                        "called": "+46846500412",
                        "callId": "id-{n}",
                        "callers": 2,
                        "times": 3,
                        "startsAt": 1.5,
                        "timedSilence": False,
                        "mayFail": True,
                        "fields": {"custom": "x", "unheardOf": [1]},
                        "delivery": {"twice": ["ice"], "late": {"pie": 2}, "afterNext": ["dice"]},
                        "steps": [
                            {"callee": "answers", "amd": {"status": "machine", "reason": "beep"}},
                            {"press": "12#", "gap": 0.5},
                            {"pause": 2},
                            {"silence": True},
                            {"say": "sales"},
                            {"notify": {"type": "recording_finished"}},
                            {"expect": "cache a:{n} is missing"},
                            {"hangUp": True},
                        ],
                        "expect": ["callbacks are ace dice"],
                    },
                    {"name": "b", "after": "a", "caller": "private"},
                ],
                "expect": ["cache total exists"],
            }
        )
    )
    first, second = scenario.calls
    assert first.direction is Direction.OUTBOUND
    assert first.caller == "+46701740605"
    assert first.steps[:4] == (
        Callee(CalleeDoes.ANSWERS, Amd("machine", "beep")),
        Press("12#", 0.5),
        Pause(2),
        BeSilent(),
    )
    assert isinstance(first.steps[6], Expect)
    assert first.deviations.duplicated == {Event.ICE}
    assert first.deviations.swapped == {Event.DICE}
    assert first.deviations.delays_s == {Event.PIE: 2}
    assert (second.after, second.caller) == ("a", "private")
    assert scenario.looks_at_cache
    assert scenario.assumptions == {"menu_repeats": 3, "busy_reason": "CONGESTION"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "not JSON"),
        ("{\n  'a': 1}", 2, "quotes"),
        ('{"version": 1,\n "name": "x"\n "calls": []}', 3, "comma"),
        ('{"version": 1,\n\n "version": 1}', 3, "twice"),
        ('{"version": NaN}', 1, "NaN"),
        ('{"version": 1} {}', 1, "follows"),
        ("[" * 300 + "]" * 300, 1, "deeply"),
        ("[]", 1, "object"),
        ('{"version": 2, "name": "x", "calls": [{"caller": "private"}]}', 1, "version 1"),
        ('{"name": "x", "calls": [{"caller": "private"}]}', 1, "needs “version”"),
        ('{"version": 1, "name": "x",\n"calls": []}', 2, "calls"),
        (in_a_call('"stepps": []'), 2, "Did you mean “steps”?"),
        (in_a_call('"steps": [\n{"press": "1a"}]'), 3, "keys 0 to 9"),
        (in_a_call('"steps": [\n{"press": "1", "pause": 2}]'), 3, "exactly one"),
        (in_a_call('"steps": [\n{"pause": -1}]'), 3, "from 0 to"),
        (in_a_call('"steps": [\n{"pause": true}]'), 3, "a number"),
        (in_a_call('"steps": [\n"1"]'), 3, "object"),
        (in_a_call('"steps": [\n{"callee": "sings"}]'), 3, "“hangs up”"),
        (in_a_call('"callers": 1.5'), 2, "whole number"),
        (in_a_call('"times": 9999, "callers": 9'), 1, "10,000 times"),
        (in_a_call('"after": "nobody"'), 2, "No call before"),
        (in_a_call('"callId": "same", "times": 2'), 2, "{n}"),
        (in_a_call('"expect": [\n\n"cache is nice"]'), 4, "cache KEY exists"),
        (in_a_call('"expect": [\n"cache x:{callId} exists"]'), 3, "{callId} stands for nothing"),
        (in_a_call('"expect": [\n"value a .b == sales"]'), 3, "in quotes"),
        (in_a_call('"expect": [\n12]'), 3, "is a text"),
        (in_a_call('"delivery": {"twice": [\n"mail"]}'), 3, "ice, ace"),
        (in_a_call('"direction": "up"'), 2, "“inbound” or “outbound”"),
        ('{"version":1,"name":"x","calls":[\n{"caller":"12"}]}', 2, "7 to 15 digits"),
        ('{"version":1,"name":"x","calls":[\n{}]}', 2, "needs “caller”"),
        ('{"version":1,"assumptions":[\n1]}', 1, "an object in braces"),
        ('{"version":1,"assumptions":{\n"menuRepeats":-1}}', 2, "from 0 to 10"),
        ('{"version":1,"assumptions":{\n"menuRepeat":1}}', 2, "Did you mean “menuRepeats”?"),
        (
            '{"version":1,"name":"x","given":[\n{"key":"a"}],"calls":[{"caller":"private"}]}',
            2,
            '"missing": true',
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, words: str) -> None:
    found = complaints(text)
    assert any(at == line and words in message for at, message in found), found


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    found = complaints(in_a_call('"steps": [{"press": ""}],\n"expect": ["nonsense"],\n"x": 1'))
    assert [line for line, _ in found] == [2, 3, 4]


def test_the_message_names_the_file() -> None:
    with pytest.raises(InvalidScenario, match=r"^bad\.json:1: "):
        parse_scenario("{", "bad.json")


def test_each_documented_form_is_understood() -> None:
    for form in FORMS:
        parse_expectation(form.replace("SECONDS", "5").replace("KEY", "a:{callid}"), 1)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("cache session:{callid} exists", KeyExists("session:{callid}", True)),
        ('cache "a key with spaces" is missing', KeyExists("a key with spaces", False)),
        ("ttl rate:{caller}<=3600", TtlCompares("rate:{caller}", "<=", 3600)),
        ("ttl a > 0.5", TtlCompares("a", ">", 0.5)),
        ('value a == {"b":[1]}', ValueCompares("a", (), "==", {"b": [1]})),
        ('value a .b."c d"[0] != null', ValueCompares("a", ("b", "c d", 0), "!=", None)),
        (
            "reply to pie has action connectPstn",
            ReplyHas(Event.PIE, None, "action", "connectPstn"),
        ),
        ("reply to ice 2 has status 404", ReplyHas(Event.ICE, 2, "status", "404")),
        ('callback ice .cli == "x"', CallbackCompares(Event.ICE, None, ("cli",), "==", "x")),
    ],
)
def test_expectations_say_what_they_mean(text: str, check: object) -> None:
    assert parse_expectation(text, 7) == Expectation(text, 7, check)
