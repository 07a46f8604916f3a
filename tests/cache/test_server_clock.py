"""The server's time is known without asking for it each time."""

from __future__ import annotations

import time

import pytest

from sinch_cache_gui.cache.server_clock import ServerClock
from sinch_cache_gui.cache.wall_clock import steady_clock_ms, wall_clock_ms


def ahead(clock: ServerClock) -> int:
    return clock.now_ms() - steady_clock_ms()


def test_until_it_is_read_the_clocks_agree() -> None:
    assert abs(ServerClock().now_ms() - wall_clock_ms()) <= 2


def test_a_clock_that_is_set_on_this_machine_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = ServerClock()
    before = clock.now_ms()
    an_hour_on = time.time_ns() + 3_600_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_on)
    assert 0 <= clock.now_ms() - before <= 1000


def test_the_quickest_reading_counts() -> None:
    clock = ServerClock()
    clock.observe(15_100, 10_000, 10_200)
    assert abs(ahead(clock) - 5000) <= 2
    clock.observe(15_010, 10_000, 10_002)
    assert abs(ahead(clock) - 5009) <= 2
    clock.observe(15_200, 10_000, 10_300)
    assert abs(ahead(clock) - 5009) <= 2


def test_a_clock_that_was_moved_is_followed() -> None:
    clock = ServerClock()
    clock.observe(15_001, 10_000, 10_002)
    clock.observe(99_050, 10_000, 10_100)
    assert abs(ahead(clock) - 89_000) <= 2
