"""Real clusters and sentinels for tests, each process in a folder of its own."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.redis_server import (
    RedisServer,
    RedisServerMissing,
    start_redis,
    stop_redis,
)

WAIT_S = 30.0
NODE_TIMEOUT_MS = 1000
"""After this long a node of a cluster counts as failing: short, so that a test need not wait."""


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Ask the servers again and again until something is true of them."""
    until = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < until, f"never came about: {what}"
        time.sleep(0.02)


def call(port: int, *command: object) -> str:
    """Answer what redis-cli prints."""
    words = ["redis-cli", "-p", str(port), *map(str, command)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


@dataclass(frozen=True)
class Node:
    """A running process."""

    server: RedisServer
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return self.server.port

    def kill(self) -> None:
        """Kill it as a crash would."""
        self.process.kill()
        self.process.wait()


class Cluster:
    """A running cluster: its primaries first, then their replicas."""

    def __init__(self, nodes: Sequence[Node], primaries: int) -> None:
        self.nodes = nodes
        self.primaries = nodes[:primaries]

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self.nodes[0].port}"

    def flush(self) -> None:
        for node in self.primaries:
            assert node.server.send("FLUSHALL") == "+OK"

    def alive(self) -> list[Node]:
        return [node for node in self.nodes if node.process.poll() is None]

    def is_whole(self) -> bool:
        """Whether every living node sees every slot served."""
        states = [call(node.port, "CLUSTER", "INFO") for node in self.alive()]
        return all("cluster_state:ok" in state for state in states)

    def owner(self, slot: int) -> Node:
        """Which node says that a slot is its own."""
        for node in self.alive():
            for line in call(node.port, "CLUSTER", "NODES").splitlines():
                fields = line.split()
                if "myself" in fields[2] and "master" in fields[2] and _holds(fields[8:], slot):
                    return node
        raise AssertionError(f"nobody holds slot {slot}")

    def serving(self) -> list[Node]:
        """Who is a primary now."""
        return [
            node for node in self.alive() if "role:master" in call(node.port, "INFO", "replication")
        ]

    def begin_move(self, slot: int, source: Node, goal: Node) -> None:
        """Open a slot's migration; its keys stay where they are for now."""
        source_id, goal_id = (
            call(source.port, "CLUSTER", "MYID"),
            call(goal.port, "CLUSTER", "MYID"),
        )
        call(goal.port, "CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        call(source.port, "CLUSTER", "SETSLOT", slot, "MIGRATING", goal_id)

    def move_keys(self, slot: int, source: Node, goal: Node, count: int = 10_000) -> None:
        """Hand over keys of a slot whose migration is open."""
        keys = call(source.port, "CLUSTER", "GETKEYSINSLOT", slot, count).split()
        if keys:
            call(source.port, "MIGRATE", "127.0.0.1", goal.port, "", 0, 5000, "KEYS", *keys)

    def end_move(self, slot: int, source: Node, goal: Node) -> None:
        """Make the goal the owner of a slot."""
        goal_id = call(goal.port, "CLUSTER", "MYID")
        for node in (goal, source, *self.primaries):
            call(node.port, "CLUSTER", "SETSLOT", slot, "NODE", goal_id)


def _holds(runs: Sequence[str], slot: int) -> bool:
    for run in runs:
        first, _, last = run.partition("-")
        if not run.startswith("[") and int(first) <= slot <= int(last or first):
            return True
    return False


@contextmanager
def running_cluster(primaries: int = 3, replicas: int = 0) -> Iterator[Cluster]:
    """Start a cluster; each primary has this many replicas."""
    with ExitStack() as stack:
        nodes = []
        for _ in range(primaries * (1 + replicas)):
            options = f"--cluster-enabled yes --cluster-node-timeout {NODE_TIMEOUT_MS}"
            nodes.append(_started(stack, *options.split(), "--cluster-port", str(_free_port())))
        addresses = [f"127.0.0.1:{node.port}" for node in nodes]
        words = ["redis-cli", "--cluster", "create", *addresses]
        words += ["--cluster-replicas", str(replicas), "--cluster-yes"]
        made = subprocess.run(words, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        cluster = Cluster(nodes, primaries)
        wait_until(cluster.is_whole, "a cluster that serves every slot")
        wait_until(lambda: len(cluster.serving()) == primaries, "replicas that have joined")
        yield cluster


@dataclass(frozen=True)
class Trio:
    """A primary, its replica, and three sentinels that watch them."""

    primary: Node
    replica: Node
    sentinels: tuple[Node, ...]
    service: str = "mymaster"

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.service}"


@contextmanager
def running_trio() -> Iterator[Trio]:
    """Start them; the sentinels know each other and the replica."""
    with ExitStack() as stack:
        primary = _started(stack)
        replica = _started(stack, "--replicaof", "127.0.0.1", str(primary.port))
        watch = f"sentinel monitor mymaster 127.0.0.1 {primary.port} 2"
        sentinels = tuple(started_sentinel(stack, watch) for _ in range(3))

        def know_each_other() -> bool:
            told = [call(node.port, "SENTINEL", "MASTER", "mymaster") for node in sentinels]
            facts = [dict(zip(*[iter(text.splitlines())] * 2, strict=False)) for text in told]
            return all(
                fact["num-other-sentinels"] == "2" and fact["num-slaves"] == "1" for fact in facts
            )

        wait_until(know_each_other, "sentinels that know each other")
        wait_until(
            lambda: "master_link_status:up" in call(replica.port, "INFO", "replication"),
            "a replica that follows",
        )
        yield Trio(primary, replica, sentinels)


def _started(stack: ExitStack, *options: str) -> Node:
    server, process = start_redis("--repl-diskless-sync-delay", "0", *options)
    stack.callback(stop_redis, server, process)
    return Node(server, process)


def started_sentinel(stack: ExitStack, watch: str, *more: str) -> Node:
    """Start a sentinel.

    Args:
        stack: Ends it.
        watch: The line of its configuration that names what it watches: the service mymaster.
        more: Further lines.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisServerMissing("redis-server is missing; ./packaging/test installs it")
    server = RedisServer(_free_port(), Path(tempfile.mkdtemp(prefix="sentinel-")))
    configuration = server.folder / "sentinel.conf"
    configuration.write_text(
        f"port {server.port}\nbind 127.0.0.1\ndir {server.folder}\nlogfile {server.log}\n"
        + "\n".join(more)
        + f"\n{watch}\n"
        "sentinel down-after-milliseconds mymaster 500\n"
        "sentinel failover-timeout mymaster 1000\n"
    )
    process = subprocess.Popen(
        [program, str(configuration), "--sentinel"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    stack.callback(stop_redis, server, process)
    wait_until(
        lambda: server.log.exists() and "Sentinel ID" in server.log.read_text(), "a sentinel"
    )
    wait_until(lambda: _answers(server.port), "a sentinel that answers")
    return Node(server, process)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    """A port below those the system gives away by itself."""
    while True:
        port = random.randrange(15_000, 32_000)
        if not _answers(port):
            return port
