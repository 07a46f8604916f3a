"""Fields of a hash expire by themselves where the server knows that, and when is edited safely."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target, parse_target
from sinch_cache_gui.cache.element_change import (
    DeadlineMoved,
    ElementChanged,
    ElementGone,
    ElementSaved,
    FieldChange,
    FieldTtlChange,
)
from sinch_cache_gui.cache.errors import CacheError, InvalidTtl, OutcomeUnknown
from sinch_cache_gui.cache.interface import CacheBackend, Gone
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from sinch_cache_gui.keyspace.journal import Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import UndoReport, undo
from tests.cache.conftest import opened
from tests.redis_fleet import call, wait_until
from tests.redis_server import RedisServer, free_port, newer_program, start_redis, stop_redis
from tests.redis_wire import Cut, Wire

KEY = b"customer"
LATER = 4_102_444_800_123
"""In the year 2100, and not a whole second."""
LATEST = LATER + 86_400_001


class Hash:
    """A hash with a field that expires by itself and one that does not, and a second client."""

    def __init__(self, cache: CacheBackend, raw: redis_client.Redis) -> None:
        self.cache = cache
        self.raw = raw
        raw.flushall()
        raw.hset(KEY, mapping={"code": "1234", "name": "Åsa"})
        raw.execute_command("HPEXPIREAT", KEY, LATER, "FIELDS", 1, "code")
        raw.pexpireat(KEY, LATEST)

    async def change(
        self, name: bytes, value: bytes, before_ms: int | None, after_ms: int | None
    ) -> object:
        return await self.cache.change_element(
            KEY, FieldTtlChange(name, value, before_ms, after_ms)
        )

    def deadline(self, name: str) -> int:
        (when,) = self.raw.execute_command("HPEXPIRETIME", KEY, "FIELDS", 1, name)
        return int(when)

    def holds_what_it_held(self) -> bool:
        """Whatever expires when."""
        return self.raw.hgetall(KEY) == {b"code": b"1234", b"name": "Åsa".encode()}

    def is_as_it_was(self) -> bool:
        deadlines = (self.deadline("code"), self.deadline("name"))
        return self.holds_what_it_held() and deadlines == (LATER, -1)


@pytest.fixture(scope="module")
def lone_cluster() -> Iterator[RedisServer]:
    """A cluster of one server, which knows TTLs of fields."""
    if (program := newer_program()) is None:
        pytest.skip("no server with TTLs of fields")
    options = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    server, process = start_redis(*options, program=program)
    server.send("CLUSTER ADDSLOTSRANGE 0 16383")
    wait_until(
        lambda: "cluster_state:ok" in call(server.port, "CLUSTER", "INFO"),
        "a cluster that serves every slot",
    )
    yield server
    stop_redis(server, process)


@pytest.fixture(params=["Lua", "WATCH", "cluster", "cluster by WATCH"])
async def hash_(request: pytest.FixtureRequest) -> AsyncIterator[Hash]:
    """The same on every way of writing."""
    can_script = "WATCH" not in request.param
    cache: CacheBackend
    if "cluster" in request.param:
        server = request.getfixturevalue("lone_cluster")
        url = f"redis+cluster://127.0.0.1:{server.port}"
        cache = ClusterCache(parse_target(url), can_script=can_script)
    else:
        server = request.getfixturevalue("shared_newer_redis")
        cache = RedisCache(parse_target(server.url), can_script=can_script)
    with redis_client.Redis.from_url(server.url, protocol=2) as raw:
        async with opened(cache):
            yield Hash(cache, raw)


@pytest.mark.parametrize(
    ("name", "value", "before_ms", "after_ms"),
    [
        (b"code", b"1234", LATER, LATEST),
        (b"code", b"1234", LATER, None),
        (b"name", "Åsa".encode(), None, LATER),
    ],
    ids=["moved", "removed", "set"],
)
async def test_when_a_field_expires_is_changed_and_taken_back_to_the_millisecond(
    hash_: Hash, name: bytes, value: bytes, before_ms: int | None, after_ms: int | None
) -> None:
    saved = await hash_.change(name, value, before_ms, after_ms)
    assert isinstance(saved, ElementSaved)
    assert hash_.deadline(name.decode()) == (-1 if after_ms is None else after_ms)
    assert hash_.raw.hget(KEY, name) == value
    assert saved.deadline_ms == hash_.raw.pexpiretime(KEY) == LATEST

    assert saved.inverse is not None
    back = await hash_.cache.change_element(KEY, saved.inverse)
    assert isinstance(back, ElementSaved)
    assert back.inverse == FieldTtlChange(name, value, before_ms, after_ms)
    assert hash_.is_as_it_was()


async def test_nothing_is_changed_of_a_field_that_is_not_what_was_believed(hash_: Hash) -> None:
    assert await hash_.change(b"code", b"1", LATER, None) == ElementChanged(b"code", b"1234")
    assert await hash_.change(b"code", b"1234", LATEST, None) == DeadlineMoved(b"code", LATER)
    assert await hash_.change(b"code", b"1234", None, LATEST) == DeadlineMoved(b"code", LATER)
    assert await hash_.change(b"name", "Åsa".encode(), LATER, LATEST) == DeadlineMoved(
        b"name", None
    )
    assert await hash_.change(b"none", b"1", None, LATER) == ElementGone(b"none")
    other = await hash_.cache.change_element(b"none", FieldTtlChange(b"code", b"1", None, LATER))
    assert other == Gone()
    assert hash_.is_as_it_was()


@pytest.mark.parametrize("moment_ms", [-1, 0, 1_700_000_000_000])
async def test_a_moment_that_has_passed_is_refused_and_the_field_stays(
    hash_: Hash, moment_ms: int
) -> None:
    with pytest.raises(InvalidTtl, match="already passed"):
        await hash_.change(b"code", b"1234", LATER, moment_ms)
    with pytest.raises(InvalidTtl, match="already passed"):
        await hash_.cache.change_element(KEY, FieldChange(b"new", None, b"1", moment_ms))
    assert hash_.is_as_it_was()


@pytest.mark.parametrize("act", ["write", "move", "expire", "run out"])
async def test_whatever_happens_between_two_commands_of_a_transaction_is_noticed(
    shared_newer_redis: RedisServer, act: str
) -> None:
    """A time that runs out by itself is no write, for which a transaction would be refused."""
    wire = Wire(shared_newer_redis.port)
    with redis_client.Redis.from_url(shared_newer_redis.url, protocol=2) as raw:

        def happen() -> None:
            match act:
                case "write":
                    raw.hset(KEY, "code", "theirs")
                case "move":
                    raw.execute_command("HPEXPIREAT", KEY, LATEST, "FIELDS", 1, "code")
                case "expire":
                    raw.execute_command("HPEXPIRE", KEY, 1, "FIELDS", 1, "code")
            while act in ("expire", "run out") and raw.hexists(KEY, "code"):
                pass

        async with wire.running(), opened(wire_cache(wire, can_script=False)) as cache:
            for at in wire.each_command():
                hash_ = Hash(cache, raw)
                if act == "run out":
                    raw.execute_command("HPEXPIRE", KEY, 30, "FIELDS", 1, "code")
                before_ms = hash_.deadline("code")
                wire.arm(at, act=happen)
                outcome = await hash_.change(b"code", b"1234", before_ms, LATER + 1)
                if wire.commands < at and isinstance(outcome, ElementSaved):  # nothing happened
                    assert hash_.holds_what_it_held()
                    assert hash_.deadline("code") == LATER + 1
                    continue
                expected = {
                    "write": ElementChanged(b"code", b"theirs"),
                    "move": DeadlineMoved(b"code", LATEST),
                    "expire": ElementGone(b"code"),
                    "run out": ElementGone(b"code"),
                }
                assert outcome == expected[act]
                assert raw.hget(KEY, "name") == "Åsa".encode()


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("can_script", [True, False], ids=["Lua", "WATCH"])
@pytest.mark.parametrize("after_ms", [LATEST, None], ids=["moved", "removed"])
async def test_no_more_is_told_than_is_known_when_a_connection_dies_in_any_place(
    shared_newer_redis: RedisServer, after_ms: int | None, can_script: bool, cut: Cut
) -> None:
    wire = Wire(shared_newer_redis.port)
    done = -1 if after_ms is None else after_ms
    with redis_client.Redis.from_url(shared_newer_redis.url, protocol=2) as raw:
        async with wire.running(), opened(wire_cache(wire, can_script=can_script)) as cache:
            for at in wire.each_command():
                hash_ = Hash(cache, raw)
                wire.arm(at, cut=cut)
                outcome = await told(hash_.change(b"code", b"1234", LATER, after_ms))
                demand_true(outcome, hash_, before=LATER, after=done)
            for at in wire.each_command():
                hash_ = Hash(cache, raw)
                journaling = JournalingBackend(cache, Journal())
                change = FieldTtlChange(b"code", b"1234", LATER, after_ms)
                await journaling.change_element(KEY, change)
                wire.arm(at, cut=cut)
                outcome = await told(undo(cache, journaling.journal.entries))
                demand_true(outcome, hash_, before=done, after=LATER)


async def told(attempt: Awaitable[object]) -> object:
    try:
        return await attempt
    except CacheError as error:
        return error


def demand_true(outcome: object, hash_: Hash, *, before: int, after: int) -> None:
    """Demand that the hash is as the outcome of a change says."""
    found = hash_.deadline("code")
    match outcome:
        case OutcomeUnknown() | UndoReport(undone=()):
            assert found in (before, after), outcome
        case CacheError():
            assert found == before, outcome
        case ElementSaved() | UndoReport():
            assert found == after, outcome
        case _:
            pytest.fail(f"not told what happened: {outcome!r}")
    assert hash_.holds_what_it_held()
    assert hash_.raw.pexpiretime(KEY) == LATEST


def wire_cache(wire: Wire, *, can_script: bool) -> RedisCache:
    target = parse_target(f"redis://127.0.0.1:{wire.port}/0")
    return RedisCache(target, can_script=can_script)


async def test_a_server_without_ttls_of_fields_says_so(
    raw: redis_client.Redis, target: Target, connected: Callable[..., Awaitable[RedisCache]]
) -> None:
    raw.hset(KEY, "code", "1")
    cache = await connected(target)
    page = await cache.elements(KEY, "hash")
    assert page is not None
    if page.deadlines_ms:
        pytest.skip("this server has them")
    with pytest.raises(CacheError, match="knows no times to live of single fields"):
        await cache.change_element(KEY, FieldTtlChange(b"code", b"1", None, LATER))
