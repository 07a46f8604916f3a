"""Keys from one open cache into another, with the time they have left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import CacheBackend, Changed, Saved, Snapshot
from sinch_cache_gui.keyspace.exports import ExportedKey, OnConflict, import_key
from sinch_cache_gui.pacing import Breather

CHANGED_WHILE_MOVING: Final = "it changed while it was moved: copied as it was, and left here"
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
    """
    written: list[bytes] = []
    skipped: list[bytes] = []
    gone: list[bytes] = []
    refused: list[tuple[bytes, str]] = []
    breathe = Breather()
    for done, key in enumerate(keys):
        if not told(done):
            break
        try:
            taken = await source.snapshot(key)
            item = None if taken is None else _with_time_left(taken, source.now_ms())
            if taken is None or item is None:
                gone.append(key)
                continue
            name = await import_key(target, item, on_conflict)
            if name is None:
                skipped.append(key)
                continue
            written.append(name)
            obstacle = await _take_away(source, taken) if moves else None
            if obstacle is not None:
                refused.append((key, obstacle))
        except CacheUnreachable as error:
            refused.append((key, error.title))
            break
        except CacheError as error:
            refused.append((key, error.title))
        await breathe()
    return CopyReport(tuple(written), tuple(skipped), tuple(gone), tuple(refused))


def _with_time_left(taken: Snapshot, now_ms: int) -> ExportedKey | None:
    """Answer the key as another clock can have it; None if its time has run out."""
    left_ms = None if taken.deadline_ms is None else taken.deadline_ms - now_ms
    if left_ms is not None and left_ms <= 0:
        return None
    return ExportedKey(taken.key, taken.type, taken.payload, left_ms)


async def _take_away(source: CacheBackend, copied: Snapshot) -> str | None:
    """Remove a key while it still holds what was copied; answer what is not as it should be."""
    match await source.replace(copied, None):
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
