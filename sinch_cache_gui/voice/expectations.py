"""What a scenario expects, one sentence each: `ttl rate:{caller} <= 3600`."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Event

FORMS: Final = (
    "cache KEY exists",
    "cache KEY is missing",
    "ttl KEY <= SECONDS",
    'value KEY .path == "JSON"',
    "reply to pie has action hangup",
    "reply to ice 2 has instruction say",
    "reply to pie has status 200",
    'heard "words"',
    'callback pie .menuResult.type == "timeout"',
    "callbacks are ice pie dice",
    "end reason is CALLERHANGUP",
    "end result is ANSWERED",
)
"""Every form an expectation may have. KEY may hold {callid}, {caller}, {called} and {n}."""

PLACEHOLDERS: Final = ("callid", "caller", "called", "n")

Comparison: TypeAlias = Callable[[float, float], bool]

COMPARISONS: Final[Mapping[str, Comparison]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class KeyExists:
    """A key is there, or is not."""

    key: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class TtlCompares:
    """The seconds a key has left compare so. A key without TTL has endless time left."""

    key: str
    sign: str
    seconds: float


@dataclass(frozen=True, slots=True)
class ValueCompares:
    """A part of a value is, or is not, this.

    Attributes:
        path: Names and indices from the value's top; empty for the whole value.
    """

    key: str
    path: tuple[str | int, ...]
    sign: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class CallbackCompares:
    """A field of a callback that was sent is, or is not, this.

    Attributes:
        number: Which callback of that event, from 1; None for the last.
        path: Names and indices from the callback's top.
    """

    event: Event
    number: int | None
    path: tuple[str | int, ...]
    sign: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class ReplyHas:
    """The reply to a callback has this action, instruction or HTTP status.

    Attributes:
        number: Which callback of that event, from 1; None for the last.
        part: `action`, `instruction` or `status`.
    """

    event: Event
    number: int | None
    part: str
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller heard these words somewhere in the call."""

    words: str


@dataclass(frozen=True, slots=True)
class CallbacksAre:
    """Exactly these callbacks were sent, in this order."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class EndIs:
    """The call ended with this `reason` or `result`."""

    field: str
    word: str


Check: TypeAlias = (
    KeyExists
    | TtlCompares
    | ValueCompares
    | CallbackCompares
    | ReplyHas
    | Heard
    | CallbacksAre
    | EndIs
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of a scenario.

    Attributes:
        text: As it was written.
        line: Of the file, from 1.
        check: What it means.
    """

    text: str
    line: int
    check: Check

    @property
    def looks_at_cache(self) -> bool:
        """Whether a cache has to be asked."""
        return isinstance(self.check, KeyExists | TtlCompares | ValueCompares)


_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_KEY: Final = rf"(?P<key>{_QUOTED}|\S+)"
_PATH: Final = rf'(?P<path>[.\[](?:{_QUOTED}|[^\s"=!])*)'
_SIGN: Final = r"(?P<sign><=|>=|==|!=|<|>)"
_EVENT: Final = "|".join(Event)
_EXISTS: Final = re.compile(rf"cache\s+{_KEY}\s+(?P<what>exists|is\s+missing)")
_TTL: Final = re.compile(rf"ttl\s+{_KEY}\s*{_SIGN}\s*(?P<seconds>\d+(?:\.\d+)?)")
_VALUE: Final = re.compile(
    rf"value\s+{_KEY}(?:\s+{_PATH})?\s*(?P<sign>==|!=)\s*(?P<json>.+)", re.DOTALL
)
_CALLBACK: Final = re.compile(
    rf"callback\s+(?P<event>{_EVENT})(?:\s+(?P<number>[1-9]\d{{0,3}}))?"
    rf"\s+{_PATH}\s*(?P<sign>==|!=)\s*(?P<json>.+)",
    re.DOTALL,
)
_REPLY: Final = re.compile(
    rf"reply\s+to\s+(?P<event>{_EVENT})(?:\s+(?P<number>[1-9]\d{{0,3}}))?"
    r"\s+has\s+(?P<part>action|instruction|status)\s+(?P<name>\w+)"
)
_HEARD: Final = re.compile(rf"heard\s+(?P<words>{_QUOTED})")
_CALLBACKS: Final = re.compile(rf"callbacks\s+are(?P<events>(?:\s+(?:{_EVENT}))+)")
_END: Final = re.compile(r"end\s+(?P<field>reason|result)\s+is\s+(?P<word>\S+)")
_STEP: Final = re.compile(rf"\.(?P<name>{_QUOTED}|[^.\[\]\"]+)|\[(?P<index>\d+)\]")
_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")


def key_looked_at(check: Check) -> str:
    """Answer the key an expectation is about, with its placeholders; empty for none."""
    return check.key if isinstance(check, KeyExists | TtlCompares | ValueCompares) else ""


def parse_expectation(text: str, line: int) -> Expectation:
    """Read an expectation.

    Raises:
        ValueError: It has none of the known forms; the message is a sentence.
    """
    unknown = unknown_placeholder(text)
    if unknown is not None and not text.strip().startswith(("value", "heard", "callback")):
        raise ValueError(unknown)
    return Expectation(text, line, _parse(text.strip()))


def unknown_placeholder(text: str) -> str | None:
    """Answer what is wrong with the {placeholders} of a text, None if nothing is."""
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            return f"{{{name}}} stands for nothing; known are {known}."
    return None


def _parse(text: str) -> Check:
    if found := _EXISTS.fullmatch(text):
        return KeyExists(_key(found), found["what"] == "exists")
    if found := _TTL.fullmatch(text):
        return TtlCompares(_key(found), found["sign"], float(found["seconds"]))
    if found := _VALUE.fullmatch(text):
        return ValueCompares(_key(found), _path(found["path"]), found["sign"], _json(found["json"]))
    if found := _CALLBACK.fullmatch(text):
        path, value = _path(found["path"]), _json(found["json"])
        return CallbackCompares(Event(found["event"]), _number(found), path, found["sign"], value)
    if found := _REPLY.fullmatch(text):
        return ReplyHas(Event(found["event"]), _number(found), found["part"], found["name"])
    if found := _HEARD.fullmatch(text):
        return Heard(_unquoted(found["words"]))
    if found := _CALLBACKS.fullmatch(text):
        return CallbacksAre(tuple(Event(name) for name in found["events"].split()))
    if found := _END.fullmatch(text):
        return EndIs(found["field"], found["word"])
    raise ValueError(f"“{text}” is no expectation; write for example: {_nearest_form(text)}")


def _number(found: re.Match[str]) -> int | None:
    return None if found["number"] is None else int(found["number"])


def _nearest_form(text: str) -> str:
    first = text.split(maxsplit=1)[:1]
    forms = [form for form in FORMS if [form.split(maxsplit=1)[0]] == first]
    return "; ".join(forms or FORMS)


def _key(found: re.Match[str]) -> str:
    key = _unquoted(found["key"])
    unknown = unknown_placeholder(key)
    if unknown is not None:
        raise ValueError(unknown)
    return key


def _unquoted(text: str) -> str:
    return str(_json(text)) if text.startswith('"') else text


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{text} is not JSON; a text stands in quotes.") from None
    return value


def _path(text: str | None) -> tuple[str | int, ...]:
    steps: list[str | int] = []
    at = 0
    while text is not None and at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            raise ValueError(f'{text} is no path; write .name, ."a name" or [0].')
        index = found["index"]
        steps.append(_unquoted(found["name"]) if index is None else int(index))
        at = found.end()
    return tuple(steps)
