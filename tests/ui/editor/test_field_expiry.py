"""A field of a hash leaves its table when its time is up, and no other does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.element_range import ElementRange, Fields
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import ElementPage, ScanCursor
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.ui.editor.field_expiry import MOST_SPANNED, spans
from tests.redis_server import RedisServer
from tests.ui.editor.conftest import Desk
from tests.ui.editor.element_hand import ElementHand

KEY = b"customer"
LATER = 4_102_444_800_123
AHEAD_MS = LATER - 1_700_000_000_000


class Asked(ForwardingBackend):
    """A cache whose clock can be put forward, and which tells what was asked about."""

    def __init__(self, inner: RedisCache) -> None:
        super().__init__(inner)
        self.ahead_ms = 0
        self.is_down = False
        self.fields: list[tuple[bytes, ...]] = []

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        if isinstance(within, Fields):
            self.fields.append(within.names)
            if self.is_down:
                raise CacheUnreachable("nobody answers")
        return await super().elements(key, kind, cursor, count=count, within=within)


class Hand(ElementHand):
    """A person at a hash of which nobody tells anything, and another client of its server."""

    def __init__(self, desk: Desk, cache: Asked, raw: redis.Redis) -> None:
        super().__init__(desk, raw)
        self.cache = cache

    def shown(self) -> dict[str, tuple[str, str]]:
        """Each field, what it holds, and when it expires as the table tells it."""
        rows = self.rows()
        return {field: (value, self.moment(row)) for row, (field, value) in enumerate(rows)}

    def fields(self) -> list[str]:
        return sorted(self.shown())

    async def open_hash(self) -> None:
        await self.open(KEY, self.raw.hlen(KEY))

    def give_time(self, *fields: str, until_ms: int = LATER) -> None:
        self.raw.execute_command("HPEXPIREAT", KEY, until_ms, "FIELDS", len(fields), *fields)

    async def let_time_pass(self, *expiring: str) -> None:
        """Past the deadlines that the table knows; the server lets some fields expire before."""
        for field in expiring:
            self.raw.execute_command("HPEXPIRE", KEY, 1, "FIELDS", 1, field)
        await self.desk.until(lambda: not any(self.raw.hexists(KEY, field) for field in expiring))
        self.cache.ahead_ms = AHEAD_MS

    async def begin_value(self, field: str) -> QLineEdit:
        """Double click the value of a field, and answer the line that is typed in."""
        self.begin(list(self.shown()).index(field), 1)
        await self.desk.until(self.line)
        line = self.line()
        assert line is not None
        return line


@pytest.fixture
async def hand(
    seat: Callable[..., Awaitable[Desk]], shared_newer_redis: RedisServer, newer_raw: redis.Redis
) -> AsyncIterator[Hand]:
    newer_raw.hset(KEY, mapping={"code": "1234", "name": "Åsa"})
    cache = Asked(RedisCache(parse_target(shared_newer_redis.url)))
    await cache.connect()
    yield Hand(await seat(cache), cache, newer_raw)
    await cache.aclose()


async def test_it_goes_by_itself_and_nothing_else_is_asked(hand: Hand) -> None:
    hand.raw.hset(KEY, "spare", "1")
    hand.give_time("code")
    hand.give_time("spare", until_ms=LATER + AHEAD_MS)
    await hand.open_hash()
    assert not hand.cache.fields, "no time is up"
    await hand.let_time_pass("code")
    await hand.until(lambda: hand.fields() == ["name", "spare"])
    await hand.until(lambda: hand.desk.says("2 fields"))
    assert set(hand.cache.fields) == {(b"code",)}


async def test_the_key_goes_with_its_last_field(hand: Hand) -> None:
    hand.raw.hdel(KEY, "name")
    hand.give_time("code")
    await hand.open_hash()
    await hand.let_time_pass("code")
    await hand.until(lambda: hand.desk.says("This key does not exist any more"))
    assert hand.desk.says("It went with its last field, which expired.")
    assert not hand.shown()
    assert not hand.desk.says("was deleted")
    hand.raw.hset(KEY, "new", "1")
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.fields() == ["new"])


async def test_of_a_key_that_somebody_deleted_what_was_read_last_stays(hand: Hand) -> None:
    hand.give_time("code")
    await hand.open_hash()
    hand.raw.delete(KEY)
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.desk.says("This key was deleted"))
    await hand.let_time_pass()
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.fields() == ["code", "name"])
    assert not hand.cache.fields


async def test_the_server_has_the_last_word(hand: Hand) -> None:
    """It says so as often as it is asked, which is not all the time."""
    hand.give_time("code")
    await hand.open_hash()
    await hand.let_time_pass()
    await hand.desk.until(lambda: len(hand.cache.fields) == 2)
    assert hand.shown()["code"] == ("1234", format_deadline(LATER))
    await hand.let_time_pass("code")
    await hand.until(lambda: hand.fields() == ["name"])


@pytest.mark.parametrize("is_written", [True, False])
async def test_more_time_that_somebody_gave_it_is_shown(hand: Hand, is_written: bool) -> None:
    hand.give_time("code")
    await hand.open_hash()
    if is_written:
        hand.raw.hset(KEY, "code", "theirs")  # which takes its deadline away
    else:
        hand.give_time("code", until_ms=LATER + AHEAD_MS)
    await hand.let_time_pass()
    expected = ("theirs", "") if is_written else ("1234", format_deadline(LATER + AHEAD_MS))
    await hand.until(lambda: hand.shown()["code"] == expected)
    assert set(hand.cache.fields) == {(b"code",)}


async def test_a_cache_that_does_not_answer_is_asked_again(hand: Hand) -> None:
    hand.give_time("code")
    await hand.open_hash()
    hand.cache.is_down = True
    await hand.let_time_pass("code")
    await hand.desk.until(lambda: hand.cache.fields)
    assert hand.fields() == ["code", "name"]
    hand.cache.is_down = False
    await hand.until(lambda: hand.fields() == ["name"])


async def test_what_is_typed_into_it_is_not_lost(hand: Hand) -> None:
    """The others go meanwhile; its row stays, and what was written is refused and offered."""
    hand.raw.hset(KEY, "other", "1")
    hand.give_time("code", "other")
    await hand.open_hash()
    line = await hand.begin_value("code")
    line.selectAll()
    QTest.keyClicks(line, "mi")
    await hand.let_time_pass("code", "other")
    await hand.desk.until(lambda: hand.fields() == ["code", "name"])
    QTest.keyClicks(line, "ne")
    assert line.isVisible()
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("“code” does not exist any more."))
    await hand.until(lambda: hand.fields() == ["name"])
    hand.desk.click("Add it again")
    await hand.until(lambda: hand.fields() == ["code", "name"])
    assert hand.raw.hget(KEY, "code") == b"mine"


async def test_a_line_that_is_given_up_lets_its_row_go(hand: Hand) -> None:
    hand.raw.hset(KEY, "other", "1")
    hand.give_time("code", "other")
    await hand.open_hash()
    line = await hand.begin_value("code")
    await hand.let_time_pass("code", "other")
    await hand.desk.until(lambda: hand.fields() == ["code", "name"])
    QTest.keyClick(line, Qt.Key.Key_Escape)
    await hand.until(lambda: hand.fields() == ["name"])


async def test_very_many_go_together_and_what_is_selected_stays_so(hand: Hand) -> None:
    """Of a table that is too long to be read again at each change."""
    kept, going = (f"kept{n}" for n in range(20)), [f"f{n}" for n in range(5_100)]
    hand.raw.hset(KEY, mapping=dict.fromkeys([*kept, *going], "1"))
    hand.give_time(*going)
    await hand.desk.open(KEY)
    await hand.until(lambda: "Load all" in hand.desk.button_texts())
    hand.desk.click("Load all")
    model = hand.table.model()
    await hand.until(lambda: model.rowCount() == 5_122)
    hand.table.setCurrentIndex(model.index(list(hand.shown()).index("kept7"), 0))
    hand.raw.hdel(KEY, *going)
    await hand.let_time_pass()
    await hand.until(lambda: model.rowCount() == 22)
    await hand.until(lambda: hand.desk.says("22 fields"))
    assert hand.fields() == sorted(["code", "name", *(f"kept{n}" for n in range(20))])
    assert hand.table.currentIndex().data() == "kept7"
    assert [index.data() for index in hand.table.selectedIndexes()] == ["kept7"]
    assert sum(map(len, hand.cache.fields)) == len(going)
    assert max(map(len, hand.cache.fields)) <= 500


def test_rows_far_apart_are_taken_out_in_steps() -> None:
    near, far, farther = (0, b"a"), (MOST_SPANNED - 1, b"b"), (MOST_SPANNED, b"c")
    assert spans([near, far, farther]) == [[near, far], [farther]]
    assert spans([]) == []
