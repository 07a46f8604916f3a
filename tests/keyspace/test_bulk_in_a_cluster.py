"""Many keys in a real cluster while one of its primaries is killed: what is told is true."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import pytest
import redis as redis_client

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheError, CacheUnreachable
from sinch_cache_gui.cache.forwarding import ForwardingBackend
from sinch_cache_gui.cache.interface import CacheBackend, ExpireIn, WriteOutcome
from sinch_cache_gui.cache.redis_cluster import ClusterCache
from sinch_cache_gui.keyspace.bulk import (
    UNKNOWN_OUTCOME,
    BulkReport,
    BulkRun,
    ChangeTtl,
    DeleteKeys,
    run_bulk,
    undo_bulk,
)
from sinch_cache_gui.keyspace.export_reading import read_export
from sinch_cache_gui.keyspace.exports import export_keys
from sinch_cache_gui.keyspace.imports import OnConflict, import_keys
from sinch_cache_gui.keyspace.journal import Journal, Result
from sinch_cache_gui.keyspace.journaling import JournalingBackend
from sinch_cache_gui.keyspace.value_search import ValueSearch
from tests.redis_fleet import Cluster, Node, running_cluster

KEYS: Final = [b"k%d" % number for number in range(900)]
DYING_AT: Final = 3
"""The batch before which a primary dies."""


class Dying(ForwardingBackend):
    """A cluster that loses a primary in the middle of a deletion."""

    def __init__(self, inner: CacheBackend, node: Node) -> None:
        super().__init__(inner)
        self._node = node
        self._batches = 0

    async def remove_many(self, keys: Sequence[bytes]) -> list[WriteOutcome | CacheError]:
        self._batches += 1
        if self._batches == DYING_AT:
            self._node.kill()
        return await super().remove_many(keys)


@pytest.fixture
async def opened(shared_redis: object) -> AsyncIterator[tuple[Cluster, ClusterCache]]:
    """A cluster of this test's own, whose survivors go on serving when one is killed."""
    with running_cluster() as cluster:
        for node in cluster.nodes:
            node.server.send("CONFIG SET cluster-require-full-coverage no")
        cache = ClusterCache(parse_target(cluster.url), timeout_s=2)
        await cache.connect()
        yield cluster, cache
        await cache.aclose()


def keys_on(nodes: Sequence[Node]) -> set[bytes]:
    """Answer the keys of some nodes, asked one by one."""
    found: set[bytes] = set()
    for node in nodes:
        with redis_client.Redis(port=node.port) as raw:
            found |= set(raw.scan_iter(count=1000))
    return found


def files_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def new_run(total: int) -> BulkRun:
    return BulkRun(total, lambda _: None)


def go_on(_done: int) -> bool:
    return True


def accounted(report: BulkReport) -> int:
    refused = sum(one.count for one in report.refused)
    return report.done + report.gone + report.unchanged + refused + report.left


async def needle(data: bytes) -> int | None:
    return 0 if data == b"1" else None


async def test_what_is_done_unknown_and_left_is_told_when_a_primary_dies(
    opened: tuple[Cluster, ClusterCache], tmp_path: Path
) -> None:
    cluster, inner = opened
    dead, *alive = cluster.primaries
    path = tmp_path / "keys.json"
    pairs = dict.fromkeys(KEYS, 1)
    for key, value in pairs.items():
        await inner.set(key.decode(), value, 600)
    assert await export_keys(inner, KEYS, path, go_on) is not None
    kept, lost = keys_on(alive), keys_on([dead])
    assert min(len(kept), len(lost)) > 200

    # It dies while they are deleted.
    journal = Journal(limit=10_000)
    cache = JournalingBackend(Dying(inner, dead), journal)
    report = await run_bulk(new_run(len(KEYS)), cache, KEYS, DeleteKeys())
    assert accounted(report) == len(KEYS)
    assert report.ended_early
    assert report.done
    assert report.left
    unknown = {entry.key for entry in journal.entries if entry.result is Result.UNKNOWN}
    assert unknown <= lost
    assert {one.reason for one in report.refused} <= {UNKNOWN_OUTCOME}
    done = {trace.key for trace in report.traces} - unknown
    assert len(done) == report.done
    assert keys_on(alive) == kept - done

    # What can be brought back comes back; the rest waits.
    undone = await undo_bulk(new_run(len(report.traces)), cache, report.traces)
    back = (done & kept) - {trace.key for trace in undone.traces}
    assert keys_on(alive) == (kept - done) | back
    assert {trace.key for trace in undone.traces} >= (done | unknown) & lost
    assert undone.done == len(back)

    # Nothing else claims what it does not know, with a part of the keys out of reach.
    there = keys_on(alive)
    before = files_in(tmp_path)
    with pytest.raises(CacheUnreachable):
        await export_keys(inner, KEYS, path, go_on)
    assert files_in(tmp_path) == before

    search = ValueSearch(inner, KEYS, needle, lambda: None)
    await search.run()
    assert search.error
    assert search.looked_at < len(KEYS)
    assert {one.key for one in search.found} <= there

    changed = await run_bulk(
        new_run(len(there)), inner, sorted(there), ChangeTtl(ExpireIn(3_600_000))
    )
    assert (changed.done, changed.refused, changed.left) == (len(there), (), 0)

    items = await read_export(path, go_on)
    assert items is not None
    imported = await import_keys(inner, items, OnConflict.SKIP, go_on)
    written, skipped = set(imported.written), set(imported.skipped)
    assert (written | skipped) <= kept
    assert {key for key, _ in imported.refused} <= lost
    assert keys_on(alive) == there | written
