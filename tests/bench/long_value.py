"""One very long value read and written: seconds, and the largest gap in which nothing else ran.

A redis-server of its own holds it, another one is where it is copied to. The window runs offscreen
under its real loop with a heartbeat of 1 ms; what is done is what its commands do: it is created,
saved, taken back, read, renamed, deleted, put back, copied and copied over. The yardstick is a bare
redis-py that sets and gets the same bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter

import redis
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.interface import CacheBackend, Saved, TtlPolicy
from sinch_cache_gui.keyspace.copying import CopyReport, copy_keys
from sinch_cache_gui.keyspace.imports import OnConflict
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.undo import UndoReport, undo
from tests.bench.real_window import Heartbeat, opened_workspace
from tests.bench.seed import start_server

KEY, NEW_NAME = b"app:long", b"app:renamed"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench long_value")
    parser.add_argument("--bytes", type=int, default=100_000_000)
    size = parser.parse_args(argv).bytes
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    data = os.urandom(1_000) * (size // 1_000)
    with start_server() as source, start_server() as target:
        figures = yardstick(source.url, data)
        application = QApplication([])
        with asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner:
            figures |= runner.run(drive(application, source.url, target.url, data))
    print(json.dumps(figures))
    return 0


def yardstick(url: str, data: bytes) -> dict[str, float]:
    with redis.Redis.from_url(url) as client:
        began = perf_counter()
        client.set(KEY, data)
        set_at = perf_counter()
        assert client.get(KEY) == data
        got_at = perf_counter()
        client.delete(KEY)
    return {
        "bytes": len(data),
        "bare_set_s": round(set_at - began, 2),
        "bare_get_s": round(got_at - set_at, 2),
    }


async def drive(
    application: QApplication, url: str, other_url: str, data: bytes
) -> dict[str, float]:
    figures: dict[str, float] = {}
    heart = Heartbeat(is_on=True)

    async def measure(name: str, act: Callable[[], Awaitable[object]]) -> None:
        async with heart.listening() as gaps:
            began = perf_counter()
            outcome = await act()
            took_s = perf_counter() - began
            await asyncio.sleep(0.3)
        match outcome:
            case UndoReport() | CopyReport():
                assert not outcome.refused, outcome.refused
            case _:
                assert outcome is None or isinstance(outcome, Saved), outcome
        figures[f"{name}_s"] = round(took_s, 2)
        figures[f"{name}_gap_max_ms"] = round(gaps[-1], 1)
        print(name, figures[f"{name}_s"], gaps[-1], file=sys.stderr)

    async with opened_workspace(application, url) as workspace:
        workspace.start()
        await workspace.loaded()
        cache = workspace.backend
        other = open_backend(parse_target(other_url))
        await other.connect()
        changed = data[:-1] + b"."
        await measure("idle", lambda: asyncio.sleep(1))
        await measure("create", lambda: cache.write(KEY, data, expected=None, ttl=3_600_000))
        await measure("save", lambda: cache.write(KEY, changed, expected=data, ttl=TtlPolicy.KEEP))
        await measure("undo_save", lambda: undo_last(cache))
        await measure("read", lambda: read(cache, data))
        await measure("rename", lambda: cache.rename(KEY, NEW_NAME))
        await measure("undo_rename", lambda: undo_last(cache))
        await measure("copy", lambda: copy(cache, other))
        await measure("copy_over", lambda: copy(cache, other))
        await measure("delete", lambda: cache.remove(KEY))
        await measure("undo_delete", lambda: undo_last(cache))
        await other.aclose()
    return figures


async def undo_last(cache: JournalingBackend) -> UndoReport:
    return await undo(cache, cache.journal.entries[-1:])


async def read(cache: CacheBackend, data: bytes) -> None:
    stored = await cache.read(KEY)
    assert stored is not None
    assert stored.size == len(data)


async def copy(cache: CacheBackend, other: CacheBackend) -> CopyReport:
    return await copy_keys(cache, other, [KEY], OnConflict.OVERWRITE, lambda _: True, moves=False)
