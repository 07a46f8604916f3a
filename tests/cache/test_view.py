"""A cache seen below a prefix, or not to be written."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from sinch_cache_gui.cache.errors import InvalidKey, NotPermitted
from sinch_cache_gui.cache.feed import Change, ChangeKind, Changes, Flushed, LiveSource, LiveStatus
from sinch_cache_gui.cache.interface import Persist, Snapshot, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.view import CacheView


@pytest.fixture
def inner() -> MemoryCache:
    return MemoryCache()


async def test_only_keys_below_the_prefix_exist_and_are_named_without_it(
    inner: MemoryCache,
) -> None:
    view = CacheView(inner, prefix=b"f*:")
    await inner.set("f*:a", 1)
    await inner.set("fx:b", 2)
    await view.set("c", 3)
    assert sorted(await view.keys()) == ["a", "c"]
    assert (await view.scan_page()).keys == [b"a", b"c"]
    assert sorted(await inner.keys()) == ["f*:a", "f*:c", "fx:b"]
    assert await view.get("x:b") is None


async def test_changes_elsewhere_are_not_told(inner: MemoryCache) -> None:
    view = CacheView(inner, prefix=b"fn:")
    async with aclosing(view.watch()) as feed:
        assert await anext(feed) == LiveStatus(LiveSource.MEMORY)
        await inner.set("other", 1)
        await inner.delete("other")
        await inner.write(b"fn:a", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
        assert await anext(feed) == Changes((Change(b"a", ChangeKind.WRITTEN),))
        await inner.clear()
        assert await anext(feed) == Flushed()


async def test_a_removed_key_is_told_by_its_name_in_the_view(inner: MemoryCache) -> None:
    view = CacheView(inner, prefix=b"fn:")
    await view.set("a", 1)
    removed = await view.remove(b"a")
    assert removed.before.key == b"a"
    await view.restore(removed.before)
    assert await inner.has("fn:a")


async def test_nothing_is_written_through_a_read_only_view(inner: MemoryCache) -> None:
    await inner.set("a", 1, 60)
    before = await inner.read(b"a")
    view = CacheView(inner, is_read_only=True)
    assert view.is_read_only
    for attempt in (
        view.set("a", 2),
        view.delete("a"),
        view.extend("a", 60),
        view.write(b"a", b"2", expected=b"1", ttl=TtlPolicy.KEEP),
        view.overwrite(b"a", b"2", 1000),
        view.change_ttl(b"a", Persist()),
        view.remove(b"a"),
        view.restore(Snapshot(b"b", "string", b"1", None)),
        view.rename(b"a", b"b"),
    ):
        with pytest.raises(NotPermitted, match="read-only"):
            await attempt
    for refused in (
        await view.remove_many([b"a"]),
        await view.change_ttl_many([(b"a", Persist())]),
        await view.restore_many([Snapshot(b"b", "string", b"1", None)]),
    ):
        assert [type(answer) for answer in refused] == [NotPermitted]
    assert await inner.read(b"a") == before
    assert await inner.keys() == ["a"]
    assert await view.get("a") == 1


async def test_a_view_of_a_read_only_view_is_read_only(inner: MemoryCache) -> None:
    view = CacheView(CacheView(inner, is_read_only=True), prefix=b"a:")
    with pytest.raises(NotPermitted):
        await view.set("a", 1)


def test_a_prefix_is_text(inner: MemoryCache) -> None:
    with pytest.raises(InvalidKey):
        CacheView(inner, prefix=b"\xff")


async def test_what_a_rename_leaves_behind_is_below_the_prefix(inner: MemoryCache) -> None:
    view = CacheView(inner, prefix=b"fn:")
    await view.set("a", 1)
    await view.rename(b"a", b"b", leaving=Snapshot(b"a", "string", b"2", None))
    assert (await inner.get("fn:a"), await inner.get("fn:b")) == (2, 1)
