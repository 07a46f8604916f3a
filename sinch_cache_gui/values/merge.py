"""Two changed versions of one text brought together, line by line (a three-way merge)."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sinch_cache_gui.values.line_matching import STEP, Change, changes_work, lines_work
from sinch_cache_gui.values.slices import Work, joined_work, let_go_work

Lines = Sequence[str]

MANY_LINES: Final = 100_000
"""From here on the garbage collector's rounds through the lines of a merge are noticed."""


class Origin(Enum):
    """Who changed a stretch of the text."""

    NOBODY = "nobody"
    MINE = "mine"
    THEIRS = "theirs"
    ALIKE = "both alike"
    CONFLICT = "both differently"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that belong together in the three versions; any of them may have none.

    Attributes:
        origin: Who changed them.
        base: As both began.
        mine: As they are in my version.
        theirs: As they are in the other version.
    """

    origin: Origin
    base: Lines
    mine: Lines
    theirs: Lines

    @property
    def proposed(self) -> Lines:
        """What a merge holds: a change of either; mine where both changed it differently."""
        return self.theirs if self.origin is Origin.THEIRS else self.mine


@dataclass(frozen=True, slots=True)
class Merge:
    """Three versions side by side.

    Attributes:
        stretches: In order.
        is_coarse: Whether the texts are too large and too different to say of all what changed.
    """

    stretches: tuple[Stretch, ...]
    is_coarse: bool


def merge_work(base: str, mine: str, theirs: str) -> Work[Merge]:
    """Answer the three versions side by side, stretch by stretch, in order."""
    before = yield from lines_work(base)
    ours = yield from lines_work(mine)
    others = yield from lines_work(theirs)
    _keep_from_collector(before)
    my_changes = yield from changes_work(before, ours)
    their_changes = yield from changes_work(before, others)
    stretches: list[Stretch] = []
    changes = my_changes.changes, their_changes.changes
    for stretch in _stretches(before, ours, others, *changes):
        if stretch is not None:
            stretches.append(stretch)
        yield
    _keep_from_collector(before)
    for lines in (before, ours, others):
        yield from let_go_work(lines)
    return Merge(tuple(stretches), my_changes.is_coarse or their_changes.is_coarse)


def _keep_from_collector(lines: Lines) -> None:
    """Keep the garbage collector from going through what there is, if it is many lines by now.

    They are in no cycle, and a look at three million of them holds the window.
    """
    if len(lines) > MANY_LINES:
        gc.freeze()


def joined_lines_work(parts: Iterable[Lines]) -> Work[str]:
    """Answer the text of lines that come in parts, some of which may have none."""
    slices = (lines[at : at + STEP] for lines in parts for at in range(0, len(lines), STEP))
    return joined_work(("\n".join(lines) for lines in slices), "\n")


def let_stretches_go_work(stretches: Iterable[Stretch]) -> Work[None]:
    """Empty what nobody changed: a million lines at once would take long to be freed."""
    for stretch in stretches:
        if stretch.origin is Origin.NOBODY and isinstance(stretch.base, list):
            yield from let_go_work(stretch.base)


def _stretches(
    base: list[str],
    mine: list[str],
    theirs: list[str],
    ours: Sequence[Change],
    others: Sequence[Change],
) -> Iterator[Stretch | None]:
    """Yield the stretches in order, and None wherever long ones are worth a pause."""
    at = my_at = their_at = 0
    for start, end, group_mine, group_theirs in _groups(ours, others):
        same = start - at
        if same:
            yield from _untouched(base, at, start)
        my_at, their_at = my_at + same, their_at + same
        my_end = my_at + _length(start, end, group_mine)
        their_end = their_at + _length(start, end, group_theirs)
        before: list[str] = []
        my_lines: list[str] = []
        their_lines: list[str] = []
        yield from _take(base, at + same, end, before)
        yield from _take(mine, my_at, my_end, my_lines)
        yield from _take(theirs, their_at, their_end, their_lines)
        yield _changed(before, my_lines, their_lines)
        at, my_at, their_at = end, my_end, their_end
    if at < len(base):
        yield from _untouched(base, at, len(base))


def _untouched(base: list[str], start: int, end: int) -> Iterator[Stretch | None]:
    lines: list[str] = []
    yield from _take(base, start, end, lines)
    yield Stretch(Origin.NOBODY, lines, lines, lines)


def _take(lines: list[str], start: int, end: int, taken: list[str]) -> Iterator[None]:
    """Copy lines with a pause after each few thousand: they lie all over the memory."""
    for at in range(start, end, STEP):
        taken += lines[at : min(at + STEP, end)]
        if end - start > STEP:
            yield


def _changed(base: Lines, mine: Lines, theirs: Lines) -> Stretch:
    if mine == theirs:
        origin = Origin.ALIKE
    elif mine == base:
        origin = Origin.THEIRS
    elif theirs == base:
        origin = Origin.MINE
    else:
        origin = Origin.CONFLICT
    return Stretch(origin, base, mine, theirs)


def _length(start: int, end: int, changes: list[Change]) -> int:
    """Answer how many lines a version has for the lines `start` to `end` of the base."""
    grown = sum((c.new_end - c.new_start) - (c.end - c.start) for c in changes)
    return end - start + grown


def _groups(
    ours: Sequence[Change], others: Sequence[Change]
) -> Iterator[tuple[int, int, list[Change], list[Change]]]:
    """Answer changes that touch the same lines together, the rest each for itself."""
    i = j = 0
    while i < len(ours) or j < len(others):
        mine: list[Change] = []
        theirs: list[Change] = []
        if j == len(others) or (i < len(ours) and _is_before(ours[i], others[j])):
            mine.append(ours[i])
            start, end = ours[i].start, ours[i].end
            i += 1
        else:
            theirs.append(others[j])
            start, end = others[j].start, others[j].end
            j += 1
        while True:
            if i < len(ours) and _meets(ours[i], end, theirs):
                mine.append(ours[i])
                start, end = min(start, ours[i].start), max(end, ours[i].end)
                i += 1
            elif j < len(others) and _meets(others[j], end, mine):
                theirs.append(others[j])
                start, end = min(start, others[j].start), max(end, others[j].end)
                j += 1
            else:
                break
        yield start, end, mine, theirs


def _is_before(one: Change, other: Change) -> bool:
    return (one.start, one.end) <= (other.start, other.end)


def _meets(change: Change, end: int, opposite: list[Change]) -> bool:
    """Whether a change touches lines that the other side changed, too.

    Lines next to each other do not: a value's members stand a line each. Something put in meets
    whatever else happens at that very place.
    """
    if not opposite:
        return False
    if change.start < end:
        return True
    is_insertion = change.start == change.end or any(c.start == c.end for c in opposite)
    return change.start == end and is_insertion
