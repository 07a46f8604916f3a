"""Keys that are not strings are shown as tables, page by page, read-only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass

import pytest
import redis
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.redis import RedisCache
from tests.ui.editor.conftest import Desk


@dataclass
class Seat:
    desk: Desk
    raw: redis.Redis

    def rows(self) -> list[tuple[str, ...]]:
        model = self.desk.pane().pages.elements.model
        columns = range(model.columnCount())
        return [
            tuple(model.data(model.index(row, column)) or "" for column in columns)
            for row in range(model.rowCount())
        ]


@pytest.fixture
def raw(redis_url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(redis_url)
    yield client
    client.close()


@pytest.fixture
async def other(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis
) -> AsyncIterator[Seat]:
    cache = RedisCache(parse_target(redis_url))
    await cache.connect()
    yield Seat(await seat(cache), raw)
    await cache.aclose()


async def test_a_hash_is_a_table_of_fields_and_values(other: Seat) -> None:
    other.raw.hset("customer", mapping={"name": "Åsa", "blob": b"\xff\x00"})
    pane = await other.desk.open(b"customer")
    await other.desk.until(lambda: len(other.rows()) == 2)
    assert sorted(other.rows()) == [("blob", "\\xff\\x00"), ("name", "Åsa")]
    assert pane.pages.elements.isVisible()
    assert other.desk.says("hash, 2 fields")
    assert not {"Save", "Format", "Compact", "text"} & set(other.desk.button_texts())

    pane.pages.elements.table.selectRow(other.rows().index(("name", "Åsa")))
    other.desk.keys(
        Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, widget=pane.pages.elements.table
    )
    assert QGuiApplication.clipboard().text() == "name\tÅsa"


async def test_a_long_list_comes_in_pages(other: Seat) -> None:
    other.raw.rpush("list", *(f"v{n}" for n in range(450)))
    await other.desk.open(b"list")
    await other.desk.until(lambda: other.desk.says("200 of 450 items"))
    other.desk.click("Load more")
    await other.desk.until(lambda: other.desk.says("400 of 450 items"))
    other.desk.click("Load more")
    await other.desk.until(lambda: len(other.rows()) == 450)
    assert other.desk.says("450 items")
    assert other.rows()[449] == ("449", "v449")
    assert "Load more" not in other.desk.button_texts()


async def test_more_is_loaded_though_the_table_is_read_again_meanwhile(other: Seat) -> None:
    other.raw.rpush("list", *(f"v{n}" for n in range(450)))
    pane = await other.desk.open(b"list")
    await other.desk.until(lambda: other.desk.says("200 of 450 items"))
    other.desk.click("Load more")
    other.desk.tabs.values_may_have_changed()
    await other.desk.until(lambda: other.desk.says("400 of 450 items"))
    at_work = ("follow", "elements")
    await other.desk.until(lambda: not any(map(pane.tasks.is_running, at_work)))
    assert len(other.rows()) == 400


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
    model = pane.elements.model
    at = other.rows().index(("(empty)", "(empty)"))
    written, empty = model.index(at, 0), model.index(at, 1)
    assert (written.data(Qt.ItemDataRole.EditRole), empty.data(Qt.ItemDataRole.EditRole)) == (
        "(empty)",
        "",
    )
    assert empty.data(Qt.ItemDataRole.ForegroundRole) is not None, "dimmed"
    assert written.data(Qt.ItemDataRole.ForegroundRole) is None
    pane.elements.table.selectRow(at)
    other.desk.keys(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, widget=pane.elements.table)
    assert QGuiApplication.clipboard().text() == "(empty)\t"


async def test_an_entry_of_a_stream_is_its_id_and_its_fields(other: Seat) -> None:
    other.raw.xadd("events", {"kind": "ice", "cli": b"\xff"}, id="5-1")
    await other.desk.open(b"events")
    await other.desk.until(lambda: other.rows() == [("5-1", "kind=ice, cli=\\xff")])
