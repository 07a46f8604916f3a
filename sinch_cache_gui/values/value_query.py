"""What to look for in values: a text, or what stands at a path of their JSON.

A path query is `callerNumber = "+46701234567"`, `legs[0].state != "up"`, `$.a["x y"][*] = 1`:
names, positions from 0, `*` for any of them, then `=` or `!=` and JSON. Values are compared by what
they mean: `1` equals `1.0` and `1e0`, digits are never rounded, escapes are read, the order of
names makes no difference. Where a name stands twice, either may match. `!=` means that there is
something at the path and it is something else. A value that is not JSON never matches.

Everything else is a text, looked for in the value as it is stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from sinch_cache_gui.values.json_check import check_json, find_problem
from sinch_cache_gui.values.json_text import Token, TokenKind, read_tokens
from sinch_cache_gui.values.slices import Work, run_sliced, run_through

SMALL: Final = 16 << 10
"""Bytes searched in one go: a millisecond at most."""

_WINDOW: Final = 1 << 16
_SLICE: Final = 512
_BEFORE, _MARKED, _AFTER = 40, 120, 160
"""Characters of an excerpt before the match, of the match, and behind it."""


class NotAQuery(ValueError):
    """The text says nothing to look for.

    Attributes:
        sentence: Why, for people.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class AnyStep:
    """Any member or element."""


PathStep: TypeAlias = str | int | AnyStep


@dataclass(frozen=True, slots=True)
class TextQuery:
    """A text anywhere in a value.

    Attributes:
        text: What to look for.
        has_case: Whether capitals count.
        hint: What to write where a path query may have been meant; may be empty.
    """

    text: str
    has_case: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PathQuery:
    """What stands at a path.

    Attributes:
        path: From the whole value inwards; empty for the value itself.
        path_text: The path as it was typed.
        wanted: JSON it is compared with.
        is_equal: Whether it is to be that, or to be something else.
    """

    path: tuple[PathStep, ...]
    path_text: str
    wanted: str
    is_equal: bool
    _meaning: object = field(repr=False, compare=False)

    def allows(self, text: str) -> bool:
        """Whether what stands at the path, `text`, is what is looked for."""
        if text == self.wanted:  # whatever the depth at which Python gives up
            return self.is_equal
        is_other_kind = (text[0] in "{[") != (self.wanted[0] in "{[")
        is_same = not is_other_kind and _meaning_of(text) == self._meaning
        return is_same is self.is_equal


ValueQuery: TypeAlias = TextQuery | PathQuery


@dataclass(frozen=True, slots=True)
class ValueMatch:
    """The first place in a value that is what was looked for.

    Attributes:
        excerpt: The place and a little around it, on one line.
        start: Where the match begins in the excerpt.
        end: Where it ends.
    """

    excerpt: str
    start: int
    end: int


_NAME: Final = r"[^\W\d][\w-]*|\$\w[\w-]*"
_INDEX: Final = r"\[\s*(?:\d{1,9}|\*|\"(?:[^\"\\]|\\.)*\")\s*\]"
_PATH: Final = rf"(?:\$(?!\w)|(?:{_NAME})|{_INDEX}|\*)(?:\.(?:{_NAME}|\d{{1,9}}|\*)|{_INDEX})*"
_QUERY: Final = re.compile(rf"\s*({_PATH})\s*(!=|==?)\s*(.*?)\s*", re.DOTALL)
_STEP: Final = re.compile(
    rf"\.?(?:(?P<name>{_NAME}|\d{{1,9}})|(?P<any>\*|\[\s*\*\s*\])"
    r"|\[\s*(?:(?P<at>\d{1,9})|(?P<quoted>\"(?:[^\"\\]|\\.)*\"))\s*\])"
)


def parse_query(text: str, *, has_case: bool = False) -> ValueQuery:
    """Answer what a person's text looks for.

    Raises:
        NotAQuery: It is empty, or its path has a name in quotes that is no JSON.
    """
    if not text.strip():
        raise NotAQuery('Type a text, or a path and a value such as callerNumber = "+4670…".')
    query = _QUERY.fullmatch(text)
    if query is None:
        return TextQuery(text, has_case)
    path, sign, wanted = query.groups()
    if find_problem(wanted) is not None:
        hint = "" if not wanted else f'For a path: JSON, with text in quotes: {path} {sign} "…"'
        return TextQuery(text, has_case, hint)
    return PathQuery(_steps_of(path), path, wanted, sign != "!=", _meaning_of(wanted))


def query_in_words(query: ValueQuery) -> str:
    """Answer what a query looks for, for people."""
    if isinstance(query, TextQuery):
        case = "exactly as written" if query.has_case else "in capitals or not"
        return f"Values that hold the text “{query.text}”, {case}."
    whole = "the whole value" if not query.path else query.path_text
    verb = "is" if query.is_equal else "is there and is not"
    return f"JSON values where {whole} {verb} {query.wanted}."


async def find_in(query: ValueQuery, data: bytes) -> ValueMatch | None:
    """Answer the first match in a value, None if there is none; a large one is searched in slices.

    Whatever the bytes are, this does not fail.
    """
    work = _text_work(query, data) if isinstance(query, TextQuery) else _path_work(query, data)
    return run_through(work) if len(data) <= SMALL else await run_sliced(work)


def _text_work(query: TextQuery, data: bytes) -> Work[ValueMatch | None]:
    if query.has_case or query.text.isascii():
        wanted = query.text.encode("utf-8", "surrogatepass")
        at = data.find(wanted) if query.has_case else data.lower().find(wanted.lower())
        yield
        if at < 0:
            return None
        end = at + len(wanted)
        before = data[max(at - 4 * _BEFORE, 0) : at].decode("utf-8", "replace")
        after = data[end : end + 4 * _AFTER].decode("utf-8", "replace")
        return _match(before, data[at:end].decode("utf-8", "replace"), after)
    text = data.decode("utf-8", "replace")
    pattern = re.compile(re.escape(query.text), re.IGNORECASE)
    for start in range(0, len(text), _WINDOW):
        yield
        found = pattern.search(text, start, start + _WINDOW + len(query.text))
        if found is not None:
            return _match_at(text, *found.span())
    return None


def _path_work(query: PathQuery, data: bytes) -> Work[ValueMatch | None]:
    if b"\\" not in data and not all(
        step.encode("utf-8", "surrogatepass") in data
        for step in query.path
        if isinstance(step, str)
    ):
        return None  # without escapes a name stands as it is
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    problem = yield from check_json(text)
    if problem is not None:
        return None
    for span in _spans(text, query.path):
        if span is None:
            yield
        elif query.allows(text[slice(*span)]):
            return _match_at(text, *span)
    return None


@dataclass(slots=True)
class _Open:
    """An object or a list that is being read."""

    is_object: bool
    leads_on: bool
    start: int
    is_hit: bool
    at: int = 0
    name: str | None = None
    awaits_name: bool = False


def _spans(text: str, path: tuple[PathStep, ...]) -> Iterator[tuple[int, int] | None]:
    """Yield where the values at a path stand in a text that is JSON, None for a pause.

    A list of what is open takes the place of recursion: nesting may be of any depth.
    """
    stack: list[_Open] = []
    for count, token in enumerate(read_tokens(text)):
        if count % _SLICE == 0:
            yield None
        char = text[token.start]
        top = stack[-1] if stack else None
        if token.kind is TokenKind.MARK and char in "}]":
            ended = stack.pop()
            if ended.is_hit:
                yield ended.start, token.end
        elif token.kind is TokenKind.MARK and char in ",:":
            if top is not None and char == ",":
                top.at += 1
                top.awaits_name = top.is_object
        elif top is not None and top.awaits_name:
            top.awaits_name = False
            top.name = _string(text, token) if top.leads_on else None
        else:
            is_on = top is None or (top.leads_on and _is_step(path[len(stack) - 1], top))
            is_hit = is_on and len(stack) == len(path)
            if char in "{[":
                leads_on = is_on and not is_hit
                is_object = char == "{"
                stack.append(_Open(is_object, leads_on, token.start, is_hit, awaits_name=is_object))
            elif is_hit:
                yield token.start, token.end


def _is_step(step: PathStep, top: _Open) -> bool:
    match step:
        case AnyStep():
            return True
        case int():
            return not top.is_object and top.at == step
        case _:
            return top.is_object and top.name == step


def _string(text: str, token: Token) -> str:
    said: str = json.loads(text[token.start : token.end])
    return said


def _steps_of(path: str) -> tuple[PathStep, ...]:
    steps: list[PathStep] = []
    rest = re.sub(r"^\$(?!\w)", "", path)
    for step in _STEP.finditer(rest):
        if step["any"]:
            steps.append(AnyStep())
        elif step["at"]:
            steps.append(int(step["at"]))
        elif step["quoted"]:
            try:
                steps.append(json.loads(step["quoted"]))
            except json.JSONDecodeError:
                raise NotAQuery(f"{step['quoted'][:40]} is no name as JSON writes it.") from None
        else:
            steps.append(step["name"])
    return tuple(steps)


def _meaning_of(text: str) -> object:
    """Answer JSON as something that is equal where it means the same."""
    try:
        return json.loads(text, parse_int=_number, parse_float=_number)
    except RecursionError:
        return ("nested too deep to compare but as it is written", text)


def _number(text: str) -> tuple[str, Decimal | str]:
    # In a pair: Python would take 1 for true.
    try:
        number = Decimal(text)
    except InvalidOperation:
        return "number", text
    return "number", number if number.is_finite() else text


def _match_at(text: str, start: int, end: int) -> ValueMatch:
    before = text[max(start - _BEFORE, 0) : start]
    return _match(before, text[start : min(end, start + _MARKED)], text[end : end + _AFTER])


def _match(before: str, found: str, after: str) -> ValueMatch:
    head = _on_one_line(before[-_BEFORE:]).removeprefix("\ufffd").lstrip()
    marked = _on_one_line(found[:_MARKED])
    tail = _on_one_line(after[:_AFTER]).removesuffix("\ufffd").rstrip()
    return ValueMatch(head + marked + tail, len(head), len(head) + len(marked))


def _on_one_line(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "·" for char in text)
