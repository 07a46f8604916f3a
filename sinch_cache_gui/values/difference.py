"""How two texts differ, line beside line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from sinch_cache_gui.values.json_text import tokens_of_fragment
from sinch_cache_gui.values.line_matching import alike_at_start, changes_work, lines_work
from sinch_cache_gui.values.slices import Work, let_go_work

MAX_ALIKE: Final = 1_000
"""Unchanged lines in a row that are all shown; of more, those in the middle are left out."""

CONTEXT: Final = 20
"""Unchanged lines shown before and behind a change where others are left out."""

MAX_ROWS: Final = 3_000
"""Rows after which the rest is not laid out any more."""

MAX_MARKED_PAIRS: Final = 400
"""Pairs of lines, one below the other, within which it is looked for what differs."""

MAX_COMPARED_LINE: Final = 10_000
"""Characters of a line within which it is looked for what differs."""

MAX_MATCHED_PARTS: Final = 200
"""Tokens between the first and the last that differ, which are matched with one another."""

Stretch = tuple[int, int]
"""Where something begins and ends within a line."""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One line of each text, beside one another.

    Attributes:
        mine: None where only the other text has a line.
        theirs: None where only the first text has a line.
        mine_marks: What of `mine` is not in `theirs`.
        theirs_marks: What of `theirs` is not in `mine`.
        left_out: How many unchanged lines stand here instead; then there is no line.
    """

    mine: str | None
    theirs: str | None
    mine_marks: tuple[Stretch, ...] = ()
    theirs_marks: tuple[Stretch, ...] = ()
    left_out: int = 0

    @property
    def is_same(self) -> bool:
        """Whether both lines are the same."""
        return self.mine == self.theirs


_WORD: Final = re.compile(r"\w+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts line beside line.

    Attributes:
        rows: In order.
        differing: How many lines differ, shown or not.
        is_coarse: Whether the texts are too large and too different to match all their lines.
        is_cut: Whether there are more rows than are laid out.
    """

    rows: tuple[DifferenceRow, ...]
    differing: int
    is_coarse: bool = False
    is_cut: bool = False


def compare_work(mine: str | None, theirs: str | None) -> Work[Comparison]:
    """Answer both texts line beside line. None has no line at all, an empty text one."""
    ours = [] if mine is None else (yield from lines_work(mine))
    others = [] if theirs is None else (yield from lines_work(theirs))
    found = yield from changes_work(ours, others)
    rows: list[DifferenceRow] = []
    differing = at = 0
    is_cut = False
    for change in found.changes:
        lines = max(change.end - change.start, change.new_end - change.new_start)
        differing += lines
        if is_cut:
            continue
        rows += _unchanged(ours, at, change.start)
        start, new_start = change.start, change.new_start
        room = max(MAX_ROWS - len(rows), 1)
        first = ours[start : min(change.end, start + room)]
        second = others[new_start : min(change.new_end, new_start + room)]
        for row in _side_by_side(first, second):
            rows.append(row)
            yield
        at = change.end
        is_cut = len(rows) >= MAX_ROWS
    if not is_cut:
        rows += _unchanged(ours, at, len(ours))
    for side in (ours, others):
        yield from let_go_work(side)
    return Comparison(tuple(rows), differing, found.is_coarse, is_cut)


def _unchanged(lines: list[str], start: int, end: int) -> Iterator[DifferenceRow]:
    if end - start <= MAX_ALIKE:
        yield from (DifferenceRow(line, line) for line in lines[start:end])
        return
    is_first, is_last = start == 0, end == len(lines)
    head, tail = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    head, tail = (MAX_ALIKE, 0) if is_first and is_last else (head, tail)
    yield from (DifferenceRow(line, line) for line in lines[start : start + head])
    yield DifferenceRow(None, None, left_out=end - start - head - tail)
    yield from (DifferenceRow(line, line) for line in lines[end - tail : end])


def _side_by_side(ours: list[str], others: list[str]) -> Iterator[DifferenceRow]:
    for at, (one, other) in enumerate(zip_longest(ours, others)):
        if at < MAX_MARKED_PAIRS and one is not None and other is not None:
            yield compare_line(one, other)
        else:
            yield DifferenceRow(one, other)


def compare_line(mine: str, theirs: str) -> DifferenceRow:
    """Answer one line beside another, with what differs marked.

    That is whole tokens where both lines are JSON, as far as a line can tell; words otherwise.
    """
    if mine == theirs or max(len(mine), len(theirs)) > MAX_COMPARED_LINE:
        return DifferenceRow(mine, theirs)
    ours, others = _json_parts(mine), _json_parts(theirs)
    if ours is None or others is None:
        ours, others = _WORD.findall(mine), _WORD.findall(theirs)
    mine_marks: list[Stretch] = []
    theirs_marks: list[Stretch] = []
    for from_1, to_1, from_2, to_2 in _differing(ours, others):
        _mark(ours, from_1, to_1, mine_marks)
        _mark(others, from_2, to_2, theirs_marks)
    return DifferenceRow(mine, theirs, tuple(mine_marks), tuple(theirs_marks))


def _json_parts(line: str) -> list[str] | None:
    """Answer the tokens of a line and the white space between them; None if it is no JSON."""
    tokens = tokens_of_fragment(line)
    if tokens is None:
        return None
    parts: list[str] = []
    at = 0
    for token in tokens:
        parts += filter(None, (line[at : token.start], line[token.start : token.end]))
        at = token.end
    return [*parts, line[at:]] if at < len(line) else parts


def _differing(ours: list[str], others: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Answer from where to where the parts of both lines differ, in order."""
    head = alike_at_start(ours, others)
    tail = alike_at_start(ours[head:][::-1], others[head:][::-1])
    middle_ours, middle_others = ours[head : len(ours) - tail], others[head : len(others) - tail]
    if max(len(middle_ours), len(middle_others)) > MAX_MATCHED_PARTS:
        yield head, len(ours) - tail, head, len(others) - tail
        return
    matcher = SequenceMatcher(None, middle_ours, middle_others, autojunk=False)
    for what, from_1, to_1, from_2, to_2 in matcher.get_opcodes():
        if what != "equal":
            yield head + from_1, head + to_1, head + from_2, head + to_2


def _mark(parts: list[str], first: int, last: int, marks: list[Stretch]) -> None:
    if first < last:
        start = sum(map(len, parts[:first]))
        marks.append((start, start + sum(map(len, parts[first:last]))))
