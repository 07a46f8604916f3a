"""Who holds which keys of a Redis Cluster, as its nodes tell it (source: Redis, CLUSTER NODES)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from redis.crc import key_slot

from sinch_cache_gui.cache.connect import Endpoint
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable

SLOTS: Final = 16_384
"""Parts a cluster divides its keys into."""


@dataclass(frozen=True, slots=True)
class Primary:
    """A node that takes writes.

    Attributes:
        id: The node's own name, which it keeps wherever it moves.
        endpoint: Where it listens.
        epoch: Grows when the node wins slots, by a failover or by taking over.
        slots: First and last of each run of slots it holds.
        arriving: Slots that other nodes are handing to it; told by itself only.
        is_self: Whether it is the node that was asked.
    """

    id: str
    endpoint: Endpoint
    epoch: int
    slots: tuple[tuple[int, int], ...]
    arriving: frozenset[int] = frozenset()
    is_self: bool = field(default=False, compare=False)

    def holds(self) -> set[int]:
        """Answer every slot it holds."""
        return {slot for first, last in self.slots for slot in range(first, last + 1)}


@dataclass(frozen=True, slots=True)
class Topology:
    """What one node knows of its cluster."""

    primaries: Mapping[str, Primary]
    owners: tuple[str | None, ...] = field(repr=False)

    @property
    def epoch(self) -> int:
        """The newest event known."""
        return max((primary.epoch for primary in self.primaries.values()), default=0)

    def owner(self, key: bytes) -> Primary:
        """Answer who holds a key.

        Raises:
            CacheUnreachable: Nobody does.
        """
        owner = self.owners[key_slot(key)]
        if owner is None:
            raise CacheUnreachable(
                "The cluster does not serve all its slots", "No primary holds this key's slot."
            )
        return self.primaries[owner]

    def is_like(self, other: Topology) -> bool:
        """Whether the same nodes, at the same places, hold the same slots."""
        places = {(primary.id, primary.endpoint) for primary in self.primaries.values()}
        others = {(primary.id, primary.endpoint) for primary in other.primaries.values()}
        return places == others and self.owners == other.owners


def parse_nodes(reply: object, asked: Endpoint) -> Topology:
    """Read the reply to CLUSTER NODES.

    Args:
        reply: What the server answered.
        asked: Where it was asked: a node may not know its own address.

    Raises:
        CacheError: It is not a node of a cluster that holds keys.
    """
    if not isinstance(reply, bytes):
        raise TypeError(f"CLUSTER NODES answered {reply!r}")
    lines = reply.decode(errors="replace").splitlines()
    parsed = [_parse_node(line.split(), asked) for line in lines if line]
    primaries = {primary.id: primary for primary in parsed if primary is not None}
    owners: list[str | None] = [None] * SLOTS
    for primary in primaries.values():
        for first, last in primary.slots:
            owners[first : last + 1] = [primary.id] * (last + 1 - first)
    if not any(owners):
        raise CacheError(
            f"The cluster of {asked.address} has no slots yet", "Create it by redis-cli --cluster."
        )
    return Topology(primaries, tuple(owners))


def _parse_node(fields: list[str], asked: Endpoint) -> Primary | None:
    """Read one line; None for a replica, and for what has failed and holds nothing any more."""
    name, address, flags, _, _, _, epoch, _, *slots = fields
    marks = set(flags.split(","))
    runs = tuple(_parse_run(text) for text in slots if not text.startswith("["))
    if "master" not in marks or "handshake" in marks or ("fail" in marks and not runs):
        return None
    arriving = frozenset(int(text[1:].partition("-<-")[0]) for text in slots if "-<-" in text)
    return Primary(
        name, _parse_endpoint(address, asked), int(epoch), runs, arriving, "myself" in marks
    )


def _parse_run(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)


def _parse_endpoint(text: str, asked: Endpoint) -> Endpoint:
    """Read ip:port@busport[,hostname[,name=value...]]. A host name is what a certificate is for."""
    address, *names = text.split(",")
    host, _, port = address.partition("@")[0].rpartition(":")
    name = next((name for name in names if name and "=" not in name), "")
    return Endpoint(name or host or asked.host, int(port))
