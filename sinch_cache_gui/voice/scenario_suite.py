"""Many scenarios, many times, one after the other, and what became of them."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.voice.builtin import BuiltinFunction
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.placed_calls import AgeingKeys
from sinch_cache_gui.voice.scenario import Scenario
from sinch_cache_gui.voice.scenario_reading import parse_scenario
from sinch_cache_gui.voice.scenario_result import Failure, ScenarioResult
from sinch_cache_gui.voice.scenario_run import ScenarioRun
from sinch_cache_gui.voice.targets import BuiltinTarget, Target
from sinch_cache_gui.voice.timeline import AgedTime, SimulatedTime

SUFFIX = ".json"

TimeMaker: TypeAlias = Callable[[AgeingKeys], SimulatedTime]
"""Makes the time of one run, given the keys it passes for."""
TargetMaker: TypeAlias = Callable[[Callable[[], int]], Target]
"""Makes who answers, given the clock of the run."""


class UnreadableFile(ValueError):
    """A file or folder that holds no scenario; the message names it."""


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Answer the files named, and those in the folders named, in order.

    Raises:
        UnreadableFile: There is no such file, or nothing in the folder.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.glob(f"*{SUFFIX}"))
            if not inside:
                raise UnreadableFile(f"{path}: no {SUFFIX} file is in this folder")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UnreadableFile(f"{path}: there is no such file")
    return found


def load(path: Path) -> Scenario:
    """Read the scenario of a file.

    Raises:
        UnreadableFile: It cannot be read.
        InvalidScenario: It holds none.
    """
    return parse_scenario(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read a file whole.

    Raises:
        UnreadableFile: It cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UnreadableFile(f"{path}: {reason}") from None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a suite is.

    Attributes:
        done: Runs that are over.
        total: Runs in all.
        name: Of the scenario that runs.
        calls: Calls of that run that are over.
    """

    done: int
    total: int
    name: str
    calls: int = 0


class Suite:
    """Runs scenarios against one function and one cache.

    Args:
        cache: What is prepared and looked at.
        make_time: Makes the time each run lives in.
        make_target: Makes who answers.
        on_progress: Told of every run that begins and every call that is over.
        options: How the calls are simulated; the defaults if None.
    """

    def __init__(
        self,
        cache: CacheBackend,
        make_time: TimeMaker,
        make_target: TargetMaker,
        on_progress: Callable[[Progress], None] = lambda _progress: None,
        options: CallOptions | None = None,
    ) -> None:
        self._cache = cache
        self._make_time = make_time
        self._make_target = make_target
        self._on_progress = on_progress
        self._options = options

    async def run(
        self, scenarios: Sequence[Scenario], *, times: int = 1, speed: float | None = None
    ) -> list[ScenarioResult]:
        """Run each of them `times` times; what fails does not keep the rest from running."""
        results: list[ScenarioResult] = []
        total = len(scenarios) * times
        for scenario in scenarios:
            for _ in range(times):
                now = Progress(len(results), total, scenario.name)
                self._on_progress(now)
                results.append(await self._run_one(scenario, speed, now))
                await asyncio.sleep(0)
        return results

    async def _run_one(
        self, scenario: Scenario, speed: float | None, now: Progress
    ) -> ScenarioResult:
        ageing = AgeingKeys()
        simulated = self._make_time(ageing)
        run = ScenarioRun(
            scenario,
            cache=self._cache,
            time=simulated,
            ageing=ageing,
            target=self._make_target(simulated.now_ms),
            new_id=lambda: uuid.uuid4().hex,
            speed=speed,
            on_call=lambda tally: self._on_progress(replace(now, calls=tally.calls)),
            options=self._options,
        )
        since = time.perf_counter()
        try:
            return await run.run()
        except CacheError as error:
            found = f"{error.title}. {error.detail}".strip()
            failure = Failure(1, "the cache answers", found, scenario.name)
            took_s = time.perf_counter() - since
            return ScenarioResult(scenario, (failure,), 0, 0, 0, took_s, 0)


def builtin_target(cache: CacheBackend) -> TargetMaker:
    """Answer who makes the built-in function on `cache`."""
    return lambda now_ms: BuiltinTarget(BuiltinFunction(now_ms), cache, now_ms)


def aged_time(cache: CacheBackend) -> TimeMaker:
    """Answer who makes the time of a cache whose clock cannot be moved."""
    return lambda ageing: AgedTime(cache, ageing)
