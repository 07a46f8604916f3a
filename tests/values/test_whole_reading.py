"""A value read in pieces is one that the key held, or none."""

from __future__ import annotations

from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import LONG_STRING_BYTES, CacheBackend, Saved
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.values.whole_reading import read_whole

KEY = b"large"
SIZE = 3 * LONG_STRING_BYTES + 5
BEFORE = b"a" * SIZE


class Interrupted(ForwardingBackend):
    """A cache that somebody else writes once some pieces are read."""

    def __init__(self, inner: CacheBackend, after: int, by: bytes | None) -> None:
        super().__init__(inner)
        self.after = after
        self.by = by

    async def piece(self, key: bytes, start: int, size: int) -> bytes:
        if self.after == 0:
            await (self.remove(key) if self.by is None else self.overwrite(key, self.by, 600_000))
        self.after -= 1
        return await super().piece(key, start, size)


async def read(cache: CacheBackend) -> tuple[bytes | None, list[int]]:
    said: list[int] = []
    assert isinstance(await cache.overwrite(KEY, BEFORE, 600_000), Saved)
    return await read_whole(cache, KEY, SIZE, said.append), said


async def test_all_of_it_is_read_and_told(cache: MemoryCache) -> None:
    data, said = await read(cache)
    assert data == BEFORE
    assert said == [1_000_000, 2_000_000, 3_000_000, SIZE]


async def test_no_mixture_of_two_values_is_answered(cache: MemoryCache) -> None:
    for by in (b"b" * SIZE, BEFORE + b"b", BEFORE[:-1], b"", None):
        for after in (1, 2, 3):
            data, _ = await read(Interrupted(cache, after, by))
            assert data is None


async def test_what_was_written_before_the_first_piece_is_answered(cache: MemoryCache) -> None:
    data, _ = await read(Interrupted(cache, 0, b"b" * SIZE))
    assert data == b"b" * SIZE


async def test_a_change_behind_what_was_read_is_no_mixture(cache: MemoryCache) -> None:
    data, _ = await read(Interrupted(cache, 3, b"a" * (SIZE - 1) + b"b"))
    assert data == b"a" * (SIZE - 1) + b"b"
