"""A URL in, a cache out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.view import CacheView
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.cache.wall_clock import wall_clock_ms

DEFAULT_PORT: Final = 6379
DEFAULT_SENTINEL_PORT: Final = 26379
_FORMS: Final = (
    "Write memory: or redis://user@host:port/database, or rediss:// for TLS. A socket is "
    "unix:///path?db=0, a cluster redis+cluster://host:port, and what Sentinel watches "
    "redis+sentinel://host:port,host2:port2/service."
)
_UNREADABLE: Final = (
    "A port is a number up to 65535; an IPv6 address stands in brackets; a password "
    "with / ? # @ : or % in it has them percent-encoded."
)
_TLS_OPTIONS: Final = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
_SENTINEL_OPTIONS: Final = frozenset({"sentinel_username", "sentinel_password"})
_SENTINEL_TLS: Final = "sentinel_ssl"
_NO: Final = frozenset({"no", "false", "0"})


class InvalidTarget(CacheError):
    """A text that names no cache."""


class TargetKind(Enum):
    """Which kind of cache a target is."""

    MEMORY = "memory"
    TCP = "redis"
    TLS = "rediss"
    UNIX = "unix"
    CLUSTER = "redis+cluster"
    CLUSTER_TLS = "rediss+cluster"
    SENTINEL = "redis+sentinel"
    SENTINEL_TLS = "rediss+sentinel"

    @property
    def is_cluster(self) -> bool:
        """Whether several primaries share the keys."""
        return self in (TargetKind.CLUSTER, TargetKind.CLUSTER_TLS)

    @property
    def is_sentinel(self) -> bool:
        """Whether Sentinel is asked where the primary is."""
        return self in (TargetKind.SENTINEL, TargetKind.SENTINEL_TLS)

    @property
    def is_encrypted(self) -> bool:
        """Whether every connection uses TLS."""
        return self in (TargetKind.TLS, TargetKind.CLUSTER_TLS, TargetKind.SENTINEL_TLS)


class Endpoint(NamedTuple):
    """Where one server listens."""

    host: str
    port: int

    @property
    def address(self) -> str:
        """Host and port for people."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is certainly on this machine."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Files in PEM that TLS is to use; empty for what the system has.

    Attributes:
        authorities: Certificates of who may vouch for the server.
        certificate: The client's own certificate.
        key: Its private key.
    """

    authorities: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a cache is and how to get in.

    Attributes:
        kind: Which kind.
        host: Name or address; empty unless it is one server, by TCP or TLS.
        port: Its port.
        path: The socket's path; empty unless UNIX.
        database: The number of the database.
        username: The ACL user; None for the server's default user.
        password: A secret: never shown, and not part of `repr`.
        seeds: Nodes of a cluster to begin with, or the sentinels.
        service: What the sentinels call the primary.
        sentinel_username: The ACL user for the sentinels themselves.
        sentinel_password: A secret.
        is_sentinel_encrypted: Whether the sentinels use TLS, too, where the servers do.
        tls: Files for TLS.
    """

    kind: TargetKind
    host: str = ""
    port: int = DEFAULT_PORT
    path: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    seeds: tuple[Endpoint, ...] = ()
    service: str = ""
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    is_sentinel_encrypted: bool = True
    tls: TlsFiles = TlsFiles()

    @property
    def address(self) -> str:
        """Host and port (or the socket's path) for people."""
        match self.kind:
            case TargetKind.MEMORY:
                return "memory"
            case TargetKind.UNIX:
                return self.path
        if self.seeds:
            return ", ".join(seed.address for seed in self.seeds)
        return Endpoint(self.host, self.port).address

    @property
    def label(self) -> str:
        """Short name for people: "memory", "localhost:6379/0". Never with a secret."""
        if self.kind is TargetKind.MEMORY:
            return "memory"
        if self.kind.is_cluster:
            return f"{self.seeds[0].address} cluster"
        return f"{self.service if self.kind.is_sentinel else self.address}/{self.database}"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the cache is certainly nobody else's: memory, a socket, a loopback address."""
        if self.kind in (TargetKind.MEMORY, TargetKind.UNIX):
            return True
        return all(seed.is_loopback for seed in self.seeds or (Endpoint(self.host, self.port),))

    def node(self, endpoint: Endpoint) -> Target:
        """Answer one server of this cluster or service, with the same way in."""
        kind = TargetKind.TLS if self.kind.is_encrypted else TargetKind.TCP
        host, port = endpoint
        return replace(self, kind=kind, host=host, port=port, seeds=(), service="")

    def sentinel(self, endpoint: Endpoint) -> Target:
        """Answer one of the sentinels, with their own way in."""
        node = self.node(endpoint)
        return replace(
            node,
            kind=node.kind if self.is_sentinel_encrypted else TargetKind.TCP,
            database=0,
            username=self.sentinel_username,
            password=self.sentinel_password,
        )


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
    if kind is TargetKind.UNIX:
        return _parse_unix(text)
    if kind.is_cluster or kind.is_sentinel:
        return _parse_group(kind, text)
    return _parse_tcp(kind, text)


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
        from sinch_cache_gui.cache.redis_cluster import ClusterCache

        kind = ClusterCache if target.kind.is_cluster else RedisCache
        backend = kind(target, live=LivePlan(prefix=prefix))
    if prefix or is_read_only:
        backend = CacheView(backend, prefix=prefix, is_read_only=is_read_only)
    return backend


def _parse_tcp(kind: TargetKind, text: str) -> Target:
    place = _parse_endpoint(text, DEFAULT_PORT)
    parts = urlsplit(text)
    options = _parse_options(kind, parts.query, parts.fragment)
    return Target(
        kind,
        host=place.host,
        port=place.port,
        database=_parse_database(parts.path.strip("/")),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=_tls_files(options),
    )


def _parse_group(kind: TargetKind, text: str) -> Target:
    """Read the URL of several servers, which urlsplit knows nothing about."""
    rest = text.partition("//")[2]
    ends = [rest.find(mark) for mark in "/?#" if mark in rest]
    end = min(ends, default=len(rest))
    credentials, _, hosts = rest[:end].rpartition("@")
    username, _, password = credentials.partition(":")
    parts = urlsplit(f"//servers{rest[end:]}")
    options = _parse_options(kind, parts.query, parts.fragment)
    default_port = DEFAULT_SENTINEL_PORT if kind.is_sentinel else DEFAULT_PORT
    service, _, database = parts.path.strip("/").partition("/")
    if kind.is_cluster:
        service, database = "", parts.path.strip("/")
        if database not in ("", "0"):
            raise InvalidTarget("A cluster has no databases", "Leave away what follows the port.")
    elif not service:
        raise InvalidTarget(
            "This URL names no service",
            "As in redis+sentinel://host:port,host2:port2/mymaster: what the sentinels call it.",
        )
    return Target(
        kind,
        database=_parse_database(database),
        username=unquote(username) or None,
        password=unquote(password) or None,
        seeds=tuple(
            _parse_endpoint(f"//{host.strip()}", default_port) for host in hosts.split(",")
        ),
        service=unquote(service),
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        is_sentinel_encrypted=options.get(_SENTINEL_TLS, "yes").lower() not in _NO,
        tls=_tls_files(options),
    )


def _parse_endpoint(url: str, default_port: int) -> Endpoint:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidTarget(
            "The host or the port of this URL cannot be read", _UNREADABLE
        ) from None
    if not host:
        raise InvalidTarget("This URL names no host", _FORMS)
    if port == 0:
        raise InvalidTarget("A port is a number from 1 to 65535", "Not 0.")
    return Endpoint(unquote(host), default_port if port is None else port)


def _parse_options(kind: TargetKind, query: str, fragment: str) -> dict[str, str]:
    """Read what stands after the question mark. Never repeated in an error: it may be a secret."""
    known = _TLS_OPTIONS if kind.is_encrypted else frozenset()
    if kind.is_sentinel:
        known |= _SENTINEL_OPTIONS
        if kind.is_encrypted:
            known |= {_SENTINEL_TLS}
    options = parse_qs(query, keep_blank_values=True)
    if fragment or (query and not options) or not options.keys() <= known:
        hint = f"After a ? it may have {', '.join(sorted(known))}. " if known else ""
        raise InvalidTarget(
            "This URL has more than a host, a port and a database",
            f"{hint}A ? or # in a password is percent-encoded: %3F, %23.",
        )
    return {name: values[-1] for name, values in options.items()}


def _tls_files(options: dict[str, str]) -> TlsFiles:
    return TlsFiles(
        options.get("ssl_ca_certs", ""),
        options.get("ssl_certfile", ""),
        options.get("ssl_keyfile", ""),
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
