"""Which cache to open, and how; what the window remembers of its user."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import orjson

MEMORY_URL: Final = "memory:"
"""The embedded cache of development."""

THEMES: Final = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Profile:
    """A cache to open.

    Attributes:
        url: `memory:`, `redis://...`, `rediss://...` or `unix://...`; may hold a password, so it
            is never shown, logged or kept.
        prefix: Only keys below it are shown and written; it is stripped from view.
        is_read_only: Whether every write is refused.
        omits_values: Whether no value is kept on disk: neither in the journal nor as a draft.
    """

    url: str = field(default=MEMORY_URL, repr=False)
    prefix: bytes = b""
    is_read_only: bool = False
    omits_values: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the window remembers of its user.

    Attributes:
        theme: "system", "light" or "dark".
    """

    theme: str = "system"


def load_preferences(file: Path) -> Preferences:
    """Read what was kept; whatever is missing or makes no sense is as on the first start."""
    try:
        kept = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return Preferences()
    theme = kept.get("theme") if isinstance(kept, dict) else None
    return Preferences(theme) if theme in THEMES else Preferences()


def save_preferences(file: Path, preferences: Preferences) -> None:
    """Keep `preferences` for the next start, in one step: an interrupted save leaves the old.

    Raises:
        OSError: The folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(asdict(preferences), option=orjson.OPT_INDENT_2))
    fresh.replace(file)
