"""The journal on disk: what a later session finds of it, whatever happened to the file."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    ListPush,
    ScoreChange,
    StreamAddition,
)
from sinch_cache_gui.cache.interface import KeyType, Persist, Snapshot, TtlPolicy
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.keyspace.journal import Action, Journal, JournalEntry, Result
from sinch_cache_gui.keyspace.journal_file import JournalFile, journal_path
from sinch_cache_gui.keyspace.journal_keeper import JournalKeeper
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import CACHE_LOST, NOT_KEPT, undo

KEY = b"session:1"
AT_MS = 1_800_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return journal_path(tmp_path / "journal", "localhost:6379/0", b"fn:")


def saved(value: bytes = b'"new"', *, before: bytes = b'"old"', at_ms: int = AT_MS) -> JournalEntry:
    old = Snapshot(KEY, KeyType.STRING, before, AT_MS + 600_000)
    return JournalEntry(
        1, at_ms, Action.SAVED, KEY, Result.DONE, old, value, after_deadline_ms=AT_MS + 600_000
    )


def keep(path: Path, *entries: JournalEntry, session: str = "one", **options: object) -> None:
    file = JournalFile(path, session, **options)
    for entry in entries:
        file.append(entry)
    file.close()


def found(path: Path, session: str = "later") -> Sequence[JournalEntry]:
    return JournalFile(path, session).earlier()


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def values(path: Path) -> list[bytes | None]:
    return [entry.after for entry in found(path)]


@pytest.mark.parametrize("value", [b'{"text": "Hej \xc3\xa5"}', b"\xff\x00\n", b"", b"two\nlines"])
def test_a_later_session_finds_an_entry_byte_for_byte(path: Path, value: bytes) -> None:
    keep(path, saved(value, before=value[::-1]))
    (entry,) = found(path)
    assert entry.after == value
    assert entry.before == Snapshot(KEY, KeyType.STRING, value[::-1], AT_MS + 600_000)
    assert (entry.action, entry.result, entry.at_ms) == (Action.SAVED, Result.DONE, AT_MS)
    assert entry.is_undoable


def test_what_a_session_wrote_itself_is_not_an_earlier_ones(path: Path) -> None:
    keep(path, saved())
    assert found(path, session="one") == []


def test_a_line_torn_by_a_sudden_end_costs_nothing_but_itself(path: Path) -> None:
    keep(path, saved(b"1"), saved(b"2"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert values(path) == [b"1"]
    keep(path, saved(b"3"), session="two")
    assert values(path) == [b"1", b"3"]


@pytest.mark.parametrize("line", [b"null", b"[]", b'{"session": 1}', b"\xff\xfe", b"{" * 5000])
def test_lines_that_are_no_entries_are_passed_over(path: Path, line: bytes) -> None:
    keep(path, saved(b"1"))
    with path.open("ab") as file:
        file.write(line + b"\n")
    keep(path, saved(b"2"), session="two")
    assert values(path) == [b"1", b"2"]


@pytest.mark.parametrize("moment", [10**18, -(10**18), 1e300])
def test_an_entry_of_no_moment_there_ever_is_stays_within_the_calendar(
    path: Path, moment: float
) -> None:
    keep(path, saved(b"1"))
    path.write_bytes(path.read_bytes().replace(str(AT_MS).encode(), str(moment).encode(), 1))
    (entry,) = found(path)
    assert datetime.fromtimestamp(entry.at_ms / 1000, UTC)


def test_the_newest_stay_within_the_bounds(path: Path) -> None:
    entries = [saved(b"%04d" % number) for number in range(100)]
    keep(path, *entries, max_entries=20)
    kept = values(path)
    assert kept == [b"%04d" % number for number in range(100 - len(kept), 100)]
    assert 10 <= len(kept) <= 20

    keep(path, *[saved(b"x" * 1000) for _ in range(50)], session="two", max_bytes=20_000)
    assert sum(file.stat().st_size for file in path.parent.iterdir()) <= 20_000
    assert len(list(path.parent.iterdir())) == 2


def test_windows_that_write_at_once_lose_none_of_each_others_entries(path: Path) -> None:
    one, two = (JournalFile(path, session, max_entries=40) for session in ("one", "two"))
    entries = [saved(b"%04d" % number) for number in range(60)]
    for entry in entries[:5]:
        two.append(entry)
    for entry in entries[5:25]:
        one.append(entry)  # it turns the file over that the other has open
    for entry in entries[25:]:
        two.append(entry)
    one.close()
    two.close()
    kept = values(path)
    assert kept == [entry.after for entry in entries[-len(kept) :]]
    assert 20 <= len(kept) <= 40


def test_a_line_torn_by_another_window_costs_nothing_but_itself(path: Path) -> None:
    file = JournalFile(path, "one")
    file.append(saved(b"1"))
    with path.open("ab") as other:
        other.write(b'{"session": "two", "at_')
    file.append(saved(b"2"))
    file.close()
    assert values(path) == [b"1", b"2"]


def test_a_journal_that_somebody_took_away_is_begun_anew(path: Path) -> None:
    file = JournalFile(path, "one")
    file.append(saved(b"1"))
    path.unlink()
    file.append(saved(b"2"))
    file.close()
    assert values(path) == [b"2"]


def test_only_the_owner_may_read_it(path: Path) -> None:
    keep(path, *[saved() for _ in range(30)], max_entries=20)
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_caches_and_prefixes_have_files_of_their_own_that_name_neither(tmp_path: Path) -> None:
    places = {
        journal_path(tmp_path, label, prefix)
        for label in ("cache.example:6379/0", "cache.example:6379/1")
        for prefix in (b"", b"fn:")
    }
    assert len(places) == 4
    assert not any("cache" in place.name for place in places)


async def test_values_stay_out_where_the_profile_says_so(path: Path) -> None:
    cache = JournalingBackend(MemoryCache(lambda: AT_MS), Journal())
    await cache.write(KEY, b'"secret one"', expected=None, ttl=600_000)
    await cache.write(KEY, b'"secret two"', expected=b'"secret one"', ttl=TtlPolicy.KEEP)
    await cache.change_ttl(KEY, Persist())
    keep(path, *cache.journal.entries, omits_values=True)

    assert all(b"secret" not in line for line in lines(path))
    created, changed, persisted = found(path)
    assert created.key == KEY
    assert changed.before_deadline_ms == AT_MS + 600_000
    report = await undo(cache, [created, changed])
    assert report.refused == ((KEY, NOT_KEPT), (KEY, NOT_KEPT))
    assert (await undo(cache, [persisted])).undone == (KEY,)


@pytest.mark.parametrize(
    "change",
    [
        FieldChange(b"name", b"old", None, AT_MS),
        ListPush(b"\xff", is_at_head=True),
        ScoreChange(b"member", float("inf"), 0.1),
        StreamAddition(((b"a", b"1"), (b"b", b"\x00"))),
    ],
    ids=lambda change: type(change).__name__,
)
def test_a_change_of_an_element_comes_back_with_its_inverse(
    path: Path, change: ElementChange
) -> None:
    entry = JournalEntry(
        1, AT_MS, Action.ELEMENT_CHANGED, KEY, Result.DONE, element=change, inverse=change
    )
    keep(path, entry)
    (kept,) = found(path)
    assert (kept.element, kept.inverse) == (change, change)
    assert kept.is_undoable


def test_a_huge_value_is_left_out_and_its_line_is_not(path: Path) -> None:
    keep(path, saved(b"x" * 600_000))
    (entry,) = found(path)
    assert entry.after is None
    assert entry.lacks_values
    assert path.stat().st_size < 1_000


async def test_a_disk_that_refuses_is_told_once_and_gets_everything_later(path: Path) -> None:
    told: list[OSError] = []
    path.parent.parent.joinpath("journal").write_text("a file stands where the folder belongs")
    cache = JournalingBackend(MemoryCache(), Journal())
    keeper = JournalKeeper(
        cache.journal, JournalFile(path, "one"), told.append, outlives_sessions=True
    )
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await cache.write(KEY, b"2", expected=b"1", ttl=TtlPolicy.KEEP)
    await keeper.recall()  # behind the writes: one thread keeps their order
    assert len(told) == 1
    assert [entry.after for entry in cache.journal.entries] == [b"1", b"2"]

    path.parent.unlink()
    await cache.write(KEY, b"3", expected=b"2", ttl=TtlPolicy.KEEP)
    await keeper.aclose()
    assert values(path) == [b"1", b"2", b"3"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
async def test_a_read_only_folder_is_told_and_nothing_else_suffers(path: Path) -> None:
    told: list[OSError] = []
    path.parent.mkdir(mode=0o500)
    cache = JournalingBackend(MemoryCache(), Journal())
    keeper = JournalKeeper(
        cache.journal, JournalFile(path, "one"), told.append, outlives_sessions=True
    )
    await cache.write(KEY, b"1", expected=None, ttl=600_000)
    await keeper.recall()
    await keeper.aclose()
    assert len(told) == 1
    assert await cache.read(KEY) is not None


async def recalled(path: Path, cache: JournalingBackend, *, outlives: bool) -> JournalKeeper:
    def failed(error: OSError) -> None:
        raise error

    file = JournalFile(path, "later")
    keeper = JournalKeeper(cache.journal, file, failed, outlives_sessions=outlives)
    await keeper.recall()
    return keeper


@pytest.mark.parametrize("is_changed", [False, True])
async def test_a_write_of_an_earlier_session_is_undone_while_its_value_stands(
    path: Path, is_changed: bool
) -> None:
    shared = MemoryCache()
    before = JournalingBackend(shared, Journal())
    await shared.set("session:1", "old")
    await before.write(KEY, b'"new"', expected=b'"old"', ttl=TtlPolicy.KEEP)
    keep(path, *before.journal.entries)
    if is_changed:
        await shared.set("session:1", "theirs")

    now = JournalingBackend(shared, Journal())
    keeper = await recalled(path, now, outlives=True)
    assert [entry.number for entry in now.journal.earlier] == [0]
    assert now.journal.entries == ()
    report = await undo(now, now.journal.earlier)
    await keeper.aclose()

    assert bool(report.undone) is not is_changed
    assert await shared.get("session:1") == ("theirs" if is_changed else "old")


async def test_what_was_written_to_a_cache_that_ended_is_listed_and_says_so(path: Path) -> None:
    keep(path, saved())
    now = JournalingBackend(MemoryCache(), Journal())
    keeper = await recalled(path, now, outlives=False)
    report = await undo(now, now.journal.earlier)
    await keeper.aclose()
    assert report.refused == ((KEY, CACHE_LOST),)
    assert await now.count_keys() == 0


async def test_closing_waits_until_every_write_is_on_disk(path: Path) -> None:
    cache = JournalingBackend(MemoryCache(), Journal())
    keeper = await recalled(path, cache, outlives=True)
    for number in range(300):
        await cache.write(b"key:%d" % number, b"1", expected=None, ttl=600_000)
    await keeper.aclose()
    assert [entry.key for entry in found(path, "another")] == [b"key:%d" % n for n in range(300)]
