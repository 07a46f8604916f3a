"""What a change of an element is in Redis: what to look at, what to demand, what to send.

A plan is carried out in one step by a script or by a transaction guarded by WATCH; both only
follow it, so that they cannot differ in what a change means.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.cache.element_change import (
    DeadlineMoved,
    ElementChange,
    ElementChanged,
    ElementGone,
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
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.cache.redis_line import Command, Reply

Said: TypeAlias = tuple[bytes, ...]
"""A reply as the strings and numbers in it, in order; empty for none."""

ABSENT: Final[Said] = ()
_NO: Final[Said] = (b"0",)
_YES: Final[Said] = (b"1",)

_ASKING: Final = "HPEXPIRETIME"
"""What asks for the deadline of a field."""

_NO_EXPIRY: Final = -1
_NO_FIELD: Final[Said] = (b"-2",)
"""What it answers, and what moves a deadline: there is none, and there is no such field."""


@dataclass(frozen=True, slots=True)
class Look:
    """A question about one element, before anything is written.

    Attributes:
        element: Which one it is about.
        command: The question.
        demanded: What it must be answered; a number is compared as one; None takes any answer.
    """

    element: bytes
    command: Command
    demanded: Said | float | None

    def is_met_by(self, said: Said) -> bool:
        """Whether the answer is the one demanded."""
        match self.demanded:
            case None:
                return True
            case float():
                return len(said) == 1 and float(said[0]) == self.demanded
        return said == self.demanded


@dataclass(frozen=True, slots=True)
class ElementPlan:
    """One change, as commands.

    Attributes:
        kind: The `KeyType` the key must have.
        looks: Answered in order; the first that is not answered as demanded ends the matter.
        commands: Sent when all are.
        size_command: What counts the elements, if the key may go with its last one.
        field: A field of a hash whose own deadline is asked; None where servers know none.
        heir: The field which is given that deadline afterwards: writing a field takes it away.
    """

    kind: str
    looks: tuple[Look, ...]
    commands: tuple[Command, ...]
    size_command: str = ""
    field: bytes | None = None
    heir: bytes | None = None


@dataclass(frozen=True, slots=True)
class ElementDone:
    """A plan was carried out.

    Attributes:
        seen: The answers to its looks.
        replies: The replies to its commands.
        before_ms: The key's deadline until then; None for no expiry.
        after_ms: The key's deadline from then on; None for no expiry.
        dump: DUMP of the key as it was, if it is gone now; else None.
        field_deadline_ms: When the plan's field was to expire; None for no expiry.
    """

    seen: Sequence[Said]
    replies: Sequence[Said]
    before_ms: int | None
    after_ms: int | None
    dump: bytes | None
    field_deadline_ms: int | None


@dataclass(frozen=True, slots=True)
class ElementRefused:
    """Nothing was written: the last of these answers is not the one demanded."""

    seen: Sequence[Said]


@dataclass(frozen=True, slots=True)
class OtherType:
    """Nothing was written: the key holds another type."""

    kind: str


ElementResult: TypeAlias = ElementDone | ElementRefused | OtherType


def flatten(reply: Reply) -> Said:
    """Answer the strings and numbers in a reply, in order."""
    match reply:
        case bytes():
            return (reply,)
        case int():
            return (b"%d" % reply,)
        case list():
            return tuple(part for item in reply for part in flatten(item))
    return ABSENT


def field_deadline(reply: Reply) -> int | None:
    """Read what HPEXPIRETIME answers about one field."""
    match reply:
        case [int() as when] if when > 0:
            return when
    return None


def spell_score(score: float) -> str:
    """Spell a score so that it is read as exactly this number."""
    return repr(float(score))


def plan_of(key: bytes, change: ElementChange, *, has_field_ttl: bool) -> ElementPlan:
    """Answer how to make `change`.

    Args:
        key: The key's bytes.
        change: What to change.
        has_field_ttl: Whether the server knows TTLs of single fields.

    Raises:
        CacheError: It is a change of such a TTL, and the server knows none.
    """
    match change:
        case FieldTtlChange():
            return _field_ttl_plan(key, change, has_field_ttl=has_field_ttl)
        case FieldChange() | FieldRename():
            return _hash_plan(key, change, has_field_ttl=has_field_ttl)
        case ListReplacement() | ListInsertion() | ListPush() | ListRemoval():
            return _list_plan(key, change)
        case MemberChange():
            return _set_plan(key, change)
        case ScoreChange() | ScoredRename():
            return _zset_plan(key, change)
        case StreamAddition(fields):
            flat = tuple(part for pair in fields for part in pair)
            return ElementPlan(KeyType.STREAM, (), (("XADD", key, "*", *flat),))
        case StreamDeletion(entry, fields):
            whole = (entry, *(part for pair in fields for part in pair))
            look = Look(entry, ("XRANGE", key, entry, entry), whole)
            return ElementPlan(KeyType.STREAM, (look,), (("XDEL", key, entry),))
        case StreamRestoration():
            raise TypeError("what stands behind the entry is to be read first")


def _hash_plan(
    key: bytes, change: FieldChange | FieldRename, *, has_field_ttl: bool
) -> ElementPlan:
    asked = change.name if has_field_ttl else None
    look = Look(change.name, ("HGET", key, change.name), _held(_value_before(change)))
    match change:
        case FieldRename(name, to, value):
            taken = Look(to, ("HGET", key, to), ABSENT)
            commands = (("HSET", key, to, value), ("HDEL", key, name))
            return ElementPlan(KeyType.HASH, (look, taken), commands, "", asked, asked and to)
        case FieldChange(name, _, None):
            return ElementPlan(KeyType.HASH, (look,), (("HDEL", key, name),), "HLEN", asked)
        case FieldChange(name, before, bytes() as after, deadline_ms):
            store: Command = ("HSET", key, name, after)
            if deadline_ms is not None and has_field_ttl:
                until: Command = ("HPEXPIREAT", key, deadline_ms, "FIELDS", 1, name)
                return ElementPlan(KeyType.HASH, (look,), (store, until))
            kept = asked if before is not None else None
            return ElementPlan(KeyType.HASH, (look,), (store,), "", kept, kept)
    raise TypeError(f"not a change of a hash: {change!r}")


def _field_ttl_plan(key: bytes, change: FieldTtlChange, *, has_field_ttl: bool) -> ElementPlan:
    if not has_field_ttl:
        raise CacheError(
            "This server knows no times to live of single fields", "Nothing was written."
        )
    one_field = ("FIELDS", 1, change.name)
    told = b"%d" % (_NO_EXPIRY if change.before_ms is None else change.before_ms)
    looks = (
        Look(change.name, ("HGET", key, change.name), (change.value,)),
        Look(change.name, (_ASKING, key, *one_field), (told,)),
    )
    moving: Command = ("HPERSIST", key, *one_field)
    if change.after_ms is not None:
        moving = ("HPEXPIREAT", key, change.after_ms, *one_field)
    return ElementPlan(KeyType.HASH, looks, (moving,))


def _value_before(change: FieldChange | FieldRename) -> bytes | None:
    return change.value if isinstance(change, FieldRename) else change.before


def _held(value: bytes | None) -> Said:
    return ABSENT if value is None else (value,)


def _list_plan(
    key: bytes, change: ListReplacement | ListInsertion | ListPush | ListRemoval
) -> ElementPlan:
    # Redis names places only in LSET. So an element is marked by one that cannot be there.
    marker = uuid.uuid4().bytes + uuid.uuid4().bytes
    match change:
        case ListReplacement(index, before, after):
            look = _place(key, index, before)
            return ElementPlan(KeyType.LIST, (look,), (("LSET", key, index, after),))
        case ListPush(value, is_at_head):
            length = Look(b"", ("LLEN", key), None)
            push = "LPUSHX" if is_at_head else "RPUSHX"
            return ElementPlan(KeyType.LIST, (length,), ((push, key, value),))
        case ListRemoval(index, value):
            looks = (_place(key, index, value), Look(b"", ("LINDEX", key, index + 1), None))
            taking = (("LSET", key, index, marker), ("LREM", key, 1, marker))
            return ElementPlan(KeyType.LIST, looks, taking, "LLEN")
        case ListInsertion(index, value, None):
            looks = (
                Look(b"%d" % index, ("LINDEX", key, index), ABSENT),
                Look(b"%d" % index, ("LLEN", key), (b"%d" % index,)),
            )
            return ElementPlan(KeyType.LIST, looks, (("RPUSHX", key, value),))
        case ListInsertion(index, value, bytes() as following):
            mover = _place(key, index, following)
            putting: tuple[Command, ...] = (
                ("LSET", key, index, marker),
                ("LINSERT", key, "BEFORE", marker, value),
                ("LSET", key, index + 1, following),
            )
            return ElementPlan(KeyType.LIST, (mover,), putting)
    raise TypeError(f"not a change of a list: {change!r}")


def _place(key: bytes, index: int, element: bytes) -> Look:
    return Look(b"%d" % index, ("LINDEX", key, index), (element,))


def _set_plan(key: bytes, change: MemberChange) -> ElementPlan:
    looks: list[Look] = []
    commands: list[Command] = []
    if change.after is not None:
        looks.append(Look(change.after, ("SISMEMBER", key, change.after), _NO))
        commands.append(("SADD", key, change.after))
    if change.before is not None:
        looks.insert(0, Look(change.before, ("SISMEMBER", key, change.before), _YES))
        commands.append(("SREM", key, change.before))
    size_command = "SCARD" if change.after is None else ""
    return ElementPlan(KeyType.SET, tuple(looks), tuple(commands), size_command)


def _zset_plan(key: bytes, change: ScoreChange | ScoredRename) -> ElementPlan:
    member = change.member
    match change:
        case ScoredRename(_, to, score):
            looks = (
                Look(member, ("ZSCORE", key, member), float(score)),
                Look(to, ("ZSCORE", key, to), ABSENT),
            )
            commands = (("ZADD", key, spell_score(score), to), ("ZREM", key, member))
            return ElementPlan(KeyType.ZSET, looks, commands)
        case ScoreChange(_, before, after):
            look = Look(
                member, ("ZSCORE", key, member), ABSENT if before is None else float(before)
            )
            if after is None:
                return ElementPlan(KeyType.ZSET, (look,), (("ZREM", key, member),), "ZCARD")
            store = ("ZADD", key, spell_score(after), member)
            return ElementPlan(KeyType.ZSET, (look,), (store,))


def inverse_of(change: ElementChange, done: ElementDone) -> ElementChange:
    """Answer the change that takes a change back."""
    match change:
        case FieldChange(name, before, after):
            when = done.field_deadline_ms if after is None else None
            return FieldChange(name, after, before, when)
        case FieldRename(name, to, value):
            return FieldRename(to, name, value)
        case FieldTtlChange(name, value, before_ms, after_ms):
            return FieldTtlChange(name, value, after_ms, before_ms)
        case ListReplacement(index, before, after):
            return ListReplacement(index, after, before)
        case ListPush(value, is_at_head):
            return ListRemoval(0 if is_at_head else int(done.seen[0][0]), value)
        case ListInsertion(index, value, _):
            return ListRemoval(index, value)
        case ListRemoval(index, value):
            following = done.seen[1]
            return ListInsertion(index, value, following[0] if following else None)
        case MemberChange(before, after):
            return MemberChange(after, before)
        case ScoreChange(member, before, after):
            return ScoreChange(member, after, before)
        case ScoredRename(member, to, score):
            return ScoredRename(to, member, score)
        case StreamAddition() | StreamDeletion() | StreamRestoration():
            return _inverse_in_stream(change, done)


def _inverse_in_stream(
    change: StreamAddition | StreamDeletion | StreamRestoration, done: ElementDone
) -> ElementChange:
    match change:
        case StreamAddition(fields):
            return StreamDeletion(done.replies[0][0], fields)
        case StreamDeletion(entry, fields):
            return StreamRestoration(entry, fields)
        case StreamRestoration(entry, fields):
            return StreamDeletion(entry, fields)


def expired_meanwhile(change: ElementChange, done: ElementDone) -> ElementGone | None:
    """Answer that a field expired between the look at it and the change of its deadline, if so.

    Its time running out may not count as a write, and then no transaction is refused for it.
    """
    if isinstance(change, FieldTtlChange) and done.replies[0] == _NO_FIELD:
        return ElementGone(change.name)
    return None


def refusal_of(
    plan: ElementPlan, refused: ElementRefused
) -> ElementChanged | ElementGone | DeadlineMoved:
    """Answer what the last look found in the way."""
    look, said = plan.looks[len(refused.seen) - 1], refused.seen[-1]
    if plan.kind == KeyType.SET:
        is_there = said == _YES
        return ElementChanged(look.element, look.element) if is_there else ElementGone(look.element)
    if look.command[0] == _ASKING and said != _NO_FIELD:
        return DeadlineMoved(look.element, field_deadline([int(said[0])]))
    if said in (ABSENT, _NO_FIELD) or look.command[0] == "LLEN":
        return ElementGone(look.element)
    # Of an entry of a stream: its fields and values, behind its id.
    held = said[0] if plan.kind != KeyType.STREAM else b" ".join(said[1:])
    return ElementChanged(look.element, held)
