"""Where a text holds another."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sinch_cache_gui.values.slices import Work
from sinch_cache_gui.values.utf8 import character_start

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


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        places: Where each match begins, as the text searched counts its places.
        length: Characters of a match.
        is_cut_short: Whether there are more.
    """

    places: array[int] = field(default_factory=lambda: array("Q"), repr=False)
    length: int = 0
    is_cut_short: bool = False


MOST_PLACES: Final = 1_000_000
"""Places noted of one search through bytes: more help nobody, and take memory."""


class Utf8Search:
    """The search through a text of which only the bytes are at hand.

    It finds what `search_work` finds in the text.

    Attributes:
        places: The offsets in bytes of what has been found so far.
        searched: Bytes searched so far.
        is_cut_short: Whether it ended at `MOST_PLACES`.
    """

    def __init__(self, data: bytes, wanted: str, most: int = MOST_PLACES) -> None:
        self.places = array("Q")
        self.searched = 0
        self.is_cut_short = False
        self._data = data
        self._wanted = wanted
        self._most = most
        flags = re.IGNORECASE if wanted == wanted.lower() else 0
        self._pattern = re.compile(re.escape(wanted), flags)

    def work(self) -> Work[None]:
        """The search, in slices."""
        size = len(self._data) if self._wanted else 0
        while self.searched < size:
            stretch = character_start(self._data, self.searched + _STRETCH)
            for count, (start, end) in enumerate(self._found_before(stretch)):
                if count % _SLICE == 0:
                    yield
                if len(self.places) == self._most:
                    self.is_cut_short = True
                    return
                self.places.append(start)
                stretch = max(stretch, end)
            self.searched = stretch
            yield

    def _found_before(self, stretch: int) -> Iterator[tuple[int, int]]:
        """Yield the bytes of each match that begins in front of `stretch`."""
        at, more = self.searched, 4 * (len(self._wanted) - 1)
        piece = self._data[at : character_start(self._data, stretch + more)]
        if piece.isascii() and self._wanted.isascii():
            wanted = self._wanted.encode()
            searched = piece.lower() if self._pattern.flags & re.IGNORECASE else piece
            found = searched.find(wanted)
            while 0 <= found < stretch - at:
                yield at + found, at + found + len(wanted)
                found = searched.find(wanted, found + len(wanted))
            return
        text, passed = piece.decode(), 0
        for match in self._pattern.finditer(text):
            start = at + len(text[passed : match.start()].encode())
            if start >= stretch:
                return
            at, passed = start + len(match.group().encode()), match.end()
            yield start, at
