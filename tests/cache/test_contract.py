"""What every cache does alike: as a function sees it, and as an inspector does."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sinch_cache_gui.cache.errors import InvalidKey, InvalidTtl, InvalidValue, WrongType
from sinch_cache_gui.cache.interface import (
    MAX_TTL_MS,
    CacheBackend,
    Changed,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    Gone,
    KeyInfo,
    KeyType,
    MoveDeadline,
    Persist,
    Saved,
    Snapshot,
    StoredValue,
    TtlChanged,
    TtlPolicy,
)

if TYPE_CHECKING:
    from tests.cache.conftest import Stage

HOUR_MS = 3_600_000
AWKWARD_KEYS = [
    b"",
    b" ",
    b"a b",
    b"a\nb",
    b":a::",
    b"\xff\x00\xfe",
    "nyckel-å-🙂".encode(),
    b"*?[",
]
BAD_SECONDS = [0, -1, 1.5, 60.0, math.nan, math.inf, True, "60", 10**12]


@pytest.fixture
def cache(stage: Stage) -> CacheBackend:
    return stage.cache


async def ttl_of(cache: CacheBackend, key: bytes) -> int | None:
    """The time a key has left; a moment has passed since it was set."""
    (deadline,) = await cache.deadlines([key])
    assert not isinstance(deadline, Gone)
    return None if deadline is None else deadline - cache.now_ms()


def is_about(actual: int | None, expected: int) -> bool:
    return actual is not None and expected - 2000 <= actual <= expected + 50


# ----- as a function sees it


VALUES = [
    *(None, True, False, 0, 1.5, -0.0, 1e300, 12345678901234567890123, "", "text", "å🙂\n\x00"),
    *([], [1, [2, {"a": None}]], {}, {"å": {"b": []}, "": 1}, "\ud800", '"quoted"'),
]


async def test_what_is_set_is_got(cache: CacheBackend) -> None:
    for value in VALUES:
        await cache.set("key", value)
        assert await cache.get("key") == value
        assert await cache.get_many(["key", "none"]) == {"key": value, "none": None}


async def test_values_are_stored_as_compact_json_text(cache: CacheBackend) -> None:
    await cache.set("key", {"callerNumber": "+46", "å": [1, 2.5, None]})
    stored = await cache.read(b"key")
    assert stored is not None
    assert stored.data == '{"callerNumber":"+46","å":[1,2.5,null]}'.encode()


async def test_a_key_lives_an_hour_unless_told_otherwise(cache: CacheBackend) -> None:
    await cache.set("default", 1)
    await cache.set("none", 1, None)
    await cache.set("short", 1, 60)
    assert is_about(await ttl_of(cache, b"default"), HOUR_MS)
    assert is_about(await ttl_of(cache, b"none"), HOUR_MS)
    assert is_about(await ttl_of(cache, b"short"), 60_000)


async def test_setting_again_replaces_value_and_ttl(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    await cache.set("key", 2, 600)
    assert await cache.get("key") == 2
    assert is_about(await ttl_of(cache, b"key"), 600_000)


async def test_a_ttl_that_makes_no_sense_is_refused(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    for ttl in BAD_SECONDS:
        with pytest.raises(InvalidTtl):
            await cache.set("key", 2, ttl)
        with pytest.raises(InvalidTtl):
            await cache.extend("key", ttl)
    with pytest.raises(InvalidTtl):
        await cache.extend("key", None)
    assert await cache.get("key") == 1
    assert is_about(await ttl_of(cache, b"key"), 60_000)


async def test_what_json_cannot_say_is_refused(cache: CacheBackend) -> None:
    for value in (math.nan, [math.inf], {1: 2}, {"a": (1,)}, object(), b"bytes", {"a": {1, 2}}):
        with pytest.raises(InvalidValue):
            await cache.set("key", value)
    assert not await cache.has("key")


async def test_a_value_within_itself_is_refused(cache: CacheBackend) -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(InvalidValue):
        await cache.set("key", endless)


async def test_half_a_surrogate_is_no_key(cache: CacheBackend) -> None:
    with pytest.raises(InvalidKey):
        await cache.set("\ud800", 1)
    with pytest.raises(InvalidKey):
        await cache.get("\ud800")


async def test_a_missing_key_is_nothing(cache: CacheBackend) -> None:
    assert await cache.get("none") is None
    assert not await cache.has("none")
    assert not await cache.delete("none")
    assert not await cache.extend("none", 60)
    assert await cache.get_many([]) == {}
    assert await cache.keys() == []


async def test_deleting_removes(cache: CacheBackend) -> None:
    await cache.set("key", 1)
    assert await cache.has("key")
    assert await cache.delete("key")
    assert not await cache.has("key")
    assert await cache.get("key") is None


async def test_extending_adds_to_the_remaining_time(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    (before,) = await cache.deadlines([b"key"])
    assert await cache.extend("key", 300)
    assert await cache.deadlines([b"key"]) == [before + 300_000]


async def test_extending_a_key_without_ttl_changes_nothing(stage: Stage) -> None:
    await stage.behind.put(stage.full(b"key"), b"1", None)
    assert await stage.cache.extend("key", 60)
    assert await stage.cache.deadlines([b"key"]) == [None]


async def test_an_expired_key_is_gone(stage: Stage) -> None:
    await stage.cache.set("key", 1, 60)
    await stage.behind.expire(stage.full(b"key"))
    assert await stage.cache.get("key") is None
    assert not await stage.cache.has("key")
    assert not await stage.cache.extend("key", 60)
    assert not await stage.cache.delete("key")
    assert await stage.cache.keys() == []
    assert await stage.cache.deadlines([b"key"]) == [Gone()]


async def test_keys_are_listed_by_pattern(cache: CacheBackend) -> None:
    for key in ("session:1", "session:2", "rate:+46", "", "[x]"):
        await cache.set(key, 1)
    assert sorted(await cache.keys("session:*")) == ["session:1", "session:2"]
    assert sorted(await cache.keys("session:[^1]")) == ["session:2"]
    assert await cache.keys("\\[x\\]") == ["[x]"]
    assert await cache.keys("rate:????") == []
    assert len(await cache.keys()) == 5
    assert "" not in await cache.keys("**")


async def test_keys_that_are_not_text_are_not_a_functions(stage: Stage) -> None:
    await stage.behind.put(stage.full(b"\xff"), b"1", None)
    await stage.cache.set("text", 1)
    assert await stage.cache.keys() == ["text"]
    assert sorted((await stage.cache.scan_page()).keys) == [b"text", b"\xff"]


async def test_stored_bytes_that_are_not_json_are_reported(stage: Stage) -> None:
    for data in (b"", b"{", b"NaN", b"\xff", b"\xef\xbb\xbf1", b"[" * 100_000):
        await stage.behind.put(stage.full(b"key"), data, None)
        with pytest.raises(InvalidValue):
            await stage.cache.get("key")


async def test_a_key_of_another_type_is_reported_and_left_alone(stage: Stage) -> None:
    stage.raw.hset(stage.full(b"hash"), "field", "value")
    for attempt in (
        stage.cache.set("hash", 1),
        stage.cache.get("hash"),
        stage.cache.get_many(["hash"]),
    ):
        with pytest.raises(WrongType):
            await attempt
    assert stage.raw.hgetall(stage.full(b"hash")) == {b"field": b"value"}
    assert await stage.cache.has("hash")
    assert await stage.cache.extend("hash", 60)
    assert await stage.cache.keys() == ["hash"]
    assert await stage.cache.delete("hash")


# ----- as an inspector sees it


async def test_every_key_is_scanned_described_and_read_byte_for_byte(stage: Stage) -> None:
    for key in AWKWARD_KEYS:
        await stage.behind.put(stage.full(key), b"\x00\xffvalue" + key, 60_000)
    seen: set[bytes] = set()
    page = await stage.cache.scan_page(count=2)
    seen.update(page.keys)
    while page.next is not None:
        page = await stage.cache.scan_page(page.next, count=2)
        seen.update(page.keys)
    assert seen == set(AWKWARD_KEYS)
    infos = await stage.cache.describe([*AWKWARD_KEYS, b"missing"], preview_bytes=3)
    assert infos.pop() is None
    for key, info in zip(AWKWARD_KEYS, infos, strict=True):
        stored = await stage.cache.read(key)
        assert info == KeyInfo(key, "string", stored.deadline_ms, 7 + len(key), b"\x00\xffv")
        assert stored.data == b"\x00\xffvalue" + key


async def test_a_scan_takes_a_pattern(stage: Stage) -> None:
    for key in (b"a:1", b"a:2", b"b:1", b"\xff:1"):
        await stage.behind.put(stage.full(key), b"1", None)
    assert sorted((await stage.cache.scan_page(pattern=b"a:*")).keys) == [b"a:1", b"a:2"]
    assert sorted((await stage.cache.scan_page(pattern=b"[\xff]:?")).keys) == [b"\xff:1"]


async def scanned(cache: CacheBackend, type_: str) -> set[bytes]:
    page = await cache.scan_page(count=3, type_=type_)
    seen = set(page.keys)
    while page.next is not None:
        page = await cache.scan_page(page.next, count=3, type_=type_)
        seen.update(page.keys)
    return seen


async def test_a_scan_takes_a_type(stage: Stage) -> None:
    strings = {b"s:%d" % number for number in range(20)}
    for key in strings:
        await stage.behind.put(stage.full(key), b"1", None)
    assert await scanned(stage.cache, KeyType.STRING) == strings
    for kind in (KeyType.HASH, "a-module's", KeyType.NO_ACCESS):
        assert await scanned(stage.cache, kind) == set()
    page = await stage.cache.scan_page(pattern=b"s:1", count=1000, type_=KeyType.STRING)
    assert list(page.keys) == [b"s:1"]
    assert await stage.cache.types([b"s:1", b"missing"]) == [KeyType.STRING, None]
    assert await stage.cache.exist([b"s:1", b"missing"]) == [True, False]


async def test_a_scan_finds_the_keys_of_any_type(stage: Stage) -> None:
    raw, full = stage.raw, stage.full
    for number in range(5):
        raw.hset(full(b"h:%d" % number), "a", "1")
        raw.sadd(full(b"m:%d" % number), "1")
    raw.rpush(full(b"l"), "1")
    assert await scanned(stage.cache, KeyType.HASH) == {b"h:%d" % at for at in range(5)}
    assert await scanned(stage.cache, KeyType.SET) == {b"m:%d" % at for at in range(5)}
    assert await scanned(stage.cache, KeyType.LIST) == {b"l"}
    assert await stage.cache.types([b"l", b"m:1"]) == [KeyType.LIST, KeyType.SET]


async def test_keys_are_counted_unless_only_a_part_is_seen(stage: Stage) -> None:
    for number in range(3):
        await stage.cache.set(f"k{number}", number)
    assert await stage.cache.count_keys() == (None if stage.prefix else 3)


async def test_other_types_are_described_with_their_sizes(stage: Stage) -> None:
    raw, full = stage.raw, stage.full
    raw.hset(full(b"hash"), mapping={"a": "1", "b": "2"})
    raw.rpush(full(b"list"), "1", "2", "3")
    raw.sadd(full(b"set"), "1")
    raw.zadd(full(b"zset"), {"1": 1, "2": 2})
    raw.xadd(full(b"stream"), {"a": "1"})
    raw.pexpireat(full(b"set"), stage.cache.now_ms() + HOUR_MS)
    names = [KeyType.HASH, KeyType.LIST, KeyType.SET, KeyType.ZSET, KeyType.STREAM]
    infos = await stage.cache.describe([name.encode() for name in names])
    assert [(info.type, info.size) for info in infos] == list(
        zip(names, (2, 3, 1, 2, 1), strict=True)
    )
    assert infos[2].deadline_ms == raw.pexpiretime(full(b"set"))
    assert await stage.cache.read(b"list") == StoredValue("list", None, 3, None)


# ----- writing without losing anything


async def test_a_save_keeps_the_ttl_to_the_millisecond(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    (before,) = await cache.deadlines([b"key"])
    outcome = await cache.write(b"key", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    assert outcome == Saved(before, Snapshot(b"key", "string", b"1", before))
    assert await cache.read(b"key") == StoredValue("string", b"2", 1, before)


async def test_a_save_keeps_a_key_without_ttl_so(cache: CacheBackend) -> None:
    await cache.write(b"key", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    outcome = await cache.write(b"key", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    assert outcome == Saved(None, Snapshot(b"key", "string", b"1", None))
    assert await cache.deadlines([b"key"]) == [None]


async def test_a_save_can_set_a_ttl_or_remove_it(cache: CacheBackend) -> None:
    await cache.write(b"key", b"1", expected=None, ttl=60_000)
    assert is_about(await ttl_of(cache, b"key"), 60_000)
    outcome = await cache.write(b"key", b"2", expected=b"1", ttl=1234)
    assert (await cache.deadlines([b"key"])) == [outcome.deadline_ms]
    await cache.write(b"key", b"3", expected=b"2", ttl=TtlPolicy.NO_EXPIRY)
    assert await cache.deadlines([b"key"]) == [None]


async def test_a_save_over_another_value_is_not_made(stage: Stage) -> None:
    await stage.behind.put(stage.full(b"key"), b"theirs", 60_000)
    other = await stage.cache.read(b"key")
    for expected in (b"mine", None, b""):
        ttl = TtlPolicy.NO_EXPIRY
        outcome = await stage.cache.write(b"key", b"new", expected=expected, ttl=ttl)
        assert outcome == Changed(other)
    assert await stage.cache.read(b"key") == other


async def test_a_save_never_revives_a_key(stage: Stage) -> None:
    await stage.cache.set("key", 1, 60)
    await stage.behind.expire(stage.full(b"key"))
    for ttl in (TtlPolicy.KEEP, TtlPolicy.NO_EXPIRY, 60_000):
        assert await stage.cache.write(b"key", b"2", expected=b"1", ttl=ttl) == Gone()
    assert await stage.cache.read(b"key") is None


async def test_a_save_over_another_type_is_not_made(stage: Stage) -> None:
    stage.raw.rpush(stage.full(b"key"), "a", "b")
    changed = Changed(StoredValue("list", None, 2, None))
    for expected in (b"a", None):
        ttl = TtlPolicy.NO_EXPIRY
        assert await stage.cache.write(b"key", b"1", expected=expected, ttl=ttl) == changed
    assert await stage.cache.remove(b"key", expected=b"a") == changed
    with pytest.raises(WrongType):
        await stage.cache.overwrite(b"key", b"1", 60_000)
    assert stage.raw.llen(stage.full(b"key")) == 2


async def test_an_overwrite_tells_what_it_replaced(cache: CacheBackend) -> None:
    first = await cache.overwrite(b"key", b"one", 60_000)
    second = await cache.overwrite(b"key", b"two", 600_000)

    assert first.before is None
    assert second.before == Snapshot(b"key", KeyType.STRING, b"one", first.deadline_ms)
    assert is_about(await ttl_of(cache, b"key"), 600_000)
    stored = await cache.read(b"key")
    assert stored is not None
    assert (stored.data, stored.deadline_ms) == (b"two", second.deadline_ms)
    with pytest.raises(InvalidTtl):
        await cache.overwrite(b"key", b"three", 0)


async def test_any_bytes_are_written_as_they_are(cache: CacheBackend) -> None:
    for key in AWKWARD_KEYS:
        held: bytes | None = None
        for value in (b"", b"\x00", b"\xff\xfe", bytes(range(256)), b"x" * 100_000):
            ttl = TtlPolicy.NO_EXPIRY if held is None else TtlPolicy.KEEP
            assert isinstance(await cache.write(key, value, expected=held, ttl=ttl), Saved)
            assert await cache.read(key) == StoredValue("string", value, len(value), None)
            held = value


async def test_a_new_key_has_no_ttl_to_keep(cache: CacheBackend) -> None:
    with pytest.raises(InvalidTtl):
        await cache.write(b"key", b"1", expected=None, ttl=TtlPolicy.KEEP)


async def test_milliseconds_that_make_no_sense_are_refused(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    for ms in (0, -1, 1.5, True, MAX_TTL_MS + 1):
        with pytest.raises(InvalidTtl):
            await cache.write(b"key", b"2", expected=b"1", ttl=ms)
        for change in (ExpireIn(ms), ExtendBy(ms)):
            with pytest.raises(InvalidTtl):
                await cache.change_ttl(b"key", change)
    now_ms = cache.now_ms()
    (when,) = await cache.deadlines([b"key"])
    for moment in (now_ms + 60_000.5, now_ms + 2 * MAX_TTL_MS, now_ms - 1000):
        for change in (ExpireAt(moment), MoveDeadline(when, moment)):
            with pytest.raises(InvalidTtl):
                await cache.change_ttl(b"key", change)
    assert await cache.deadlines([b"key"]) == [when]
    assert await cache.get("key") == 1


async def test_a_ttl_is_changed_in_every_way(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    (first,) = await cache.deadlines([b"key"])
    extended = await cache.change_ttl(b"key", ExtendBy(1500))
    assert extended == TtlChanged(first, first + 1500)
    moment = cache.now_ms() + 90_001
    assert await cache.change_ttl(b"key", ExpireAt(moment)) == TtlChanged(first + 1500, moment)
    assert await cache.change_ttl(b"key", Persist()) == TtlChanged(moment, None)
    assert await cache.change_ttl(b"key", Persist()) == TtlChanged(None, None)
    assert await cache.change_ttl(b"key", ExtendBy(1000)) == TtlChanged(None, None)
    changed = await cache.change_ttl(b"key", ExpireIn(5000))
    assert changed.before_ms is None
    assert is_about(changed.after_ms - cache.now_ms(), 5000)
    assert await cache.get("key") == 1


async def test_the_ttl_of_no_key_is_not_changed(cache: CacheBackend) -> None:
    for change in (ExpireIn(5), ExtendBy(5), ExpireAt(cache.now_ms() + 60_000), Persist()):
        assert await cache.change_ttl(b"none", change) == Gone()
    with pytest.raises(InvalidTtl):
        await cache.change_ttl(b"none", ExpireAt(cache.now_ms() - 1000))


async def test_a_removed_key_comes_back_as_it_was(cache: CacheBackend) -> None:
    await cache.set("key", {"a": 1}, 60)
    before = await cache.read(b"key")
    removed = await cache.remove(b"key")
    assert removed == Saved(None, Snapshot(b"key", "string", b'{"a":1}', before.deadline_ms))
    assert await cache.read(b"key") is None
    assert await cache.restore(removed.before) == Saved(before.deadline_ms, None)
    assert await cache.read(b"key") == before


async def test_a_key_without_ttl_comes_back_without(cache: CacheBackend) -> None:
    await cache.write(b"\xff", b"\x00", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    removed = await cache.remove(b"\xff", expected=b"\x00")
    assert await cache.restore(removed.before) == Saved(None, None)
    assert await cache.read(b"\xff") == StoredValue("string", b"\x00", 1, None)


async def test_a_removal_of_what_is_not_there_is_not_made(cache: CacheBackend) -> None:
    assert await cache.remove(b"none") == Gone()
    assert await cache.remove(b"none", expected=b"1") == Gone()
    await cache.set("key", 1)
    stored = await cache.read(b"key")
    assert await cache.remove(b"key", expected=b"2") == Changed(stored)
    assert await cache.has("key")


async def test_nothing_is_restored_over_a_key_or_past_its_deadline(stage: Stage) -> None:
    cache = stage.cache
    await cache.set("key", 1, 60)
    removed = await cache.remove(b"key")
    await cache.set("key", 2, 60)
    other = await cache.read(b"key")
    assert await cache.restore(removed.before) == Changed(other)
    late = Snapshot(b"late", "string", b"1", cache.now_ms() - 1)
    assert await cache.restore(late) == Gone()
    assert not await cache.has("late")


@pytest.mark.parametrize("ttl_ms", [None, HOUR_MS])
async def test_other_types_are_removed_and_restored_whole(stage: Stage, ttl_ms: int | None) -> None:
    key = stage.full(b"hash")
    stage.raw.hset(key, mapping={"a": "1", "b": b"\xff"})
    if ttl_ms is not None:
        stage.raw.pexpire(key, ttl_ms)
    deadline = stage.raw.pexpiretime(key)
    removed = await stage.cache.remove(b"hash")
    assert stage.raw.exists(key) == 0
    assert removed.before.type == "hash"
    assert isinstance(await stage.cache.restore(removed.before), Saved)
    assert stage.raw.hgetall(key) == {b"a": b"1", b"b": b"\xff"}
    assert stage.raw.pexpiretime(key) == deadline
    assert await stage.cache.restore(removed.before) == Changed(
        StoredValue("hash", None, 2, None if deadline == -1 else deadline)
    )


async def test_many_keys_are_removed_and_restored_each_with_its_own_answer(stage: Stage) -> None:
    cache = stage.cache
    keys = [b"many:%d" % number for number in range(450)]
    for number, key in enumerate(keys):
        await stage.behind.put(stage.full(key), b"\xff%d" % number, 60_000 if number % 2 else None)
    before = [await cache.snapshot(key) for key in keys]

    removed = await cache.remove_many([*keys, b"never there"])
    assert removed == [*(Saved(None, snapshot) for snapshot in before), Gone()]
    assert await cache.deadlines(keys) == [Gone()] * 450

    await stage.behind.put(stage.full(keys[7]), b"theirs", None)
    snapshots = [snapshot for snapshot in before if snapshot is not None]
    past = Snapshot(b"past", KeyType.STRING, b"1", cache.now_ms() - 1)
    restored = await cache.restore_many([*snapshots, past])
    theirs = StoredValue(KeyType.STRING, b"theirs", 6, None)
    expected = [Saved(snapshot.deadline_ms, None) for snapshot in snapshots]
    assert restored == [*expected[:7], Changed(theirs), *expected[8:], Gone()]
    assert [await cache.snapshot(key) for key in keys[8:]] == before[8:]


async def test_ttls_of_many_keys_are_changed_each_with_its_own_answer(cache: CacheBackend) -> None:
    for key in (b"brief", b"long", b"endless"):
        ttl = TtlPolicy.NO_EXPIRY if key == b"endless" else 60_000
        await cache.write(key, b"1", expected=None, ttl=ttl)
    brief, long, _ = await cache.deadlines([b"brief", b"long", b"endless"])
    assert isinstance(brief, int)
    assert isinstance(long, int)
    deadline_ms = cache.now_ms() + HOUR_MS
    told = await cache.change_ttl_many(
        [
            (b"never there", Persist()),
            (b"brief", ExpireAt(deadline_ms)),
            (b"long", ExpireAt(cache.now_ms() - 1)),
            (b"endless", ExtendBy(1000)),
            (b"long", Persist()),
        ]
    )
    refused = told.pop(2)
    assert isinstance(refused, InvalidTtl)
    assert told == [
        Gone(),
        TtlChanged(brief, deadline_ms),
        TtlChanged(None, None),
        TtlChanged(long, None),
    ]
    assert await cache.deadlines([b"brief", b"long", b"endless"]) == [deadline_ms, None, None]


async def test_nothing_is_asked_of_many_that_are_none(cache: CacheBackend) -> None:
    assert await cache.remove_many([]) == []
    assert await cache.restore_many([]) == []
    assert await cache.change_ttl_many([]) == []
    assert await cache.replace_many([]) == []
    assert await cache.snapshot_many([]) == []


async def test_many_keys_are_taken_whole_and_replaced_each_with_its_own_answer(
    stage: Stage,
) -> None:
    cache = stage.cache
    keys = [b"many:%d" % number for number in range(250)]
    for number, key in enumerate(keys):
        await stage.behind.put(stage.full(key), b"\xff%d" % number, 60_000 if number % 2 else None)
    held = await cache.snapshot_many([*keys, b"never there", keys[0]])
    assert held == [await cache.snapshot(key) for key in [*keys, b"never there", keys[0]]]
    taken = [one for one in held if isinstance(one, Snapshot)][:250]

    await stage.behind.put(stage.full(keys[7]), b"theirs", None)
    await stage.behind.remove(stage.full(keys[8]))
    deadline_ms = cache.now_ms() + HOUR_MS
    pairs = [
        (one, None if number % 3 == 0 else replace(one, payload=b"new", deadline_ms=deadline_ms))
        for number, one in enumerate(taken)
    ]
    outcomes = await cache.replace_many(pairs)
    theirs = StoredValue(KeyType.STRING, b"theirs", 6, None)
    expected = [Saved(by and by.deadline_ms, one) for one, by in pairs]
    assert outcomes == [*expected[:7], Changed(theirs), Gone(), *expected[9:]]
    kept = replace(taken[1], payload=b"new")
    past = replace(kept, deadline_ms=cache.now_ms() - 1)
    assert await cache.replace_many([(kept, past), (kept, None)]) == [
        Gone(),
        Saved(None, replace(kept, deadline_ms=deadline_ms)),
    ]
    found = await cache.snapshot_many(keys)
    assert found[9:] == [by for _, by in pairs[9:]]


async def test_many_keys_of_every_type_and_size_are_taken_whole(stage: Stage) -> None:
    for number in range(3):
        stage.raw.hset(stage.full(b"hash:%d" % number), "f", b"\xff" * number)
        stage.raw.zadd(stage.full(b"zset:%d" % number), {"a": number})
        await stage.behind.put(stage.full(b"large:%d" % number), bytes(700_000 + number), 60_000)
    keys = [b"%s:%d" % (name, at) for at in range(3) for name in (b"hash", b"large", b"zset")]
    held = await stage.cache.snapshot_many(keys)
    assert held == [await stage.cache.snapshot(key) for key in keys]
    assert {one.type for one in held} == {"hash", "string", "zset"}


async def test_many_keys_of_other_types_and_of_any_size_are_removed_whole(stage: Stage) -> None:
    for number in range(5):
        stage.raw.hset(stage.full(b"hash:%d" % number), "f", b"\xff" * number)
        await stage.behind.put(stage.full(b"large:%d" % number), bytes(700_000 + number), None)
    keys = [b"%s:%d" % (name, number) for number in range(5) for name in (b"hash", b"large")]
    before = [await stage.cache.snapshot(key) for key in keys]
    removed = await stage.cache.remove_many(keys)
    assert removed == [Saved(None, snapshot) for snapshot in before]
    restored = await stage.cache.restore_many([one for one in before if one is not None])
    assert restored == [Saved(None, None)] * 10
    assert [await stage.cache.snapshot(key) for key in keys] == before


@pytest.mark.usefixtures("one_server")
async def test_a_renamed_key_keeps_its_bytes_and_its_deadline(cache: CacheBackend) -> None:
    for to in AWKWARD_KEYS:
        await cache.write(b"old", b"\x00\xff", expected=None, ttl=60_000)
        before = await cache.snapshot(b"old")
        assert await cache.rename(b"old", to) == Saved(before.deadline_ms, None, before)
        assert await cache.read(b"old") is None
        assert await cache.snapshot(to) == replace(before, key=to)


@pytest.mark.usefixtures("one_server")
async def test_a_key_without_ttl_is_renamed_without(cache: CacheBackend) -> None:
    await cache.write(b"old", b"1", expected=None, ttl=TtlPolicy.NO_EXPIRY)
    renamed = Snapshot(b"old", "string", b"1", None)
    assert await cache.rename(b"old", b"new") == Saved(None, None, renamed)
    assert await cache.read(b"new") == StoredValue("string", b"1", 1, None)


@pytest.mark.usefixtures("one_server")
async def test_a_key_is_renamed_over_another_only_if_told_so(cache: CacheBackend) -> None:
    await cache.set("old", 1, 60)
    await cache.set("new", 2, 600)
    old, new = await cache.read(b"old"), await cache.read(b"new")
    assert await cache.rename(b"old", b"new") == Changed(new)
    assert [await cache.read(b"old"), await cache.read(b"new")] == [old, new]
    replaced = Snapshot(b"new", "string", b"2", new.deadline_ms)
    renamed = Snapshot(b"old", "string", b"1", old.deadline_ms)
    saved = await cache.rename(b"old", b"new", overwrites=True)
    assert saved == Saved(old.deadline_ms, replaced, renamed)
    assert await cache.read(b"new") == old


@pytest.mark.usefixtures("one_server")
async def test_a_key_is_renamed_only_while_it_holds_what_is_believed(stage: Stage) -> None:
    cache, old, new = stage.cache, stage.full(b"old"), stage.full(b"new")
    await stage.behind.put(old, b"mine", 60_000)
    held = await cache.snapshot(b"old")
    await stage.behind.put(old, b"theirs", 60_000)
    theirs = await cache.read(b"old")
    await stage.behind.put(new, b"other", None)
    for overwrites in (False, True):
        outcome = await cache.rename(b"old", b"new", overwrites=overwrites, held=held)
        assert outcome == Changed(theirs)
    assert await cache.read(b"new") == StoredValue("string", b"other", 5, None)
    # The deadline may be another.
    await stage.behind.put(old, b"mine", None)
    saved = await cache.rename(b"old", b"new", overwrites=True, held=held)
    assert saved.moved == replace(held, deadline_ms=None)
    assert await cache.read(b"old") is None


@pytest.mark.usefixtures("one_server")
async def test_another_type_is_renamed_only_while_it_is_as_it_was(stage: Stage) -> None:
    stage.raw.hset(stage.full(b"old"), "f", "1")
    held = await stage.cache.snapshot(b"old")
    stage.raw.hset(stage.full(b"old"), "f", "2")
    outcome = await stage.cache.rename(b"old", b"new", held=held)
    assert isinstance(outcome, Changed)
    assert (outcome.other.type, outcome.other.data) == ("hash", None)
    stage.raw.hset(stage.full(b"old"), "f", "1")
    assert (await stage.cache.rename(b"old", b"new", held=held)).moved == held


@pytest.mark.usefixtures("one_server")
async def test_what_is_not_there_is_not_renamed(stage: Stage) -> None:
    await stage.cache.set("kept", 2)
    await stage.cache.set("old", 1, 60)
    await stage.behind.expire(stage.full(b"old"))
    for overwrites in (False, True):
        assert await stage.cache.rename(b"old", b"kept", overwrites=overwrites) == Gone()
    assert await stage.cache.get("kept") == 2
    with pytest.raises(InvalidKey):
        await stage.cache.rename(b"kept", b"kept", overwrites=True)


@pytest.mark.usefixtures("one_server")
async def test_other_types_are_renamed_and_replaced_whole(stage: Stage) -> None:
    stage.raw.hset(stage.full(b"old"), mapping={"a": "1", "b": b"\xff"})
    stage.raw.pexpire(stage.full(b"old"), HOUR_MS)
    stage.raw.rpush(stage.full(b"new"), "1", "2")
    deadline = stage.raw.pexpiretime(stage.full(b"old"))
    in_the_way = Changed(StoredValue("list", None, 2, None))
    assert await stage.cache.rename(b"old", b"new") == in_the_way
    saved = await stage.cache.rename(b"old", b"new", overwrites=True)
    assert saved.deadline_ms == deadline
    assert stage.raw.hgetall(stage.full(b"new")) == {b"a": b"1", b"b": b"\xff"}
    assert stage.raw.pexpiretime(stage.full(b"new")) == deadline
    await stage.cache.remove(b"new")
    assert isinstance(await stage.cache.restore(saved.before), Saved)
    assert stage.raw.lrange(stage.full(b"new"), 0, -1) == [b"1", b"2"]


async def test_a_key_is_taken_whole_and_put_down_again_elsewhere(cache: CacheBackend) -> None:
    await cache.write(b"old", b"\x00\xff", expected=None, ttl=60_000)
    stored = await cache.read(b"old")
    snapshot = await cache.snapshot(b"old")
    assert snapshot == Snapshot(b"old", "string", b"\x00\xff", stored.deadline_ms)
    assert isinstance(await cache.restore(replace(snapshot, key=b"copy")), Saved)
    assert await cache.read(b"copy") == stored
    assert await cache.snapshot(b"none") is None


async def test_other_types_are_taken_whole(stage: Stage) -> None:
    stage.raw.zadd(stage.full(b"old"), {"a": 1.5})
    snapshot = await stage.cache.snapshot(b"old")
    assert isinstance(await stage.cache.restore(replace(snapshot, key=b"copy")), Saved)
    assert stage.raw.zrange(stage.full(b"copy"), 0, -1, withscores=True) == [(b"a", 1.5)]


@pytest.mark.usefixtures("one_server")
async def test_of_renames_to_one_name_only_one_happens(cache: CacheBackend) -> None:
    for number in range(6):
        await cache.set(f"k{number}", number)
    outcomes = await asyncio.gather(*(cache.rename(b"k%d" % n, b"new") for n in range(6)))
    assert sum(isinstance(outcome, Saved) for outcome in outcomes) == 1
    assert len(await cache.keys()) == 6


async def test_of_many_writers_who_expect_the_same_only_one_wins(cache: CacheBackend) -> None:
    await cache.set("key", "start", 60)
    (deadline,) = await cache.deadlines([b"key"])
    outcomes = await asyncio.gather(
        *(
            cache.write(b"key", b"%d" % number, expected=b'"start"', ttl=TtlPolicy.KEEP)
            for number in range(12)
        )
    )
    winners = [number for number, saved in enumerate(outcomes) if isinstance(saved, Saved)]
    assert len(winners) == 1
    assert await cache.read(b"key") == StoredValue(
        "string", b"%d" % winners[0], len(str(winners[0])), deadline
    )
    assert all(isinstance(outcome, Saved | Changed) for outcome in outcomes)


async def test_extensions_at_the_same_time_all_count(cache: CacheBackend) -> None:
    await cache.set("key", 1, 60)
    (deadline,) = await cache.deadlines([b"key"])
    assert all(await asyncio.gather(*(cache.extend("key", 10) for _ in range(6))))
    assert await cache.deadlines([b"key"]) == [deadline + 60_000]
