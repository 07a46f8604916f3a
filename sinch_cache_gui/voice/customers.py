"""A small directory that plays the customer API of a company that does not exist.

Every number is from a range that regulators keep free for fiction: 070-174 06 05 to 06 99 and
08-465 004 00 to 004 99 (Sweden), 555-01xx (North America).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sinch_cache_gui.cache.interface import JsonValue

DEMO_CALLED: Final = "+46846500412"
"""The number of the company."""

UNKNOWN_CALLER: Final = "+46701740699"
"""A caller who is no customer."""

_DIRECTORY: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "+46701740605": ("c-1001", "Astrid Lindqvist", "pro", "sv-SE"),
    "+46701740612": ("c-1002", "Elif Demir", "basic", "sv-SE"),
    "+46701740627": ("c-1003", "Johan Åkesson", "pro", "sv-SE"),
    "+46701740634": ("c-1004", "Noor Haddad", "business", "sv-SE"),
    "+46701740651": ("c-1005", "Sámal Joensen", "basic", "sv-SE"),
    "+12025550117": ("c-2001", "Alice Moreau", "pro", "en-US"),
    "+12025550142": ("c-2002", "Marcus Bell", "business", "en-US"),
    "+13125550163": ("c-2003", "Priya Raman", "basic", "en-US"),
    "+14155550178": ("c-2004", "Tomás Herrera", "business", "es-US"),
    "+16465550191": ("c-2005", "Grace Okafor", "pro", "en-US"),
}


def known_phones() -> tuple[str, ...]:
    """Answer the numbers in the directory."""
    return tuple(_DIRECTORY)


def name_of(phone: str) -> str:
    """Answer the customer's name, empty if nobody has that number."""
    found = _DIRECTORY.get(phone)
    return "" if found is None else found[1]


def fetch_customer(phone: str) -> JsonValue:
    """Answer the customer with that number, None if nobody has it."""
    found = _DIRECTORY.get(phone)
    if found is None:
        return None
    customer_id, name, plan, locale = found
    return {"id": customer_id, "name": name, "phone": phone, "plan": plan, "locale": locale}
