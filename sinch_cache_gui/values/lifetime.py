"""How long a key or a field shall live: "10m", "2h 30m", "until 14:05", "tomorrow 9:00"."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from sinch_cache_gui.cache.interface import MAX_TTL_MS, ExpireAt, ExpireIn
from sinch_cache_gui.values.duration import NotADuration, duration_in_words, parse_duration

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOMENT: Final = re.compile(
    r"(?:(?:until|till|at)\b\s*)?(?:on\s+)?"
    r"(?:(?P<date>\d{4}-\d{2}-\d{2})|(?P<day>today|tomorrow|" + "|".join(_DAYS) + r"))?"
    r"[\sT,]*(?:at\s+)?(?P<clock>\d{1,2}:\d{2}(?::\d{2})?|midnight|noon)?",
    re.IGNORECASE | re.ASCII,
)
_ONLY_CLOCK: Final = re.compile(r"[\d:]+")

_PASSED: Final = "That moment has passed; to end it now, delete it instead."
_TOO_FAR: Final = "That is over a hundred years; “remove expiry” lets it live for ever."
NO_MOMENT: Final = "try “until 14:05”, “tomorrow 9:00” or “2026-12-24 18:00”."


def parse_lifetime(text: str, now_ms: int) -> ExpireIn | ExpireAt:
    """Answer what `text` says: a span as `parse_duration` has it, or a moment of local time.

    A time of day that has passed today is tomorrow's. A bare "1:30" is a span, since it always was.

    Args:
        text: What was typed.
        now_ms: Milliseconds since the epoch.

    Raises:
        NotADuration: It says neither, or a moment that has passed or is over a hundred years off.
    """
    plain = text.strip()
    moment = None if _ONLY_CLOCK.fullmatch(plain) or not plain else _MOMENT.fullmatch(plain)
    if moment is None:
        first = plain.split(maxsplit=1)[0].lower() if plain else ""
        if first in ("until", "till", "at", "on", "today", "tomorrow", *_DAYS):
            raise NotADuration(f"“{plain[:30]}” is no moment; {NO_MOMENT}")
        return ExpireIn(parse_duration(text))
    deadline_ms = round(_moment_of(moment, plain, _local(now_ms)).timestamp() * 1000)
    if deadline_ms <= now_ms:
        raise NotADuration(_PASSED)
    if deadline_ms - now_ms > MAX_TTL_MS:
        raise NotADuration(_TOO_FAR)
    return ExpireAt(deadline_ms)


def lifetime_in_words(lifetime: ExpireIn | ExpireAt, now_ms: int) -> str:
    """Answer a lifetime as people say it: "until tomorrow 9:00, in 18 hours 25 minutes"."""
    if isinstance(lifetime, ExpireIn):
        return duration_in_words(lifetime.ms)
    moment, now = _local(lifetime.deadline_ms), _local(now_ms)
    match (moment.date() - now.date()).days:
        case 0:
            day = "today"
        case 1:
            day = "tomorrow"
        case days if days < 7:
            day = _DAYS[moment.weekday()].capitalize()
        case _:
            day = moment.date().isoformat()
    left_ms = max((lifetime.deadline_ms - now_ms) // 1000, 1) * 1000
    clock = f"{moment.hour}:{moment:%M:%S}" if moment.second else f"{moment.hour}:{moment:%M}"
    return f"until {day} {clock}, in {duration_in_words(left_ms)}"


def _moment_of(match: re.Match[str], text: str, now: datetime) -> datetime:
    clock = _clock_of(match["clock"], text)
    if match["date"]:
        try:
            day_named = date.fromisoformat(match["date"])
        except ValueError:
            raise NotADuration(f"There is no {match['date']}; {NO_MOMENT}") from None
        if day_named.year < now.year - 1:
            raise NotADuration(_PASSED)
        if day_named.year > now.year + 101:
            raise NotADuration(_TOO_FAR)  # the end of the calendar has no moment in every zone
        return _local_at(day_named, clock)
    day = (match["day"] or "").lower()
    if not match["clock"] and day in ("", "today"):
        raise NotADuration(f"“{text[:30]}” says no time of day; {NO_MOMENT}")
    ahead = 0
    if day == "tomorrow":
        ahead = 1
    elif day in _DAYS:
        ahead = (_DAYS.index(day) - now.weekday()) % 7
    moment = _local_at(now.date() + timedelta(days=ahead), clock)
    if moment <= now and day != "today":
        ahead = 7 if day in _DAYS else 1
        moment = _local_at(now.date() + timedelta(days=ahead), clock)
    return moment


def _local_at(day: date, clock: time) -> datetime:
    # From the calendar and not by adding hours: a day of changing clocks has 23 or 25. A time that
    # they skip is as much later as they are put forward: 2:30 is 3:30 then, and never 1:30, which
    # `astimezone` of a naive time makes of it.
    return datetime.fromtimestamp(datetime.combine(day, clock).timestamp()).astimezone()


def _clock_of(text: str | None, whole: str) -> time:
    match (text or "midnight").lower():
        case "midnight":
            return time()
        case "noon":
            return time(12)
        case clock:
            hours, minutes, *seconds = map(int, clock.split(":"))
    try:
        return time(hours, minutes, sum(seconds))
    except ValueError:
        raise NotADuration(f"“{whole[:30]}” is no time of day; {NO_MOMENT}") from None


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000).astimezone()
