"""What is worth knowing about a JSON text that is nevertheless JSON. Nothing is ever changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sinch_cache_gui.values.json_check import line_and_column
from sinch_cache_gui.values.json_text import Token, TokenKind, read_tokens
from sinch_cache_gui.values.slices import Work, run_sliced, run_through

MAX_NOTES: Final = 200
"""Notes kept; a text that earns more is told by its first ones."""

_EXACT_DIGITS: Final = 15
"""Decimal digits a double holds whatever they are (IEEE 754, binary64)."""

_LARGEST_PLAIN: Final = 10**21
"""From here on JavaScript writes a number with an exponent (ECMA-262, Number::toString)."""

_SLICE: Final = 512


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


def find_notes(text: str) -> tuple[JsonNote, ...]:
    """Answer names that stand twice in an object, and numbers that JavaScript would round.

    Args:
        text: A text known to be JSON.
    """
    return run_through(notes_work(text))


async def find_notes_sliced(text: str) -> tuple[JsonNote, ...]:
    """Answer like `find_notes`, letting the loop run meanwhile."""
    return await run_sliced(notes_work(text))


def notes_work(text: str) -> Work[tuple[JsonNote, ...]]:
    """The work of `find_notes`, in slices."""
    notes: list[JsonNote] = []
    names: list[set[str] | None] = []
    before: Token | None = None
    for count, token in enumerate(read_tokens(text)):
        if count % _SLICE == 0:
            yield
            if len(notes) >= MAX_NOTES:
                break
        mark = text[token.start] if token.kind is TokenKind.MARK else ""
        if mark == "{":
            names.append(set())
        elif mark == "[":
            names.append(None)
        elif mark and mark in "}]":
            names.pop()
        elif token.kind is TokenKind.NUMBER:
            rounded = javascript_rounds(text[token.start : token.end])
            if rounded is not None:
                notes.append(_note(text, token, f"JavaScript reads this number as {rounded}."))
        elif mark == ":" and before is not None and names:
            _note_duplicate(text, before, names[-1], notes)
        before = token
    return tuple(notes[:MAX_NOTES])


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


def _note_duplicate(text: str, name: Token, names: set[str] | None, notes: list[JsonNote]) -> None:
    if names is None:
        return
    spelling = text[name.start + 1 : name.end - 1]
    # Escapes spell the same name in several ways.
    plain = str(json.loads(f'"{spelling}"')) if "\\" in spelling else spelling
    if plain in names:
        notes.append(
            _note(text, name, "This name stands twice in the object; most readers keep the last.")
        )
    names.add(plain)


def _note(text: str, token: Token, sentence: str) -> JsonNote:
    line, column = line_and_column(text, token.start)
    return JsonNote(token.start, token.end, line, column, sentence)
