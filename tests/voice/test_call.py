"""A call fires its callbacks in order, whatever is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.call import MAX_CALLBACKS_WITHOUT_INPUT, Call
from sinch_cache_gui.voice.call_events import (
    CallbackFinished,
    CallbackStarted,
    CallOptions,
    CallPhase,
    StateChanged,
)
from sinch_cache_gui.voice.callbacks import (
    Amd,
    Callback,
    CallResult,
    CallSetup,
    EndReason,
    Money,
    notify,
)
from sinch_cache_gui.voice.targets import Answered, Failed

HANGUP = {"action": {"name": "hangup"}}
CONTINUE = {"action": {"name": "continue"}}
MENU = {
    "instructions": [{"name": "say", "text": "Hello"}],
    "action": {
        "name": "runMenu",
        "menus": [
            {
                "id": "main",
                "mainPrompt": "#tts[Press 1]",
                "repeats": 0,
                "timeoutMills": 5000,
                "options": [{"dtmf": "1", "action": "return(one)"}],
            }
        ],
    },
}


def connect(name: str = "connectPstn", **fields: object) -> dict[str, object]:
    return {"action": {"name": name, **fields}}


async def test_an_inbound_call_answered_by_a_menu(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(MENU, HANGUP))
    call = rehearsal.call

    await call.dial()
    assert call.state.phase is CallPhase.MENU
    assert call.state.menu_id == "main"
    clock.advance(12)
    await call.press("1")

    assert rehearsal.sent() == ["ice", "pie", "dice"]
    assert rehearsal.heard() == ["Hello", "Press 1"]
    assert rehearsal.request(1)["menuResult"] == {
        "menuId": "main",
        "type": "return",
        "value": "one",
        "inputMethod": "dtmf",
    }
    ended = rehearsal.request(2)
    assert (ended["reason"], ended["result"], ended["duration"]) == (
        "MANAGERHANGUP",
        "ANSWERED",
        12,
    )
    assert call.state.phase is CallPhase.ENDED
    assert call.state.end is not None
    assert call.state.end.reason == EndReason.MANAGER_HANGUP


async def test_what_a_listener_is_told(rehearse, script) -> None:
    rehearsal = rehearse(script(HANGUP))

    await rehearsal.call.dial()

    started = [event.callback for event in rehearsal.events if isinstance(event, CallbackStarted)]
    finished = [event.record for event in rehearsal.events if isinstance(event, CallbackFinished)]
    phases = [event.state.phase for event in rehearsal.events if isinstance(event, StateChanged)]
    assert [record.callback for record in finished] == started
    assert finished == list(rehearsal.call.records)
    assert phases == [CallPhase.WAITING, CallPhase.WAITING, CallPhase.ENDED]


async def test_a_call_is_dialled_once(rehearse, script) -> None:
    call = rehearse(script(HANGUP)).call
    await call.dial()

    with pytest.raises(RuntimeError, match="once"):
        await call.dial()


async def test_a_call_refused_without_a_word_was_never_answered(rehearse, script) -> None:
    rehearsal = rehearse(script(HANGUP))

    await rehearsal.call.dial()

    assert rehearsal.request(1)["result"] == "N/A"
    assert rehearsal.request(1)["duration"] == 0


async def test_money_follows_the_minutes_begun(rehearse, script, clock, setup) -> None:
    who = replace(setup, user_rate=Money("EUR", 0.0095))
    for seconds, price in ((12, 0.0095), (60, 0.0095), (61, 0.019)):
        rehearsal = rehearse(script(MENU), who=who)
        await rehearsal.call.dial()
        clock.advance(seconds)
        await rehearsal.call.hang_up()
        assert rehearsal.request(-1)["debit"] == {"currencyId": "EUR", "amount": price}


async def test_money_may_follow_the_seconds(rehearse, script, clock, setup) -> None:
    who = replace(setup, user_rate=Money("EUR", 0.06))
    rehearsal = rehearse(
        script(MENU),
        who=who,
        assumes=CallAssumptions(bills_begun_minutes=False),
    )
    await rehearsal.call.dial()
    clock.advance(61)
    await rehearsal.call.hang_up()
    assert rehearsal.request(-1)["debit"] == {"currencyId": "EUR", "amount": 0.061}


async def test_silence_ends_the_menu_whenever_the_caller_wants(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, HANGUP))
    await rehearsal.call.dial()
    assert rehearsal.call.deadline_ms is None

    await rehearsal.call.silence()

    assert rehearsal.request(1)["menuResult"] == {"menuId": "main", "type": "timeout"}


async def test_a_caller_may_think_for_hours(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(MENU, HANGUP))
    await rehearsal.call.dial()
    clock.advance(7200)

    await rehearsal.call.press("1")

    assert rehearsal.request(1)["menuResult"]["value"] == "one"


async def test_silence_may_follow_the_clock(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(MENU, HANGUP), options=CallOptions(is_silence_timed=True))
    call = rehearsal.call
    await call.dial()
    assert call.deadline_ms == clock() + 5000
    clock.advance(4.999)
    await call.pass_time()
    assert call.state.phase is CallPhase.MENU

    clock.advance(0.001)
    await call.pass_time()

    assert rehearsal.request(1)["menuResult"]["type"] == "timeout"


async def test_hanging_up_in_a_menu_sends_pie_and_then_dice(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, MENU))
    await rehearsal.call.dial()

    await rehearsal.call.hang_up()

    assert rehearsal.sent() == ["ice", "pie", "dice"]
    assert rehearsal.request(1)["menuResult"]["type"] == "hangup"
    assert rehearsal.request(2)["reason"] == "CALLERHANGUP"
    assert rehearsal.heard() == ["Hello", "Press 1"], "the reply to a caller who left is not played"


async def test_leaving_while_a_reply_is_awaited(rehearse) -> None:
    class Slow:
        label = "slow"

        def __init__(self) -> None:
            self.asked = asyncio.Event()
            self.may_answer = asyncio.Event()

        async def answer(self, callback, on_operation):
            self.asked.set()
            await self.may_answer.wait()
            return Answered(b'{"action":{"name":"park"}}' if callback.event == "ice" else b"")

    target = Slow()
    rehearsal = rehearse(target)
    dialling = asyncio.create_task(rehearsal.call.dial())
    await target.asked.wait()

    rehearsal.call.leave()
    target.may_answer.set()
    await dialling
    await rehearsal.call.hang_up()

    assert rehearsal.sent() == ["ice", "dice"]
    assert rehearsal.request(1)["reason"] == "CALLERHANGUP"


@pytest.mark.parametrize(
    ("reply", "part"),
    [
        (b"", "empty"),
        (b"<html>oops</html>", "not JSON"),
        (b"x" * 2_000_000, "over 1 MB"),
        (Answered(b"{}", 500), "status 500"),
        (Answered(b"", 302), "status 302"),
        (Failed("Nobody listens on localhost:3000", "Start the function."), "Nobody listens"),
        (CONTINUE, "continue may answer"),
    ],
)
async def test_a_bad_reply_to_ice_is_an_outcome(rehearse, script, reply, part) -> None:
    rehearsal = rehearse(script(reply))

    await rehearsal.call.dial()

    record = rehearsal.call.records[0]
    assert record.has_failed
    assert part in record.problems[0].message
    assert "disconnects" in record.consequence
    assert part in rehearsal.failures()[0]
    ended = rehearsal.request(1)
    assert (ended["reason"], ended["result"]) == ("CALLBACKERROR", "FAILED")


async def test_a_late_reply_is_an_outcome(rehearse) -> None:
    class Silent:
        label = "silent"

        async def answer(self, callback, on_operation):
            await asyncio.Event().wait()

    rehearsal = rehearse(Silent(), assumes=CallAssumptions(reply_timeout_ms=10))

    await rehearsal.call.dial()

    assert "No reply within 0.01 s" in rehearsal.failures()[0]
    assert rehearsal.call.state.phase is CallPhase.ENDED


async def test_a_bad_reply_to_pie_ends_an_answered_call(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, b"?"))
    await rehearsal.call.dial()

    await rehearsal.call.press("1")

    assert "not documented" in rehearsal.call.records[1].consequence
    assert rehearsal.request(2)["result"] == "ANSWERED"


async def test_a_bad_reply_to_pie_may_leave_the_call_connected(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, b"?"), assumes=CallAssumptions(ends_at_bad_pie=False))
    await rehearsal.call.dial()

    await rehearsal.call.press("1")

    assert rehearsal.call.state.phase is CallPhase.CONNECTED


async def test_whether_a_prompt_answers_is_assumed(rehearse, script) -> None:
    refusal = {"instructions": [{"name": "say", "text": "No"}], "action": {"name": "hangup"}}
    for prompts_answer, result in ((True, "ANSWERED"), (False, "N/A")):
        rehearsal = rehearse(
            script(refusal),
            assumes=CallAssumptions(prompts_answer=prompts_answer),
        )
        await rehearsal.call.dial()
        assert rehearsal.request(1)["result"] == result


async def test_menus_that_end_at_once_are_not_asked_for_ever(rehearse, script) -> None:
    broken = {"action": {"name": "runMenu", "menus": []}}
    rehearsal = rehearse(script(*[broken] * 50))

    await rehearsal.call.dial()

    assert rehearsal.sent().count("pie") == MAX_CALLBACKS_WITHOUT_INPUT - 1
    assert rehearsal.request(1)["menuResult"]["type"] == "error"
    assert rehearsal.call.state.phase is CallPhase.ENDED


async def test_a_caller_who_goes_on_choosing_is_not_cut_off(rehearse, script) -> None:
    menus = MAX_CALLBACKS_WITHOUT_INPUT + 5
    rehearsal = rehearse(script(*[MENU] * menus))
    await rehearsal.call.dial()
    for _ in range(menus - 1):
        await rehearsal.call.press("1")
    assert rehearsal.sent() == ["ice"] + ["pie"] * (menus - 1)
    assert rehearsal.call.state.phase is CallPhase.MENU


async def test_a_menu_that_is_over_listens_no_more(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, connect(number="+46701234567")))
    await rehearsal.call.dial()
    await rehearsal.call.press("1")
    assert rehearsal.call.state.phase is CallPhase.CONNECTING
    assert rehearsal.notes()[-1] == "Calling +46701234567…"

    await rehearsal.call.press("1")
    assert rehearsal.sent() == ["ice", "pie"]
    assert rehearsal.notes()[-1] == "Nothing listens for keys now."


async def test_who_has_answered_cannot_decline(rehearse, script) -> None:
    rehearsal = rehearse(script(connect(), CONTINUE))
    await rehearsal.call.dial()
    await rehearsal.call.callee_answers()
    await rehearsal.call.callee_declines(CallResult.BUSY)
    assert rehearsal.call.state.phase is CallPhase.CONNECTED
    await rehearsal.call.callee_hangs_up()
    assert rehearsal.notes()[-1] == "The callee hung up."


async def test_an_inbound_call_that_is_connected(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(connect(number="+12025550117"), CONTINUE))
    call = rehearsal.call
    await call.dial()
    assert call.state.phase is CallPhase.CONNECTING

    await call.callee_answers(Amd("human"))
    assert call.state.phase is CallPhase.CONNECTED
    clock.advance(30)
    await call.callee_hangs_up()

    assert rehearsal.sent() == ["ice", "ace", "dice"]
    assert rehearsal.request(1)["amd"] == {"status": "human"}
    assert rehearsal.request(2)["reason"] == "CALLEEHANGUP"
    assert rehearsal.request(2)["duration"] == 30


async def test_a_call_to_an_app_user_has_no_ace(rehearse, script) -> None:
    rehearsal = rehearse(script(connect("connectMxp")))
    await rehearsal.call.dial()

    await rehearsal.call.callee_answers()
    await rehearsal.call.hang_up()

    assert rehearsal.sent() == ["ice", "dice"]


async def test_suppressed_callbacks_are_neither_ace_nor_dice(rehearse, script) -> None:
    rehearsal = rehearse(script(connect(suppressCallbacks=True)))
    await rehearsal.call.dial()

    await rehearsal.call.callee_answers()
    await rehearsal.call.hang_up()

    assert rehearsal.sent() == ["ice"]
    assert rehearsal.call.state.phase is CallPhase.ENDED


@pytest.mark.parametrize("result", [CallResult.BUSY, CallResult.NO_ANSWER, CallResult.FAILED])
async def test_a_callee_who_does_not_answer(rehearse, script, result) -> None:
    rehearsal = rehearse(script(connect()))
    await rehearsal.call.dial()

    await rehearsal.call.callee_declines(result)

    assert rehearsal.sent() == ["ice", "dice"]
    assert rehearsal.request(1)["result"] == result


async def test_hanging_up_while_it_rings_cancels(rehearse, script) -> None:
    rehearsal = rehearse(script(connect()))
    await rehearsal.call.dial()

    await rehearsal.call.hang_up()

    assert rehearsal.request(1)["reason"] == "CANCEL"


async def test_without_a_good_reply_to_ace_the_call_is_connected(rehearse, script) -> None:
    rehearsal = rehearse(script(connect(), b"?"))
    await rehearsal.call.dial()

    await rehearsal.call.callee_answers()

    assert rehearsal.call.state.phase is CallPhase.CONNECTED
    assert rehearsal.failures()


async def test_it_rings_no_longer_than_the_dial_timeout(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(connect(dialTimeout=20)))
    await rehearsal.call.dial()
    assert rehearsal.call.deadline_ms == clock() + 20_000
    clock.advance(20)

    await rehearsal.call.pass_time()

    assert rehearsal.request(1)["result"] == "NOANSWER"


async def test_a_connected_call_lasts_no_longer_than_its_maximum(rehearse, script, clock) -> None:
    rehearsal = rehearse(script(connect(maxDuration=60), CONTINUE))
    await rehearsal.call.dial()
    await rehearsal.call.callee_answers()
    clock.advance(60)

    await rehearsal.call.pass_time()

    assert rehearsal.request(2)["reason"] == "TIMEOUT"
    assert rehearsal.request(2)["duration"] == 60


@pytest.mark.parametrize(
    ("action", "phase"),
    [
        ({"name": "connectConf", "conferenceId": "room"}, CallPhase.CONNECTED),
        (
            {
                "name": "connectStream",
                "destination": {"type": "websocket", "endpoint": "wss://example.org"},
            },
            CallPhase.CONNECTED,
        ),
        ({"name": "park", "introPrompt": "#tts[Wait]", "holdPrompt": "tune"}, CallPhase.PARKED),
    ],
)
async def test_conference_stream_and_park_wait_for_somebody_to_leave(
    rehearse, script, action, phase
) -> None:
    rehearsal = rehearse(script({"action": action}))
    await rehearsal.call.dial()
    assert rehearsal.call.state.phase is phase
    await rehearsal.call.press("5")
    assert "Nothing listens for keys now." in rehearsal.notes()

    await rehearsal.call.hang_up()

    assert rehearsal.sent() == ["ice", "dice"]


async def test_a_conference_that_listens_for_keys_sends_them(rehearse, script, clock) -> None:
    detect = {"mode": "detect", "maxDigits": 3, "timeoutMills": 2000}
    conference = connect("connectConf", conferenceId="room", conferenceDtmfOptions=detect)
    rehearsal = rehearse(
        script(conference, CONTINUE, CONTINUE, CONTINUE), options=CallOptions(is_silence_timed=True)
    )
    call = rehearsal.call
    await call.dial()
    assert call.deadline_ms is None

    for key in "123":
        await call.press(key)
    for key in "4#":
        await call.press(key)
    await call.press("5")
    clock.advance(2)
    await call.pass_time()
    await call.press("#")
    assert call.state.phase is CallPhase.CONNECTED
    await call.hang_up()

    assert rehearsal.sent() == ["ice", "pie", "pie", "pie", "dice"]
    results = [rehearsal.request(number)["menuResult"] for number in (1, 2, 3)]
    assert [result["value"] for result in results] == ["123", "4", "5"]
    assert results[0] == {"type": "sequence", "value": "123", "inputMethod": "dtmf"}


async def test_an_outbound_call_begins_with_ace(rehearse, script) -> None:
    rehearsal = rehearse(script(MENU, HANGUP))
    await rehearsal.call.call_out()

    await rehearsal.call.callee_answers()
    await rehearsal.call.press("1")

    assert rehearsal.sent() == ["ace", "pie", "dice"]
    assert "cli" not in rehearsal.request(0)


async def test_a_notification_leaves_the_call_where_it_was(rehearse, script, setup) -> None:
    rehearsal = rehearse(script(MENU, b"", HANGUP))
    await rehearsal.call.dial()
    before = rehearsal.call.state

    await rehearsal.call.notify(notify(setup, "recording_finished"))

    assert rehearsal.call.state == before
    await rehearsal.call.press("1")
    assert rehearsal.sent() == ["ice", "notify", "pie", "dice"]


async def test_input_after_the_end_does_nothing(rehearse, script) -> None:
    rehearsal = rehearse(script(HANGUP))
    await rehearsal.call.dial()
    before = (rehearsal.call.records, rehearsal.call.transcript)

    await rehearsal.call.press("1")
    await rehearsal.call.silence()
    await rehearsal.call.hang_up()
    await rehearsal.call.callee_answers()
    await rehearsal.call.pass_time()

    assert (rehearsal.call.records, rehearsal.call.transcript) == before


async def test_real_time_is_measured_apart_from_the_call_s_clock(script, clock, setup) -> None:
    ticks = iter([1.0, 1.25, 2.0, 2.5])
    call = Call(
        setup,
        script(HANGUP),
        now_ms=clock,
        listener=lambda event: None,
        stopwatch=lambda: next(ticks),
    )

    await call.dial()

    assert [record.took_ms for record in call.records] == [250, 500]
    assert {record.sent_ms for record in call.records} == {clock()}


def test_the_setup_of_a_call_is_what_its_callbacks_say(rehearse, script, setup: CallSetup) -> None:
    call = rehearse(script()).call

    assert call.setup is setup
    assert call.state.call_id == setup.call_id
    assert not call.state.is_running


async def test_a_callback_may_be_changed_before_it_is_sent(setup, script, clock) -> None:
    async def add_field(callback: Callback) -> Callback:
        return Callback(callback.event, {**callback.fields, "custom": "changed"})

    target = script(HANGUP)
    call = Call(setup, target, now_ms=clock, listener=lambda _event: None, revise=add_field)
    await call.dial()

    assert [callback.fields["custom"] for callback in target.received] == ["changed"] * 2
    assert call.records[0].callback.fields["custom"] == "changed"
