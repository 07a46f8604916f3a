"""A callback's fields one by one, for a form: `to.endpoint` and the like, unknown ones included."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callback_fields import FIELDS, CallbackField, FieldKind
from sinch_cache_gui.voice.callbacks import (
    Callback,
    CallResult,
    CallSetup,
    EndReason,
    Event,
    MenuResult,
    Money,
    ace,
    dice,
    ice,
    notify,
    pie,
)

Path: TypeAlias = tuple[str, ...]

_NUMBERS: Final = (FieldKind.NUMBER, FieldKind.WHOLE_NUMBER)


@dataclass(frozen=True, slots=True)
class FormField:
    """One line of a form.

    Attributes:
        path: Names from the callback's top.
        kind: What it holds.
        values: Documented values; any other is accepted, too.
        note: What to know of it; may be empty.
        text: What it holds now; empty for a field that is not sent.
    """

    path: Path
    kind: FieldKind
    values: tuple[str, ...]
    note: str
    text: str

    @property
    def name(self) -> str:
        """As people write it: `to.endpoint`."""
        return ".".join(self.path)


def form_of(callback: Callback) -> list[FormField]:
    """Answer every documented field of a callback, sent or not, and every other that is sent."""
    documented = FIELDS[callback.event]
    found = [line for field in documented for line in _lines(field, (), callback.fields)]
    names = {field.name for field in documented}
    found += [
        FormField((name,), FieldKind.OBJECT, (), "Not documented.", _as_text(value))
        for name, value in callback.fields.items()
        if name not in names
    ]
    return found


def with_field(callback: Callback, line: FormField, text: str) -> Callback:
    """Answer the callback with one field changed; an empty text takes the field out.

    Raises:
        ValueError: The text is none of the field's kind; the message is a sentence.
    """
    fields = deepcopy(dict(callback.fields))
    where = fields
    for name in line.path[:-1]:
        inner = where.get(name)
        if not isinstance(inner, dict):
            if not text:
                return callback
            where[name] = inner = {}
        where = inner
    if text:
        where[line.path[-1]] = _value(line, text)
    else:
        where.pop(line.path[-1], None)
    return Callback(callback.event, fields)


def blank(event: Event, setup: CallSetup, at_ms: int) -> Callback:
    """Answer a callback of `setup` to begin with, whatever became of the call."""
    match event:
        case Event.ICE:
            return ice(setup, at_ms)
        case Event.ACE:
            return ace(setup, at_ms)
        case Event.PIE:
            return pie(setup, at_ms, MenuResult("return", "main", "sales", "dtmf"))
        case Event.DICE:
            reason, result = EndReason.MANAGER_HANGUP, CallResult.ANSWERED
            return dice(setup, at_ms, reason=reason, result=result, duration_s=0, debit=Money())
        case Event.NOTIFY:
            return notify(setup, "recording_finished")


def _lines(
    field: CallbackField, above: Path, fields: Mapping[str, JsonValue]
) -> Iterator[FormField]:
    path, value = (*above, field.name), fields.get(field.name)
    if field.kind is FieldKind.OBJECT and (value is None or isinstance(value, dict)):
        for inner in field.fields:
            yield from _lines(inner, path, value or {})
        return
    text = "" if field.name not in fields else _shown(field.kind, value)
    yield FormField(path, field.kind, field.values, field.note, text)


def _shown(kind: FieldKind, value: JsonValue) -> str:
    return value if kind is FieldKind.TEXT and isinstance(value, str) else _as_text(value)


def _as_text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _value(line: FormField, text: str) -> JsonValue:
    if line.kind is FieldKind.TEXT:
        return text
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{line.name} is written as JSON: {line.kind.value}.") from None
    if line.kind in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError(f"{line.name} is a {line.kind.value}.")
    return value
