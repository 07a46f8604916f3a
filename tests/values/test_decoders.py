"""Bytes that are not text are shown for what they say, with the decoder named, and never run."""

from __future__ import annotations

import base64
import gzip
import json
import pickle
import zlib

import msgpack
import pytest
from backports import zstd

from sinch_cache_gui.cache.interface import StoredValue
from sinch_cache_gui.values.content import ContentKind, content_of
from sinch_cache_gui.values.decoders import MAX_DECODED, Decoded, decode

DOCUMENT = {"callerNumber": "+46701234567", "å": [1, 2.5, None, True]}
JSON = json.dumps(DOCUMENT, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(JSON), "gzip of JSON"),
        (zlib.compress(JSON), "zlib of JSON"),
        (zlib.compress(JSON, 1), "zlib of JSON"),
        (base64.b64encode(JSON), "base64 of JSON"),
        (base64.urlsafe_b64encode(JSON).rstrip(b"="), "base64 of JSON"),
        (base64.b64encode(gzip.compress(JSON)), "base64 of gzip of JSON"),
        (gzip.compress(base64.b64encode(JSON)), "gzip of base64 of JSON"),
        (zstd.compress(JSON), "zstd of JSON"),
        (zstd.compress(msgpack.packb(DOCUMENT), 19), "zstd of msgpack"),
        (base64.b64encode(gzip.compress(zstd.compress(JSON))), "base64 of gzip of zstd of JSON"),
        (msgpack.packb(DOCUMENT), "msgpack"),
        (gzip.compress(msgpack.packb(DOCUMENT)), "gzip of msgpack"),
        (json.dumps(JSON.decode()).encode(), "JSON in a JSON string"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # a gzip file tells its time
)
async def test_what_is_packed_is_shown_with_the_decoders_named(data: bytes, name: str) -> None:
    decoded = await decode(data)
    assert decoded is not None
    assert decoded.name == name
    assert decoded.is_json
    assert json.loads(decoded.text) == DOCUMENT
    assert decoded.note == ""


async def test_packed_text_and_packed_bytes_are_shown() -> None:
    assert await decode(gzip.compress("hej å".encode())) == Decoded("gzip of text", "hej å")
    found = await decode(gzip.compress(b"\xff\x00"))
    assert found is not None
    assert found.name == "gzip of bytes"
    assert found.text.startswith("00000000  ff 00")


async def test_numbers_inside_keep_their_spelling() -> None:
    decoded = await decode(gzip.compress(b'{"a":1.0,"a":12345678901234567890}'))
    assert decoded is not None
    assert decoded.text == '{\n  "a": 1.0,\n  "a": 12345678901234567890\n}'


async def test_a_bomb_is_unpacked_only_so_far() -> None:
    decoded = await decode(gzip.compress(b"x" * 50_000_000))
    assert decoded is not None
    assert MAX_DECODED <= len(decoded.text) < MAX_DECODED + 200_000
    assert decoded.note.startswith("Only the first 2,0")


async def test_a_bomb_of_zeros_is_bytes_and_told_as_far_as_it_is_shown() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(10_000_000)
    bomb = b"".join([*(packer.compress(zeros) for _ in range(100)), packer.flush()])
    for data, name in ((bomb, "gzip of bytes"), (gzip.compress(bomb), "gzip of gzip of bytes")):
        decoded = await decode(data)
        assert decoded is not None
        assert decoded.name == name
        assert decoded.text.startswith("00000000  00 00 00 00")
        assert decoded.note == "Only the first 50,000 decoded bytes are shown."


async def test_a_decoded_line_too_long_for_an_editor_is_broken_and_that_is_said() -> None:
    for text in ("x" * 25_000, '["' + "x" * 25_000 + '"]'):
        decoded = await decode(zlib.compress(text.encode()))
        assert decoded is not None
        assert "".join(decoded.text.split()) == text
        assert max(map(len, decoded.text.split("\n"))) == 10_000
        assert decoded.note == "Lines are broken after 10,000 characters."
        assert not decoded.is_json


async def test_a_bomb_of_zstd_is_unpacked_only_so_far_and_holds_little_memory() -> None:
    bomb = zstd.compress(b"[" + b"0," * 50_000_000)
    found = await decode(bomb)
    assert found is not None
    assert len(found.text) < MAX_DECODED + 200_000
    assert found.note.startswith("Only the first 2,0")

    wide = {zstd.CompressionParameter.window_log: 30}
    packer = zstd.ZstdCompressor(options=wide)
    asks_for_a_gigabyte = packer.compress(b"x" * 1_000) + packer.flush()
    assert await decode(asks_for_a_gigabyte) == Decoded(
        "zstd", note="It is named by how it begins; it is not decoded here."
    )


async def test_a_broken_zstd_frame_is_named() -> None:
    found = await decode(b"\x28\xb5\x2f\xfd\xff\xff\xff\xff")
    assert found is not None
    assert (found.name, found.text) == ("zstd", "")


async def test_what_is_cut_off_is_shown_as_far_as_it_goes() -> None:
    whole = gzip.compress(bytes(str(list(range(2000))), "ascii"))
    decoded = await decode(whole[: len(whole) // 2])
    assert decoded is not None
    assert decoded.name == "gzip of text"
    assert decoded.text.startswith("[0, 1, 2")
    assert "Only the first" in decoded.note


async def test_what_follows_in_a_second_part_is_shown_and_strange_bytes_behind_the_end_told() -> (
    None
):
    for pack in (gzip.compress, zstd.compress):
        two = await decode(pack(b'{"a":') + pack(b"1}"))
        assert two is not None
        assert (two.text, two.note) == ('{\n  "a": 1\n}', "")
        strange = await decode(pack(b'{"a":1}') + b"strange")
        assert strange is not None
        assert strange.text == '{\n  "a": 1\n}'
        assert "follow 7 more bytes, not shown" in strange.note


async def test_a_thousand_parts_are_not_all_unpacked_and_that_is_said() -> None:
    found = await decode(gzip.compress(b"x") * 1_000)
    assert found is not None
    assert found.note == f"Only the first {len(found.text):,} decoded bytes are shown."


async def test_what_is_damaged_is_told_apart_from_what_is_long() -> None:
    whole = gzip.compress(str(list(range(2000))).encode())
    for broken in (whole[:-100], whole[:-200] + bytes(200)):
        found = await decode(broken)
        assert found is not None
        assert "damaged or missing" in found.note
    endless = await decode(gzip.compress(bytes(5_000_000)))
    assert endless is not None
    assert "damaged" not in endless.note


@pytest.mark.parametrize(
    "text", ["x^j7433l5ff1ha", "x^cffi1f6i57jn", "x^2 + y^2 = z^2", "x^squared"]
)
async def test_a_formula_is_not_taken_for_zlib(text: str) -> None:
    assert await decode(text.encode()) is None


async def test_a_moment_beyond_the_calendar_is_told_as_the_number_it_is() -> None:
    stamps = [msgpack.Timestamp(2**62, 5), msgpack.Timestamp(-(2**62)), msgpack.Timestamp(10**12)]
    found = await decode(msgpack.packb(stamps))
    assert found is not None
    assert json.loads(found.text)[0] == f"timestamp: {2**62} s and 5 ns since 1970"


async def test_a_bomb_of_msgpack_is_told_only_so_far() -> None:
    count = 300_000
    bomb = b"\x91" * 400 + b"\xdd" + count.to_bytes(4, "big") + b"\x01" * count
    found = await decode(bomb)
    assert found is not None
    assert found.name == "msgpack"
    assert len(found.text) == MAX_DECODED
    assert found.note == "Only the first 2,000,000 decoded characters are shown."
    assert not found.is_json


async def test_msgpack_is_laid_out_with_its_order_and_repeated_names() -> None:
    data = b"\x84\xa1b\x92\x01\x80\xa1a\x90\xa1a\x81\x01\xc0\x91\x01\xc3"
    found = await decode(data)
    assert found is not None
    assert found.text == (
        '{\n  "b": [\n    1,\n    {}\n  ],\n  "a": [],\n  "a": {\n    "1": null\n  },'
        '\n  "[1]": true\n}'
    )


async def test_what_json_has_no_word_for_is_said_in_a_string() -> None:
    value = {1: b"\xff", "when": msgpack.Timestamp(0), "x": msgpack.ExtType(5, b"a"), "n": 1e999}
    decoded = await decode(msgpack.packb(value))
    assert decoded is not None
    assert json.loads(decoded.text) == {
        "1": "base64:/w==",
        "when": "1970-01-01T00:00:00+00:00",
        "x": "ext 5: base64:YQ==",
        "n": "inf",
    }


class Trap:
    sprung = False

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return spring, ()


def spring() -> None:
    Trap.sprung = True


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
async def test_a_pickle_is_named_and_never_loaded(protocol: int) -> None:
    decoded = await decode(pickle.dumps(Trap(), protocol))
    assert decoded is not None
    assert decoded.name == f"Python pickle, protocol {protocol}"
    assert decoded.text == ""
    assert not Trap.sprung


@pytest.mark.parametrize("protocol", [0, 1])
@pytest.mark.parametrize(
    "pickled", [Trap(), [1, 2], {"a": [1.5]}, "text"], ids=lambda one: type(one).__name__
)
async def test_a_pickle_that_looks_like_text_is_named_and_never_loaded(
    pickled: object, protocol: int
) -> None:
    decoded = await decode(pickle.dumps(pickled, protocol))
    assert decoded is not None
    assert decoded.name == "Python pickle, protocol 0 or 1"
    assert not Trap.sprung


@pytest.mark.parametrize(
    "text",
    ["N.", "I am here.\n.", "(a).", "Vabc\n.", "p0\n.", "cat\ndog\n.", "1.", "S'it'\n.", "."],
)
async def test_a_text_that_ends_in_a_full_stop_is_no_pickle(text: str) -> None:
    assert await decode(text.encode()) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"plain words", b"\xff\xfe", b"\x05", b"1", b"deadbeef", b'"text"', b"\x1f\x8b",
     bytes(range(128, 256)), b"\x91" * 100_000, b"x\x9c"],
    ids=lambda data: repr(data[:8]),
)  # fmt: skip
async def test_what_nobody_knows_is_not_guessed_at(data: bytes) -> None:
    assert await decode(data) is None


async def shown(data: bytes) -> tuple[ContentKind, str, str]:
    content = await content_of(StoredValue("string", data, len(data), None))
    return content.kind, content.name, content.shown


async def test_strings_of_csharp_and_of_node_are_told_apart() -> None:
    assert await shown(b"1") == (ContentKind.JSON, "JSON number", "1")
    assert await shown(b'"1"') == (ContentKind.JSON, "JSON string", '"1"')
    assert await shown(b'"\\"1\\""') == (ContentKind.JSON, "JSON string", '"\\"1\\""')
    content = await content_of(StoredValue("string", b'"\\"1\\""', 7, None))
    assert content.decoded == Decoded("JSON in a JSON string", '"1"', is_json=True)
    assert await shown(b"null") == (ContentKind.JSON, "JSON null", "null")
    assert (await shown(b"{}"))[1] == ""


async def test_what_is_decoded_cannot_be_saved() -> None:
    data = gzip.compress(JSON)
    content = await content_of(StoredValue("string", data, len(data), None))
    assert content.kind is ContentKind.BINARY
    assert content.name == "gzip of JSON"
    assert not content.is_editable
    assert content.shown.startswith("00000000  1f 8b")


async def test_base64_is_text_that_can_be_edited_still() -> None:
    data = base64.b64encode(JSON)
    content = await content_of(StoredValue("string", data, len(data), None))
    assert content.is_editable
    assert content.shown == data.decode()
    assert content.name == "base64 of JSON"
