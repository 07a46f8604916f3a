"""A lost connection leaves the tree in view, marked stale, and the user where they were."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import aclosing

from redis.asyncio import Redis

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.ui.key_tree.cells import Column
from sinch_cache_gui.ui.theme import ROW_HEIGHT
from tests.redis_server import RedisServer
from tests.ui.key_tree.tree import Tree, a_tree

Start = Callable[..., tuple[RedisServer, subprocess.Popen[bytes]]]


def brightness(tree: Tree) -> float:
    """How far the names stand out from the ground, as the eye sees it."""
    picture = tree.view.viewport().grab().toImage()
    pixels = [
        picture.pixelColor(x, y).lightnessF()
        for x in range(200)
        for y in range(ROW_HEIGHT, 3 * ROW_HEIGHT)
    ]
    return max(pixels) - min(pixels)


async def seed(server: RedisServer, skip: int = -1) -> None:
    async with aclosing(Redis.from_url(server.url)) as other:
        for number in range(500):
            if number != skip:
                await other.set(f"session:{number:03}", "{}", ex=3600)


async def test_a_killed_server_leaves_a_stale_tree_and_the_place_is_kept(own_redis: Start) -> None:
    server, process = own_redis()
    await seed(server)
    async with a_tree(open_backend(parse_target(server.url))) as tree:
        await tree.open()
        tree.expand(b"session")
        tree.view.verticalScrollBar().setValue(ROW_HEIGHT * 200 + 7)
        tree.view.go_to(205)
        here, offset = tree.at(), tree.view.rowViewportPosition(205)
        await tree.until(lambda: tree.cell(205, Column.TTL) != "")
        clear = brightness(tree)
        process.kill()
        process.wait()
        await tree.until(lambda: "stale: connection lost, as of " in tree.coverage())
        assert tree.coverage().startswith("500 keys, ")
        assert brightness(tree) < clear * 0.8
        before = tree.cell(205, Column.TTL)
        await tree.until(lambda: tree.cell(205, Column.TTL) != before)
        again, _ = own_redis()
        await seed(again, skip=7)
        # It is back with its keys, not empty first.
        assert again.send(f"CONFIG SET port {server.port}") == "+OK"
        tree.cache.retry_now()
        await tree.until(lambda: tree.coverage().startswith("499 keys, complete"))
        assert tree.at() == here
        assert tree.view.rowViewportPosition(tree.view.currentIndex().row()) == offset
        assert brightness(tree) > clear * 0.9
