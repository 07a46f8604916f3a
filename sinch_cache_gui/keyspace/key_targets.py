"""Which keys something is to be done to: chosen ones, a folder's, those of a pattern."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.cache.glob import escape_pattern
from sinch_cache_gui.keyspace.filter import pattern_of
from sinch_cache_gui.keyspace.loader import CoverageState, Loader, PageSource

SAMPLE: Final = 10
"""Keys shown before anything is done."""


@dataclass(frozen=True, slots=True)
class ChosenKeys:
    """Keys that somebody chose, one by one or by folders as they were loaded."""

    keys: Collection[bytes]


@dataclass(frozen=True, slots=True)
class MatchingKeys:
    """Keys that match a pattern, whether they are loaded or not: the server is asked."""

    pattern: bytes


KeyTarget: TypeAlias = ChosenKeys | MatchingKeys


def below(prefix: bytes) -> MatchingKeys:
    """Answer the target of every key that begins with `prefix`."""
    return MatchingKeys(escape_pattern(prefix) + b"*")


def target_of(text: str) -> MatchingKeys:
    """Answer the target a person typed: a pattern, or text the key's name contains."""
    return MatchingKeys(pattern_of(text))


class KeyFinder:
    """Names the keys of a target, each once.

    What is done later is done to the keys it named, so to those that were counted and shown, and
    to none that came since. Scanning is paced as loading the tree is.

    Attributes:
        error: Why not all of them could be named; empty while nothing went wrong.
    """

    def __init__(
        self, source: PageSource, target: KeyTarget, told: Callable[[], None] = lambda: None
    ) -> None:
        """Name nothing yet.

        Args:
            source: The cache.
            target: Which keys.
            told: Called a few times a second while there is progress.
        """
        self._keys: dict[bytes, None] = {}
        self._target = target
        self._loader: Loader | None = None
        if isinstance(target, MatchingKeys):
            self._loader = Loader(source, self._take, told, target.pattern)

    @property
    def keys(self) -> Collection[bytes]:
        """The keys named so far."""
        if isinstance(self._target, ChosenKeys):
            return self._target.keys
        return self._keys.keys()

    @property
    def error(self) -> str:
        """Why not all keys could be named; empty while nothing went wrong."""
        return "" if self._loader is None else self._loader.reason

    @property
    def is_complete(self) -> bool:
        """Whether every key of the target is named."""
        return self._loader is None or self._loader.state is CoverageState.COMPLETE

    def sample(self) -> tuple[bytes, ...]:
        """Answer the first few keys."""
        return tuple(key for key, _ in zip(self.keys, range(SAMPLE), strict=False))

    async def run(self) -> None:
        """Name all of them, or as many as the cache tells before it fails."""
        if self._loader is not None:
            await self._loader.run()

    def _take(self, keys: Sequence[bytes]) -> None:
        self._keys.update(dict.fromkeys(keys))
