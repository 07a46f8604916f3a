"""The keys that one walk through a cache has seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Final

SHARDS: Final = 16
SHARD_SHIFT: Final = 60
"""The highest bits of a hash, -8 to 7, count as places of a list: a dict looks at the lowest."""


class WalkedKeys(Collection[bytes]):
    """Very many keys, each once, that neither grows nor goes by a long step.

    One dict of a million would grow by steps of 50 ms, and to free as many keys takes as long
    (measured). So there are several, and the bytes of a key stay those of the walk before.
    """

    __slots__ = ("_shards",)

    def __init__(self) -> None:
        self._shards: list[dict[bytes, bytes]] = [{} for _ in range(SHARDS)]

    def __contains__(self, key: object) -> bool:
        return key in self._shards[hash(key) >> SHARD_SHIFT]

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self._shards)

    def __len__(self) -> int:
        return sum(map(len, self._shards))

    def see(self, keys: Iterable[bytes], before: WalkedKeys) -> None:
        """Add keys; those that the walk before saw are kept once for both."""
        shards, earlier = self._shards, before._shards
        for key in keys:
            place = hash(key) >> SHARD_SHIFT
            kept = earlier[place].get(key, key)
            shards[place][kept] = kept

    def add(self, key: bytes) -> None:
        """Add one key."""
        self._shards[hash(key) >> SHARD_SHIFT][key] = key

    def discard(self, key: bytes) -> None:
        """Take one key out, if it is there."""
        self._shards[hash(key) >> SHARD_SHIFT].pop(key, None)
