"""Phone numbers as a person types them, and as a callback carries them."""

from __future__ import annotations

import re
from typing import Final

WITHHELD: Final = "private"
"""What a callback carries when the caller hides the number."""

_SPACING: Final = re.compile(r"[\s().\-/]")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


def parse_number(text: str) -> str | None:
    """Answer the number in E.164 (`+46701740605`), or None if `text` is not one.

    Spaces, dots, dashes, slashes and parentheses are for people and are dropped.
    """
    number = _SPACING.sub("", text)
    return number if _E164.fullmatch(number) else None


def parse_caller(text: str) -> str | None:
    """Answer the caller's number, or `WITHHELD` for a hidden one, or None if it is neither."""
    if text.strip().lower() == WITHHELD:
        return WITHHELD
    return parse_number(text)
