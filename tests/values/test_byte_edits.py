"""Bytes are changed in steps, and every step can be taken back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinch_cache_gui.values.byte_edits import (
    ByteEdits,
    find_back_work,
    find_work,
    parse_hex,
    parse_offset,
)
from sinch_cache_gui.values.slices import run_through


def test_two_digits_of_a_byte_are_one_step() -> None:
    edits = ByteEdits(b"\x00\x00")
    edits.put_digit(1, 0xA, is_second=False)
    edits.put_digit(1, 0xB, is_second=True)
    assert edits.read() == b"\x00\xab"
    assert edits.undo() == 1
    assert edits.read() == b"\x00\x00"
    assert edits.undo() is None
    assert edits.redo() == 1
    assert edits.read() == b"\x00\xab"


def test_a_digit_after_saving_is_a_step_of_its_own() -> None:
    edits = ByteEdits(b"\x00")
    edits.put_digit(0, 1, is_second=False)
    edits.set_unedited()
    edits.put_digit(0, 2, is_second=True)
    assert edits.is_edited
    edits.undo()
    assert edits.read() == b"\x10"
    assert not edits.is_edited


def test_what_was_loaded_can_be_taken_back_only_if_told_so() -> None:
    edits = ByteEdits(b"mine")
    edits.show(b"theirs", is_undoable=True)
    assert not edits.is_edited
    edits.undo()
    assert (edits.read(), edits.is_edited) == (b"mine", True)
    edits.show(b"other", is_undoable=False)
    assert edits.undo() is None
    assert (edits.read(), edits.is_edited) == (b"other", False)


def test_undoing_past_the_saved_bytes_and_writing_on_is_edited_for_good() -> None:
    edits = ByteEdits(b"a")
    edits.put(1, 1, b"b")
    edits.set_unedited()
    edits.undo()
    edits.put(1, 1, b"c")
    assert edits.is_edited


@given(
    st.binary(max_size=20),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.binary(max_size=5))),
)
def test_undoing_everything_brings_back_the_beginning(
    data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    edits = ByteEdits(data)
    expected = data
    for one, other, new in changes:
        start, end = sorted((min(one, len(expected)), min(other, len(expected))))
        edits.put(start, end, new)
        expected = expected[:start] + new + expected[end:]
    assert edits.read() == expected
    while edits.undo() is not None:
        pass
    assert edits.read() == data
    while edits.redo() is not None:
        pass
    assert edits.read() == expected


def test_hex_is_read_however_it_is_set_apart() -> None:
    assert parse_hex("ff00 0a") == b"\xff\x00\x0a"
    assert parse_hex(" FF:00-0a, 0x0b\n") == b"\xff\x00\x0a\x0b"
    for text in ("", "  ", "f", "ff 0", "zz", "1.5", "ab cd é"):
        assert parse_hex(text) is None, text


def test_offsets_are_read_decimal_and_hexadecimal() -> None:
    assert (parse_offset("1024"), parse_offset(" 0x400 ")) == (1024, 1024)
    for text in ("", "-1", "ten", "0x"):
        assert parse_offset(text) is None, text


def test_bytes_are_found_wherever_they_are_and_round_the_ends() -> None:
    for place in (0, 1, 1 << 20, (1 << 20) - 2, 2_500_000):
        data = bytes(place) + b"needle" + bytes(3_000_000 - place)
        for start in (0, place, place + 1, len(data), len(data) + 5):
            assert run_through(find_work(data, b"needle", start)) == place
            assert run_through(find_back_work(data, b"needle", start)) == place
        assert run_through(find_work(data, b"needles", 0)) == -1
        assert run_through(find_back_work(data, b"needles", place)) == -1


def test_of_several_the_next_one_is_found_and_the_one_before() -> None:
    data = (b"." * 999_998 + b"ab") * 3
    assert run_through(find_work(data, b"ab", 999_999)) == 1_999_998
    assert run_through(find_work(data, b"ab", 2_999_999)) == 999_998
    assert run_through(find_back_work(data, b"ab", 2_000_000)) == 1_999_998
    assert run_through(find_back_work(data, b"ab", 1_999_999)) == 999_998
    assert run_through(find_back_work(data, b"ab", 0)) == 2_999_998


def test_bytes_that_are_shown_are_no_copy_until_they_are_changed() -> None:
    data = bytes(100)
    edits = ByteEdits()
    edits.show(data, is_undoable=False)
    assert edits.read() is data
    edits.put(0, 1, b"x")
    assert (edits.read(), data) == (b"x" + bytes(99), bytes(100))
