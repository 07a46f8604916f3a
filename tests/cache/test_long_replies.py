"""Replies of a server read alike whether their strings are long or short, however they come."""

from __future__ import annotations

from functools import partial

import hiredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_cache_gui.cache.redis_long_replies import LongReplyReader

NOTHING = object()
LONG = 60

new_reader = partial(hiredis.Reader, notEnoughData=NOTHING)

strings = st.one_of(
    st.none(),
    st.binary(max_size=2 * LONG),
    st.binary(min_size=LONG, max_size=9 * LONG),
    st.just(b"$9\r\n*3\r\n" * LONG),  # what looks like the beginning of something else
)
replies = st.recursive(
    st.one_of(strings, st.integers(-9, 10**12)), lambda inner: st.lists(inner, max_size=4)
)


def spelled(reply: object) -> bytes:
    match reply:
        case None:
            return b"$-1\r\n"
        case bytes():
            return b"$%d\r\n%s\r\n" % (len(reply), reply)
        case int():
            return b":%d\r\n" % reply
        case list():
            return b"*%d\r\n" % len(reply) + b"".join(map(spelled, reply))
    raise TypeError(reply)


def read(data: bytes, sizes: list[int], *, long_bytes: int = LONG) -> list[object]:
    reader = LongReplyReader(new_reader, long_bytes=long_bytes, looked_from=LONG // 2)
    said: list[object] = []
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        reader.feed(data[at : at + size])
        at, turn = at + size, turn + 1
        while (reply := reader.gets()) is not NOTHING:
            said.append(reply)
    assert not reader.has_data()
    return said


@settings(max_examples=80, deadline=None)
@given(st.lists(replies, max_size=8), st.lists(st.integers(1, 5 * LONG), min_size=1, max_size=5))
def test_replies_are_what_was_said_in_whatever_pieces_they_come(
    said: list[object], sizes: list[int]
) -> None:
    assert read(b"".join(map(spelled, said)), sizes) == said


def test_a_long_string_is_led_past_what_would_copy_it_whole() -> None:
    class Watched(hiredis.Reader):
        longest = 0

        def feed(self, data: bytes) -> None:
            Watched.longest += len(data)
            super().feed(data)

    reader = LongReplyReader(
        partial(Watched, notEnoughData=NOTHING), long_bytes=LONG, looked_from=LONG // 2
    )
    said = [[b"x" * 10_000, b"y"], b"z" * 20_000]
    data = b"".join(map(spelled, said))
    heard = []
    for start in range(0, len(data), LONG):
        reader.feed(data[start : start + LONG])
        while (reply := reader.gets()) is not NOTHING:
            heard.append(reply)
    assert heard == said
    assert Watched.longest < 1_000


def test_a_reply_that_is_not_whole_is_not_answered() -> None:
    reader = LongReplyReader(new_reader, long_bytes=LONG, looked_from=LONG // 2)
    reader.feed(spelled([b"x" * 500, 1])[:300])
    assert reader.gets() is NOTHING
    reader.feed(b"x" * 10)
    assert reader.gets() is NOTHING
    assert reader.has_data()


def test_errors_beside_a_long_string_stay_errors() -> None:
    first, error, last = read(
        spelled(b"1") + b"-ERR no\r\n*2\r\n" + spelled(b"y" * 900) + b"-WRONGTYPE\r\n", [LONG]
    )
    assert first == b"1"
    assert isinstance(error, hiredis.ReplyError)
    assert isinstance(last, list)
    assert last[0] == b"y" * 900
    assert isinstance(last[1], hiredis.ReplyError)


@pytest.mark.parametrize("sizes", [[7], [64], [1000]])
def test_what_only_the_third_protocol_knows_is_read_by_hiredis_alone(sizes: list[int]) -> None:
    said = b"%1\r\n+name\r\n" + spelled(b"z" * 400) + spelled(b"end")
    assert read(said, sizes) == [{b"name": b"z" * 400}, b"end"]
