"""A lock on an open file: held by one process, and given up by its end, however that comes."""

from __future__ import annotations

import sys
from contextlib import suppress

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR = 1 << 40
    """A byte no file reaches: what is locked there cannot be read or written by others."""

    def wait_for_lock(descriptor: int) -> None:
        """Lock a file, once nobody else holds it; not at all where its disk knows no locks."""
        with suppress(OSError):
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

    def try_lock(descriptor: int) -> bool:
        """Lock a file unless somebody else holds it; answer whether nobody did."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(descriptor: int) -> None:
        """Let others have the file."""
        with suppress(OSError):
            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def wait_for_lock(descriptor: int) -> None:
        """Lock a file, once nobody else holds it; not at all where its disk knows no locks."""
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)

    def try_lock(descriptor: int) -> bool:
        """Lock a file unless somebody else holds it; answer whether nobody did."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a disk that knows no locks: nobody can hold one
        return True

    def unlock(descriptor: int) -> None:
        """Let others have the file."""
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)
