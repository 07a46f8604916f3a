"""A live mirror of one cache's keys: loaded, followed, filtered, and true about what it knows."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import (
    Change,
    ChangeKind,
    Changes,
    ChangesMissed,
    ConnectionLost,
    ConnectionRestored,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
    ValuesMayHaveChanged,
    Walked,
)
from sinch_cache_gui.cache.interface import CacheBackend
from sinch_cache_gui.keyspace.absent import AbsentKeys
from sinch_cache_gui.keyspace.catalogue import Catalogue
from sinch_cache_gui.keyspace.conditions import Asked, Conditions
from sinch_cache_gui.keyspace.details import KeyDetails
from sinch_cache_gui.keyspace.expirer import Expirer
from sinch_cache_gui.keyspace.follower import Follower
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.listener import MirrorListener
from sinch_cache_gui.keyspace.loader import Coverage, CoverageState, Loader
from sinch_cache_gui.keyspace.unwalked import UnwalkedKeys
from sinch_cache_gui.pacing import Breather

BURST: Final = 500
"""Changes applied before the loop may breathe."""

LEAVE_S: Final = 0.6
"""How long the row of an expired key on screen takes to leave."""


class Mirror:
    """The keys of one cache as rows, kept true.

    Attributes:
        details: What the rows on screen show of their keys.
        live_status: How changes are noticed.
    """

    def __init__(
        self, backend: CacheBackend, *, memory_settled: Callable[[], object] = gc.freeze
    ) -> None:
        """Know nothing yet; `run` does the work.

        Args:
            backend: The cache, connected.
            memory_settled: Called when many objects have come that will stay. The default exempts
                them from garbage collection: walking a million keys holds the window for tens of
                milliseconds (measured), and none of them can be part of a cycle.
        """
        self._backend = backend
        self._listeners: list[MirrorListener] = []
        self._catalogue = Catalogue(backend, self._index_replaced, memory_settled)
        self._load_wishes = asyncio.Event()
        self._missed_reason = ""
        self._is_outdated = False
        self._stale_since_ms: int | None = None
        self._expirer = Expirer(backend, self._expired)
        self._leaving: set[bytes] = set()
        self._absent = AbsentKeys()
        self._unwalked = UnwalkedKeys(backend)
        self._follower = Follower(backend, self._apply)
        self._told_rate = 0.0
        self.live_status = LiveStatus(LiveSource.NONE)
        self.details = KeyDetails(backend.describe, self._learned, self._found_missing)
        self._loader = self._new_loader(None)

    # -- what is known -----------------------------------------------------------------------

    @property
    def index(self) -> KeyIndex:
        """The rows to show: of all keys, or of those the filter means."""
        return self._catalogue.shown

    @property
    def coverage(self) -> Coverage:
        """How much of the cache is known."""
        loader = self._loader
        state = loader.state
        if state is CoverageState.LOADING and self._catalogue.is_fresh_loading:
            state = CoverageState.CATCHING_UP
        return Coverage(
            state,
            self.key_count,
            loader.expected,
            loader.elapsed_s,
            loader.reason or self._missed_reason,
            loader.pattern,
            self._stale_since_ms,
        )

    @property
    def is_stale(self) -> bool:
        """Whether the connection is lost: what is shown is what was known then."""
        return self._stale_since_ms is not None

    @property
    def key_count(self) -> int:
        """How many keys are known, whether the filter means them or not."""
        return self._catalogue.full.key_count

    @property
    def changes_per_s(self) -> float:
        """How many changes a second there were of late."""
        return self._follower.rate.per_second()

    @property
    def filter_text(self) -> str:
        """What the filter field says."""
        return self._catalogue.filter_text

    @property
    def is_filtering(self) -> bool:
        """Whether the filtered tree is still being filled."""
        return self._catalogue.is_filtering

    @property
    def conditions(self) -> Conditions:
        """What else keys must be like to be shown."""
        return self._catalogue.conditions

    @property
    def sorted_by_ttl(self) -> Asked | None:
        """How far sorting folders by TTL has come; None while all is sorted by name."""
        return self._catalogue.sorted_by_ttl

    @property
    def asked(self) -> Asked | None:
        """How far asking for the conditions has come; None if there are none."""
        return self._catalogue.asked

    def now_ms(self) -> int:
        """The time by the cache's clock."""
        return self._backend.now_ms()

    def is_leaving(self, key: bytes) -> bool:
        """Whether the key has expired and only its row is still there."""
        return key in self._leaving

    def listen(self, listener: MirrorListener) -> None:
        """Tell `listener` from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: MirrorListener) -> None:
        """Tell `listener` no more."""
        self._listeners.remove(listener)

    # -- wishes ------------------------------------------------------------------------------

    def stop_loading(self) -> None:
        """Load no further for now; what is shown stays, and is said to be incomplete."""
        self._loader.stop()

    def resume_loading(self) -> None:
        """Load on from where it stopped or failed; from the start if changes were missed since."""
        if self._is_outdated:
            self._start_over(self._missed_reason, self._loader.pattern)
        else:
            self._load_wishes.set()

    def reload(self) -> None:
        """Scan all keys afresh; the tree stays as it is meanwhile."""
        self._catalogue.know_only(None)
        self._start_over("", None)

    def load_only(self, pattern: bytes) -> None:
        """Forget every key, and know only those that match `pattern` from now on."""
        self._catalogue.know_only(pattern)
        self._catalogue.clear()
        self._start_over("", pattern)
        self._tell_coverage()

    def load_all(self) -> None:
        """Know all keys again, beside those known already."""
        if self._catalogue.is_fresh_loading or self._is_outdated:
            self.reload()
            return
        self._catalogue.know_only(None)
        self._loader.stop()
        self._loader = self._new_loader(None)
        self._load_wishes.set()
        self._tell_coverage()

    def set_conditions(self, conditions: Conditions) -> None:
        """Show only keys that meet these: each key's TTL or type is asked for, once."""
        self._catalogue.set_conditions(conditions)

    def sort_by_ttl(self, prefixes: Sequence[bytes]) -> None:
        """Sort the leaves of the folders with these prefixes; each leaf's TTL is asked for."""
        self._catalogue.sort_by_ttl(prefixes)
        self._index_replaced()

    def sort_by_name(self) -> None:
        """Sort every folder by name again."""
        self._catalogue.sort_by_name()
        self._index_replaced()

    def ask_again(self) -> None:
        """Ask anew which keys meet the conditions."""
        self._catalogue.set_conditions(self.conditions, is_anew=True)

    def set_filter(self, text: str) -> None:
        """Show only the keys `text` means; empty: all of them."""
        self._catalogue.set_filter(text)

    async def look_up(self, key: bytes) -> bool:
        """Ask the cache for one key, loaded or not, and answer whether it exists.

        Raises:
            CacheError: The cache cannot be asked.
        """
        (info,) = await self._backend.describe((key,))
        if info is None:
            self._found_missing((key,))
        elif key not in self._catalogue.full:
            self._catalogue.take_in((key,))
            self._unwalked.let_in()
            self._tell_coverage()
        return info is not None

    # -- work --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Load, follow, filter and describe until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (
                self._follower.run(),
                self._load_forever(),
                self._expirer.run(),
                self._tell_rate_forever(),
                self._catalogue.filter_forever(),
                self._catalogue.sort_forever(),
                self._catalogue.work_forever(),
                self.details.run(),
            ):
                group.create_task(work)

    def _new_loader(self, pattern: bytes | None) -> Loader:
        def digest(keys: Sequence[bytes]) -> None:
            # The last page of a loader that was replaced may be from before a flush.
            if self._loader is loader:
                self._catalogue.load(keys)

        loader = Loader(self._backend, digest, self._progressed, pattern)
        return loader

    def _start_over(self, reason: str, pattern: bytes | None) -> None:
        self._loader.stop()
        self._missed_reason = reason
        self._is_outdated = False
        self._catalogue.load_afresh()
        self._loader = self._new_loader(pattern)
        self._load_wishes.set()

    async def _load_forever(self) -> None:
        while True:
            await self._load_wishes.wait()
            self._load_wishes.clear()
            loader = self._loader
            self._catalogue.begin_loading()
            self._unwalked.begin_letting_in()
            is_complete = False
            try:
                await loader.run()
                is_complete = loader is self._loader and loader.state is CoverageState.COMPLETE
            finally:
                self._catalogue.end_loading(is_complete=is_complete)
                self._unwalked.end_letting_in()
            if is_complete:
                self._missed_reason = ""
            self._tell_coverage()

    def _progressed(self) -> None:
        self._catalogue.show_progress()
        self._tell_coverage()

    async def _expired(self, gone: tuple[Change, ...]) -> None:
        self._note_absent(change.key for change in gone)
        await self._apply_changes(gone)

    async def _tell_rate_forever(self) -> None:
        while True:
            await asyncio.sleep(1)
            rate = self.changes_per_s
            if rate != self._told_rate:
                self._told_rate = rate
                self._tell_live()

    # -- what happens ------------------------------------------------------------------------

    async def _apply(self, event: FeedEvent) -> None:
        match event:
            case Changes(changes):
                await self._apply_changes(changes)
            case Flushed():
                self._apply_flush()
            case ValuesMayHaveChanged():
                await self._look_for_returned()
                self.details.doubt_everything()
                for listener in self._listeners:
                    listener.values_may_have_changed()
            case ChangesMissed(reason):
                self._apply_missed(reason)
            case Walked():
                await self._compare(event)
            case LiveStatus():
                self._follow_live(event)
            case ConnectionLost():
                self._grow_stale(event)
            case ConnectionRestored():
                self._stale_since_ms = None
                for listener in self._listeners:
                    listener.connection_restored()
                self._tell_coverage()

    def _follow_live(self, status: LiveStatus) -> None:
        is_first = self.live_status.source is LiveSource.NONE
        self.live_status = status
        self._tell_live()
        # Nothing is missed by a scan begun once changes are being noticed.
        if is_first and not self.key_count:
            self.resume_loading()

    def _grow_stale(self, event: ConnectionLost) -> None:
        if self._stale_since_ms is None:
            self._stale_since_ms = self.now_ms()
        for listener in self._listeners:
            listener.connection_lost(event)
        self._tell_coverage()

    def _apply_missed(self, reason: str) -> None:
        self.details.doubt_everything()
        if self._loader.state is not CoverageState.STOPPED:
            self._start_over(reason, self._loader.pattern)
            return
        # Whoever stopped the scan is not to find another one under way; but it is said.
        self._missed_reason = reason
        self._is_outdated = True
        self._tell_coverage()

    def _apply_flush(self) -> None:
        self._catalogue.clear()
        self._expirer.deadlines.clear()
        self._leaving.clear()
        self.details.forget(self.details.known)
        self._start_over("", self._loader.pattern)
        for listener in self._listeners:
            listener.flushed()

    async def _apply_changes(self, changes: Sequence[Change]) -> None:
        changes = tuple(map(self._explained, changes))
        breathe = Breather()
        index = self.index
        is_burst = len(changes) > BURST
        if is_burst:
            index.news.hold()
        for start in range(0, len(changes), BURST):
            self._apply_burst(changes[start : start + BURST])
            await breathe()
        if is_burst:
            index.news.release()
        self.details.follow(changes)
        for listener in self._listeners:
            listener.keys_changed(changes)
        self._tell_coverage()

    def _apply_burst(self, changes: Sequence[Change]) -> None:
        came, went, leaving = [], [], []
        on_screen = self.details.is_wanted
        for change in changes:
            if not change.kind.removes:
                came.append(change.key)
            elif change.key in self._leaving:
                pass  # told twice; its row is on its way out
            elif change.kind is ChangeKind.EXPIRED and on_screen(change.key):
                leaving.append(change.key)
            else:
                went.append(change.key)
            self._expirer.deadlines.note(change.key, change.deadline_ms)
        self._leaving.difference_update(came)
        if came:
            self._catalogue.add(came)
        if went:
            self._catalogue.remove(went)
        self._catalogue.follow(changes)
        if leaving:
            self._leaving.update(leaving)
            asyncio.get_running_loop().call_later(LEAVE_S, self._let_go, leaving)

    def _let_go(self, keys: Iterable[bytes]) -> None:
        gone = [key for key in keys if key in self._leaving]
        self._leaving.difference_update(gone)
        self._catalogue.remove(gone)
        self._tell_coverage()

    def _explained(self, change: Change) -> Change:
        """Answer the change with its cause, where the deadline known gives it away."""
        known = self.details.get(change.key)
        if change.kind is not ChangeKind.GONE or known is None or known.deadline_ms is None:
            return change
        is_due = known.deadline_ms <= self.now_ms()
        return replace(change, kind=ChangeKind.EXPIRED) if is_due else change

    def _learned(self, keys: tuple[bytes, ...]) -> None:
        for key in keys:
            info = self.details.get(key)
            if info is not None:
                self._expirer.deadlines.note(key, info.deadline_ms)
        for listener in self._listeners:
            listener.details_changed(keys)

    def _note_absent(self, keys: Iterable[bytes]) -> None:
        if self.live_status.source is LiveSource.POLLING:
            self._absent.note(keys)

    async def _look_for_returned(self) -> None:
        try:
            returned = await self._absent.returned(self._backend.deadlines)
        except CacheError:
            return  # the feed tells about the connection
        if returned:
            await self._apply_changes(returned)
            self._unwalked.let_in()

    async def _compare(self, walk: Walked) -> None:
        is_whole = self._loader.state is CoverageState.COMPLETE
        try:
            untold = await self._unwalked.untold(walk, self._catalogue, is_whole=is_whole)
        except CacheError:
            return  # the feed tells about the connection, and the next walk is compared
        untold = [change for change in untold if change.key not in self._leaving]
        if untold:
            await self._apply_changes(untold)

    def _found_missing(self, keys: tuple[bytes, ...]) -> None:
        self._note_absent(keys)
        self._catalogue.remove([key for key in keys if key not in self._leaving])
        self._tell_coverage()

    # -- telling -----------------------------------------------------------------------------

    def _index_replaced(self) -> None:
        for listener in self._listeners:
            listener.index_replaced()

    def _tell_coverage(self) -> None:
        coverage = self.coverage
        for listener in self._listeners:
            listener.coverage_changed(coverage)

    def _tell_live(self) -> None:
        for listener in self._listeners:
            listener.live_changed(self.live_status, self._told_rate)
