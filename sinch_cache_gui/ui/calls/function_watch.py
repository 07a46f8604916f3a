"""What is seen of the cache while a function behind a URL answers, put beside its callbacks."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from PySide6.QtCore import QObject, Signal

from sinch_cache_gui.cache.feed import Change
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.ui.tasks import TaskScope
from sinch_cache_gui.voice.call_events import CallbackRecord
from sinch_cache_gui.voice.callbacks import Callback
from sinch_cache_gui.voice.noticing import Noticing, keys_of
from sinch_cache_gui.voice.recording import CacheOperation

DAY_MS: Final = 86_400_000
NOTICED_AFTER_MS: Final = 2000
"""A cache that is polled tells of a change this much later at most."""


@dataclass
class Watched:
    """A callback, and the changes seen meanwhile.

    Attributes:
        callback: What was sent.
        until_ms: From then on changes are nobody's that is known.
        record: Its outcome, once there is one.
        operations: What it may have done.
    """

    callback: Callback
    until_ms: int
    record: CallbackRecord | None = None
    operations: list[CacheOperation] = field(default_factory=list)


class FunctionWatch(QObject):
    """Looks at the keys of a call before and after each callback, and at whatever changes.

    Args:
        scope: Holds the looks.
        cache: What is looked at.
        now_ms: The cache's clock.
    """

    record_changed = Signal(object)
    """A `CallbackRecord` with more operations than before."""

    def __init__(
        self,
        scope: TaskScope,
        cache: CacheBackend,
        now_ms: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._scope = scope
        self._now_ms = now_ms
        self._noticing = Noticing(cache)
        self._watched: Watched | None = None
        self._looks = 0

    async def look_first(self, callback: Callback, caller: str) -> None:
        """See what a callback that is about to be sent will find."""
        keys, watched = keys_of(callback, caller), self._now_watched()
        if watched is None:
            await self._noticing.look_at(keys)
        else:  # the callback before this one may have been looked after too early
            self._add(await self._noticing.look_at(keys, watched.callback), watched)

    def begin(self, callback: Callback) -> None:
        """A callback was sent: what changes from now on may be its doing."""
        self._watched = Watched(callback, self._now_ms() + DAY_MS)

    def finish(self, record: CallbackRecord, caller: str) -> CallbackRecord:
        """Answer the outcome with what was seen so far; what is seen a little later is told."""
        watched = self._watched
        if watched is None:
            return record
        watched.record, watched.until_ms = record, self._now_ms() + NOTICED_AFTER_MS
        self._start(self._look_after(watched, caller))
        return replace(record, operations=tuple(watched.operations))

    def notice(self, changes: Sequence[Change]) -> None:
        """Keys of the cache changed."""
        watched = self._now_watched()
        if watched is None:
            self._noticing.forget(changes)
        else:
            self._start(self._look_into(changes, watched))

    def _now_watched(self) -> Watched | None:
        watched = self._watched
        return None if watched is None or self._now_ms() > watched.until_ms else watched

    def _start(self, look: Coroutine[object, object, None]) -> None:
        self._looks += 1
        self._scope.start(f"look {self._looks}", look)

    async def _look_into(self, changes: Sequence[Change], watched: Watched) -> None:
        self._add(await self._noticing.operations(changes, watched.callback), watched)

    async def _look_after(self, watched: Watched, caller: str) -> None:
        keys = keys_of(watched.callback, caller)
        self._add(await self._noticing.look_at(keys, watched.callback), watched)

    def _add(self, operations: list[CacheOperation], watched: Watched) -> None:
        watched.operations += operations
        if operations and watched.record is not None:
            self.record_changed.emit(replace(watched.record, operations=tuple(watched.operations)))
