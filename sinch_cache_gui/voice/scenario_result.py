"""What became of one run of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sinch_cache_gui.voice.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Failure:
    """Something a scenario expected and did not get.

    Attributes:
        line: Of the file.
        expectation: As it was written, or what was expected anyway.
        found: What was found instead.
        who: Which call, for people.
    """

    line: int
    expectation: str
    found: str
    who: str


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What became of one run.

    Attributes:
        scenario: What was run.
        failures: What did not hold; empty if all did.
        calls: How many calls were placed.
        callbacks: How many callbacks were sent.
        checked: How many expectations were checked.
        took_s: Seconds of real time.
        simulated_s: Seconds by the scenario's clock.
    """

    scenario: Scenario
    failures: tuple[Failure, ...]
    calls: int
    callbacks: int
    checked: int
    took_s: float
    simulated_s: float

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures


def added_up(runs: Sequence[ScenarioResult]) -> ScenarioResult:
    """Answer several runs of one scenario as one."""
    return ScenarioResult(
        runs[0].scenario,
        tuple(failure for run in runs for failure in run.failures),
        sum(run.calls for run in runs),
        sum(run.callbacks for run in runs),
        sum(run.checked for run in runs),
        sum(run.took_s for run in runs),
        sum(run.simulated_s for run in runs),
    )
