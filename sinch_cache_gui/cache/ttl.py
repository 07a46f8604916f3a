"""Which TTLs are accepted, all else being refused before it is sent; and which are over."""

from __future__ import annotations

from typing import Final, assert_never

from sinch_cache_gui.cache.errors import InvalidTtl
from sinch_cache_gui.cache.interface import (
    DEFAULT_TTL_S,
    MAX_TTL_MS,
    ExpireAt,
    ExpireIn,
    ExtendBy,
    MoveDeadline,
    Persist,
    Ttl,
    TtlChange,
    TtlPolicy,
)

_S: Final = 1000


def ttl_ms_of_seconds(ttl: int | None) -> int:
    """Answer a function's TTL in milliseconds; None is the default of an hour.

    Raises:
        InvalidTtl: Not a whole number of seconds from 1 to a hundred years.
    """
    return ms_of_seconds(DEFAULT_TTL_S if ttl is None else ttl)


def ms_of_seconds(seconds: int) -> int:
    """Answer a function's seconds in milliseconds.

    Raises:
        InvalidTtl: Not a whole number from 1 to a hundred years.
    """
    _check_whole(seconds, MAX_TTL_MS // _S, "seconds")
    return seconds * _S


def has_passed(deadline_ms: int | None, now_ms: int) -> bool:
    """Whether a deadline has come; None is for what never ends."""
    return deadline_ms is not None and deadline_ms <= now_ms


def check_ttl(ttl: Ttl, *, expects_key: bool) -> None:
    """Refuse a TTL that a write cannot have.

    Raises:
        InvalidTtl: Out of bounds, or keeping the TTL of a key that is not there.
    """
    if isinstance(ttl, TtlPolicy):
        if ttl is TtlPolicy.KEEP and not expects_key:
            raise InvalidTtl(
                "A new key has no TTL to keep", "Say how long it is to live, or that it never ends."
            )
        return
    _check_whole(ttl, MAX_TTL_MS, "milliseconds")


def check_ttl_change(change: TtlChange, now_ms: int) -> None:
    """Refuse a change that would end the key at once or never.

    Raises:
        InvalidTtl: Out of bounds, or a moment that has passed.
    """
    match change:
        case ExpireIn(ms) | ExtendBy(ms):
            _check_whole(ms, MAX_TTL_MS, "milliseconds")
        case ExpireAt(deadline_ms):
            _check_whole(deadline_ms, now_ms + MAX_TTL_MS, "milliseconds")
            if deadline_ms <= now_ms:
                raise InvalidTtl(
                    "That moment has already passed", "To end a key now, delete it instead."
                )
        case MoveDeadline(_, to_ms):
            if to_ms is not None:
                check_ttl_change(ExpireAt(to_ms), now_ms)
        case Persist():
            pass
        case _:
            assert_never(change)


def _check_whole(value: object, most: int, unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidTtl(f"A TTL is a whole number of {unit}", f"Not {value!r}.")
    if value < 1:
        raise InvalidTtl(f"A TTL is at least 1 {unit[:-1]}", f"Not {value}.")
    if value > most:
        raise InvalidTtl("A TTL is at most a hundred years", f"Not {value} {unit}.")
