"""What the cache knows of one caller: the rate, the session of a call, the customer."""

from __future__ import annotations

from dataclasses import dataclass

from sinch_cache_gui.cache.errors import InvalidValue
from sinch_cache_gui.cache.interface import CacheBackend, JsonValue
from sinch_cache_gui.cache.stored_json import decode_value
from sinch_cache_gui.voice.builtin import RATE_LIMIT, customer_key, rate_key, session_key


@dataclass(frozen=True, slots=True)
class Card:
    """One key and what it holds.

    Attributes:
        key: Its name.
        is_there: Whether the key exists.
        value: Its value; None where there is no such key, or none that can be read.
        deadline_ms: When it expires by the cache's clock; None for never, or for no key.
        is_deadline_told: Whether this user may know when it expires.
    """

    key: str
    is_there: bool = False
    value: JsonValue = None
    deadline_ms: int | None = None
    is_deadline_told: bool = True


@dataclass(frozen=True, slots=True)
class CallerCards:
    """The cards of one call.

    Attributes:
        rate: `rate:<caller>`: how many calls of the limit.
        session: `session:<callid>`.
        customer: `customer:<phone>`, of the number the session names, or else the caller's.
    """

    rate: Card
    session: Card
    customer: Card

    @property
    def rate_count(self) -> int | None:
        """How many calls were counted; None where nothing was. The C# sample stores it as text."""
        value = self.rate.value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return int(value) if isinstance(value, int | float) else None

    @property
    def is_rate_reached(self) -> bool:
        """Whether the next call is refused."""
        return (self.rate_count or 0) >= RATE_LIMIT


async def read_cards(cache: CacheBackend, caller: str, call_id: str) -> CallerCards:
    """Look at the three keys of a call.

    Raises:
        CacheError: The cache does not answer.
    """
    session = await _card(cache, session_key(call_id))
    named = session.value.get("callerNumber") if isinstance(session.value, dict) else None
    phone = named if isinstance(named, str) and named else caller
    rate, customer = rate_key(caller), customer_key(phone)
    return CallerCards(await _card(cache, rate), session, await _card(cache, customer))


async def _card(cache: CacheBackend, key: str) -> Card:
    name = key.encode()
    stored = await cache.read(name)
    if stored is None:
        return Card(key)
    return Card(key, True, _value(name, stored.data), stored.deadline_ms, stored.is_deadline_told)


def _value(key: bytes, data: bytes | None) -> JsonValue:
    try:
        return None if data is None else decode_value(key, data)
    except InvalidValue:
        return None
