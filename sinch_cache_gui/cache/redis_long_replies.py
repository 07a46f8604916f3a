"""Reading replies that hold long strings, without making one in a single step.

hiredis gathers all of a reply and then copies each string at once: 60 to 100 ms for one of 100 MB
(measured). So a long string on its way is led past it into a buffer of its own, and hiredis is
given a short one in its place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from typing import Final, Protocol

LONG_BYTES: Final = 1 << 20
"""A string of which more than this is still to come is led past hiredis."""

LOOKED_FROM: Final = 1 << 18
"""Bytes without the end of a reply from which it is looked what is on its way."""

_LINES: Final = b"+-:"
_STRING: Final = ord("$")
_ARRAY: Final = ord("*")


class Reader(Protocol):
    """What is used of `hiredis.Reader`."""

    def feed(self, data: bytes, /) -> object:
        """Take what has come."""

    def gets(self, decodes: bool = ..., /) -> object:
        """Answer the next reply, or what stands for none."""

    def has_data(self) -> bool:
        """Whether there is more than was answered."""


class LongReplyReader:
    """As the reader it is made of, for RESP2; it steps aside for anything else.

    Args:
        new_reader: Makes one that has read nothing.
        long_bytes: See `LONG_BYTES`.
        looked_from: See `LOOKED_FROM`.
    """

    def __init__(
        self,
        new_reader: Callable[[], Reader],
        *,
        long_bytes: int = LONG_BYTES,
        looked_from: int = LOOKED_FROM,
    ) -> None:
        self._new_reader = new_reader
        self._reader = new_reader()
        self._not_enough = self._reader.gets()
        self._long_bytes = long_bytes
        self._looked_from = looked_from
        self._frame = _Frame()
        self._coming: BytesIO | None = None
        self._to_come = 0
        self._long: dict[bytes, bytes] = {}
        self._mark = os.urandom(16)  # nothing that a server could say by chance

    def feed(self, data: bytes) -> None:
        """Take what has come."""
        if self._coming is not None:
            taken = data[: self._to_come]
            self._coming.write(taken)
            self._to_come -= len(taken)
            if self._to_come:
                return
            self._end_long(self._coming)
            data = data[len(taken) :]
        if data:
            self._feed(data)

    def gets(self, decodes: bool = True) -> object:
        """Answer the next reply, or what stands for none."""
        reply = self._reader.gets(decodes)
        if reply is not self._not_enough:
            if not self._reader.has_data():
                self._frame = _Frame()
            if self._long:
                long, self._long = self._long, {}
                return _with(long, reply)
        elif self._coming is None and len(self._frame.seen) > self._looked_from:
            self._frame.look()
            if self._frame.left > self._long_bytes:
                self._begin_long()
        return reply

    def has_data(self) -> bool:
        """Whether there is more than was answered."""
        return self._coming is not None or self._reader.has_data()

    def _feed(self, data: bytes) -> None:
        self._reader.feed(data)
        self._frame.seen += data

    def _begin_long(self) -> None:
        """Have hiredis forget a long string that has begun: every reply before was answered."""
        before, begun, self._to_come = self._frame.without_last()
        self._coming = BytesIO()
        self._coming.write(begun)
        self._reader, self._frame = self._new_reader(), _Frame()
        if before:
            self._feed(before)

    def _end_long(self, whole: BytesIO) -> None:
        whole.truncate(whole.tell() - len(b"\r\n"))
        name = self._mark + b"%d" % len(self._long)
        self._long[name] = whole.getvalue()  # the buffer itself, not a copy
        self._coming = None
        self._feed(b"$%d\r\n%s\r\n" % (len(name), name))


class _Frame:
    """Where each part of a reply begins and ends.

    Attributes:
        seen: What has come since the last reply ended, and what was not looked at yet.
        left: How much is to come of the string that is on its way, its end of line included.
    """

    def __init__(self) -> None:
        self.seen = bytearray()
        self.left = 0
        self._at = 0
        self._header_at = 0
        self._text_at = 0
        self._reply_at = 0
        self._open: list[int] = []
        self._is_known = True

    def look(self) -> None:
        """Go through all that has come; forget replies that have ended."""
        if not self._is_known:
            self.seen.clear()
            return
        while self._goes_on():
            pass
        del self.seen[: self._reply_at]
        self._at -= self._reply_at
        self._header_at -= self._reply_at
        self._text_at -= self._reply_at
        self._reply_at = 0

    def without_last(self) -> tuple[bytes, bytes, int]:
        """Answer what comes before the string on its way, what has come of it, what is to come."""
        return bytes(self.seen[: self._header_at]), bytes(self.seen[self._text_at :]), self.left

    def _goes_on(self) -> bool:
        """Go past one part, if all of it has come."""
        if self.left:
            passed = min(self.left, len(self.seen) - self._at)
            self._at += passed
            self.left -= passed
            if not self.left:
                self._end_part()
            return not self.left
        end = self.seen.find(b"\r\n", self._at)
        if end < 0:
            return False
        kind, self._header_at, self._text_at = self.seen[self._at], self._at, end + 2
        said, self._at = self.seen[self._at + 1 : end], end + 2
        if kind in _LINES:
            self._end_part()
        elif kind == _STRING and int(said) >= 0:
            self.left = int(said) + 2
        elif kind == _ARRAY and int(said) > 0:
            self._open.append(int(said))
        elif kind in (_STRING, _ARRAY):
            self._end_part()
        else:
            self._is_known, self.left = False, 0
        return self._is_known

    def _end_part(self) -> None:
        while self._open:
            self._open[-1] -= 1
            if self._open[-1]:
                return
            self._open.pop()
        self._reply_at = self._at


def _with(long: dict[bytes, bytes], reply: object) -> object:
    if isinstance(reply, bytes):
        return long.get(reply, reply)
    return [_with(long, part) for part in reply] if isinstance(reply, list) else reply
