"""A key lives for a span or until a moment, and what was typed is read back in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn
from sinch_cache_gui.values.duration import NotADuration
from sinch_cache_gui.values.lifetime import lifetime_in_words, parse_lifetime


@pytest.fixture(autouse=True)
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


NOW = "2026-11-23 13:00"  # a Monday


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("until 14:05", "2026-11-23 14:05"),
        ("until 14:05:30", "2026-11-23 14:05:30"),
        ("at 9:00", "2026-11-24 09:00"),
        ("today 23:59", "2026-11-23 23:59"),
        ("tomorrow 9:00", "2026-11-24 09:00"),
        ("Until Tomorrow at 9:00", "2026-11-24 09:00"),
        ("tomorrow", "2026-11-24 00:00"),
        ("until noon", "2026-11-24 12:00"),
        ("until midnight", "2026-11-24 00:00"),
        ("friday 8:30", "2026-11-27 08:30"),
        ("monday 12:00", "2026-11-30 12:00"),
        ("monday 14:00", "2026-11-23 14:00"),
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("until 2026-12-24", "2026-12-24 00:00"),
    ],
)
def test_a_moment_is_understood(text: str, moment: str) -> None:
    assert parse_lifetime(text, at(NOW)) == ExpireAt(at(moment))


@pytest.mark.parametrize(("text", "ms"), [("90", 90_000), ("2h 30m", 9_000_000), ("1:30", 90_000)])
def test_a_span_is_one_still(text: str, ms: int) -> None:
    assert parse_lifetime(text, at(NOW)) == ExpireIn(ms)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("until 25:00", "no time of day"),
        ("until", "no time of day"),
        ("today 12:59", "has passed"),
        ("2026-11-22", "has passed"),
        ("2026-02-30 9:00", "There is no 2026-02-30"),
        ("2999-01-01", "hundred years"),
        ("tomorrow quickly", "is no moment"),
        ("0", "at once"),
        ("-1", "less than no time"),
        ("soon", "is no time"),
        ("", "Type a time to live"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(text: str, part: str) -> None:
    with pytest.raises(NotADuration, match=part):
        parse_lifetime(text, at(NOW))


def test_the_day_on_which_clocks_change_is_counted_by_the_calendar() -> None:
    now = at("2027-03-27 12:00")  # the night after, Sweden skips an hour
    lifetime = parse_lifetime("tomorrow 12:00", now)
    assert lifetime == ExpireAt(now + 23 * 3_600_000)


@pytest.mark.parametrize("text", ["until 2:30", "tomorrow 2:30", "2027-03-28 2:30", "sunday 2:30"])
def test_a_time_that_the_clocks_skip_is_never_earlier_than_it_was_asked_for(text: str) -> None:
    now = at("2027-03-27 20:00")
    lifetime = parse_lifetime(text, now)
    assert lifetime == ExpireAt(at("2027-03-28 03:30"))
    assert lifetime_in_words(lifetime, now) == "until tomorrow 3:30, in 6 hours 30 minutes"


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    ("text", "part"),
    [("9999-12-31 23:59", "hundred years"), ("0001-01-01", "passed"), ("0000-01-01", "no 0000")],
)
def test_the_ends_of_the_calendar_are_refused_in_every_zone(
    text: str, part: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    with pytest.raises(NotADuration, match=part):
        parse_lifetime(text, at(NOW))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10m", "10 minutes"),
        ("until 14:05", "until today 14:05, in 1 hour 5 minutes"),
        ("tomorrow 9:00", "until tomorrow 9:00, in 20 hours"),
        ("friday 8:30:15", "until Friday 8:30:15, in 3 days 19 hours 30 minutes 15 seconds"),
        ("2026-12-23 13:00", "until 2026-12-23 13:00, in 30 days"),
    ],
)
def test_it_is_read_back_in_words(text: str, words: str) -> None:
    assert lifetime_in_words(parse_lifetime(text, at(NOW)), at(NOW)) == words
