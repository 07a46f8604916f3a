"""Two changed versions of one text brought together, line by line (a three-way merge)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Final

MAX_MATCHED_LINES: Final = 1_000
"""Changed lines of a version that are matched with the base; of more, all count as one change.

The matching takes time with the square of their number.
"""

Lines = tuple[str, ...]


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
class _Change:
    """Lines `start` to `end` of the base became lines `new_start` to `new_end`."""

    start: int
    end: int
    new_start: int
    new_end: int


def merge(base: str, mine: str, theirs: str) -> tuple[Stretch, ...]:
    """Answer the three versions side by side, stretch by stretch, in order."""
    lines = base.split("\n"), mine.split("\n"), theirs.split("\n")
    return tuple(_joined(_stretches(*lines)))


def merged_text(stretches: Sequence[Stretch]) -> str:
    """Answer the proposal: every change of one side alone, and mine where both disagree."""
    return "\n".join(line for stretch in stretches for line in stretch.proposed)


def _stretches(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[Stretch]:
    ours, others = _changes(base, mine), _changes(base, theirs)
    at = my_at = their_at = 0
    for start, end, group_mine, group_theirs in _groups(ours, others):
        same = start - at
        if same:
            lines = tuple(base[at:start])
            yield Stretch(Origin.NOBODY, lines, lines, lines)
        my_at, their_at = my_at + same, their_at + same
        my_end = my_at + _length(start, end, group_mine)
        their_end = their_at + _length(start, end, group_theirs)
        yield _stretch(
            tuple(base[start:end]), tuple(mine[my_at:my_end]), tuple(theirs[their_at:their_end])
        )
        at, my_at, their_at = end, my_end, their_end
    if at < len(base):
        lines = tuple(base[at:])
        yield Stretch(Origin.NOBODY, lines, lines, lines)


def _stretch(base: Lines, mine: Lines, theirs: Lines) -> Stretch:
    if mine == theirs:
        origin = Origin.NOBODY if mine == base else Origin.ALIKE
    elif mine == base:
        origin = Origin.THEIRS
    elif theirs == base:
        origin = Origin.MINE
    else:
        origin = Origin.CONFLICT
    return Stretch(origin, base, mine, theirs)


def _length(start: int, end: int, changes: list[_Change]) -> int:
    """Answer how many lines a version has for the lines `start` to `end` of the base."""
    grown = sum((c.new_end - c.new_start) - (c.end - c.start) for c in changes)
    return end - start + grown


def _groups(
    ours: list[_Change], others: list[_Change]
) -> Iterator[tuple[int, int, list[_Change], list[_Change]]]:
    """Answer changes that touch the same lines together, the rest each for itself."""
    i = j = 0
    while i < len(ours) or j < len(others):
        mine: list[_Change] = []
        theirs: list[_Change] = []
        if j == len(others) or (i < len(ours) and _is_before(ours[i], others[j])):
            mine.append(ours[i])
            start, end = ours[i].start, ours[i].end
            i += 1
        else:
            theirs.append(others[j])
            start, end = others[j].start, others[j].end
            j += 1
        while True:
            if i < len(ours) and _meets(ours[i], start, end, theirs):
                mine.append(ours[i])
                start, end = min(start, ours[i].start), max(end, ours[i].end)
                i += 1
            elif j < len(others) and _meets(others[j], start, end, mine):
                theirs.append(others[j])
                start, end = min(start, others[j].start), max(end, others[j].end)
                j += 1
            else:
                break
        yield start, end, mine, theirs


def _is_before(one: _Change, other: _Change) -> bool:
    return (one.start, one.end) <= (other.start, other.end)


def _meets(change: _Change, start: int, end: int, opposite: list[_Change]) -> bool:
    """Whether a change touches lines that the other side changed, too.

    Lines next to each other do not: a value's members stand a line each. Something put in meets
    whatever else happens at that very place.
    """
    if not opposite:
        return change.start < end
    if change.start < end:
        return True
    is_insertion = change.start == change.end or any(c.start == c.end for c in opposite)
    return change.start == end and (start == end or is_insertion)


def _changes(base: list[str], version: list[str]) -> list[_Change]:
    head = _common(base, version)
    tail = _common(base[head:][::-1], version[head:][::-1])
    old, new = base[head : len(base) - tail], version[head : len(version) - tail]
    if not old and not new:
        return []
    if max(len(old), len(new)) > MAX_MATCHED_LINES:
        return [_Change(head, head + len(old), head, head + len(new))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        _Change(head + from_1, head + to_1, head + from_2, head + to_2)
        for what, from_1, to_1, from_2, to_2 in matcher.get_opcodes()
        if what != "equal"
    ]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _joined(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Answer the stretches with neighbours that nobody changed as one."""
    waiting: Stretch | None = None
    for stretch in stretches:
        if waiting is None:
            waiting = stretch
        elif waiting.origin is stretch.origin is Origin.NOBODY:
            lines = waiting.base + stretch.base
            waiting = Stretch(Origin.NOBODY, lines, lines, lines)
        else:
            yield waiting
            waiting = stretch
    if waiting is not None:
        yield waiting
