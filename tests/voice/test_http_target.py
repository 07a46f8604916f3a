"""Callbacks sent to a real function on Node, and everything that can go wrong on the way."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.resource_files import file_path
from sinch_cache_gui.scenario_command import run_scenarios
from sinch_cache_gui.voice.call_events import CallPhase
from sinch_cache_gui.voice.callbacks import Amd, Callback, Money, ace, dice, ice, notify
from sinch_cache_gui.voice.function_address import (
    InvalidFunctionUrl,
    is_near,
    parse_function_url,
)
from sinch_cache_gui.voice.http_target import HttpTarget, function_target
from sinch_cache_gui.voice.signing import Signer
from sinch_cache_gui.voice.targets import Answered, Failed, Reply
from tests.node_function import (
    JudgeMissing,
    NodeFunction,
    NodeMissing,
    judge,
    node_function,
    verdicts,
)

KEY = "669E367E-6BBA-48AB-AF15-266871C28135"
SECRET = "BeIukql3pTKJ8RGL5zo0DA=="


def skip(missing: Exception) -> None:
    if os.environ.get("CI"):
        pytest.fail(str(missing))
    pytest.skip(str(missing))


def started(**environment: str) -> Iterator[NodeFunction]:
    try:
        with node_function(**environment) as function:
            yield function
    except NodeMissing as missing:
        skip(missing)


@pytest.fixture
def function() -> Iterator[NodeFunction]:
    yield from started()


@pytest.fixture
def protected() -> Iterator[NodeFunction]:
    """A function that answers signed requests only."""
    yield from started(APPLICATION_KEY=KEY, APPLICATION_SECRET=SECRET)


TargetOf = Callable[..., HttpTarget]


@pytest.fixture
async def target_of() -> AsyncIterator[TargetOf]:
    targets: list[HttpTarget] = []

    def make(url: str, **options: object) -> HttpTarget:
        targets.append(function_target(url, **options))
        return targets[-1]

    yield make
    for target in targets:
        await target.aclose()


async def ask(target: HttpTarget, callback: Callback) -> Reply:
    return await target.answer(callback, lambda _operation: None)


@pytest.fixture
def an_ice(setup, clock) -> Callback:
    return ice(setup, clock())


async def test_a_whole_call_to_a_function_that_checks_signatures(
    rehearse, target_of, protected
) -> None:
    target = target_of(protected.url, signer=Signer(KEY, SECRET))
    rehearsal = rehearse(target)

    await rehearsal.call.dial()
    assert rehearsal.call.state.phase is CallPhase.MENU
    await rehearsal.call.press("1")

    assert rehearsal.sent() == ["ice", "pie", "dice"]
    assert rehearsal.heard()[-1] == "sales for +46701740605."
    assert rehearsal.failures() == []
    assert [request["path"] for request in protected.received()] == ["/ice", "/pie", "/dice"]
    assert target.label == f"127.0.0.1:{protected.port}"


async def test_an_unsigned_call_to_it_is_told_why_it_ends(rehearse, target_of, protected) -> None:
    rehearsal = rehearse(target_of(protected.url))
    await rehearsal.call.dial()
    assert "status 401" in rehearsal.failures()[0]


async def test_the_bytes_that_travel_are_the_bytes_that_are_signed(
    target_of, function, setup, clock, an_ice
) -> None:
    await ask(target_of(function.url, signer=Signer(KEY, SECRET), now_ms=clock), an_ice)

    request = function.received()[0]
    headers = request["headers"]
    assert request["body"].encode() == an_ice.body()
    assert headers["content-type"] == "application/json"
    assert headers["authorization"].startswith(f"application {KEY}:")
    assert headers["x-timestamp"] == "2025-11-22T08:26:40Z"
    assert headers["host"] == f"127.0.0.1:{function.port}"
    signed = Signer(KEY, SECRET).headers(
        method="POST",
        path="/ice",
        body=request["body"].encode(),
        content_type=headers["content-type"],
        timestamp=headers["x-timestamp"],
    )
    assert headers["authorization"] == signed["Authorization"]


@pytest.mark.parametrize(
    ("base", "style", "path"),
    [
        ("", "/{event}", "/dice"),
        ("", "/", "/"),
        ("", "/webhook/voice", "/webhook/voice"),
        ("/fn/", "/{event}", "/fn/dice"),
        ("", "/my/{event}/hook", "/my/dice/hook"),
        ("", "/räksmörgås", "/r%C3%A4ksm%C3%B6rg%C3%A5s"),
    ],
)
async def test_paths(target_of, function, setup, clock, base: str, style: str, path: str) -> None:
    callback = dice(setup, clock(), reason="N/A", result="N/A", duration_s=0, debit=Money())
    reply = await ask(target_of(function.url + base, path_style=style), callback)
    assert isinstance(reply, Answered)
    assert function.received()[-1]["path"] == path


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("empty", "empty"),
        ("text", "not JSON"),
        ("not-found", "status 404"),
        ("broken", "status 500"),
        ("redirect", "status 307. Redirects are not followed"),
        ("endless", "too long"),
        ("reset", "closed the connection"),
        ("half", "closed the connection"),
        ("gzip", "gzip"),
        ("silent", "No reply within 0.3 s"),
    ],
)
async def test_a_bad_reply_is_a_shown_outcome(
    rehearse, target_of, function, mode: str, words: str
) -> None:
    function.misbehave(mode)
    rehearsal = rehearse(
        target_of(function.url),
        assumes=CallAssumptions(reply_timeout_ms=300),
    )

    await asyncio.wait_for(rehearsal.call.dial(), 20)

    assert rehearsal.call.state.phase is CallPhase.ENDED
    assert words.lower() in rehearsal.failures()[0].lower()
    assert "disconnects the call" in rehearsal.failures()[0]
    gc.collect()  # the streams that were left early, and what ends them
    await asyncio.sleep(0)
    paths = [request["path"] for request in function.received()]
    assert "/elsewhere" not in paths


async def test_nothing_listens(target_of, an_ice) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        reply = await ask(target_of(f"http://127.0.0.1:{held.getsockname()[1]}"), an_ice)
    assert isinstance(reply, Failed)
    assert reply.title.startswith("Nothing listens on 127.0.0.1:")


async def test_a_name_is_tried_at_each_of_its_addresses(target_of, function, an_ice) -> None:
    reply = await ask(target_of(f"http://localhost:{function.port}"), an_ice)
    assert isinstance(reply, Answered)
    assert function.received()[0]["headers"]["host"] == f"localhost:{function.port}"


async def test_nothing_is_sent_to_a_public_address_unasked(target_of, an_ice) -> None:
    reply = await ask(target_of("https://192.0.2.7"), an_ice)
    assert isinstance(reply, Failed)
    assert reply.title == "Nothing was sent to 192.0.2.7:443"
    assert "Allow public addresses" in reply.detail


async def test_an_unknown_host(target_of, an_ice) -> None:
    reply = await ask(target_of("http://no-such-host.invalid:3000"), an_ice)
    assert isinstance(reply, Failed)
    assert "no host named no-such-host.invalid" in reply.detail


async def test_a_secret_that_is_none_is_told_and_never_shown(target_of, function, an_ice) -> None:
    target = target_of(function.url, signer=Signer(KEY, "s3cret!"))
    reply = await ask(target, an_ice)
    assert isinstance(reply, Failed)
    assert "not base64" in reply.detail
    assert "s3cret" not in repr(reply)
    assert function.received() == []


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    try:
        subprocess.run(
            [*openssl, "-subj", "/CN=localhost", "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl makes the certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return context


async def test_a_certificate_nobody_vouches_for_is_refused(
    target_of, an_ice, self_signed: ssl.SSLContext
) -> None:
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=self_signed)
    port = server.sockets[0].getsockname()[1]
    reply = await ask(target_of(f"https://localhost:{port}"), an_ice)
    server.close()
    await server.wait_closed()

    assert isinstance(reply, Failed)
    assert reply.title == f"The certificate of localhost:{port} is not trusted"
    assert requests == []


async def test_a_function_that_speaks_no_tls(target_of, function, an_ice) -> None:
    reply = await ask(target_of(f"https://127.0.0.1:{function.port}"), an_ice)
    assert isinstance(reply, Failed)
    assert "does not speak TLS" in reply.title


@pytest.mark.parametrize(
    ("url", "style", "words"),
    [
        ("localhost:3000", "/", "is written as"),
        ("ftp://localhost", "/", "is written as"),
        ("http://", "/", "is written as"),
        ("http://localhost:99999", "/", "port"),
        ("http://a:b@localhost", "/", "no password"),
        ("http://localhost?x=1", "/", "no ?"),
        ("http://localhost", "ice", "begins with /"),
        ("http://localhost", "/a b", "no space"),
        ("http://localhost", "/{id}", "{event}"),
    ],
)
def test_urls_that_make_no_sense(url: str, style: str, words: str) -> None:
    with pytest.raises(InvalidFunctionUrl) as caught:
        parse_function_url(url, style)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("10.1.2.3", True),
        ("172.31.0.1", True),
        ("192.168.1.1", True),
        ("fd00::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("8.8.8.8", False),
        ("172.32.0.1", False),
        ("169.254.169.254", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),
        ("2001:db8::1", False),
    ],
)
def test_which_addresses_are_near(address: str, near: bool) -> None:
    assert is_near(address) is near


def test_the_samples_hold_for_a_function_on_a_shared_cache(redis_url: str) -> None:
    """Sessions, rates, customers, wrong input, hang-ups, expiry and 20 callers, over real HTTP."""
    lines: list[str] = []
    redis_port = redis_url.rpartition(":")[2].partition("/")[0]
    for function in started(REDIS_PORT=redis_port):
        argv = [file_path("scenarios"), "--function", function.url, "--cache", redis_url]
        code = run_scenarios([str(each) for each in argv], lines.append, lines.append)
        sent = len(function.received())

    assert (code, [line for line in lines if line.startswith("FAILED")]) == (0, [])
    assert lines[-1].startswith("7 runs, ")
    assert sent > 130


def test_a_scenario_against_a_function(function, tmp_path: Path) -> None:
    file = tmp_path / "ten.json"
    call = {
        "caller": "+46701740605",
        "callers": 5,
        "steps": [{"press": "1"}],
        "expect": ["reply to pie has action hangup", "reply to dice has status 200"],
    }
    file.write_text(json.dumps({"version": 1, "name": "Five", "calls": [call]}))
    lines: list[str] = []

    code = run_scenarios([str(file), "--function", function.url], lines.append, lines.append)

    assert (code, lines[0].split(", ")[1]) == (0, "15 callbacks")
    assert len(function.received()) == 15


async def test_sinch_s_own_sdk_reads_and_verifies_what_is_sent(
    rehearse, target_of, function, setup, clock
) -> None:
    try:
        judge()
    except JudgeMissing as missing:
        skip(missing)
    target = target_of(function.url, signer=Signer(KEY, SECRET))
    rehearsal = rehearse(target)
    await rehearsal.call.dial()
    await rehearsal.call.press("1")
    await ask(target, ace(setup, clock(), amd=Amd("machine", "beep", 3)))
    await ask(target, notify(setup, "recording_finished", destination="s3://x/y.wav"))

    requests = function.received()
    found = verdicts(requests, KEY, SECRET)
    tampered = [{**request, "body": f"{request['body']} "} for request in requests]

    assert [each["event"] for each in found] == ["ice", "pie", "dice", "ace", "notify"]
    assert all(each["isSigned"] for each in found)
    assert {each["callid"] for each in found} == {setup.call_id}
    assert [each["isDate"] for each in found] == [True, True, True, True, False]
    assert [each["told"] for each in found] == [
        setup.caller,
        "sales",
        "MANAGERHANGUP",
        "machine",
        "recording_finished",
    ]
    assert not any(each["isSigned"] for each in verdicts(tampered, KEY, SECRET))
