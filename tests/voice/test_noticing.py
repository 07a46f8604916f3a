"""What a function behind a URL may have done is told by what is seen of the cache."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.interface import Gone
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.voice.callbacks import Callback, ice
from sinch_cache_gui.voice.noticing import Noticing, keys_of
from sinch_cache_gui.voice.recording import Unread


@pytest.fixture
def noticing(cache: MemoryCache) -> Noticing:
    return Noticing(cache)


@pytest.fixture
def callback(setup, clock) -> Callback:
    return ice(setup, clock())


def written(*keys: bytes) -> list[Change]:
    return [Change(key, ChangeKind.WRITTEN) for key in keys]


def test_the_keys_of_a_callback_are_those_of_the_documented_patterns(callback, setup) -> None:
    session = f"session:{setup.call_id}".encode()
    assert keys_of(callback, "+46") == (
        session,
        b"session:undefined",
        b"rate:+46",
        b"customer:+46",
    )


async def test_a_change_is_compared_with_what_was_seen_last(
    noticing, cache, clock, callback
) -> None:
    await cache.set("a", 1, 600)
    await noticing.look_at([b"a", b"b"])
    clock.advance(19)
    await cache.set("a", 2, 600)
    await cache.set("b", 1, 60)

    told = await noticing.operations(written(b"a", b"b", b"never-seen"), callback)

    assert [(each.name, each.before, each.after) for each in told] == [
        ("set", 1, 2),
        ("set", None, 1),
        ("delete", Unread.UNREAD, None),
    ]
    assert [(each.left_before, each.ttl_s) for each in told] == [
        (581_000, 600),
        (Gone(), 60),
        (Unread.UNREAD, None),
    ]
    assert not any(each.is_certain for each in told)


async def test_what_was_noticed_by_looking_is_not_told_again(noticing, cache, callback) -> None:
    await noticing.look_at([b"a"])
    await cache.set("a", 1)
    assert [each.after for each in await noticing.look_at([b"a"], callback)] == [1]
    assert await noticing.look_at([b"a"], callback) == []
    assert await noticing.operations(written(b"a"), callback) == []
    await cache.delete("a")
    assert [each.name for each in await noticing.look_at([b"a"], callback)] == ["delete"]


async def test_nobody_is_told_to_have_done_what_time_did(noticing, cache, clock, callback) -> None:
    await cache.set("a", 1, 10)
    await cache.set("b", 1, 10)
    await noticing.look_at([b"a", b"b"])
    clock.advance(11)
    assert await noticing.look_at([b"a"], callback) == []
    assert await noticing.operations([Change(b"b", ChangeKind.EXPIRED)], callback) == []


async def test_what_changed_unwatched_is_unknown(noticing, cache, callback) -> None:
    await noticing.look_at([b"a"])
    await cache.set("a", 1)
    noticing.forget(written(b"a"))
    await cache.set("a", 2)
    (told,) = await noticing.operations(written(b"a"), callback)
    assert (told.before, told.after) == (Unread.UNREAD, 2)
