"""A user who may not use a command of looking is told so where it matters, and loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import redis
from PySide6.QtCore import Qt

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.redis import RedisCache
from tests.ui.editor.conftest import Desk

Sit = Callable[[str], Awaitable[Desk]]
NO_TTLS = "-pttl -pexpiretime"
NO_SCRIPTS = "-eval -evalsha"


@pytest.fixture
async def sit(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis
) -> AsyncIterator[Sit]:
    """Takes a seat as a user with all rights but these."""
    async with AsyncExitStack() as stack:

        async def as_user(rights: str) -> Desk:
            everything = ("on", ">secret", "allkeys", "allchannels", "+@all")
            raw.execute_command("ACL", "SETUSER", "ann", "reset", *everything, *rights.split())
            cache = RedisCache(parse_target(redis_url.replace("://", "://ann:secret@")))
            stack.push_async_callback(cache.aclose)
            await cache.connect()
            return await seat(cache)

        yield as_user
    raw.execute_command("ACL", "DELUSER", "ann")


@pytest.mark.parametrize("rights", [NO_TTLS, f"{NO_TTLS} {NO_SCRIPTS}"])
async def test_a_ttl_that_is_not_told_is_neither_denied_nor_changed_nor_lost(
    sit: Sit, raw: redis.Redis, rights: str
) -> None:
    raw.set("k", '{"a":1}', px=3_600_000)
    desk = await sit(rights)
    await desk.open(b"k")
    assert desk.says("TTL not told")
    assert not desk.says("no expiry")
    for name in ("Live one minute longer", "Set the time to live", "Remove the expiry"):
        assert not desk.button(name).isEnabled()
    desk.write('{"a":2}')
    desk.ctrl("s")
    refusal = "Not saved: This user may not know when keys expire (PTTL)"
    await desk.until(lambda: desk.says(refusal))
    assert desk.says("Nothing was written. Whoever runs the server can permit it")
    assert desk.view().text() == '{"a":2}', "what was typed stays"
    assert raw.get("k") == b'{"a":1}'
    assert 0 < raw.pttl("k") <= 3_600_000


async def test_a_right_that_is_given_meanwhile_is_used(sit: Sit, raw: redis.Redis) -> None:
    raw.set("k", "1", px=3_600_000)
    desk = await sit(NO_TTLS)
    await desk.open(b"k")
    assert desk.says("TTL not told")
    raw.execute_command("ACL", "SETUSER", "ann", "+pttl", "+pexpiretime")
    desk.tabs.values_may_have_changed()
    await desk.until(lambda: desk.says("expires in"))
    desk.write("2")
    desk.ctrl("s")
    await desk.until(lambda: raw.get("k") == b"2")
    assert 0 < raw.pttl("k") <= 3_600_000


@pytest.mark.parametrize("rights", ["-type", f"-type {NO_SCRIPTS}"])
async def test_where_types_are_not_told_a_string_opens_and_a_save_says_what_is_missing(
    sit: Sit, raw: redis.Redis, rights: str
) -> None:
    raw.set("k", "1", px=3_600_000)
    desk = await sit(rights)
    await desk.open(b"k")
    assert desk.view().text() == "1"
    assert desk.says("expires in")
    desk.write("2")
    desk.ctrl("s")
    refusal = "Not saved: This user may not know the types of keys (TYPE)"
    await desk.until(lambda: desk.says(refusal))
    assert raw.get("k") == b"1"


async def test_what_is_no_string_says_why_it_stays_closed_where_types_are_not_told(
    sit: Sit, raw: redis.Redis
) -> None:
    raw.hset("hash", "a", "1")
    desk = await sit("-type")
    await desk.open(b"hash")
    assert desk.says("This user may not know the types of keys (TYPE)")
    assert desk.says("can be shown only if it is a string, and this is none. Whoever runs the")
    await desk.open(b"nothing")
    assert desk.says("This key does not exist")
    raw.execute_command("ACL", "SETUSER", "ann", "+type")
    await desk.open(b"hash")
    desk.click("Try again")
    await desk.until(lambda: desk.says("hash, 1 field"))


async def test_where_info_is_hidden_no_entry_of_a_stream_is_deleted_without_a_question(
    sit: Sit, raw: redis.Redis
) -> None:
    raw.xadd("stream", {"n": "1"}, id="5-1")
    desk = await sit("-info")
    pane = await desk.open(b"stream")
    table = pane.pages.elements.table
    await desk.until(lambda: table.model().rowCount() == 1)
    table.selectRow(0)
    desk.keys(Qt.Key.Key_Delete, widget=table)
    await desk.until(lambda: desk.says("Delete 1 entry?"))
    assert desk.says("only where INFO tells that the server is Redis or Valkey")
    desk.click("Keep")
    assert raw.xlen("stream") == 1
    desk.keys(Qt.Key.Key_Delete, widget=table)
    await desk.until(lambda: "Delete for good" in desk.button_texts())
    desk.click("Delete for good")
    await desk.until(lambda: desk.says("This cannot be taken back."))
    assert raw.xlen("stream") == 0


async def test_a_long_string_is_followed_where_types_are_not_told(
    sit: Sit, raw: redis.Redis
) -> None:
    raw.set("long", "a" * 1_100_000)
    desk = await sit("-type")
    pane = await desk.open(b"long")
    desk.tabs.values_may_have_changed()
    await desk.until(lambda: not pane.tasks.is_running("follow"))
    assert not desk.says("This value may be out of date")
    raw.set("long", "b")
    desk.tabs.values_may_have_changed()
    await desk.until(lambda: desk.view().text() == "b")
