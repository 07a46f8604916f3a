"""Files that are there once they are whole, and not before."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

NAME_LENGTH = 40
"""Characters of a name that the name of the part beside it begins with: names may be long."""


class WholeFile:
    """A file that is written beside another, and takes its place once it is whole.

    Until `keep` has returned, whatever was at the path is there as it was. Everything here may
    wait for the disk, so a window calls it in a thread.
    """

    def __init__(self, path: Path) -> None:
        """Begin.

        Args:
            path: Where it shall be. A link is followed; what is no file, such as the terminal, is
                written to as it is, since nothing can take its place.

        Raises:
            OSError: No file can be made beside it, or it is a folder.
        """
        self._path = path.resolve()
        self._part: Path | None = None
        is_there = self._path.exists()
        if is_there and not self._path.is_file():
            self._file = self._path.open("wb")
            return
        part = self._path.with_name(f"{path.name[:NAME_LENGTH]}.{secrets.token_hex(4)}.part")
        self._file = part.open("xb")
        self._part = part
        if is_there:
            shutil.copymode(self._path, part)  # whom it was kept from is not to read it now

    def write(self, data: bytes) -> None:
        """Add to the file.

        Raises:
            OSError: The disk refuses.
        """
        self._file.write(data)

    def keep(self) -> None:
        """Have the file at its path: it is whole.

        Raises:
            OSError: The disk refuses.
        """
        self._file.flush()
        if self._part is not None:
            os.fsync(self._file.fileno())
        self._file.close()
        if self._part is not None:
            self._part.replace(self._path)

    def drop(self) -> None:
        """Leave nothing behind of a file that was not kept."""
        with suppress(OSError):  # a disk that is full has said so already
            self._file.close()
        if self._part is not None:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place in one step.

    Raises:
        OSError: It cannot be written. Then what was at the path is there as it was.
    """
    file = WholeFile(path)
    try:
        file.write(data)
        file.keep()
    finally:
        file.drop()
