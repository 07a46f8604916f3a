"""What a cell says reads well, whatever the bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sinch_cache_gui.cache.interface import KeyInfo
from sinch_cache_gui.ui.key_tree.cells import (
    bytes_text,
    name_text,
    preview_text,
    size_text,
    ttl_text,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_234, "1.2 kB"),
        (34_000_000, "34 MB"),
        (5 * 10**12, "5,000 GB"),
    ],
)
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'{"a": 1}', '{"a": 1}'),
        (b'{\n  "a": 1\n}', '{ "a": 1 }'),
        ("Åsa".encode()[:1], r"\xc3"),
        ("kund Å".encode()[:-1], "kund"),
        (b"\xff\x00\x01", r"\xff\x00\x01"),
        ("a\u202eb".encode(), "a·b"),
        (b"", ""),
    ],
)
def test_a_preview_is_one_line(data: bytes, text: str) -> None:
    assert preview_text(data) == text


def test_a_segment_without_characters_is_said_to_be_empty() -> None:
    assert name_text(b"") == "(empty)"


def test_a_list_counts_elements_and_lives_until_its_deadline() -> None:
    info = KeyInfo(b"a", "list", 10_000, 1_204, b"")
    assert size_text(info) == "1,204"
    assert ttl_text(info, 4_000) == "0:06"
    assert ttl_text(replace(info, deadline_ms=None), 4_000) == "no expiry"
    assert ttl_text(replace(info, deadline_ms=None, is_deadline_told=False), 4_000) == "not told"
    assert size_text(KeyInfo(b"a", "module", None, None, b"")) == ""
