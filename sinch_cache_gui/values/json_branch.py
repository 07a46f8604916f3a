"""The rows below one expanded container of a JSON text: three numbers for each of its parts."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from typing import overload

from sinch_cache_gui.values.json_spans import Part


class Branch:
    """One expanded container: where its parts stand, and which of them are expanded.

    Attributes:
        parent: The expanded container it stands in; None for the root, and for one that was closed.
        firsts: Where each part begins, with its name if it has one.
        starts: Where the value of each part begins.
        ends: Behind each part.
        children: The parts that are expanded, by their positions.
        rows: How many rows there are below it.
        tops: In which row each of `children` stands; None until it is counted again.
    """

    __slots__ = ("_order", "children", "ends", "firsts", "parent", "rows", "starts", "tops")

    def __init__(self, parent: Branch | None) -> None:
        self.parent = parent
        self.firsts = array("Q")
        self.starts = array("Q")
        self.ends = array("Q")
        self.children: dict[int, Branch] = {}
        self.rows = 0
        self._order: list[int] = []
        self.tops: list[int] | None = []

    def add(self, parts: list[Part]) -> None:
        """Have further parts behind those that are there."""
        for first, start, end in parts:
            self.firsts.append(first)
            self.starts.append(start)
            self.ends.append(end)
        self.grow(len(parts))

    def grow(self, by: int) -> None:
        """Count `by` rows more, here and above."""
        self.rows += by
        above = self.parent
        while above is not None:
            above.rows += by
            above.tops = None
            above = above.parent

    def open(self, position: int) -> Branch:
        """Expand a part; its own parts are still to be added."""
        child = self.children[position] = Branch(self)
        insort(self._order, position)
        self.tops = None
        return child

    def close(self, position: int) -> None:
        """Collapse a part, and forget what was expanded in it."""
        child = self.children.pop(position)
        child.grow(-child.rows)
        child.parent = None
        self._order.remove(position)
        self.tops = None

    def row_of(self, position: int) -> int:
        """Answer the row of a part, counted from the first part's."""
        tops = self._rows_of_open()
        before = bisect_left(self._order, position)
        if not before:
            return position
        last = self._order[before - 1]
        return tops[before - 1] + self.children[last].rows + position - last

    def part_at(self, row: int) -> tuple[int, int]:
        """Answer which part a row belongs to, and how far below that part's own row it is."""
        tops = self._rows_of_open()
        before = bisect_right(tops, row)
        if not before:
            return row, 0
        last = self._order[before - 1]
        below, inside = row - tops[before - 1], self.children[last].rows
        return (last, below) if below <= inside else (last + below - inside, 0)

    def part_around(self, offset: int) -> int | None:
        """Answer which part an offset of the text lies in."""
        position = bisect_right(self.firsts, offset) - 1
        return position if position >= 0 and offset < self.ends[position] else None

    def _rows_of_open(self) -> list[int]:
        if self.tops is None:
            self.tops = []
            inside = 0
            for position in self._order:
                self.tops.append(position + inside)
                inside += self.children[position].rows
        return self.tops


class Parts(Sequence[Part]):
    """The parts of a branch, each made when it is looked at."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def __len__(self) -> int:
        return len(self._branch.firsts)

    @overload
    def __getitem__(self, at: int) -> Part: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Part]: ...

    def __getitem__(self, at: int | slice) -> Part | Sequence[Part]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        branch = self._branch
        return Part(branch.firsts[at], branch.starts[at], branch.ends[at])
