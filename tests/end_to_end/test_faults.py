"""Whatever happens to the server, the window tells it and ends up true, and no text is lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import redis
from redis.crc import key_slot

from tests.end_to_end.person import Person
from tests.redis_fleet import Cluster, Node, Trio, running_cluster, running_trio, wait_until
from tests.redis_server import RedisServer, becomes_ready

OpenWindow = Callable[..., AbstractAsyncContextManager[Person]]
Start = Callable[..., tuple[RedisServer, subprocess.Popen[bytes]]]

OTHERS = [f"key-{number:03}" for number in range(200)]
PATIENCE_S = 30
"""A server that says nothing is given up after some seconds; a replica takes over after more."""

NOT_WRITTEN = "The save did not reach the cache. Nothing was written."

NO_TRACKING = ["+@all", "-client|tracking"]
WAYS = {
    "pushed by the server": ("+@all",),
    "keyspace notifications": (*NO_TRACKING,),
    "asking the server": (*NO_TRACKING, "-config"),
}
"""How the window says that it is live, and the rights that leave it that way."""


class Client:
    """Somebody else, who sees what the servers really hold."""

    def __init__(self, *ports: int, kind: Callable[..., Any] = redis.Redis) -> None:
        self._ports = ports
        self._kind = kind

    def keys(self) -> list[str]:
        """Every key of every server, by scanning them."""
        found: set[str] = set()
        for port in self._ports:
            with redis.Redis(port=port, decode_responses=True) as server:
                found.update(server.scan_iter(count=10_000))
        return sorted(found)

    def do(self, *command: object) -> Any:
        with self._kind(host="127.0.0.1", port=self._ports[0], decode_responses=True) as client:
            return client.execute_command(*command)


@dataclass
class Desk:
    """A person with two keys open: one only looked at, one with unsaved text."""

    person: Person
    client: Client
    looked_at: str = "looked-at"
    edited: str = "edited"

    async def shows_every_key(self) -> None:
        """Wait until the tree is complete and equal to what the servers hold."""
        await self.person.until(
            lambda: (
                self.person.sees(", complete") and self.person.rows() == sorted(self.client.keys())
            ),
            PATIENCE_S,
        )

    async def says_it_is_lost(self) -> None:
        """Wait until the window says so; what it knew and what was typed is still there."""
        person, rows = self.person, self.person.rows()
        await person.until(
            lambda: person.sees("stale: connection lost") and "connection lost" in person.live(),
            PATIENCE_S,
        )
        assert person.rows() == rows
        assert person.text() == '"mine"'

    async def follows(self) -> None:
        """Somebody writes, creates and deletes: the clean document and the tree follow."""
        self.client.do("SET", self.looked_at, '"followed"', "KEEPTTL")
        self.client.do("SET", "new", "1")
        self.client.do("DEL", OTHERS[0])
        await self.shows_every_key()
        await self.person.show_tab(self.looked_at)
        await self.person.until(lambda: self.person.text() == '"followed"', PATIENCE_S)

    async def can_save(self) -> None:
        """The unsaved text is still there, and is saved without touching the TTL."""
        await self.person.show_tab(self.edited)
        assert self.person.text() == '"mine"'
        deadline = self.client.do("PEXPIRETIME", self.edited)
        assert self.client.do("GET", self.edited) == '"first"'
        await self.person.until(lambda: self.person.bars() == [])
        self.person.click("Save")
        await self.person.until(lambda: self.client.do("GET", self.edited) == '"mine"')
        assert self.client.do("PEXPIRETIME", self.edited) == deadline
        await self.person.until(lambda: not self.person.has_unsaved())


@asynccontextmanager
async def at_work(
    open_window: OpenWindow, url: str, client: Client, names: Iterable[str] = ()
) -> AsyncIterator[Desk]:
    """Fill the servers, open the window, look at one key and type into another."""
    looked_at, edited = names or ("looked-at", "edited")
    for name in (looked_at, edited):
        client.do("SET", name, '"first"', "PX", 3_600_123)
    for name in OTHERS:
        client.do("SET", name, "1")
    async with open_window(url, "--open", looked_at, "--open", edited) as person:
        desk = Desk(person, client, looked_at, edited)
        await desk.shows_every_key()
        await person.show_tab(looked_at)
        await person.until(lambda: person.text() == '"first"')
        await person.show_tab(edited)
        await person.until(lambda: person.text() == '"first"')
        await person.write('"mine"')
        yield desk


class Server:
    """A server that keeps its keys when it is killed."""

    def __init__(self, start: Start, rights: Iterable[str]) -> None:
        self._options = (
            *("--appendonly", "yes", "--appendfsync", "always", "--notify-keyspace-events", "EA"),
            *("--user", "ann", "on", ">secret", "~*", "&*", *rights),
        )
        self._server, self.process = start(*self._options)
        self.client = Client(self._server.port)
        self.url = f"redis://ann:secret@127.0.0.1:{self._server.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self._server.log.unlink()
        words = [str(shutil.which("redis-server")), *self._server.own_options, *self._options]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert becomes_ready(self._server, self.process)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(own_redis: Start, way: str) -> Iterator[Server]:
    running = Server(own_redis, WAYS[way])
    yield running
    running.kill()


async def test_the_server_is_killed_and_comes_back(
    open_window: OpenWindow, server: Server, way: str
) -> None:
    async with at_work(open_window, server.url, server.client) as desk:
        await desk.person.until(lambda: way in desk.person.live())
        server.kill()
        await desk.says_it_is_lost()
        server.start_again()
        await desk.person.until(lambda: way in desk.person.live(), PATIENCE_S)
        await desk.follows()
        await desk.can_save()


async def test_the_server_hangs_while_text_is_saved(
    open_window: OpenWindow, server: Server, way: str
) -> None:
    """It never answers the save; once it goes on, the window says what became of it."""
    async with at_work(open_window, server.url, server.client) as desk:
        deadline = server.client.do("PEXPIRETIME", desk.edited)
        server.process.send_signal(signal.SIGSTOP)
        try:
            desk.person.click("Save")
            await desk.says_it_is_lost()
            asked = "finding out whether it was written"
            await desk.person.until(
                lambda: any(asked in bar for bar in desk.person.bars()), PATIENCE_S
            )
        finally:
            server.process.send_signal(signal.SIGCONT)
        await desk.person.until(lambda: way in desk.person.live(), PATIENCE_S)
        await desk.follows()
        await desk.person.show_tab(desk.edited)
        asked = "finding out"
        await desk.person.until(lambda: not any(asked in bar for bar in desk.person.bars()))
        assert desk.person.text() == '"mine"'
        # A save that lay before the server when it went on may have been read, or thrown away
        # with its connection: both are true, if they are told.

        def is_written() -> bool:
            return bool(server.client.do("GET", desk.edited) == '"mine"')

        await desk.person.until(lambda: desk.person.has_unsaved() is not is_written())
        if not is_written():
            await desk.person.until(lambda: desk.person.bars() == [NOT_WRITTEN])
            await desk.person.answer("Save again")
            await desk.person.until(lambda: not desk.person.has_unsaved())
        assert server.client.do("GET", desk.edited) == '"mine"'
        assert server.client.do("PEXPIRETIME", desk.edited) == deadline


async def test_everything_is_flushed(open_window: OpenWindow, server: Server, way: str) -> None:
    async with at_work(open_window, server.url, server.client) as desk:
        person = desk.person
        await person.until(lambda: way in person.live())
        server.client.do("FLUSHALL")
        await person.until(lambda: person.rows() == [], PATIENCE_S)
        await person.until(lambda: any("was deleted" in bar for bar in person.bars()))
        assert person.text() == '"mine"'
        server.client.do("SET", desk.edited, '"first"', "PX", 3_600_123)
        await desk.follows()
        await desk.can_save()


async def test_a_user_who_may_hardly_do_anything(open_window: OpenWindow, own_redis: Start) -> None:
    """No tracking, CONFIG, INFO, DBSIZE or scripts: it is said, and all the rest works."""
    rights = ["+@all", "-client", "-config", "-info", "-hello", "-dbsize", "-@scripting"]
    server = Server(own_redis, rights)
    async with at_work(open_window, server.url, server.client) as desk:
        await desk.person.until(lambda: "asking the server" in desk.person.live())
        assert "tracking is not permitted" in desk.person.why_live()
        assert desk.person.sees("not permitted: DBSIZE")
        await desk.follows()
        await desk.can_save()


@pytest.fixture
def cluster(shared_redis: object) -> Iterator[Cluster]:
    with running_cluster(replicas=1) as running:
        yield running


@pytest.fixture
def trio(shared_redis: object) -> Iterator[Trio]:
    with running_trio() as running:
        yield running


async def test_a_primary_of_a_cluster_is_killed(open_window: OpenWindow, cluster: Cluster) -> None:
    victim = cluster.primaries[1]
    ports = [node.port for node in cluster.primaries]
    # Both open keys are where it hurts.
    names = [
        name for name in map(str, range(100)) if cluster.owner(key_slot(name.encode())) is victim
    ]
    client = Client(*ports, kind=redis.RedisCluster)
    async with at_work(open_window, cluster.url, client, names[:2]) as desk:
        victim.kill()
        await desk.says_it_is_lost()
        heir = await becomes_primary(desk.person, cluster)
        desk.client = Client(
            *(port for port in ports if port != victim.port), heir.port, kind=redis.RedisCluster
        )
        await desk.follows()
        await desk.can_save()


async def test_the_primary_of_a_service_is_killed(open_window: OpenWindow, trio: Trio) -> None:
    async with at_work(open_window, trio.url, Client(trio.primary.port)) as desk:
        wait_until(lambda: Client(trio.replica.port).keys() == desk.client.keys(), "a true replica")
        trio.primary.kill()
        await desk.says_it_is_lost()
        desk.client = Client(trio.replica.port)
        await desk.person.until(lambda: "pushed" in desk.person.live(), PATIENCE_S)
        await desk.follows()
        await desk.can_save()


async def becomes_primary(person: Person, cluster: Cluster) -> Node:
    """Wait for a replica to take over, with the window at work meanwhile."""
    replicas = [node for node in cluster.nodes if node not in cluster.primaries]
    await person.until(lambda: any(node in cluster.serving() for node in replicas), PATIENCE_S)
    await person.until(cluster.is_whole, PATIENCE_S)
    return next(node for node in replicas if node in cluster.serving())
