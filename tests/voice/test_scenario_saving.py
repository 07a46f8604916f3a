"""A call placed by hand becomes a scenario that holds."""

from __future__ import annotations

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.voice.scenario import Direction, Pause, Press
from sinch_cache_gui.voice.scenario_reading import parse_scenario
from sinch_cache_gui.voice.scenario_saving import Input, PlacedCall, scenario_text
from sinch_cache_gui.voice.scenario_suite import Suite, builtin_target
from sinch_cache_gui.voice.timeline import MemoryTime


async def test_a_call_is_written_down_and_holds_when_it_is_run(
    rehearse, builtin, cache, clock, setup
) -> None:
    call = rehearse(builtin(cache)).call
    started_ms, inputs = clock(), []
    await call.dial()
    for key in "21234":
        clock.advance(1.5)
        inputs.append(Input(clock(), {"press": key}))
        await call.press(key)

    text = scenario_text(
        PlacedCall(
            setup, Direction.INBOUND, False, started_ms, inputs, call.records, call.state.end
        )
    )
    scenario = parse_scenario(text)

    assert scenario.calls[0].steps[:4] == (Pause(1), Press("2"), Pause(1), Press("1"))
    assert "callbacks are ice pie pie dice" in text
    fresh_clock = VirtualClock()
    fresh = MemoryCache(fresh_clock)
    suite = Suite(fresh, lambda _w: MemoryTime(fresh_clock, fresh), builtin_target(fresh))
    assert (await suite.run([scenario]))[0].failures == ()


async def test_what_was_assumed_is_written_down_too(rehearse, builtin, cache, clock, setup) -> None:
    assumptions = CallAssumptions(tells_hangup_in_menu=False)
    call = rehearse(builtin(cache), assumes=assumptions).call
    started_ms = clock()
    await call.dial()
    await call.hang_up()

    left = [Input(clock(), {"hangUp": True})]
    placed = (setup, Direction.INBOUND, False, started_ms, left, call.records, call.state.end)
    text = scenario_text(PlacedCall(*placed, assumptions))

    assert parse_scenario(text).assumptions == {"tells_hangup_in_menu": False}
    fresh_clock = VirtualClock()
    fresh = MemoryCache(fresh_clock)
    suite = Suite(fresh, lambda _w: MemoryTime(fresh_clock, fresh), builtin_target(fresh))
    assert (await suite.run([parse_scenario(text)]))[0].failures == ()
