"""However a cache is scanned, no call holds its server long, and no key is missed."""

from __future__ import annotations

import time

from sinch_cache_gui.cache.interface import ScanCursor, ScanPage
from sinch_cache_gui.cache.scanning import LEAST_COUNT, MOST_COUNT, Pace, scan_all


def pace_after(per_key_us: float, network_ms: float, calls: int = 40) -> int:
    pace = Pace()
    for _ in range(calls):
        pace.measured(pace.count, network_ms / 1000 + pace.count * per_key_us / 1e6)
    return pace.count


def test_no_call_holds_the_server_over_five_milliseconds() -> None:
    for per_key_us in (0.1, 0.5, 1, 1.5, 2, 3, 5):
        for network_ms in (0.1, 1, 20, 200):
            for calls in range(40):
                count = pace_after(per_key_us, network_ms, calls)
                # Of a server this slow the second call tells.
                assert count * per_key_us / 1000 <= 5 or count <= 2 * LEAST_COUNT


def test_a_slow_server_is_not_asked_for_more_at_every_other_call() -> None:
    pace, counts = Pace(), list[int]()
    for _ in range(40):
        counts.append(pace.count)
        pace.measured(pace.count, 0.001 + pace.count * 5 / 1e6)
    assert sum(count > LEAST_COUNT for count in counts) <= 8


def test_a_server_that_is_quick_again_is_asked_for_more_again() -> None:
    pace = Pace()
    for took_s in (0.001, 0.050, 0.050):
        pace.measured(pace.count, took_s)
    assert pace.count == LEAST_COUNT
    for _ in range(200):
        pace.measured(pace.count, 0.001)
    assert pace.count == MOST_COUNT


def test_a_distant_server_is_asked_for_much_at_a_time() -> None:
    assert pace_after(0.1, 200) == MOST_COUNT


def test_one_slow_answer_is_no_reason_to_ask_for_less() -> None:
    pace = Pace()
    for _ in range(10):
        pace.measured(pace.count, 0.001)
    most = pace.count
    pace.measured(pace.count, 0.050)
    assert pace.count == most
    pace.measured(pace.count, 0.050)
    assert pace.count < most


def test_a_slow_answer_is_in_doubt_until_the_next() -> None:
    pace = Pace()
    for took_s in (0.001, 0.050):
        pace.measured(pace.count, took_s)
    assert pace.is_in_doubt
    pace.measured(pace.count, 0.001)
    assert not pace.is_in_doubt


async def test_a_scan_from_end_to_end_asks_a_slow_server_for_no_more_at_a_time() -> None:
    keys = [b"%d" % number for number in range(5_000)]
    asked: list[int] = []

    async def ask(
        cursor: ScanCursor | None = None, *, pattern: bytes | None = None, count: int = 1000
    ) -> ScanPage:
        assert pattern == b"*"
        if asked:
            time.sleep(0.05)  # noqa: ASYNC251  the server's time
        asked.append(count)
        start = cursor if isinstance(cursor, int) else 0
        end = start + count
        return ScanPage(keys[start:end], end if end < len(keys) else None)

    assert await scan_all(ask, b"*") == keys
    # Of a server this slow the second call tells, and the third makes sure.
    assert max(asked) <= 2 * LEAST_COUNT
    assert asked[-1] == LEAST_COUNT
