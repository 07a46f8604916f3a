"""A clock in the hand of a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Clock:
    """Milliseconds since the epoch that pass only when told to."""

    ms: int = 1_763_800_000_000

    def __call__(self) -> int:
        return self.ms

    def advance(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)
