"""What a hand at a table of elements means: a cell typed over, a row deleted, a row added.

A row is what `ElementPage` tells of an element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sinch_cache_gui.cache.element_change import (
    ElementChange,
    FieldChange,
    FieldRename,
    FieldTtlChange,
    ListInsertion,
    ListPush,
    ListRemoval,
    ListReplacement,
    MemberChange,
    ScoreChange,
    ScoredRename,
    StreamAddition,
    StreamDeletion,
    StreamRestoration,
)
from sinch_cache_gui.cache.interface import ExpireAt, ExpireIn, KeyType, Persist

Row = tuple[bytes, ...]

_EDITABLE: Final = {
    KeyType.HASH: (0, 1),
    KeyType.LIST: (1,),
    KeyType.SET: (0,),
    KeyType.ZSET: (0, 1),
    KeyType.STREAM: (),
}

ENTRIES_NEVER_CHANGE: Final = "Entries of a stream never change. Delete this one, or add another."

_DIGIT_OF_WEIGHT: Final = re.compile(rb"[1-9]")
_DIGITS: Final = re.compile(rb"[+-]?\d+")


class EditRefused(ValueError):
    """What was typed means no change; the message is a sentence for people."""


def may_edit(kind: str, column: int) -> bool:
    """Whether a cell of this column can be typed over."""
    return column in _EDITABLE.get(kind, ())


def edit_of(kind: str, row: Row, column: int, data: bytes) -> ElementChange:
    """Answer the change that makes a cell hold `data`.

    Raises:
        EditRefused: It cannot hold that, or cannot be changed at all.
    """
    match kind, column:
        case KeyType.HASH, 0:
            return FieldRename(row[0], data, row[1])
        case KeyType.HASH, 1:
            return FieldChange(row[0], row[1], data)
        case KeyType.LIST, 1:
            return ListReplacement(int(row[0]), row[1], data)
        case KeyType.SET, 0:
            return MemberChange(row[0], data)
        case KeyType.ZSET, 0:
            return ScoredRename(row[0], data, float(row[1]))
        case KeyType.ZSET, 1:
            return ScoreChange(row[0], float(row[1]), parse_score(data))
    if kind == KeyType.STREAM:
        raise EditRefused(ENTRIES_NEVER_CHANGE)
    raise EditRefused("This cannot be changed.")


def removal_of(kind: str, row: Row) -> ElementChange:
    """Answer the change that takes a row away."""
    match kind:
        case KeyType.HASH:
            return FieldChange(row[0], row[1], None)
        case KeyType.LIST:
            return ListRemoval(int(row[0]), row[1])
        case KeyType.SET:
            return MemberChange(row[0], None)
        case KeyType.ZSET:
            return ScoreChange(row[0], float(row[1]), None)
    return StreamDeletion(row[0], tuple(zip(row[1::2], row[2::2], strict=True)))


def removals_of(kind: str, rows: Sequence[Row]) -> list[ElementChange]:
    """Answer the changes that take rows away, in an order in which none moves another."""
    if kind == KeyType.LIST:
        rows = sorted(rows, key=lambda row: int(row[0]), reverse=True)
    return [removal_of(kind, row) for row in rows]


def addition_of(kind: str, first: bytes, second: bytes, *, is_at_head: bool) -> ElementChange:
    """Answer the change that adds an element of a hash, a list, a set or a sorted set.

    Args:
        kind: The key's type.
        first: A field's name, a list's element, a member.
        second: The value of a field, or a member's score.
        is_at_head: Whether an element of a list goes to its beginning.

    Raises:
        EditRefused: It makes no element.
    """
    match kind:
        case KeyType.HASH:
            return FieldChange(first, None, second)
        case KeyType.LIST:
            return ListPush(first, is_at_head)
        case KeyType.SET:
            return MemberChange(None, first)
        case KeyType.ZSET:
            return ScoreChange(first, None, parse_score(second))
    raise EditRefused("No element can be added here.")


def ttl_changes_of(
    rows: Sequence[Row],
    deadlines_ms: Sequence[int | None],
    lifetime: ExpireIn | ExpireAt | Persist,
    now_ms: int,
) -> list[FieldTtlChange]:
    """Answer the changes that have fields expire by themselves, or not any more.

    Args:
        rows: Fields of a hash.
        deadlines_ms: When each expires; None for no expiry of its own. One that has this deadline
            already is left out.
        lifetime: How long they shall live.
        now_ms: The cache's clock.
    """
    match lifetime:
        case ExpireIn(ms):
            after_ms: int | None = now_ms + ms
        case ExpireAt(deadline_ms):
            after_ms = deadline_ms
        case Persist():
            after_ms = None
    return [
        FieldTtlChange(row[0], row[1], before_ms, after_ms)
        for row, before_ms in zip(rows, deadlines_ms, strict=True)
        if before_ms != after_ms
    ]


def parse_scores(text: str) -> tuple[float, float]:
    """Read from which to which score: "10..20", "10..", "..20", or "10" for that one alone.

    Raises:
        EditRefused: They are no numbers.
    """
    lowest, dots, highest = (part.strip() for part in text.partition(".."))
    if not dots:
        return (parse_score(lowest.encode()),) * 2
    return parse_score(lowest.encode() or b"-inf"), parse_score(highest.encode() or b"inf")


def entry_of(text: str, parse: Callable[[str], bytes]) -> StreamAddition:
    """Answer the change that adds an entry, written as "name=value, name=value".

    Args:
        text: What was written.
        parse: Reads a name or a value. What it reads an escape as sets nothing apart.

    Raises:
        EditRefused: It makes no entry.
    """
    pairs = []
    for part in text.split(", "):
        name, separator, value = part.partition("=")
        if not separator:
            raise EditRefused("An entry is written as name=value, name=value, ...")
        pairs.append((parse(name), parse(value)))
    return StreamAddition(tuple(pairs))


def parse_score(data: bytes) -> float:
    """Read a score.

    Raises:
        EditRefused: It is no number.
    """
    try:
        score = float(data)
    except ValueError:
        score = float("nan")
    if score != score or b"_" in data:
        raise EditRefused("A score is a number, such as 3, -0.5, 1e6 or inf.")
    is_written_infinite = b"inf" in data.lower()
    if abs(score) == float("inf") and not is_written_infinite:
        raise EditRefused("This number is too large for a score. Write inf if that is meant.")
    if not score and _DIGIT_OF_WEIGHT.search(data.lower().partition(b"e")[0]):
        raise EditRefused("This number is too small for a score. Write 0 if that is meant.")
    if _DIGITS.fullmatch(data.strip()) and int(data) != int(score):
        raise EditRefused(f"A score is a 64-bit float: this one would become {int(score)}.")
    return score


def over_theirs(change: ElementChange, held: bytes) -> ElementChange | None:
    """Answer a refused change as one over what was found there; None if that is no way on.

    What is to go from a place of a list is never another element: that one is likely to have moved.
    """
    match change:
        case FieldChange() | ListReplacement():
            return replace(change, before=held)
        case ScoreChange():
            return replace(change, before=float(held))
        case FieldTtlChange():
            return replace(change, value=held)
    return None


def makes_new(change: ElementChange, element: bytes) -> bool:
    """Whether a change was to bring `element` into being, and not to change one it knew."""
    match change:
        case FieldChange(before=None) | ScoreChange(before=None) | MemberChange():
            return True
        case FieldRename(to=to) | ScoredRename(to=to):
            return to == element
    return False


def as_new(change: ElementChange) -> ElementChange | None:
    """Answer a change of an element that is gone as its addition; None where it has no value."""
    match change:
        case FieldChange(after=bytes()) | ScoreChange(after=float()):
            return replace(change, before=None)
        case FieldRename(_, to, value):
            return FieldChange(to, None, value)
        case MemberChange(_, bytes() as after):
            return MemberChange(None, after)
        case ScoredRename(_, to, score):
            return ScoreChange(to, None, score)
        case ListReplacement(_, _, after):
            return ListPush(after)
    return None


def element_of(change: ElementChange) -> bytes:
    """Answer what tells the element of a change from others: its name, its place, itself."""
    match change:
        case FieldChange(name=name) | FieldRename(name=name) | FieldTtlChange(name=name):
            return name
        case ListReplacement(index=index) | ListInsertion(index=index) | ListRemoval(index=index):
            return b"%d" % index
        case ListPush(value=value):
            return value
        case MemberChange(before, after):
            return (before if before is not None else after) or b""
        case ScoreChange(member=member) | ScoredRename(member=member):
            return member
        case StreamDeletion(id=id_) | StreamRestoration(id=id_):
            return id_
        case StreamAddition(fields):
            return b", ".join(b"%s=%s" % pair for pair in fields)


def written_by(change: ElementChange) -> bytes | None:
    """Answer what the user wrote, so that a refusal does not lose it; None for a deletion."""
    match change:
        case FieldChange(after=after) | ListReplacement(after=after) | MemberChange(after=after):
            return after
        case FieldRename(to=to) | ScoredRename(to=to):
            return to
        case ListPush(value=value):
            return value
        case ScoreChange(after=float() as score):
            return repr(score).encode()
        case StreamAddition(fields):
            return b", ".join(b"%s=%s" % pair for pair in fields)
    return None
