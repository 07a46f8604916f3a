"""A JSON text as a tree of stretches of that text, read one level at a time as it is expanded.

Nothing is parsed into values and no object is made for a member or an element: an expanded
container keeps three numbers for each of its parts, and a node is described when it is asked for.
So the tree of a value of 10 MB costs what is expanded of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, TypeAlias

from sinch_cache_gui.values.json_branch import Branch, Parts
from sinch_cache_gui.values.json_path import path_text
from sinch_cache_gui.values.json_spans import Part, end_of_string, past_space, root_of, split
from sinch_cache_gui.values.replacement import Replacement
from sinch_cache_gui.values.slices import Work

Path: TypeAlias = tuple[int, ...]
"""The way to a node: the position of each part in its container, from the root down.

Positions and not names, because a name may stand twice.
"""

_BATCH: Final = 256
"""Parts read between two pauses."""

_LARGEST_BATCH: Final = 4096
"""Parts told of at once: each telling costs a view a moment."""


class NodeKind(Enum):
    """What a value is."""

    OBJECT = "object"
    LIST = "list"
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


_KINDS: Final = {
    "{": NodeKind.OBJECT,
    "[": NodeKind.LIST,
    '"': NodeKind.STRING,
    "t": NodeKind.BOOLEAN,
    "f": NodeKind.BOOLEAN,
    "n": NodeKind.NULL,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One value and the name it has, as stretches of the text.

    Attributes:
        path: The way to it; empty for the root.
        kind: What it is.
        name_end: Behind its name; `first` if it has none.
        first: Where its name begins, or its value if it has no name.
        start: Where its value begins.
        end: Behind its value.
        is_expanded: Whether its parts are rows.
    """

    path: Path
    kind: NodeKind
    first: int
    name_end: int
    start: int
    end: int
    is_expanded: bool

    @property
    def has_name(self) -> bool:
        """Whether it is a member of an object."""
        return self.name_end > self.first

    @property
    def is_container(self) -> bool:
        """Whether it is an object or a list."""
        return self.kind in (NodeKind.OBJECT, NodeKind.LIST)

    @property
    def depth(self) -> int:
        """How many containers it stands in."""
        return len(self.path)


FOR_EVER: Final = 1 << 62
"""Behind the end of every text."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Where what stands in a text is after a change of the text.

    Attributes:
        pieces: Stretches that stay whole: from, to (excluded), and by how much they move.
    """

    pieces: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, change: Replacement) -> Shift:
        """Answer how what is not replaced moves; what is replaced keeps its beginning."""
        is_replaced = bool(change.new) and change.end > change.start
        before = (0, change.start + is_replaced, 0)
        by = len(change.new) - (change.end - change.start)
        return cls((before, (change.end, FOR_EVER, by)))

    def carried(self, offset: int) -> int | None:
        """Answer where the character at `offset` stands afterwards, None if it is gone."""
        for start, end, by in self.pieces:
            if start <= offset < end:
                return offset + by
        return None


class OutlineListener(Protocol):
    """Is told which rows come and go, before and after."""

    def rows_about_to_be_inserted(self, first: int, count: int) -> None:
        """Before `count` rows come, the first of them as row `first`."""
        ...

    def rows_inserted(self) -> None:
        """They are there."""
        ...

    def rows_about_to_be_removed(self, first: int, count: int) -> None:
        """Before `count` rows go, from `first` on."""
        ...

    def rows_removed(self) -> None:
        """They are gone."""
        ...

    def row_changed(self, row: int) -> None:
        """A row says something else now."""
        ...


class Outline:
    """The tree of one text. Row 0 is the root.

    Attributes:
        text: The text; known to be JSON.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._root = root_of(text)
        self._open: Branch | None = None
        self._listener: OutlineListener | None = None

    def listen(self, listener: OutlineListener | None) -> None:
        """Tell `listener`, and nobody else, which rows come and go."""
        self._listener = listener

    def row_count(self) -> int:
        """Answer how many rows are expanded, the root included."""
        return 1 if self._open is None else 1 + self._open.rows

    def node_at(self, row: int) -> Node:
        """Answer what stands in a row, which exists."""
        path: list[int] = []
        branch, below = self._open, row
        while below and branch is not None:
            position, below = branch.part_at(below - 1)
            path.append(position)
            if below:
                branch = branch.children[position]
        return self.node(tuple(path))

    def node(self, path: Path) -> Node:
        """Answer the node at the end of a path of expanded containers.

        Raises:
            KeyError: One of them is not expanded.
        """
        if not path:
            return self._described(path, self._root, is_expanded=self._open is not None)
        branch = self._branch(path[:-1])
        if branch is None:
            raise KeyError(path)
        position = path[-1]
        part = Part(branch.firsts[position], branch.starts[position], branch.ends[position])
        return self._described(path, part, is_expanded=position in branch.children)

    def row_of(self, path: Path) -> int:
        """Answer the row of a node whose containers are all expanded.

        Raises:
            KeyError: One of them is not.
        """
        row, branch = 0, self._open
        for position in path:
            if branch is None:
                raise KeyError(path)
            row += branch.row_of(position) + 1
            branch = branch.children.get(position)
        return row

    def parts(self, path: Path) -> Sequence[Part]:
        """Answer the parts of an expanded container, as far as they are read."""
        branch = self._branch(path)
        return () if branch is None else Parts(branch)

    def part_count(self, path: Path) -> int | None:
        """Answer how many parts of an expanded container are read; None of a collapsed one."""
        branch = self._branch(path)
        return None if branch is None else len(branch.firsts)

    def expand(self, path: Path) -> Work[None]:
        """Read the parts of a container; they become rows while they are read.

        One that is given up before its end leaves the container collapsed, not with some parts.
        """
        node = self.node(path)
        if node.is_expanded or not node.is_container:
            return
        branch = self._opened(path)
        self._tell_changed(path)
        try:
            yield from self._read_parts(path, branch, node.start)
        except GeneratorExit:
            if self._branch(path) is branch:
                self.collapse(path)
            raise
        if self._branch(path) is branch:
            self._tell_changed(path)

    def _read_parts(self, path: Path, branch: Branch, start: int) -> Work[None]:
        parts: list[Part] = []
        most, read = _BATCH, 0
        for part in split(self.text, start):
            if part is None:
                yield
                continue
            parts.append(part)
            read += 1
            if len(parts) >= most:
                if not self._add(path, branch, parts):
                    return
                parts, most = [], min(2 * most, _LARGEST_BATCH)
            if read % _BATCH == 0:
                yield
        self._add(path, branch, parts)

    def collapse(self, path: Path) -> None:
        """Show the parts of a container no more, and forget what was expanded in it."""
        branch = self._branch(path)
        if branch is None:
            return
        listener, count = self._listener, branch.rows
        if listener is not None and count:
            listener.rows_about_to_be_removed(self.row_of(path) + 1, count)
        above = self._branch(path[:-1]) if path else None
        if above is None:
            self._open = None
        else:
            above.close(path[-1])
        if listener is not None and count:
            listener.rows_removed()
        self._tell_changed(path)

    def find(self, offset: int) -> Path:
        """Answer the way to the innermost node of the rows that `offset` of the text lies in."""
        path: list[int] = []
        branch = self._open
        while branch is not None:
            position = branch.part_around(offset)
            if position is None:
                break
            path.append(position)
            branch = branch.children.get(position)
        return tuple(path)

    def reveal(self, offset: int) -> Work[Path]:
        """Expand what has to be, and answer the way to the innermost node at `offset`."""
        while True:
            node = self.node(self.find(offset))
            is_inside = node.start < offset < node.end
            if not node.is_container or node.is_expanded or not is_inside:
                return node.path
            yield from self.expand(node.path)

    def expanded_starts(self) -> list[int]:
        """Answer where the values of all expanded containers begin, in order."""
        starts: list[int] = []
        waiting = [] if self._open is None else [(self._root.start, self._open)]
        while waiting:
            start, branch = waiting.pop()
            starts.append(start)
            waiting += [(branch.starts[at], child) for at, child in branch.children.items()]
        return sorted(starts)

    def steps(self, path: Path) -> tuple[str | int, ...]:
        """Answer a path with the names of members as they are spelt in the text."""
        steps: list[str | int] = []
        for length in range(1, len(path) + 1):
            node = self.node(path[:length])
            steps.append(self.text[node.first : node.name_end] if node.has_name else node.path[-1])
        return tuple(steps)

    def path_text(self, path: Path) -> str:
        """Answer a path for people and other tools: `$.menu[0]["a.b"]`."""
        return path_text(self.steps(path))

    def _described(self, path: Path, part: Part, *, is_expanded: bool) -> Node:
        text = self.text
        kind = _KINDS.get(text[part.start : part.start + 1], NodeKind.NUMBER)
        has_name = part.start > part.first
        name_end = end_of_string(text, part.first) if has_name else part.first
        return Node(path, kind, part.first, name_end, part.start, part.end, is_expanded)

    def _branch(self, path: Path) -> Branch | None:
        branch = self._open
        for position in path:
            if branch is None:
                return None
            branch = branch.children.get(position)
        return branch

    def _opened(self, path: Path) -> Branch:
        if not path:
            self._open = Branch(None)
            return self._open
        above = self._branch(path[:-1])
        if above is None:
            raise KeyError(path)
        return above.open(path[-1])

    def _add(self, path: Path, branch: Branch, parts: list[Part]) -> bool:
        """Add rows; answer whether the container is still expanded."""
        if self._branch(path) is not branch:
            return False
        listener = self._listener if parts else None
        if listener is not None:
            row = self.row_of(path) + 1 + branch.rows
            listener.rows_about_to_be_inserted(row, len(parts))
        branch.add(parts)
        if listener is not None:
            listener.rows_inserted()
        return True

    def _tell_changed(self, path: Path) -> None:
        if self._listener is not None:
            self._listener.row_changed(self.row_of(path))


def outline_after(old: Outline, text: str, shift: Shift) -> Work[Outline]:
    """The work of an outline of `text` in which stays expanded what was so in `old`."""
    new = Outline(text)
    for start in old.expanded_starts():
        there = shift.carried(start)
        if there is not None:
            path = new.find(there)
            if new.node(path).start == there:
                yield from new.expand(path)
    return new


def count_parts(text: str, opener: int) -> int:
    """Answer how many parts an object or a list has, without pausing: for short ones."""
    return sum(part is not None for part in split(text, opener))


def is_empty(text: str, node: Node) -> bool:
    """Whether a container has no parts."""
    return node.is_container and past_space(text, node.start + 1) == node.end - 1
