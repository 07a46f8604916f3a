"""Which primaries are scanned again, when slots or roles moved during a scan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sinch_cache_gui.cache.cluster_scan import ClusterCursor, first_round, next_round
from sinch_cache_gui.cache.cluster_topology import Primary, parse_nodes
from sinch_cache_gui.cache.connect import Endpoint
from sinch_cache_gui.cache.errors import CacheError

A = Primary("a", Endpoint("h", 1), 1, ((0, 99),))
B = Primary("b", Endpoint("h", 2), 2, ((100, 199),))


def after_round(cursor: ClusterCursor | None) -> ClusterCursor:
    """The cursor once every primary of the round has answered its last page."""
    assert cursor is not None
    while cursor.waiting:
        cursor = cursor.moved_on(None)
    return cursor


def test_a_quiet_cluster_is_scanned_once() -> None:
    cursor = first_round([A, B])
    assert cursor.waiting == ("a", "b")
    assert cursor.moved_on(b"17").at == b"17"
    assert next_round(after_round(cursor), [A, B]) is None


def test_who_gained_slots_is_scanned_again_and_who_lost_them_is_not() -> None:
    poorer, richer = replace(A, slots=((0, 49),)), replace(B, epoch=3, slots=((50, 199),))
    second = next_round(after_round(first_round([A, B])), [poorer, richer])
    assert second is not None
    assert second.waiting == ("b",)
    assert next_round(after_round(second), [poorer, richer]) is None


def test_slots_that_went_away_and_came_back_are_scanned_again() -> None:
    second = next_round(after_round(first_round([A, B])), [replace(A, epoch=4), B])
    assert second is not None
    assert second.waiting == ("a",)


def test_whoever_took_over_is_scanned() -> None:
    heir = replace(B, id="c", epoch=3)
    second = next_round(after_round(first_round([A, B])), [A, heir])
    assert second is not None
    assert second.waiting == ("c",)


def test_a_slot_on_its_way_all_the_time_is_looked_into_once_more() -> None:
    receiving = replace(B, arriving=frozenset({5}))
    second = next_round(after_round(first_round([A, receiving])), [A, receiving])
    assert second is not None
    assert second.waiting == ("b",)
    assert next_round(after_round(second), [A, receiving]) is None
    arrived = replace(B, epoch=3, slots=((5, 5), (100, 199)))
    third = next_round(after_round(second), [A, arrived])
    assert third is not None
    assert third.waiting == ("b",)


NODES = b"""\
aa 10.0.0.1:7000@17000,one.example,shard-id=x master - 0 1 1 connected 0-99 101 [7->-bb]
bb :7001@17001 myself,master - 0 0 2 connected 100 102-16383 [7-<-aa]
cc 10.0.0.3:7002@17002 slave aa 0 1 1 connected
dd 10.0.0.4:7003@17003 master,fail - 1 1 0 disconnected
ee ::1:7004@17004 master - 0 1 0 connected
ff :0@0 handshake,master - 0 1 0 disconnected
"""


def test_the_nodes_of_a_cluster_are_read() -> None:
    topology = parse_nodes(NODES, Endpoint("asked", 7001))
    assert topology.primaries.keys() == {"aa", "bb", "ee"}
    assert topology.primaries["aa"].endpoint == Endpoint("one.example", 7000)
    assert topology.primaries["ee"].endpoint == Endpoint("::1", 7004)
    itself = topology.primaries["bb"]
    assert itself.is_self
    assert itself.endpoint == Endpoint("asked", 7001)
    assert itself.arriving == {7}
    assert topology.owners[:103].count("aa") == 101
    assert topology.owner(b"foo").id == "bb"
    assert topology.epoch == 2


def test_a_cluster_without_slots_is_no_cache() -> None:
    with pytest.raises(CacheError, match="no slots yet"):
        parse_nodes(b"aa :7000@17000 myself,master - 0 0 0 connected", Endpoint("h", 7000))
