"""What setCookie leaves in a call.

Documented: a cookie is sent along in later callbacks of the session. In which field is in no
published schema; one is used only where somebody assumes it.
"""

from __future__ import annotations

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Callback


class Cookies:
    """The cookies of one call.

    Args:
        field: Carries them as an object of names and values; empty: nothing does.
    """

    def __init__(self, field: str) -> None:
        self._field = field
        self._values: dict[str, str] = {}

    def set(self, name: str, value: str) -> None:
        """Keep a cookie; one of the same name is replaced."""
        self._values[name] = value

    def put_into(
        self, callback: Callback, assumed: tuple[str, ...]
    ) -> tuple[Callback, tuple[str, ...]]:
        """Answer `callback` with the cookies there are, and its assumed fields with theirs."""
        if not self._field or not self._values:
            return callback, assumed
        carried: JsonValue = dict(self._values)
        fields = {**callback.fields, self._field: carried}
        return Callback(callback.event, fields), (*assumed, self._field)
