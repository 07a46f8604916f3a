"""What a server says of itself in INFO, and what follows from its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_VERSION: Final = re.compile(r"(\d+)\.(\d+)")

# From the first, before the second, a write of a client in this mode that wakes a blocked client,
# and any command on a slot that is being moved, make the server read through a null pointer
# (redis/redis#14415, valkey-io/valkey#2347). 7.9 is what previews of Redis 8 call themselves.
_REDIS_CRASHES: Final = ((7, 9), (8, 4))
_VALKEY_CRASHES: Final = ((8, 1), (9, 0))


def parse_info(reply: object) -> dict[str, str]:
    """Read the reply to INFO; nothing where it was denied."""
    if not isinstance(reply, bytes):
        return {}
    lines = reply.decode(errors="replace").splitlines()
    pairs = (line.partition(":") for line in lines if not line.startswith("#"))
    return {name: value for name, separator, value in pairs if separator}


def may_read_untouched(told: Mapping[str, str]) -> bool:
    """Whether CLIENT NO-TOUCH is known not to crash this server; not where nothing is told.

    Args:
        told: What INFO said, as `parse_info` reads it.
    """
    name, (first, fixed) = "redis_version", _REDIS_CRASHES
    if "valkey_version" in told:
        name, (first, fixed) = "valkey_version", _VALKEY_CRASHES
    found = _VERSION.match(told.get(name, ""))
    if found is None:
        return False
    version = (int(found[1]), int(found[2]))
    return not first <= version < fixed
