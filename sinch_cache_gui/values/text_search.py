"""Where a text holds another."""

from __future__ import annotations

import re
from array import array

from sinch_cache_gui.values.slices import Work

_SLICE = 500
"""Matches noted between two pauses."""

_STRETCH = 200_000
"""Characters searched between two pauses, where there is nothing to note."""


def search_work(text: str, wanted: str) -> Work[array[int]]:
    """Answer the offsets of every place where `wanted` stands, none overlapping.

    Capitals count only if `wanted` has one.
    """
    places = array("Q")
    if not wanted:
        return places
    flags = re.IGNORECASE if wanted == wanted.lower() else 0
    pattern = re.compile(re.escape(wanted), flags)
    at = 0
    while at < len(text):
        # A match may begin anywhere in the stretch, and end behind it.
        stretch = at + _STRETCH
        for count, match in enumerate(pattern.finditer(text, at, stretch + len(wanted) - 1)):
            if count % _SLICE == 0:
                yield
            places.append(match.start())
            stretch = max(stretch, match.end())
        at = stretch
        yield
    return places
