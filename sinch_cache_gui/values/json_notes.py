"""What is worth knowing about a JSON text that is nevertheless JSON. Nothing is ever changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sinch_cache_gui.values.json_grammar import NUMBER, SPACE, STRING, skip_string
from sinch_cache_gui.values.slices import Work

MAX_NOTES: Final = 200
"""Notes kept; a text that earns more is told by its first ones."""

_EXACT_DIGITS: Final = 15
"""Decimal digits a double holds whatever they are (IEEE 754, binary64)."""

_LARGEST_PLAIN: Final = 10**21
"""From here on JavaScript writes a number with an exponent (ECMA-262, Number::toString)."""

_SLICE: Final = 512

_TWICE: Final = "This name stands twice in the object; most readers keep the last."

_COLON: Final = re.compile(rf"{SPACE}:")
_SHORT_NUMBER: Final = rf"-?[0-9][0-9.]{{0,{_EXACT_DIGITS - 2}}}(?![0-9.eE+-])"
_NEXT: Final = re.compile(
    rf'(?:[^"{{}}\[\]0-9-]++|{_SHORT_NUMBER}|{STRING}(?!{SPACE}:)){{0,50}}'
    rf"(?:(?P<OPEN>[{{\[])|(?P<CLOSE>[}}\]])|(?P<NAME>{STRING})(?={SPACE}:)"
    rf'|(?P<NUMBER>{NUMBER})|(?P<LONG>"))?'
)
"""What there is nothing to say about, and behind it what there might be something about.

LONG is the quotation mark of a string that is to be read by `skip_string` first.
"""


@dataclass(frozen=True, slots=True)
class JsonNote:
    """Something to point out in the margin.

    Attributes:
        start: Where it begins, in characters from 0.
        end: Behind its last character.
        line: Counted from 1.
        column: In characters from 1.
        sentence: What to know, for people.
    """

    start: int
    end: int
    line: int
    column: int
    sentence: str


def notes_work(text: str) -> Work[tuple[JsonNote, ...]]:
    """Answer names that stand twice in an object, and numbers that JavaScript would round.

    Args:
        text: A text known to be JSON.
    """
    notes = _Notes(text)
    names: set[str] | None = None
    outer: list[set[str] | None] = []
    for count, (kind, start, end) in enumerate(_stretches(text)):
        if kind == "NAME":
            if names is None:
                continue
            name = _read_name(text[start + 1 : end - 1])
            if name in names:
                notes.add(start, end, _TWICE)
            names.add(name)
        elif kind == "OPEN":
            outer.append(names)
            names = set() if text[start] == "{" else None
        elif kind == "CLOSE":
            names = outer.pop()
        elif kind == "NUMBER" and (rounded := javascript_rounds(text[start:end])) is not None:
            notes.add(start, end, f"JavaScript reads this number as {rounded}.")
        if len(notes.found) == MAX_NOTES:
            break
        if count % _SLICE == 0:
            yield
    return tuple(notes.found)


def _stretches(text: str) -> Iterator[tuple[str | None, int, int]]:
    """Answer the brackets, names and long numbers of a text known to be JSON, where they stand.

    Some stretches are of no kind: they end a pass over much that is of no interest.
    """
    at = 0
    while at < len(text) and (match := _NEXT.match(text, at)):
        kind = match.lastgroup
        if kind is None:
            at = match.end()
            yield None, at, at
        elif kind == "LONG":
            start = match.start(kind)
            at = skip_string(text, start) + 1
            yield "NAME" if _COLON.match(text, at) else None, start, at
        else:
            start, at = match.span(kind)
            yield kind, start, at


def javascript_rounds(literal: str) -> str | None:
    """Answer what JavaScript makes of a number it cannot hold as written, None if it can."""
    if len(literal) <= _EXACT_DIGITS and "e" not in literal and "E" not in literal:
        return None
    number = float(literal)
    if number in (float("inf"), float("-inf")):
        return "-Infinity" if number < 0 else "Infinity"
    shortest = Decimal(repr(number))
    if shortest == _exact(literal):
        return None
    if shortest == shortest.to_integral_value() and abs(shortest) < _LARGEST_PLAIN:
        return str(int(shortest))
    return repr(number)


def _exact(literal: str) -> Decimal | None:
    """Answer the number as written; None if its exponent is out of any reason."""
    mantissa, _, exponent = literal.lower().partition("e")
    if len(exponent.lstrip("+-0")) > 6:
        return Decimal(0) if not mantissa.strip("-0.") else None
    return Decimal(literal)


def _read_name(spelling: str) -> str:
    """Answer the name that is spelt so; escapes spell the same one in several ways."""
    return str(json.loads(f'"{spelling}"')) if "\\" in spelling else spelling


class _Notes:
    """Collects notes from the beginning of a text to its end, counting its lines only once."""

    def __init__(self, text: str) -> None:
        self.found: list[JsonNote] = []
        self._text = text
        self._line = 1
        self._counted = 0

    def add(self, start: int, end: int, sentence: str) -> None:
        """Note something about a stretch that is not before the one noted last."""
        self._line += self._text.count("\n", self._counted, start)
        self._counted = start
        column = start - self._text.rfind("\n", 0, start)
        self.found.append(JsonNote(start, end, self._line, column, sentence))
