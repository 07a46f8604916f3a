"""Reading a value with no more bytes fetched than that takes, and comparing two that were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Final, TypeAlias

from sinch_cache_gui.cache.interface import CacheBackend, KeyType, StoredValue
from sinch_cache_gui.values.content import HEAD_BYTES

COMPARED_FROM: Final = 100_000
"""Bytes of a string from which on it is asked whether it is as known, before it is read."""

Around: TypeAlias = Callable[[int], AbstractContextManager[None]]
"""What is put around the reading of so many bytes."""


def nothing_around(_size: int) -> AbstractContextManager[None]:
    """Read, and nothing else."""
    return nullcontext()


async def read_lightly(
    backend: CacheBackend,
    key: bytes,
    *,
    limit: int,
    known: Iterable[bytes],
    reading: Around = nothing_around,
) -> StoredValue | None:
    """Answer what `key` holds; None where it does not exist.

    Args:
        backend: The cache.
        key: The key's bytes.
        limit: Of a string of more bytes, only the head is read.
        known: What it may well hold: a long string is compared with these before it is read.
        reading: Put around the reading itself.
    """
    (info,) = await backend.describe([key], preview_bytes=1)
    size = 0 if info is None or info.type != KeyType.STRING or info.size is None else info.size
    if info is not None and size > COMPARED_FROM:
        for data in known:
            if len(data) == size and await backend.holds(key, data):
                return StoredValue(
                    info.type,
                    data,
                    size,
                    info.deadline_ms,
                    is_deadline_told=info.is_deadline_told,
                )
        if size > limit:
            with reading(HEAD_BYTES):
                return await _read_head(backend, key, limit)
    with reading(size):
        return None if info is None else await backend.read(key)


async def _read_head(backend: CacheBackend, key: bytes, limit: int) -> StoredValue | None:
    (info,) = await backend.describe([key], preview_bytes=HEAD_BYTES)
    if info is None or info.type != KeyType.STRING or info.size is None or info.size <= limit:
        return None if info is None else await backend.read(key)  # it is another by now
    return StoredValue(
        info.type, None, info.size, info.deadline_ms, info.preview, info.is_deadline_told
    )


def is_same_value(one: StoredValue, other: StoredValue) -> bool:
    """Whether two values are known to be the same strings."""
    return one.type == other.type and one.data == other.data and one.data is not None


def looks_the_same(one: StoredValue, other: StoredValue) -> bool:
    """Whether two values cannot be told apart by what was read of them."""
    if one.data is not None or other.data is not None or one.type != KeyType.STRING:
        return is_same_value(one, other)
    return (one.type, one.size, one.head) == (other.type, other.size, other.head)


def is_whole_of(whole: StoredValue, seen: StoredValue) -> bool:
    """Whether a string read whole may be the one of which the head was read before."""
    data = whole.data
    return data is not None and len(data) == seen.size and data.startswith(seen.head)


def beheaded(stored: StoredValue, limit: int) -> StoredValue:
    """Answer only the head of a string of more than `limit` bytes, as if no more had been read."""
    if stored.data is None or len(stored.data) <= limit:
        return stored
    return replace(stored, data=None, head=stored.data[:HEAD_BYTES])
