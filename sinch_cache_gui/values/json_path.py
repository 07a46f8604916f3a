"""The way to a place in a JSON text, as people write it (source: RFC 9535, JSONPath)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

ROOT: Final = "$"

_PLAIN: Final = re.compile(r'"([A-Za-z_][A-Za-z0-9_]*)"')


def path_text(steps: Iterable[str | int]) -> str:
    """Answer a path as `$.a[0]["a.b"]`.

    Args:
        steps: From the root down: a name as it is spelt in the text, with its quotation marks; or
            the position of an element.
    """
    return ROOT + "".join(map(_step, steps))


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    plain = _PLAIN.fullmatch(step)
    return f"[{step}]" if plain is None else f".{plain.group(1)}"
