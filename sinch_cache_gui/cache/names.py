"""Which new names a key can be given."""

from __future__ import annotations

from sinch_cache_gui.cache.errors import InvalidKey


def check_new_name(key: bytes, to: bytes) -> None:
    """Refuse a new name that is the old one.

    Raises:
        InvalidKey: Both are the same.
    """
    if key == to:
        raise InvalidKey("The key has this name already", "Nothing was written.")
