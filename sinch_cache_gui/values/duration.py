"""How long a key or a field shall live, as people write it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from sinch_cache_gui.cache.interface import MAX_TTL_MS


class NotADuration(ValueError):
    """The text says no time to live.

    Attributes:
        sentence: Why, for people.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_UNITS_MS: Final = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 7 * 86_400_000,
}
_NAMES: Final = {
    "ms": "ms|milliseconds?",
    "s": "s|secs?|seconds?",
    "m": "m|mins?|minutes?",
    "h": "h|hrs?|hours?",
    "d": "d|days?",
    "w": "w|weeks?",
}
_PART: Final = re.compile(
    r"\s*(?P<number>\d{1,99}(?:\.\d{1,9})?)\s*(?:"
    + "|".join(f"(?P<{unit}>(?:{names})(?![a-z]))" for unit, names in _NAMES.items())
    + r")\s*(?:,|and\b)?",
    re.IGNORECASE | re.ASCII,
)
_SECONDS: Final = re.compile(r"\d{1,99}(?:\.\d{1,3})?", re.ASCII)
_CLOCK: Final = re.compile(r"(?:(\d{1,6}):)?(\d{1,6}):([0-5]\d)", re.ASCII)


def parse_duration(text: str) -> int:
    """Answer the milliseconds that `text` says: "90" (seconds), "10m", "2h 30m", "1:30".

    Raises:
        NotADuration: It says none, or one that is zero, negative or over a hundred years.
    """
    plain = text.strip()
    if not plain:
        raise NotADuration("Type a time to live, such as 90 (seconds), 10m or 2h 30m.")
    if plain.startswith(("-", "\u2212")):
        raise NotADuration("Nothing lives for less than no time.")
    ms = _total_ms(plain)
    if ms != ms.to_integral_value():
        raise NotADuration("A TTL is a whole number of milliseconds.")
    if ms <= 0:
        raise NotADuration("With no time to live it would be gone at once; delete it instead.")
    if ms > MAX_TTL_MS:
        raise NotADuration("That is over a hundred years; “remove expiry” lets it live for ever.")
    return int(ms)


def duration_in_words(ms: int) -> str:
    """Answer a duration as people say it: "2 hours 30 minutes"."""
    words = []
    for unit, name in (("d", "day"), ("h", "hour"), ("m", "minute"), ("s", "second")):
        count, ms = divmod(ms, _UNITS_MS[unit])
        if count:
            words.append(f"{count:,} {name}{'' if count == 1 else 's'}")
    if ms:
        words.append(f"{ms} ms")
    return " ".join(words)


def duration_to_type(ms: int) -> str:
    """Answer a duration as short as it can be typed: "2h 30m"."""
    parts = []
    for unit in ("d", "h", "m", "s"):
        count, ms = divmod(ms, _UNITS_MS[unit])
        if count:
            parts.append(f"{count}{unit}")
    if ms:
        parts.append(f"{ms}ms")
    return " ".join(parts)


def _total_ms(text: str) -> Decimal:
    if _SECONDS.fullmatch(text):
        return Decimal(text) * 1000
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return Decimal((hours * 3600 + minutes * 60 + seconds) * 1000)
    total, at, used = Decimal(0), 0, set[str]()
    while at < len(text):
        match = _PART.match(text, at)
        if match is None:
            raise NotADuration(f"“{_short(text)}” is no time; try 90 (seconds), 10m or 2h 30m.")
        unit = match.lastgroup or "s"
        if unit in used:
            raise NotADuration(f"“{_short(text)}” names the same unit twice.")
        used.add(unit)
        total += Decimal(match["number"]) * _UNITS_MS[unit]
        at = match.end()
    return total


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
