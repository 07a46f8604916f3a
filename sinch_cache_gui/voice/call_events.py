"""What a call tells while it runs, and what it has to show afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.callbacks import Callback, Event
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.recording import CacheOperation
from sinch_cache_gui.voice.svaml import Svaml
from sinch_cache_gui.voice.targets import Answered, Reply


class CallPhase(Enum):
    """Where a call stands."""

    READY = "ready"
    """Nobody has dialled."""
    WAITING = "waiting for the function"
    MENU = "in a menu"
    CONNECTING = "connecting"
    """The callee's phone rings."""
    CONNECTED = "connected"
    PARKED = "parked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended.

    Attributes:
        reason: As `reason` of DICE carries it.
        result: As `result` of DICE carries it.
        text: One line for people.
        assumed: Which of these two no document says.
    """

    reason: str
    result: str
    text: str
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallState:
    """A call at one moment.

    Attributes:
        call_id: Its id.
        phase: Where it stands.
        waiting_for: The callback whose reply is awaited.
        menu_id: The menu that is active.
        started_ms: When it was dialled, by the call's clock.
        ended_ms: When it ended.
        end: How it ended.
    """

    call_id: str
    phase: CallPhase = CallPhase.READY
    waiting_for: Event | None = None
    menu_id: str | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    end: CallEnd | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was dialled and has not ended."""
        return self.phase not in (CallPhase.READY, CallPhase.ENDED)


@dataclass(frozen=True, slots=True)
class CallbackRecord:
    """One callback, what was answered, and what it did.

    Attributes:
        number: From 1, in the order of the call; below 0 for what was sent beside it.
        callback: What was sent.
        sent_ms: When, by the call's clock.
        took_ms: Milliseconds of real time until the answer.
        reply: What came back.
        svaml: What was understood of it.
        problems: What there is to say about it, the worst first.
        operations: What it asked of the cache, in order.
        consequence: What the platform does since the reply cannot be carried out; empty if it can.
        assumed: The fields of the callback whose content no document says.
    """

    number: int
    callback: Callback
    sent_ms: int
    took_ms: float
    reply: Reply
    svaml: Svaml | None
    problems: tuple[Problem, ...]
    operations: tuple[CacheOperation, ...]
    consequence: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def event(self) -> Event:
        """Which callback it was."""
        return self.callback.event

    @property
    def has_failed(self) -> bool:
        """Whether no answer could be carried out."""
        return not isinstance(self.reply, Answered) or any(
            problem.weight is Weight.ERROR for problem in self.problems
        )


class LineKind(Enum):
    """What a line of the transcript is."""

    HEARD = "heard"
    PRESSED = "pressed"
    NOTE = "note"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """What the caller heard or did, or what happened to the call.

    Attributes:
        kind: What it is.
        text: For people.
        at_ms: When, by the call's clock.
    """

    kind: LineKind
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The call stands elsewhere now."""

    state: CallState


@dataclass(frozen=True, slots=True)
class CallbackStarted:
    """A callback was sent; its reply is awaited."""

    callback: Callback


@dataclass(frozen=True, slots=True)
class CallbackFinished:
    """A callback has its outcome."""

    record: CallbackRecord


@dataclass(frozen=True, slots=True)
class OperationDone:
    """A callback asked something of the cache."""

    operation: CacheOperation


@dataclass(frozen=True, slots=True)
class TranscriptGrew:
    """The transcript has one line more."""

    line: TranscriptLine


CallEvent: TypeAlias = (
    StateChanged | CallbackStarted | CallbackFinished | OperationDone | TranscriptGrew
)
CallListener: TypeAlias = Callable[[CallEvent], None]


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How calls are simulated.

    Attributes:
        is_silence_timed: Whether silence in a menu is measured by the clock. Off: the caller thinks
            as long as wanted, and is silent by `Call.silence()`.
        assumptions: What is assumed of the platform where documents leave a choice.
    """

    is_silence_timed: bool = False
    assumptions: CallAssumptions = CallAssumptions()  # noqa: RUF009 (frozen)
