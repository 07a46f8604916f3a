"""Where the members or elements of one object or list stand in a JSON text, one level at a time."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Final, NamedTuple

from sinch_cache_gui.values.json_grammar import RUNS, SPACE, STRING, skip_string

_SPACES: Final = re.compile(SPACE)
_NO_BRACKET: Final = re.compile(rf'(?:[^"{{}}\[\]]++|{STRING}){{0,50}}')
_STEPS: Final = 64
"""Steps over a long value between two pauses."""


class Part(NamedTuple):
    """One member of an object, or one element of a list.

    Attributes:
        first: Where it begins: at its name if it has one, else at its value.
        start: Where its value begins.
        end: Behind the last character of its value.
    """

    first: int
    start: int
    end: int


def root_of(text: str) -> Part:
    """Answer where the value of a JSON text stands between the white space around it."""
    start = past_space(text, 0)
    end = len(text)
    while end > start and text[end - 1] in " \t\n\r":
        end -= 1
    return Part(start, start, end)


def split(text: str, opener: int) -> Iterator[Part | None]:
    """Answer the parts of the object or list whose bracket stands at `opener`.

    Nothing is answered for what is inside a part. None is no part, but a moment to pause, within a
    part that is long.

    Args:
        text: A text known to be JSON.
        opener: Where `{` or `[` stands.
    """
    is_object = text[opener] == "{"
    whole = RUNS.container
    at = past_space(text, opener + 1)
    if text[at] in "}]":
        return
    while True:
        first = at
        if is_object:
            colon = past_space(text, end_of_string(text, at))
            at = past_space(text, colon + 1)
        match = whole.match(text, at)
        end = match.end() if match is not None else (yield from _end_of_long_value(text, at))
        yield Part(first, at, end)
        at = past_space(text, end)
        if text[at] != ",":
            return
        at = past_space(text, at + 1)


def end_of_string(text: str, start: int) -> int:
    """Answer where the string that begins at `start` ends: behind its quotation mark."""
    return skip_string(text, start) + 1


def past_space(text: str, at: int) -> int:
    """Answer where the white space at `at` ends; `at` itself if there is none."""
    match = _SPACES.match(text, at)
    return at if match is None else match.end()


def _end_of_long_value(text: str, at: int) -> Generator[None, None, int]:
    """Answer where a value ends that is too long or too deep for one match, with pauses."""
    whole = RUNS.container
    depth = steps = 0
    while True:
        char = text[at]
        if char == '"':
            at = end_of_string(text, at)
        elif char in "{[":
            match = whole.match(text, at) if depth else None
            depth += match is None
            at = at + 1 if match is None else match.end()
        else:
            depth -= 1
            at += 1
        if depth == 0:
            return at
        steps += 1
        if steps % _STEPS == 0:
            yield
        between = _NO_BRACKET.match(text, at)
        at = at if between is None else between.end()
