"""Checking the fields of a reply against what is documented of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.prompts import parse_prompt
from sinch_cache_gui.voice.svaml import KEYS
from sinch_cache_gui.voice.svaml_fields import Kind, Rule

_MAY_REFUSE: Final = "The platform may refuse the reply."
_UNKNOWN_FIELD: Final = "It is ignored here."


def kind_of(value: JsonValue) -> str:
    """Name what JSON `value` is, for people."""
    if value is None:
        return "null"
    for kind, name in (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (str, "a text"),
        (list, "a list"),
    ):
        if isinstance(value, kind):
            return name
    return "an object"


class FieldWalk:
    """Walks one object of a reply, telling its problems into a list.

    Attributes:
        own_problems: Those found by this walk.
    """

    def __init__(self, told: list[Problem]) -> None:
        self._told = told
        self.own_problems: list[Problem] = []

    def canonical_names(
        self,
        value: Mapping[str, JsonValue],
        rules: Sequence[Rule],
        path: str,
        *,
        tells_unknown: bool = True,
    ) -> dict[str, JsonValue]:
        """Answer the object with its fields as they are documented, whatever their case was."""
        names = {rule.name.lower(): rule.name for rule in rules}
        found: dict[str, JsonValue] = {}
        for written, item in value.items():
            name = names.get(written.lower())
            if name is None:
                found[written] = item
                if tells_unknown:
                    self._tell(
                        Weight.NOTE,
                        f"{path}.{written}",
                        "No such field is documented.",
                        _UNKNOWN_FIELD,
                    )
            elif written == name:
                found[name] = item
            elif name not in value:
                found[name] = item
                self._tell(
                    Weight.NOTE,
                    f"{path}.{written}",
                    f"The documented spelling is {name}.",
                    "It is accepted.",
                )
        return found

    def checked(
        self, value: Mapping[str, JsonValue], rules: Sequence[Rule], path: str
    ) -> dict[str, JsonValue]:
        """Answer the documented fields that hold what they should, and tell of the others."""
        named = self.canonical_names(value, rules, path)
        found: dict[str, JsonValue] = {}
        for rule in rules:
            item = named.get(rule.name)
            where = f"{path}.{rule.name}"
            if item is None:
                self._tell_missing(rule, where)
                continue
            read = self._read(item, rule, where)
            if read is not None:
                found[rule.name] = read
        return found

    def _tell_missing(self, rule: Rule, where: str) -> None:
        if rule.is_required:
            self._tell(Weight.ERROR, where, f"{rule.name} is required.")
        elif rule.is_expected:
            message = f"{rule.name} is missing; the sources disagree whether it is required."
            self._tell(Weight.WARNING, where, message, _MAY_REFUSE)

    def _read(self, item: JsonValue, rule: Rule, where: str) -> JsonValue:
        """Answer `item` if it is what `rule` says, else None."""
        match rule.kind, item:
            case Kind.OBJECT, dict():
                return self.checked(item, rule.fields, where)
            case Kind.OBJECTS, list():
                return self._objects(item, rule, where)
            case Kind.TEXTS, list():
                return self._texts(item, where)
            case Kind.TRUTH, bool():
                return item
            case Kind.WHOLE_NUMBER, int() if not isinstance(item, bool):
                return self._whole_number(item, rule, where)
            case Kind.DTMF_KEY, _:
                return self._key(item, where)
            case Kind.PROMPT, str():
                return self._prompt(item, where)
            case Kind.TEXT, str():
                return self._text(item, rule, where)
        self._tell(
            Weight.ERROR, where, f"{rule.name} holds {rule.kind.value}, not {kind_of(item)}."
        )
        return None

    def _objects(self, items: list[JsonValue], rule: Rule, where: str) -> JsonValue:
        found: list[JsonValue] = []
        for at, item in enumerate(items):
            if isinstance(item, dict):
                found.append(self.checked(item, rule.fields, f"{where}[{at}]"))
            else:
                self._tell(
                    Weight.ERROR, f"{where}[{at}]", f"An object is expected, not {kind_of(item)}."
                )
        return found

    def _texts(self, items: list[JsonValue], where: str) -> JsonValue:
        for at, item in enumerate(items):
            if isinstance(item, str):
                self._prompt(item, f"{where}[{at}]")
            else:
                self._tell(
                    Weight.ERROR, f"{where}[{at}]", f"A text is expected, not {kind_of(item)}."
                )
        return [item for item in items if isinstance(item, str)]

    def _whole_number(self, number: int, rule: Rule, where: str) -> JsonValue:
        if rule.minimum is not None and number < rule.minimum:
            self._tell(
                Weight.ERROR, where, f"{rule.name} is {number:,}; the least is {rule.minimum:,}."
            )
            return None
        if rule.maximum is not None and number > rule.maximum:
            message = f"{rule.name} is {number:,}; the most is {rule.maximum:,}."
            self._tell(Weight.WARNING, where, message, _MAY_REFUSE)
        least, most = rule.builder_range or (number, number)
        if not least <= number <= most:
            message = f"The menu builder of Sinch Functions takes {least:,} to {most:,}."
            self._tell(Weight.NOTE, where, message, "The platform's own bounds are not documented.")
        return number

    def _key(self, item: JsonValue, where: str) -> JsonValue:
        key = str(item) if isinstance(item, int) and not isinstance(item, bool) else item
        if isinstance(key, str) and len(key) == 1 and key in KEYS:
            return key
        self._tell(Weight.ERROR, where, "One key of the phone is expected: 0 to 9, * or #.")
        return None

    def _prompt(self, text: str, where: str) -> JsonValue:
        flaw = parse_prompt(text).flaw
        if flaw:
            self._tell(Weight.WARNING, where, flaw, "The prompt may not be played.")
        return text

    def _text(self, text: str, rule: Rule, where: str) -> JsonValue:
        if rule.is_required and not text:
            self._tell(Weight.ERROR, where, f"{rule.name} is required, and is empty.")
            return None
        if rule.max_length is not None and len(text) > rule.max_length:
            message = f"{rule.name} has {len(text):,} characters; {rule.max_length:,} is the limit."
            self._tell(Weight.WARNING, where, message, _MAY_REFUSE)
        if rule.pattern is not None and not rule.pattern.fullmatch(text):
            message = f"“{text}” is not what {rule.name} may hold."
            if rule.is_required:
                self._tell(Weight.ERROR, where, message)
            else:
                self._tell(Weight.WARNING, where, message, _MAY_REFUSE)
            return None
        if rule.values and text.lower() not in {known.lower() for known in rule.values}:
            message = f"“{text}” is not documented; known are {', '.join(rule.values)}."
            self._tell(Weight.WARNING, where, message, _MAY_REFUSE)
        return text

    def _tell(self, weight: Weight, path: str, message: str, consequence: str = "") -> None:
        problem = Problem(weight, path, message, consequence)
        self._told.append(problem)
        self.own_problems.append(problem)
