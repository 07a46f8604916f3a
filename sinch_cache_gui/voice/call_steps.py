"""The steps of a call, merged into one list: callbacks with what they asked, prompts, keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sinch_cache_gui.voice.call_events import CallbackRecord, LineKind, TranscriptLine
from sinch_cache_gui.voice.recording import CacheOperation


class StepKind(Enum):
    """What a step of a call is."""

    CALLBACK = "callback"
    OPERATION = "operation"
    HEARD = "heard"
    PRESSED = "pressed"
    NOTE = "note"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class CallbackStep:
    """A callback and its outcome."""

    record: CallbackRecord

    @property
    def kind(self) -> StepKind:
        """What it is."""
        return StepKind.CALLBACK

    @property
    def at_ms(self) -> int:
        """When it was sent, by the call's clock."""
        return self.record.sent_ms


@dataclass(frozen=True, slots=True)
class OperationStep:
    """What a callback asked of the cache; `number` is the callback's."""

    operation: CacheOperation
    number: int

    @property
    def kind(self) -> StepKind:
        """What it is."""
        return StepKind.OPERATION

    @property
    def at_ms(self) -> int:
        """When it was asked, by the call's clock."""
        return self.operation.at_ms


@dataclass(frozen=True, slots=True)
class LineStep:
    """What the caller heard or did, or what happened to the call."""

    line: TranscriptLine

    @property
    def kind(self) -> StepKind:
        """What it is."""
        return _KINDS[self.line.kind]

    @property
    def at_ms(self) -> int:
        """When, by the call's clock."""
        return self.line.at_ms


Step: TypeAlias = CallbackStep | OperationStep | LineStep

_KINDS = {
    LineKind.HEARD: StepKind.HEARD,
    LineKind.PRESSED: StepKind.PRESSED,
    LineKind.NOTE: StepKind.NOTE,
    LineKind.FAILURE: StepKind.FAILURE,
}


def steps_of(record: CallbackRecord) -> tuple[CallbackStep | OperationStep, ...]:
    """Answer a callback and, below it, what it asked of the cache, in order."""
    operations = (OperationStep(each, record.number) for each in record.operations)
    return (CallbackStep(record), *operations)
