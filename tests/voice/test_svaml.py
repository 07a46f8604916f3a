"""A reply is read as the platform documents it, and every problem names its place."""

from __future__ import annotations

import json

import pytest

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.svaml import (
    CheckedReply,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    GoToMenu,
    Hangup,
    Park,
    PlayFiles,
    ReturnValue,
    RunMenu,
    Say,
    SendDtmf,
    SetCookie,
)
from sinch_cache_gui.voice.svaml_check import MAX_REPLY_BYTES, check_body, check_reply

HANGUP: dict[str, JsonValue] = {"name": "hangup"}


def menu(**more: JsonValue) -> dict[str, JsonValue]:
    return {"id": "main", "mainPrompt": "#tts[Press 1]", **more}


def run_menu(*menus: JsonValue, **more: JsonValue) -> JsonValue:
    return {"action": {"name": "runMenu", "menus": list(menus), **more}}


def errors(checked: CheckedReply) -> dict[str, str]:
    return _told(checked, Weight.ERROR)


def warnings(checked: CheckedReply) -> dict[str, str]:
    return _told(checked, Weight.WARNING)


def notes(checked: CheckedReply) -> dict[str, str]:
    return _told(checked, Weight.NOTE)


def _told(checked: CheckedReply, weight: Weight) -> dict[str, str]:
    return {item.path: item.message for item in checked.problems if item.weight is weight}


def test_instructions_and_an_action_are_typed() -> None:
    checked = check_reply(
        Event.ICE,
        {
            "instructions": [
                {"name": "answer"},
                {"name": "say", "text": "Hello", "locale": "en-US"},
                {"name": "playFiles", "ids": ["#tts[Hi];beep"], "locale": "en-US"},
                {"name": "sendDtmf", "value": "12w#"},
                {"name": "setCookie", "key": "k", "value": "v"},
                {
                    "name": "startRecording",
                    "options": {"destinationUrl": "s3://b", "credentials": "c"},
                },
                {"name": "stopRecording"},
            ],
            "action": HANGUP,
        },
    )

    assert set(notes(checked)) == {"$.instructions[6].name"}
    assert len(checked.problems) == 1
    assert checked.svaml is not None
    assert checked.svaml.action == Hangup()
    kinds = [type(item).__name__ for item in checked.svaml.instructions]
    assert kinds == [
        "Answer",
        "Say",
        "PlayFiles",
        "SendDtmf",
        "SetCookie",
        "StartRecording",
        "StopRecording",
    ]
    assert checked.svaml.instructions[1] == Say("Hello", "en-US")
    assert isinstance(checked.svaml.instructions[2], PlayFiles)
    assert checked.svaml.instructions[3:5] == (SendDtmf("12w#"), SetCookie("k", "v"))


@pytest.mark.parametrize(
    ("event", "action", "typed"),
    [
        (Event.ACE, {"name": "continue"}, Continue()),
        (
            Event.ICE,
            {
                "name": "connectPstn",
                "number": "+12025550117",
                "cli": "private",
                "maxDuration": 60,
                "dialTimeout": 20,
                "suppressCallbacks": True,
                "amd": {"enabled": True},
            },
            ConnectPstn("+12025550117", 60, 20, True),
        ),
        (
            Event.PIE,
            {"name": "connectSip", "destination": {"type": "sip", "endpoint": "a@example.org"}},
            ConnectSip("a@example.org"),
        ),
        (Event.ICE, {"name": "connectMxp"}, ConnectMxp()),
        (Event.ACE, {"name": "connectConf", "conferenceId": "room"}, ConnectConf("room")),
        (
            Event.ICE,
            {
                "name": "connectStream",
                "destination": {"type": "websocket", "endpoint": "wss://example.org"},
                "streamingOptions": {"version": 1, "sampleRate": 44100},
            },
            ConnectStream("wss://example.org"),
        ),
    ],
)
def test_every_action_is_typed(event: Event, action: JsonValue, typed: object) -> None:
    checked = check_reply(event, {"action": action})

    assert checked.svaml is not None
    assert checked.svaml.action == typed
    assert not errors(checked)
    assert not warnings(checked)


def test_park_and_its_prompts() -> None:
    action: JsonValue = {"name": "park", "holdPrompt": "#tts[Please hold]", "maxDuration": 60}

    checked = check_reply(Event.ICE, {"action": action})

    assert checked.svaml is not None
    assert isinstance(checked.svaml.action, Park)
    assert checked.svaml.action.hold_prompt.spoken == "Please hold"


def test_a_menu_is_read_whole() -> None:
    options: JsonValue = [
        {"dtmf": "1", "action": "return(sales)"},
        {"dtmf": 2, "action": " menu( support ) "},
        {"dtmf": "*", "action": "return()"},
    ]

    checked = check_reply(
        Event.ICE,
        run_menu(
            menu(repeatPrompt="#tts[Again]", repeats=3, timeoutMills=7000, options=options),
            {"id": "support", "maxDigits": 4},
            barge=False,
        ),
    )

    assert checked.problems == ()
    assert checked.svaml is not None
    action = checked.svaml.action
    assert isinstance(action, RunMenu)
    assert not action.is_barge_allowed
    main, support = action.menus
    assert (main.repeats, main.timeout_ms, support.max_digits) == (3, 7000, 4)
    assert [(option.dtmf, option.target) for option in main.options] == [
        ("1", ReturnValue("sales")),
        ("2", GoToMenu("support")),
        ("*", ReturnValue("")),
    ]


@pytest.mark.parametrize(
    ("event", "name", "is_allowed"),
    [
        (Event.ICE, "continue", False),
        (Event.ACE, "continue", True),
        (Event.PIE, "continue", True),
        (Event.ACE, "connectPstn", False),
        (Event.PIE, "connectPstn", True),
        (Event.PIE, "connectMxp", False),
        (Event.PIE, "park", False),
        (Event.ACE, "park", False),
        (Event.ICE, "park", True),
        (Event.PIE, "connectStream", False),
    ],
)
def test_which_callback_may_be_answered_with_what(
    event: Event, name: str, is_allowed: bool
) -> None:
    checked = check_reply(event, {"action": {"name": name}})

    refused = "$.action.name" in errors(checked)
    assert refused is not is_allowed


def test_an_instruction_in_the_wrong_callback_is_refused() -> None:
    body: JsonValue = {"instructions": [{"name": "answer"}], "action": HANGUP}

    assert errors(check_reply(Event.PIE, body)) == {
        "$.instructions[0].name": "answer may answer ICE, not PIE."
    }


@pytest.mark.parametrize(
    ("body", "path", "part"),
    [
        ([], "$", "not a list"),
        ({}, "$.action", "missing"),
        ({"instructions": [{"name": "say", "text": "x"}]}, "$.action", "do nothing without one"),
        ({"action": [HANGUP]}, "$.action", "Exactly one"),
        ({"action": None}, "$.action", "not null"),
        ({"action": {}}, "$.action.name", "no name"),
        ({"action": {"name": 7}}, "$.action.name", "no name"),
        ({"action": {"name": "say"}}, "$.action.name", "It is an instruction"),
        ({"action": {"name": "dance"}}, "$.action.name", "not an action"),
        ({"action": {"name": "connectConf"}}, "$.action.conferenceId", "required"),
        ({"action": {"name": "connectSip"}}, "$.action.destination", "required"),
        (
            {"action": {"name": "connectSip", "destination": {"type": "sip"}}},
            "$.action.destination.endpoint",
            "required",
        ),
        ({"action": HANGUP, "instructions": {}}, "$.instructions", "A list is expected"),
        ({"action": HANGUP, "instructions": [1]}, "$.instructions[0]", "not a number"),
        ({"action": HANGUP, "instructions": [HANGUP]}, "$.instructions[0].name", "It is an action"),
        (
            {"action": HANGUP, "instructions": [{"name": "playFiles"}]},
            "$.instructions[0].ids",
            "required",
        ),
        (
            {"action": HANGUP, "instructions": [{"name": "say", "text": 5}]},
            "$.instructions[0].text",
            "not a number",
        ),
        (run_menu({"mainPrompt": "x"}), "$.action.menus[0].id", "required"),
        (run_menu(menu(repeats=-1)), "$.action.menus[0].repeats", "least"),
        (run_menu(menu(maxDigits=True)), "$.action.menus[0].maxDigits", "not true or false"),
        (
            run_menu(menu(options=[{"dtmf": "12", "action": "return(x)"}])),
            "$.action.menus[0].options[0].dtmf",
            "One key",
        ),
        (
            run_menu(menu(options=[{"dtmf": "1", "action": "goto(x)"}])),
            "$.action.menus[0].options[0].action",
            "goto(x)",
        ),
    ],
)
def test_what_cannot_be_carried_out_names_its_place(body: JsonValue, path: str, part: str) -> None:
    checked = check_reply(Event.ICE, body)

    assert checked.svaml is None
    assert part in errors(checked)[path]
    assert all("disconnects" in problem.consequence for problem in _errors_of(checked))


def _errors_of(checked: CheckedReply) -> list[Problem]:
    return [problem for problem in checked.problems if problem.weight is Weight.ERROR]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"action": HANGUP, "instructions": [{"name": "say", "text": "x" * 601}]}, "text"),
        ({"action": HANGUP, "instructions": [{"name": "sendDtmf", "value": "1A"}]}, "value"),
        ({"action": {"name": "connectPstn", "maxDuration": 14_401}}, "maxDuration"),
        ({"action": {"name": "connectPstn", "indications": "zz"}}, "indications"),
        ({"action": {"name": "connectConf", "conferenceId": "x" * 65}}, "conferenceId"),
        ({"action": {"name": "park", "maxDuration": 601}}, "maxDuration"),
        (run_menu(menu(mainPrompt="#say[x]")), "mainPrompt"),
        ({"action": HANGUP, "instructions": [{"name": "playFiles", "ids": ["#tts[x]"]}]}, "locale"),
        (
            {
                "action": HANGUP,
                "instructions": [{"name": "startRecording", "options": {"credentials": "c"}}],
            },
            "destinationUrl",
        ),
    ],
)
def test_limits_are_warned_of_and_the_reply_is_carried_out(body: JsonValue, path: str) -> None:
    checked = check_reply(Event.ICE, body)

    assert checked.svaml is not None
    assert [where.rsplit(".", 1)[-1] for where in warnings(checked)] == [path]


def test_cookies_are_limited_together() -> None:
    cookie: JsonValue = {"name": "setCookie", "key": "k", "value": "x" * 600}

    checked = check_reply(Event.ICE, {"instructions": [cookie, cookie], "action": HANGUP})

    assert "1,202 bytes" in warnings(checked)["$.instructions"]


def test_older_spelling_is_accepted_with_a_note() -> None:
    checked = check_reply(
        Event.ICE,
        {
            "Instructions": [{"Name": "Say", "Text": "Hello"}],
            "Action": {"name": "connectPSTN", "Number": "+12025550117"},
        },
    )

    assert checked.svaml is not None
    assert checked.svaml.instructions == (Say("Hello"),)
    assert checked.svaml.action == ConnectPstn("+12025550117")
    assert notes(checked)["$.action.name"] == "The documented spelling is connectPstn."
    assert "$.Action" in notes(checked)


def test_unknown_fields_are_noted_and_kept_out() -> None:
    checked = check_reply(Event.ICE, {"action": {"name": "hangup", "reason": "x"}, "extra": 1})

    assert set(notes(checked)) == {"$.extra", "$.action.reason"}
    assert checked.svaml is not None


@pytest.mark.parametrize(
    ("field", "number"),
    [("repeats", 6), ("maxDigits", 21), ("timeoutMills", 999), ("timeoutMills", 30_001)],
)
def test_what_only_the_builder_of_functions_limits_is_noted(field: str, number: int) -> None:
    checked = check_reply(Event.ICE, run_menu(menu(**{field: number})))

    assert "builder" in notes(checked)[f"$.action.menus[0].{field}"]
    assert checked.svaml is not None


def test_the_narrower_ace_builder_is_noted() -> None:
    checked = check_reply(Event.ACE, run_menu(menu()))

    assert "ACE builder" in notes(checked)["$.action.name"]
    assert checked.svaml is not None


def test_menus_that_do_not_hang_together() -> None:
    body = run_menu(
        {"id": "first", "options": [{"dtmf": "1", "action": "menu(gone)"}]},
        {
            "id": "first",
            "options": [
                {"dtmf": "1", "action": "return(a)"},
                {"dtmf": 1, "action": "return(b)"},
            ],
        },
        mainMenu="missing",
        enableVoice=True,
    )

    told = warnings(check_reply(Event.ICE, body))

    assert set(told) == {
        "$.action.menus",
        "$.action.mainMenu",
        "$.action.locale",
        "$.action.menus[0].options[0].action",
        "$.action.menus[1].id",
        "$.action.menus[1].options[1].dtmf",
    }


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<html>", "not JSON"),
        (b'{"action":', "line 1"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * MAX_REPLY_BYTES + b"{}", "over 1 MB"),
    ],
)
def test_bytes_that_are_no_reply_have_a_sentence(body: bytes, part: str) -> None:
    checked = check_body(Event.ICE, body)

    assert checked.svaml is None
    assert part in errors(checked)["$"]


@pytest.mark.parametrize("event", [Event.DICE, Event.NOTIFY])
def test_dice_and_notify_take_no_svaml(event: Event) -> None:
    assert check_body(event, b"").problems == ()
    assert check_body(event, b"{}").problems == ()
    for body in (json.dumps({"action": HANGUP}).encode(), b"nonsense"):
        checked = check_body(event, body)
        assert not checked.has_errors
        assert checked.problems[0].consequence == "The reply is ignored."


def test_the_worst_comes_first() -> None:
    body: JsonValue = {"extra": 1, "instructions": [{"name": "say", "text": "x" * 601}]}

    weights = [problem.weight for problem in check_reply(Event.ICE, body).problems]

    assert weights == [Weight.ERROR, Weight.WARNING, Weight.NOTE]
