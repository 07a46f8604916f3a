"""A scenario: callers, what they do, and what is expected of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from sinch_cache_gui.assumptions import AssumedValue
from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Amd, Event
from sinch_cache_gui.voice.expectations import Expectation, key_looked_at

VERSION: Final = 1
"""Of the files. A later version is refused, not guessed at."""

MOST_CALLERS: Final = 10_000


class Direction(Enum):
    """Who placed a call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CalleeDoes(Enum):
    """What the called party does."""

    ANSWERS = "answers"
    IS_BUSY = "is busy"
    DOES_NOT_ANSWER = "does not answer"
    CANNOT_BE_REACHED = "cannot be reached"
    HANGS_UP = "hangs up"


@dataclass(frozen=True, slots=True)
class Press:
    """The caller presses keys.

    Attributes:
        keys: One after the other.
        gap_s: Seconds between two of them.
    """

    keys: str
    gap_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Pause:
    """Time passes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class BeSilent:
    """The caller does nothing until the menu's time is up."""


@dataclass(frozen=True, slots=True)
class Speak:
    """The caller says something."""

    words: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The caller hangs up."""


@dataclass(frozen=True, slots=True)
class Callee:
    """The called party does something.

    Attributes:
        amd: What answering-machine detection finds when they answer.
    """

    does: CalleeDoes
    amd: Amd | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """The platform notifies of something beside the call.

    Attributes:
        fields: Of the callback; `type` at least.
    """

    fields: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Expect:
    """This holds at this moment of the call."""

    expectation: Expectation


Step: TypeAlias = Press | Pause | BeSilent | Speak | HangUp | Callee | Notice | Expect


@dataclass(frozen=True, slots=True)
class Given:
    """What a key holds before the first call.

    Attributes:
        key: With placeholders.
        value: Its value; None: there is no such key.
        ttl_s: How long it lives.
    """

    key: str
    value: JsonValue
    ttl_s: int | None = None


@dataclass(frozen=True, slots=True)
class Deviations:
    """What goes wrong on the way to the function.

    Attributes:
        duplicated: Callbacks that are delivered twice.
        swapped: Callbacks that are delivered only after the one that follows them.
        delays_s: Callbacks that are delivered this late.
    """

    duplicated: frozenset[Event] = frozenset()
    swapped: frozenset[Event] = frozenset()
    delays_s: Mapping[Event, float] = field(default_factory=dict)

    @property
    def are_any(self) -> bool:
        """Whether anything goes wrong at all."""
        return bool(self.duplicated or self.swapped or self.delays_s)


@dataclass(frozen=True, slots=True)
class ScriptedCall:
    """One call of a scenario, maybe placed by many callers or many times.

    Attributes:
        name: Unique in the scenario.
        line: Of the file.
        direction: Who placed it.
        caller: The first caller's number; further callers count up from it.
        called: The called number.
        call_id: Its id; empty for a new one each time. May hold {n}.
        callers: How many callers place it at once.
        times: How often each caller places it, one call after the other.
        after: The call that is over before this one begins; empty for none.
        starts_at_s: Seconds into the scenario (or after `after`) when it begins.
        is_silence_timed: Whether a pause in a menu can end the menu.
        fields: Further fields of every callback.
        steps: What happens in the call. At their end the caller hangs up.
        expectations: What holds when each call is over.
        deviations: What goes wrong on the way.
        may_fail: Whether a callback without a usable reply is no failure of the scenario.
    """

    name: str
    line: int
    direction: Direction
    caller: str
    called: str
    call_id: str = ""
    callers: int = 1
    times: int = 1
    after: str = ""
    starts_at_s: float = 0.0
    is_silence_timed: bool = True
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    deviations: Deviations = Deviations()
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as its file says it.

    Attributes:
        name: For people.
        source: The file's name; empty if it was never in one.
        about: What it shows, a sentence or two.
        given: What the cache holds before the first call, for each call.
        calls: The calls.
        expectations: What holds when all calls are over, of every call.
        assumptions: What is assumed of the platform otherwise than by default or by whoever runs
            it, by the names of the attributes of `CallAssumptions`.
    """

    name: str
    source: str = ""
    about: str = ""
    given: tuple[Given, ...] = ()
    calls: tuple[ScriptedCall, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    assumptions: Mapping[str, AssumedValue] = field(default_factory=dict)

    @property
    def looks_at_cache(self) -> bool:
        """Whether it needs a cache to be checked against or prepared."""
        return bool(self.given) or any(each.looks_at_cache for each in self._everything_expected())

    @property
    def keys_of_calls(self) -> tuple[str, ...]:
        """The keys it names that belong to one call or caller, with their placeholders."""
        expected = (key_looked_at(each.check) for each in self._everything_expected())
        named = dict.fromkeys((*(given.key for given in self.given), *expected))
        return tuple(key for key in named if "{callid}" in key or "{caller}" in key)

    def _everything_expected(self) -> tuple[Expectation, ...]:
        steps = (step for call in self.calls for step in call.steps)
        inside = (step.expectation for step in steps if isinstance(step, Expect))
        after = (expectation for call in self.calls for expectation in call.expectations)
        return (*self.expectations, *inside, *after)
