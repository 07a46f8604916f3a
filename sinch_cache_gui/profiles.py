"""Which cache to open, and how; what the window remembers of its user."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from sinch_cache_gui.assumptions import CallAssumptions, assumed
from sinch_cache_gui.whole_file import write_whole

MEMORY_URL: Final = "memory:"
"""The embedded cache of development."""

log = logging.getLogger(__name__)

THEMES: Final = ("system", "light", "dark")

LONGEST_SIDE: Final = 32_767
"""Pixels: no window is larger."""

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
class LastFunction:
    """The function that answered last; its secret is not among it.

    Attributes:
        url: Where it is; empty for none yet.
        path_style: How its paths are made.
        application_key: Signs its requests; empty for unsigned ones.
        may_leave: Whether it may be on a public address.
    """

    url: str = ""
    path_style: str = ""
    application_key: str = ""
    may_leave: bool = False


@dataclass(frozen=True, slots=True)
class WindowShape:
    """How the window was left. Lengths are in pixels; 0 for as on the first start.

    Attributes:
        width: Of the window, unless it fills the screen.
        height: The same.
        is_maximized: Whether it filled the screen.
        tree_width: Of the tree of keys.
        calls_width: Of the calls.
        journal_height: Of the journal beneath the open keys.
        hides_tree: Whether the tree was put away.
        hides_calls: Whether the calls were.
    """

    width: int = 0
    height: int = 0
    is_maximized: bool = False
    tree_width: int = 0
    calls_width: int = 0
    hides_tree: bool = False
    hides_calls: bool = False
    journal_height: int = 0


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the window remembers of its user.

    Attributes:
        theme: "system", "light" or "dark".
        calls: What is assumed of the platform.
        function: What the fields of a function behind a URL begin with.
        window: How the window was left.
    """

    theme: str = "system"
    calls: CallAssumptions = CallAssumptions()  # noqa: RUF009 (frozen)
    function: LastFunction = LastFunction()
    window: WindowShape = WindowShape()


class KeptPreferences:
    """The preferences of now, kept for the next start whenever they change.

    Args:
        file: Where; None to keep nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._now = Preferences() if file is None else load_preferences(file)

    @property
    def now(self) -> Preferences:
        """What is preferred."""
        return self._now

    def choose_theme(self, theme: str) -> None:
        """Prefer a theme."""
        self._change(replace(self._now, theme=theme))

    def assume(self, calls: CallAssumptions) -> None:
        """Assume something else of the platform."""
        self._change(replace(self._now, calls=calls))

    def ask_next_time(self, function: LastFunction) -> None:
        """Begin with this function at the next start."""
        self._change(replace(self._now, function=function))

    def leave_window(self, window: WindowShape) -> None:
        """Open the window in this shape at the next start."""
        if window != self._now.window:
            self._change(replace(self._now, window=window))

    def _change(self, preferences: Preferences) -> None:
        self._now = preferences
        if self._file is None:
            return
        try:
            save_preferences(self._file, preferences)
        except OSError as error:
            log.warning("preferences were not kept: %s", error)


def load_preferences(file: Path) -> Preferences:
    """Read what was kept; whatever is missing or makes no sense is as on the first start."""
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return Preferences()
    if not isinstance(kept, dict):
        return Preferences()
    theme = kept.get("theme")
    return Preferences(
        theme if theme in THEMES else Preferences().theme,
        _parse_assumptions(kept.get("calls")),
        _parse_function(kept.get("function")),
        _parse_window(kept.get("window")),
    )


def _parse_window(kept: object) -> WindowShape:
    """Read the lengths and switches that make sense; any other is as on the first start."""
    if not isinstance(kept, dict):
        return WindowShape()
    names = ("width", "height", "tree_width", "calls_width", "journal_height")
    lengths = [kept.get(name) for name in names]
    width, height, tree, calls, journal = (
        length if isinstance(length, int) and 0 < length <= LONGEST_SIDE else 0
        for length in lengths
    )
    maximized, no_tree, no_calls = (
        kept.get(name) is True for name in ("is_maximized", "hides_tree", "hides_calls")
    )
    return WindowShape(width, height, maximized, tree, calls, no_tree, no_calls, journal)


def _parse_function(kept: object) -> LastFunction:
    """Read the last function whole, or none."""
    if not isinstance(kept, dict):
        return LastFunction()
    texts = [kept.get(name) for name in ("url", "path_style", "application_key")]
    url, path_style, key = (text if isinstance(text, str) else "" for text in texts)
    return LastFunction(url, path_style, key, kept.get("may_leave") is True)


def _parse_assumptions(kept: object) -> CallAssumptions:
    """Read what makes sense; anything else is as by default."""
    return assumed(kept) if isinstance(kept, dict) else CallAssumptions()


def save_preferences(file: Path, preferences: Preferences) -> None:
    """Keep `preferences` for the next start, in one step: an interrupted save leaves the old.

    Raises:
        OSError: The folder cannot be written.
    """
    replace_file(file, json.dumps(asdict(preferences), indent=2).encode())


def replace_file(file: Path, data: bytes) -> None:
    """Write a file in one step: an interrupted save leaves the old.

    Raises:
        OSError: The folder cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, data)


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
