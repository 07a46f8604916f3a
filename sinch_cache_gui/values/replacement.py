"""The one stretch in which two texts differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.values.slices import Work

_STEP: Final = 65_536


@dataclass(frozen=True, slots=True)
class Replacement:
    """What turns one text into another: `new` in place of what stands from `start` to `end`."""

    start: int
    end: int
    new: str


def replacement_work(old: str, new: str) -> Work[Replacement]:
    """Answer the shortest single replacement that turns `old` into `new`."""
    start = yield from _common_head(old, new)
    most = min(len(old), len(new)) - start
    tail = yield from _common_tail(old, new, most)
    end = len(new) - tail
    if (start, end) == (0, len(new)):
        return Replacement(0, len(old), new)
    put = ""
    for at in range(start, end, _STEP):
        put += new[at : min(at + _STEP, end)]  # lengthened in place, like all that is long here
        yield
    return Replacement(start, len(old) - tail, put)


def _common_head(old: str, new: str) -> Work[int]:
    most = min(len(old), len(new))
    at = 0
    while at < most and old[at : at + _STEP] == new[at : at + _STEP]:
        at += _STEP
        yield
    low, high = min(at, most), min(at + _STEP, most)
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(old: str, new: str, most: int) -> Work[int]:
    at = 0
    while at < most and _before_end(old, at, at + _STEP) == _before_end(new, at, at + _STEP):
        at += _STEP
        yield
    low, high = min(at, most), min(at + _STEP, most)
    while low < high:
        middle = (low + high + 1) // 2
        if _before_end(old, low, middle) == _before_end(new, low, middle):
            low = middle
        else:
            high = middle - 1
    return low


def _before_end(text: str, near: int, far: int) -> str:
    """Answer what stands from `far` to `near` characters before the end."""
    return text[max(len(text) - far, 0) : len(text) - near]
