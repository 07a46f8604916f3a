"""Pages of the elements of hashes, lists, sets, sorted sets and streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sinch_cache_gui.cache.element_change import score_text
from sinch_cache_gui.cache.element_range import (
    ElementRange,
    Fields,
    Matching,
    Named,
    ScoredWithin,
    StartingAt,
)
from sinch_cache_gui.cache.interface import ElementPage, Gone, KeyType, ScanCursor
from sinch_cache_gui.cache.redis_line import Command, Reply
from sinch_cache_gui.cache.redis_node import RedisNode

Rows: TypeAlias = list[tuple[bytes, ...]]

COLUMNS: Final = {
    KeyType.HASH: ("field", "value"),
    KeyType.LIST: ("index", "value"),
    KeyType.SET: ("member",),
    KeyType.ZSET: ("member", "score"),
    KeyType.STREAM: ("id", "fields"),
}
"""What a row holds. One of a stream is its id and then its fields and values in turn."""


class RedisElements:
    """Reads in bounded steps, so that no page holds the server up."""

    def __init__(self, node: RedisNode, *, has_field_ttl: bool = False) -> None:
        self._node = node
        self._has_field_ttl = has_field_ttl

    async def page(
        self,
        key: bytes,
        kind: str,
        cursor: ScanCursor | None,
        count: int,
        within: ElementRange | None = None,
    ) -> ElementPage | None:
        """As `CacheBackend.elements`."""
        if kind not in COLUMNS:
            return None
        reader = _reader(kind, cursor, count, within)
        type_, reply = await self._node.ask_many([("TYPE", key), reader.command(key)])
        if self._node.checked(type_) != kind.encode():
            return None
        rows, following = reader.parse(self._node.checked(reply))
        deadlines: list[int | None] = []
        if kind == KeyType.HASH and self._has_field_ttl and rows:
            names = [name for name, _ in rows]
            asked = await self._node.ask("HPEXPIRETIME", key, "FIELDS", len(names), *names)
            told = zip(rows, parse_field_deadlines(asked), strict=True)
            there = [(row, when) for row, when in told if not isinstance(when, Gone)]
            rows, deadlines = [row for row, _ in there], [when for _, when in there]
        return ElementPage(COLUMNS[kind], tuple(rows), following, tuple(deadlines))


class _Reader(Protocol):
    """One way to ask for a page."""

    def command(self, key: bytes) -> Command:
        """Answer what is asked."""
        ...

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        """Read what is answered: rows, and the cursor of the next page."""
        ...


def _reader(
    kind: str, cursor: ScanCursor | None, count: int, within: ElementRange | None
) -> _Reader:
    """Answer how to read what is wanted.

    Raises:
        TypeError: A key of this type has no such range.
    """
    at = cursor if isinstance(cursor, bytes) else None
    match kind, within:
        case _, Named(name):
            return _One(kind, name)
        case KeyType.HASH, Fields(names):
            return _Several(names)
        case KeyType.HASH | KeyType.SET, None:
            return _Scan(kind, at or b"0", count, None)
        case KeyType.HASH | KeyType.SET | KeyType.ZSET, Matching(pattern):
            return _Scan(kind, at or b"0", count, pattern)
        case KeyType.ZSET, ScoredWithin():
            return _Stretch(kind, cursor if isinstance(cursor, int) else 0, count, within)
        case (KeyType.LIST | KeyType.ZSET, None | StartingAt()):
            place = 0 if within is None else within.place
            offset = cursor if isinstance(cursor, int) else place
            if isinstance(offset, int):
                return _Stretch(kind, offset, count)
        case KeyType.STREAM, None:
            return _Entries(_after(at) if at else b"-", count)
        case KeyType.STREAM, StartingAt(bytes() as first):
            return _Entries(_after(at) if at else first, count)
    raise TypeError(f"a {kind} has no {within!r}")


@dataclass(frozen=True, slots=True)
class _One:
    """One element by its name."""

    kind: str
    name: bytes

    def command(self, key: bytes) -> Command:
        match self.kind:
            case KeyType.HASH:
                return ("HGET", key, self.name)
            case KeyType.LIST:
                return ("LINDEX", key, self.name)
            case KeyType.SET:
                return ("SISMEMBER", key, self.name)
            case KeyType.ZSET:
                return ("ZSCORE", key, self.name)
        return ("XRANGE", key, self.name, self.name)

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        match reply:
            case bytes() if self.kind == KeyType.ZSET:
                return _scored([self.name, reply]), None
            case bytes():
                return [(self.name, reply)], None
            case 1:
                return [(self.name,)], None
            case list() as entries:
                return list(map(_entry, entries)), None
        return [], None


@dataclass(frozen=True, slots=True)
class _Several:
    """Fields of a hash by their names."""

    names: tuple[bytes, ...]

    def command(self, key: bytes) -> Command:
        return ("HMGET", key, *self.names)

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        if not isinstance(reply, list):
            raise TypeError(f"HMGET answered {reply!r}")
        told = zip(self.names, reply, strict=True)
        return [(name, value) for name, value in told if value is not None], None


@dataclass(frozen=True, slots=True)
class _Scan:
    """A walk in the server's order, which finds everything that is there all the while."""

    kind: str
    at: bytes
    count: int
    pattern: bytes | None

    def command(self, key: bytes) -> Command:
        scan = {KeyType.HASH: "HSCAN", KeyType.SET: "SSCAN"}.get(self.kind, "ZSCAN")
        match_: tuple[str | bytes, ...] = () if self.pattern is None else ("MATCH", self.pattern)
        return (scan, key, self.at, *match_, "COUNT", self.count)

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        match reply:
            case [bytes() as at, list() as flat]:
                following = None if at == b"0" else at
                if self.kind == KeyType.SET:
                    return [(member,) for member in flat], following
                if self.kind == KeyType.ZSET:
                    return _scored(flat), following
                return list(_pairs(flat)), following
        raise TypeError(f"a scan of a {self.kind} answered {reply!r}")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What stands at some places in a row."""

    kind: str
    offset: int
    count: int
    within: ScoredWithin | None = None

    def command(self, key: bytes) -> Command:
        if self.within is not None:
            lowest, highest = repr(self.within.lowest), repr(self.within.highest)
            limit = ("WITHSCORES", "LIMIT", self.offset, self.count)
            return ("ZRANGEBYSCORE", key, lowest, highest, *limit)
        last = self.offset + self.count - 1
        if self.kind == KeyType.LIST:
            return ("LRANGE", key, self.offset, last)
        return ("ZRANGE", key, self.offset, last, "WITHSCORES")

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        if not isinstance(reply, list):
            raise TypeError(f"a stretch of a {self.kind} was answered as {reply!r}")
        rows: Rows = (
            [(b"%d" % (self.offset + at), value) for at, value in enumerate(reply)]
            if self.kind == KeyType.LIST
            else _scored(reply)
        )
        return rows, self.offset + self.count if len(rows) == self.count else None


@dataclass(frozen=True, slots=True)
class _Entries:
    """Entries of a stream from an id on."""

    first: bytes
    count: int

    def command(self, key: bytes) -> Command:
        return ("XRANGE", key, self.first, b"+", "COUNT", self.count)

    def parse(self, reply: Reply) -> tuple[Rows, ScanCursor | None]:
        if not isinstance(reply, list):
            raise TypeError(f"XRANGE answered {reply!r}")
        rows = list(map(_entry, reply))
        return rows, rows[-1][0] if len(rows) == self.count else None


def _entry(told: Sequence[object]) -> tuple[bytes, ...]:
    match told:
        case [bytes() as entry, None]:  # deleted, and still on its way to a consumer
            return (entry,)
        case [bytes() as entry, list() as parts]:
            return (entry, *parts)
    raise TypeError(f"no entry of a stream: {told!r}")


def _after(stream_id: bytes) -> bytes:
    # "(" for "after" came with Redis 6.2. The next id is reckoned, so that older ones do, too.
    ms, _, sequence = stream_id.partition(b"-")
    return b"%s-%d" % (ms, int(sequence) + 1)


def _scored(flat: Sequence[bytes]) -> Rows:
    """Answer members with their scores: servers before Redis 7.2 spell 0.10000000000000001."""
    return [(member, score_text(float(score))) for member, score in _pairs(flat)]


def _pairs(flat: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)


def parse_field_deadlines(reply: Reply) -> list[int | Gone | None]:
    """Read what HPEXPIRETIME answers about fields: -1 for no expiry, -2 for one that went."""
    if not isinstance(reply, list):
        raise TypeError(f"HPEXPIRETIME answered {reply!r}")
    return [_field_deadline(when) for when in reply]


def _field_deadline(when: Reply) -> int | Gone | None:
    if when == -2:
        return Gone()
    return when if isinstance(when, int) and when > 0 else None
