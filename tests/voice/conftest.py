"""A clock that moves by hand, a cache that follows it, and calls placed on both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.cache.interface import FunctionCache, JsonValue
from sinch_cache_gui.voice.builtin import BuiltinFunction
from sinch_cache_gui.voice.call import Call
from sinch_cache_gui.voice.call_events import CallEvent, CallOptions, LineKind
from sinch_cache_gui.voice.callbacks import Callback, CallSetup, Destination
from sinch_cache_gui.voice.targets import (
    Answered,
    BuiltinTarget,
    Failed,
    OperationListener,
    Reply,
    Target,
)
from tests.clock import Clock

CALL_ID = "4f1c0ffee4f1c0ffee4f1c0ffee4f1c0"
CALLER = "+46701740605"
STRANGER = "+46701740699"
CALLED = "+46846500412"


@dataclass
class ScriptedTarget:
    """Answers each callback with the next reply of a script, and keeps what it was sent."""

    replies: list[bytes | Reply]
    received: list[Callback] = field(default_factory=list)
    label: str = "script"

    async def answer(self, callback: Callback, on_operation: OperationListener) -> Reply:
        self.received.append(callback)
        reply = self.replies.pop(0) if self.replies else b""
        return Answered(reply) if isinstance(reply, bytes) else reply


@dataclass
class Rehearsal:
    """One call and everything it told."""

    call: Call
    events: list[CallEvent]

    def heard(self) -> list[str]:
        return self._lines(LineKind.HEARD)

    def notes(self) -> list[str]:
        return self._lines(LineKind.NOTE)

    def failures(self) -> list[str]:
        return self._lines(LineKind.FAILURE)

    def sent(self) -> list[str]:
        return [str(record.event) for record in self.call.records]

    def request(self, number: int) -> dict[str, JsonValue]:
        return dict(self.call.records[number].callback.fields)

    def _lines(self, kind: LineKind) -> list[str]:
        return [line.text for line in self.call.transcript if line.kind is kind]


@pytest.fixture
def setup() -> CallSetup:
    return CallSetup(CALL_ID, CALLER, Destination(CALLED))


Rehearse = Callable[..., Rehearsal]


@pytest.fixture
def rehearse(clock: Clock, setup: CallSetup) -> Rehearse:
    """Make a call to a target, ready to be dialled."""

    def make(
        target: Target,
        *,
        who: CallSetup | None = None,
        options: CallOptions | None = None,
        assumes: CallAssumptions | None = None,
    ) -> Rehearsal:
        events: list[CallEvent] = []
        if assumes is not None:
            options = CallOptions(assumptions=assumes)
        call = Call(who or setup, target, now_ms=clock, listener=events.append, options=options)
        return Rehearsal(call, events)

    return make


@pytest.fixture
def script() -> Callable[..., ScriptedTarget]:
    """A function that answers with these replies, one after the other."""

    def make(*replies: bytes | Reply | JsonValue) -> ScriptedTarget:
        ready = (bytes, Answered, Failed)
        return ScriptedTarget(
            [reply if isinstance(reply, ready) else json.dumps(reply).encode() for reply in replies]
        )

    return make


@pytest.fixture
def builtin(clock: Clock) -> Callable[[FunctionCache], BuiltinTarget]:
    """The built-in function on a cache."""
    return lambda cache: BuiltinTarget(BuiltinFunction(clock), cache, clock)
