"""What no document says of calls is assumed, marked, and may be assumed otherwise."""

from __future__ import annotations

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.call_events import CallOptions, CallPhase
from sinch_cache_gui.voice.callbacks import CallResult
from sinch_cache_gui.voice.targets import Answered

HANGUP: JsonValue = {"action": {"name": "hangup"}}
CONTINUE: JsonValue = {"action": {"name": "continue"}}
CONNECT: JsonValue = {"action": {"name": "connectPstn", "number": "+46846500499"}}
LIMITED: JsonValue = {"action": {**CONNECT["action"], "maxDuration": 60}}
DETECT: JsonValue = {
    "action": {
        "name": "connectConf",
        "conferenceId": "room",
        "conferenceDtmfOptions": {"mode": "detect", "maxDigits": 3, "timeoutMills": 2000},
    }
}
MENU: JsonValue = {
    "action": {
        "name": "runMenu",
        "menus": [{"id": "main", "options": [{"dtmf": "1", "action": "return(one)"}]}],
    }
}

OTHERWISE = CallAssumptions(
    hangup_reason="CALLEEHANGUP",
    busy_reason="CONGESTION",
    no_answer_reason="CANCEL",
    unreachable_reason="USERNOTFOUND",
    limit_reason="MANAGERHANGUP",
    cancelled_result="N/A",
    bad_reply_result="N/A",
    unanswered_result="FAILED",
)


@pytest.mark.parametrize(
    ("result", "default", "otherwise"),
    [
        (CallResult.BUSY, "N/A", "CONGESTION"),
        (CallResult.NO_ANSWER, "TIMEOUT", "CANCEL"),
        (CallResult.FAILED, "GENERALERROR", "USERNOTFOUND"),
    ],
)
async def test_why_nobody_picks_up(
    rehearse, script, result: CallResult, default: str, otherwise: str
) -> None:
    for assumes, reason in ((None, default), (OTHERWISE, otherwise)):
        rehearsal = rehearse(script(CONNECT), assumes=assumes)
        await rehearsal.call.dial()
        await rehearsal.call.callee_declines(result)
        assert (rehearsal.request(1)["reason"], rehearsal.request(1)["result"]) == (reason, result)
        assert rehearsal.call.records[1].assumed == ("reason",)


async def test_what_becomes_of_a_call_without_an_answer(rehearse, script) -> None:
    for assumes, left, refused, hung_up in (
        (None, "NOANSWER", "FAILED", "N/A"),
        (OTHERWISE, "N/A", "N/A", "FAILED"),
    ):
        ringing = rehearse(script(CONNECT), assumes=assumes)
        await ringing.call.dial()
        await ringing.call.hang_up()
        bad = rehearse(script(b"?"), assumes=assumes)
        await bad.call.dial()
        ended = rehearse(script(HANGUP), assumes=assumes)
        await ended.call.dial()

        results = [each.request(1)["result"] for each in (ringing, bad, ended)]
        assert results == [left, refused, hung_up]
        assert "result" in ringing.call.records[1].assumed


async def test_why_a_connected_call_ends(rehearse, script, clock) -> None:
    for assumes, reason in ((None, "TIMEOUT"), (OTHERWISE, "MANAGERHANGUP")):
        rehearsal = rehearse(script(LIMITED, CONTINUE), assumes=assumes)
        await rehearsal.call.dial()
        await rehearsal.call.callee_answers()
        clock.advance(60)
        await rehearsal.call.pass_time()
        assert rehearsal.request(2)["reason"] == reason

    left = rehearse(script(CONNECT, CONTINUE))
    await left.call.dial()
    await left.call.callee_answers()
    await left.call.callee_hangs_up()
    assert left.call.records[2].assumed == ()


async def test_what_is_assumed_of_a_menu_s_result_is_marked(rehearse, script) -> None:
    chosen = rehearse(script(MENU, HANGUP))
    await chosen.call.dial()
    await chosen.call.press("1")
    left = rehearse(script(MENU))
    await left.call.dial()
    await left.call.hang_up()

    assert chosen.call.records[1].assumed == ("menuResult.menuId",)
    assert left.call.records[1].assumed == ("menuResult",)


async def test_a_conference_may_time_the_first_key_and_keep_the_hash(
    rehearse, script, clock
) -> None:
    assumptions = CallAssumptions(conference_times_first_key=True, conference_keeps_hash=True)
    rehearsal = rehearse(
        script(DETECT, *[CONTINUE] * 13),
        options=CallOptions(is_silence_timed=True, assumptions=assumptions),
    )
    call = rehearsal.call
    await call.dial()
    await call.press("4")
    await call.press("#")
    for _ in range(12):  # every two seconds, for as long as the conference lasts
        clock.advance(2)
        await call.pass_time()

    assert call.state.phase is CallPhase.CONNECTED
    results = [record.callback.fields["menuResult"] for record in call.records[1:]]
    assert results[0]["value"] == "4#"
    assert results[1] == {"type": "timeout"}
    assert len(results) == 13


async def test_illegal_svaml_may_be_told_by_a_notification(rehearse, script) -> None:
    assumes = CallAssumptions(tells_calling_error=True)
    illegal = rehearse(script({"action": {"name": "dance"}}), assumes=assumes)
    await illegal.call.dial()
    broken = rehearse(script(Answered(b"", 500)), assumes=assumes)
    await broken.call.dial()

    assert illegal.sent() == ["ice", "notify", "dice"]
    assert illegal.request(1)["type"] == "callingerror"
    assert illegal.request(1)["errorCode"] == 40001
    assert broken.sent() == ["ice", "dice"]


async def test_cookies_come_back_only_where_a_field_is_assumed(rehearse, script) -> None:
    cookie = {"name": "setCookie", "key": "step", "value": "2"}
    reply = {"instructions": [cookie], **HANGUP}
    silent = rehearse(script(reply))
    await silent.call.dial()
    carried = rehearse(script(reply), assumes=CallAssumptions(cookies_field="cookies"))
    await carried.call.dial()

    assert "cookies" not in silent.request(1)
    assert "cookies" not in carried.request(0)
    assert carried.request(1)["cookies"] == {"step": "2"}
    assert "cookies" in carried.call.records[1].assumed
