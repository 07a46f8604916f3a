"""Real functions on Node for tests and benchmarks, and Sinch's own SDK as a judge of requests."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "voice" / "node_function"
JUDGE_PACKAGES = ("@sinch/voice@1.4.0", "@sinch/sdk-client@1.5.0")
JUDGE_FOLDER = Path(__file__).parent.parent / ".node" / "judge-1.4.0-1.5.0"
# The SDK reads the version of a package it does not depend on.
STUB = {"name": "@sinch/sdk-core", "version": "1.5.0"}


class NodeMissing(Exception):
    """There is no Node on this machine."""


class JudgeMissing(Exception):
    """Sinch's SDK cannot be installed here; the message says why."""


@dataclass(frozen=True, slots=True)
class NodeFunction:
    """A function that serves."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def misbehave(self, mode: str) -> None:
        urllib.request.urlopen(f"{self.url}/mode/{mode}", data=b"").close()

    def received(self) -> list[dict[str, object]]:
        with urllib.request.urlopen(f"{self.url}/received") as reply:
            return json.load(reply)


def node() -> str:
    program = shutil.which("node")
    if program is None:
        raise NodeMissing("node is missing; ./packaging/test installs it")
    return program


@contextmanager
def node_function(**environment: str) -> Iterator[NodeFunction]:
    """Serve until the end of the block."""
    process = subprocess.Popen(
        [node(), str(HERE / "server.mjs")],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield NodeFunction(json.loads(process.stdout.readline())["port"])
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def judge() -> Path:
    """Install Sinch's SDK once into a folder git ignores, and answer that folder."""
    npm = shutil.which("npm")
    if npm is None:
        raise JudgeMissing("npm is missing")
    JUDGE_FOLDER.parent.mkdir(exist_ok=True)
    with (JUDGE_FOLDER.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (JUDGE_FOLDER / "ready").exists():
            install(npm)
    return JUDGE_FOLDER


def install(npm: str) -> None:
    shutil.rmtree(JUDGE_FOLDER, ignore_errors=True)
    JUDGE_FOLDER.mkdir(parents=True)
    (JUDGE_FOLDER / "package.json").write_text('{"private": true}')
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *JUDGE_PACKAGES]
    try:
        done = subprocess.run(
            command, cwd=JUDGE_FOLDER, capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        raise JudgeMissing("npm did not finish in two minutes") from None
    if done.returncode:
        raise JudgeMissing(f"npm cannot install Sinch's SDK: {done.stderr[-300:]}")
    stub = JUDGE_FOLDER / "node_modules" / "@sinch" / "sdk-core"
    if not stub.exists():
        stub.mkdir()
        (stub / "package.json").write_text(json.dumps(STUB))
    (JUDGE_FOLDER / "ready").touch()


def verdicts(requests: list[dict[str, object]], key: str, secret: str) -> list[dict[str, object]]:
    """Ask Sinch's SDK of each request whether its signature holds and what event it is."""
    done = subprocess.run(
        [node(), str(HERE / "judge.cjs"), str(judge())],
        input=json.dumps({"key": key, "secret": secret, "requests": requests}),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
