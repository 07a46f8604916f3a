"""How long a silence is borne, on a loop whose clock jumps to whatever comes next."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine

import pytest

from sinch_cache_gui.cache.patience import Patience, Unsent

LIMIT_S = 5.0
LONG = 1_000_000


class HastyLoop(asyncio.SelectorEventLoop):
    """Waits for nothing but the clock, and has that jump."""

    def __init__(self) -> None:
        super().__init__(selectors.SelectSelector())
        self._now_s = 0.0
        select = self._selector.select  # type: ignore[attr-defined]  # a loop has one

        def jump(timeout: float | None = None) -> object:
            self._now_s += timeout or 0
            return select(0)

        self._selector.select = jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._now_s


def run(work: Coroutine[object, object, float]) -> float:
    with asyncio.Runner(loop_factory=HastyLoop) as runner:
        return runner.run(work)


async def waited(answered_at: float, unsent: Callable[[float], Unsent]) -> float:
    """Answer when an answer of that moment came, or when it was not waited for any more."""
    now = asyncio.get_running_loop().time
    patience = Patience(LIMIT_S)
    try:
        async with patience.limit(lambda: unsent(now())):
            await asyncio.sleep(answered_at)
    except TimeoutError:
        return -now()
    return now()


def test_what_arrives_bit_by_bit_is_waited_for_however_long_that_takes() -> None:
    def unsent(now: float) -> Unsent:
        return Unsent(max(LONG - round(now * 2_000), 0), LONG)

    assert run(waited(500, unsent)) == 500


def test_a_server_is_lost_as_soon_as_nothing_arrives_any_more() -> None:
    def unsent(now: float) -> Unsent:
        return Unsent(LONG - round(min(now, 30) * 2_000), LONG)

    lost_at = -run(waited(500, unsent))
    assert 30 + LIMIT_S <= lost_at <= 30 + LIMIT_S + 1


def test_a_short_command_is_answered_within_the_limit_or_never() -> None:
    assert run(waited(4.9, lambda _: Unsent(0, 200))) == 4.9
    assert run(waited(5.1, lambda _: Unsent(0, 200))) == -LIMIT_S


@pytest.mark.parametrize("unsent", [Unsent(0, LONG), Unsent(None, LONG)])
def test_what_a_tunnel_took_at_once_is_given_the_time_of_a_slow_line(unsent: Unsent) -> None:
    """Whether it moves behind the tunnel cannot be seen from here."""
    assert run(waited(50, lambda _: unsent)) == 50
    lost_at = -run(waited(500, lambda _: unsent))
    assert 50 < lost_at < 70


def test_each_answer_begins_the_time_anew() -> None:
    async def work() -> float:
        patience = Patience(LIMIT_S)
        async with patience.limit(lambda: Unsent(0, 200)):
            for _ in range(10):
                await asyncio.sleep(LIMIT_S - 0.1)
                patience.renew()
        return asyncio.get_running_loop().time()

    assert run(work()) == pytest.approx(49)
