"""What is documented of SVAML: which action and instruction takes which fields, and where.

Own transcription of public facts: the action and instruction tables of Sinch's SVAML reference,
the types of Sinch's SDKs, and, where a comment says so, its older documentation of about 2020.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sinch_cache_gui.voice.callbacks import Event


class Kind(Enum):
    """What JSON a field holds."""

    TEXT = "text"
    WHOLE_NUMBER = "a whole number"
    TRUTH = "true or false"
    OBJECT = "an object"
    OBJECTS = "a list of objects"
    TEXTS = "a list of texts"
    PROMPT = "a prompt"
    DTMF_KEY = "one key of the phone"
    """Published replies write a key both as "1" and as 1."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is documented of one field.

    Attributes:
        name: As it is written.
        kind: What it holds.
        is_required: Whether it must be there.
        values: Documented values, matched without regard to case; empty: any.
        minimum: The least whole number.
        maximum: The greatest whole number.
        max_length: The most characters of a text.
        pattern: What a text looks like as a whole.
        is_expected: Whether some sources require it, and others do not.
        builder_range: What the menu builder of Sinch Functions takes; the platform's own bounds
            are not documented.
        fields: Of an object, or of each object of a list.
    """

    name: str
    kind: Kind = Kind.TEXT
    is_required: bool = False
    is_expected: bool = False
    builder_range: tuple[int, int] | None = None
    values: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    pattern: re.Pattern[str] | None = None
    fields: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What is documented of one action or instruction.

    Attributes:
        name: As it is written.
        allowed_in: The callbacks that may answer with it.
        fields: All but `name`.
    """

    name: str
    allowed_in: frozenset[Event]
    fields: tuple[Rule, ...] = ()


_ICE: Final = frozenset({Event.ICE})
_ICE_PIE: Final = frozenset({Event.ICE, Event.PIE})
_ACE_PIE: Final = frozenset({Event.ACE, Event.PIE})
_ALL: Final = frozenset({Event.ICE, Event.ACE, Event.PIE})

_DTMF: Final = re.compile(r"[0-9#w]*")
OPTION: Final = re.compile(r"\s*(return|menu)\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
"""`options[].action`: where a key of a menu leads."""

MAX_CALL_S: Final = 14_400
"""The longest `maxDuration` of a connected call, in seconds."""

MAX_COOKIE_BYTES: Final = 1024
"""All keys and values of cookies together (older documentation)."""

_COUNTRIES: Final = (
    "at au bg br be ch cl cn cz de dk ee es fi fr gr hu il in it lt jp mx my nl no nz ph pl pt ru "
    "se sg th uk us tw ve za"
)
_INDICATIONS: Final = tuple(_COUNTRIES.split())
_MUSIC: Final = ("ring", "music1", "music2", "music3")


def _rule(name: str, kind: Kind = Kind.TEXT) -> Rule:
    return Rule(name, kind)


def _needed(name: str, kind: Kind = Kind.TEXT) -> Rule:
    return Rule(name, kind, is_required=True)


def _destination(*types: str, is_required: bool = True) -> Rule:
    fields = (Rule("type", is_required=True, values=types), _needed("endpoint"))
    return Rule("destination", Kind.OBJECT, is_required=is_required, fields=fields)


_HEADERS: Final = Rule("callHeaders", Kind.OBJECTS, fields=(_rule("key"), _rule("value")))
_MAX_DURATION: Final = Rule("maxDuration", Kind.WHOLE_NUMBER, minimum=1, maximum=MAX_CALL_S)
_MOH: Final = Rule("moh", values=_MUSIC)

_MENU: Final = (
    _needed("id"),
    _rule("mainPrompt", Kind.PROMPT),
    _rule("repeatPrompt", Kind.PROMPT),
    Rule("repeats", Kind.WHOLE_NUMBER, minimum=0, builder_range=(0, 5)),
    Rule("maxDigits", Kind.WHOLE_NUMBER, minimum=1, builder_range=(1, 20)),
    Rule("timeoutMills", Kind.WHOLE_NUMBER, minimum=1, builder_range=(1000, 30_000)),
    Rule("maxTimeoutMills", Kind.WHOLE_NUMBER, minimum=1),
    Rule(
        "options",
        Kind.OBJECTS,
        fields=(
            _needed("dtmf", Kind.DTMF_KEY),
            Rule("action", is_required=True, pattern=OPTION),
        ),
    ),
)

_ACTION_SHAPES: Final = (
    Shape("hangup", _ALL),
    Shape("continue", _ACE_PIE),
    Shape(
        "connectPstn",
        _ICE_PIE,
        (
            _rule("number"),
            _rule("locale"),
            _MAX_DURATION,
            Rule("dialTimeout", Kind.WHOLE_NUMBER, minimum=1),
            _rule("cli"),
            _rule("suppressCallbacks", Kind.TRUTH),
            Rule("dtmf", pattern=_DTMF),
            Rule("indications", values=_INDICATIONS),
            Rule(
                "amd",
                Kind.OBJECT,
                fields=(_rule("enabled", Kind.TRUTH), _rule("async", Kind.TRUTH)),
            ),
        ),
    ),
    Shape("connectMxp", _ICE, (_destination("username", is_required=False), _HEADERS)),
    Shape(
        "connectConf",
        _ALL,
        (
            Rule("conferenceId", is_required=True, max_length=64),
            Rule(
                "conferenceDtmfOptions",
                Kind.OBJECT,
                fields=(
                    Rule("mode", values=("ignore", "forward", "detect")),
                    Rule("maxDigits", Kind.WHOLE_NUMBER, minimum=1),
                    Rule("timeoutMills", Kind.WHOLE_NUMBER, minimum=1),
                ),
            ),
            _MOH,
        ),
    ),
    Shape(
        "connectSip",
        _ICE_PIE,
        (
            _destination("sip"),
            _MAX_DURATION,
            _rule("cli"),
            Rule("transport", values=("UDP", "TCP", "TLS")),
            _rule("suppressCallbacks", Kind.TRUTH),
            _HEADERS,
            _MOH,
        ),
    ),
    Shape(
        "connectStream",
        _ICE,
        (
            _destination("websocket"),
            Rule(
                "streamingOptions",
                Kind.OBJECT,
                fields=(
                    _rule("version", Kind.WHOLE_NUMBER),
                    _rule("sampleRate", Kind.WHOLE_NUMBER),
                ),
            ),
            _MAX_DURATION,
            _HEADERS,
        ),
    ),
    Shape(
        "runMenu",
        _ALL,
        (
            _rule("barge", Kind.TRUTH),
            _rule("locale"),
            _rule("mainMenu"),
            _rule("enableVoice", Kind.TRUTH),
            Rule("menus", Kind.OBJECTS, fields=_MENU),
        ),
    ),
    Shape(
        "park",
        _ICE,
        (
            _rule("locale"),
            _rule("introPrompt", Kind.PROMPT),
            _rule("holdPrompt", Kind.PROMPT),
            Rule("maxDuration", Kind.WHOLE_NUMBER, minimum=1, maximum=600),  # older documentation
        ),
    ),
)

_INSTRUCTION_SHAPES: Final = (
    Shape("playFiles", _ALL, (_needed("ids", Kind.TEXTS), _rule("locale"))),
    Shape("say", _ALL, (Rule("text", max_length=600), _rule("locale"))),
    Shape("sendDtmf", _ICE_PIE, (Rule("value", pattern=_DTMF),)),
    Shape("setCookie", _ALL, (_rule("key"), _rule("value"))),
    Shape("answer", _ICE),
    Shape(
        "startRecording",
        _ALL,
        (
            Rule(
                "options",
                Kind.OBJECT,
                fields=(
                    Rule("destinationUrl", is_expected=True),
                    Rule("credentials", is_expected=True),
                    _rule("format"),
                    _rule("notificationEvents", Kind.TRUTH),
                    Rule(
                        "transcriptionOptions",
                        Kind.OBJECT,
                        fields=(_rule("enabled", Kind.TRUTH), _rule("locale")),
                    ),
                ),
            ),
        ),
    ),
    Shape("stopRecording", _ALL),
)

HINTS: Final[Mapping[tuple[Event, str], str]] = {
    (Event.ACE, name): "The ACE builder of Sinch Functions offers only hangup and continue."
    for name in ("connectConf", "runMenu")
} | {
    (event, "stopRecording"): "One of Sinch's SDKs knows stopRecording in PIE only."
    for event in (Event.ICE, Event.ACE)
}
"""Where sources are narrower than the reference: worth a note, not a refusal."""

ACTIONS: Final[Mapping[str, Shape]] = {shape.name.lower(): shape for shape in _ACTION_SHAPES}
"""Every documented action by its name in lower case."""

INSTRUCTIONS: Final[Mapping[str, Shape]] = {
    shape.name.lower(): shape for shape in _INSTRUCTION_SHAPES
}
"""Every documented instruction by its name in lower case."""
