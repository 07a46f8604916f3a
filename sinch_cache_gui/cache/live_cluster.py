"""Following a whole cluster: one feed of each primary, merged, and whoever takes over from one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Container, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, TypeAlias

from redis.crc import key_slot

from sinch_cache_gui.cache.cluster_members import ClusterMembers, Member
from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.feed import (
    ChangesMissed,
    ConnectionLost,
    ConnectionRestored,
    FeedEvent,
    Flushed,
    LiveSource,
    LiveStatus,
    Walked,
)
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, Gone
from sinch_cache_gui.cache.live import RedisFeed
from sinch_cache_gui.cache.live_source import LivePlan, Pause

_WAITING: Final = 100
"""Events kept for a slow reader; then each primary's own feed holds back and counts."""

_WORST_LAST: Final = (
    LiveSource.TRACKING,
    LiveSource.NOTIFICATIONS,
    LiveSource.POLLING,
    LiveSource.NONE,
)


@dataclass(frozen=True, slots=True)
class _Rearranged:
    """Keys have other primaries now."""


_Told: TypeAlias = FeedEvent | Exception | _Rearranged
"""What a task has to tell whoever follows; an exception is what ended it."""


class _OneOfMany(ForwardingBackend):
    """One primary as its feed sees it: what became of a key, the whole cluster is asked."""

    def __init__(self, inner: CacheBackend, cluster: CacheBackend) -> None:
        super().__init__(inner)
        self._cluster = cluster

    async def deadlines(self, keys: Sequence[bytes]) -> list[int | Gone | None]:
        """A key that is gone here may have moved."""
        return await self._cluster.deadlines(keys)


@dataclass(slots=True)
class _Reader:
    """The feed of one primary, being read.

    Attributes:
        feed: The feed.
        task: Reads it.
        is_late: Whether the cluster was followed before it: then changes were missed.
        status: How changes are noticed there; None while they are not.
        walked: The last walk through its keys, if it is polled.
    """

    feed: RedisFeed
    task: asyncio.Task[None]
    is_late: bool
    status: LiveStatus | None = None
    walked: Walked | None = None


class ClusterFeed:
    """One `watch` of a cluster.

    Args:
        members: The primaries, looked at again every `poll_s` seconds of the plan.
        cluster: The whole cache.
        plan: Which ways to try at each, and how often.
    """

    def __init__(self, members: ClusterMembers, cluster: CacheBackend, plan: LivePlan) -> None:
        self._members = members
        self._cluster = cluster
        self._plan = plan
        self._pause = Pause()
        self._told: asyncio.Queue[tuple[Member | None, _Told]] = asyncio.Queue(_WAITING)
        self._readers: dict[Member, _Reader] = {}
        self._lost: set[Member] = set()
        self._is_loss_told = False
        self._status: LiveStatus | None = None

    def close(self) -> None:
        """End the feed."""
        self._pause.close()
        for reader in self._readers.values():
            reader.feed.close()

    def retry_now(self) -> None:
        """Do not wait any longer before the next attempt."""
        self._pause.skip()
        for reader in self._readers.values():
            reader.feed.retry_now()

    async def events(self) -> AsyncGenerator[FeedEvent, None]:
        """Follow until closed, through every loss of a primary."""
        looking = asyncio.ensure_future(self._look_forever())
        try:
            await self._read_all(is_late=False)
            while not self._pause.is_closed():
                member, event = await self._told.get()
                async for told in self._merged(member, event):
                    yield told
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            for member in tuple(self._readers):
                await self._drop(member)

    async def _look_forever(self) -> None:
        """Notice when other primaries hold the keys. A closed feed is woken, too."""
        try:
            while not self._pause.is_closed():
                await self._pause(self._plan.poll_s)
                await self._look()
        except Exception as defect:  # noqa: BLE001 - whoever follows raises it
            await self._told.put((None, defect))
        await self._told.put((None, _Rearranged()))

    async def _look(self) -> None:
        try:
            await self._members.look()
        except CacheError:
            return  # the feeds of the primaries tell
        if set(self._members.all().values()) != self._readers.keys():
            await self._told.put((None, _Rearranged()))

    async def _read_all(self, *, is_late: bool) -> None:
        """Read the feeds of those that are primaries now, and of no others."""
        members = set(self._members.all().values())
        for member in self._readers.keys() - members:
            await self._drop(member)
        for member in members - self._readers.keys():
            feed = RedisFeed(member.node, _OneOfMany(member.cache, self._cluster), self._plan)
            task = asyncio.ensure_future(self._read(member, feed))
            self._readers[member] = _Reader(feed, task, is_late)

    async def _drop(self, member: Member) -> None:
        reader = self._readers.pop(member)
        self._lost.discard(member)
        reader.feed.close()
        reader.task.cancel()
        await asyncio.gather(reader.task, return_exceptions=True)

    async def _read(self, member: Member, feed: RedisFeed) -> None:
        try:
            async with aclosing(feed.events()) as events:
                async for event in events:
                    await self._told.put((member, event))
        except Exception as error:  # noqa: BLE001 - whoever follows raises it
            await self._told.put((member, error))

    async def _merged(self, member: Member | None, event: _Told) -> AsyncGenerator[FeedEvent, None]:
        """Answer what an event of one primary means for the whole."""
        reader = self._readers.get(member) if member is not None else None
        if isinstance(event, _Rearranged):
            if not self._pause.is_closed():
                await self._read_all(is_late=True)
                for told in self._well_again():
                    yield told
        elif member is None or reader is None:
            if member is None and isinstance(event, Exception):
                raise event  # of the look at who is primary
            return  # the last words of one that is no primary any more
        elif isinstance(event, Exception):
            raise event
        elif isinstance(event, ConnectionLost):
            self._lost.add(member)
            reader.status = None
            self._is_loss_told = True
            self._pause.skip()
            yield self._loss(event)
        elif isinstance(event, ConnectionRestored):
            self._lost.discard(member)
        else:
            for told in await self._meant(member, reader, event):
                yield told

    async def _meant(self, member: Member, reader: _Reader, event: FeedEvent) -> list[FeedEvent]:
        """Answer what is to be told of news of a primary that is followed."""
        match event:
            case LiveStatus():
                reader.status = event
                told = self._well_again()
                if reader.is_late:
                    reader.is_late = False
                    told.append(ChangesMissed(f"{member.endpoint.address} has become a primary"))
                return told
            case Flushed():
                return [await self._flush(member)]
            case Walked():
                reader.walked = event
                return self._walked_everywhere()
        return [event]

    def _loss(self, event: ConnectionLost) -> ConnectionLost:
        count = len(self._readers)
        title = event.title if count == 1 else f"{event.title} (one of {count} primaries)"
        return ConnectionLost(title, event.retry_in_ms)

    def _well_again(self) -> list[FeedEvent]:
        """Answer what is to be told once every primary is followed."""
        statuses = {member: reader.status for member, reader in self._readers.items()}
        if self._lost or None in statuses.values():
            return []
        told: list[FeedEvent] = []
        if self._is_loss_told:
            self._is_loss_told = False
            told.append(ConnectionRestored())
            self._status = None
        status = _worst({member: each for member, each in statuses.items() if each is not None})
        if status != self._status:
            self._status = status
            told.append(status)
        return told

    def _walked_everywhere(self) -> list[FeedEvent]:
        """Answer the walks of all primaries that are polled as one, once there is one of each."""
        polled = {
            member: reader
            for member, reader in self._readers.items()
            if reader.status is None or reader.status.source is LiveSource.POLLING
        }
        walks = [reader.walked for reader in polled.values() if reader.walked is not None]
        if len(walks) < len(polled):
            return []
        for reader in polled.values():
            reader.walked = None
        parts = tuple(part for walk in walks for part in walk.parts)
        is_meant = None if len(polled) == len(self._readers) else self._held_by(polled)
        return [Walked(min(walk.began_s for walk in walks), parts, is_meant=is_meant)]

    def _held_by(self, members: Container[Member]) -> Callable[[bytes], bool]:
        """Answer what tells whether a key is, as far as is known now, held by one of these."""
        topology = self._members.topology
        names = {name for name, member in self._members.all().items() if member in members}
        owners = () if topology is None else topology.owners
        are_theirs = [owner in names for owner in owners]
        return lambda key: are_theirs[key_slot(key)]

    async def _flush(self, member: Member) -> FeedEvent:
        """A flush is one node's; all is gone only when every node has been flushed."""
        try:
            is_empty = await self._cluster.count_keys() == 0
        except CacheError:
            is_empty = False
        address = member.endpoint.address
        return Flushed() if is_empty else ChangesMissed(f"{address} was flushed")


def _worst(statuses: dict[Member, LiveStatus]) -> LiveStatus:
    """Answer the status that is true of every primary, naming those that differ from the best."""
    if len(set(statuses.values())) == 1:
        return next(iter(statuses.values()))
    worst = max((status.source for status in statuses.values()), key=_WORST_LAST.index)
    reasons = [
        f"{member.endpoint.address}: {status.reason}"
        for member, status in statuses.items()
        if status.reason
    ]
    return LiveStatus(worst, "; ".join(sorted(reasons)))
