"""Bytes under the user's hand: changed in stretches, each a step to undo."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sinch_cache_gui.values.slices import Work

_SEARCHED: Final = 1 << 20
"""Bytes searched between two pauses: some milliseconds at most."""

_APART: Final = re.compile(r"[\s,:-]+")


@dataclass(frozen=True, slots=True)
class _Step:
    """One change: at `start`, `old` gave way to `new`."""

    start: int
    old: bytes = field(repr=False)
    new: bytes = field(repr=False)


class ByteEdits:
    """Bytes with their history. Whoever shows them asks; nothing is told."""

    def __init__(self, data: bytes = b"") -> None:
        self._data: bytes | bytearray = data  # copied by the first change only: it may be large
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._clean: int | None = 0
        self._revision = 0
        self._may_merge = False

    def __len__(self) -> int:
        return len(self._data)

    @property
    def revision(self) -> int:
        """Another number after every change."""
        return self._revision

    @property
    def is_edited(self) -> bool:
        """Whether the bytes are other than those shown last, or since `set_unedited`."""
        return self._clean != len(self._done)

    def set_unedited(self) -> None:
        """Take the present bytes for those to compare with."""
        self._clean = len(self._done)
        self._may_merge = False

    def set_edited(self) -> None:
        """Take no bytes for those to compare with: neither undo nor redo leads to them."""
        self._clean = None
        self._may_merge = False

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """Answer a stretch; all of it by default."""
        return bytes(self._data[start:end])

    def show(self, data: bytes, *, is_undoable: bool) -> None:
        """Hold `data` from now on, as what was loaded; undo may bring back what was there."""
        if is_undoable:
            self.put(0, len(self._data), data)
        else:
            self._data = data
            self._done, self._undone = [], []
            self._revision += 1
        self.set_unedited()

    def put(self, start: int, end: int, new: bytes) -> None:
        """Put `new` in the place of a stretch, as one step."""
        self._may_merge = False
        self._step(_Step(start, self.read(start, end), new))

    def put_digit(self, at: int, digit: int, *, is_second: bool) -> None:
        """Set one half of a byte; the two halves of one byte are one step.

        Args:
            at: Which byte.
            digit: 0 to 15.
            is_second: Whether it is the lower half.
        """
        old = self._data[at]
        new = (old & 0xF0) | digit if is_second else (digit << 4) | (old & 0x0F)
        last = self._done[-1] if self._done else None
        if is_second and self._may_merge and last is not None and last.start == at:
            self._done.pop()
            self._changeable()[at : at + 1] = last.old
            self._step(_Step(at, last.old, bytes([new])))
            self._may_merge = False
            return
        self._step(_Step(at, bytes([old]), bytes([new])))
        self._may_merge = not is_second

    def undo(self) -> int | None:
        """Take the last step back; answer where it was, None if there is none."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self._replace(step.start, step.new, step.old)
        return step.start

    def redo(self) -> int | None:
        """Take the last undo back; answer where it was, None if there is none."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self._replace(step.start, step.old, step.new)
        return step.start

    def _step(self, step: _Step) -> None:
        if self._clean is not None and self._clean > len(self._done):
            self._clean = None  # the bytes shown last lay ahead, and cannot be reached any more
        self._undone = []
        self._done.append(step)
        self._replace(step.start, step.old, step.new)

    def _replace(self, start: int, old: bytes, new: bytes) -> None:
        self._may_merge = False
        self._changeable()[start : start + len(old)] = new
        self._revision += 1

    def _changeable(self) -> bytearray:
        if isinstance(self._data, bytes):
            self._data = bytearray(self._data)
        return self._data


def parse_hex(text: str) -> bytes | None:
    """Read pairs of hex digits, apart or not; None if it is something else."""
    parts = [part.removeprefix("0x") for part in _APART.split(text.strip())]
    try:
        return b"".join(map(bytes.fromhex, parts)) if any(parts) else None
    except ValueError:
        return None


def parse_offset(text: str) -> int | None:
    """Read an offset, "0x1f" or "31"; None if it is none."""
    try:
        offset = int(text.strip().lower(), base=0)
    except ValueError:
        return None
    return offset if offset >= 0 else None


def find_work(data: bytes, needle: bytes, start: int) -> Work[int]:
    """Answer where the next of these bytes are from a place on, round the end; -1 for nowhere."""
    more = len(needle) - 1
    for first, last in ((start, len(data)), (0, min(start, len(data)))):
        for at in range(first, last, _SEARCHED):
            found = data.find(needle, at, min(at + _SEARCHED, last) + more)
            if found >= 0:
                return found
            yield
    return -1


def find_back_work(data: bytes, needle: bytes, end: int) -> Work[int]:
    """Answer where these bytes end last before a place, round the beginning; -1 for nowhere."""
    more = len(needle) - 1
    for limit in (min(end, len(data)), len(data)):
        for at in range(limit, 0, -_SEARCHED):
            found = data.rfind(needle, max(at - _SEARCHED, 0), min(at + more, limit))
            if found >= 0:
                return found
            yield
    return -1
