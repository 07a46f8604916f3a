"""What a cache tells of its keys: what one is, what it holds, and some of many at a time.

A part of interface.py, which is where everybody else imports these from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

LONG_STRING_BYTES: Final = 1_000_000
"""A longer string is told by its length where nobody asked for its bytes, and compared in pieces
of so many: more would hold a server, or a slow connection, for too long."""


class KeyType:
    """The names Redis gives to the types of values (TYPE); other names are module types.

    `NO_ACCESS` stands for the type of a key that may be listed but not looked into.
    """

    STRING: Final = "string"
    HASH: Final = "hash"
    LIST: Final = "list"
    SET: Final = "set"
    ZSET: Final = "zset"
    STREAM: Final = "stream"
    NO_ACCESS: Final = "no access"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a row of the tree shows of a key.

    Attributes:
        key: The key's bytes.
        type: `KeyType` or a module's own name.
        deadline_ms: When it expires by the backend's clock; None for no expiry.
        size: Bytes of a string, elements of anything else; None where it cannot be told cheaply.
        preview: The first bytes of a string; empty for anything else.
        is_deadline_told: Whether this user may know when it expires.
    """

    key: bytes
    type: str
    deadline_ms: int | None
    size: int | None
    preview: bytes
    is_deadline_told: bool = True


@dataclass(frozen=True, slots=True)
class StoredValue:
    """What a key held at one moment.

    Attributes:
        type: `KeyType` or a module's own name.
        data: The stored bytes of a string, whole; None of a string too long to be told unasked,
            and for any other type.
        size: Bytes of a string, elements of anything else; None where it cannot be told cheaply.
        deadline_ms: When it expires by the backend's clock; None for no expiry.
        head: The first bytes of a string that was not read whole, if those were read.
        is_deadline_told: Whether this user may know when it expires.
    """

    type: str
    data: bytes | None
    size: int | None
    deadline_ms: int | None
    head: bytes = field(default=b"", repr=False)
    is_deadline_told: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A key whole, enough to put it back byte for byte: what undo keeps.

    Attributes:
        key: The key's bytes.
        type: `KeyType` or a module's own name.
        payload: The bytes of a string; the backend's serialisation (DUMP) of any other type.
        deadline_ms: When it was to expire by the backend's clock; None for no expiry.
    """

    key: bytes
    type: str
    payload: bytes = field(repr=False)
    deadline_ms: int | None


ScanCursor: TypeAlias = object
"""Where a scan stands. Opaque: only the backend that made it can read it."""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """Some keys, and where to go on.

    Attributes:
        keys: May repeat keys of an earlier page (SCAN does).
        next: The cursor of the next page; None when this was the last.
    """

    keys: Sequence[bytes]
    next: ScanCursor | None


@dataclass(frozen=True, slots=True)
class ElementPage:
    """Some elements of a key that is not a string, and where to go on.

    Attributes:
        columns: What a row holds: "field", "value"; "member", "score"; ... Of a stream, "id" and
            "fields": its id, then as many fields and values in turn as it has.
        rows: May repeat elements of an earlier page of a hash or a set (HSCAN and SSCAN do).
        next: The cursor of the next page; None when this was the last.
        deadlines_ms: When each row's element expires by itself, None for no expiry; empty where
            the cache knows no such thing.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[bytes, ...], ...] = field(repr=False)
    next: ScanCursor | None
    deadlines_ms: tuple[int | None, ...] = ()
