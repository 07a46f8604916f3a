"""Steps of the user's that are many of Qt's: where in its history each begins and ends.

Qt takes a step back in one go, and a million lines hold the window for two seconds. So a long
change is made as many steps of Qt's, which are taken back one after the other, as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONG_CHARACTERS: Final = 200_000
LONG_LINES: Final = 5_000
"""From here on a change is long: Qt takes 15 ms to take as much back."""


def is_long(text: str) -> bool:
    """Whether putting `text` in or taking it out is noticed if it is done in one go."""
    return len(text) > LONG_CHARACTERS or text.count("\n") > LONG_LINES


@dataclass(frozen=True, slots=True)
class LongStep:
    """A stretch of Qt's history: how many of its records lie before it, and before its end."""

    start: int
    end: int


class LongSteps:
    """Knows the long steps of one history."""

    def __init__(self) -> None:
        self._steps: tuple[LongStep, ...] = ()

    def add(self, start: int, end: int) -> None:
        """Take note of a long step that was just made, the last one of the history."""
        self.cut(start)
        if end > start:
            self._steps = (*self._steps, LongStep(start, end))

    def cut(self, end: int) -> None:
        """Take note that the history holds nothing beyond `end` any more."""
        self._steps = tuple(step for step in self._steps if step.end <= end)

    def back_from(self, at: int) -> int | None:
        """Answer where undo goes to from `at`; None if it does not take a long step back."""
        return next((step.start for step in self._steps if step.start < at <= step.end), None)

    def forth_from(self, at: int) -> int | None:
        """Answer where redo goes to from `at`; None if it does not make a long step again."""
        return next((step.end for step in self._steps if step.start <= at < step.end), None)
