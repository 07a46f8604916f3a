"""What was sent on a connection and has not arrived at its other end yet."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import Final

_SO_NWRITE: Final = 0x1024
"""An option of sockets on macOS: bytes not yet acknowledged. Python has no name for it."""


def unacknowledged(writer: asyncio.StreamWriter) -> int | None:
    """Answer how many bytes written there the other end has not confirmed to have.

    What it has confirmed may still stand in buffers of a proxy or a tunnel. With TLS the bytes are
    those of the encrypted text, a little more.

    Returns:
        None where the system does not tell: Windows.
    """
    connected: socket.socket | None = writer.get_extra_info("socket")
    if connected is None or connected.fileno() < 0:
        return None
    try:
        in_kernel = _in_kernel(connected)
    except OSError:
        return None
    return None if in_kernel is None else in_kernel + writer.transport.get_write_buffer_size()


if sys.platform == "linux":
    from fcntl import ioctl
    from termios import TIOCOUTQ  # of a socket it is SIOCOUTQ: tcp(7)

    def _in_kernel(connected: socket.socket) -> int | None:
        (size,) = struct.unpack("i", ioctl(connected.fileno(), TIOCOUTQ, bytes(4)))
        return int(size)

elif sys.platform == "darwin":

    def _in_kernel(connected: socket.socket) -> int | None:
        return connected.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)

else:

    def _in_kernel(_connected: socket.socket) -> int | None:
        return None
