"""The journal on disk: a line an entry, bounded, readable by its owner only."""

from __future__ import annotations

import errno
import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sinch_cache_gui.file_lock import unlock, wait_for_lock
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
    Several windows append to one file, in turns: none writes on where another has turned it over.
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
        while True:
            with self._turn() as descriptor:
                if not self._is_full(line):
                    self._put(descriptor, line)
                    return
                self._path.replace(self._older)

    def _is_full(self, line: bytes) -> bool:
        has_no_room = self._bytes + len(line) > self._max_bytes
        return self._entries > 0 and (has_no_room or self._entries >= self._max_entries)

    def _put(self, descriptor: int, line: bytes) -> None:
        written = os.write(descriptor, line)
        if written < len(line):  # the next turn finds the torn line, and ends it
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._bytes += written
        self._entries += 1

    @contextmanager
    def _turn(self) -> Iterator[int]:
        """Have the file that stands under the name, and nobody else in it."""
        while True:
            descriptor = self._opened()
            wait_for_lock(descriptor)
            if self._is_in_place(descriptor):
                break
            self.close()  # another window turned it over
        try:
            self._take_note_of_others(descriptor)
            yield descriptor
        finally:
            unlock(descriptor)

    def _opened(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._descriptor = os.open(self._path, how, 0o600)
            self._bytes = self._entries = 0
        return self._descriptor

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def _take_note_of_others(self, descriptor: int) -> None:
        """Count what was appended since the last turn, and end a line that was torn."""
        if os.fstat(descriptor).st_size == self._bytes:
            return
        with self._path.open("rb") as file:
            file.seek(self._bytes)
            news = file.read()
        if not news.endswith(b"\n"):
            news += b"\n"[: os.write(descriptor, b"\n")]
        self._bytes += len(news)
        self._entries += news.count(b"\n")


def _lines(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().splitlines()
    except OSError:
        return []
