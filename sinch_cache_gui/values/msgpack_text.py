"""msgpack as JSON, to be looked at."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import msgpack

from sinch_cache_gui.pacing import Breather
from sinch_cache_gui.values.json_text import INDENT, MAX_INDENTED_LEVELS


async def msgpack_as_json(data: bytes, limit: int) -> str | None:
    """Answer what a map or an array says, letting the loop run meanwhile; None if it is neither.

    Any byte is some number in msgpack, so those prove nothing.

    Args:
        data: The bytes.
        limit: Characters after which no more is said; then the text has as many.
    """
    if not _may_begin_msgpack(data):
        return None
    try:
        value = msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=_Pairs, timestamp=0)
    except (ValueError, RecursionError, msgpack.UnpackException):
        return None
    pieces: list[str] = []
    length = 0
    breathe = Breather()
    for piece in _rendered(value):
        pieces.append(piece)
        length += len(piece)
        if length >= limit:
            break
        await breathe()
    return "".join(pieces)[:limit]


def _may_begin_msgpack(data: bytes) -> bool:
    return bool(data) and (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF)


class _Pairs(list[tuple[object, object]]):
    """A map as it came: order and repeated keys kept."""


def _rendered(value: object) -> Iterator[str]:
    """Yield a value as JSON; what JSON cannot say stands in a string that says what it is.

    A list of what is open takes the place of recursion, and the deepest levels are indented alike:
    a few bytes can say a hundred thousand lines that stand five hundred levels deep.
    """
    opened: list[tuple[Iterator[tuple[str, object]], str]] = [(iter([("", value)]), "")]
    is_first = True
    while opened:
        members, close = opened[-1]
        line = "\n" + INDENT * min(len(opened) - 1, MAX_INDENTED_LEVELS) if close else ""
        member = next(members, None)
        if member is None:
            opened.pop()
            is_first = False
            if close:
                yield "\n" + INDENT * min(len(opened) - 1, MAX_INDENTED_LEVELS) + close
            continue
        name, held = member
        start = ("" if is_first else ",") + line + name
        is_first = isinstance(held, list) and bool(held)
        if isinstance(held, list) and held:
            is_map = isinstance(held, _Pairs)
            opened.append((_members(held), "}" if is_map else "]"))
            yield start + ("{" if is_map else "[")
        else:
            yield start + _alone(held)


def _members(held: list[object]) -> Iterator[tuple[str, object]]:
    if isinstance(held, _Pairs):
        for key, value in held:
            yield f"{_name(key)}: ", value
    else:
        for value in held:
            yield "", value


def _alone(value: object) -> str:
    """Answer a value that holds no others."""
    if isinstance(value, list):
        return "{}" if isinstance(value, _Pairs) else "[]"
    return json.dumps(value if _is_plain(value) else _in_words(value), ensure_ascii=False)


def _name(key: object) -> str:
    name = key if isinstance(key, str) else _alone(key) if _is_plain(key) else _in_words(key)
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
            return _moment(value)
        case msgpack.ExtType(code, data):
            return f"ext {code}: base64:{base64.b64encode(data).decode()}"
    try:
        return str(value)
    except RecursionError:
        return "nested too deep for a name"


def _moment(stamp: msgpack.Timestamp) -> str:
    try:
        return str(stamp.to_datetime().isoformat())
    except (OverflowError, ValueError):  # no calendar of ours reaches as far
        return f"timestamp: {stamp.seconds} s and {stamp.nanoseconds} ns since 1970"
