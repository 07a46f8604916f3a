"""A URL in, a cache out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache, wall_clock_ms
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.cache.virtual_clock import VirtualClock

DEFAULT_PORT: Final = 6379
_FORMS: Final = (
    "Write memory: for the cache of development, redis://host:port/database, "
    "redis://user:password@host:port/database, rediss://... for TLS, or unix:///path?db=0."
)


class InvalidTarget(CacheError):
    """A text that names no cache."""


class TargetKind(Enum):
    """Which kind of cache a target is."""

    MEMORY = "memory"
    TCP = "redis"
    TLS = "rediss"
    UNIX = "unix"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a cache is and how to get in.

    Attributes:
        kind: Which kind.
        host: Name or address; empty unless TCP or TLS.
        port: Its port.
        path: The socket's path; empty unless UNIX.
        database: The number of the database.
        username: The ACL user; None for the server's default user.
        password: A secret: never shown, and not part of `repr`.
    """

    kind: TargetKind
    host: str = ""
    port: int = DEFAULT_PORT
    path: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Host and port (or the socket's path) for people."""
        match self.kind:
            case TargetKind.MEMORY:
                return "memory"
            case TargetKind.UNIX:
                return self.path
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def label(self) -> str:
        """Short name for people: "memory", "localhost:6379/0". Never with a secret."""
        if self.kind is TargetKind.MEMORY:
            return "memory"
        return f"{self.address}/{self.database}"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the cache is certainly nobody else's: memory, a socket, a loopback address."""
        if self.kind in (TargetKind.MEMORY, TargetKind.UNIX):
            return True
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_target(text: str) -> Target:
    """Read a cache's URL.

    Raises:
        InvalidTarget: With a sentence that says what is wrong, never with the password.
    """
    text = text.strip()
    if text in ("memory:", "memory", "memory://"):
        return Target(TargetKind.MEMORY)
    scheme, separator, rest = text.partition(":")
    try:
        kind = TargetKind(scheme.lower())
    except ValueError:
        raise InvalidTarget("This is not the URL of a cache", _FORMS) from None
    if kind is TargetKind.MEMORY or not separator or not rest.startswith("//"):
        raise InvalidTarget(f"A {kind.value} URL is not written like this", _FORMS)
    return _parse_unix(text) if kind is TargetKind.UNIX else _parse_tcp(kind, text)


def open_backend(
    target: Target,
    *,
    prefix: bytes = b"",
    is_read_only: bool = False,
    clock: VirtualClock | None = None,
) -> CacheBackend:
    """Make the cache a target names; `connect` reaches it.

    Args:
        target: Where it is.
        prefix: Show and write only keys that begin so, without showing it.
        is_read_only: Refuse every write.
        clock: Drives the embedded cache; a Redis has its own.
    """
    backend: CacheBackend
    if target.kind is TargetKind.MEMORY:
        memory = MemoryCache(clock or wall_clock_ms)
        if clock is not None:
            clock.listen(memory.clock_moved)
            clock.expect(memory.next_deadline_ms)
        backend = memory
    else:
        # Imported only where it is needed: it takes a tenth of a second.
        from sinch_cache_gui.cache.live_source import LivePlan
        from sinch_cache_gui.cache.redis import RedisCache

        backend = RedisCache(target, live=LivePlan(prefix=prefix))
    if prefix or is_read_only:
        backend = CacheView(backend, prefix=prefix, is_read_only=is_read_only)
    return backend


def _parse_tcp(kind: TargetKind, text: str) -> Target:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidTarget(
            "The host or the port of this URL cannot be read",
            "A port is a number up to 65535; an IPv6 address stands in brackets; a password "
            "with / ? # @ : or % in it has them percent-encoded.",
        ) from None
    if not host:
        raise InvalidTarget("This URL names no host", _FORMS)
    if port == 0:
        raise InvalidTarget("A port is a number from 1 to 65535", "Not 0.")
    if parts.query or parts.fragment:
        raise InvalidTarget(
            "This URL has more than a host, a port and a database",
            "A ? or # in a password is percent-encoded: %3F, %23.",
        )
    return Target(
        kind,
        host=unquote(host),
        port=DEFAULT_PORT if port is None else port,
        database=_parse_database(parts.path.strip("/")),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _parse_unix(text: str) -> Target:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise InvalidTarget("This URL of a socket cannot be read", _FORMS) from None
    if len(parts.path) < 2 or parts.hostname:
        raise InvalidTarget("This URL names no socket", "Write unix:///path/to/redis.sock?db=0.")
    options = parse_qs(parts.query, keep_blank_values=True)
    unknown = options.keys() - {"db"}
    if unknown:
        raise InvalidTarget(f"The URL of a socket has no option {min(unknown)}", "Only db.")
    return Target(
        TargetKind.UNIX,
        path=unquote(parts.path),
        database=_parse_database(options.get("db", [""])[-1]),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def _parse_database(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise InvalidTarget(
            "A database is a number", "As in redis://localhost:6379/0, after the port."
        )
    return int(text)
