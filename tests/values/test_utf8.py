"""Decoding and encoding in slices say what they say at once, of any bytes and any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.slices import run_through
from sinch_cache_gui.values.utf8 import (
    character_start,
    check_work,
    decode_work,
    encode_work,
    offset_behind,
)

LONG = "aå漢😀".encode() * 200_000
"""Characters of every length at every place where a slice may end."""


@pytest.mark.parametrize("shift", range(4))
def test_a_character_at_the_end_of_a_slice_stays_whole(shift: int) -> None:
    data = b"x" * shift + LONG
    assert run_through(decode_work(data)) == data.decode()


def test_of_nothing_comes_nothing() -> None:
    assert run_through(decode_work(b"")) == ""


@pytest.mark.parametrize("end", [b"\xff", b"\xe6\xbc", b"\xe6x", b"\xed\xa0\x80", b"\xc0\x80"])
@pytest.mark.parametrize("rest", [b"", LONG])
def test_bytes_that_are_no_text_are_found_where_they_are(end: bytes, rest: bytes) -> None:
    data = LONG + end + rest
    with pytest.raises(UnicodeDecodeError) as at_once:
        data.decode()
    with pytest.raises(UnicodeDecodeError) as sliced:
        run_through(decode_work(data))
    assert sliced.value.args == at_once.value.args


def test_many_bytes_are_decoded_in_many_slices() -> None:
    assert sum(1 for _ in decode_work(LONG)) >= len(LONG) >> 20


@pytest.mark.parametrize("shift", range(2))
def test_text_becomes_the_bytes_it_was(shift: int) -> None:
    text = "x" * shift + LONG.decode()
    assert run_through(encode_work(text)) == text.encode()
    assert run_through(encode_work("")) == b""


@pytest.mark.parametrize("half", ["\ud83d", "\ud83dx"])
@pytest.mark.parametrize("rest", ["", LONG.decode()])
def test_half_a_character_is_found_where_it_is(half: str, rest: str) -> None:
    text = LONG.decode() + half + rest
    with pytest.raises(UnicodeEncodeError) as at_once:
        text.encode()
    with pytest.raises(UnicodeEncodeError) as sliced:
        run_through(encode_work(text))
    assert sliced.value.args == at_once.value.args


def test_a_long_text_is_encoded_in_many_slices() -> None:
    text = LONG.decode()
    assert sum(1 for _ in encode_work(text)) >= len(text) >> 20


@pytest.mark.parametrize("at", [0, 7, (1 << 19) - 1, 1 << 19, 1_000_000])
def test_checking_finds_what_reading_finds(at: int) -> None:
    good = ("å€𝄞" * 120_000).encode()
    run_through(check_work(good))
    for bad in (b"\xff", b"\xc3", b"\xa5\xa5\xa5\xa5\xa5"):
        data = good[: at - at % 9] + bad + good
        with pytest.raises(UnicodeDecodeError) as plain:
            data.decode()
        with pytest.raises(UnicodeDecodeError) as checked:
            run_through(check_work(data))
        assert checked.value.start == plain.value.start
    with pytest.raises(UnicodeDecodeError):
        run_through(check_work(good[:-1]))


@given(st.text("aå€𝄞", max_size=20), st.integers(0, 60))
def test_a_byte_belongs_to_one_character(text: str, at: int) -> None:
    data = text.encode()
    start = character_start(data, at)
    assert start <= max(at, 0)
    assert data[:start].decode() + data[start:].decode() == text
    assert at >= len(data) or len(data[start : at + 1].decode("utf-8", "replace")) == 1


@given(st.text("aå€𝄞", max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_so_many_characters_end_there(text: str, before: int, characters: int) -> None:
    start = len(text[:before].encode())
    end = len(text[: before + characters].encode())
    assert offset_behind(text.encode(), start, characters) == end
