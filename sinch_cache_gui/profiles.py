"""Which cache to open, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MEMORY_URL: Final = "memory:"
"""The embedded cache of development."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A cache to open.

    Attributes:
        url: `memory:`, `redis://...`, `rediss://...` or `unix://...`; may hold a password, so it
            is never shown, logged or kept.
        prefix: Only keys below it are shown and written; it is stripped from view.
        is_read_only: Whether every write is refused.
    """

    url: str = field(default=MEMORY_URL, repr=False)
    prefix: bytes = b""
    is_read_only: bool = False
