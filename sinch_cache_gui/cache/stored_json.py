"""Between a function's values and keys, and the bytes a cache stores.

Values are JSON text in UTF-8 without white space between tokens, as `JSON.stringify` writes it.
"""

from __future__ import annotations

import json
import math
from typing import cast

from sinch_cache_gui.cache.errors import InvalidKey, InvalidValue
from sinch_cache_gui.cache.interface import JsonValue


def encode_key(key: str) -> bytes:
    """Answer a function's key as the cache stores it.

    Raises:
        InvalidKey: The text has half a surrogate pair, which UTF-8 cannot say.
    """
    try:
        return key.encode()
    except UnicodeEncodeError:
        raise InvalidKey("This key is not text that UTF-8 can say", repr(key)) from None


def decode_keys(keys: list[bytes]) -> list[str]:
    """Answer stored keys as a function sees them: each once, and only those that are text."""
    texts: list[str] = []
    for key in dict.fromkeys(keys):
        try:
            texts.append(key.decode())
        except UnicodeDecodeError:
            continue
    return texts


def encode_value(value: JsonValue) -> bytes:
    """Answer the bytes to store.

    Raises:
        InvalidValue: JSON cannot say `value`, or would say something else instead.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue("This value cannot be stored as JSON", str(error)) from None
    _refuse_lookalikes(value)
    # Only half a surrogate pair cannot be UTF-8; JSON.stringify escapes it, and so does this.
    return text.encode("utf-8", "backslashreplace")


def decode_value(key: bytes, data: bytes) -> JsonValue:
    """Answer what a function reads from stored bytes.

    Raises:
        InvalidValue: They are not JSON.
    """
    try:
        return cast("JsonValue", json.loads(data.decode(), parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        name = key.decode(errors="backslashreplace")
        raise InvalidValue(f"The value of {name} is not JSON", str(error)) from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _refuse_lookalikes(value: JsonValue) -> None:
    """Refuse what `json.dumps` would quietly turn into something else: tuples, number keys."""
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        match item:
            case dict():
                for name in item:
                    if not isinstance(name, str):
                        raise InvalidValue(
                            "This value cannot be stored as JSON",
                            f"The name of a member is text, not {name!r}.",
                        )
                waiting.extend(item.values())
            case list():
                waiting.extend(item)
            case None | bool() | int() | str():
                pass
            case float() if math.isfinite(item):
                pass
            case _:
                raise InvalidValue(
                    "This value cannot be stored as JSON", f"It holds a {type(item).__name__}."
                )
