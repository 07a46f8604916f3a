"""A callback is edited field by field, and nothing else of it changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sinch_cache_gui.voice.callback_editing import FormField, form_of, with_field
from sinch_cache_gui.voice.callbacks import Callback, Event, MenuResult, ice, pie


def line(callback: Callback, name: str) -> FormField:
    return next(field for field in form_of(callback) if field.name == name)


def test_the_form_has_every_documented_field_and_the_unknown_ones(setup, clock) -> None:
    callback = ice(replace(setup, unknown={"addToContext": [1]}), clock())
    texts = {field.name: field.text for field in form_of(callback)}
    assert texts["cli"] == setup.caller
    assert texts["to.endpoint"] == setup.called.endpoint
    assert texts["userRate.amount"] == "0.0"
    assert texts["conferenceId"] == ""
    assert texts["addToContext"] == "[1]"
    assert line(callback, "addToContext").note == "Not documented."
    assert "sip" in line(callback, "to.type").values


def test_changing_a_field_leaves_the_others_as_they_are(setup, clock) -> None:
    before = pie(setup, clock(), MenuResult("return", "main", "sales", "dtmf"))
    after = with_field(before, line(before, "menuResult.value"), "support")
    assert after.fields["menuResult"]["value"] == "support"
    assert list(after.fields) == list(before.fields)
    assert before.fields["menuResult"]["value"] == "sales"


def test_an_emptied_field_is_not_sent_and_a_filled_one_is(setup, clock) -> None:
    callback = ice(setup, clock())
    callback = with_field(callback, line(callback, "rdnis"), "")
    callback = with_field(callback, line(callback, "duration"), "12")
    assert "rdnis" not in callback.fields
    assert callback.fields["duration"] == 12
    bare = Callback(Event.ICE, {"event": "ice"})
    filled = with_field(bare, line(bare, "to.endpoint"), "+1")
    assert filled.fields["to"] == {"endpoint": "+1"}
    assert with_field(bare, line(bare, "to.endpoint"), "").fields == bare.fields


def test_numbers_are_numbers(setup, clock) -> None:
    callback = ice(setup, clock())
    for text in ("twelve", "true", '"1"'):
        with pytest.raises(ValueError, match="duration"):
            with_field(callback, line(callback, "duration"), text)
