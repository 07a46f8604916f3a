"""More names in one folder than one set takes in without a pause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

MOST_IN_SET: Final = 600_000
"""Names in one set: it would grow in one step with the next, at 629,146 of them.

That takes 25 ms, and to list them up to 50; twice as long each time the number doubles. With half
as many in a set a folder of 500,000 took 8 bytes a key more, and a quarter longer to expand.
"""


class ManyRemainders:
    """A set of very many names, in sets of which each is full before the next is begun."""

    __slots__ = ("_most", "_sets")

    def __init__(self, names: set[bytes], most: int = MOST_IN_SET) -> None:
        """Take a set over; it is not to be used elsewhere any more.

        Args:
            names: The first names.
            most: When a set counts as full.
        """
        self._sets = [names]
        self._most = most

    def __len__(self) -> int:
        return sum(map(len, self._sets))

    def __contains__(self, name: object) -> bool:
        return any(name in names for names in self._sets)

    def __iter__(self) -> Iterator[bytes]:
        return chain.from_iterable(self._sets)

    def add(self, name: bytes) -> None:
        """Add a name."""
        if name not in self:
            self._open_set().add(name)

    def update(self, names: Iterable[bytes]) -> None:
        """Add a few thousand names."""
        new = set(names)
        for known in self._sets:
            new = new - known  # in place, Python would walk all that are known
        self._open_set().update(new)

    def difference_update(self, names: Iterable[bytes]) -> None:
        """Remove names; those not there change nothing."""
        gone = list(names)
        for known in self._sets:
            known.difference_update(gone)

    def pop(self) -> bytes:
        """Remove a name, and answer it.

        Raises:
            KeyError: There is none.
        """
        while len(self._sets) > 1 and not self._sets[-1]:
            del self._sets[-1]
        return self._sets[-1].pop()

    def parts(self) -> Iterator[list[bytes]]:
        """Yield all names, in lists that may be long."""
        return map(list, self._sets)

    def _open_set(self) -> set[bytes]:
        """Answer the set that takes what comes."""
        if len(self._sets[-1]) >= self._most:
            self._sets.append(set())
        return self._sets[-1]


Remainders = set[bytes] | ManyRemainders
"""What is left of key names below a folder that nobody has looked into."""


def listed(names: Remainders) -> Iterator[list[bytes]]:
    """Yield copies of names, in lists that take no long pause to make."""
    if isinstance(names, set):
        yield list(names)
    else:
        yield from names.parts()


def with_room(names: Remainders) -> Remainders:
    """Answer the same names in what takes more of them without a pause."""
    if isinstance(names, set) and len(names) >= MOST_IN_SET:
        return ManyRemainders(names)
    return names
