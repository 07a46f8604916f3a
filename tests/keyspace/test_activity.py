"""The activity list says what happened, and who did it, once."""

from __future__ import annotations

import pytest

from sinch_cache_gui.cache.element_change import FieldChange
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.keyspace.activity import ECHO_MS, ActivityLog, Who
from sinch_cache_gui.keyspace.journal import Action, Journal, Result
from tests.clock import Clock


def wrote(log: ActivityLog, clock: Clock, key: bytes, result: Result = Result.DONE) -> None:
    log.wrote(Journal().record(Action.SAVED, key, result, at_ms=clock.ms))


def told(log: ActivityLog) -> list[tuple[bytes, str, Who]]:
    return [(line.key, line.what, line.who) for line in log.lines]


def test_what_was_done_to_an_element_is_told() -> None:
    log = ActivityLog(Clock())
    changes = (
        FieldChange(b"name", None, b"Ann"),
        FieldChange(b"name", b"Ann", b"Eva"),
        FieldChange(b"name", b"Eva", None),
    )
    for change in changes:
        done = Journal().record(
            Action.ELEMENT_CHANGED, b"customer", Result.DONE, at_ms=0, element=change
        )
        log.wrote(done)

    whats = [line.what for line in log.lines]
    assert whats == ["element added", "element changed", "element deleted"]


def test_the_echo_of_an_own_write_is_not_told_as_another_clients() -> None:
    clock = Clock()
    log = ActivityLog(clock)
    wrote(log, clock, b"session:1")

    log.saw([Change(b"session:1", ChangeKind.WRITTEN), Change(b"session:2", ChangeKind.WRITTEN)])

    assert told(log) == [
        (b"session:1", "saved", Who.WINDOW),
        (b"session:2", "written", Who.OTHER),
    ]


def test_a_later_write_of_the_same_key_is_another_clients() -> None:
    clock = Clock()
    log = ActivityLog(clock)
    wrote(log, clock, b"session:1")
    clock.ms += ECHO_MS + 1

    log.saw([Change(b"session:1", ChangeKind.WRITTEN)])

    assert told(log)[-1] == (b"session:1", "written", Who.OTHER)


def test_an_expired_key_is_nobodys_doing() -> None:
    clock = Clock()
    log = ActivityLog(clock)
    wrote(log, clock, b"session:1")

    log.saw([Change(b"session:1", ChangeKind.EXPIRED)])

    assert told(log)[-1] == (b"session:1", "expired", Who.CACHE)


def test_a_key_that_is_gone_is_blamed_on_nobody_where_the_cause_is_not_told() -> None:
    log = ActivityLog(Clock())

    log.saw([Change(b"session:1", ChangeKind.GONE), Change(b"session:2", ChangeKind.DELETED)])

    assert told(log) == [
        (b"session:1", "gone: deleted, expired or evicted", Who.UNTOLD),
        (b"session:2", "deleted", Who.OTHER),
    ]


def test_what_a_call_wrote_names_the_callback() -> None:
    clock = Clock()
    log = ActivityLog(clock)

    log.called(b"session:1", "set", "ICE")
    log.saw([Change(b"session:1", ChangeKind.WRITTEN)])

    (line,) = log.lines
    assert (line.who, line.context) == (Who.CALL, "ICE")


def test_a_refused_write_is_told_as_a_failure() -> None:
    clock = Clock()
    log = ActivityLog(clock)
    wrote(log, clock, b"session:1", Result.REFUSED_CHANGED)

    (line,) = log.lines
    assert line.is_failure
    assert line.what == "save: refused: somebody else changed the key"


def test_a_key_that_was_not_created_is_said_to_exist_already() -> None:
    log = ActivityLog(Clock())
    log.wrote(Journal().record(Action.CREATED, b"session:1", Result.REFUSED_CHANGED, at_ms=0))
    (line,) = log.lines
    assert line.what == "create: refused: the key exists already"


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("result", Result)
def test_whatever_this_window_writes_is_told(action: Action, result: Result) -> None:
    log = ActivityLog(Clock())
    log.wrote(Journal().record(action, b"session:1", result, at_ms=0))
    (line,) = log.lines
    assert line.what
    assert line.is_failure == (result is not Result.DONE)


def test_the_oldest_lines_leave_first() -> None:
    log = ActivityLog(Clock(), limit=2)
    log.saw([Change(key, ChangeKind.WRITTEN) for key in (b"a", b"b", b"c")])
    assert [line.key for line in log.lines] == [b"b", b"c"]
