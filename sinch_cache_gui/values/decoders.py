"""Bytes to something readable, to be looked at and never saved: each decoder is named."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgpack

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.values.json_check import find_problem_sliced
from sinch_cache_gui.values.json_text import format_json_sliced
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


async def decode(data: bytes) -> Decoded | None:
    """Answer what `data` says, letting the loop run meanwhile; None where no decoder knows it."""
    names: list[str] = []
    note = ""
    while len(names) < _LAYERS:
        layer = await _unwrap(data)
        if layer is None:
            break
        name, data, is_whole = layer
        names.append(name)
        if not is_whole:
            note = f"Only the first {len(data):,} decoded bytes are shown."
            break
    found = await _said(data, is_wrapped=bool(names), is_head=bool(note))
    if found is None:
        if not names:
            return None
        found = Decoded("bytes", hex_rows(data, HEX_BYTES))
        if note or len(data) > HEX_BYTES:
            note = f"Only the first {min(len(data), HEX_BYTES):,} decoded bytes are shown."
    notes = " ".join(filter(None, (note, found.note)))
    return Decoded(" of ".join([*names, found.name]), found.text, found.is_json, notes)


async def _unwrap(data: bytes) -> tuple[str, bytes, bool] | None:
    if data.startswith(b"\x1f\x8b"):
        return await _inflated("gzip", data, 31)
    if data.startswith(_ZSTD):
        return await _from_zstd(data)
    if len(data) > 2 and data[0] == 0x78 and int.from_bytes(data[:2], "big") % 31 == 0:
        return await _inflated("zlib", data, 15)
    inner = _from_base64(data)
    if inner is not None and (await _is_json(inner) or inner.startswith((b"\x1f\x8b", _ZSTD))):
        return "base64", inner, True
    return None


class _Unpacker(Protocol):
    """What takes compressed bytes in and gives unpacked ones out, a step at a time."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

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

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, max_length)


async def _inflated(name: str, data: bytes, window: int) -> tuple[str, bytes, bool] | None:
    return await _unpacked(name, data, _Inflater(window), zlib.error)


_ZSTD: Final = b"\x28\xb5\x2f\xfd"


async def _from_zstd(data: bytes) -> tuple[str, bytes, bool] | None:
    from backports import zstd  # late: few caches hold any

    limit = {int(zstd.DecompressionParameter.window_log_max): MAX_ZSTD_WINDOW_LOG}
    return await _unpacked("zstd", data, zstd.ZstdDecompressor(options=limit), zstd.ZstdError)


async def _unpacked(
    name: str, data: bytes, unpacker: _Unpacker, failure: type[Exception]
) -> tuple[str, bytes, bool] | None:
    """Answer what can be unpacked, up to a limit, and whether that is all; None for nothing.

    Args:
        name: What the bytes are, for people.
        data: The bytes.
        unpacker: Unpacks them.
        failure: What it raises where they are not what they seem.
    """
    pieces: list[bytes] = []
    total = 0
    breathe = Breather()
    try:
        while not unpacker.eof and total < MAX_DECODED:
            piece = unpacker.decompress(data, _STEP)
            data = b""
            if not piece and unpacker.needs_input:
                break
            pieces.append(piece)
            total += len(piece)
            await breathe()
    except failure:
        if not total:
            return None
    if not total and not unpacker.eof:
        return None
    return name, b"".join(pieces), unpacker.eof


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
        return _from_msgpack(data)
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


def _named(data: bytes) -> Decoded | None:
    if _PICKLE.match(data) and data.endswith(b"."):
        note = "A pickle can run any code when it is loaded, so it never is."
        return Decoded(f"Python pickle, protocol {data[1]}", note=note)
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return Decoded(name, note="It is named by how it begins; it is not decoded here.")
    return None


def _from_msgpack(data: bytes) -> Decoded | None:
    """Answer a map or an array; any byte is some number in msgpack, so those prove nothing."""
    if len(data) > MAX_UNPACKED_AT_ONCE or not _may_begin_msgpack(data):
        return None
    try:
        value = msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_Pairs, timestamp=0)
        text = _rendered(value)
    except (ValueError, RecursionError, msgpack.UnpackException):
        return None
    return Decoded("msgpack", text, is_json=True)


def _may_begin_msgpack(data: bytes) -> bool:
    return bool(data) and (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF)


class _Pairs(list[tuple[object, object]]):
    """A map as it came: order and repeated keys kept."""


def _rendered(value: object, indent: str = "") -> str:
    """Answer a value as JSON; what JSON cannot say stands in a string that says what it is."""
    if not isinstance(value, list):
        return json.dumps(value if _is_plain(value) else _in_words(value), ensure_ascii=False)
    open_, close = ("{", "}") if isinstance(value, _Pairs) else ("[", "]")
    if not value:
        return open_ + close
    deeper = indent + "  "
    if isinstance(value, _Pairs):
        lines = [f"{_name(key)}: {_rendered(item, deeper)}" for key, item in value]
    else:
        lines = [_rendered(item, deeper) for item in value]
    return f"{open_}\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}{close}"


def _name(key: object) -> str:
    name = key if isinstance(key, str) else _rendered(key) if _is_plain(key) else _in_words(key)
    return json.dumps(name, ensure_ascii=False)


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return value - value == 0  # JSON knows no infinity and no NaN
    return value is None or isinstance(value, bool | int | str)


def _in_words(value: object) -> str:
    match value:
        case bytes():
            return f"base64:{base64.b64encode(value).decode()}"
        case msgpack.Timestamp():
            return str(value.to_datetime().isoformat())
        case msgpack.ExtType(code, data):
            return f"ext {code}: base64:{base64.b64encode(data).decode()}"
    return str(value)


def hex_rows(data: bytes, limit: int) -> str:
    """Answer the first bytes as rows of sixteen, with what is readable of them beside."""
    rows = []
    for at in range(0, min(len(data), limit), 16):
        row = data[at : at + 16]
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"{at:08x}  {row.hex(' '):<47}  {plain}")
    return "\n".join(rows)
