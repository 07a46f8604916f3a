"""How two texts differ, line beside line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sinch_cache_gui.values.json_text import tokens_of_fragment

MAX_COMPARED_LINES: Final = 400
"""Lines between the first and the last difference that are matched with one another.

The matching takes time with the square of their number; more lines stand beside one another as
they come.
"""

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
    """

    mine: str | None
    theirs: str | None
    mine_marks: tuple[Stretch, ...] = ()
    theirs_marks: tuple[Stretch, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether both lines are the same."""
        return self.mine == self.theirs


_WORD: Final = re.compile(r"\w+|\s+|.", re.DOTALL)


def compare(mine: str, theirs: str) -> tuple[DifferenceRow, ...]:
    """Answer both texts line beside line."""
    ours, others = mine.split("\n"), theirs.split("\n")
    head = _common(ours, others)
    tail = _common(ours[head:][::-1], others[head:][::-1])
    rows = [DifferenceRow(line, line) for line in ours[:head]]
    middle_ours, middle_others = ours[head : len(ours) - tail], others[head : len(others) - tail]
    rows += _compare_lines(middle_ours, middle_others)
    rows += [DifferenceRow(line, line) for line in ours[len(ours) - tail :]]
    return tuple(rows)


def _common(ours: list[str], others: list[str]) -> int:
    count = 0
    for one, other in zip(ours, others, strict=False):
        if one != other:
            break
        count += 1
    return count


def _compare_lines(ours: list[str], others: list[str]) -> list[DifferenceRow]:
    if max(len(ours), len(others)) > MAX_COMPARED_LINES:
        return _side_by_side(ours, others)
    rows: list[DifferenceRow] = []
    matcher = SequenceMatcher(None, ours, others, autojunk=False)
    for what, from_1, to_1, from_2, to_2 in matcher.get_opcodes():
        if what == "equal":
            rows += [DifferenceRow(line, line) for line in ours[from_1:to_1]]
        else:
            rows += _side_by_side(ours[from_1:to_1], others[from_2:to_2])
    return rows


def _side_by_side(ours: list[str], others: list[str]) -> list[DifferenceRow]:
    pairs = list(zip(ours, others, strict=False))
    rows = [compare_line(one, other) for one, other in pairs[:MAX_MARKED_PAIRS]]
    rows += [DifferenceRow(one, other) for one, other in pairs[MAX_MARKED_PAIRS:]]
    shared = len(pairs)
    rows += [DifferenceRow(line, None) for line in ours[shared:]]
    rows += [DifferenceRow(None, line) for line in others[shared:]]
    return rows


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
    head = _common(ours, others)
    tail = _common(ours[head:][::-1], others[head:][::-1])
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
