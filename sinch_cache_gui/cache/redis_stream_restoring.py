"""Putting a deleted entry back into the middle of a stream.

XADD takes an id only above all that were ever there. XSETID lowers that mark, but no further than
to the entry on top nor (since Redis 7.2) to the highest id that was deleted, which it lowers, too.
So the entries behind the place are deleted, both marks are lowered, and all are added again with
their ids. What consumer groups have read and not yet acknowledged is kept by id, and a reader that
waits is told of nothing new: it all happens in one step.

A server that would refuse the second half of this had lost the entries behind: it is done only on
those whose rules are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.element_change import (
    FIRST_ID,
    MAX_BEHIND,
    MAX_PARTS,
    StreamRestoration,
    can_be_moved,
)
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import KeyType
from sinch_cache_gui.cache.redis_atomic_writes import Absent, AtomicWrites
from sinch_cache_gui.cache.redis_element_plans import (
    ABSENT,
    ElementPlan,
    ElementRefused,
    ElementResult,
    Look,
    flatten,
)
from sinch_cache_gui.cache.redis_line import Command, Reply
from sinch_cache_gui.cache.redis_node import RedisNode

ATTEMPTS: Final = 5
"""How often a stream may change between the look and the write before that is reported."""

_LARGEST: Final = 2**64 - 1


async def restore_entry(
    node: RedisNode,
    writes: AtomicWrites,
    key: bytes,
    change: StreamRestoration,
    *,
    can_lower_ids: bool,
) -> tuple[ElementPlan, ElementResult | Absent]:
    """Put the entry back; answer what was tried, and what became of it.

    Args:
        node: The server.
        writes: How it is written to.
        key: The key's bytes.
        change: The entry.
        can_lower_ids: Whether the rules of its XSETID are known.

    Raises:
        CacheError: Too much stands behind it, or others write faster than that can be read.
    """
    if not can_lower_ids or change.id == FIRST_ID:
        raise CacheError("This server puts no entry back into a stream", "Nothing was written.")
    for _ in range(ATTEMPTS):
        plan = await _plan(node, key, change)
        result = await writes.change_element(key, plan)
        if not isinstance(result, ElementRefused) or len(result.seen) == 1:
            return plan, result
    raise CacheError(
        "Others write this stream faster than it can be read", "Nothing was written. Try again."
    )


async def _plan(node: RedisNode, key: bytes, change: StreamRestoration) -> ElementPlan:
    free = Look(change.id, ("XRANGE", key, change.id, change.id), ABSENT)
    what_is: Command = ("XINFO", "STREAM", key)
    behind: Command = ("XRANGE", key, _next(change.id), b"+", "COUNT")
    kind, info, entries = await node.ask_many([("TYPE", key), what_is, (*behind, MAX_BEHIND + 1)])
    if node.checked(kind) != b"stream" or _is_missing(info):
        # The plan finds out by itself that there is no stream; where there is one again, it is
        # made anew.
        return ElementPlan(KeyType.STREAM, (free, Look(change.id, what_is, ABSENT)), ())
    tail = _parse_entries(node.checked(entries))
    if not can_be_moved(tail) or 2 * len(change.fields) > MAX_PARTS:
        raise CacheError(
            "Too much stands behind it by now",
            "A server puts an entry back only by moving all that follow. Nothing was written.",
        )
    unchanged = (
        Look(change.id, what_is, flatten(info)),
        Look(change.id, (*behind, len(tail) + 1), flatten(entries)),
    )
    commands = _commands(key, change, tail, _parse_info(info))
    return ElementPlan(KeyType.STREAM, (free, *unchanged), commands)


def _commands(
    key: bytes,
    change: StreamRestoration,
    tail: Sequence[tuple[bytes, ...]],
    info: Mapping[bytes, bytes],
) -> tuple[Command, ...]:
    last, before = info[b"last-generated-id"], _previous(change.id)
    mark: Command = ("XSETID", key, last)
    lowering: list[Command] = []
    if b"entries-added" in info:  # Redis 7.0
        added: Command = (*mark, "ENTRIESADDED", info[b"entries-added"], "MAXDELETEDID")
        mark = (*added, info[b"max-deleted-entry-id"])
        lowering = [(*added, before)]
    fields = tuple(part for pair in change.fields for part in pair)
    adding: list[Command] = [("XADD", key, *entry) for entry in [(change.id, *fields), *tail]]
    taking: list[Command] = [("XDEL", key, *(entry[0] for entry in tail))] if tail else []
    # The first change nothing for good: a server that will not have them, for want of rights or of
    # memory, refuses before anything is taken.
    proof = (*lowering, mark)
    return (*proof, *taking, *lowering, ("XSETID", key, before), *adding, mark)


def _is_missing(info: Reply) -> bool:
    return isinstance(info, exceptions.ResponseError) and "no such key" in str(info)


def _parse_entries(reply: Reply) -> list[tuple[bytes, ...]]:
    if not isinstance(reply, list):
        raise TypeError(f"XRANGE answered {reply!r}")
    return [flatten(entry) for entry in reply]


def _parse_info(reply: Reply) -> dict[bytes, bytes]:
    if not isinstance(reply, list):
        raise TypeError(f"XINFO STREAM answered {reply!r}")
    pairs = zip(reply[::2], reply[1::2], strict=True)
    return {name: b"".join(flatten(value)) for name, value in pairs}


def _next(entry_id: bytes) -> bytes:
    ms, sequence = _parts(entry_id)
    return b"%d-%d" % ((ms, sequence + 1) if sequence < _LARGEST else (ms + 1, 0))


def _previous(entry_id: bytes) -> bytes:
    ms, sequence = _parts(entry_id)
    return b"%d-%d" % ((ms, sequence - 1) if sequence else (ms - 1, _LARGEST))


def _parts(entry_id: bytes) -> tuple[int, int]:
    ms, _, sequence = entry_id.partition(b"-")
    return int(ms), int(sequence)
