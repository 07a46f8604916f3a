"""A merge laid out in three columns, line beside line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.values.difference import Stretch as Mark
from sinch_cache_gui.values.difference import compare_line
from sinch_cache_gui.values.merge import Origin, Stretch
from sinch_cache_gui.values.slices import Work

CONTEXT: Final = 3
"""Unchanged lines shown before and behind a change; what is between is left out."""

MAX_ROWS: Final = 2_000
"""Rows that are laid out; where more lines changed, the rest is read in the merged text."""

MAX_MARKED_ROWS: Final = 400
"""Rows within which it is looked for what differs."""


@dataclass(frozen=True, slots=True)
class MergeRow:
    """One line of each version, None where a version has none there.

    Attributes:
        origin: Who changed it.
        base: As both began.
        mine: In my version.
        theirs: In the other version.
        mine_marks: What of `mine` is not in `base`.
        theirs_marks: What of `theirs` is not in `base`.
        left_out: How many unchanged lines stand here instead; then there is no line.
    """

    origin: Origin
    base: str | None = None
    mine: str | None = None
    theirs: str | None = None
    mine_marks: tuple[Mark, ...] = ()
    theirs_marks: tuple[Mark, ...] = ()
    left_out: int = 0


def merge_rows_work(stretches: Sequence[Stretch]) -> Work[tuple[MergeRow, ...]]:
    """Answer the first rows of a merge; long stretches that nobody changed are left out."""
    rows: list[MergeRow] = []
    for number, stretch in enumerate(stretches):
        if stretch.origin is Origin.NOBODY:
            head = CONTEXT if number else 0
            tail = CONTEXT if number + 1 < len(stretches) else 0
            rows += _unchanged(stretch, head, tail)
        else:
            for row in _changed(stretch, has_marks=len(rows) < MAX_MARKED_ROWS):
                rows.append(row)
                yield
                if len(rows) >= MAX_ROWS:
                    return tuple(rows)
    return tuple(rows)


def _unchanged(stretch: Stretch, head: int, tail: int) -> Iterator[MergeRow]:
    lines = stretch.base
    left_out = len(lines) - head - tail
    if left_out < CONTEXT:
        head, tail, left_out = len(lines), 0, 0
    yield from (MergeRow(Origin.NOBODY, line, line, line) for line in lines[:head])
    if left_out:
        yield MergeRow(Origin.NOBODY, left_out=left_out)
    yield from (MergeRow(Origin.NOBODY, line, line, line) for line in lines[len(lines) - tail :])


def _changed(stretch: Stretch, *, has_marks: bool) -> Iterator[MergeRow]:
    for at in range(max(len(stretch.base), len(stretch.mine), len(stretch.theirs))):
        base = _line(stretch.base, at)
        mine = _line(stretch.mine, at)
        theirs = _line(stretch.theirs, at)
        my_marks = _marks(base, mine) if has_marks else ()
        their_marks = _marks(base, theirs) if has_marks else ()
        yield MergeRow(stretch.origin, base, mine, theirs, my_marks, their_marks)


def _line(lines: Sequence[str], at: int) -> str | None:
    return lines[at] if at < len(lines) else None


def _marks(base: str | None, line: str | None) -> tuple[Mark, ...]:
    if base is None or line is None:
        return ()
    return compare_line(base, line).theirs_marks
