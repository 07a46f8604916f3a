"""Where the names and the values of a JSON text hold another text."""

from __future__ import annotations

import json
import re
from array import array
from typing import Final

from sinch_cache_gui.values.json_grammar import NUMBER, STRING
from sinch_cache_gui.values.json_spans import end_of_string
from sinch_cache_gui.values.slices import Work

_WORTH_SEARCHING: Final = re.compile(rf'{STRING}|"|{NUMBER}|true|false|null')
_SLICE: Final = 256


def name_and_value_matches(text: str, wanted: str) -> Work[array[int]]:
    """The work of finding where each name or simple value begins that holds `wanted`.

    Capitals count only if `wanted` has one. A string matches by its spelling, or by what it means
    where the two differ.

    Args:
        text: A text known to be JSON.
        wanted: What is looked for.
    """
    places = array("Q")
    if not wanted:
        return places
    flags = re.IGNORECASE if wanted == wanted.lower() else 0
    pattern = re.compile(re.escape(wanted), flags)
    at = count = 0
    while match := _WORTH_SEARCHING.search(text, at):
        start, at = match.span()
        if at == start + 1 and text[start] == '"':
            at = end_of_string(text, start)
        if pattern.search(text, start, at) or _means(text[start:at], pattern):
            places.append(start)
        count += 1
        if count % _SLICE == 0:
            yield
    return places


def _means(spelling: str, pattern: re.Pattern[str]) -> bool:
    return "\\" in spelling and pattern.search(json.loads(spelling)) is not None
