"""A live mirror of one cache's keys: loaded, followed, filtered, and true about what it knows."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Sequence

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import (
    Change,
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
from sinch_cache_gui.cache.live_source import KeyResolver
from sinch_cache_gui.keyspace.absent import AbsentKeys
from sinch_cache_gui.keyspace.applier import Applier
from sinch_cache_gui.keyspace.catalogue import Catalogue
from sinch_cache_gui.keyspace.conditions import Asked, Conditions
from sinch_cache_gui.keyspace.details import KeyDetails
from sinch_cache_gui.keyspace.expirer import Expirer
from sinch_cache_gui.keyspace.follower import Follower
from sinch_cache_gui.keyspace.index import KeyIndex
from sinch_cache_gui.keyspace.listener import MirrorListener
from sinch_cache_gui.keyspace.loader import Coverage
from sinch_cache_gui.keyspace.scans import Scans
from sinch_cache_gui.keyspace.unwalked import UnwalkedKeys


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
        self._stale_since_ms: int | None = None
        self._expirer = Expirer(backend, self._expired)
        self._absent = AbsentKeys()
        self._resolver = KeyResolver(backend)
        self._unwalked = UnwalkedKeys(backend)
        self._follower = Follower(backend, self._apply)
        self._told_rate = 0.0
        self.live_status = LiveStatus(LiveSource.NONE)
        self.details = KeyDetails(backend.describe, self._learned, self._found_missing)
        self._applier = Applier(
            self._catalogue,
            self.details,
            self._expirer.deadlines,
            backend.now_ms,
            self._tell_coverage,
        )
        self._scans = Scans(backend, self._catalogue, self._unwalked, self._tell_coverage)

    # -- what is known -----------------------------------------------------------------------

    @property
    def index(self) -> KeyIndex:
        """The rows to show: of all keys, or of those the filter means."""
        return self._catalogue.shown

    @property
    def coverage(self) -> Coverage:
        """How much of the cache is known."""
        return self._scans.coverage(self._stale_since_ms)

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
    def is_filter_awaited(self) -> bool:
        """Whether the rows to show are not yet those that the filter means."""
        return self._catalogue.is_filter_awaited

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
        return self._applier.is_leaving(key)

    def listen(self, listener: MirrorListener) -> None:
        """Tell `listener` from now on."""
        self._listeners.append(listener)

    # -- wishes ------------------------------------------------------------------------------

    def stop_loading(self) -> None:
        """Load no further for now; what is shown stays, and is said to be incomplete."""
        self._scans.stop()

    def resume_loading(self) -> None:
        """Load on from where it stopped or failed; from the start if changes were missed since."""
        self._scans.resume()

    def reload(self) -> None:
        """Scan all keys afresh; the tree stays as it is meanwhile."""
        self._scans.reload()

    def load_only(self, pattern: bytes) -> None:
        """Forget every key, and know only those that match `pattern` from now on."""
        self._scans.load_only(pattern)

    def load_all(self) -> None:
        """Know all keys again, beside those known already."""
        self._scans.load_all()

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
                self._scans.run(),
                self._expirer.run(),
                self._applier.let_go_forever(),
                self._tell_rate_forever(),
                self._catalogue.filter_forever(),
                self._catalogue.sort_forever(),
                self._catalogue.work_forever(),
                self.details.run(),
            ):
                group.create_task(work)

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
        self._scans.catch_up(reason)

    def _apply_flush(self) -> None:
        self._applier.flush()
        self._scans.begin_afresh()
        for listener in self._listeners:
            listener.flushed()

    async def _apply_changes(self, changes: Sequence[Change]) -> None:
        explained = await self._applier.apply(changes)
        for listener in self._listeners:
            listener.keys_changed(explained)
        self._tell_coverage()

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
            returned = await self._absent.returned(self._resolver.resolve)
        except CacheError:
            return  # the feed tells about the connection
        if returned:
            await self._apply_changes(returned)
            self._unwalked.let_in()

    async def _compare(self, walk: Walked) -> None:
        try:
            untold = await self._unwalked.untold(
                walk, self._catalogue, is_whole=self._scans.is_complete
            )
        except CacheError:
            return  # the feed tells about the connection, and the next walk is compared
        untold = [change for change in untold if not self._applier.is_leaving(change.key)]
        if untold:
            await self._apply_changes(untold)

    def _found_missing(self, keys: tuple[bytes, ...]) -> None:
        self._note_absent(keys)
        self._applier.remove_missing(keys)
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
