"""Callbacks are what travels: documented names, exact bytes, nothing invented."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sinch_cache_gui.voice.callback_fields import FIELDS
from sinch_cache_gui.voice.callbacks import (
    Amd,
    Callback,
    CallSetup,
    Destination,
    Event,
    MenuResult,
    Money,
    ace,
    dice,
    edited,
    ice,
    notify,
    pie,
)

AT_MS = 1_717_694_414_000  # 2024-06-06T17:20:14Z

FULL = CallSetup(
    "1ce0ffee",
    "12015555555",
    Destination("+12017777777", "did"),
    adds_call_id_alias=False,
    conference_id="room",
    custom="text",
    call_resource_url="https://example.org/calls/1ce0ffee",
    call_headers=(("foo", "bar"),),
    user="alice",
)


def every_callback(setup: CallSetup) -> list[Callback]:
    return [
        ice(setup, AT_MS, duration_s=3),
        ace(setup, AT_MS, amd=Amd("human", "longgreeting", 15)),
        pie(setup, AT_MS, MenuResult("return", "main", "cancel", "dtmf")),
        dice(setup, AT_MS, reason="N/A", result="ANSWERED", duration_s=12, debit=Money("EUR", 0.1)),
        notify(
            setup,
            "callingerror",
            destination="azure://x",
            amd=Amd("human"),
            error_code=40001,
            error_message="Illegal SVAML",
        ),
    ]


def test_ice_is_the_published_example(setup: CallSetup) -> None:
    sent = ice(
        CallSetup(
            "1ce0ffee-ca11-ca11-ca11-abcdef000053",
            "12015555555",
            Destination("+12017777777", "did"),
            adds_call_id_alias=False,
            application_key="f00dcafe-abba-c0de-1dea-dabb1ed4caf3",
        ),
        AT_MS,
    )

    assert sent.fields == {
        "event": "ice",
        "callid": "1ce0ffee-ca11-ca11-ca11-abcdef000053",
        "timestamp": "2024-06-06T17:20:14Z",
        "version": 1,
        "userRate": {"currencyId": "USD", "amount": 0.0},
        "cli": "12015555555",
        "to": {"type": "did", "endpoint": "+12017777777"},
        "domain": "pstn",
        "applicationKey": "f00dcafe-abba-c0de-1dea-dabb1ed4caf3",
        "originationType": "PSTN",
        "rdnis": "",
    }


@pytest.mark.parametrize("callback", every_callback(FULL), ids=lambda sent: sent.event)
def test_every_documented_field_can_be_sent_and_no_other_is(callback: Callback) -> None:
    assert set(callback.fields) == {field.name for field in FIELDS[callback.event]}


def test_the_call_id_travels_under_both_names_unless_switched_off(setup: CallSetup) -> None:
    for callback in every_callback(setup):
        assert callback.fields["callid"] == callback.fields["callId"] == setup.call_id
    for callback in every_callback(replace(setup, adds_call_id_alias=False)):
        assert "callId" not in callback.fields


def test_dice_names_the_caller_from_and_notify_has_no_timestamp(setup: CallSetup) -> None:
    *_, ended, note = every_callback(setup)

    assert ended.fields["from"] == setup.caller
    assert "cli" not in ended.fields
    assert "timestamp" not in note.fields


def test_unknown_fields_travel_in_every_callback(setup: CallSetup) -> None:
    with_more = replace(setup, unknown={"addToContext": []})

    assert all(callback.fields["addToContext"] == [] for callback in every_callback(with_more))


def test_the_bytes_are_compact_utf_8_and_survive_lone_surrogates(setup: CallSetup) -> None:
    body = ice(replace(setup, custom="å \ud800"), AT_MS).body()

    assert '"custom":"å \\ud800"'.encode() in body
    assert json.loads(body)["custom"] == "å \ud800"


def test_an_edited_callback_keeps_what_was_typed(setup: CallSetup) -> None:
    text = '{"event":"ice","callid":7,"mine":{"b":1,"a":2},"duration":null}'

    callback = edited(text)

    assert callback.event is Event.ICE
    assert callback.call_id is None
    assert callback.body() == text.encode()


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"callid":"x"}', '{"event":"hello"}', '{"event":[]}', "[" * 100_000]
)
def test_text_that_is_no_callback_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        edited(text)


def test_the_form_knows_which_words_a_field_may_hold() -> None:
    by_name = {field.name: field for field in FIELDS[Event.DICE]}

    assert "CALLERHANGUP" in by_name["reason"].values
    assert by_name["to"].fields[0].name == "type"
