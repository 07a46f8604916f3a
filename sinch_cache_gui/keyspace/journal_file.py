"""The journal on disk: a line an entry, bounded, readable by its owner only."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sinch_cache_gui.keyspace.journal import JournalEntry
from sinch_cache_gui.keyspace.journal_lines import line_of, parse_line

MAX_BYTES: Final = 16_000_000
"""Of both files together."""

MAX_ENTRIES: Final = 20_000
"""In both files together."""

MAX_WAITING: Final = 1_000
"""Lines that wait for a disk that refuses them; the oldest leave first."""


def journal_path(folder: Path, label: str, prefix: bytes) -> Path:
    """Answer the file of a cache and the part of it that is seen. `label` holds no password."""
    name = hashlib.sha256(label.encode() + b"\0" + prefix).hexdigest()[:32]
    return folder / f"{name}.jsonl"


class JournalFile:
    """Appends lines to a file; a full one becomes the older of two, in place of the one before.

    A line is one write of the operating system's, so a sudden end of this program loses nothing
    that was appended; the end of the machine may tear the last line, which is then passed over.
    Methods block for as long as the disk does: call them from one thread at a time, not the loop's.

    Args:
        path: The newer file. Its folder is made when it is needed.
        session: Names this run of the program among those that wrote to the file.
        omits_values: Whether the bytes before and after stay out of the file.
        max_bytes: Of both files together, not counting the line that crosses it.
        max_entries: In both files together.
    """

    def __init__(
        self,
        path: Path,
        session: str,
        *,
        omits_values: bool = False,
        max_bytes: int = MAX_BYTES,
        max_entries: int = MAX_ENTRIES,
    ) -> None:
        self._path = path
        self._older = path.with_suffix(".older.jsonl")
        self._session = session
        self._omits_values = omits_values
        self._max_bytes = max_bytes // 2
        self._max_entries = max_entries // 2
        self._descriptor: int | None = None
        self._bytes = 0
        self._entries = 0
        self._waiting: deque[bytes] = deque(maxlen=MAX_WAITING)

    def append(self, entry: JournalEntry) -> None:
        """Write one entry, behind those the disk refused before.

        Raises:
            OSError: The disk refuses. The entry is tried again with the next one.
        """
        self._waiting.append(line_of(entry, self._session, omits_values=self._omits_values))
        while self._waiting:
            self._write(self._waiting[0])
            self._waiting.popleft()

    def earlier(self) -> Sequence[JournalEntry]:
        """Answer what other sessions wrote, oldest first; what cannot be read is passed over."""
        found: list[JournalEntry] = []
        for path in (self._older, self._path):
            kept = map(parse_line, _lines(path))
            found += [k.entry for k in kept if k is not None and k.session != self._session]
        return found

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: bytes) -> None:
        descriptor = self._opened()
        if self._entries and (
            self._bytes + len(line) > self._max_bytes or self._entries >= self._max_entries
        ):
            self.close()
            self._path.replace(self._older)
            descriptor = self._opened()
        written = os.write(descriptor, line)
        self._bytes += written
        if written < len(line):
            self.close()  # opened again, the torn line gets its end
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._entries += 1

    def _opened(self) -> int:
        if self._descriptor is not None:
            return self._descriptor
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._descriptor = descriptor
        there = self._path.read_bytes()
        self._bytes, self._entries = len(there), there.count(b"\n")
        if there and not there.endswith(b"\n"):
            self._bytes += os.write(descriptor, b"\n")
        return descriptor


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError:
        return []
