"""Bytes and changes of elements as JSON says them in the journal on disk, and back."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from typing import Final, TypeAlias, get_args

from sinch_cache_gui.cache.element_change import ElementChange

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

_KINDS: Final[dict[str, Callable[..., ElementChange]]] = {
    kind.__name__: kind for kind in get_args(ElementChange)
}


def said_bytes(data: bytes) -> Json:
    """Answer bytes as text where they are UTF-8, else as base64."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode("ascii")}


def meant_bytes(said: str | dict[str, str]) -> bytes:
    """Answer the bytes that `said_bytes` said.

    Raises:
        ValueError, TypeError, KeyError: It said no such thing.
    """
    if isinstance(said, str):
        return said.encode("utf-8")
    return base64.b64decode(said["base64"], validate=True)


def said_element(change: ElementChange) -> Json:
    """Answer a change by its name and its attributes."""
    said: dict[str, Json] = {"change": type(change).__name__}
    for part in dataclasses.fields(change):
        said[part.name] = _said(getattr(change, part.name))
    return said


def meant_element(said: dict[str, Json]) -> ElementChange:
    """Answer the change that `said_element` said.

    Raises:
        ValueError, TypeError, KeyError: It said no such thing.
    """
    parts = {name: _meant(part) for name, part in said.items() if name != "change"}
    return _KINDS[str(said["change"])](**parts)


def _said(part: object) -> Json:
    match part:
        case bytes():
            return {"bytes": said_bytes(part)}
        case float():  # a score may be infinite, which JSON cannot say
            return {"float": repr(part)}
        case tuple():
            return [_said(inner) for inner in part]
        case None | bool() | int():
            return part
    raise TypeError(f"no part of a change: {part!r}")


def _meant(said: Json) -> object:
    match said:
        case {"bytes": str() | dict() as data}:
            return meant_bytes(data)
        case {"float": str(digits)}:
            return float(digits)
        case list():
            return tuple(_meant(inner) for inner in said)
    return said
