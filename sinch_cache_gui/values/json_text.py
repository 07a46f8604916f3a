"""JSON as text: its tokens, and white space moved between them. No token is ever rewritten.

A number's spelling, the order of names, a name that stands twice, an escape: all of it survives,
because nothing here parses a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from sinch_cache_gui.values.json_check import JsonProblem, find_problem
from sinch_cache_gui.values.json_grammar import NUMBER, SCALAR, SPACE, STRING, skip_string
from sinch_cache_gui.values.slices import Work, joined_work, run_sliced, run_through

MAX_INDENTED_LEVELS: Final = 64
"""Deeper levels are not indented further, or a text nested deep would grow with its square."""

INDENT: Final = "  "
"""What each level is moved to the right by."""

_SLICE: Final = 512
"""Tokens handled between two pauses."""


class InvalidJson(ValueError):
    """The text is not JSON.

    Attributes:
        problem: Where and why.
    """

    def __init__(self, problem: JsonProblem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


class TokenKind(Enum):
    """What a token is."""

    MARK = "mark"
    STRING = "string"
    NUMBER = "number"
    WORD = "word"


class Token(NamedTuple):
    """One token: `text[start:end]` is its exact spelling."""

    kind: TokenKind
    start: int
    end: int


# A string with more escapes than STRING takes is matched as its quotation mark alone here, and
# read on by `skip_string`.
_TOKEN: Final = re.compile(
    rf"{SPACE}(?:(?P<MARK>[{{}}\[\]:,])|(?P<STRING>{STRING}|\")|(?P<NUMBER>{NUMBER})"
    r"|(?P<WORD>true|false|null))"
)
_KINDS: Final = {kind.name: kind for kind in TokenKind}
_LINE: Final = re.compile(
    rf"{SPACE}(?:({STRING}){SPACE}:{SPACE})?"
    rf"({SCALAR}|\{{{SPACE}\}}|\[{SPACE}\]|[{{}}\[\]]|\"){SPACE}(,?){SPACE}"
)
_AFTER_STRING: Final = re.compile(rf"{SPACE}([:,]?){SPACE}")
_DENSE: Final = re.compile(rf'(?:[^ \t\n\r"]++|{STRING}){{0,50}}')


def format_json(text: str) -> str:
    """Answer `text` with one member or element a line; empty containers stay `{}` and `[]`.

    Raises:
        InvalidJson: `text` is not JSON.
    """
    problem = find_problem(text)
    if problem is not None:
        raise InvalidJson(problem)
    return run_through(format_work(text))


async def format_json_sliced(text: str) -> str:
    """Answer like `format_json` for a text known to be JSON, letting the loop run meanwhile."""
    return await run_sliced(format_work(text))


async def compact_json_sliced(text: str) -> str:
    """Answer a text known to be JSON without white space between its tokens."""
    return await run_sliced(one_line_work(text))


def format_work(text: str) -> Work[str]:
    """The work of `format_json` on a text known to be JSON, in slices."""
    return joined_work(_formatted(text))


def _formatted(text: str) -> Iterator[str]:
    """Answer the formatted text, some hundred lines after the other."""
    breaks = ["\n" + INDENT * level for level in range(MAX_INDENTED_LEVELS + 1)]
    pieces: list[str] = []
    depth = 0
    for count, (name, value, comma) in enumerate(_lines(text)):
        if count % _SLICE == 0:
            yield "".join(pieces)
            pieces.clear()
        if value == "}" or value == "]":
            depth -= 1
        line_break = breaks[min(depth, MAX_INDENTED_LEVELS)] if count else ""
        pieces.append(f"{line_break}{name}: {value}{comma}" if name else line_break + value + comma)
        if value == "{" or value == "[":
            depth += 1
    yield "".join(pieces)


def format_head(text: str) -> str:
    """Answer how `format_json` would begin, for the beginning of a JSON text.

    What is cut off at the end of `text` is left out; so is all that is not JSON.
    """
    lines: list[str] = []
    depth = 0
    for name, value, comma in _lines(text):
        depth -= value in ("}", "]")
        space = INDENT * min(depth, MAX_INDENTED_LEVELS)
        lines.append(f"{space}{name}: {value}{comma}" if name else space + value + comma)
        depth += value in ("{", "[")
    return "\n".join(lines[:-1])


def one_line_work(text: str, comma: str = ",", colon: str = ":") -> Work[str]:
    """Answer a text known to be JSON on one line.

    Args:
        text: The text.
        comma: Written between members and elements; Python's json writes ", ".
        colon: Written between a name and its value; Python's json writes ": ".
    """
    return joined_work(_on_one_line(text, comma, colon))


def _on_one_line(text: str, comma: str, colon: str) -> Iterator[str]:
    """Answer the text on one line, some hundred tokens after the other."""
    pieces: list[str] = []
    for count, (name, value, has_comma) in enumerate(_lines(text)):
        if count % _SLICE == 0:
            yield "".join(pieces)
            pieces.clear()
        end = comma if has_comma else ""
        pieces.append(f"{name}{colon}{value}{end}" if name else value + end)
    yield "".join(pieces)


def compactness_work(text: str) -> Work[bool]:
    """Answer whether there is no white space between the tokens of `text`, which is JSON."""
    at = 0
    while at < len(text):
        match = _DENSE.match(text, at)
        if match is not None and match.end() > at:
            at = match.end()
        elif text[at] == '"':
            at = skip_string(text, at) + 1
        else:
            return False
        yield
    return True


def read_tokens(text: str) -> Iterator[Token]:
    """Answer the tokens of a text known to be JSON."""
    at = 0
    while match := _TOKEN.match(text, at):
        name = match.lastgroup or ""
        start, at = match.span(name)
        if name == "STRING" and at == start + 1:
            at = skip_string(text, start) + 1
        yield Token(_KINDS[name], start, at)


def tokens_of_fragment(text: str) -> tuple[Token, ...] | None:
    """Answer the tokens of a stretch cut out of a JSON text between two tokens, as a line is.

    None where it cannot be one: something in it is no token, or two scalars touch.
    """
    tokens: list[Token] = []
    end = 0
    while match := _TOKEN.match(text, end):
        name = match.lastgroup or ""
        start, at = match.span(name)
        if name == "STRING" and at == start + 1:
            at = skip_string(text, start) + 1
            if text[at - 1 : at] != '"':
                return None
        kind = _KINDS[name]
        if start == end and tokens and TokenKind.MARK not in (kind, tokens[-1].kind):
            return None
        tokens.append(Token(kind, start, at))
        end = at
    return tuple(tokens) if not text[end:].strip(" \t\r") else None


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Answer what formatting puts on a line each, for a text known to be JSON.

    That is a name or nothing; a scalar, an empty container, or one brace or bracket; and the comma
    behind it or nothing.
    """
    at = 0
    long_name = ""
    while match := _LINE.match(text, at):
        name, value, comma = match.groups("")
        at = match.end()
        if value == '"':
            start = match.start(2)
            end = skip_string(text, start) + 1
            value = text[start:end]
            comma, at = _after_string(text, end)
            if comma == ":":
                long_name = value
                continue
        elif value[0] in "{[" and len(value) > 1:
            value = value[0] + value[-1]
        yield name or long_name, value, comma
        long_name = ""


def _after_string(text: str, end: int) -> tuple[str, int]:
    match = _AFTER_STRING.match(text, end)
    return ("", end) if match is None else (match.group(1), match.end())
