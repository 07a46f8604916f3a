"""Scenarios run on every cache, and tell what did not hold."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.resource_files import file_path
from sinch_cache_gui.scenario_command import run_scenarios
from sinch_cache_gui.voice.scenario import Scenario
from sinch_cache_gui.voice.scenario_reading import parse_scenario
from sinch_cache_gui.voice.scenario_result import ScenarioResult
from sinch_cache_gui.voice.scenario_suite import (
    Progress,
    Suite,
    aged_time,
    builtin_target,
    find_files,
    load,
)
from sinch_cache_gui.voice.timeline import MemoryTime, Timeline

SAMPLES = find_files([Path(file_path("scenarios"))])
CALLER = "+46701740605"


@pytest.fixture
async def on_memory() -> Suite:
    clock = VirtualClock()
    clock.set_pace(0)
    cache = MemoryCache(clock)
    return Suite(cache, lambda _written: MemoryTime(clock, cache), builtin_target(cache))


def scenario(*steps: object, expect: object = (), **more: object) -> Scenario:
    call = {"caller": CALLER, "steps": steps, "expect": expect, **more}
    return parse_scenario(json.dumps({"version": 1, "name": "x", "calls": [call]}, indent=1))


async def outcome(suite: Suite, *steps: object, **more: object) -> ScenarioResult:
    return (await suite.run([scenario(*steps, **more)]))[0]


def test_there_is_a_sample_of_each_kind() -> None:
    assert [path.stem for path in SAMPLES] == [
        "customer-lookup",
        "hang-up-in-menu",
        "rate-limit",
        "session-expired",
        "session-storage",
        "twenty-callers",
        "wrong-input",
    ]
    assert all(load(path).about for path in SAMPLES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
async def test_a_sample_holds_on_memory_however_often_it_is_run(
    on_memory: Suite, path: Path
) -> None:
    for result in await on_memory.run([load(path)], times=3):
        assert result.failures == ()
        assert result.checked


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
async def test_a_sample_holds_on_redis(redis_cache: CacheBackend, path: Path) -> None:
    suite = Suite(redis_cache, aged_time(redis_cache), builtin_target(redis_cache))
    for result in await suite.run([load(path)], times=2):
        assert result.failures == ()


async def test_time_that_is_skipped_ages_only_the_keys_of_the_scenario(
    redis_cache: CacheBackend,
) -> None:
    await redis_cache.set("somebody:else", 1, 700)
    suite = Suite(redis_cache, aged_time(redis_cache), builtin_target(redis_cache))

    result = (
        await suite.run(
            [
                scenario(
                    {"pause": 500},
                    {"expect": "ttl session:{callid} <= 100"},
                    {"expect": "ttl somebody:else > 600"},
                    timedSilence=False,
                )
            ]
        )
    )[0]

    assert result.failures == ()
    assert result.simulated_s == pytest.approx(500, abs=2)


@pytest.mark.parametrize(
    ("expectation", "found"),
    [
        ("cache nothing:here exists", "nothing:here does not exist"),
        ("cache session:{callid} is missing", "exists"),
        ("ttl session:{callid} <= 5", "has 600.000 s left"),
        ("ttl gone <= 5", "gone does not exist"),
        ('value session:{callid} .callerNumber == "x"', f'it is "{CALLER}"'),
        ("value session:{callid} .a.b == 1", "there is no a in"),
        ("value rate:{caller} == true", "it is 1"),
        ("value gone == 1", "gone does not exist"),
        ("reply to ice has action hangup", "its action is runMenu"),
        ("reply to ice has instruction playFiles", "its instructions are “say”"),
        ("reply to ice has status 200", "no HTTP status"),
        ("reply to dice 2 has status 200", "DICE was sent 1 times"),
        ("reply to ace has action hangup", "ACE was sent never"),
        ("callback ice .cli == 5", f'it is "{CALLER}"'),
        ('heard "Goodbye, moon"', "the caller heard"),
        ("callbacks are ice", "they were ice pie dice"),
        ("end reason is TIMEOUT", "it is CALLERHANGUP"),
        ("end result is BUSY", "it is ANSWERED"),
    ],
)
async def test_what_does_not_hold_is_told_with_what_was_found(
    on_memory: Suite, expectation: str, found: str
) -> None:
    result = await outcome(on_memory, expect=[expectation])

    assert [failure.expectation for failure in result.failures] == [expectation]
    assert found in result.failures[0].found


async def test_silence_and_pauses_end_menus_as_they_would(on_memory: Suite) -> None:
    result = await outcome(
        on_memory,
        {"silence": True},
        {"pause": 20},
        expect=["callbacks are ice pie dice", 'callback pie .menuResult.type == "timeout"'],
    )
    assert result.failures == ()


async def test_an_outbound_call_to_somebody_busy(on_memory: Suite) -> None:
    result = await outcome(
        on_memory,
        {"pause": 3},
        {"callee": "is busy"},
        direction="outbound",
        expect=["callbacks are dice", "end result is BUSY"],
    )
    assert result.failures == ()


async def test_a_callback_delivered_twice_counts_twice(on_memory: Suite) -> None:
    result = await outcome(
        on_memory, delivery={"twice": ["ice"]}, expect=["value rate:{caller} == 2"]
    )
    assert result.failures == ()


async def test_a_late_pie_finds_no_session_and_its_reply_no_caller(on_memory: Suite) -> None:
    result = await outcome(
        on_memory,
        {"press": "1"},
        delivery={"late": {"pie": 700}},
        mayFail=True,
        expect=["cache session:{callid} is missing", "end reason is CALLBACKERROR"],
    )
    assert result.failures == ()
    assert result.simulated_s == 700


async def test_a_pie_that_comes_after_dice(on_memory: Suite) -> None:
    result = await outcome(
        on_memory,
        {"press": "1"},
        delivery={"afterNext": ["pie"]},
        mayFail=True,
        expect=[
            "callbacks are ice pie dice",
            'value session:{callid} .menuChoice == "sales"',
        ],
    )
    assert result.failures == ()


async def test_a_reply_nobody_can_follow_fails_unless_that_is_expected(on_memory: Suite) -> None:
    result = await outcome(on_memory, {"press": "1"}, delivery={"afterNext": ["pie"]})
    assert "can be carried out" in result.failures[0].expectation


async def test_progress_is_told_run_by_run_and_call_by_call(cache: MemoryCache) -> None:
    told: list[Progress] = []
    clock = VirtualClock()
    suite = Suite(
        cache, lambda _written: MemoryTime(clock, cache), builtin_target(cache), told.append
    )
    await suite.run([scenario(times=2)], times=2)
    assert [(each.done, each.calls) for each in told] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (1, 2),
    ]


async def test_time_goes_on_only_while_everybody_waits(cache: MemoryCache) -> None:
    clock = VirtualClock()
    clock.set_pace(0)
    timeline = Timeline(MemoryTime(clock, cache))
    start_ms, seen = timeline.now_ms(), []

    async def wait(*seconds: float) -> None:
        for each in seconds:
            await timeline.sleep(each)
            seen.append((timeline.now_ms() - start_ms) / 1000)

    await timeline.run([wait(1, 3), wait(2, 1.5)])

    assert seen == [1, 2, 3.5, 4]


async def test_what_one_part_raises_ends_all(cache: MemoryCache) -> None:
    timeline = Timeline(MemoryTime(VirtualClock(), cache))

    async def fail() -> None:
        await timeline.sleep(1)
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        await timeline.run([fail(), timeline.sleep(5000)])


Command = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    def run(*arguments: object, text: str | None = None) -> tuple[int, list[str]]:
        lines: list[str] = []
        argv = [str(argument) for argument in arguments]
        if text is not None:
            (tmp_path / "own.json").write_text(text)
            argv.append(str(tmp_path / "own.json"))
        return run_scenarios(argv, lines.append, lines.append), lines

    return run


def failing() -> str:
    call = {"caller": CALLER, "expect": ["callbacks are ice"]}
    return json.dumps({"version": 1, "name": "Fails <&>", "calls": [call]})


def test_a_folder_of_samples_holds(command: Command) -> None:
    code, lines = command(Path(file_path("scenarios")), "--times", 2)
    assert code == 0
    assert lines[-1].startswith("14 runs, ")
    assert lines[0].startswith("ok     Customer lookup cached: 3 calls, 9 callbacks")


def test_a_failure_names_file_line_and_what_was_found(command: Command, tmp_path: Path) -> None:
    code, lines = command("--junit", tmp_path / "out.xml", text=failing())

    assert code == 1
    assert lines[1].endswith("own.json:1: call 1: callbacks are ice: they were ice pie dice")
    assert lines[-1].startswith("1 run, 1 failed")
    case = Xml.parse(tmp_path / "out.xml").getroot().find("testsuite/testcase")
    assert case is not None
    assert case.get("name") == "Fails <&>"
    assert "they were ice pie dice" in (case.find("failure").text or "")


def test_the_cache_may_be_a_redis(command: Command, redis_url: str) -> None:
    code, lines = command(SAMPLES[4], "--cache", redis_url, "--prefix", "fn:")
    assert (code, lines[0][:2]) == (0, "ok")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.json"], "no such file"),
        ([SAMPLES[0], "--cache", "http://x"], "not the URL of a cache"),
        ([SAMPLES[0], "--cache", "redis://127.0.0.1:1/0"], "127.0.0.1:1"),
        ([SAMPLES[0], "--function", "http://localhost:1"], "--cache"),
        ([SAMPLES[0], "--function", "http://localhost:1", "--cache", "memory:"], "own memory"),
        ([SAMPLES[0], "--junit", "/nowhere/at/all.xml"], "/nowhere/at/all.xml"),
    ],
)
def test_bad_input_is_told_in_a_sentence(command: Command, arguments: list, words: str) -> None:
    code, lines = command(*arguments)
    assert code == 2
    assert words in lines[-1]


LEAVES_AT_ONCE = {"caller": CALLER, "steps": [{"hangUp": True}]}


def test_what_is_assumed_may_be_said_in_a_file_and_in_the_scenario(
    command: Command, tmp_path: Path
) -> None:
    quietly = tmp_path / "assumptions" / "quiet.json"
    quietly.parent.mkdir()
    quietly.write_text('{"tellsHangupInMenu": false}')
    call = {**LEAVES_AT_ONCE, "expect": ["callbacks are ice dice"]}
    text = json.dumps({"version": 1, "name": "x", "calls": [call]})
    loud = json.dumps(
        {"version": 1, "name": "x", "assumptions": {"tellsHangupInMenu": True}, "calls": [call]}
    )

    assert command(text=text)[0] == 1
    assert command("--assumptions", quietly, text=text)[0] == 0
    assert command("--assumptions", quietly, text=loud)[0] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n"menuRepeats": 99}', ":2: “menuRepeats” is a whole number from 0 to 10."),
        ("{\n}}", "assumptions.txt:2: "),
        (None, "no such file"),
    ],
)
def test_assumptions_that_make_no_sense_are_bad_input(
    command: Command, tmp_path: Path, text: str | None, words: str
) -> None:
    file = tmp_path / "assumptions.txt"
    if text is not None:
        file.write_text(text)
    code, lines = command(SAMPLES[0], "--assumptions", file)
    assert code == 2
    assert words.lower() in lines[-1].lower()


def test_a_function_s_url_that_makes_no_sense_is_bad_input(command: Command) -> None:
    code, lines = command("--function", "localhost:1", text=failing())
    assert (code, lines[-1].startswith("A function's URL")) == (2, True)


def test_a_broken_file_is_bad_input(command: Command) -> None:
    code, lines = command(text='{"version": 1,\n"name": 5}')
    assert code == 2
    assert "own.json:2: “name” is a text." in "\n".join(lines)


def test_it_needs_no_qt_and_no_display() -> None:
    program = (
        "import sys; from sinch_cache_gui.__main__ import main;"
        f"code = main(['scenario', {str(SAMPLES[4])!r}]);"
        "assert not any(name.startswith(('PySide6', 'qasync')) for name in sys.modules);"
        "sys.exit(code)"
    )
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ok     Session storage")


def test_half_of_what_signs_is_refused_instead_of_sending_unsigned(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_APPLICATION_KEY", "669E367E-6BBA-48AB-AF15-266871C28135")
    monkeypatch.delenv("VOICE_APPLICATION_SECRET", raising=False)
    code, lines = command("--function", "http://localhost:9", text=failing())
    assert (code, lines) == (2, ["Signing takes both a key and a secret."])
