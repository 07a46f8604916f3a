"""Elements are edited in their table, and nobody's change is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.element_change import MAX_BEHIND
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.ui.editor.element_dialog import ElementDialog
from tests.ui.editor.conftest import Desk
from tests.ui.editor.element_hand import ElementHand


class Hand(ElementHand):
    """Types into cells."""

    async def type_over(self, row: int, column: int, text: str) -> None:
        self.begin(row, column)
        await self.until(self.line)
        line = self.line()
        assert line is not None
        line.selectAll()
        QTest.keyClicks(line, text)
        QTest.keyClick(line, Qt.Key.Key_Return)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.table, key)


@pytest.fixture
async def hand(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis
) -> AsyncIterator[Hand]:
    cache = RedisCache(parse_target(redis_url))
    await cache.connect()
    yield Hand(await seat(cache), raw)
    await cache.aclose()


async def test_a_value_is_typed_over_and_undone(hand: Hand) -> None:
    hand.raw.hset("customer", mapping={"name": "Åsa"})
    hand.raw.pexpire("customer", 600_000)
    until = hand.raw.pexpiretime("customer")
    await hand.open(b"customer", 1)
    await hand.type_over(0, 1, "Bo")
    await hand.until(lambda: hand.rows() == [("name", "Bo")])
    assert hand.raw.hgetall("customer") == {b"name": b"Bo"}
    assert hand.raw.pexpiretime("customer") == until
    await hand.until(lambda: hand.desk.says("1 field changed"))
    hand.desk.click("Undo")
    await hand.until(lambda: hand.rows() == [("name", "Åsa")])
    assert hand.raw.hgetall("customer") == {b"name": "Åsa".encode()}


async def test_what_is_written_in_a_cell_or_to_be_added_is_not_closed_over_unasked(
    hand: Hand,
) -> None:
    hand.raw.hset("customer", mapping={"name": "Bo"})
    desk = hand.desk
    await hand.open(b"customer", 1)
    line = await hand.cell(0, 1)
    QTest.keyClicks(line, "!")
    desk.close_tab()
    await hand.until(lambda: desk.says("This text is not saved."))
    desk.click("Keep")
    assert desk.tabs.open_keys == [b"customer"]
    await hand.until(lambda: not desk.pane().holds_unsaved_text)

    desk.click("Add…")
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "phone")
    desk.close_tab()
    await hand.until(lambda: desk.says("This text is not saved."))
    desk.click("Discard")
    await desk.until(lambda: desk.tabs.open_keys == [])


async def test_bytes_that_are_no_text_are_edited_escaped_and_exactly(hand: Hand) -> None:
    hand.raw.sadd("blobs", b"\xff\x00\\")
    await hand.open(b"blobs", 1)
    line = await hand.cell(0, 0)
    assert line.text() == r"\xff\x00\\"
    line.end(False)
    QTest.keyClicks(line, r"\xfe!")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.table.model().row(0) == (b"\xff\x00\\\xfe!",))
    assert hand.raw.smembers("blobs") == {b"\xff\x00\\\xfe!"}


async def test_what_somebody_else_wrote_is_shown_and_overwritten_only_on_request(
    hand: Hand,
) -> None:
    hand.raw.hset("customer", mapping={"name": "Åsa"})
    await hand.open(b"customer", 1)
    hand.raw.hset("customer", "name", "Eva")
    await hand.type_over(0, 1, "Bo")
    await hand.until(lambda: hand.desk.says("Somebody else wrote “name”"))
    assert hand.desk.says("“Eva”")
    assert hand.raw.hget("customer", "name") == b"Eva"
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "Bo"
    hand.desk.click("Overwrite theirs")
    await hand.until(lambda: hand.rows() == [("name", "Bo")])


async def test_what_is_being_typed_survives_the_changes_of_others(hand: Hand) -> None:
    hand.raw.hset("customer", mapping={"name": "Åsa"})
    await hand.open(b"customer", 1)
    line = await hand.cell(0, 1)
    line.selectAll()
    QTest.keyClicks(line, "B")
    hand.raw.hset("customer", mapping={"age": "4", "name": "Eva"})
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: hand.desk.says("hash, 2 fields"))
    QTest.keyClicks(line, "o")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("Somebody else wrote “name”"))
    hand.desk.click("Take theirs")
    await hand.until(lambda: sorted(hand.rows()) == [("age", "4"), ("name", "Eva")])


async def test_an_element_that_went_can_be_added_again(hand: Hand) -> None:
    hand.raw.zadd("scores", {"a": 1, "b": 2})
    await hand.open(b"scores", 2)
    hand.raw.zrem("scores", "a")
    await hand.type_over(0, 1, "1.5")
    await hand.until(lambda: hand.desk.says("“a” does not exist any more"))
    hand.desk.click("Add it again")
    await hand.until(lambda: hand.rows() == [("a", "1.5"), ("b", "2")])


async def test_another_element_in_the_place_of_a_list_is_shown_and_stays(hand: Hand) -> None:
    hand.raw.rpush("list", "one", "two")
    await hand.open(b"list", 2)
    hand.begin(0, 1)
    await hand.until(hand.line)
    hand.raw.lpush("list", "new")
    line = hand.line()
    assert line is not None
    QTest.keyClicks(line, "mine")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("Item 0 is another one now. Nothing was written."))
    assert hand.desk.says("It is “new”: somebody else wrote it, or added or removed items before")
    assert hand.raw.lrange("list", 0, -1) == [b"new", b"one", b"two"]


async def test_what_is_typed_is_offered_though_the_key_has_become_a_string(hand: Hand) -> None:
    hand.raw.hset("key", "a", "1")
    await hand.open(b"key", 1)
    line = await hand.cell(0, 1)
    line.selectAll()
    QTest.keyClicks(line, "mine")
    hand.raw.delete("key")
    hand.raw.set("key", "text")
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.desk.says("What you typed into the table was not written."))
    assert hand.desk.view().toPlainText() == "text"
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "mine"
    hand.desk.click("Close")
    assert not hand.desk.says("What you typed")
    assert hand.raw.get("key") == b"text"


async def look_elsewhere(hand: Hand, qtbot: QtBot) -> None:
    """Bring another window to the front."""
    elsewhere = QWidget()
    qtbot.addWidget(elsewhere)
    elsewhere.show()
    elsewhere.activateWindow()
    await hand.desk.until(elsewhere.isActiveWindow)


async def test_nothing_is_written_half_typed_while_another_window_is_looked_at(
    hand: Hand, qtbot: QtBot
) -> None:
    hand.raw.hset("key", "a", "1")
    await hand.open(b"key", 1)
    line = await hand.cell(0, 1)
    line.selectAll()
    QTest.keyClicks(line, "mi")
    await look_elsewhere(hand, qtbot)
    assert line.isVisible()
    hand.desk.tabs.activateWindow()
    await hand.desk.until(line.hasFocus)
    QTest.keyClicks(line, "ne")
    assert hand.raw.hget("key", "a") == b"1"
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.rows() == [("a", "mine")])


async def test_what_is_typed_is_offered_though_the_key_changed_behind_another_window(
    hand: Hand, qtbot: QtBot
) -> None:
    hand.raw.hset("key", "a", "1")
    await hand.open(b"key", 1)
    line = await hand.cell(0, 1)
    line.selectAll()
    QTest.keyClicks(line, "mine")
    await look_elsewhere(hand, qtbot)
    hand.raw.delete("key")
    hand.raw.set("key", "text")
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.desk.says("What you typed into the table was not written."))
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "mine"


async def test_what_is_typed_into_a_key_that_goes_is_offered_and_nothing_stands_before_it(
    hand: Hand,
) -> None:
    hand.raw.sadd("key", "one")
    await hand.open(b"key", 1)
    hand.begin(0, 0)
    await hand.until(hand.line)
    hand.raw.delete("key")
    hand.desk.pane().look_again()
    await hand.until(lambda: hand.desk.says("This key was deleted"))
    line = hand.line()
    assert line is not None
    QTest.keyClicks(line, "mine")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says("This key does not exist any more. Nothing was"))
    assert not hand.desk.says("This key was deleted")
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "mine"
    hand.desk.click("Close")
    await hand.until(lambda: hand.desk.says("This key was deleted"))
    assert not hand.desk.says("Nothing was written")


@pytest.mark.parametrize("other", ["list", "zset"])
async def test_what_is_typed_is_offered_though_the_key_has_become_another_table(
    hand: Hand, other: str
) -> None:
    """Where it stood there is no number, or none that means the same."""
    hand.raw.hset("key", "a", "x")
    await hand.open(b"key", 1)
    hand.begin(0, 1)
    await hand.until(hand.line)
    hand.raw.delete("key")
    if other == "list":
        hand.raw.rpush("key", "theirs")
    else:
        hand.raw.zadd("key", {"theirs": 1})
    hand.desk.pane().look_again()
    await hand.desk.until(lambda: hand.desk.says(f"{other}, 1"))
    line = hand.line()
    assert line is not None
    line.selectAll()
    QTest.keyClicks(line, "mine")
    QTest.keyClick(line, Qt.Key.Key_Return)
    await hand.until(lambda: hand.desk.says(f"Not written: This key holds a {other} now"))
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "mine"
    await hand.until(lambda: len(hand.rows()) == 1 and "theirs" in hand.rows()[0])


async def test_nonsense_is_refused_with_a_sentence(hand: Hand) -> None:
    hand.raw.zadd("scores", {"a": 1})
    await hand.open(b"scores", 1)
    await hand.type_over(0, 1, "many")
    await hand.until(lambda: hand.desk.says("A score is a number"))
    assert hand.raw.zscore("scores", "a") == 1
    hand.desk.click("Copy mine")
    assert QGuiApplication.clipboard().text() == "many"


async def test_a_member_that_is_there_already_is_said_and_what_was_written_stays_in_the_form(
    hand: Hand,
) -> None:
    hand.raw.zadd("scores", {"a": 1})
    await hand.open(b"scores", 1)
    hand.desk.click("Add an element")
    hand.desk.type_into("New member", "a")
    hand.desk.type_into("New score", "2.5")
    hand.desk.click("Add this element")
    await hand.until(lambda: hand.desk.says("“a” is there already. Nothing was written."))
    assert hand.desk.says("It holds “1”.")
    assert hand.desk.field("New score").text() == "2.5"
    hand.desk.click("Overwrite it")
    await hand.until(lambda: hand.rows() == [("a", "2.5")])


async def test_rows_are_deleted_and_come_back_where_they_were(hand: Hand) -> None:
    hand.raw.rpush("list", "a", "b", "a", "c")
    await hand.open(b"list", 4)
    hand.select(1)
    QTest.keyClick(hand.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.rows() == [("0", "a"), ("1", "c")])
    assert hand.raw.lrange("list", 0, -1) == [b"a", b"c"]
    hand.undo()
    await hand.until(lambda: len(hand.rows()) == 4)
    assert hand.raw.lrange("list", 0, -1) == [b"a", b"b", b"a", b"c"]


async def test_a_deletion_refused_halfway_says_how_far_it_came_and_takes_that_back(
    hand: Hand,
) -> None:
    hand.raw.zadd("scores", {"a": 1, "b": 2, "c": 3, "d": 4})
    await hand.open(b"scores", 4)
    hand.raw.zadd("scores", {"c": 3.5})
    hand.table.selectAll()
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.desk.says("Somebody else wrote “c”"))
    assert hand.desk.says("2 of 4 members were changed before that.")
    assert hand.raw.zrange("scores", 0, -1) == [b"c", b"d"]
    hand.desk.click("Undo")
    await hand.until(lambda: hand.desk.says("It is as it was before"))
    assert hand.raw.zrange("scores", 0, -1) == [b"a", b"b", b"c", b"d"]


async def test_an_undo_refused_halfway_names_what_stays_and_goes_on_if_asked(hand: Hand) -> None:
    hand.raw.zadd("scores", {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    await hand.open(b"scores", 5)
    hand.select(0)
    for _ in range(3):
        QTest.keyClick(hand.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.rows() == [("e", "5")])
    hand.raw.zadd("scores", {"c": 30})
    hand.undo()
    await hand.until(lambda: hand.desk.says("1 of 4 changes are taken back."))
    assert hand.desk.says("The one of “c” is not: somebody else changed it since")
    assert hand.desk.says("“c” holds “30” now.\n2 more were not tried.")
    assert hand.raw.zrange("scores", 0, -1) == [b"d", b"e", b"c"]
    hand.desk.click("Take back the others")
    await hand.until(lambda: hand.desk.says("It is as it was before"))
    assert hand.raw.zrange("scores", 0, -1) == [b"a", b"b", b"d", b"e", b"c"]
    assert hand.raw.zscore("scores", "c") == 30


async def test_an_undo_that_is_refused_altogether_can_be_tried_again(hand: Hand) -> None:
    hand.raw.hset("customer", mapping={"name": "Åsa", "age": "4"})
    await hand.open(b"customer", 2)
    hand.select(hand.rows().index(("age", "4")))
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.rows() == [("name", "Åsa")])
    hand.raw.hset("customer", "age", "5")
    hand.undo()
    await hand.until(lambda: hand.desk.says("Not taken back: somebody else changed it since"))
    hand.raw.hdel("customer", "age")
    hand.undo()
    await hand.until(lambda: hand.raw.hget("customer", "age") == b"4")


async def test_a_selected_element_stays_selected_wherever_others_move_it(hand: Hand) -> None:
    hand.raw.zadd("scores", {"a": 1, "b": 2})
    await hand.open(b"scores", 2)
    hand.select(0)
    hand.raw.zadd("scores", {"a": 9, "c": 0})
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: hand.rows() == [("c", "0"), ("b", "2"), ("a", "9")])
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.rows() == [("c", "0"), ("b", "2")])
    hand.raw.zrem("scores", "b")
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: hand.rows() == [("c", "0")])
    assert hand.table.selected_rows() == []


async def test_all_selected_elements_stay_selected_though_one_in_their_middle_goes(
    hand: Hand,
) -> None:
    hand.raw.zadd("scores", {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5})
    await hand.open(b"scores", 5)
    hand.select(0)
    for _ in range(3):
        QTest.keyClick(hand.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    hand.raw.zrem("scores", "b")
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: len(hand.rows()) == 4)
    assert hand.table.selected_rows() == [0, 1, 2]


async def test_a_key_that_goes_with_its_last_element_is_offered_back(hand: Hand) -> None:
    hand.raw.sadd("set", "only")
    hand.raw.pexpire("set", 600_000)
    until = hand.raw.pexpiretime("set")
    await hand.open(b"set", 1)
    hand.select(0)
    hand.desk.click("Delete the selected elements")
    await hand.until(lambda: hand.desk.says("The last member went, and the key with it"))
    await hand.until(lambda: not hand.desk.pane().tasks.is_running("follow"))
    assert not hand.desk.says("This key was deleted")
    assert hand.desk.says("This key does not exist any more")
    assert hand.rows() == []
    assert {"set, gone", "The key is gone"} <= set(hand.desk.words())
    assert not hand.desk.says("1 member")
    assert not hand.desk.button("Add an element").isEnabled()
    hand.desk.click("Undo")
    await hand.until(lambda: hand.rows() == [("only",)])
    assert {"set, 1 member", "1 member"} <= set(hand.desk.words())
    assert hand.desk.button("Add an element").isEnabled()
    assert hand.raw.pexpiretime("set") == until
    await hand.until(lambda: hand.desk.says("It is as it was before"))


async def test_of_a_key_that_somebody_else_deleted_the_last_rows_stay_and_nothing_is_offered(
    hand: Hand,
) -> None:
    hand.raw.hset("hash", "a", "1")
    await hand.open(b"hash", 1)
    hand.raw.delete("hash")
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: hand.desk.says("This key was deleted"))
    assert {"hash, gone", "The key is gone"} <= set(hand.desk.words())
    assert hand.rows() == [("a", "1")]
    assert "Write it again" not in hand.desk.button_texts(), "only a string can be written again"
    hand.raw.hset("hash", mapping={"b": "1", "c": "2"})
    hand.desk.tabs.values_may_have_changed()
    await hand.until(lambda: sorted(hand.rows()) == [("b", "1"), ("c", "2")])
    assert {"hash, 2 fields", "2 fields"} <= set(hand.desk.words())


@pytest.mark.parametrize(
    ("kind", "fields", "row"),
    [
        ("hash", {"New field": "b", "New value": "2"}, ("b", "2")),
        ("list", {"New value": "b"}, ("1", "b")),
        ("set", {"New member": "b"}, ("b",)),
        ("zset", {"New member": "b", "New score": "inf"}, ("b", "inf")),
        ("stream", {"New name=value, name=value": "n=2, m=x"}, ("n=2, m=x",)),
    ],
)
async def test_a_row_is_added(
    hand: Hand, kind: str, fields: dict[str, str], row: tuple[str, ...]
) -> None:
    hand.raw.hset("hash", "a", "1")
    hand.raw.rpush("list", "a")
    hand.raw.sadd("set", "a")
    hand.raw.zadd("zset", {"a": 1})
    hand.raw.xadd("stream", {"n": "1"})
    await hand.open(kind.encode(), 1)
    hand.desk.click("Add an element")
    for name, text in fields.items():
        hand.desk.type_into(name, text)
    hand.desk.click("Add this element")
    await hand.until(lambda: len(hand.rows()) == 2)
    assert any(shown[-len(row) :] == row for shown in hand.rows())
    assert any(words.startswith("1 ") and words.endswith(" added") for words in hand.desk.words())


async def test_an_entry_of_a_stream_is_deleted_and_comes_back_where_it_was(hand: Hand) -> None:
    for at in (1, 2, 3):
        hand.raw.xadd("stream", {"n": at}, id=f"5-{at}")
    await hand.open(b"stream", 3)
    hand.begin(0, 1)
    await hand.until(lambda: hand.desk.says("Entries of a stream never change"))
    hand.select(0)
    QTest.keyClick(hand.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.rows() == [("5-3", "n=3")])
    assert hand.desk.says("2 entries deleted")
    hand.raw.xadd("stream", {"n": "theirs"}, id="6-1")
    hand.undo()
    await hand.until(lambda: hand.desk.says("It is as it was before"))
    assert [entry for entry, _ in hand.raw.xrange("stream")] == [b"5-1", b"5-2", b"5-3", b"6-1"]


async def test_an_entry_that_could_not_be_put_back_is_deleted_after_a_question(hand: Hand) -> None:
    pipe = hand.raw.pipeline()
    for at in range(MAX_BEHIND + 2):
        pipe.xadd("stream", {"n": at}, id=f"5-{at}")
    pipe.execute()
    await hand.open(b"stream", MAX_BEHIND + 2)
    hand.select(0)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.desk.says("Delete 1 entry?"))
    assert hand.desk.says("there is no undo")
    assert hand.raw.xlen("stream") == MAX_BEHIND + 2
    hand.desk.click("Delete for good")
    await hand.until(lambda: len(hand.rows()) == MAX_BEHIND + 1)
    assert "Undo" not in hand.desk.button_texts()


async def test_the_very_first_entry_is_deleted_after_a_question(hand: Hand) -> None:
    for at in (1, 2):
        hand.raw.xadd("stream", {"n": at}, id=f"0-{at}")
    await hand.open(b"stream", 2)
    hand.select(0)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: hand.desk.says("No server puts back the entry 0-1"))
    assert hand.raw.xlen("stream") == 2
    hand.desk.click("Delete for good")
    await hand.until(lambda: hand.rows() == [("0-2", "n=2")])
    assert hand.desk.says("This cannot be taken back.")


async def test_in_a_very_long_table_what_is_changed_here_shows_at_once(hand: Hand) -> None:
    hand.raw.hset("hash", mapping={f"f{n}": "1" for n in range(6_000)})
    await hand.desk.open(b"hash")
    await hand.until(lambda: "Load all" in hand.desk.button_texts())
    hand.desk.click("Load all")
    model = hand.table.model()
    await hand.until(lambda: model.rowCount() == 6_000)
    (edited,), (deleted,) = model.row(0)[:1], model.row(1)[:1]
    await hand.type_over(0, 1, "mine")
    await hand.until(lambda: model.row(0) == (edited, b"mine"))
    hand.select(1)
    hand.press(Qt.Key.Key_Delete)
    await hand.until(lambda: model.rowCount() == 5_999)
    assert hand.raw.hget("hash", edited) == b"mine"
    assert not hand.raw.hexists("hash", deleted)
    hand.undo()
    await hand.until(lambda: model.rowCount() == 6_000)
    assert model.row(5_999) == (deleted, b"1")


async def test_a_long_value_has_a_window_that_keeps_how_its_json_is_stored(hand: Hand) -> None:
    stored = '{"name":"Åsa","note":"' + "x" * 200 + '"}'
    hand.raw.hset("customer", "profile", stored)
    await hand.open(b"customer", 1)
    hand.begin(0, 1)
    await hand.until(lambda: isinstance(QApplication.activeModalWidget(), ElementDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ElementDialog)
    await hand.until(dialog.isActiveWindow)
    view = dialog.panel.view
    assert view.text().startswith('{\n  "name": "Åsa",')
    QTest.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    QTest.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await hand.until(lambda: dialog.panel.footer.isVisible() and dialog.panel.view.is_edited)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert dialog.isVisible(), "unsaved text is not thrown away unasked"
    QTest.keyClicks(view, "}")
    QTest.keyClick(view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClicks(view, '"a": 1.0,')
    QTest.keyClick(view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    expected = stored.replace('{"name"', '{"a":1.0,"name"').encode()
    await hand.until(lambda: hand.table.model().row(0) == (b"profile", expected))
    assert hand.raw.hget("customer", "profile") == expected


async def test_nothing_is_edited_where_the_cache_is_read_only(
    seat: Callable[..., Awaitable[Desk]], redis_url: str, raw: redis.Redis
) -> None:
    cache = RedisCache(parse_target(redis_url))
    await cache.connect()
    raw.hset("customer", "name", "Åsa")
    hand = Hand(await seat(CacheView(cache, is_read_only=True), is_read_only=True), raw)
    await hand.open(b"customer", 1)
    hand.begin(0, 1)
    hand.press(Qt.Key.Key_Delete)
    assert hand.line() is None
    assert not {"Add…", "Delete"} & set(hand.desk.button_texts())
    assert raw.hget("customer", "name") == "Åsa".encode()
    await cache.aclose()
