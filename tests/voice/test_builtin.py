"""The built-in function keeps rates, customers and sessions as the document does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from sinch_cache_gui.cache.connect import parse_target
from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import FunctionCache, JsonValue
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.redis import RedisCache
from sinch_cache_gui.voice.builtin import RATE_LIMIT
from sinch_cache_gui.voice.call_events import CallPhase
from sinch_cache_gui.voice.callbacks import Destination
from sinch_cache_gui.voice.recording import CacheOperation, Unread

STRANGER = "+46701740699"


async def ttl_s(cache: MemoryCache, key: str) -> float:
    deadline = (await cache.deadlines([key.encode()]))[0]
    assert isinstance(deadline, int)
    return (deadline - cache.now_ms()) / 1000


async def test_a_call_leaves_its_session_rate_and_customer(
    rehearse, builtin, cache: MemoryCache, setup, clock
) -> None:
    call = rehearse(builtin(cache)).call
    await call.dial()
    session, rate, customer = (
        f"session:{setup.call_id}",
        f"rate:{setup.caller}",
        f"customer:{setup.caller}",
    )

    assert await cache.get(session) == {"callerNumber": setup.caller, "startTime": clock()}
    assert await cache.get(rate) == 1
    assert (await cache.get(customer))["name"] == "Astrid Lindqvist"
    assert [await ttl_s(cache, key) for key in (session, rate, customer)] == [600, 3600, 300]

    clock.advance(60)
    await call.press("1")

    assert (await cache.get(session))["menuChoice"] == "sales"
    assert await ttl_s(cache, session) == 600
    assert await ttl_s(cache, rate) == 3540
    assert call.state.phase is CallPhase.ENDED
    assert await cache.has(session), "the session is left to expire"


async def test_the_eleventh_call_of_an_hour_is_refused(rehearse, builtin, cache, clock) -> None:
    target = builtin(cache)
    for _ in range(RATE_LIMIT):
        call = rehearse(target).call
        await call.dial()
        assert call.state.phase is CallPhase.MENU
        await call.hang_up()

    refused = rehearse(target)
    await refused.call.dial()

    assert refused.sent() == ["ice", "dice"]
    assert "too often" in refused.heard()[0]
    clock.advance(3600)
    again = rehearse(target).call
    await again.dial()
    assert again.state.phase is CallPhase.MENU


async def test_each_call_renews_the_hour_as_the_document_writes_it(
    rehearse, builtin, cache, setup, clock
) -> None:
    for _ in range(2):
        await rehearse(builtin(cache)).call.dial()
        clock.advance(1800)

    assert await ttl_s(cache, f"rate:{setup.caller}") == 1800


async def test_a_counter_of_the_c_sharp_sample_counts(rehearse, builtin, cache, setup) -> None:
    await cache.set(f"rate:{setup.caller}", "10", 3600)

    refused = rehearse(builtin(cache))
    await refused.call.dial()

    assert "too often" in refused.heard()[0]


async def test_a_stranger_is_greeted_and_not_cached(rehearse, builtin, cache, setup) -> None:
    rehearsal = rehearse(builtin(cache), who=replace(setup, caller=STRANGER))
    await rehearsal.call.dial()

    assert rehearsal.heard()[0] == "Welcome to Northwind Telecom."
    assert not await cache.has(f"customer:{STRANGER}")


async def test_a_cached_customer_is_not_asked_for_again(rehearse, builtin, cache, setup) -> None:
    await cache.set(f"customer:{setup.caller}", {"name": "Somebody Else"}, 300)

    rehearsal = rehearse(builtin(cache))
    await rehearsal.call.dial()

    assert rehearsal.heard()[0] == "Welcome back, Somebody Else."


async def test_a_session_that_expired_before_the_choice(rehearse, builtin, cache, clock) -> None:
    rehearsal = rehearse(builtin(cache))
    await rehearsal.call.dial()
    clock.advance(600)

    await rehearsal.call.press("1")

    assert "session has expired" in rehearsal.heard()[-1]
    assert rehearsal.call.state.phase is CallPhase.ENDED


async def test_opening_hours_lead_back_to_the_menu(rehearse, builtin, cache) -> None:
    rehearsal = rehearse(builtin(cache))
    await rehearsal.call.dial()

    await rehearsal.call.press("3")

    assert rehearsal.call.state.phase is CallPhase.MENU
    assert any("weekdays" in heard for heard in rehearsal.heard())


async def test_support_asks_for_a_case_number(rehearse, builtin, cache, setup) -> None:
    rehearsal = rehearse(builtin(cache))
    await rehearsal.call.dial()
    for key in "24711":
        await rehearsal.call.press(key)

    session = await cache.get(f"session:{setup.call_id}")

    assert session["menuChoice"] == "support"
    assert session["caseNumber"] == "4711"
    assert rehearsal.heard()[-1] == "Thank you. We will call you back about case 4 7 1 1."


@pytest.mark.parametrize("keys", ["999", ""])
async def test_no_choice_ends_the_call_kindly(rehearse, builtin, cache, keys: str) -> None:
    rehearsal = rehearse(builtin(cache))
    await rehearsal.call.dial()
    for key in keys:
        await rehearsal.call.press(key)
    while rehearsal.call.state.is_running:
        await rehearsal.call.silence()

    assert rehearsal.heard()[-1] == "We did not get your choice. Please call again."


async def test_every_operation_is_told_with_what_it_changed(
    rehearse, builtin, cache, setup
) -> None:
    call = rehearse(builtin(cache)).call
    await call.dial()
    await call.press("1")

    ice, pie, dice = (record.operations for record in call.records)

    assert [(item.name, item.key.split(":")[0], item.ttl_s) for item in ice] == [
        ("get", "rate", None),
        ("set", "rate", 3600),
        ("get", "customer", None),
        ("set", "customer", 300),
        ("set", "session", 600),
    ]
    assert (ice[1].before, ice[1].after) == (None, 1)
    assert pie[1].before == ice[4].after
    assert pie[1].after["menuChoice"] == "sales"
    assert dice == ()
    assert {item.call_id for item in (*ice, *pie)} == {setup.call_id}
    assert {item.event for item in pie} == {"pie"}
    assert pie[0].key_bytes == f"session:{setup.call_id}".encode()


async def test_without_the_alias_the_document_s_function_loses_its_sessions(
    rehearse, builtin, cache, setup
) -> None:
    call = rehearse(builtin(cache), who=replace(setup, adds_call_id_alias=False)).call

    await call.dial()

    assert await cache.has("session:undefined")
    warning = call.records[0].problems[0]
    assert warning.path == "session:undefined"
    assert "callid" in warning.message


class Unreachable(MemoryCache):
    async def get(self, key: str) -> JsonValue:
        raise CacheUnreachable("No answer from localhost:6379", "It refused the connection.")


async def test_an_unreachable_cache_is_the_outcome_of_the_call(rehearse, builtin) -> None:
    rehearsal = rehearse(builtin(Unreachable()))

    await rehearsal.call.dial()

    record = rehearsal.call.records[0]
    assert record.operations[0].error == "No answer from localhost:6379"
    assert record.operations[0].before is Unread.UNREAD
    assert "No answer from localhost:6379" in rehearsal.failures()[0]
    assert rehearsal.call.state.phase is CallPhase.ENDED


async def test_a_value_somebody_broke_fails_the_callback(rehearse, builtin, cache, setup) -> None:
    call = rehearse(builtin(cache)).call
    await call.dial()
    key = f"session:{setup.call_id}".encode()
    held = await cache.read(key)
    await cache.write(key, b"not JSON", expected=held.data, ttl=600_000)

    await call.press("1")

    assert call.records[1].has_failed
    assert call.records[1].operations[0].error


@pytest.fixture(params=["memory", "redis"])
async def any_cache(request: pytest.FixtureRequest, clock) -> AsyncIterator[FunctionCache]:
    if request.param == "memory":
        yield MemoryCache(clock)
        return
    cache = RedisCache(parse_target(request.getfixturevalue("redis_url")))
    await cache.connect()
    yield cache
    await cache.aclose()


async def test_the_same_call_leaves_the_same_keys_everywhere(
    any_cache, rehearse, builtin, setup, clock
) -> None:
    call = rehearse(builtin(any_cache), who=replace(setup, called=Destination("+12025550117"))).call
    await call.dial()
    for key in "24711":
        await call.press(key)

    keys = await any_cache.keys()
    values = await any_cache.get_many(sorted(keys))

    assert values == {
        f"customer:{setup.caller}": {
            "id": "c-1001",
            "name": "Astrid Lindqvist",
            "phone": setup.caller,
            "plan": "pro",
            "locale": "sv-SE",
        },
        f"rate:{setup.caller}": 1,
        f"session:{setup.call_id}": {
            "callerNumber": setup.caller,
            "startTime": clock(),
            "menuChoice": "support",
            "caseNumber": "4711",
        },
    }
    told: list[CacheOperation] = [item for record in call.records for item in record.operations]
    assert len(told) == 5 + 2 + 2
