"""A call that was placed by hand, written down as a scenario."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sinch_cache_gui.assumptions import CallAssumptions, adjusted
from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.call_events import CallbackRecord, CallEnd
from sinch_cache_gui.voice.callbacks import CallSetup
from sinch_cache_gui.voice.scenario import VERSION, Direction


@dataclass(frozen=True, slots=True)
class Input:
    """Something that was done in a call.

    Attributes:
        at_ms: When, by the call's clock.
        step: As a scenario writes it: `{"press": "1"}`.
    """

    at_ms: int
    step: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """A call and what was done in it.

    Attributes:
        setup: Who called whom.
        direction: Who placed it.
        is_silence_timed: Whether silence was measured by the clock.
        started_ms: When it was placed.
        inputs: What was done, in order.
        records: Its callbacks, in order.
        end: How it ended; None if it has not.
        assumptions: What was assumed of the platform.
    """

    setup: CallSetup
    direction: Direction
    is_silence_timed: bool
    started_ms: int
    inputs: Sequence[Input]
    records: Sequence[CallbackRecord]
    end: CallEnd | None
    assumptions: CallAssumptions = CallAssumptions()  # noqa: RUF009 (frozen)


def scenario_text(call: PlacedCall) -> str:
    """Answer the call as the text of a scenario file; it expects what happened.

    Pauses are whole seconds; under a second there is none.
    """
    steps: list[JsonValue] = []
    last_ms = call.started_ms
    for each in call.inputs:
        paused_s = (each.at_ms - last_ms) // 1000
        if paused_s > 0:
            steps.append({"pause": paused_s})
        steps.append(dict(each.step))
        last_ms = each.at_ms
    scripted: dict[str, JsonValue] = {
        "direction": call.direction.value,
        "caller": call.setup.caller,
        "called": call.setup.called.endpoint,
        "timedSilence": call.is_silence_timed,
        "steps": steps,
        "expect": list(_expectations(call)),
    }
    assumptions: dict[str, JsonValue] = dict(adjusted(call.assumptions))
    scenario: dict[str, JsonValue] = {
        "version": VERSION,
        "name": f"{call.setup.caller} calls {call.setup.called.endpoint}",
        "about": "Written down from a call that was placed by hand.",
        **({"assumptions": assumptions} if assumptions else {}),
        "calls": [scripted],
    }
    return json.dumps(scenario, indent=2, ensure_ascii=False) + "\n"


def _expectations(call: PlacedCall) -> list[str]:
    events = [record.event for record in call.records]
    found = [f"callbacks are {' '.join(events)}"] if events else []
    for at, record in enumerate(call.records):
        if record.svaml is not None:
            number = events[: at + 1].count(record.event)
            found.append(f"reply to {record.event} {number} has action {record.svaml.action_name}")
    if call.end is not None:
        found.append(f"end reason is {call.end.reason}")
    return found
