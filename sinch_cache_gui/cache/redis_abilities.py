"""What a Redis server is and can do, learnt by asking it once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.redis_errors import is_command_refused
from sinch_cache_gui.cache.redis_info import parse_info
from sinch_cache_gui.cache.redis_line import Command, Reply

_FACTS: Final[tuple[Command, ...]] = (
    ("TIME",),
    ("HELLO",),
    ("INFO", "server"),
    ("PEXPIRETIME", b""),
    ("HPEXPIRETIME", b"", "FIELDS", 1, b""),
)
_LOOKING: Final[tuple[tuple[Command, str], ...]] = (
    (("SCAN", 0, "COUNT", 1), "keys cannot be listed, only opened by name"),
    (("DBSIZE",), "how many keys there are is known only once all are loaded"),
    (("TYPE", b""), "the types of keys are not known"),
    (("PTTL", b""), "when keys expire is not known"),
    (("STRLEN", b""), "the sizes of strings are not known"),
    (("GETRANGE", b"", 0, 0), "values are not shown beside the keys"),
)
"""Commands of looking around, and what it costs where one is refused."""

PROBES: Final[tuple[Command, ...]] = (*_FACTS, *(command for command, _ in _LOOKING))
"""Each may be unknown or denied: `parse_abilities` makes the best of what is answered."""

_MAKERS: Final = (
    ("valkey_version", "Valkey"),
    ("dragonfly_version", "Dragonfly"),
    ("redis_version", "Redis"),
)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server is and can do.

    Attributes:
        product: For people: "Redis 7.0.15".
        mode: "standalone", "cluster", "sentinel"; empty where it is not told.
        role: "master", "replica"; empty where it is not told.
        has_expiretime: PEXPIRETIME, a deadline to the millisecond (Redis 7.0).
        has_keepttl: SET ... KEEPTTL (Redis 6.0).
        has_field_ttl: HPEXPIRETIME, deadlines of single fields of hashes (Redis 7.4, Valkey 9.0).
        can_lower_ids: Whether its streams follow the rules of Redis for XSETID, as far as is known.
        time_ms: The server's clock when it was asked; None where that is denied.
        refused: Commands of looking around that this user may not use, with what that costs.
    """

    product: str = "Redis"
    mode: str = ""
    role: str = ""
    has_expiretime: bool = True
    has_keepttl: bool = True
    has_field_ttl: bool = False
    can_lower_ids: bool = False
    time_ms: int | None = field(default=None, compare=False)
    refused: Mapping[str, str] = field(default_factory=dict)


def parse_abilities(replies: Sequence[Reply]) -> Abilities:
    """Read the replies to `PROBES`."""
    clock, hello, info, expiretime, field_ttl = replies[: len(_FACTS)]
    told = parse_info(info)
    greeted = _parse_hello(hello)
    product, version = "Redis", greeted.get("version", "")
    for name, maker in _MAKERS:
        if name in told:
            product, version = maker, told[name]
            break
    has_expiretime = _is_known(expiretime, "pexpiretime")
    major = re.match(r"\d+", told.get("redis_version", version))
    return Abilities(
        product=f"{product} {version}".strip(),
        mode=told.get("redis_mode", greeted.get("mode", "")),
        role=greeted.get("role", ""),
        has_expiretime=has_expiretime,
        has_keepttl=has_expiretime or (major is not None and int(major[0]) >= 6),
        has_field_ttl=_is_known(field_ttl, "hpexpiretime"),
        can_lower_ids=bool(told) and product in ("Redis", "Valkey"),
        time_ms=parse_time(clock),
        refused=_parse_refused(replies[len(_FACTS) :], has_expiretime=has_expiretime),
    )


def _parse_refused(replies: Sequence[Reply], *, has_expiretime: bool) -> Mapping[str, str]:
    refused = {
        str(name): cost
        for ((name, *_), cost), reply in zip(_LOOKING, replies, strict=True)
        if is_command_refused(reply)
    }
    if has_expiretime:  # which tells the same
        refused.pop("PTTL", None)
    return refused


def _is_known(reply: Reply, command: str) -> bool:
    """Whether a command works: denied for the key it was tried on, or sent elsewhere, it does."""
    if isinstance(reply, exceptions.NoPermissionError):
        return f"'{command}'" not in str(reply).lower()
    return isinstance(reply, int | list | exceptions.AskError)


def parse_time(reply: Reply) -> int | None:
    """Read the reply to TIME, in milliseconds; None where it was denied."""
    match reply:
        case [bytes() as seconds, bytes() as micros]:
            return int(seconds) * 1000 + int(micros) // 1000
    return None


def _parse_hello(reply: Reply) -> dict[str, str]:
    if not isinstance(reply, list):
        return {}
    texts = [item.decode(errors="replace") if isinstance(item, bytes) else "" for item in reply]
    return dict(zip(texts[::2], texts[1::2], strict=False))
