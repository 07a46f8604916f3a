"""The cache as a Sinch Function sees it: seven operations on text keys and JSON values.

A part of interface.py, which is where everybody else imports these from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

JsonValue: TypeAlias = bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"] | None
"""A value a function may store: whatever JSON can say."""

DEFAULT_TTL_S: Final = 3600
"""Seconds a key lives when nobody says otherwise (source: "Working with the Cache")."""


class FunctionCache(Protocol):
    """The cache as a Sinch Function sees it (source: "Working with the Cache").

    Keys are text and values are JSON. `MemoryCache` and `RedisCache` answer alike; one contract
    suite in tests/cache says what alike means.
    """

    async def set(self, key: str, value: JsonValue, ttl: int | None = DEFAULT_TTL_S) -> None:
        """Store `value` for `ttl` seconds; None means the default of an hour.

        Raises:
            InvalidTtl: `ttl` is not a whole number of seconds from 1 to a hundred years.
            InvalidValue: JSON cannot say `value` (NaN, an object of a class, ...).
            WrongType: The key holds something other than a string.
        """
        ...

    async def get(self, key: str) -> JsonValue:
        """Answer the value, or None where there is no such key.

        Raises:
            WrongType: The key holds something other than a string.
            InvalidValue: The stored bytes are not JSON.
        """
        ...

    async def has(self, key: str) -> bool:
        """Answer whether the key exists."""
        ...

    async def delete(self, key: str) -> bool:
        """Remove the key; answer whether it was there."""
        ...

    async def extend(self, key: str, seconds: int) -> bool:
        """Add `seconds` to the remaining time.

        A key without TTL keeps living for ever (and the answer is True); a missing key is False.

        Raises:
            InvalidTtl: `seconds` is not a whole number from 1 to a hundred years.
        """
        ...

    async def keys(self, pattern: str = "*") -> list[str]:
        """Answer the keys that match a glob as Redis matches it, in no particular order."""
        ...

    async def get_many(self, keys: Sequence[str]) -> dict[str, JsonValue]:
        """Answer every asked key with its value, None where there is none."""
        ...
