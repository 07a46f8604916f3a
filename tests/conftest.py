"""Fixtures every layer may use, and the hygiene every test is held to."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from tests.clock import Clock
from tests.redis_server import (
    RedisServer,
    RedisServerMissing,
    free_port,
    newer_program,
    start_redis,
    stop_redis,
)
from tests.redis_wire import NO_SCRIPTS, WiredServer

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

QT_LAYERS = ("ui", "end_to_end")
"""Folders below tests whose coroutines run on the window's own loop; the rest never meets Qt."""

failed_call = pytest.StashKey[bool]()
"""Whether the test itself failed: its traceback then keeps alive what it made."""


def is_qt_test(path: Path) -> bool:
    parts = path.relative_to(Path(__file__).parent).parts
    return parts[0] in QT_LAYERS


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where pytest-qt is not installed its settings are known all the same: strict config."""
    if importlib.util.find_spec("pytestqt") is None:
        for name in ("qt_api", "qt_log_level_fail", "qt_log_ignore"):
            parser.addini(name, "a setting of pytest-qt, which is not installed")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if not is_qt_test(item.path):
        return {"asyncio": asyncio.new_event_loop}

    def on_qt() -> asyncio.AbstractEventLoop:
        from PySide6.QtWidgets import QApplication

        from tests.between_runs import LoopBetweenRuns

        application = QApplication.instance() or QApplication([])
        return LoopBetweenRuns(application, already_running=False)

    return {"qasync": on_qt}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    report: pytest.TestReport = yield
    if report.when == "call":
        item.stash[failed_call] = report.failed
    return report


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> MemoryCache:
    """A development cache whose clock is in the hand."""
    return MemoryCache(clock)


@pytest.fixture(scope="session", autouse=True)
def what_was_there_before() -> None:
    """Modules and collected tests are no garbage: looking for it after each test skips them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test leaves no task, no unheard exception, no timer and no window behind."""
    if pytest_asyncio.is_async_test(request.node):
        request.getfixturevalue("nothing_left_in_the_loop")
    yield
    if is_qt_test(request.path):
        let_go_of_keys()
    if is_qt_test(request.path) and not request.node.stash.get(failed_call, False):
        left = clear_qt_leftovers()
        assert not left, f"left behind: {left}"


@pytest.fixture
async def nothing_left_in_the_loop() -> AsyncIterator[None]:
    """What a task or a callback raised and nobody awaited fails the test, as a left task does."""
    unheard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unheard.append(context))
    yield
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    # A task tells of its exception when it is collected.
    gc.collect()
    assert not left, f"tasks left running: {left}"
    assert not unheard, f"nobody awaited: {unheard}"


def let_go_of_keys() -> None:
    """Hold no key any more: QTest leaves Ctrl and Shift down, and a table asks for them.

    A row selected by the next test would be selected as if that had clicked it with them.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication, QWidget

    if QApplication.instance() is not None:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Control)


def clear_qt_leftovers() -> list[str]:
    """End and name every window and every running timer a test forgot."""
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    if QApplication.instance() is None:
        return []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    widgets = QApplication.topLevelWidgets()
    timers = [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), QTimer) and isValid(thing) and thing.isActive()
    ]
    left = [repr(thing) for thing in (*widgets, *timers)]
    for timer in timers:
        timer.stop()
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    return left


def started_redis(*options: str) -> tuple[RedisServer, subprocess.Popen[bytes]]:
    """As `start_redis`; a missing server skips, but fails where CI promises to have one."""
    try:
        return start_redis(*options)
    except RedisServerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def shared_newer_redis() -> Iterator[RedisServer]:
    """One server that knows TTLs of fields, for the run (of each worker)."""
    program = newer_program()
    if program is None:
        pytest.skip("no server with TTLs of fields: packaging/test installs one where it can")
    server, process = start_redis(program=program)
    yield server
    stop_redis(server, process)


@pytest.fixture
def newer_raw(shared_newer_redis: RedisServer) -> Iterator[redis.Redis]:
    """A plain client of such a server, empty."""
    client = redis.Redis.from_url(shared_newer_redis.url, protocol=2)
    client.flushall()
    yield client
    client.close()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """One server for the run (of each worker). Tests take `redis_url`, which is empty for each."""
    server, process = started_redis()
    yield server
    stop_redis(server, process)


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """The URL of a real, empty Redis. Whoever configures a server takes `own_redis`."""
    assert shared_redis.send("FLUSHALL") == "+OK"
    return shared_redis.url


@pytest.fixture
def raw(redis_url: str) -> Iterator[redis.Redis]:
    """A plain client of the empty server."""
    client = redis.Redis.from_url(redis_url, protocol=2)
    yield client
    client.close()


@pytest.fixture
async def redis_cache(redis_url: str) -> AsyncIterator[CacheBackend]:
    """The cache of production on the empty server."""
    backend = open_backend(parse_target(redis_url))
    await backend.connect()
    yield backend
    await backend.aclose()


@pytest.fixture
def own_redis() -> Iterator[Callable[..., tuple[RedisServer, subprocess.Popen[bytes]]]]:
    """Start servers a test may configure, pause, kill and start again."""
    started: list[tuple[RedisServer, subprocess.Popen[bytes]]] = []

    def start(*options: str) -> tuple[RedisServer, subprocess.Popen[bytes]]:
        pair = started_redis(*options)
        started.append(pair)
        return pair

    yield start
    for server, process in started:
        stop_redis(server, process)


@pytest.fixture(scope="session")
def wired_standalone() -> Iterator[WiredServer]:
    server, process = started_redis(*NO_SCRIPTS)
    wired = WiredServer(server.port)
    yield wired
    wired.raw.close()
    stop_redis(server, process)


@pytest.fixture(scope="session")
def wired_cluster() -> Iterator[WiredServer]:
    """A cluster of one node, which tells everybody that it is where the wire is."""
    wire_port = free_port()
    server, process = started_redis(
        *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
        *("--cluster-announce-port", str(wire_port)),
        *NO_SCRIPTS,
    )
    wired = WiredServer(server.port, is_cluster=True)
    wired.wire.port = wire_port
    wired.raw.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
    while b"cluster_state:ok" not in wired.raw.execute_command("CLUSTER", "INFO"):
        time.sleep(0.01)
    yield wired
    wired.raw.close()
    stop_redis(server, process)


STANDALONE_PATHS = [("standalone", True), ("standalone", False)]
CLUSTER_PATHS = [("cluster", True), ("cluster", False)]
"""Ways of a write to a wired server: where that is, and whether it may be a script."""


def path_name(path: tuple[str, bool]) -> str:
    return f"{path[0]}, {'Lua' if path[1] else 'WATCH'}"


@pytest.fixture(params=[*STANDALONE_PATHS, *CLUSTER_PATHS], ids=path_name)
async def wired_cache(
    request: pytest.FixtureRequest,
) -> AsyncIterator[tuple[WiredServer, CacheBackend]]:
    """A cache with a wire between it and its server, on every way a write can take."""
    where, can_script = request.param
    wired: WiredServer = request.getfixturevalue(f"wired_{where}")
    async with wired.cache(can_script=can_script) as cache:
        yield wired, cache
