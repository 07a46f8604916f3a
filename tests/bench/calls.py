"""Many simulated calls at once: on Redis by the built-in function, and to a function on Node.

Each call is four callbacks: ICE, PIE (opening hours, and the menu again), PIE (sales), DICE. They
run on the window's own kind of loop, twice: for the times, and with a heartbeat of 1 ms for the
gaps. The yardstick is the same load by httpx alone, on that loop and on asyncio's own: the same
callers at once, the same four bodies, no reply read as SVAML.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from time import perf_counter

import httpx
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.voice.call_events import CallOptions
from sinch_cache_gui.voice.callbacks import (
    CallSetup,
    Destination,
    MenuResult,
    Money,
    dice,
    ice,
    pie,
)
from sinch_cache_gui.voice.http_target import function_target
from sinch_cache_gui.voice.scenario import Scenario
from sinch_cache_gui.voice.scenario_reading import parse_scenario
from sinch_cache_gui.voice.scenario_result import ScenarioResult
from sinch_cache_gui.voice.scenario_suite import Suite, TargetMaker, aged_time, builtin_target
from sinch_cache_gui.voice.signing import Signer
from tests.bench.real_window import Heartbeat
from tests.node_function import node_function
from tests.redis_server import start_redis, stop_redis

KEY, SECRET = "669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA=="
CALLBACKS = 4
FIRST_CALLER = 46_701_740_000
PATIENCE_S = 60
"""Ours and the yardstick wait so long for a reply: a slow machine shows as few calls a second."""
PATIENT = CallOptions(assumptions=CallAssumptions(reply_timeout_ms=PATIENCE_S * 1000))


def scenario_of(callers: int) -> Scenario:
    call = {
        "caller": f"+{FIRST_CALLER}",
        "callers": callers,
        "steps": [{"press": "3"}, {"press": "1"}],
        "expect": ["callbacks are ice pie pie dice"],
    }
    return parse_scenario(json.dumps({"version": 1, "name": "load", "calls": [call]}))


async def run_calls(
    cache: CacheBackend, make_target: TargetMaker, callers: int, *, beats: bool
) -> tuple[ScenarioResult, float]:
    suite = Suite(cache, aged_time(cache), make_target, options=PATIENT)
    async with Heartbeat(is_on=beats).listening() as gaps:
        results = await suite.run([scenario_of(callers)])
    return results[0], gaps[int(len(gaps) * 0.99)]


async def on_redis(url: str, callers: int, runs: int) -> dict[str, float]:
    cache = open_backend(parse_target(url))
    await cache.connect()
    try:
        return await measured(cache, builtin_target(cache), callers, runs)
    finally:
        await cache.aclose()


async def on_node(url: str, callers: int, runs: int) -> dict[str, float]:
    cache = MemoryCache()
    function = function_target(url, signer=Signer(KEY, SECRET))
    try:
        return await measured(cache, lambda _now_ms: function, callers, runs)
    finally:
        await function.aclose()


async def measured(
    cache: CacheBackend, make_target: TargetMaker, callers: int, runs: int
) -> dict[str, float]:
    await run_calls(cache, make_target, callers, beats=False)
    timed = [await run_calls(cache, make_target, callers, beats=False) for _ in range(runs)]
    beaten = [await run_calls(cache, make_target, callers, beats=True) for _ in range(runs)]
    return {
        "calls_per_s": round(max(result.calls / result.took_s for result, _ in timed)),
        "gap_p99_ms": round(min(gap for _, gap in beaten), 1),
        "errors": sum(len(result.failures) for result, _ in timed + beaten),
    }


async def bare(url: str, callers: int, runs: int) -> float:
    """Calls a second by httpx alone."""
    async with httpx.AsyncClient(
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=256), timeout=PATIENCE_S
    ) as client:
        best = 0.0
        for _ in range(runs + 1):
            loads = [bodies(number) for number in range(callers)]
            began = perf_counter()
            await asyncio.gather(*(post(client, url, load) for load in loads))
            best = max(best, callers / (perf_counter() - began))
        return best


def bodies(number: int) -> list[tuple[str, bytes]]:
    setup = CallSetup(uuid.uuid4().hex, f"+{FIRST_CALLER + number}", Destination("+46846500412"))
    hours, sales = (MenuResult("return", "main", value, "dtmf") for value in ("hours", "sales"))
    end = dice(setup, 0, reason="N/A", result="N/A", duration_s=0, debit=Money())
    return [
        ("/ice", ice(setup, 0).body()),
        ("/pie", pie(setup, 0, hours).body()),
        ("/pie", pie(setup, 0, sales).body()),
        ("/dice", end.body()),
    ]


async def post(client: httpx.AsyncClient, url: str, load: list[tuple[str, bytes]]) -> None:
    headers = {"Content-Type": "application/json"}
    for path, body in load:
        reply = await client.post(url + path, content=body, headers=headers)
        reply.raise_for_status()


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench calls")
    parser.add_argument("--callers", type=int, default=200, help="at once")
    parser.add_argument("--runs", type=int, default=3, help="of each; the best counts")
    arguments = parser.parse_args(argv)
    callers, runs = arguments.callers, arguments.runs
    application = QApplication([])

    def on_qt(work: Callable[[], Coroutine[object, object, object]]) -> object:
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            return runner.run(work())

    server, process = start_redis()
    try:
        redis = on_qt(lambda: on_redis(server.url, callers, runs))
    finally:
        stop_redis(server, process)
    with node_function(QUIET="1") as function:
        node = on_qt(lambda: on_node(function.url, callers, runs))
        bare_qt = on_qt(lambda: bare(function.url, callers, runs))
        bare_asyncio = asyncio.run(bare(function.url, callers, runs))
    assert isinstance(redis, dict)
    assert isinstance(node, dict)
    assert isinstance(bare_qt, float)
    figures = {
        "callers": callers,
        "callbacks_per_call": CALLBACKS,
        **{f"redis_{name}": value for name, value in redis.items()},
        **{f"node_{name}": value for name, value in node.items()},
        "bare_httpx_calls_per_s": round(bare_qt),
        "bare_httpx_asyncio_calls_per_s": round(bare_asyncio),
        "node_vs_bare": round(node["calls_per_s"] / bare_qt, 2),
        "node_vs_bare_asyncio": round(node["calls_per_s"] / bare_asyncio, 2),
    }
    print(json.dumps(figures))
    return 0
