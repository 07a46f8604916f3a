"""Deleting keys and taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from sinch_cache_gui.cache.errors import CacheError, RemovalUnknown
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import BackendFacts, Snapshot, TtlPolicy, WriteOutcome
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.journal import Journal
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.lost_deletions import LostDeletions
from sinch_cache_gui.notices import Notice, Notices
from sinch_cache_gui.ui.key_actions import KeyActions
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.values.copy_as import Language
from tests.ui.conftest import PATIENCE_S


class Shared(ForwardingBackend):
    """A cache that other programs use too."""

    @property
    def facts(self) -> BackendFacts:
        return replace(self._inner.facts, label="cache.example:6379/0", is_production_like=True)


class Desk:
    """The actions on a cache, and what the user is told."""

    def __init__(self, backend: ForwardingBackend | MemoryCache) -> None:
        self.cache = JournalingBackend(backend, Journal())
        self.notices = Notices()
        self.told: asyncio.Queue[Notice] = asyncio.Queue()
        self.notices.listen(self.told.put_nowait)
        self.scope = TaskScope(self.notices)
        self.actions = KeyActions(self.cache, self.scope, self.notices)

    async def seed(self, *keys: bytes) -> None:
        for key in keys:
            await self.cache.write(key, b"1", expected=None, ttl=600_000)

    async def next_notice(self) -> Notice:
        return await asyncio.wait_for(self.told.get(), PATIENCE_S)


def press(notice: Notice, label: str) -> None:
    next(action for action in notice.actions if action.label == label).run()


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk(MemoryCache())
    yield desk
    await desk.scope.aclose()


@pytest.fixture
async def shared_desk() -> AsyncIterator[Desk]:
    desk = Desk(Shared(MemoryCache()))
    yield desk
    await desk.scope.aclose()


async def test_in_development_keys_are_deleted_at_once_and_undo_brings_them_back(
    desk: Desk,
) -> None:
    await desk.seed(b"session:1", b"session:2")
    desk.actions.delete((b"session:1", b"session:2"))

    notice = await desk.next_notice()
    assert notice.title == "2 keys deleted"
    assert await desk.cache.count_keys() == 0

    press(notice, "Undo")
    assert (await desk.next_notice()).title == "Undone: 2 keys"
    stored = await desk.cache.read(b"session:1")
    assert stored is not None
    assert stored.deadline_ms is not None


async def test_a_shared_cache_asks_first(shared_desk: Desk) -> None:
    await shared_desk.seed(b"session:1")
    shared_desk.actions.delete((b"session:1",))

    question = await shared_desk.next_notice()
    assert question.title == "Delete session:1 from cache.example:6379/0?"
    assert "Undo puts the keys back" in question.detail
    assert await shared_desk.cache.count_keys() == 1

    press(question, "Delete")
    assert (await shared_desk.next_notice()).title == "session:1 deleted"
    assert await shared_desk.cache.count_keys() == 0


async def test_what_somebody_else_put_in_a_key_since_it_was_seen_is_deleted_only_when_told(
    shared_desk: Desk,
) -> None:
    await shared_desk.seed(b"session:1")
    shared_desk.actions.delete((b"session:1",), b"1")
    question = await shared_desk.next_notice()
    await shared_desk.cache.write(b"session:1", b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    press(question, "Delete")
    refused = await shared_desk.next_notice()
    assert refused.title == "session:1: somebody else changed it. Nothing was deleted."
    held = await shared_desk.cache.read(b"session:1")
    assert held is not None
    assert held.data == b"2"

    press(refused, "Delete theirs")
    assert (await shared_desk.next_notice()).title == "session:1 deleted"
    assert await shared_desk.cache.count_keys() == 0


async def test_a_key_that_is_as_it_was_seen_is_deleted_and_comes_back(desk: Desk) -> None:
    await desk.seed(b"session:1")
    desk.actions.delete((b"session:1",), b"1")
    notice = await desk.next_notice()
    assert notice.title == "session:1 deleted"
    assert await desk.cache.count_keys() == 0
    press(notice, "Undo")
    assert (await desk.next_notice()).title == "Undone: session:1"
    assert await desk.cache.count_keys() == 1


async def test_the_question_about_many_names_the_first_few(shared_desk: Desk) -> None:
    keys = [b"session:%d" % number for number in range(1234)]
    shared_desk.actions.delete(keys)
    question = await shared_desk.next_notice()
    assert question.title == "Delete 1,234 keys from cache.example:6379/0?"
    first = question.detail.partition("\n")[0]
    assert first == "session:0, session:1, session:2, session:3, session:4, …"


async def test_keys_that_were_gone_already_are_told(desk: Desk) -> None:
    await desk.seed(b"a")
    desk.actions.delete((b"a", b"b"))

    notice = await desk.next_notice()
    assert notice.title == "1 of 2 keys deleted"
    assert notice.detail == "Already gone: 1"


class Slow(ForwardingBackend):
    """A cache far away."""

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        await asyncio.sleep(0.11)
        return await self._inner.remove_many(keys)

    async def restore_many(self, snapshots: Sequence[Snapshot]) -> list[WriteOutcome | CacheError]:
        await asyncio.sleep(0.11)
        return await self._inner.restore_many(snapshots)


@pytest.fixture
async def slow_desk() -> AsyncIterator[Desk]:
    desk = Desk(Slow(MemoryCache()))
    yield desk
    await desk.scope.aclose()


async def stop_when_told(desk: Desk, doing: str) -> Notice:
    """Press Stop as soon as it is told how far it is; answer what is said last."""
    notice = await desk.next_notice()
    assert notice.title.startswith(f"{doing}: ")
    press(notice, "Stop")
    while any(action.label == "Stop" for action in notice.actions):
        notice = await desk.next_notice()
    return notice


async def test_a_long_deletion_and_its_undo_can_be_stopped(slow_desk: Desk) -> None:
    desk = slow_desk
    keys = [b"k%04d" % number for number in range(1500)]
    await desk.seed(*keys)

    desk.actions.delete(keys)
    stopped = await stop_when_told(desk, "Deleting")
    left = await desk.cache.count_keys()
    assert left
    assert stopped.title == f"{1500 - left:,} of 1,500 keys deleted"
    assert stopped.detail == f"Left as they were: {left:,}."

    desk.actions.delete(keys)
    rest = await desk.next_notice()
    while any(action.label == "Stop" for action in rest.actions):
        rest = await desk.next_notice()
    assert await desk.cache.count_keys() == 0

    press(rest, "Undo")
    half = await stop_when_told(desk, "Putting back")
    assert half.title.startswith("Undone: ")
    press(half, "Undo the rest")
    while await desk.cache.count_keys() != left:
        await desk.next_notice()

    press(stopped, "Undo")
    while await desk.cache.count_keys() != 1500:
        await desk.next_notice()


async def test_undo_of_the_last_write_takes_back_a_whole_deletion(desk: Desk) -> None:
    await desk.seed(b"a", b"b", b"c")
    desk.actions.delete((b"a", b"b", b"c"))
    await desk.next_notice()

    desk.actions.undo_last()

    assert (await desk.next_notice()).title == "Undone: 3 keys"
    assert await desk.cache.count_keys() == 3


class Losing(ForwardingBackend):
    """A cache whose answer to a deletion is lost from the third key on."""

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        seen = [await self._inner.snapshot(key) for key in keys]
        outcomes = await self._inner.remove_many(keys)
        lost = [RemovalUnknown("The line died", "", one) for one in seen[2:] if one is not None]
        return [*outcomes[:2], *lost]


async def test_what_became_of_a_deletion_without_an_answer_is_told_and_taken_back() -> None:
    desk = Desk(Losing(MemoryCache()))
    await desk.seed(b"a", b"b", b"c", b"d")
    looking = asyncio.create_task(
        LostDeletions(desk.cache, desk.cache.journal, desk.actions.tell_settled).run()
    )
    await asyncio.sleep(0)
    desk.actions.delete((b"a", b"b", b"c", b"d"))
    told = {notice.title: notice for notice in [await desk.next_notice(), await desk.next_notice()]}
    assert told.keys() == {"2 of 4 keys deleted", "2 keys: gone"}

    press(told["2 keys: gone"], "Undo")
    assert (await desk.next_notice()).title == "Undone: 2 keys"
    assert sorted(await desk.cache.keys()) == ["c", "d"]
    # All four are taken back together, too: what is back already is left as it is.
    press(told["2 of 4 keys deleted"], "Undo")
    assert (await desk.next_notice()).title == "Undone: 4 keys"
    assert await desk.cache.count_keys() == 4
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    await desk.scope.aclose()


async def test_undo_of_the_last_write_takes_back_what_may_have_been_deleted_as_well() -> None:
    desk = Desk(Losing(MemoryCache()))
    await desk.seed(b"a", b"b", b"c", b"d")
    desk.actions.delete((b"a", b"b", b"c", b"d"))
    await desk.next_notice()
    desk.actions.undo_last()
    assert (await desk.next_notice()).title == "Undone: 4 keys"
    assert await desk.cache.count_keys() == 4
    await desk.scope.aclose()


async def test_a_write_after_a_deletion_is_undone_alone(desk: Desk) -> None:
    await desk.seed(b"a", b"b", b"c")
    desk.actions.delete((b"a", b"b"))
    await desk.next_notice()
    await desk.cache.write(b"c", b"2", expected=b"1", ttl=TtlPolicy.KEEP)

    desk.actions.undo_last()

    assert (await desk.next_notice()).title == "Undone: c"
    assert await desk.cache.count_keys() == 1


async def test_undo_takes_back_the_last_write(desk: Desk) -> None:
    await desk.seed(b"session:1")
    await desk.cache.write(b"session:1", b"2", expected=b"1", ttl=TtlPolicy.KEEP)

    desk.actions.undo_last()

    assert (await desk.next_notice()).title == "Undone: session:1"
    stored = await desk.cache.read(b"session:1")
    assert stored is not None
    assert stored.data == b"1"


async def test_with_nothing_written_there_is_nothing_to_undo(desk: Desk) -> None:
    desk.actions.undo_last()
    assert (await desk.next_notice()).title == "There is nothing to undo."


async def test_keys_are_copied_as_code_with_the_time_they_have_left(desk: Desk) -> None:
    await desk.seed(b"session:1")
    desk.actions.copy_as((b"session:1", b"gone"), Language.REDIS_CLI)

    notice = await desk.next_notice()
    assert notice.title == "1 key copied as redis-cli"
    assert notice.detail == "gone: it does not exist any more"
    text = QGuiApplication.clipboard().text()
    assert text.startswith('SET "session:1" "1" PX ')
    assert 590_000 < int(text.rpartition(" ")[2]) <= 600_000


async def test_a_line_too_long_for_the_prompt_of_redis_cli_is_told(desk: Desk) -> None:
    await desk.cache.write(b"a", b"x" * 5_000, expected=None, ttl=600_000)
    desk.actions.copy_as((b"a",), Language.REDIS_CLI)
    assert "takes lines of 4,095 bytes" in (await desk.next_notice()).detail
    desk.actions.copy_as((b"a",), Language.PYTHON)
    assert (await desk.next_notice()).detail == ""


async def test_what_cannot_be_said_in_a_language_is_told(desk: Desk) -> None:
    await desk.cache.write(b"blob", b"\xff", expected=None, ttl=600_000)
    desk.actions.copy_as((b"blob",), Language.TYPESCRIPT)

    notice = await desk.next_notice()
    assert notice.title == "Nothing was copied"
    assert notice.detail == "blob: This value is not text; context.cache.set stores JSON."


async def test_a_rename_is_told_and_can_be_undone(desk: Desk) -> None:
    await desk.seed(b"old")
    await desk.cache.rename(b"old", b"new")
    desk.actions.tell_moved(b"new")

    notice = await desk.next_notice()
    assert notice.title == "Renamed to new"
    press(notice, "Undo")
    assert (await desk.next_notice()).title == "Undone: old"
    assert await desk.cache.has("old")
