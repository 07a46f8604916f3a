"""What of a long command has not arrived is told, where the system tells it."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from sinch_cache_gui.cache.send_queue import unacknowledged
from tests.redis_fleet import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is told there")


async def test_what_a_peer_has_not_read_is_told_and_falls_as_it_reads() -> None:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 15)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    listening.setblocking(False)
    loop = asyncio.get_running_loop()
    _, writer = await asyncio.open_connection(*listening.getsockname())
    peer, _ = await loop.sock_accept(listening)
    with listening, peer:
        assert unacknowledged(writer) == 0
        size = 1 << 20
        writer.write(bytes(size))
        left = unacknowledged(writer)
        assert left is not None
        assert size // 2 < left <= size
        async with asyncio.timeout(30):
            while size:
                size -= len(await loop.sock_recv(peer, 1 << 15))
                now_left = unacknowledged(writer)
                assert now_left is not None
                assert now_left <= left
                left = now_left
        wait_until(lambda: unacknowledged(writer) == 0, "all of it has arrived")
        writer.close()
        await writer.wait_closed()
    assert unacknowledged(writer) is None
