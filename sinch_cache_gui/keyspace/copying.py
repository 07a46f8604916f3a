"""Keys from one open cache into another, with the time they have left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.interface import CacheBackend, Gone, KeyType, Saved, Snapshot
from sinch_cache_gui.keyspace.exports import ExportedKey, OnConflict, import_key
from sinch_cache_gui.pacing import Breather

CHANGED_WHILE_MOVING: Final = "it changed while it was moved: copied as it was, and left here"


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What became of the keys.

    Attributes:
        written: Their names in the other cache.
        skipped: Keys the other cache holds already, left as they are in both.
        gone: Keys that did not exist any more.
        refused: Keys that were not copied, or copied and not taken away, each with why.
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
            if moves and not await _take_away(source, taken):
                refused.append((key, CHANGED_WHILE_MOVING))
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


async def _take_away(source: CacheBackend, copied: Snapshot) -> bool:
    """Remove a key that still holds what was copied; answer whether it is gone."""
    if copied.type == KeyType.STRING:
        outcome = await source.remove(copied.key, expected=copied.payload)
        return isinstance(outcome, (Saved, Gone))
    # What was removed is told whole, so that a key somebody wrote to meanwhile comes back.
    outcome = await source.remove(copied.key)
    if not isinstance(outcome, Saved) or outcome.before is None:
        return True
    if outcome.before.payload == copied.payload:
        return True
    await source.restore(outcome.before)
    return False
