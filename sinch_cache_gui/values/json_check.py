"""What is wrong with a JSON text, told for people (the rules are RFC 8259's)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sinch_cache_gui.values.json_grammar import NUMBER, RUNS, SPACE, compile_runs, skip_string
from sinch_cache_gui.values.slices import Work, run_sliced, run_through


@dataclass(frozen=True, slots=True)
class JsonProblem:
    """The first thing that keeps a text from being JSON.

    Attributes:
        offset: Where, in characters from 0.
        line: Counted from 1; lines end with a line feed.
        column: In characters from 1.
        sentence: What is wrong, for people.
    """

    offset: int
    line: int
    column: int
    sentence: str


def find_problem(text: str) -> JsonProblem | None:
    """Answer the first problem of `text`, None if it is JSON. Nesting may be of any depth."""
    return run_through(check_json(text))


async def find_problem_sliced(text: str) -> JsonProblem | None:
    """Answer like `find_problem`, letting the loop run meanwhile."""
    return await run_sliced(check_json(text))


def check_json(text: str) -> Work[JsonProblem | None]:
    """The work of `find_problem`, in slices."""
    yield from compile_runs()
    checker = _Checker(text)
    while not checker.is_done():
        yield
        for _ in range(64):
            if checker.is_done():
                break
            checker.step()
    return checker.problem


class _Expects(Enum):
    VALUE = "value"
    FIRST_NAME = "first name"
    NAME = "name"
    FIRST_ELEMENT = "first element"
    ELEMENT = "element"
    COMMA_OR_END = "comma or end"
    NOTHING = "nothing"


_SPACES: Final = re.compile(SPACE)
_BARE: Final = re.compile(rf"{NUMBER}|true|false|null")
_OPENINGS: Final = re.compile(rf"\[(?:{SPACE}\[){{0,500}}(?={SPACE}\[)")
_CLOSINGS: Final = re.compile(rf"\](?:{SPACE}\]){{1,500}}")
"""Lists within lists: a text may be nothing else."""

_BARE_WORD: Final = re.compile(r"[^\W\d][\w$]*")

_SPELT_LIKE_JSON: Final = {"true": "true", "false": "false", "null": "null", "none": "null"}
_NOT_IN_JSON: Final = frozenset({"nan", "infinity", "undefined"})
_CONTROL_NAMES: Final = {"\n": "A line break", "\r": "A carriage return", "\t": "A tab"}
_CONTROL_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_BRACKET_NAMES: Final = {"{": "object", "[": "list", "}": "brace", "]": "bracket"}


class _Checker:
    """Reads a text token by token, and keeps on a list what is still open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.expects = _Expects.VALUE
        self.problem: JsonProblem | None = None
        self._open: list[int] = []
        self._steps: dict[_Expects, Callable[[], None]] = {
            _Expects.VALUE: self._read_value,
            _Expects.FIRST_NAME: self._read_name,
            _Expects.NAME: self._read_name,
            _Expects.FIRST_ELEMENT: self._read_element,
            _Expects.ELEMENT: self._read_element,
            _Expects.COMMA_OR_END: self._read_after_value,
        }

    def is_done(self) -> bool:
        """Whether the text is read, or its first problem found."""
        return self.problem is not None or self.expects is _Expects.NOTHING

    def step(self) -> None:
        """Read one token, or a run of plain ones."""
        self._steps[self.expects]()

    def _read_value(self) -> None:
        self._skip_space()
        text, at = self.text, self.at
        char = text[at : at + 1]
        if char == '"':
            if self._read_string():
                self.expects = _Expects.COMMA_OR_END
        elif char and char in "{[":
            self._read_container(char)
        elif match := _BARE.match(text, at):
            self.at = match.end()
            self.expects = _Expects.COMMA_OR_END
        else:
            self._fail_at_value(char)

    def _read_container(self, opener: str) -> None:
        if match := RUNS.container.match(self.text, self.at):
            self.at = match.end()
            self.expects = _Expects.COMMA_OR_END
        elif match := _OPENINGS.match(self.text, self.at):
            brackets = enumerate(match.group(), self.at)
            self._open += [at for at, char in brackets if char == "["]
            self.at = match.end()
            self.expects = _Expects.FIRST_ELEMENT
        else:
            self._enter(_Expects.FIRST_NAME if opener == "{" else _Expects.FIRST_ELEMENT)

    def _read_name(self) -> None:
        if self._read_run(RUNS.members, _Expects.NAME):
            return
        self._skip_space()
        char = self.text[self.at : self.at + 1]
        if char == "}" and self.expects is _Expects.FIRST_NAME:
            self._leave()
        elif char != '"':
            self._fail_at_name(char)
        elif self._read_string():
            self._read_colon()

    def _read_element(self) -> None:
        if self._read_run(RUNS.elements, _Expects.ELEMENT):
            return
        self._skip_space()
        if self.text[self.at : self.at + 1] == "]" and self.expects is _Expects.FIRST_ELEMENT:
            self._leave()
        else:
            self._read_value()

    def _read_run(self, run: re.Pattern[str], then: _Expects) -> bool:
        match = run.match(self.text, self.at)
        if match is None or match.end() == self.at:
            return False
        self.at = match.end()
        self.expects = then
        return True

    def _read_colon(self) -> None:
        name_ends = self.at
        self._skip_space()
        char = self.text[self.at : self.at + 1]
        if char == ":":
            self.at += 1
            self.expects = _Expects.VALUE
        elif char == "":
            self._fail_at_end()
        elif char == "=":
            self._fail("A name and its value are joined by a colon, not by “=”.")
        elif char in ",}":
            self._fail("This name has no value.", name_ends - 1)
        else:
            self._fail("A colon is missing before this value.")

    def _read_after_value(self) -> None:
        value_ends = self.at
        self._skip_space()
        char = self.text[self.at : self.at + 1]
        opener = self.text[self._open[-1]] if self._open else ""
        if char == "," and opener:
            self.at += 1
            self.expects = _Expects.NAME if opener == "{" else _Expects.ELEMENT
        elif char == "":
            if opener:
                self._fail_at_end()
            else:
                self.expects = _Expects.NOTHING
        elif opener + char in ("{}", "[]"):
            if char == "}" or not self._leave_lists():
                self._leave()
        else:
            self._fail_after_value(char, opener, is_joined=value_ends == self.at)

    def _read_string(self) -> bool:
        start = self.at
        end = skip_string(self.text, start)
        if self.text[end : end + 1] == '"':
            self.at = end + 1
            return True
        self._fail_in_string(start, end)
        return False

    def _skip_space(self) -> None:
        match = _SPACES.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def _enter(self, expects: _Expects) -> None:
        self._open.append(self.at)
        self.at += 1
        self.expects = expects

    def _leave(self) -> None:
        self._open.pop()
        self.at += 1
        self.expects = _Expects.COMMA_OR_END

    def _leave_lists(self) -> bool:
        """Leave many lists at once, if so many end here one behind the other."""
        match = _CLOSINGS.match(self.text, self.at)
        count = 0 if match is None else match.group().count("]")
        left = self._open[-count:] if count else []
        if match is None or len(left) < count or any(self.text[at] != "[" for at in left):
            return False
        del self._open[-count:]
        self.at = match.end()
        self.expects = _Expects.COMMA_OR_END
        return True

    def _fail(self, sentence: str, offset: int | None = None) -> None:
        offset = self.at if offset is None else offset
        line, column = line_and_column(self.text, offset)
        self.problem = JsonProblem(offset, line, column, sentence)

    def _fail_at_end(self) -> None:
        if not self._open:
            self._fail("The text is empty; a JSON value belongs here.")
            return
        what = _BRACKET_NAMES[self.text[self._open[-1]]]
        line, _ = line_and_column(self.text, self._open[-1])
        self._fail(f"The text ends inside the {what} that began on line {line}.")

    def _fail_at_value(self, char: str) -> None:
        if char == "":
            self._fail_at_end()
        elif char == ",":
            self._fail("A value is missing before this comma.")
        elif char in "}]" and self.expects is _Expects.ELEMENT:
            self._fail(f"There is a comma too many before this {_BRACKET_NAMES[char]}.")
        elif char in "}]":
            self._fail(f"A value is missing before this {_BRACKET_NAMES[char]}.")
        else:
            self._fail(_why_not_a_value(self.text, self.at))

    def _fail_at_name(self, char: str) -> None:
        if char == "":
            self._fail_at_end()
        elif char == "}":
            self._fail("There is a comma too many before this brace.")
        elif char == ",":
            self._fail("A name and a value are missing before this comma.")
        elif char == "'" or _BARE_WORD.match(char):
            self._fail("A name has to stand in double quotes.")
        elif char in "/#":
            self._fail("JSON has no comments.")
        else:
            self._fail(f"A name in double quotes belongs here, not {_shown(char)}.")

    def _fail_after_value(self, char: str, opener: str, *, is_joined: bool) -> None:
        before = self.text[self.at - 1]
        if is_joined and before in "0123456789" and (sentence := self._why_not_a_number(char)):
            self._fail(sentence)
        elif char in "/#":
            self._fail("JSON has no comments.")
        elif not opener:
            self._fail("The value ends before this; a text holds one value only.")
        elif char in "}]":
            line, _ = line_and_column(self.text, self._open[-1])
            self._fail(
                f"This {_BRACKET_NAMES[char]} does not match: the {_BRACKET_NAMES[opener]}"
                f" that began on line {line} is still open."
            )
        elif opener == "{" and char == '"':
            self._fail("A comma is missing before this name.")
        elif opener == "[" and (char in '"{[-' or char.isalnum()):
            self._fail("A comma is missing before this value.")
        else:
            closer = "}" if opener == "{" else "]"
            self._fail(f"A comma or “{closer}” belongs here, not {_shown(char)}.")

    def _why_not_a_number(self, char: str) -> str:
        if char == ".":
            return "Digits are missing after the decimal point."
        if char in "eE":
            return "Digits are missing in the exponent."
        if char in "0123456789":
            return "A number cannot begin with a zero."
        return ""

    def _fail_in_string(self, start: int, end: int) -> None:
        char = self.text[end : end + 1]
        if char == "":
            line, _ = line_and_column(self.text, start)
            self._fail(f"The text ends inside a string that began on line {line}.", end)
        elif char == "\\":
            self._fail(_why_not_an_escape(self.text[end + 1 : end + 2]), end)
        else:
            name = _CONTROL_NAMES.get(char, f"The control character U+{ord(char):04X}")
            escape = _CONTROL_ESCAPES.get(char, f"\\u{ord(char):04x}")
            if char == "\n":
                name = "The closing quotation mark is missing, or a line break"
            self._fail(f"{name} inside a string is written as {escape}.", end)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Answer where `offset` is: line and column, both from 1, the column in characters."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _why_not_a_value(text: str, at: int) -> str:
    char = text[at]
    if char == "'":
        return "A string has to stand in double quotes."
    if word := _BARE_WORD.match(text, at):
        return _why_not_a_word(word.group())
    if char in "/#":
        return "JSON has no comments."
    if char == "+":
        return "A number cannot begin with a plus sign."
    if char == ".":
        return "A digit is missing before the decimal point."
    if char == "-":
        return "Digits are missing after the minus sign."
    if char == ":":
        return "A colon belongs between a name and its value only."
    if char == "\ufeff":
        return "A byte order mark stands here; JSON does not allow one."
    if char.isspace():
        return f"The space {_shown(char)} is not white space for JSON."
    return f"A value belongs here, not {_shown(char)}."


def _why_not_a_word(word: str) -> str:
    short = word if len(word) <= 40 else word[:40] + "…"
    if spelling := _SPELT_LIKE_JSON.get(word.lower()):
        return f"“{short}” is spelt {spelling} in JSON."
    if word.lower() in _NOT_IN_JSON:
        return f"JSON has no {short}."
    return f"“{short}” is not a JSON value; text has to stand in double quotes."


def _why_not_an_escape(char: str) -> str:
    if char == "":
        return "The text ends inside an escape."
    if char == "u":
        return "The escape \\u needs four hexadecimal digits."
    if char.isprintable():
        return f"JSON has no escape \\{char}; a backslash itself is written as \\\\."
    return "A backslash is written as \\\\."


def _shown(char: str) -> str:
    return f"“{char}”" if char.isprintable() else f"U+{ord(char):04X}"
