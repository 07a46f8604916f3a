"""Which cache to open, and how; what the window remembers of its user."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import orjson

MEMORY_URL: Final = "memory:"
"""The embedded cache of development."""

THEMES: Final = ("system", "light", "dark")

_SECRET_OPTIONS: Final = frozenset({"sentinel_password"})


@dataclass(frozen=True, slots=True)
class Profile:
    """A cache to open.

    Attributes:
        url: `memory:`, `redis://...`, `rediss://...` or `unix://...`; may hold a password, so it
            is never shown, logged or kept.
        prefix: Only keys below it are shown and written; it is stripped from view.
        is_read_only: Whether every write is refused.
        omits_values: Whether no value is kept on disk: neither in the journal nor as a draft.
        keeps_password: Whether the password is kept in the keychain of the system.
    """

    url: str = field(default=MEMORY_URL, repr=False)
    prefix: bytes = b""
    is_read_only: bool = False
    omits_values: bool = False
    keeps_password: bool = False

    @property
    def public(self) -> Profile:
        """The same without a secret: what may be shown and kept."""
        return replace(self, url=public_url(self.url))

    def is_same_cache(self, other: Profile) -> bool:
        """Whether both show the same keys in the same way, whatever the password."""
        mine, theirs = self.public, other.public
        return (mine.url, mine.prefix, mine.is_read_only) == (
            theirs.url,
            theirs.prefix,
            theirs.is_read_only,
        )


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
    replace_file(file, orjson.dumps(asdict(preferences), option=orjson.OPT_INDENT_2))


def replace_file(file: Path, data: bytes) -> None:
    """Write a file in one step: an interrupted save leaves the old.

    Raises:
        OSError: The folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(file)


def public_url(url: str) -> str:
    """Take every secret out of a URL."""
    bare, _password = without_password(url)
    head, mark, query = bare.partition("?")
    if not mark:
        return bare
    kept = [
        pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _SECRET_OPTIONS
    ]
    return f"{head}?{urlencode(kept)}" if kept else head


def without_password(url: str) -> tuple[str, str]:
    """Split a URL into itself without the password, and the password (decoded; may be empty)."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return _before_password(url)
    if password is None:
        return url, ""
    user, _, place = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    netloc = f"{name}@{place}" if name else place
    return urlunsplit(parts._replace(netloc=netloc)), unquote(password)


def with_password(url: str, password: str) -> str:
    """Put a password into a URL that has none."""
    if not password or "://" not in url:
        return url
    scheme, rest = url.split("://", 1)
    place, slash, path = rest.partition("/")
    user, at, host = place.rpartition("@")
    name = user.partition(":")[0] if at else ""
    return f"{scheme}://{name}:{quote(password, safe='')}@{host}{slash}{path}"


def _before_password(url: str) -> tuple[str, str]:
    """Keep a password out of view even where the URL cannot be parsed."""
    head, at, tail = url.rpartition("@")
    if not at:
        return url, ""
    start, colon, password = head.rpartition(":")
    if not colon or start.endswith(("redis", "rediss", "unix")):
        return url, ""
    return f"{start}@{tail}", unquote(password)
