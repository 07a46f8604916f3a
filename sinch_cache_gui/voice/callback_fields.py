"""Which fields are documented of each callback, for forms and checks.

Own transcription of public facts: Sinch's voice API reference and the types of its SDKs. Every list
of values is open: the SDKs accept others, and so does this tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sinch_cache_gui.assumptions import REASONS, RESULTS
from sinch_cache_gui.voice.callbacks import (
    Event,
    InputMethod,
    MenuResultType,
)


class FieldKind(Enum):
    """What JSON a field holds."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    OBJECT = "object"
    OBJECTS = "list of objects"


@dataclass(frozen=True, slots=True)
class CallbackField:
    """What is documented of one field.

    Attributes:
        name: As it travels.
        kind: What it holds.
        values: Documented values; empty: any.
        note: What to know of it, one sentence; may be empty.
        fields: Of an object, or of each object of a list.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    values: tuple[str, ...] = ()
    note: str = ""
    fields: tuple[CallbackField, ...] = ()


def _text(name: str, *values: str, note: str = "") -> CallbackField:
    return CallbackField(name, values=values, note=note)


def _number(name: str, note: str = "") -> CallbackField:
    return CallbackField(name, FieldKind.WHOLE_NUMBER, note=note)


def _money(name: str, note: str) -> CallbackField:
    amount = CallbackField("amount", FieldKind.NUMBER)
    fields = (_text("currencyId"), amount)
    return CallbackField(name, FieldKind.OBJECT, note=note, fields=fields)


_CALL_ID: Final = _text("callid", note="All lower case on the wire.")
_CONFERENCE: Final = _text("conferenceId", note="Of the conference the caller has been put into.")
_RESOURCE: Final = _text("callResourceUrl", note="Where the call can be managed.")
_TIMESTAMP: Final = _text("timestamp", note="ISO 8601, UTC.")
_VERSION: Final = _number("version", "1 in every published example.")
_CUSTOM: Final = _text("custom", note="A text, even when it holds JSON; at most 1,024 bytes.")
_KEY: Final = _text("applicationKey", note="Of the Voice application.")
_RATE: Final = _money("userRate", "Price per minute.")
_NETWORKS: Final = ("pstn", "mxp", "PSTN", "MXP", "sip")
_TO: Final = CallbackField(
    "to",
    FieldKind.OBJECT,
    note="The dialled party.",
    fields=(_text("type", "number", "did", "username", "sip"), _text("endpoint")),
)
_HEADERS: Final = CallbackField(
    "callHeaders",
    FieldKind.OBJECTS,
    note="Set by the app that began the call, if one did.",
    fields=(_text("key"), _text("value")),
)
_USER: Final = _text("user", note="Legacy: the user that started the call.")
_AMD: Final = CallbackField(
    "amd",
    FieldKind.OBJECT,
    note="Only with answering-machine detection.",
    fields=(
        _text("status", "machine", "human", "notsure", "hangup", "inprogress"),
        _text("reason", "longgreeting", "initialsilence", "greeting", "beep", "n/a"),
        _number("duration", "The sources disagree about its meaning and unit."),
    ),
)
_MENU_RESULT: Final = CallbackField(
    "menuResult",
    FieldKind.OBJECT,
    note="How the menu ended.",
    fields=(
        _text("menuId"),
        _text("type", *MenuResultType),
        _text("value", note="return(x): x; a sequence: its digits; else not documented."),
        _text("inputMethod", *InputMethod),
    ),
)
_NOTIFY_TYPES: Final = (
    "recording_finished",
    "recording_available",
    "transcription_available",
    "amd",
    "amd_beep",
    "callingerror",
)


def _begin(event: Event) -> tuple[CallbackField, ...]:
    return _text("event", event), _CALL_ID, _CONFERENCE


FIELDS: Final[Mapping[Event, tuple[CallbackField, ...]]] = {
    Event.ICE: (
        *_begin(Event.ICE),
        _RESOURCE,
        _TIMESTAMP,
        _VERSION,
        _CUSTOM,
        _RATE,
        _text("cli", note="The caller's number, or “private”; published examples lack the +."),
        _TO,
        _text("domain", *_NETWORKS, note="Of the destination."),
        _KEY,
        _text("originationType", *_NETWORKS, note="Upper case in published examples."),
        _number("duration", "Seconds."),
        _text("rdnis", note="The number the call was redirected from."),
        _HEADERS,
        _USER,
    ),
    Event.ACE: (
        *_begin(Event.ACE),
        _RESOURCE,
        _TIMESTAMP,
        _VERSION,
        _CUSTOM,
        _KEY,
        _AMD,
        _USER,
    ),
    Event.PIE: (*_begin(Event.PIE), _TIMESTAMP, _MENU_RESULT, _VERSION, _CUSTOM, _KEY),
    Event.DICE: (
        *_begin(Event.DICE),
        _TIMESTAMP,
        _text("reason", *REASONS),
        _text("result", *RESULTS),
        _VERSION,
        _CUSTOM,
        _money("debit", "What the call cost."),
        _RATE,
        _TO,
        _KEY,
        _number("duration", "Seconds."),
        _HEADERS,
        _USER,
        _text("from", note="The caller's number as a plain text; DICE has no cli."),
    ),
    Event.NOTIFY: (
        *_begin(Event.NOTIFY),
        _VERSION,
        _text("type", *_NOTIFY_TYPES),
        _CUSTOM,
        _text("destination", note="Where the recording or the transcription is."),
        _AMD,
        _number("errorCode", "40001: illegal SVAML, 50000: internal error."),
        _text("errorMsg"),
        _USER,
    ),
}
"""The documented fields of each callback, in the order they are written."""
