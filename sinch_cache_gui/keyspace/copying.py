"""Keys from one open cache into another, with the time they have left."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, NotPermitted
from sinch_cache_gui.cache.interface import CacheBackend, Changed, Saved, Snapshot, WriteOutcome
from sinch_cache_gui.keyspace.exports import with_time_left
from sinch_cache_gui.keyspace.imports import BATCH, MUCH_BYTES, OnConflict, import_some
from sinch_cache_gui.keyspace.undo import SETTLED_EVERY, TIME_RAN_OUT, put_back_many

CHANGED_WHILE_MOVING: Final = "it changed while it was moved: copied as it was, and left here"
SAME_CACHE: Final = "left where it was: both connections lead to the same cache"
TTL_WHILE_MOVING: Final = "its TTL changed while it was moved: over there it has the one of before"

_SLACK_MS: Final = 1000
"""By how much two readings of one deadline differ on servers that tell only the time left."""


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What became of the keys.

    Attributes:
        written: Their names in the other cache.
        skipped: Keys the other cache holds already, left as they are in both.
        gone: Keys that did not exist any more.
        refused: Keys that were not copied, or copied and not taken away, or whose TTL changed just
            then, each with why.
    """

    written: tuple[bytes, ...]
    skipped: tuple[bytes, ...]
    gone: tuple[bytes, ...]
    refused: tuple[tuple[bytes, str], ...]


async def copy_keys(
    source: CacheBackend,
    target: CacheBackend,
    keys: Sequence[bytes],
    on_conflict: OnConflict,
    told: Callable[[int], bool],
    *,
    moves: bool,
    memory_settled: Callable[[], object] = gc.freeze,
) -> CopyReport:
    """Copy keys byte for byte, each with the time it has left by the clock of its own cache.

    Args:
        source: Where they are.
        target: Where they shall be, too.
        keys: Which.
        on_conflict: What becomes of a key that `target` holds already.
        told: Called with how many are done; answers whether to go on.
        moves: Whether a key is taken away from `source` once `target` has it: only while it still
            holds what was copied.
        memory_settled: Called when much is kept, by the journals and for undo, that will stay.
    """
    written: list[bytes] = []
    skipped: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    gone: list[bytes] = []
    waiting = iter(keys)
    done, settled, most = 0, 0, BATCH
    while (batch := list(islice(waiting, most))) and told(done):
        done += len(batch)
        found = await source.snapshot_many(batch)
        taken = {one.key: one for one in found if isinstance(one, Snapshot)}
        refused += [
            (key, one.title)
            for key, one in zip(batch, found, strict=True)
            if isinstance(one, CacheError)
        ]
        items = [item for one in taken.values() if (item := with_time_left(one, source.now_ms()))]
        known = {item.key for item in items} | {key for key, _ in refused}
        gone += [key for key in batch if key not in known]
        imported = await import_some(target, items, on_conflict)
        arrived: dict[bytes, Snapshot] = {}
        for item, name in zip(items, imported, strict=True):
            match name:
                case bytes():
                    arrived[name] = taken[item.key]
                case CacheError():
                    refused.append((item.key, name.title))
                case None:
                    skipped.append(item.key)
        removals: list[WriteOutcome | CacheError] = []
        if moves:
            removals = await source.replace_many([(one, None) for one in arrived.values()])
        returned = await _put_back_lost(source, target, arrived, removals)
        written += [name for name in arrived if name not in returned]
        refused += returned.values()
        for (name, one), outcome in zip(arrived.items(), removals, strict=False):
            obstacle = _obstacle(one, outcome)
            if name not in returned and obstacle is not None:
                refused.append((one.key, obstacle))
        is_lost = any(isinstance(one, CacheUnreachable) for one in (*found, *imported, *removals))
        if returned or is_lost:
            break
        held = sum(len(item.payload) for item in items)
        most = max(most // 2, 1) if held > MUCH_BYTES else min(2 * most, BATCH)
        if done - settled >= SETTLED_EVERY:
            settled = done
            memory_settled()
        await asyncio.sleep(0)  # caches in memory answer without letting the window go on
    return CopyReport(tuple(written), tuple(skipped), tuple(gone), tuple(refused))


async def _put_back_lost(
    source: CacheBackend,
    target: CacheBackend,
    arrived: Mapping[bytes, Snapshot],
    removals: Sequence[WriteOutcome | CacheError],
) -> dict[bytes, tuple[bytes, str]]:
    """Put back what is nowhere now: two connections to one cache, and it was taken out of both.

    No address tells that: one server has many. Where `target` does not answer, everything is put
    back: better in two places than in none.

    Args:
        source: Where the keys were taken away.
        target: Where they are to be.
        arrived: What was copied, by the name it has in `target`.
        removals: What became of taking each of them away.

    Returns:
        For each name that is not in `target`: the key in `source`, and why.
    """
    taken = {
        name: outcome.before
        for name, outcome in zip(arrived, removals, strict=False)
        if isinstance(outcome, Saved) and outcome.before is not None
    }
    why = SAME_CACHE
    try:
        is_there = await target.exist([*taken])
    except NotPermitted:
        found = await target.snapshot_many([*taken])
        is_there = [one is not None for one in found]
    except CacheError as error:
        is_there, why = [False] * len(taken), error.title
    lost = {
        name: one for (name, one), there in zip(taken.items(), is_there, strict=True) if not there
    }
    told = await put_back_many(source, [*lost.values()])
    returned = {}
    for name, one in lost.items():
        obstacle = told[one.key]
        if obstacle == TIME_RAN_OUT:
            continue  # it did so over there, too
        said = obstacle.title if isinstance(obstacle, CacheError) else obstacle
        returned[name] = (one.key, said or why)
    return returned


def _obstacle(copied: Snapshot, outcome: WriteOutcome | CacheError) -> str | None:
    """Answer what is not as it should be after taking a copied key away."""
    match outcome:
        case CacheError():
            return outcome.title
        case Changed():
            return CHANGED_WHILE_MOVING
        case Saved(before=Snapshot() as removed) if not _is_same(
            removed.deadline_ms, copied.deadline_ms
        ):
            return TTL_WHILE_MOVING
    return None


def _is_same(one_ms: int | None, other_ms: int | None) -> bool:
    if one_ms is None or other_ms is None:
        return one_ms is other_ms
    return abs(one_ms - other_ms) <= _SLACK_MS
