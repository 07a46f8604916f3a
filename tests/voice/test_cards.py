"""What is known of one caller."""

from __future__ import annotations

from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.voice.cards import read_cards

CALLER = "+46701740605"


async def test_a_key_that_holds_no_json_is_there_all_the_same() -> None:
    cache = MemoryCache()
    await cache.write(f"customer:{CALLER}".encode(), b"no JSON", expected=None, ttl=300_000)
    cards = await read_cards(cache, CALLER, "4f1c")
    assert (cards.customer.is_there, cards.customer.value) == (True, None)
    assert cards.customer.deadline_ms is not None
    assert not cards.rate.is_there


async def test_the_customer_is_the_one_whom_the_session_names() -> None:
    cache = MemoryCache()
    await cache.set("session:4f1c", {"callerNumber": "+46850000000"}, 60)
    await cache.set("customer:+46850000000", {"name": "Nils"}, 60)
    cards = await read_cards(cache, CALLER, "4f1c")
    assert cards.customer.value == {"name": "Nils"}
