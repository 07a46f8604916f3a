"""Where a text holds another."""

from __future__ import annotations

import re
from array import array

from sinch_cache_gui.values.slices import Work, run_sliced, run_through

_SLICE = 500


def find_all(text: str, wanted: str) -> array[int]:
    """Answer the offsets of every place where `wanted` stands, none overlapping.

    Capitals count only if `wanted` has one.
    """
    return run_through(search_work(text, wanted))


async def find_all_sliced(text: str, wanted: str) -> array[int]:
    """Answer like `find_all`, letting the loop run meanwhile."""
    return await run_sliced(search_work(text, wanted))


def search_work(text: str, wanted: str) -> Work[array[int]]:
    """The work of `find_all`, in slices."""
    places = array("Q")
    if not wanted:
        return places
    flags = re.IGNORECASE if wanted == wanted.lower() else 0
    pattern = re.compile(re.escape(wanted), flags)
    for count, match in enumerate(pattern.finditer(text)):
        if count % _SLICE == 0:
            yield
        places.append(match.start())
    return places
