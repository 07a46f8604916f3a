"""When a field of a hash expires is set in the table, in words, and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.keyspace.expiry import format_deadline
from tests.redis_server import RedisServer
from tests.ui.editor.conftest import Desk
from tests.ui.editor.element_hand import ElementHand

KEY = b"customer"
TTL_MS = 600_000
LATER = 4_102_444_800_123


class Later(ForwardingBackend):
    """A cache whose clock can be put forward."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


class Hand(ElementHand):
    """Sets when the fields of one hash expire."""

    def __init__(self, desk: Desk, cache: Later, raw: redis.Redis) -> None:
        super().__init__(desk, raw)
        self.cache = cache

    def expiries(self) -> dict[str, str]:
        """Each field, and when it expires as the table tells it."""
        return {field: self.moment(row) for row, (field, *_) in enumerate(self.rows())}

    def left(self, field: str) -> str:
        """What a field has left, as its cell says it."""
        row = list(self.expiries()).index(field)
        return str(self.table.model().index(row, 2).data() or "")

    async def open_hash(self) -> None:
        await self.open(KEY, self.raw.hlen(KEY))

    def begin_expiry(self, field: str) -> None:
        """Double click where it says when a field expires."""
        self.begin(list(self.expiries()).index(field), 2)

    def now_ms(self) -> int:
        """The server's clock."""
        seconds, micros = self.raw.time()
        return int(seconds * 1000 + micros // 1000)

    def deadline(self, field: str) -> int:
        (when,) = self.raw.execute_command("HPEXPIRETIME", KEY, "FIELDS", 1, field)
        return int(when)


@pytest.fixture
def newer(newer_raw: redis.Redis) -> redis.Redis:
    newer_raw.hset(KEY, mapping={"code": "1234", "name": "Åsa"})
    newer_raw.execute_command("HPEXPIREAT", KEY, LATER, "FIELDS", 1, "code")
    return newer_raw


@pytest.fixture
async def hand(
    seat: Callable[..., Awaitable[Desk]], shared_newer_redis: RedisServer, newer: redis.Redis
) -> AsyncIterator[Hand]:
    cache = Later(RedisCache(parse_target(shared_newer_redis.url)))
    await cache.connect()
    yield Hand(await seat(cache), cache, newer)
    await cache.aclose()


async def test_it_is_typed_in_words_and_read_back_before_it_is_set(hand: Hand) -> None:
    await hand.open_hash()
    assert hand.expiries() == {"code": format_deadline(LATER), "name": ""}
    hand.begin_expiry("name")
    assert hand.desk.says("“name” expires in")
    assert not hand.desk.button("Remove expiry").isEnabled(), "it has none"
    for nonsense, why in (
        ("-1", "less than no time"),
        ("0", "gone at once; delete it instead"),
        ("soon", "is no time"),
        ("today 0:00", "has passed"),
    ):
        hand.desk.type_into("Time to live", nonsense)
        assert hand.desk.says(why)
        assert not hand.desk.button("Set this time to live").isEnabled()
        QTest.keyClick(hand.desk.field("Time to live"), Qt.Key.Key_Return)
    hand.desk.type_into("Time to live", "1h 30m")
    assert hand.desk.says("1 hour 30 minutes")
    assert hand.deadline("name") == -1
    QTest.keyClick(hand.desk.field("Time to live"), Qt.Key.Key_Return)
    await hand.until(lambda: hand.expiries()["name"])
    assert hand.expiries() == {
        "code": format_deadline(LATER),
        "name": format_deadline(hand.deadline("name")),
    }
    assert 5_300_000 < hand.deadline("name") - hand.now_ms() <= 5_400_000
    assert hand.table.hasFocus()

    assert hand.desk.says("1 field changed")
    hand.desk.click("Undo")
    await hand.until(lambda: not hand.expiries()["name"])
    assert hand.deadline("name") == -1


async def test_it_is_removed_and_put_back_to_the_millisecond(hand: Hand) -> None:
    await hand.open_hash()
    hand.begin_expiry("code")
    hand.desk.click("Remove expiry")
    await hand.until(lambda: not hand.expiries()["code"])
    assert hand.deadline("code") == -1
    hand.undo()
    await hand.until(lambda: hand.expiries()["code"])
    assert hand.deadline("code") == LATER


async def test_what_a_field_has_left_follows_the_clock_of_the_cache(hand: Hand) -> None:
    await hand.open_hash()
    assert hand.left("name") == ""
    hand.cache.ahead_ms = LATER - 90_000_000 - hand.cache.now_ms()
    assert hand.left("code") == "1 d 1 h"
    hand.cache.ahead_ms += 90_000_000 - 10_000
    await hand.desk.until(lambda: hand.left("code") == "0:10")
    hand.cache.ahead_ms -= 600_000
    hand.begin_expiry("code")
    assert hand.desk.says("“code” expires in")


async def test_values_have_most_of_the_room(hand: Hand) -> None:
    await hand.open_hash()
    assert hand.table.columnWidth(2) < hand.table.columnWidth(1)
    hand.table.selectAll()
    QTest.keyClick(hand.table, Qt.Key.Key_Delete)
    await hand.until(lambda: hand.desk.says("The last field went"))
    hand.desk.click("Undo")
    await hand.until(lambda: len(hand.rows()) == 2)
    assert hand.table.horizontalScrollBar().maximum() == 0, "all columns are in sight"


async def test_selected_fields_are_given_one_moment_by_the_keyboard(hand: Hand) -> None:
    await hand.open_hash()
    hand.table.selectAll()
    hand.desk.click("Set when the selected fields expire")
    assert hand.desk.says("2 fields expire in")
    hand.desk.type_into("Time to live", "until 2099-12-31 12:00")
    QTest.keyClick(hand.desk.field("Time to live"), Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("2 fields changed"))
    assert hand.deadline("code") == hand.deadline("name")
    assert set(hand.expiries().values()) == {"2099-12-31 12:00:00.000"}
    hand.table.setCurrentIndex(hand.table.model().index(0, 2))
    QTest.keyClick(hand.table, Qt.Key.Key_F2)
    assert hand.desk.says("expires in")
    QTest.keyClick(hand.desk.field("Time to live"), Qt.Key.Key_Escape)
    assert not hand.desk.says("expires in")


async def test_what_somebody_else_set_or_wrote_is_said_and_kept_until_asked(hand: Hand) -> None:
    await hand.open_hash()
    hand.begin_expiry("code")
    theirs = LATER + 86_400_000
    hand.raw.execute_command("HPEXPIREAT", KEY, theirs, "FIELDS", 1, "code")
    hand.desk.type_into("Time to live", "10m")
    QTest.keyClick(hand.desk.field("Time to live"), Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("Somebody else changed when “code” expires."))
    assert hand.desk.says(f"It expires {format_deadline(theirs)} now.")
    assert hand.deadline("code") == theirs
    hand.raw.hset(KEY, "code", "5678")  # which takes its deadline away
    hand.desk.click("Set it all the same")
    await hand.until(lambda: hand.desk.says("Somebody else wrote “code”."))
    assert hand.deadline("code") == -1
    hand.desk.click("Set it all the same")
    await hand.until(lambda: hand.desk.says("It does not expire by itself now."))
    hand.desk.click("Set it all the same")
    await hand.until(lambda: hand.desk.says("1 field changed"))
    assert 500_000 < hand.deadline("code") - hand.now_ms() <= 600_000
    assert hand.raw.hget(KEY, "code") == b"5678"


async def test_a_time_that_has_run_out_meanwhile_is_not_put_back(hand: Hand) -> None:
    hand.raw.execute_command("HPEXPIRE", KEY, TTL_MS, "FIELDS", 1, "name")
    await hand.open_hash()
    hand.begin_expiry("name")
    hand.desk.click("Remove expiry")
    await hand.until(lambda: hand.desk.says("1 field changed"))
    hand.cache.ahead_ms = TTL_MS
    hand.desk.click("Undo")
    await hand.until(lambda: hand.desk.says("the time this field had has run out"))
    assert hand.deadline("name") == -1
    assert hand.raw.hget(KEY, "name") == "Åsa".encode()


async def test_it_is_not_offered_where_nothing_may_be_written_or_the_server_knows_none(
    seat: Callable[..., Awaitable[Desk]],
    shared_newer_redis: RedisServer,
    newer: redis.Redis,
    redis_url: str,
    raw: redis.Redis,
) -> None:
    cache = Later(RedisCache(parse_target(shared_newer_redis.url)))
    await cache.connect()
    hand = Hand(await seat(CacheView(cache, is_read_only=True), is_read_only=True), cache, newer)
    await hand.open_hash()
    hand.begin_expiry("code")
    assert not hand.desk.says("expires in")
    assert "TTL…" not in hand.desk.button_texts()
    older = RedisCache(parse_target(redis_url))
    await older.connect()
    raw.hset(KEY, "code", "1234")
    desk = await seat(older)
    await desk.open(KEY)
    model = desk.pane().pages.elements.model
    await desk.until(lambda: model.rowCount() == 1)
    if not model.has_deadlines:
        assert "TTL…" not in desk.button_texts()
        assert model.columnCount() == 2
    await cache.aclose()
    await older.aclose()
