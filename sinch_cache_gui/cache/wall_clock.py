"""The time of this machine."""

from __future__ import annotations

import time


def wall_clock_ms() -> int:
    """Answer the time in milliseconds since the epoch. A steady clock may stand still in sleep."""
    return time.time_ns() // 1_000_000
