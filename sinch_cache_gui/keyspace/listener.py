"""What a mirror tells whoever shows it."""

from __future__ import annotations

from typing import Protocol

from sinch_cache_gui.cache.feed import Change, ConnectionLost, LiveStatus
from sinch_cache_gui.keyspace.loader import Coverage


class MirrorListener(Protocol):
    """Whoever shows a mirror. Called on the loop, after the mirror itself is up to date."""

    def index_replaced(self) -> None:
        """`Mirror.index` may be another one (filtered, loaded afresh), or is filled now."""
        ...

    def coverage_changed(self, coverage: Coverage) -> None:
        """More is known, or it is known to be all; about ten times a second at most."""
        ...

    def live_changed(self, status: LiveStatus, changes_per_s: float) -> None:
        """How changes are noticed, or how many there are; about once a second at most."""
        ...

    def keys_changed(self, changes: tuple[Change, ...]) -> None:
        """Keys changed: the last change of each since the last frame."""
        ...

    def flushed(self) -> None:
        """Every key is gone."""
        ...

    def values_may_have_changed(self) -> None:
        """Any value may be another one: re-read what is shown."""
        ...

    def details_changed(self, keys: tuple[bytes, ...]) -> None:
        """`Mirror.details` knows something new of these keys."""
        ...

    def connection_lost(self, event: ConnectionLost) -> None:
        """The cache stopped answering; what is shown is what was known."""
        ...

    def connection_restored(self) -> None:
        """The cache answers again."""
        ...
