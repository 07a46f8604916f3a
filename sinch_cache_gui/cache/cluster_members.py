"""The primaries of a cluster, found by asking its nodes, each opened as a cache of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from redis import exceptions

from sinch_cache_gui.cache.cluster_topology import Primary, Topology, parse_nodes
from sinch_cache_gui.cache.connect import Endpoint, Target
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable, Misdirected
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.cache.redis_line import Command, Reply
from sinch_cache_gui.cache.redis_node import RedisNode

_ATTEMPTS: Final = 20
_MOMENT_S: Final = 0.1
"""Between two looks at a cluster whose nodes do not agree yet: two seconds in all."""


class ClusterNode(RedisNode):
    """One node, which sends on what is about a key on its way to another node.

    A node answers ASK before it does anything, so a write may follow it, too. MOVED is left to
    whoever knows all nodes; so is ASK within a transaction, which no other node can join.

    Args:
        target: Where the node is.
        timeout_s: The longest a server may be silent within an exchange.
        find: Answers the node at an address.
    """

    def __init__(
        self, target: Target, *, timeout_s: float, find: Callable[[Endpoint], RedisNode]
    ) -> None:
        super().__init__(target, timeout_s=timeout_s)
        self._find = find

    async def ask_many(self, commands: Sequence[Command]) -> list[Reply]:
        """Read, wherever the keys are on their way to."""
        replies = await super().ask_many(commands)
        for endpoint, places in self._sent_on(commands, replies).items():
            found = await RedisNode.ask_many(self._find(endpoint), _asking(commands, places))
            for place, reply in zip(places, found[1::2], strict=True):
                replies[place] = reply
        return replies

    async def tell_many(self, commands: Sequence[Command]) -> list[Reply]:
        """Write, wherever the keys are on their way to."""
        replies = await super().tell_many(commands)
        for endpoint, places in self._sent_on(commands, replies).items():
            found = await RedisNode.tell_many(self._find(endpoint), _asking(commands, places))
            for place, reply in zip(places, found[1::2], strict=True):
                replies[place] = reply
        return replies

    def _sent_on(
        self, commands: Sequence[Command], replies: Sequence[Reply]
    ) -> dict[Endpoint, list[int]]:
        """Answer which commands are to be put to which node."""
        places: dict[Endpoint, list[int]] = {}
        for place, reply in enumerate(replies):
            if not isinstance(reply, exceptions.AskError) or isinstance(
                reply, exceptions.MovedError
            ):
                continue
            endpoint = Endpoint(reply.host or self._target.host, reply.port)
            places.setdefault(endpoint, []).append(place)
        return {} if ("MULTI",) in commands else places


def _asking(commands: Sequence[Command], places: Sequence[int]) -> list[Command]:
    return [each for place in places for each in (("ASKING",), commands[place])]


class Member:
    """One primary.

    Attributes:
        endpoint: Where it listens.
        node: The server.
        cache: The keys it holds.
    """

    def __init__(self, endpoint: Endpoint, node: ClusterNode, cache: RedisCache) -> None:
        self.endpoint = endpoint
        self.node = node
        self.cache = cache
        self._is_learnt = False
        self._learning = asyncio.Lock()

    async def ready(self) -> RedisCache:
        """Answer the cache once it has learnt what its server can do."""
        async with self._learning:
            if not self._is_learnt:
                await self.cache.connect()
                self._is_learnt = True
        return self.cache

    async def view(self) -> Topology:
        """Answer what the node knows of its cluster."""
        return parse_nodes(await self.node.ask("CLUSTER", "NODES"), self.endpoint)


class ClusterMembers:
    """Knows the primaries, and looks again when asked to.

    Args:
        target: The cluster.
        timeout_s: The longest a server may be silent within an exchange.
        make_cache: Opens one primary.
    """

    def __init__(
        self,
        target: Target,
        *,
        timeout_s: float,
        make_cache: Callable[[Target, RedisNode], RedisCache],
    ) -> None:
        self._target = target
        self._timeout_s = timeout_s
        self._make_cache = make_cache
        self._members: dict[Endpoint, Member] = {}
        self._topology: Topology | None = None
        self._looking = asyncio.Lock()
        self._is_closed = False
        self._answered: Endpoint | None = None
        self.looks = 0
        """How often the cluster was looked at."""

    @property
    def topology(self) -> Topology | None:
        """What is known; None before the first look."""
        return self._topology

    def all(self) -> dict[str, Member]:
        """Answer every primary, by id."""
        primaries = self._topology.primaries if self._topology else {}
        return {primary.id: self._member(primary.endpoint) for primary in primaries.values()}

    def owner(self, key: bytes) -> Member:
        """Answer who holds a key.

        Raises:
            CacheUnreachable: Nobody, as far as is known.
        """
        if self._topology is None:
            raise CacheUnreachable(f"The cluster at {self._target.address} was not reached yet")
        return self._member(self._topology.owner(key).endpoint)

    async def look(self, seen: int | None = None, *, first: Endpoint | None = None) -> bool:
        """Ask who holds what; answer whether that is different now.

        Args:
            seen: `looks` as it was when the answer was needed: a look since then will do.
            first: The node that knows best.

        Raises:
            CacheError: No node answers; the error of the first.
        """
        async with self._looking:
            if seen is not None and seen != self.looks:
                return True
            before, after = self._topology, await self._newest_view(first)
            self._topology = after
            self.looks += 1
            await self._let_go(after)
            return before is None or not after.is_like(before)

    async def told_by_each(self, *, are_all_needed: bool = True) -> list[Primary]:
        """Ask each primary what it holds itself.

        Args:
            are_all_needed: False answers what the others say of one that does not answer, last.

        Raises:
            CacheUnreachable: One does not answer, or they do not agree on who they are.
        """
        for _ in range(_ATTEMPTS):
            seen, members = self.looks, self.all()
            views, silent = await self._views(members, are_all_needed=are_all_needed)
            named = {name for view in views for name in view.primaries}
            told = [primary for view in views for primary in view.primaries.values()]
            selves = {primary.id: primary for primary in told if primary.is_self}
            known = self._topology.primaries if self._topology else {}
            selves |= {name: known[name] for name in silent if name in known}
            if selves.keys() == members.keys() and named <= selves.keys():
                return list(selves.values())
            if not await self.look(seen):
                await asyncio.sleep(_MOMENT_S)
        raise CacheUnreachable(
            f"The cluster at {self._target.address} is being rearranged", "Try again in a moment."
        )

    async def _views(
        self, members: Mapping[str, Member], *, are_all_needed: bool
    ) -> tuple[list[Topology], list[str]]:
        """Answer what each knows, and who did not answer."""
        views: list[Topology] = []
        silent: list[str] = []
        errors: list[BaseException] = []
        found = await asyncio.gather(
            *(member.view() for member in members.values()), return_exceptions=True
        )
        for name, view in zip(members, found, strict=True):
            if isinstance(view, Topology):
                views.append(view)
            else:
                silent.append(name)
                errors.append(view)
        if errors and (are_all_needed or not views):
            raise errors[0]
        return views, silent

    async def aclose(self) -> None:
        """Let go of every node."""
        self._is_closed = True
        members, self._members = self._members, {}
        for member in members.values():
            await member.cache.aclose()

    def _member(self, endpoint: Endpoint) -> Member:
        member = self._members.get(endpoint)
        if member is None:
            target = self._target.node(endpoint)
            node = ClusterNode(target, timeout_s=self._timeout_s, find=self._node)
            member = Member(endpoint, node, self._make_cache(target, node))
            if self._is_closed:
                raise CacheUnreachable(f"The connection to {self._target.address} is closed")
            self._members[endpoint] = member
        return member

    def _node(self, endpoint: Endpoint) -> RedisNode:
        return self._member(endpoint).node

    async def _newest_view(self, first: Endpoint | None) -> Topology:
        """Ask one node after the other until one knows at least as much as is known here.

        The one that answered last comes early: one that hangs costs its time limit only once.
        """
        known = [member.endpoint for member in self.all().values()]
        early = [endpoint for endpoint in (first, self._answered) if endpoint in known]
        order = dict.fromkeys([*early, *known, *self._target.seeds])
        errors: list[CacheError] = []
        newest: Topology | None = None
        for endpoint in order:
            try:
                view = await self._member(endpoint).view()
            except CacheError as error:
                errors.append(error)
                continue
            self._answered = endpoint
            if self._topology is None or view.epoch >= self._topology.epoch:
                return view
            if newest is None or view.epoch > newest.epoch:
                newest = view
        if newest is None:
            raise self._explained(errors[0])
        return newest

    def _explained(self, error: CacheError) -> CacheError:
        if "cluster support disabled" in error.detail:
            return Misdirected(
                f"{self._target.seeds[0].address} is not part of a cluster",
                "Write redis:// instead of redis+cluster://.",
            )
        return error

    async def _let_go(self, topology: Topology) -> None:
        """Close what is no primary any more, and seeds that never were."""
        kept = {primary.endpoint for primary in topology.primaries.values()}
        for endpoint in self._members.keys() - kept:
            await self._members.pop(endpoint).cache.aclose()
