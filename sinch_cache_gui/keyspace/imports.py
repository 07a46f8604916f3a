"""Writing keys that came from a file or another cache: each in one step, never over another's."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import (
    CacheBackend,
    Changed,
    Gone,
    Saved,
    Snapshot,
    WriteOutcome,
)
from sinch_cache_gui.keyspace.exports import ExportedKey
from sinch_cache_gui.keyspace.undo import SETTLED_EVERY

BATCH: Final = 200
"""Keys written together at most. A stop waits for those under way."""

LOOKED_AT: Final = 1_000
"""Keys looked for together."""

MUCH_BYTES: Final = 4 << 20
"""Keys that hold more than this together are written in several goes."""

ATTEMPTS: Final = 100
"""How often a key may change before it is overwritten, or how many names may be taken."""

Imported: TypeAlias = bytes | CacheError | None
"""The name a key was written under, None if it was left out, else why it was not written."""


class OnConflict(Enum):
    """What becomes of a key that the cache holds, too."""

    SKIP = "skip"
    OVERWRITE = "overwrite"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        written: Keys written, by the names they have now.
        skipped: Keys left as they were.
        refused: Keys that could not be written, each with a sentence that says why.
        left: How many keys' turn never came.
    """

    written: tuple[bytes, ...]
    skipped: tuple[bytes, ...]
    refused: tuple[tuple[bytes, str], ...]
    left: int = 0


async def existing(backend: CacheBackend, keys: Sequence[bytes]) -> set[bytes]:
    """Answer which of the keys the cache holds now: the dry run of an import."""
    there: set[bytes] = set()
    for start in range(0, len(keys), LOOKED_AT):
        part = keys[start : start + LOOKED_AT]
        found = zip(part, await backend.deadlines(part), strict=True)
        there.update(key for key, held in found if not isinstance(held, Gone))
        await asyncio.sleep(0)  # a cache in memory answers without letting the window go on
    return there


async def import_keys(
    backend: CacheBackend,
    keys: Sequence[ExportedKey],
    on_conflict: OnConflict,
    told: Callable[[int], bool],
    *,
    memory_settled: Callable[[], object] = gc.freeze,
) -> ImportReport:
    """Write keys with the time they had left. What exists is treated as `on_conflict` says.

    Args:
        backend: The cache.
        keys: What to write.
        on_conflict: What becomes of keys that exist.
        told: Called with how many are done; answers whether to go on.
        memory_settled: Called when much is kept, by the journal and for undo, that will stay.
    """
    written: list[bytes] = []
    skipped: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    done = settled = 0
    is_lost = False
    for batch in batches(keys):
        if is_lost or not told(done):
            break
        for item, name in zip(batch, await import_some(backend, batch, on_conflict), strict=True):
            match name:
                case bytes():
                    written.append(name)
                case CacheError():
                    is_lost = is_lost or isinstance(name, CacheUnreachable)
                    refused.append((item.key, name.title))
                case None:
                    skipped.append(item.key)
        done += len(batch)
        if done - settled >= SETTLED_EVERY:
            settled = done
            memory_settled()
        await asyncio.sleep(0)  # a cache in memory answers without letting the window go on
    return ImportReport(tuple(written), tuple(skipped), tuple(refused), len(keys) - done)


def batches(items: Sequence[ExportedKey]) -> Iterator[list[ExportedKey]]:
    """Yield keys in batches that name none twice and do not hold much."""
    batch: list[ExportedKey] = []
    names: set[bytes] = set()
    held = 0
    for item in items:
        if len(batch) == BATCH or item.key in names or held > MUCH_BYTES:
            yield batch
            batch, names, held = [], set(), 0
        batch.append(item)
        names.add(item.key)
        held += len(item.payload)
    if batch:
        yield batch


async def import_some(
    backend: CacheBackend, items: Sequence[ExportedKey], on_conflict: OnConflict
) -> list[Imported]:
    """Write keys, each once in `items`, with the time they had left; answer for each in order.

    One that is in the way is looked at and replaced in one step, or another name is tried, until
    that succeeds: what somebody else writes meanwhile is not lost unseen.
    """
    imported: list[Imported] = [None] * len(items)
    names = [item.key for item in items]
    waiting = list(range(len(items)))
    for attempt in range(1, ATTEMPTS + 1):
        new = [_snapshot(backend, items[at], names[at]) for at in waiting]
        if attempt > 1 and on_conflict is OnConflict.OVERWRITE:
            outcomes = await _overwrite(backend, new)
        else:
            outcomes = await backend.restore_many(new)
        in_the_way: list[int] = []
        for at, outcome in zip(waiting, outcomes, strict=True):
            match outcome:
                case Saved():
                    imported[at] = names[at]
                case CacheError():
                    imported[at] = outcome
                case Changed():
                    in_the_way.append(at)
                case Gone():
                    pass  # its time ran out
        waiting = in_the_way
        if not waiting or on_conflict is OnConflict.SKIP:
            return imported
        if on_conflict is OnConflict.RENAME:
            for at in waiting:
                names[at] = items[at].key + b" (%d)" % (attempt + 1)
    for at in waiting:
        imported[at] = CacheError(
            "Others write this key faster than it can be read"
            if on_conflict is OnConflict.OVERWRITE
            else f"The names up to “… ({ATTEMPTS})” are taken, too"
        )
    return imported


async def _overwrite(
    backend: CacheBackend, new: Sequence[Snapshot]
) -> list[WriteOutcome | CacheError]:
    """Replace what is there, whatever it is; answer `Changed` where that did not work out."""
    held = await backend.snapshot_many([one.key for one in new])
    pairs = [
        (there, one) for there, one in zip(held, new, strict=True) if isinstance(there, Snapshot)
    ]
    told: dict[bytes, WriteOutcome | CacheError] = {}
    absent: list[Snapshot] = []
    for (_, one), outcome in zip(pairs, await backend.replace_many(pairs), strict=True):
        told[one.key] = outcome
        if isinstance(outcome, Gone):  # it went since it was looked at
            absent.append(one)
    for there, one in zip(held, new, strict=True):
        if there is None:
            absent.append(one)
        elif isinstance(there, CacheError):
            told[one.key] = there
    for one, outcome in zip(absent, await backend.restore_many(absent), strict=True):
        told[one.key] = outcome
    return [told[one.key] for one in new]


def _snapshot(backend: CacheBackend, item: ExportedKey, name: bytes) -> Snapshot:
    deadline_ms = None if item.ttl_ms is None else backend.now_ms() + item.ttl_ms
    return Snapshot(name, item.type, item.payload, deadline_ms)
