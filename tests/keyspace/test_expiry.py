"""Countdowns read like clocks, and deadlines come due in order."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.keyspace.expiry import (
    Deadlines,
    format_countdown,
    format_deadline,
    format_time,
)


@pytest.mark.parametrize(
    ("ms", "reads"),
    [
        (-5, "0:00"),
        (0, "0:00"),
        (1, "0:01"),
        (6_200, "0:07"),
        (59_001, "1:00"),
        (581_000, "9:41"),
        (3_723_000, "1:02:03"),
        (86_400_000, "1 d 0 h"),
        (3 * 86_400_000 + 4 * 3_600_000 + 59_000, "3 d 4 h"),
        (36_500 * 86_400_000, "36,500 d 0 h"),
    ],
)
def test_a_countdown_reads_like_a_clock(ms: int, reads: str) -> None:
    assert format_countdown(ms) == reads


def test_a_deadline_is_told_exactly() -> None:
    assert format_deadline(1_763_800_000_123, UTC) == "2025-11-22 08:26:40.123"
    assert format_deadline(2**62) == "far in the future"


def test_a_moment_is_told_to_the_second() -> None:
    assert format_time(1_763_800_000_123, UTC) == "08:26:40"
    assert format_time(2**62) == "far in the future"


@given(st.lists(st.tuples(st.sampled_from(b"abcdef"), st.none() | st.integers(0, 50))))
def test_keys_come_due_once_and_by_their_latest_deadline(
    noted: list[tuple[int, int | None]],
) -> None:
    deadlines, known = Deadlines(), dict[bytes, int]()
    for letter, deadline_ms in noted:
        key = bytes((letter,))
        deadlines.note(key, deadline_ms)
        known.pop(key, None)
        if deadline_ms is not None:
            known[key] = deadline_ms
    assert deadlines.next_ms() == min(known.values(), default=None)
    due = deadlines.take_due(25)
    assert sorted(due) == sorted(key for key, deadline_ms in known.items() if deadline_ms <= 25)
    assert [known[key] for key in due] == sorted(known[key] for key in due)
    assert deadlines.take_due(25) == []


def test_only_so_many_deadlines_are_kept() -> None:
    deadlines = Deadlines(limit=2)
    for key in (b"a", b"b", b"c"):
        deadlines.note(key, 10)
    deadlines.note(b"a", 20)
    assert deadlines.take_due(100) == [b"b", b"a"]


def test_a_deadline_moved_a_thousand_times_costs_no_memory() -> None:
    deadlines = Deadlines()
    for moment in range(5_000):
        deadlines.note(b"a", moment)
    assert deadlines.take_due(10_000) == [b"a"]
