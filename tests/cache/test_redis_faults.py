"""What goes wrong with a Redis is told once, truly, and without secrets."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import Target, TargetKind, TlsFiles, parse_target
from sinch_cache_gui.cache.errors import (
    CacheError,
    CacheUnreachable,
    LoginRefused,
    Misdirected,
    NotPermitted,
    OutcomeUnknown,
)
from sinch_cache_gui.cache.interface import (
    Changed,
    ExpireIn,
    Gone,
    KeyType,
    Saved,
    Snapshot,
    StoredValue,
    TtlPolicy,
)
from sinch_cache_gui.cache.redis import RedisCache
from tests.redis_fleet import wait_until

Connect = Callable[..., Awaitable[RedisCache]]
SECRET = "hunter2-very-secret"


class Proxy:
    """Between a cache and its server: forwards, and cuts where it is told to."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.cut_after: bytes | None = None
        """Cut a connection once a request with these bytes has been forwarded and answered."""
        self.rewrite: Callable[[bytes], bytes] = lambda request: request
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut_all()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.wait_closed()

    def cut_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._writers |= {writer, to_server}
        answers = asyncio.ensure_future(self._copy(from_server, writer))
        try:
            while data := await reader.read(1 << 16):
                is_last = self.cut_after is not None and self.cut_after in data
                if is_last:
                    answers.cancel()
                    await asyncio.gather(answers, return_exceptions=True)
                to_server.write(self.rewrite(data))
                if is_last:
                    await from_server.read(1 << 16)
                    break
        except ConnectionError:
            pass
        finally:
            answers.cancel()
            await asyncio.gather(answers, return_exceptions=True)
            for end in (writer, to_server):
                end.transport.abort()
            self._tasks.discard(task)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)


@pytest.fixture
async def proxy(target: Target) -> AsyncIterator[Proxy]:
    async with Proxy(target.port).running() as running:
        yield running


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def everything_said(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


# ----- getting there


async def test_a_port_nobody_listens_on(connected: Connect) -> None:
    port = closed_port()
    with pytest.raises(CacheUnreachable, match=rf"127\.0\.0\.1:{port} refused the connection"):
        await connected(Target(TargetKind.TCP, "127.0.0.1", port))


async def test_a_socket_that_does_not_exist(connected: Connect) -> None:
    with pytest.raises(CacheUnreachable, match=r"/nowhere/redis\.sock does not exist"):
        await connected(Target(TargetKind.UNIX, path="/nowhere/redis.sock"))


async def test_a_name_that_has_no_address(connected: Connect) -> None:
    with pytest.raises(CacheUnreachable, match=r"no\.such\.host\.invalid:6379 cannot be found"):
        await connected(Target(TargetKind.TCP, "no.such.host.invalid"), timeout_s=20)


async def test_a_server_that_accepts_and_never_answers(connected: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(CacheUnreachable, match=rf"127\.0\.0\.1:{port} does not answer"):
            await connected(Target(TargetKind.TCP, "127.0.0.1", port), timeout_s=0.1)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x01\x00\x02"])
async def test_what_is_not_redis(connected: Connect, answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(CacheUnreachable, match=rf"127\.0\.0\.1:{port} is not Redis"):
            await connected(Target(TargetKind.TCP, "127.0.0.1", port))


async def test_tls_to_a_server_without(connected: Connect, target: Target) -> None:
    with pytest.raises(CacheUnreachable, match=r"does not answer|could not agree on TLS"):
        await connected(replace(target, kind=TargetKind.TLS), timeout_s=0.3)


@pytest.mark.parametrize(
    ("username", "password", "title"),
    [
        (None, None, "asks for a password"),
        (None, SECRET, "refused the user name or the password"),
        ("ann", SECRET, "refused the user name or the password"),
    ],
)
async def test_a_wrong_password(
    connected: Connect,
    target: Target,
    own_redis: Callable[..., object],
    username: str | None,
    password: str | None,
    title: str,
) -> None:
    server, _ = own_redis("--requirepass", "right")
    for database in (0, 3):
        with pytest.raises(LoginRefused, match=title) as failure:
            await connected(
                replace(
                    target,
                    port=server.port,
                    username=username,
                    password=password,
                    database=database,
                )
            )
        assert SECRET not in everything_said(failure.value)


async def test_a_password_where_none_is_asked_for(connected: Connect, target: Target) -> None:
    with pytest.raises(CacheUnreachable, match="has no password") as failure:
        await connected(replace(target, password=SECRET))
    assert SECRET not in everything_said(failure.value)


async def test_a_database_that_does_not_exist(connected: Connect, target: Target) -> None:
    with pytest.raises(CacheUnreachable, match="no database of that number"):
        await connected(replace(target, database=99))


async def test_a_server_with_no_room_for_another_client(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.config_set("maxclients", 1)
    try:
        with pytest.raises(CacheUnreachable, match=r"takes no more clients|closed the connection"):
            await connected(target)
    finally:
        raw.config_set("maxclients", 10_000)


# ----- being there


async def test_our_connections_are_named(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    await connected(target)
    assert "sinch-cache-gui" in {client["name"] for client in raw.client_list()}


async def test_a_list_that_is_brought_back_wakes_whoever_waits_for_it(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.rpush("jobs", "first")
    cache = await connected(target)
    removed = await cache.remove(b"jobs", expected=None)
    assert isinstance(removed, Saved)
    assert removed.before is not None
    waiting = asyncio.get_running_loop().run_in_executor(None, raw.blpop, ["jobs"], 20)
    wait_until(lambda: raw.info("clients")["blocked_clients"] == 1, "somebody waits")
    await cache.restore(removed.before)
    assert await waiting == (b"jobs", b"first")
    assert await cache.read(b"jobs") is None


async def test_a_user_who_may_hardly_ask_anything_can_still_look(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.execute_command(
        "ACL", "SETUSER", "shy", "on", f">{SECRET}", "resetkeys", "~mine:*", "-@all"
    )
    raw.execute_command("ACL", "SETUSER", "shy", "+scan", "+get", "+type", "+pttl", "+select")
    raw.mset({"mine:a": "1", "other": "2"})
    try:
        cache = await connected(replace(target, username="shy", password=SECRET, database=0))
        assert cache.facts.product == f"Redis {raw.info()['redis_version']}"
        assert sorted((await cache.scan_page()).keys) == [b"mine:a", b"other"]
        mine, other = await cache.describe([b"mine:a", b"other"])
        assert (mine.type, mine.deadline_ms) == ("string", None)
        assert other.type == KeyType.NO_ACCESS
        assert await cache.get("mine:a") == 1
        assert await cache.count_keys() is None
        for attempt in (cache.get("other"), cache.set("mine:a", 1)):
            with pytest.raises(NotPermitted, match="does not permit this") as failure:
                await attempt
            assert SECRET not in everything_said(failure.value)
    finally:
        raw.execute_command("ACL", "DELUSER", "shy")


async def test_a_user_who_may_read_but_not_write(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    raw.execute_command(
        *("ACL", "SETUSER", "reader", "on", f">{SECRET}", "~*", "+@all", "-@write", "+eval")
    )
    raw.execute_command("ACL", "SETUSER", "reader", "+evalsha")
    raw.set("key", "1")
    try:
        for can_script in (True, False):
            cache = await connected(
                replace(target, username="reader", password=SECRET), can_script=can_script
            )
            ttl = TtlPolicy.KEEP
            for attempt in (
                cache.set("key", 2),
                cache.write(b"key", b"2", expected=b"1", ttl=ttl),
                cache.remove(b"key"),
                cache.delete("key"),
                cache.change_ttl(b"key", ExpireIn(1000)),
                cache.restore(Snapshot(b"new", "string", b"1", None)),
            ):
                with pytest.raises(NotPermitted):
                    await attempt
            assert raw.get("key") == b"1"
    finally:
        raw.execute_command("ACL", "DELUSER", "reader")


@pytest.mark.parametrize("denied", ["pexpireat", "set", "restore", "exists"])
async def test_a_user_who_may_do_half_of_a_write_leaves_nothing_half_written(
    connected: Connect, target: Target, raw: redis_client.Redis, denied: str
) -> None:
    raw.execute_command(
        *("ACL", "SETUSER", "half", "on", f">{SECRET}", "~*", "+@all", f"-{denied}")
    )
    raw.set("key", "1", px=600_000)
    raw.hset("hash", "field", "value")
    dump = raw.dump("hash")
    raw.delete("hash")
    before = raw.pexpiretime("key")
    heirs = (Snapshot(b"key", "string", b"2", before), Snapshot(b"key", "hash", dump, before))
    try:
        cache = await connected(replace(target, username="half", password=SECRET))
        for heir in heirs:
            for write in (
                partial(cache.replace_many, [(Snapshot(b"key", "string", b"1", None), heir)]),
                partial(cache.restore, replace(heir, key=b"other")),
                partial(cache.rename, b"key", b"other", leaving=heir),
            ):
                try:
                    outcome = await write()
                except CacheError as error:
                    outcome = [error]
                if isinstance(outcome, list) and isinstance(outcome[0], CacheError):
                    assert (raw.get("key"), raw.pexpiretime("key")) == (b"1", before)
                    assert not raw.exists("other")
                raw.delete("other")
                raw.set("key", "1", pxat=before)
    finally:
        raw.execute_command("ACL", "DELUSER", "half")


async def test_denied_scripts_are_asked_for_once_only(
    connected: Connect, denied_eval: Target, raw: redis_client.Redis
) -> None:
    raw.config_resetstat()
    cache = await connected(denied_eval)
    for number in range(5):
        await cache.set("key", number)
    stats = raw.info("commandstats")
    assert stats["cmdstat_evalsha"]["rejected_calls"] == 1
    assert stats["cmdstat_exec"]["calls"] == 5


async def test_a_read_only_replica(
    connected: Connect, target: Target, own_redis: Callable[..., object]
) -> None:
    replica, _ = own_redis("--replicaof", "127.0.0.1", str(target.port))
    there = replace(target, port=replica.port)
    for can_script in (True, False):
        cache = await connected(there, can_script=can_script)
        assert cache.facts.details["Role"] == "replica"
        with pytest.raises(NotPermitted, match="read-only replica"):
            await cache.set("key", 1)


async def test_a_full_server(
    connected: Connect, target: Target, own_redis: Callable[..., object]
) -> None:
    server, _ = own_redis("--maxmemory", "1")
    for can_script in (True, False):
        cache = await connected(replace(target, port=server.port), can_script=can_script)
        with pytest.raises(NotPermitted, match="out of memory"):
            await cache.set("key", 1)


async def test_a_server_that_still_loads(
    connected: Connect, target: Target, own_redis: Callable[..., object]
) -> None:
    server, process = own_redis("--enable-debug-command", "yes", "--key-load-delay", "2000")
    raw = redis_client.Redis(port=server.port, protocol=2)
    raw.mset({f"k{number}": number for number in range(2000)})
    raw.config_set("loading-process-events-interval-bytes", 1024)
    blocked = redis_client.Redis(port=server.port, protocol=2)
    connection = blocked.connection_pool.get_connection()
    connection.send_command("DEBUG", "RELOAD")
    there = replace(target, port=server.port)
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    cache = await connected(there, timeout_s=5)
                    await cache.get("k1")
                except CacheUnreachable as error:
                    if "still loading" in error.title:
                        break
    finally:
        process.kill()
        connection.disconnect()
        raw.close()
        blocked.close()


# ----- losing it


async def test_an_idle_connection_that_died_is_replaced_for_a_read(
    connected: Connect, target: Target, proxy: Proxy
) -> None:
    cache = await connected(replace(target, port=proxy.port))
    await cache.set("key", 1)
    proxy.cut_all()
    assert await cache.get("key") == 1


async def test_a_server_that_restarts_is_found_again(
    connected: Connect, target: Target, own_redis: Callable[..., object]
) -> None:
    server, process = own_redis()
    cache = await connected(replace(target, port=server.port))
    process.kill()
    process.wait()
    with pytest.raises(CacheUnreachable, match="refused the connection"):
        await cache.get("key")
    own_redis("--port", str(server.port))
    assert await cache.get("key") is None
    await cache.set("key", 1)


async def test_a_paused_server_is_not_waited_for(
    connected: Connect, target: Target, own_redis: Callable[..., object]
) -> None:
    server, process = own_redis()
    cache = await connected(replace(target, port=server.port), timeout_s=0.2)
    process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(OutcomeUnknown):
            await cache.set("key", 1)
        with pytest.raises(CacheUnreachable, match="does not answer"):
            await cache.get("key")
    finally:
        process.send_signal(signal.SIGCONT)
    assert await cache.get("other") is None


@pytest.mark.parametrize("can_script", [True, False])
async def test_a_write_whose_answer_is_lost_may_have_happened(
    connected: Connect,
    target: Target,
    proxy: Proxy,
    raw: redis_client.Redis,
    can_script: bool,
) -> None:
    cache = await connected(replace(target, port=proxy.port), can_script=can_script)
    await cache.set("key", "mine", 60)
    await cache.set("other", "theirs", 60)
    ttl = TtlPolicy.KEEP
    await cache.write(b"other", b"2", expected=b'"theirs"', ttl=ttl)
    (deadline,) = await cache.deadlines([b"key"])
    raw.config_resetstat()
    proxy.cut_after = b"NEW" if can_script else b"EXEC"
    with pytest.raises(OutcomeUnknown, match="in the middle of a write") as failure:
        await cache.write(b"key", b'"NEW"', expected=b'"mine"', ttl=ttl)
    assert isinstance(failure.value, CacheUnreachable)
    proxy.cut_after = None
    assert await cache.read(b"key") == StoredValue("string", b'"NEW"', 5, deadline)
    sent = raw.info("commandstats")["cmdstat_evalsha" if can_script else "cmdstat_exec"]["calls"]
    assert sent == 1


@pytest.mark.parametrize("can_script", [True, False])
async def test_a_write_that_could_not_be_sent_is_known_not_to_have_happened(
    connected: Connect, target: Target, can_script: bool
) -> None:
    async with Proxy(target.port).running() as proxy:
        cache = await connected(replace(target, port=proxy.port), can_script=can_script)
    await asyncio.sleep(0)
    for attempt in (
        lambda: cache.set("key", 1),
        lambda: cache.write(b"key", b"1", expected=None, ttl=1000),
        lambda: cache.remove(b"key"),
        lambda: cache.delete("key"),
    ):
        with pytest.raises(CacheUnreachable) as failure:
            await attempt()
        assert not isinstance(failure.value, OutcomeUnknown)


async def test_a_transaction_that_was_overtaken_looks_again(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    """A second writer gets in between the look and the write, as often as it likes."""
    cache = await connected(target, can_script=False)
    raw.set("key", "0", px=600_000)

    async def disturb() -> None:
        for number in range(200):
            raw.set("key", str(number), keepttl=True)
            await asyncio.sleep(0)

    async def save_all() -> list[object]:
        outcomes: list[object] = []
        for _ in range(40):
            held = await cache.read(b"key")
            outcomes.append(
                await cache.write(b"key", b"mine", expected=held.data, ttl=TtlPolicy.KEEP)
            )
        return outcomes

    outcomes, _ = await asyncio.gather(save_all(), disturb())
    assert {type(outcome) for outcome in outcomes} <= {Saved, Changed}
    assert 590_000 < raw.pttl("key") <= 600_000


async def test_a_cancelled_command_leaves_no_answer_to_the_next(
    connected: Connect, target: Target
) -> None:
    cache = await connected(target)
    await cache.set("a", "a")
    await cache.set("b", "b")
    for _ in range(20):
        task = asyncio.ensure_future(cache.get("a"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await cache.get("b") == "b"


async def test_a_closed_cache_says_so(connected: Connect, target: Target) -> None:
    cache = await connected(target)
    await cache.aclose()
    await cache.aclose()
    with pytest.raises(CacheUnreachable, match="is closed"):
        await cache.get("key")


async def test_older_servers_keep_the_ttl_too(
    connected: Connect, target: Target, raw: redis_client.Redis
) -> None:
    """Without KEEPTTL and PEXPIRETIME, by PTTL."""
    raw.execute_command(
        *("ACL", "SETUSER", "old", "on", f">{SECRET}", "~*", "+@all", "-pexpiretime")
    )
    raw.execute_command("ACL", "SETUSER", "old", "-info", "-hello")
    try:
        for can_script in (True, False):
            there = replace(target, username="old", password=SECRET)
            cache = await connected(there, can_script=can_script)
            await cache.set("key", 1, 60)
            deadline = raw.pexpiretime("key")
            saved = await cache.write(b"key", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
            assert isinstance(saved, Saved)
            assert abs(raw.pexpiretime("key") - deadline) <= 5
            assert abs(saved.deadline_ms - deadline) <= 50
            assert saved.before is not None
            assert saved.deadline_ms == saved.before.deadline_ms, "it was kept"
            await cache.extend("key", 100)
            assert abs(raw.pexpiretime("key") - deadline - 100_000) <= 50
            removed = await cache.remove(b"key")
            assert await cache.write(b"key", b"1", expected=b"2", ttl=TtlPolicy.KEEP) == Gone()
            await cache.restore(removed.before)
            assert abs(raw.pexpiretime("key") - deadline - 100_000) <= 50
    finally:
        raw.execute_command("ACL", "DELUSER", "old")


async def test_where_a_scan_cannot_choose_by_type_the_keys_are_asked(
    connected: Connect, target: Target, proxy: Proxy, raw: redis_client.Redis
) -> None:
    """Redis 5 takes no TYPE for SCAN: it calls that a syntax error."""
    proxy.rewrite = lambda request: (
        request.replace(b"TYPE", b"KIND") if b"SCAN" in request else request
    )
    raw.mset({f"s:{number}": 1 for number in range(500)})
    hashes = {b"h:%d" % number for number in range(40)}
    for key in hashes:
        raw.hset(key, "a", "1")
    cache = await connected(replace(target, port=proxy.port))
    raw.config_resetstat()
    seen: list[bytes] = []
    page = await cache.scan_page(count=50, type_=KeyType.HASH)
    seen += page.keys
    while page.next is not None:
        page = await cache.scan_page(page.next, count=50, type_=KeyType.HASH)
        seen += page.keys
    assert set(seen) == hashes
    stats = raw.info("commandstats")
    assert stats["cmdstat_scan"]["failed_calls"] == 1
    assert "cmdstat_getrange" not in stats


async def test_a_unix_socket(
    connected: Connect, own_redis: Callable[..., object], tmp_path: object
) -> None:
    path = f"{tmp_path}/redis.sock"
    own_redis("--unixsocket", path)
    cache = await connected(parse_target(f"unix://{path}?db=2"))
    await cache.set("key", 1)
    assert await cache.keys() == ["key"]
    assert cache.facts.label == f"{path}/2"


async def test_tls_with_a_certificate_nobody_vouches_for(
    connected: Connect, own_redis: Callable[..., object], target: Target, tmp_path: object
) -> None:
    key, certificate = f"{tmp_path}/key.pem", f"{tmp_path}/certificate.pem"
    openssl = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
        *("-subj", "/CN=localhost", "-keyout", key, "-out", certificate),
        stderr=subprocess.DEVNULL,
    )
    assert await openssl.wait() == 0
    port = closed_port()
    own_redis(
        *("--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key),
        *("--tls-ca-cert-file", certificate, "--tls-auth-clients", "no"),
    )
    tls = replace(target, kind=TargetKind.TLS, port=port)
    with pytest.raises(Misdirected, match=r"certificate of 127\.0\.0\.1:[0-9]+ is not trusted"):
        await connected(tls)
    with pytest.raises(Misdirected, match=rf"127\.0\.0\.1:{port} is for another name"):
        await connected(replace(tls, tls=TlsFiles(authorities=certificate)))
