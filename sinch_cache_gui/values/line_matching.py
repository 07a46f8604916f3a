"""Which lines of two texts are the same, in short steps however long the texts are.

Lines that stand once in either text are anchors (as in a patience diff); what is between two
anchors is short, as a rule, and is left to difflib.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sinch_cache_gui.values.slices import Work, let_go_work

MAX_MATCHED_LINES: Final = 250
"""Lines that difflib gets at once: a step of it takes time with the square of their number."""

FEW: Final = 0.005
MANY: Final = 0.5
"""Which share of equally many lines may differ when each is compared with its like alone."""

STEP: Final = 2_000
"""Lines looked at between two pauses."""

_CHUNK: Final = 100_000
"""Characters split into lines between two pauses."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines `start` to `end` of the one text became lines `new_start` to `new_end` of the other."""

    start: int
    end: int
    new_start: int
    new_end: int

    @property
    def is_large(self) -> bool:
        """Whether it is more than difflib gets at once."""
        return max(self.end - self.start, self.new_end - self.new_start) > MAX_MATCHED_LINES


@dataclass(frozen=True, slots=True)
class Changes:
    """How one text became another.

    Attributes:
        changes: In order; between two of them is at least one line that both have.
        is_coarse: Whether one of them is too large to say what within it is the same.
    """

    changes: tuple[Change, ...]
    is_coarse: bool


def lines_work(text: str) -> Work[list[str]]:
    """Answer the lines of a text."""
    lines: list[str] = []
    at = 0
    while (end := text.find("\n", at + _CHUNK)) >= 0:
        lines += text[at:end].split("\n")
        at = end + 1
        yield
    # Behind the last line end there may be one line that is very long: it is copied only once.
    end = text.rfind("\n", at, at + _CHUNK)
    yield
    if end >= 0:
        lines += text[at:end].split("\n")
        at = end + 1
    lines.append(text[at:])
    yield
    return lines


def changes_work(old: Sequence[str], new: Sequence[str]) -> Work[Changes]:
    """Answer how `old` became `new`."""
    found: list[Change] = []
    is_coarse = False
    waiting = [Change(0, len(old), 0, len(new))]
    while waiting:
        change = yield from _trimmed(old, new, waiting.pop())
        if change.start == change.end or change.new_start == change.new_end:
            _add(found, change)
        elif not change.is_large:
            yield from _match_by_difflib(old, new, change, found)
        elif parts := (yield from _line_by_line(old, new, change, FEW)):
            for part in parts:
                _add(found, part)
        elif parts := (yield from _between_anchors(old, new, change)):
            waiting += reversed(parts)
        elif parts := (yield from _line_by_line(old, new, change, MANY)):
            for part in parts:
                _add(found, part)
        else:
            is_coarse = True
            _add(found, change)
    return Changes(tuple(found), is_coarse)


def _add(found: list[Change], change: Change) -> None:
    if change.start == change.end and change.new_start == change.new_end:
        return
    if found and (found[-1].end, found[-1].new_end) == (change.start, change.new_start):
        last = found.pop()
        change = Change(last.start, change.end, last.new_start, change.new_end)
    found.append(change)


def _trimmed(old: Sequence[str], new: Sequence[str], change: Change) -> Work[Change]:
    """Answer a change without the lines that are the same at its beginning and its end."""
    start, end = change.start, change.end
    new_start, new_end = change.new_start, change.new_end
    while count := min(STEP, end - start, new_end - new_start):
        one, other = old[start : start + count], new[new_start : new_start + count]
        same = count if one == other else alike_at_start(one, other)
        start, new_start = start + same, new_start + same
        if same < count:
            break
        yield
    while count := min(STEP, end - start, new_end - new_start):
        one, other = old[end - count : end], new[new_end - count : new_end]
        same = count if one == other else alike_at_start(one[::-1], other[::-1])
        end, new_end = end - same, new_end - same
        if same < count:
            break
        yield
    return Change(start, end, new_start, new_end)


def alike_at_start(one: Sequence[str], other: Sequence[str]) -> int:
    """Answer how many items both begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    differing = (at for at, (mine, theirs) in pairs if mine != theirs)
    return next(differing, min(len(one), len(other)))


def _match_by_difflib(
    old: Sequence[str], new: Sequence[str], change: Change, found: list[Change]
) -> Work[None]:
    ours, others = old[change.start : change.end], new[change.new_start : change.new_end]
    matcher = SequenceMatcher(None, ours, others, autojunk=False)
    waiting = [(0, len(ours), 0, len(others))]
    same: list[tuple[int, int, int]] = []
    while waiting:  # as get_matching_blocks does, but with a pause after each step
        start, end, new_start, new_end = waiting.pop()
        at, new_at, size = matcher.find_longest_match(start, end, new_start, new_end)
        yield
        if size:
            same.append((at, new_at, size))
            waiting.append((start, at, new_start, new_at))
            waiting.append((at + size, end, new_at + size, new_end))
    at, new_at = 0, 0
    for start, new_start, size in [*sorted(same), (len(ours), len(others), 0)]:
        first, new_first = change.start, change.new_start
        _add(found, Change(first + at, first + start, new_first + new_at, new_first + new_start))
        at, new_at = start + size, new_start + size


def _between_anchors(old: Sequence[str], new: Sequence[str], change: Change) -> Work[list[Change]]:
    """Answer what is between the lines that stand once in either text; nothing if none does."""
    places = yield from _places_of_single_lines(old, change.start, change.end)
    others = yield from _places_of_single_lines(new, change.new_start, change.new_end)
    first, second = array("Q"), array("Q")
    for count, at in enumerate(places.values()):
        if (new_at := others.get(old[at])) is not None:
            first.append(at)
            second.append(new_at)
        if count % STEP == 0:
            yield
    yield from let_go_work(places)
    yield from let_go_work(others)
    anchors = yield from _in_both_orders(second)
    if not anchors:
        return []
    parts: list[Change] = []
    at, new_at = change.start - 1, change.new_start - 1
    for count, anchor in enumerate(anchors):
        to, new_to = first[anchor], second[anchor]
        if to - at > 1 or new_to - new_at > 1:
            parts.append(Change(at + 1, to, new_at + 1, new_to))
        at, new_at = to, new_to
        if count % STEP == 0:
            yield
    if change.end - at > 1 or change.new_end - new_at > 1:
        parts.append(Change(at + 1, change.end, new_at + 1, change.new_end))
    return parts


def _places_of_single_lines(lines: Sequence[str], start: int, end: int) -> Work[dict[str, int]]:
    counts: Counter[str] = Counter()
    for at in range(start, end, STEP):
        counts.update(lines[at : min(at + STEP, end)])
        yield
    places: dict[str, int] = {}
    for at in range(start, end):
        if counts[lines[at]] == 1:
            places[lines[at]] = at
        if at % STEP == 0:
            yield
    yield from let_go_work(counts)
    return places


def _in_both_orders(numbers: array[int]) -> Work[array[int]]:
    """Answer where the longest choice of numbers that rise stands, in order."""
    lowest, ends, before = array("Q"), array("Q"), array("q")
    for at, number in enumerate(numbers):
        length = bisect_left(lowest, number)
        before.append(ends[length - 1] if length else -1)
        lowest[length : length + 1] = array("Q", [number])
        ends[length : length + 1] = array("Q", [at])
        if at % STEP == 0:
            yield
    chosen = array("Q")
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(at)
        at = before[at]
        if len(chosen) % STEP == 0:
            yield
    chosen.reverse()
    return chosen


def _line_by_line(
    old: Sequence[str], new: Sequence[str], change: Change, share: float
) -> Work[list[Change]]:
    """Answer where equally many lines differ, each from its like; nothing if more than a share."""
    if change.end - change.start != change.new_end - change.new_start:
        return []
    differing = array("Q")
    shift = change.new_start - change.start
    for at in range(change.start, change.end, STEP):
        end = min(at + STEP, change.end)
        pairs = zip(old[at:end], new[at + shift : end + shift], strict=True)
        differing.extend(at + step for step, (one, other) in enumerate(pairs) if one != other)
        yield
        if len(differing) > share * (change.end - change.start):
            return []
    parts: list[Change] = []
    for count, at in enumerate(differing):
        parts.append(Change(at, at + 1, at + shift, at + shift + 1))
        if count % STEP == 0:
            yield
    return parts
