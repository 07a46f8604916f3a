"""Which bytes of two values differ, offset by offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.values.slices import Work

Stretch: TypeAlias = tuple[int, int]
"""Where bytes begin and end."""

MAX_STRETCHES: Final = 10_000
"""Stretches that are told apart; what lies behind them counts as one."""

_BLOCK: Final = 4_096


@dataclass(frozen=True, slots=True)
class ByteDifference:
    """What differs.

    Attributes:
        mine: Stretches of the one value that are not in the other, in order.
        theirs: Stretches of the other that are not in the one.
        differing: How many bytes that is, on the side where it is more.
        is_coarse: Whether there are more stretches than are told apart.
    """

    mine: tuple[Stretch, ...]
    theirs: tuple[Stretch, ...]
    differing: int
    is_coarse: bool = False


def byte_difference_work(mine: bytes, theirs: bytes) -> Work[ByteDifference]:
    """Compare two values, in slices.

    Of two of one length, the bytes at the same offset are compared. Of two others, what both begin
    and end with is alike, and all between it differs.
    """
    if len(mine) == len(theirs):
        stretches, differing, is_coarse = yield from _replaced_work(mine, theirs)
        return ByteDifference(stretches, stretches, differing, is_coarse)
    head = yield from _common_work(mine, theirs, is_tail=False)
    tail = yield from _common_work(mine[head:], theirs[head:], is_tail=True)
    sides = [(head, len(side) - tail) for side in (mine, theirs)]
    ours, others = ([(start, end)] if start < end else [] for start, end in sides)
    differing = max(end - start for start, end in sides)
    return ByteDifference(tuple(ours), tuple(others), differing)


def _replaced_work(mine: bytes, theirs: bytes) -> Work[tuple[tuple[Stretch, ...], int, bool]]:
    stretches: list[Stretch] = []
    differing = 0
    for start in range(0, len(mine), _BLOCK):
        ours, others = mine[start : start + _BLOCK], theirs[start : start + _BLOCK]
        yield
        if ours == others:
            continue
        for at, (one, other) in enumerate(zip(ours, others, strict=True), start):
            if one == other:
                continue
            differing += 1
            if stretches and stretches[-1][1] == at:
                stretches[-1] = (stretches[-1][0], at + 1)
            elif len(stretches) < MAX_STRETCHES:
                stretches.append((at, at + 1))
    is_coarse = len(stretches) == MAX_STRETCHES
    if is_coarse:
        stretches[-1] = (stretches[-1][0], len(mine))
    return tuple(stretches), differing, is_coarse


def _common_work(mine: bytes, theirs: bytes, *, is_tail: bool) -> Work[int]:
    """Answer how many bytes both begin with, or end with."""
    shorter = min(len(mine), len(theirs))
    common = 0
    while common < shorter:
        size = min(_BLOCK, shorter - common)
        ours, others = (_part(side, common, size, is_tail=is_tail) for side in (mine, theirs))
        yield
        if ours != others:
            pairs = zip(reversed(ours), reversed(others), strict=True)
            ordered = pairs if is_tail else zip(ours, others, strict=True)
            return common + next(at for at, (one, other) in enumerate(ordered) if one != other)
        common += size
    return common


def _part(side: bytes, done: int, size: int, *, is_tail: bool) -> bytes:
    if is_tail:
        return side[len(side) - done - size : len(side) - done]
    return side[done : done + size]
