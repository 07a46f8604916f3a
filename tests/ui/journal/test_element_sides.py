"""A change of a field's TTL reads as what it is in the journal."""

from __future__ import annotations

from sinch_cache_gui.cache.element_change import ElementChange, FieldChange, FieldTtlChange
from sinch_cache_gui.keyspace.expiry import format_deadline
from sinch_cache_gui.keyspace.journal import Action, Journal, JournalEntry, Result
from sinch_cache_gui.ui.journal.element_sides import element_sides
from sinch_cache_gui.ui.journal.wording import action_text, matches

LATER = 4_102_444_800_123


def test_when_a_field_expired_and_expires_stand_side_by_side() -> None:
    change = FieldTtlChange(b"code", b"\xff", None, LATER)
    assert element_sides(change) == (
        "code: \\xff\nno expiry of its own",
        f"code: \\xff\nexpires {format_deadline(LATER)}",
    )


def entry_of(change: ElementChange | None) -> JournalEntry:
    return Journal().record(
        Action.ELEMENT_CHANGED, b"customer", Result.DONE, at_ms=0, element=change
    )


def test_it_is_told_from_a_change_of_an_element_and_found_by_that() -> None:
    other = entry_of(None)
    entry = entry_of(FieldTtlChange(b"code", b"1", LATER, None))
    assert (action_text(entry), action_text(other)) == ("field TTL changed", "element changed")
    assert matches(entry, "ttl")
    assert not matches(other, "ttl")


def test_what_came_or_went_is_told_from_what_was_changed() -> None:
    told = {
        FieldChange(b"code", None, b"1"): "element added",
        FieldChange(b"code", b"1", b"2"): "element changed",
        FieldChange(b"code", b"2", None): "element deleted",
    }
    assert {change: action_text(entry_of(change)) for change in told} == told
