"""The time of this machine."""

from __future__ import annotations

import sys
import time
from typing import Final

# Linux and macOS have a clock that nobody sets and that goes on in sleep; that of Windows does.
_STEADY: Final = {"linux": 7, "darwin": 6}.get(sys.platform)  # CLOCK_BOOTTIME, CLOCK_MONOTONIC


def wall_clock_ms() -> int:
    """Answer the time in milliseconds since the epoch; it jumps when somebody sets the clock."""
    return time.time_ns() // 1_000_000


def steady_clock_ms() -> int:
    """Answer milliseconds since some moment. They never jump, and are counted in sleep, too."""
    passed_ns = time.monotonic_ns() if _STEADY is None else time.clock_gettime_ns(_STEADY)
    return passed_ns // 1_000_000
