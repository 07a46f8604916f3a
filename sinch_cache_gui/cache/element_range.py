"""Which of a key's elements are wanted, where it is not all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Named:
    """The one element of this name: a field, a member, an entry's id, a list's index in digits."""

    name: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """These fields of a hash; those that are not there are not answered."""

    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Matching:
    """Fields of a hash by their names, members of a set or a sorted set, as a glob matches them."""

    pattern: bytes


@dataclass(frozen=True, slots=True)
class StartingAt:
    """From a place on: an index of a list or a rank of a sorted set, or an id of a stream."""

    place: int | bytes


@dataclass(frozen=True, slots=True)
class ScoredWithin:
    """Members of a sorted set whose score is neither below nor above these."""

    lowest: float
    highest: float


ElementRange: TypeAlias = Named | Fields | Matching | StartingAt | ScoredWithin
