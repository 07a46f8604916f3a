"""Changes of single elements of hashes, lists, sets, sorted sets and streams.

Each change says what the caller believes is there, and is made only while that is so. None as
what was there means: no such element yet; None as what shall be there: no such element any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import Gone, KeyType, Snapshot


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Set, add or delete a field of a hash.

    Attributes:
        name: The field's name.
        before: The value it is believed to have.
        after: The value it shall have.
        deadline_ms: When the field alone expires, where it is put back and servers know that;
            None lets a field keep what time it has.
    """

    name: bytes
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class FieldRename:
    """Give a field of a hash another name, which no field has yet; its own TTL goes with it."""

    name: bytes
    to: bytes
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FieldTtlChange:
    """Have a field of a hash expire by itself, at another moment or never; its value stays.

    Attributes:
        name: The field's name.
        value: The value it is believed to have.
        before_ms: The deadline it is believed to have; None for no expiry of its own.
        after_ms: The deadline it shall have.
    """

    name: bytes
    value: bytes = field(repr=False)
    before_ms: int | None
    after_ms: int | None


@dataclass(frozen=True, slots=True)
class ListReplacement:
    """Put another element in the place of one of a list, counted from 0."""

    index: int
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListInsertion:
    """Insert an element at a place of a list.

    Attributes:
        index: Its place from then on, counted from 0.
        value: The element.
        following: The element believed to stand there, which moves on; None at the list's end.
    """

    index: int
    value: bytes = field(repr=False)
    following: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListPush:
    """Add an element at an end of a list, however long that is by now."""

    value: bytes = field(repr=False)
    is_at_head: bool = False


@dataclass(frozen=True, slots=True)
class ListRemoval:
    """Take the element out of a place of a list, counted from 0; no other place is touched."""

    index: int
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Add, remove or replace a member of a set."""

    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """Add or remove a member of a sorted set, or give it another score.

    Scores are compared as the numbers they are, not as they are spelt.
    """

    member: bytes
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class ScoredRename:
    """Put another member, not there yet, in the place of one of a sorted set, with its score."""

    member: bytes
    to: bytes
    score: float


@dataclass(frozen=True, slots=True)
class StreamAddition:
    """Add an entry at the end of a stream, under the id the server gives it."""

    fields: tuple[tuple[bytes, bytes], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class StreamDeletion:
    """Delete an entry of a stream."""

    id: bytes
    fields: tuple[tuple[bytes, bytes], ...] = field(repr=False)


MAX_BEHIND: Final = 500
"""Entries that may stand behind one that is put back into a stream."""

MAX_BYTES_BEHIND: Final = 1_000_000
"""Bytes of these: moving them holds a server for a few milliseconds."""

MAX_PARTS: Final = 2_000
"""Fields and values of one of them: a script cannot hand on more than some thousands."""


def can_be_moved(entries: Sequence[tuple[bytes, ...]]) -> bool:
    """Whether these entries of a stream, each its id, fields and values, are few enough to move."""
    sizes = (sum(map(len, entry)) for entry in entries)
    return (
        len(entries) <= MAX_BEHIND
        and max(map(len, entries), default=0) <= MAX_PARTS
        and sum(sizes) <= MAX_BYTES_BEHIND
    )


@dataclass(frozen=True, slots=True)
class StreamRestoration:
    """Put a deleted entry back in its place of a stream, under its old id.

    A server takes entries at the end only. So all behind it are taken out and put back, too, as
    they are and in the same step; more than `can_be_moved` is refused.
    """

    id: bytes
    fields: tuple[tuple[bytes, bytes], ...] = field(repr=False)


FIRST_ID: Final = b"0-1"
"""The lowest id of an entry. None can be lowered to what is below it, so it is never put back."""

ElementChange: TypeAlias = (
    FieldChange
    | FieldRename
    | FieldTtlChange
    | ListReplacement
    | ListInsertion
    | ListPush
    | ListRemoval
    | MemberChange
    | ScoreChange
    | ScoredRename
    | StreamAddition
    | StreamDeletion
    | StreamRestoration
)


def score_text(score: float) -> bytes:
    """Spell a score as servers do: whole numbers without a point, others as short as they can."""
    if score.is_integer() and abs(score) < 1e17:
        return b"%d" % score
    return repr(score).encode()


_KINDS: Final[dict[type[ElementChange], str]] = {
    FieldChange: KeyType.HASH,
    FieldRename: KeyType.HASH,
    FieldTtlChange: KeyType.HASH,
    ListReplacement: KeyType.LIST,
    ListInsertion: KeyType.LIST,
    ListPush: KeyType.LIST,
    ListRemoval: KeyType.LIST,
    MemberChange: KeyType.SET,
    ScoreChange: KeyType.ZSET,
    ScoredRename: KeyType.ZSET,
    StreamAddition: KeyType.STREAM,
    StreamDeletion: KeyType.STREAM,
    StreamRestoration: KeyType.STREAM,
}


def kind_of(change: ElementChange) -> str:
    """Answer the `KeyType` a key must have for this change."""
    return _KINDS[type(change)]


def is_addition(change: ElementChange) -> bool:
    """Whether a change brings an element into being, and touches no other."""
    match change:
        case FieldChange(before=None) | MemberChange(before=None) | ScoreChange(before=None):
            return True
    return isinstance(change, ListInsertion | ListPush | StreamAddition | StreamRestoration)


def is_removal(change: ElementChange) -> bool:
    """Whether a change takes an element away, and puts no other in its place."""
    match change:
        case FieldChange(after=None) | MemberChange(after=None) | ScoreChange(after=None):
            return True
    return isinstance(change, ListRemoval | StreamDeletion)


def given_deadline(change: ElementChange) -> int | None:
    """Answer the deadline that a change gives a field, None where it gives none.

    Once that has passed the change cannot be made: the server would delete the field.
    """
    match change:
        case FieldChange(deadline_ms=when) | FieldTtlChange(after_ms=when):
            return when
    return None


@dataclass(frozen=True, slots=True)
class ElementSaved:
    """The change happened. The key's TTL is what it was, to the millisecond.

    Attributes:
        deadline_ms: When the key expires; None for no expiry.
        inverse: The change that takes this one back; None where nothing can, or where the key
            went with its last element.
        vanished: The key whole as it was, if its last element went and the key with it.
    """

    deadline_ms: int | None
    inverse: ElementChange | None
    vanished: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class ElementChanged:
    """Nothing was written: the element is not what the caller believed.

    Attributes:
        element: Which: a field, an index in digits, a member.
        held: What stands there: a value, a score in digits; for a member of a set, itself.
    """

    element: bytes
    held: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ElementGone:
    """Nothing was written: the key exists, and the element the caller believed in does not."""

    element: bytes


@dataclass(frozen=True, slots=True)
class DeadlineMoved:
    """Nothing was written: a field expires at another moment than the caller believed.

    Attributes:
        element: Which field.
        deadline_ms: When it expires; None for no expiry of its own.
    """

    element: bytes
    deadline_ms: int | None


ElementRefusal: TypeAlias = ElementChanged | ElementGone | DeadlineMoved | Gone
ElementOutcome: TypeAlias = ElementSaved | ElementRefusal
