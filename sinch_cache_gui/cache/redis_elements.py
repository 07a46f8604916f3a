"""Pages of the elements of hashes, lists, sets, sorted sets and streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import ElementPage, KeyType, ScanCursor
from sinch_cache_gui.cache.redis_node import Command, RedisNode, Reply

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
        self, key: bytes, kind: str, cursor: ScanCursor | None, count: int
    ) -> ElementPage | None:
        """As `CacheBackend.elements`."""
        command = _command(key, kind, cursor, count)
        if command is None:
            return None
        type_, reply = await self._node.ask_many([("TYPE", key), command])
        if self._node.checked(type_) != kind.encode():
            return None
        reply = self._node.checked(reply)
        rows, following = _parse(kind, reply, cursor, count)
        deadlines: Sequence[int | None] = ()
        if kind == KeyType.HASH and self._has_field_ttl and rows:
            names = [name for name, _ in rows]
            asked = await self._node.ask("HPEXPIRETIME", key, "FIELDS", len(names), *names)
            deadlines = parse_field_deadlines(asked)
        return ElementPage(COLUMNS[kind], tuple(rows), following, tuple(deadlines))


def _command(key: bytes, kind: str, cursor: ScanCursor | None, count: int) -> Command | None:
    offset = cursor if isinstance(cursor, int) else 0
    at = cursor if isinstance(cursor, bytes) else None
    match kind:
        case KeyType.HASH:
            return ("HSCAN", key, at or b"0", "COUNT", count)
        case KeyType.SET:
            return ("SSCAN", key, at or b"0", "COUNT", count)
        case KeyType.LIST:
            return ("LRANGE", key, offset, offset + count - 1)
        case KeyType.ZSET:
            return ("ZRANGE", key, offset, offset + count - 1, "WITHSCORES")
        case KeyType.STREAM:
            # "(" for "after": Redis 6.2. The next id is reckoned, so that older ones do, too.
            return ("XRANGE", key, _after(at) if at else b"-", b"+", "COUNT", count)
    return None


def _after(stream_id: bytes) -> bytes:
    ms, _, sequence = stream_id.partition(b"-")
    return b"%s-%d" % (ms, int(sequence) + 1)


def _parse(
    kind: str, reply: Reply, cursor: ScanCursor | None, count: int
) -> tuple[Rows, ScanCursor | None]:
    offset = cursor if isinstance(cursor, int) else 0
    match kind, reply:
        case (KeyType.HASH, [bytes() as at, list() as flat]):
            return list(_pairs(flat)), None if at == b"0" else at
        case (KeyType.SET, [bytes() as at, list() as members]):
            return [(member,) for member in members], None if at == b"0" else at
        case (KeyType.LIST, list() as values):
            rows: Rows = [(b"%d" % (offset + at), value) for at, value in enumerate(values)]
            return rows, offset + count if len(values) == count else None
        case (KeyType.ZSET, list() as flat):
            scored: Rows = list(_pairs(flat))
            return scored, offset + count if len(scored) == count else None
        case (KeyType.STREAM, list() as entries):
            told: Rows = [(entry, *(fields or ())) for entry, fields in entries]
            return told, told[-1][0] if len(told) == count else None
    raise TypeError(f"asked for a page of a {kind}, Redis answered {reply!r}")


def _pairs(flat: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)


def parse_field_deadlines(reply: Reply) -> list[int | None]:
    """Read what HPEXPIRETIME answers about fields: -1 for no expiry, -2 for one that went."""
    if not isinstance(reply, list):
        raise TypeError(f"HPEXPIRETIME answered {reply!r}")
    return [when if isinstance(when, int) and when > 0 else None for when in reply]
