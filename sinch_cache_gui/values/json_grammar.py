"""The tokens of JSON text as regular expressions (source: RFC 8259), and their reader.

Nothing here recurses, and no pattern repeats a group without a bound: Python's engine keeps a
record for each repetition of a group until the match ends, so an unbounded one would cost hundreds
of megabytes on a long enough string of escapes.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from sinch_cache_gui.values.slices import Work

RUN_LENGTH: Final = 16
CONTAINER_LENGTH: Final = 20
RUN_DEPTH: Final = 3
"""What one match eats at most, so that it never holds the thread for long: 16 * 20 ** 3 scalars."""

SPACE: Final = r"[ \t\n\r]*+"
ESCAPE: Final = r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})'
STRING: Final = rf'"[^"\\\x00-\x1f]*+(?:{ESCAPE}[^"\\\x00-\x1f]*+){{0,50}}"'
NUMBER: Final = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
SCALAR: Final = rf"{STRING}|{NUMBER}|true|false|null"


class Runs:
    """Patterns that eat whole stretches of well-formed text.

    Each is compiled at its first use: 10 ms that no start-up should pay, nor a window in one go
    for all three.
    """

    @cached_property
    def members(self) -> re.Pattern[str]:
        """Names with their values, each with the comma behind it; may be empty."""
        member = rf"{SPACE}{STRING}{SPACE}:{SPACE}{_value_pattern(RUN_DEPTH)}{SPACE},"
        return re.compile(rf"(?:{member}){{0,{RUN_LENGTH}}}")

    @cached_property
    def elements(self) -> re.Pattern[str]:
        """Values, each with the comma behind it; may be empty."""
        element = rf"{SPACE}{_value_pattern(RUN_DEPTH)}{SPACE},"
        return re.compile(rf"(?:{element}){{0,{RUN_LENGTH}}}")

    @cached_property
    def container(self) -> re.Pattern[str]:
        """An object or a list, whole."""
        return re.compile(_value_pattern(RUN_DEPTH))


RUNS: Final = Runs()


def compile_runs() -> Work[None]:
    """Compile the patterns that have not been used yet, in slices."""
    for name in ("container", "elements", "members"):
        getattr(RUNS, name)
        yield


def _value_pattern(depth: int) -> str:
    """Answer a pattern for a value: a scalar, or a small container nested up to `depth` deep.

    JSON is read without ever going back, so a match costs the length of what it matches.
    """
    if depth == 0:
        return f"(?:{SCALAR})"
    inner = _value_pattern(depth - 1)
    member = f"{STRING}{SPACE}:{SPACE}{inner}{SPACE}"
    element = f"{inner}{SPACE}"
    more = f",{SPACE}(?![}}\\]])"
    parts = f"{{0,{CONTAINER_LENGTH}}}"
    return (
        f"(?:{SCALAR}"
        rf"|\{{{SPACE}(?:{member}(?:{more}|(?=\}}))){parts}\}}"
        rf"|\[{SPACE}(?:{element}(?:{more}|(?=\]))){parts}\])"
    )


_STRING_PART: Final = re.compile(rf'[^"\\\x00-\x1f]*+(?:{ESCAPE}[^"\\\x00-\x1f]*+){{0,1000}}')


def skip_string(text: str, start: int) -> int:
    """Answer where the string that begins at `start` stops being well formed.

    That is behind its last good character: at the closing quotation mark, at the end of the text,
    at a control character, or at an escape that JSON does not know.
    """
    at = start + 1
    while True:
        match = _STRING_PART.match(text, at)
        if match is None or match.end() == at:
            return at
        at = match.end()
