"""Keys that are not strings are shown as tables, page by page, read-only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.element_range import ElementRange
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, ElementPage, ScanCursor
from sinch_cache_gui.cache.redis import RedisCache
from tests.ui.editor.conftest import Desk
from tests.ui.editor.element_hand import ElementHand


class Line(ForwardingBackend):
    """A connection on which pages of elements come only while they are let through."""

    def __init__(self, inner: CacheBackend) -> None:
        super().__init__(inner)
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def elements(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None = None,
        *,
        count: int = 200,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        await self.is_open.wait()
        return await super().elements(key, kind, cursor, count=count, within=within)


class Seat(ElementHand):
    def __init__(self, desk: Desk, raw: redis.Redis, line: Line) -> None:
        super().__init__(desk, raw)
        self.line = line


@pytest.fixture
async def other(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis
) -> AsyncIterator[Seat]:
    line = Line(RedisCache(parse_target(redis_url)))
    await line.connect()
    yield Seat(await seat(line), raw, line)
    await line.aclose()


async def test_a_hash_is_a_table_of_fields_and_values(other: Seat) -> None:
    other.raw.hset("customer", mapping={"name": "Åsa", "blob": b"\xff\x00"})
    pane = await other.desk.open(b"customer")
    await other.desk.until(lambda: len(other.rows()) == 2)
    assert sorted(other.rows()) == [("blob", "\\xff\\x00"), ("name", "Åsa")]
    assert pane.pages.elements.isVisible()
    titles = [pane.pages.elements.model.headerData(at, Qt.Orientation.Horizontal) for at in (0, 1)]
    assert titles == ["Field", "Value"]
    assert pane.pages.elements.table.hasFocus(), "and not the search above it"
    assert other.desk.says("hash, 2 fields")
    assert not {"Save", "Format", "Compact", "text"} & set(other.desk.button_texts())

    pane.pages.elements.table.selectRow(other.rows().index(("name", "Åsa")))
    other.desk.keys(
        Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, widget=pane.pages.elements.table
    )
    assert QGuiApplication.clipboard().text().split("\t")[:2] == ["name", "Åsa"]


async def test_a_long_list_comes_in_pages(other: Seat) -> None:
    other.raw.rpush("list", *(f"v{n}" for n in range(2_500)))
    await other.desk.open(b"list")
    await other.desk.until(lambda: other.desk.says("1,000 of 2,500 items loaded"))
    other.desk.click("Load more")
    await other.desk.until(lambda: other.desk.says("2,000 of 2,500 items loaded"))
    other.desk.click("Load more")
    await other.desk.until(lambda: len(other.rows()) == 2_500)
    await other.desk.until(lambda: other.desk.says("2,500 items"))
    assert other.rows()[2_499] == ("2499", "v2499")
    assert not {"Load more", "Load all"} & set(other.desk.button_texts())


async def test_more_is_loaded_though_the_table_is_read_again_meanwhile(other: Seat) -> None:
    other.raw.rpush("list", *(f"v{n}" for n in range(2_500)))
    pane = await other.desk.open(b"list")
    await other.desk.until(lambda: other.desk.says("1,000 of 2,500 items"))
    other.desk.click("Load more")
    other.desk.tabs.values_may_have_changed()
    await other.desk.until(lambda: other.desk.says("2,000 of 2,500 items"))
    at_work = ("follow", "elements")
    await other.desk.until(lambda: not any(map(pane.tasks.is_running, at_work)))
    assert len(other.rows()) == 2_000


async def test_all_of_a_large_hash_is_loaded_and_can_be_stopped(other: Seat) -> None:
    count = 30_000
    other.raw.hset("hash", mapping={f"field:{n}": n for n in range(count)})
    pane = await other.desk.open(b"hash")
    await other.desk.until(lambda: "Load all" in other.desk.button_texts())
    other.line.is_open.clear()
    other.desk.click("Load all")
    await other.desk.until(lambda: "Stop" in other.desk.button_texts())
    other.desk.click("Stop")
    other.line.is_open.set()
    await other.desk.until(lambda: not pane.tasks.is_running("elements"))
    assert 1_000 <= pane.pages.elements.model.rowCount() < count
    other.desk.click("Load all")
    await other.desk.until(lambda: pane.pages.elements.model.rowCount() == count)
    await other.desk.until(lambda: other.desk.says("30,000 fields"))


async def test_very_many_rows_are_said_to_be_of_before_and_are_read_when_asked(
    other: Seat,
) -> None:
    other.raw.rpush("list", *range(6_000))
    pane = await other.desk.open(b"list")
    await other.desk.until(lambda: "Load all" in other.desk.button_texts())
    other.desk.click("Load all")
    await other.desk.until(lambda: pane.pages.elements.model.rowCount() == 6_000)
    other.raw.lset("list", 1, "theirs")
    other.desk.tabs.values_may_have_changed()
    await other.desk.until(lambda: other.desk.says("6,000 items; the key may have changed since"))
    assert pane.pages.elements.model.row(1) == (b"1", b"1")
    other.desk.click("Read again")
    await other.desk.until(lambda: pane.pages.elements.model.row(1) == (b"1", b"theirs"))
    await other.desk.until(lambda: "6,000 items" in other.desk.words())


@pytest.mark.parametrize(
    ("key", "way", "field", "text", "found"),
    [
        ("hash", "", "Search the elements", "7*", [("7", "v7"), ("70", "v70")]),
        ("hash", "", "Search the elements", "[0]", [("[0]", "glob")]),
        ("set", "", "Search the elements", "m7", [("m7",), ("m70",)]),
        ("zset", "Member", "Search the elements", "m70", [("m70", "70")]),
        ("zset", "Score", "Scores to show", "70..", [("m70", "70"), ("m71", "71.5")]),
        ("zset", "Rank", "Rank to begin at", "-1", [("m71", "71.5")]),
        ("list", "", "Index to begin at", "-2", [("70", "i70"), ("71", "i71")]),
        ("stream", "", "ID to begin at", "71", [("71-1", "n=71")]),
    ],
)
async def test_the_server_is_asked_for_the_elements_that_are_sought(
    other: Seat, key: str, way: str, field: str, text: str, found: list[tuple[str, ...]]
) -> None:
    other.raw.hset("hash", mapping={"7": "v7", "8": "v8", "70": "v70", "[0]": "glob"})
    other.raw.sadd("set", *(f"m{n}" for n in (7, 8, 70)))
    other.raw.zadd("zset", {**{f"m{n}": n for n in range(71)}, "m71": 71.5})
    other.raw.rpush("list", *(f"i{n}" for n in range(72)))
    other.raw.xadd("stream", {"n": "70"}, id="70-1")
    other.raw.xadd("stream", {"n": "71"}, id="71-1")
    pane = await other.desk.open(key.encode())
    await other.desk.until(lambda: len(other.rows()) > 1)
    whole = len(other.rows())
    other.desk.keys("f", Qt.KeyboardModifier.ControlModifier, widget=pane.pages.elements.table)
    if way:
        (ways,) = (box for box in pane.findChildren(QComboBox) if box.isVisible())
        ways.setCurrentText(way)
    other.desk.type_into(field, r"\[0]" if text == "[0]" else text)
    other.desk.keys(Qt.Key.Key_Return, widget=other.desk.field(field))
    await other.desk.until(lambda: sorted(other.rows()) == found)
    other.desk.keys(Qt.Key.Key_Escape, widget=other.desk.field(field))
    await other.desk.until(lambda: len(other.rows()) == whole)


async def test_what_is_sought_and_not_there_is_said(other: Seat) -> None:
    other.raw.zadd("zset", {"a": 1})
    await other.desk.open(b"zset")
    await other.desk.until(lambda: len(other.rows()) == 1)
    other.desk.type_into("Search the elements", "none")
    other.desk.keys(Qt.Key.Key_Return, widget=other.desk.field("Search the elements"))
    await other.desk.until(lambda: other.desk.says("Nothing found"))
    (ways,) = (box for box in other.desk.pane().findChildren(QComboBox) if box.isVisible())
    ways.setCurrentText("Score")
    other.desk.type_into("Scores to show", "many..")
    other.desk.keys(Qt.Key.Key_Return, widget=other.desk.field("Scores to show"))
    await other.desk.until(lambda: other.desk.says("A score is a number"))


async def test_a_change_of_somebody_else_is_followed(other: Seat) -> None:
    other.raw.zadd("scores", {"a": 1})
    await other.desk.open(b"scores")
    await other.desk.until(lambda: other.rows() == [("a", "1")])
    other.raw.zadd("scores", {"a": 2})
    other.desk.tabs.values_may_have_changed()
    await other.desk.until(lambda: other.rows() == [("a", "2")])
    other.raw.delete("scores")
    other.raw.set("scores", "1")
    other.desk.tabs.values_may_have_changed()
    await other.desk.until(lambda: other.desk.view().isVisible())
    assert other.desk.view().text() == "1"


@pytest.mark.parametrize(
    ("key", "count", "said"),
    [
        ("hash", 1, "hash, 1 field"),
        ("list", 2, "list, 2 items"),
        ("set", 1, "set, 1 member"),
        ("zset", 2, "zset, 2 members"),
        ("stream", 1, "stream, 1 entry"),
    ],
)
async def test_the_head_counts_what_the_key_has(
    other: Seat, key: str, count: int, said: str
) -> None:
    other.raw.hset("hash", "a", "1")
    other.raw.rpush("list", "a", "b")
    other.raw.sadd("set", "a")
    other.raw.zadd("zset", {"a": 1, "b": 2})
    other.raw.xadd("stream", {"a": "1"})
    await other.desk.open(key.encode())
    await other.desk.until(lambda: len(other.rows()) == count)
    assert said in other.desk.words()


async def test_an_empty_string_is_seen_and_not_taken_for_a_blank_cell(other: Seat) -> None:
    other.raw.hset("hash", mapping={"": "1", "(empty)": ""})
    pane = await other.desk.open(b"hash")
    await other.desk.until(lambda: len(other.rows()) == 2)
    assert sorted(other.rows()) == [("(empty)", "(empty)"), ("(empty)", "1")]
    model = pane.pages.elements.model
    at = other.rows().index(("(empty)", "(empty)"))
    written, empty = model.index(at, 0), model.index(at, 1)
    assert (written.data(Qt.ItemDataRole.EditRole), empty.data(Qt.ItemDataRole.EditRole)) == (
        "(empty)",
        "",
    )
    assert empty.data(Qt.ItemDataRole.ForegroundRole) is not None, "dimmed"
    assert written.data(Qt.ItemDataRole.ForegroundRole) is None
    pane.pages.elements.table.selectRow(at)
    other.desk.keys(
        Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, widget=pane.pages.elements.table
    )
    assert QGuiApplication.clipboard().text().split("\t")[:2] == ["(empty)", ""]


async def test_an_entry_of_a_stream_is_its_id_and_its_fields(other: Seat) -> None:
    other.raw.xadd("events", {"kind": "ice", "cli": b"\xff"}, id="5-1")
    await other.desk.open(b"events")
    await other.desk.until(lambda: other.rows() == [("5-1", "kind=ice, cli=\\xff")])
