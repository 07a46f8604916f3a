"""The built-in function: the session, rate-limit and customer patterns, answering with a menu.

The patterns, keys and TTLs are those of "Working with the Cache"; the menu is ours. It knows the
cache through `FunctionCache` only, so it runs on every cache alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from sinch_cache_gui.cache.interface import FunctionCache, JsonValue
from sinch_cache_gui.voice.callbacks import Callback, Event, MenuResultType
from sinch_cache_gui.voice.customers import fetch_customer

SESSION_TTL_S: Final = 600
RATE_TTL_S: Final = 3600
RATE_LIMIT: Final = 10
CUSTOMER_TTL_S: Final = 300

MENU_TIMEOUT_MS: Final = 8000
"""Silence that ends the input, as Sinch Functions' menu builder sets it."""

_OFFER: Final = "Press 1 for sales, 2 for support, or 3 for our opening hours."
_HOURS: Final = "We are open on weekdays from 8 to 17."


def session_key(call_id: str) -> str:
    """The key of a call's session."""
    return f"session:{call_id}"


def rate_key(caller: str) -> str:
    """The key of a caller's rate."""
    return f"rate:{caller}"


def customer_key(phone: str) -> str:
    """The key of a cached customer."""
    return f"customer:{phone}"


class BuiltinFunction:
    """Answers the callbacks of one inbound call after another; all state is in the cache."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms

    async def __call__(self, callback: Callback, cache: FunctionCache) -> bytes:
        """Answer a callback with the bytes of its SVAML; empty where none is expected."""
        match callback.event:
            case Event.ICE:
                reply = await self._ice(callback, cache)
            case Event.PIE:
                reply = await self._pie(callback, cache)
            case Event.ACE:
                reply = _svaml({"name": "continue"})
            case Event.DICE | Event.NOTIFY:
                return b""  # the session is left to expire, as the document leaves it
        return json.dumps(reply, ensure_ascii=False).encode()

    async def _ice(self, callback: Callback, cache: FunctionCache) -> JsonValue:
        caller = _text(callback.fields, "cli")
        if await is_rate_limited(cache, caller):
            return _goodbye("You have called too often. Please try again in an hour.")
        customer = await get_customer(cache, caller)
        await cache.set(
            session_key(_text(callback.fields, "callId")),
            {"callerNumber": caller, "startTime": self._now_ms()},
            SESSION_TTL_S,
        )
        name = customer.get("name") if isinstance(customer, dict) else None
        greeting = f"Welcome back, {name}." if name else "Welcome to Northwind Telecom."
        return _svaml(_main_menu(_OFFER), {"name": "say", "text": greeting, "locale": "en-US"})

    async def _pie(self, callback: Callback, cache: FunctionCache) -> JsonValue:
        result = callback.fields.get("menuResult")
        found = result if isinstance(result, dict) else {}
        key = session_key(_text(callback.fields, "callId"))
        session = await cache.get(key)
        if not isinstance(session, dict):
            return _goodbye("Your session has expired. Please call again.")
        kind, value = _text(found, "type"), _text(found, "value")
        if kind == MenuResultType.SEQUENCE:
            await cache.set(key, {**session, "caseNumber": value}, SESSION_TTL_S)
            spelled = " ".join(value)
            return _goodbye(f"Thank you. We will call you back about case {spelled}.")
        if kind != MenuResultType.RETURN:
            return _goodbye("We did not get your choice. Please call again.")
        await cache.set(key, {**session, "menuChoice": value}, SESSION_TTL_S)
        return _after_choice(value)


async def is_rate_limited(cache: FunctionCache, caller: str) -> bool:
    """Count a call and answer whether the caller is over the limit, as the document does it."""
    key = rate_key(caller)
    current = await cache.get(key)
    if current is None:
        await cache.set(key, 1, RATE_TTL_S)
        return False
    count = _count(current)
    if count >= RATE_LIMIT:
        return True
    await cache.set(key, count + 1, RATE_TTL_S)
    return False


async def get_customer(cache: FunctionCache, phone: str) -> JsonValue:
    """Answer a customer out of the cache, or out of the directory and then cached."""
    key = customer_key(phone)
    cached = await cache.get(key)
    if cached is not None:
        return cached
    customer = fetch_customer(phone)
    if customer is not None:
        await cache.set(key, customer, CUSTOMER_TTL_S)
    return customer


def _after_choice(choice: str) -> JsonValue:
    match choice:
        case "hours":
            return _svaml(_main_menu(_OFFER), {"name": "say", "text": _HOURS, "locale": "en-US"})
        case "support":
            return _svaml(_case_menu())
        case _:
            return _goodbye("You are through to sales. Thank you for calling.")


def _main_menu(offer: str) -> JsonValue:
    choices = {"1": "sales", "2": "support", "3": "hours"}
    menu: JsonValue = {
        "id": "main",
        "mainPrompt": f"#tts[{offer}]",
        "repeatPrompt": f"#tts[Sorry, I did not get that. {offer}]",
        "repeats": 2,
        "timeoutMills": MENU_TIMEOUT_MS,
        "options": [{"dtmf": key, "action": f"return({to})"} for key, to in choices.items()],
    }
    return {"name": "runMenu", "barge": True, "menus": [menu]}


def _case_menu() -> JsonValue:
    menu: JsonValue = {
        "id": "main",
        "mainPrompt": "#tts[Please enter your case number of four digits.]",
        "repeatPrompt": "#tts[Please enter four digits.]",
        "repeats": 2,
        "maxDigits": 4,
        "timeoutMills": MENU_TIMEOUT_MS,
    }
    return {"name": "runMenu", "barge": True, "menus": [menu]}


def _goodbye(text: str) -> JsonValue:
    return _svaml({"name": "hangup"}, {"name": "say", "text": text, "locale": "en-US"})


def _svaml(action: JsonValue, *instructions: JsonValue) -> JsonValue:
    if not instructions:
        return {"action": action}
    return {"instructions": list(instructions), "action": action}


def _text(fields: Mapping[str, JsonValue], name: str) -> str:
    """Answer a field as a template literal of the document's samples would spell it."""
    value = fields.get(name)
    return "undefined" if value is None else str(value)


def _count(value: JsonValue) -> int:
    """Answer a counter that is a number (Node.js sample) or digits in a text (C# sample)."""
    if isinstance(value, int | float):
        return int(value)
    return int(value) if isinstance(value, str) and value.isdecimal() else 0
