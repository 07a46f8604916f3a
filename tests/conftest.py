"""Fixtures every layer may use, and the hygiene every test is held to."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

QT_LAYERS = ("ui", "end_to_end")
"""Folders below tests whose coroutines run on the window's own loop; the rest never meets Qt."""


def is_qt_test(path: Path) -> bool:
    parts = path.relative_to(Path(__file__).parent).parts
    return parts[0] in QT_LAYERS


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if not is_qt_test(item.path):
        return {"asyncio": asyncio.new_event_loop}

    def on_qt() -> asyncio.AbstractEventLoop:
        from PySide6.QtWidgets import QApplication
        from qasync import QEventLoop

        application = QApplication.instance() or QApplication([])
        return QEventLoop(application, already_running=False)

    return {"qasync": on_qt}


@pytest.fixture(autouse=True)
async def no_task_is_left_behind() -> Iterator[None]:
    """A test that leaves a task running has an owner who forgot it."""
    yield
    await asyncio.sleep(0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert not left, f"tasks left running: {left}"


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A redis-server of this test run, on a port and in a folder of its own."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_redis(*options: str) -> tuple[RedisServer, subprocess.Popen[bytes]]:
    """Start a real server that saves nothing; answer it once it answers."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is missing; ./packaging/test installs it")
        pytest.skip("redis-server is missing; ./packaging/test installs it")
    server = RedisServer(free_port(), Path(tempfile.mkdtemp(prefix="redis-")))
    process = subprocess.Popen(
        [program, "--port", str(server.port), "--bind", "127.0.0.1", "--save", ""]
        + ["--appendonly", "no", "--dir", str(server.folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"Ready to accept connections" in line:
            return server, process
    pytest.fail(f"redis-server did not start: exit {process.wait()}")


def stop_redis(server: RedisServer, process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """One server for the run. Tests take `redis_url`, which is empty for each of them."""
    server, process = start_redis()
    yield server
    stop_redis(server, process)


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """The URL of a real, empty Redis."""
    subprocess.run(
        ["redis-cli", "-p", str(shared_redis.port), "FLUSHALL"], check=True, capture_output=True
    )
    return shared_redis.url


@pytest.fixture
def own_redis() -> Iterator[Callable[..., tuple[RedisServer, subprocess.Popen[bytes]]]]:
    """Start servers a test may configure, pause, kill and start again."""
    started: list[tuple[RedisServer, subprocess.Popen[bytes]]] = []

    def start(*options: str) -> tuple[RedisServer, subprocess.Popen[bytes]]:
        pair = start_redis(*options)
        started.append(pair)
        return pair

    yield start
    for server, process in started:
        stop_redis(server, process)
