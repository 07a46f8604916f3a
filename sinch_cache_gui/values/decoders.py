"""Bytes to something readable, to be looked at and never saved: each decoder is named."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Protocol

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.values.json_check import find_problem_sliced
from sinch_cache_gui.values.json_text import format_json_sliced
from sinch_cache_gui.values.msgpack_text import msgpack_as_json
from sinch_cache_gui.values.slices import run_sliced
from sinch_cache_gui.values.utf8 import decode_work

MAX_DECODED: Final = 2_000_000
"""Bytes unpacked for a look; a few bytes can be made to unpack to gigabytes."""

MAX_UNPACKED_AT_ONCE: Final = 1_000_000
"""Bytes given to a decoder that cannot be asked to pause."""

MAX_ZSTD_WINDOW_LOG: Final = 25
"""The most memory a zstd frame may ask for, as a power of two: 32 MB."""

MAX_DECODED_LINE: Final = 10_000
"""Characters of a decoded line; an editor lays out a longer one with trouble."""

HEX_BYTES: Final = 50_000
"""Bytes shown as rows of hex."""

_STEP: Final = 100_000
_LAYERS: Final = 4
"""Decoders applied one on the result of another: gzip of base64 of JSON is two."""

_PARTS: Final = 100
"""Parts of one gzip or zstd that are unpacked: what is left is copied for each of them."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What bytes say.

    Attributes:
        name: The decoders, outermost first: "gzip of JSON".
        text: What they made of the bytes; empty where the format is only named.
        is_json: Whether `text` is JSON.
        note: What to know: that only the beginning was decoded, or why nothing was.
    """

    name: str
    text: str = field(default="", repr=False)
    is_json: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one decoder made of bytes.

    Attributes:
        name: The decoder.
        data: What it made.
        is_whole: Whether that is all of it.
        note: What else to know, for people.
    """

    name: str
    data: bytes = field(repr=False)
    is_whole: bool = True
    note: str = ""


async def decode(data: bytes) -> Decoded | None:
    """Answer what `data` says, letting the loop run meanwhile; None where no decoder knows it."""
    names: list[str] = []
    notes: list[str] = []
    is_whole = True
    while len(names) < _LAYERS and is_whole:
        layer = await _unwrap(data)
        if layer is None:
            break
        names.append(layer.name)
        data, is_whole = layer.data, layer.is_whole
        if layer.note:
            notes.append(layer.note)
    found = await _said(data, is_wrapped=bool(names), is_head=not is_whole)
    shown = len(data)
    if found is None:
        if not names:
            return None
        found = Decoded("bytes", hex_rows(data, HEX_BYTES))
        shown = min(shown, HEX_BYTES)
    if shown < len(data) or not is_whole:
        notes.insert(0, f"Only the first {shown:,} decoded bytes are shown.")
    said = " ".join(filter(None, (*notes, found.note)))
    return Decoded(" of ".join([*names, found.name]), found.text, found.is_json, said)


async def _unwrap(data: bytes) -> _Layer | None:
    if data.startswith(_GZIP):
        return await _unpacked("gzip", data, lambda: _Inflater(31), zlib.error, again=_GZIP)
    if data.startswith(_ZSTD):
        return await _from_zstd(data)
    if len(data) > 2 and data[0] == 0x78 and int.from_bytes(data[:2], "big") % 31 == 0:
        return await _from_zlib(data)
    inner = _from_base64(data)
    if inner is not None and (await _is_json(inner) or inner.startswith((_GZIP, _ZSTD))):
        return _Layer("base64", inner)
    return None


class _Unpacker(Protocol):
    """What takes compressed bytes in and gives unpacked ones out, a step at a time."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Inflater:
    """zlib as the other unpackers are: it keeps what it has taken in and not unpacked yet."""

    def __init__(self, window: int) -> None:
        self._unpacker = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._unpacker.eof

    @property
    def needs_input(self) -> bool:
        return not self._unpacker.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._unpacker.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, max_length)


_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"


async def _from_zlib(data: bytes) -> _Layer | None:
    layer = await _unpacked("zlib", data, lambda: _Inflater(15), zlib.error)
    is_damaged = layer is not None and not layer.is_whole and len(layer.data) < MAX_DECODED
    # A text may begin with "x^": that it can be inflated for a while proves nothing.
    return None if is_damaged and _begins_as_text(data) else layer


def _begins_as_text(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data[:_STEP])
    except UnicodeDecodeError:
        return False
    return True


async def _from_zstd(data: bytes) -> _Layer | None:
    from backports import zstd  # late: few caches hold any

    limit = {int(zstd.DecompressionParameter.window_log_max): MAX_ZSTD_WINDOW_LOG}
    return await _unpacked(
        "zstd", data, lambda: zstd.ZstdDecompressor(options=limit), zstd.ZstdError, again=_ZSTD
    )


async def _unpacked(
    name: str,
    data: bytes,
    begin: Callable[[], _Unpacker],
    failure: type[Exception],
    *,
    again: bytes | None = None,
) -> _Layer | None:
    """Answer what can be unpacked, up to a limit; None for nothing.

    Args:
        name: What the bytes are, for people.
        data: The bytes.
        begin: Makes what unpacks them.
        failure: What that raises where they are not what they seem.
        again: What a further part begins with, where several may follow each other.
    """
    pieces: list[bytes] = []
    total = parts = 0
    is_damaged = False
    breathe = Breather()
    unpacker = begin()
    while total < MAX_DECODED:
        try:
            piece = unpacker.decompress(data, _STEP)
        except failure:
            is_damaged = True
            break
        pieces.append(piece)
        total += len(piece)
        data = b""
        await breathe()
        if unpacker.eof:
            parts += 1
            data = unpacker.unused_data
            if again is None or not data.startswith(again) or parts == _PARTS:
                break
            unpacker = begin()
        elif not piece and unpacker.needs_input:
            is_damaged = True
            break
    if not total and not parts:
        return None
    note = ""
    is_whole = unpacker.eof and (again is None or not data.startswith(again))
    if is_damaged:
        note = f"The rest of this {name} is damaged or missing."
    elif is_whole and data:
        note = f"Behind the end of this {name} follow {len(data):,} more bytes, not shown."
    return _Layer(name, b"".join(pieces), is_whole, note)


_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}\s*")


def _from_base64(data: bytes) -> bytes | None:
    if len(data) > MAX_UNPACKED_AT_ONCE or not _BASE64.fullmatch(data):
        return None
    plain = data.rstrip().rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        return None


async def _is_json(data: bytes) -> bool:
    if data[:1] not in (b"{", b"["):
        return False
    try:
        return await find_problem_sliced(data.decode("utf-8")) is None
    except UnicodeDecodeError:
        return False


async def _said(data: bytes, *, is_wrapped: bool, is_head: bool) -> Decoded | None:
    """Answer what bytes that no other decoder opens say."""
    if named := _named(data):
        return named
    try:
        text = data.decode(errors="ignore") if is_head else await run_sliced(decode_work(data))
    except UnicodeDecodeError:
        return await _from_msgpack(data)
    if not is_wrapped:
        return await _json_in_string(text)
    if not is_head and await find_problem_sliced(text) is None:
        return _laid_out(Decoded("JSON", await format_json_sliced(text), is_json=True))
    return None if "\0" in text else _laid_out(Decoded("text", text))


def _laid_out(decoded: Decoded) -> Decoded:
    """Answer what can be shown: a line too long for an editor is broken, and that is said."""
    lines = decoded.text.split("\n")
    if max(map(len, lines)) <= MAX_DECODED_LINE:
        return decoded
    broken = [
        line[at : at + MAX_DECODED_LINE]
        for line in lines
        for at in range(0, max(len(line), 1), MAX_DECODED_LINE)
    ]
    note = f"Lines are broken after {MAX_DECODED_LINE:,} characters."
    return Decoded(decoded.name, "\n".join(broken), note=note)


async def _json_in_string(text: str) -> Decoded | None:
    """Answer the JSON that a JSON string holds: a serializer was given text that was JSON."""
    if not (text.startswith('"') and len(text) <= MAX_UNPACKED_AT_ONCE):
        return None
    if await find_problem_sliced(text) is not None:
        return None
    inner = json.loads(text)
    if inner[:1] not in ("{", "[", '"') or await find_problem_sliced(inner) is not None:
        return None
    return Decoded("JSON in a JSON string", await format_json_sliced(inner), is_json=True)


_PICKLE: Final = re.compile(rb"\x80[\x02-\x05]")
_INSTRUCTIONS_READ: Final = 50
"""Instructions of a pickle after which what began like one is one."""

_MAGIC: Final = {
    _ZSTD: "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\xac\xed\x00\x05": "a serialized Java object",
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PK\x03\x04": "a zip archive",
    b"%PDF-": "a PDF document",
}


def _pickle_protocol(data: bytes) -> str | None:
    """Answer which protocol bytes are pickled by, from their instructions alone; None by none.

    The oldest two do not say it, and look like text: there an object that is remembered for later
    tells them from words that happen to end in a full stop.
    """
    if not data.endswith(b"."):
        return None
    if _PICKLE.match(data):
        return str(data[1])
    from pickletools import genops  # takes 11 ms: not at start-up

    try:
        begun = [found.name for found, _, _ in islice(genops(data), _INSTRUCTIONS_READ)]
    except (ValueError, OverflowError):
        return None
    return "0 or 1" if {"PUT", "BINPUT"}.intersection(begun[1:]) else None


def _named(data: bytes) -> Decoded | None:
    if (protocol := _pickle_protocol(data)) is not None:
        note = "A pickle can run any code when it is loaded, so it never is."
        return Decoded(f"Python pickle, protocol {protocol}", note=note)
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return Decoded(name, note="It is named by how it begins; it is not decoded here.")
    return None


async def _from_msgpack(data: bytes) -> Decoded | None:
    if len(data) > MAX_UNPACKED_AT_ONCE:
        return None
    text = await msgpack_as_json(data, MAX_DECODED)
    if text is None:
        return None
    if len(text) < MAX_DECODED:
        return Decoded("msgpack", text, is_json=True)
    note = f"Only the first {MAX_DECODED:,} decoded characters are shown."
    return Decoded("msgpack", text, note=note)


def hex_rows(data: bytes, limit: int) -> str:
    """Answer the first bytes as rows of sixteen, with what is readable of them beside."""
    rows = []
    for at in range(0, min(len(data), limit), 16):
        row = data[at : at + 16]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{at:08x}  {row.hex(' '):<47}  {plain}")
    return "\n".join(rows)
