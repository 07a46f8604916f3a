"""The calls a scenario places, and the keys they have to do with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sinch_cache_gui.voice.call_events import CallEvent, OperationDone
from sinch_cache_gui.voice.callbacks import CallSetup, Destination
from sinch_cache_gui.voice.expectation_check import filled
from sinch_cache_gui.voice.scenario import ScriptedCall


@dataclass(frozen=True, slots=True)
class Placed:
    """One call of one caller.

    Attributes:
        script: What happens in it.
        setup: Who calls whom.
        number: From 1, among the calls of the same script.
    """

    script: ScriptedCall
    setup: CallSetup
    number: int

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the {placeholders} stand for in this call."""
        return {
            "callid": self.setup.call_id,
            "caller": self.setup.caller,
            "called": self.setup.called.endpoint,
            "n": str(self.number),
        }

    @property
    def who(self) -> str:
        """Which call it is, for people."""
        several = self.script.callers * self.script.times > 1
        return f"{self.script.name} #{self.number}" if several else self.script.name


class AgeingKeys:
    """The keys simulated time passes for: those calls wrote, and those that belong to a call."""

    def __init__(self) -> None:
        self._keys: dict[bytes, None] = {}

    def hear(self, event: CallEvent) -> None:
        """Remember what is written."""
        if isinstance(event, OperationDone) and event.operation.is_write:
            self._keys[event.operation.key_bytes] = None

    def add(self, key: str) -> None:
        """Remember a key."""
        self._keys[key.encode("utf-8", "backslashreplace")] = None

    def __call__(self) -> Sequence[bytes]:
        """Answer them."""
        return tuple(self._keys)


def placed_calls(
    script: ScriptedCall, new_id: Callable[[], str], *, adds_call_id_alias: bool = True
) -> list[Placed]:
    """Every call of a script, one caller after the other."""
    placed = []
    for caller_at in range(script.callers):
        for time_at in range(script.times):
            number = caller_at * script.times + time_at + 1
            setup = CallSetup(
                call_id=filled(script.call_id, {"n": str(number)}) or new_id(),
                caller=_counted_up(script.caller, caller_at),
                called=Destination(script.called),
                adds_call_id_alias=adds_call_id_alias,
                unknown=script.fields,
            )
            placed.append(Placed(script, setup, number))
    return placed


def _counted_up(number: str, by: int) -> str:
    return f"+{int(number[1:]) + by}" if by else number
