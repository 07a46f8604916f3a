"""`sinch-cache-gui scenario FILE...`: rehearsed calls without a window."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sinch_cache_gui.assumptions import CallAssumptions, assumed
from sinch_cache_gui.cache.connect import TargetKind, open_backend, parse_target
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.voice.assumption_reading import InvalidAssumptions, parse_assumptions
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.function_address import InvalidFunctionUrl
from sinch_cache_gui.voice.http_target import HttpTarget, function_target
from sinch_cache_gui.voice.scenario import Scenario
from sinch_cache_gui.voice.scenario_reading import InvalidScenario
from sinch_cache_gui.voice.scenario_report import junit_xml, report_lines
from sinch_cache_gui.voice.scenario_result import ScenarioResult
from sinch_cache_gui.voice.scenario_suite import (
    Suite,
    TimeMaker,
    UnreadableFile,
    aged_time,
    builtin_target,
    find_files,
    load,
    read_text,
)
from sinch_cache_gui.voice.signing import InvalidSecret, Signer, signer_of
from sinch_cache_gui.voice.timeline import MemoryTime
from sinch_cache_gui.whole_file import write_whole

EXIT_HOLDS, EXIT_FAILED, EXIT_BAD_INPUT = 0, 1, 2

KEY_VARIABLE, SECRET_VARIABLE = "VOICE_APPLICATION_KEY", "VOICE_APPLICATION_SECRET"

EPILOG = f"""\
A folder stands for every .json file in it. Time is simulated: a pause of ten minutes takes none.
On the embedded cache every key ages with it; on a Redis the keys that the scenario wrote, and those
it names with {{callid}} or {{caller}}: what a function behind a URL writes is not told.
Requests to --function are signed if {KEY_VARIABLE} and {SECRET_VARIABLE} are set.
Where no document says how the platform behaves, the defaults of the window are assumed, unless
--assumptions FILE or a scenario's own "assumptions" say otherwise: {{"menuRepeats": 3}}.

exit codes:  0 everything held,  1 something did not,  2 the input makes no sense
"""

Print = Callable[[str], None]


class BadInput(ValueError):
    """What was asked for makes no sense; the message says why."""


@dataclass(frozen=True, slots=True)
class ScenarioArguments:
    """What was asked for on the command line.

    Attributes:
        files: Files and folders.
        cache: The cache's URL; empty for the embedded one.
        prefix: Only keys below it are touched.
        function: The function's URL; empty for the built-in one.
        path_style: How its paths are made.
        may_leave: Whether the function may be on a public address.
        junit: Where to write JUnit XML.
        times: How often each scenario is run.
        speed: Simulated seconds in a real one; None: as fast as can be.
        assumptions: A file that says what is assumed of the platform otherwise than by default.
    """

    files: tuple[Path, ...]
    cache: str = ""
    prefix: bytes = b""
    function: str = ""
    path_style: str = "/{event}"
    may_leave: bool = False
    junit: Path | None = None
    times: int = 1
    speed: float | None = None
    assumptions: Path | None = None


def run_scenarios(argv: Sequence[str], tell: Print, complain: Print) -> int:
    """Do what the arguments after `scenario` ask; answer the exit code.

    Args:
        argv: The arguments.
        tell: Takes the lines of the report.
        complain: Takes what is wrong with the input.

    Raises:
        SystemExit: For --help (0) and unknown arguments (2).
    """
    arguments = _parse(argv)
    try:
        scenarios = [load(path) for path in find_files(arguments.files)]
        _check(scenarios, arguments)
        options = CallOptions(assumptions=_assumptions(arguments.assumptions))
        results = asyncio.run(_run(scenarios, arguments, options))
        if arguments.junit is not None:
            write_whole(arguments.junit, junit_xml(results))
    except (UnreadableFile, InvalidScenario, InvalidFunctionUrl, InvalidSecret, BadInput) as error:
        complain(str(error))
        return EXIT_BAD_INPUT
    except CacheError as error:
        complain(f"{error.title}. {error.detail}".strip())
        return EXIT_BAD_INPUT
    except OSError as error:
        complain(f"{arguments.junit}: {error.strerror}")
        return EXIT_BAD_INPUT
    for line in report_lines(results):
        tell(line)
    return EXIT_HOLDS if all(result.holds for result in results) else EXIT_FAILED


def main(argv: Sequence[str]) -> int:
    """Run on the terminal."""
    return run_scenarios(
        argv,
        tell=print,
        complain=lambda line: print(line, file=sys.stderr),  # noqa: T201 - for the terminal
    )


def _parse(argv: Sequence[str]) -> ScenarioArguments:
    parser = argparse.ArgumentParser(
        prog="sinch-cache-gui scenario",
        description="Run scenarios of simulated calls without a window.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="a scenario, or a folder of them")
    add("--cache", default="", metavar="URL", help="the cache; the embedded one if not given")
    add("--prefix", default="", help="touch only keys below this prefix")
    add("--function", default="", metavar="URL", help="who answers; built in if not given")
    add("--path", default="/{event}", metavar="STYLE", help="/{event} (default), / or any path")
    add("--allow-public", action="store_true", help="let the function be on a public address")
    add("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    add("--times", type=_times, default=1, metavar="N", help="run each scenario N times")
    add(
        "--speed",
        type=_speed,
        metavar="X",
        help="X simulated seconds in one; no limit if not given",
    )
    add(
        "--assumptions",
        type=Path,
        metavar="FILE",
        help="what is assumed of the platform (JSON; the window copies it from its assumptions)",
    )
    found = parser.parse_args(list(argv))
    return ScenarioArguments(
        files=tuple(found.files),
        cache=found.cache,
        prefix=found.prefix.encode("utf-8", "surrogateescape"),
        function=found.function,
        path_style=found.path,
        may_leave=found.allow_public,
        junit=found.junit,
        times=found.times,
        speed=found.speed,
        assumptions=found.assumptions,
    )


def _assumptions(file: Path | None) -> CallAssumptions:
    if file is None:
        return CallAssumptions()
    try:
        return assumed(parse_assumptions(read_text(file), str(file)))
    except InvalidAssumptions as error:
        raise BadInput(str(error)) from None


def _check(scenarios: Sequence[Scenario], arguments: ScenarioArguments) -> None:
    """A function of its own keeps its cache to itself: it must be said where to look."""
    if not arguments.function:
        return
    is_elsewhere = arguments.cache and parse_target(arguments.cache).kind is not TargetKind.MEMORY
    for scenario in scenarios:
        if scenario.looks_at_cache and not is_elsewhere:
            raise BadInput(
                f"{scenario.source}: this scenario looks at the cache of the function: say which "
                "Redis that is with --cache URL. What a function keeps in its own memory cannot be "
                "seen from here."
            )


async def _run(
    scenarios: Sequence[Scenario], arguments: ScenarioArguments, options: CallOptions
) -> list[ScenarioResult]:
    backend, make_time = _cache(arguments)
    function: HttpTarget | None = None
    try:
        await backend.connect()
        if arguments.function:
            function = function_target(
                arguments.function,
                path_style=arguments.path_style,
                signer=_signer(os.environ),
                may_leave=arguments.may_leave,
            )
        answers = function
        make_target = builtin_target(backend) if answers is None else lambda _now_ms: answers
        suite = Suite(backend, make_time, make_target, options=options)
        return await suite.run(scenarios, times=arguments.times, speed=arguments.speed)
    finally:
        if function is not None:
            await function.aclose()
        await backend.aclose()


def _cache(arguments: ScenarioArguments) -> tuple[CacheBackend, TimeMaker]:
    target = parse_target(arguments.cache or "memory:")
    if target.kind is TargetKind.MEMORY and not arguments.prefix:
        clock = VirtualClock()
        clock.set_pace(0)
        cache = MemoryCache(clock)
        return cache, lambda _written: MemoryTime(clock, cache)
    backend = open_backend(target, prefix=arguments.prefix)
    return backend, aged_time(backend)


def _signer(environment: Mapping[str, str]) -> Signer | None:
    """Sign as the application the environment names; a secret is no argument of a command.

    Raises:
        InvalidSecret: The environment names half of it, or no base64.
    """
    key, secret = (environment.get(name, "") for name in (KEY_VARIABLE, SECRET_VARIABLE))
    return signer_of(key, secret)


def _times(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1,000,000")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 0.01 <= speed <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0.01 to 1,000,000")
    return speed
