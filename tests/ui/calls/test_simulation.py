"""A person decides who answers, what the callee does, what time it is, and what goes wrong."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
)

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.cache.connect import open_backend, parse_target
from sinch_cache_gui.cache.feed import Change, ChangeKind
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.keychain import Keychain, SecretKind, SecretName
from sinch_cache_gui.profiles import KeptPreferences
from sinch_cache_gui.ui.calls.assumptions_dialog import AssumptionsDialog
from sinch_cache_gui.voice.builtin import RATE_LIMIT
from sinch_cache_gui.voice.call_events import CallPhase
from tests.drawer import Drawer
from tests.node_function import NodeFunction, NodeMissing, node_function
from tests.ui.file_dialogs import FileHand

KEY, SECRET = "669E367E-6BBA-48AB-AF15-266871C28135", "BeIukql3pTKJ8RGL5zo0DA=="
CALLER = "+46701740605"


@pytest.fixture
def function() -> Iterator[NodeFunction]:
    try:
        with node_function(APPLICATION_KEY=KEY, APPLICATION_SECRET=SECRET) as function:
            yield function
    except NodeMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def fill(hand, name: str, text: str) -> None:
    field = hand.field(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def label(hand, name: str) -> str:
    found = [each for each in hand.panel.findChildren(QLabel) if each.accessibleName() == name]
    return found[0].text()


# -- who answers ---------------------------------------------------------------------------------


async def test_a_call_to_a_function_behind_a_url(hand, function) -> None:
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "URL of the function", function.url)
    fill(hand, "Application key", KEY)
    fill(hand, "Application secret", SECRET)
    hand.click("Use this function")
    assert hand.button("Who answers the callbacks").text() == f"127.0.0.1:{function.port}"

    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert f"sales for {CALLER}." in hand.transcript()
    assert [request["path"] for request in function.received()] == ["/ice", "/pie", "/dice"]
    await hand.panel.aclose()


async def test_a_url_that_makes_no_sense_is_refused_in_place(hand) -> None:
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "URL of the function", "nonsense")
    hand.click("Use this function")
    assert any("is written as http://localhost:3000" in line for line in hand.sentences())
    fill(hand, "URL of the function", "http://localhost:3000")
    fill(hand, "Application key", KEY)
    hand.click("Use this function")
    assert any("both a key and a secret" in line for line in hand.sentences())
    hand.click("Leave the function as it was")
    assert hand.button("Who answers the callbacks").text() == "built-in function"


async def test_a_secret_is_remembered_in_the_keychain_when_that_is_chosen(
    open_panel, cache, until
) -> None:
    drawer = Drawer()
    hand = open_panel(cache, keychain=Keychain(lambda: drawer))
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "Application key", KEY)
    fill(hand, "Application secret", SECRET)
    hand.tick("Remember the secret in the keychain")
    hand.click("Use this function")
    await until(lambda: drawer.entries)
    assert list(drawer.entries.values()) == [SECRET]
    await hand.panel.aclose()
    hand.panel.close()

    at_the_next_start = open_panel(cache, keychain=Keychain(lambda: drawer))
    at_the_next_start.choose("Who answers the callbacks", "A function behind")
    fill(at_the_next_start, "Application key", KEY)
    await until(at_the_next_start.field("Application key").hasFocus)
    at_the_next_start.press_tab()
    secret = at_the_next_start.field("Application secret")
    await until(secret.text)
    assert secret.text() == SECRET
    assert secret.displayText() != SECRET
    assert at_the_next_start.is_ticked("Remember the secret in the keychain")

    at_the_next_start.tick("Remember the secret in the keychain")
    at_the_next_start.click("Use this function")
    await until(lambda: not drawer.entries)
    await at_the_next_start.panel.aclose()


async def test_the_last_function_is_remembered_without_its_secret(
    open_panel, cache, tmp_path, until
) -> None:
    file = tmp_path / "preferences.json"
    drawer = Drawer()
    hand = open_panel(cache, keychain=Keychain(lambda: drawer), preferences=KeptPreferences(file))
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "URL of the function", "http://10.0.0.9:8080")
    fill(hand, "Application key", KEY)
    fill(hand, "Application secret", SECRET)
    hand.tick("Remember the secret in the keychain")
    hand.tick("Allow public addresses")
    hand.click("Use this function")
    await until(lambda: drawer.entries)
    await hand.panel.aclose()
    hand.panel.close()
    assert SECRET not in file.read_text()

    at_the_next_start = open_panel(
        cache, keychain=Keychain(lambda: drawer), preferences=KeptPreferences(file)
    )
    assert at_the_next_start.button("Who answers the callbacks").text() == "built-in function"
    at_the_next_start.choose("Who answers the callbacks", "A function behind")
    assert at_the_next_start.field("URL of the function").text() == "http://10.0.0.9:8080"
    assert at_the_next_start.field("Application key").text() == KEY
    assert at_the_next_start.is_ticked("Allow public addresses")
    await until(at_the_next_start.field("Application secret").text)
    assert at_the_next_start.field("Application secret").text() == SECRET


async def test_another_key_does_not_take_the_secret_of_the_last_one(
    open_panel, cache, until
) -> None:
    drawer = Drawer()
    keychain = Keychain(lambda: drawer)
    await keychain.keep(SecretName(SecretKind.APPLICATION, KEY), SECRET)
    hand = open_panel(cache, keychain=keychain)
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "Application key", KEY)
    await until(hand.field("Application key").hasFocus)
    hand.press_tab()
    secret = hand.field("Application secret")
    await until(secret.text)

    fill(hand, "Application key", "another")
    await until(hand.field("Application key").hasFocus)
    hand.press_tab()

    await until(lambda: not secret.text())
    assert not hand.is_ticked("Remember the secret in the keychain")


async def test_back_to_the_built_in_function(hand, function, until) -> None:
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "URL of the function", function.url)
    hand.click("Use this function")
    hand.choose("Who answers the callbacks", "Built-in")

    await hand.dial()

    assert "Astrid" in hand.transcript()
    assert function.received() == []


async def test_what_changes_while_a_function_answers_is_marked_as_maybe_its_doing(
    hand, function, until
) -> None:
    hand.choose("Who answers the callbacks", "A function behind")
    fill(hand, "URL of the function", function.url)
    hand.click("Use this function")
    hand.click("Dial")
    await hand.until(CallPhase.ENDED)
    last = len(hand.callbacks()) - 1

    hand.panel.keys_changed(
        (
            Change(b"session:1", ChangeKind.WRITTEN),
            Change(b"old", ChangeKind.EXPIRED),
            Change(b"rate:1", ChangeKind.DELETED),
        )
    )

    await until(lambda: hand.callbacks()[last][2] == "2 ops")
    hand.select_callback(last)
    assert hand.shown_operations() == [
        "delete, session:1, maybe: ? → nothing",
        "delete, rate:1, maybe: ? → nothing",
    ]
    await hand.panel.aclose()


async def test_what_a_function_changed_is_compared_with_what_was_there(
    open_panel, scope, redis_url, until
) -> None:
    cache = open_backend(parse_target(redis_url))
    await cache.connect()
    await cache.set(f"rate:{CALLER}", 3, 1800)
    port = redis_url.rpartition(":")[2].partition("/")[0]
    try:
        with node_function(REDIS_PORT=port) as function:
            hand = open_panel(cache)
            hand.choose("Who answers the callbacks", "A function behind")
            fill(hand, "URL of the function", function.url)
            hand.click("Use this function")
            await hand.dial()
            session = f"session:{hand.field('Call ID').text()}".encode()
            rate = f"rate:{CALLER}".encode()
            written = tuple(Change(key, ChangeKind.WRITTEN) for key in (rate, session))
            hand.panel.keys_changed(written)
            await until(lambda: hand.callbacks()[0][2] == "2 ops")
            hand.click("Key 1")
            await hand.until(CallPhase.ENDED)
            hand.panel.keys_changed(written)  # as the server tells it, maybe only now
            await until(lambda: hand.callbacks()[1][2] == "1 op")
            assert hand.callbacks()[2][2] == "–"
            hand.select_callback(0)
            stored, rated = sorted(hand.shown_operations(), reverse=True)
            hand.select_callback(1)
            (chosen,) = hand.shown_operations()
            await hand.panel.aclose()
    except NodeMissing as missing:
        pytest.skip(str(missing))
    finally:
        await scope.aclose()
        await cache.aclose()

    assert re.fullmatch(r"set, rate:\S+, (30:00|29:\d\d) → (1:00:00|59:\d\d), maybe: 3 → 4", rated)
    assert "maybe: nothing → {" in stored
    assert 'maybe: menuChoice: nothing → "sales"' in chosen
    assert re.search(r"\b(10:00|9:\d\d) →", chosen)


# -- the callee ----------------------------------------------------------------------------------


async def test_an_outbound_call_that_is_answered_and_ended_by_the_callee(hand) -> None:
    hand.switch("Outbound")
    hand.click("Dial")
    await hand.until(CallPhase.CONNECTING)
    assert hand.button("The callee answers").isVisible()

    hand.click("The callee answers")
    await hand.until(CallPhase.CONNECTED)
    hand.click("The callee hangs up")
    await hand.until(CallPhase.ENDED)

    assert [row[0] for row in hand.callbacks()] == ["ACE", "DICE  CALLEEHANGUP"]
    assert not hand.button("The callee answers").isVisible()


@pytest.mark.parametrize(
    ("line", "reason"),
    [("Does not answer", "TIMEOUT"), ("Cannot be reached", "GENERALERROR")],
)
async def test_what_else_the_callee_may_do(hand, line: str, reason: str) -> None:
    hand.switch("Outbound")
    hand.click("Dial")
    await hand.until(CallPhase.CONNECTING)
    hand.choose("What else the callee may do", line)
    await hand.until(CallPhase.ENDED)
    assert hand.callbacks()[-1][0] == f"DICE  {reason}"


async def test_a_machine_answers(hand) -> None:
    hand.switch("Outbound")
    hand.click("Dial")
    await hand.until(CallPhase.CONNECTING)
    hand.choose("What else the callee may do", "A machine answers, after")
    await hand.until(CallPhase.CONNECTED)
    request = json.loads(hand.text("Request of this callback"))
    assert request["amd"] == {"status": "machine", "reason": "beep"}
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)


# -- editing and sending again -------------------------------------------------------------------


async def test_a_callback_is_sent_again_as_it_was(hand, cache, until) -> None:
    await hand.dial()
    hand.click("Send this callback again")
    await until(lambda: len(hand.callbacks()) == 2)
    assert [row[0] for row in hand.callbacks()] == ["ICE", "ICE"]
    assert await cache.get(f"rate:{CALLER}") == 2


async def test_a_callback_is_edited_as_json_and_sent_again(hand, cache, until) -> None:
    await hand.dial()
    hand.click("Edit this callback and send it")
    editor = hand.named("The callback as JSON", (QPlainTextEdit,))
    editor.parentWidget().parentWidget().setCurrentIndex(1)
    fields = json.loads(editor.toPlainText())
    editor.setPlainText("{")
    assert not hand.button("Send this callback").isEnabled()
    editor.setPlainText(json.dumps({**fields, "cli": "+46701740699", "own": [1]}))
    hand.click("Send this callback")
    await until(lambda: len(hand.callbacks()) == 2)

    assert await cache.get("rate:+46701740699") == 1
    hand.select_callback(1)
    assert json.loads(hand.text("Request of this callback"))["own"] == [1]


async def test_each_callback_may_be_edited_before_it_is_sent(hand, cache, until) -> None:
    hand.switch("Edit each callback")
    hand.click("Dial")
    await until(lambda: hand.button("Send this callback").isVisible())
    boxes = hand.panel.findChildren(QComboBox)
    next(box for box in boxes if box.accessibleName() == "cli").setEditText("private")
    hand.click("Send this callback")
    await hand.until(CallPhase.MENU)
    assert await cache.get("rate:private") == 1

    hand.click("Hang up")
    await send_until_ended(hand, until)
    assert [row[0] for row in hand.callbacks()] == ["ICE", "PIE  hangup", "DICE  CALLERHANGUP"]


async def send_until_ended(hand, until) -> None:
    button = hand.button("Send this callback")
    while not hand.status().startswith("ended"):
        await until(lambda: hand.status().startswith("ended") or button.isVisible())
        hand.click("Send this callback")
        await asyncio.sleep(0)


async def test_hanging_up_sends_what_waits_to_be_edited(hand, until) -> None:
    hand.switch("Edit each callback")
    hand.click("Dial")
    await until(lambda: hand.button("Send this callback").isVisible())
    hand.click("Hang up")
    await until(hand.callbacks)
    await send_until_ended(hand, until)
    assert [row[0] for row in hand.callbacks()] == ["ICE", "DICE  CALLERHANGUP"]


async def test_a_callback_is_sent_by_itself_without_a_call(hand, until) -> None:
    menus = hand.button("How calls are simulated").menu().actions()
    events = next(each.menu() for each in menus if each.text().startswith("Send one")).actions()
    assert [action.text() for action in events] == ["ICE…", "ACE…", "PIE…", "DICE…", "NOTIFY…"]
    events[-1].trigger()
    hand.click("Send this callback")
    await until(hand.callbacks)
    request = json.loads(hand.text("Request of this callback"))
    assert (request["event"], request["type"]) == ("notify", "recording_finished")


async def test_callbacks_delivered_twice(hand, cache) -> None:
    hand.switch("Deliver callbacks twice")
    await hand.dial()
    assert await cache.get(f"rate:{CALLER}") == 2
    assert hand.callbacks()[0][0] == "ICE ×2"
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)


async def set_delay(hand, until, seconds: float) -> None:
    hand.switch("How late")
    await until(lambda: hand.panel.findChildren(QInputDialog))
    (dialog,) = hand.panel.findChildren(QInputDialog)
    dialog.setDoubleValue(seconds)
    dialog.accept()


async def test_callbacks_come_as_late_as_is_wanted(hand, until) -> None:
    await set_delay(hand, until, 0.2)
    await hand.dial()
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)

    lines = [action.text() for action in hand.button("How calls are simulated").menu().actions()]
    assert "Deliver 0.2 s late" in lines
    assert "Deliver only PIE 0.2 s late" in lines
    assert took_ms(hand.callbacks()[0][1]) >= 150  # timers may be early by a twentieth


def took_ms(text: str) -> float:
    number, unit = text.rsplit(" ", 1)
    return float(number.lstrip("< ")) * (1000 if unit == "s" else 1)


# -- the cards -----------------------------------------------------------------------------------


async def test_rate_session_and_customer_stand_beside_the_phone(hand, cache, until) -> None:
    await hand.dial()
    await until(lambda: label(hand, "Session").startswith("expires in"))
    assert label(hand, "Rate").startswith(f"1 of {RATE_LIMIT} · free again at ")
    assert label(hand, "Customer").startswith("Astrid Lindqvist · pro · expires in 4:5")

    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)
    await until(lambda: "menuChoice: sales" in label(hand, "Session"))
    hand.click("Open the key: Rate")
    assert hand.opened == [f"rate:{CALLER}".encode()]


async def test_a_ttl_that_may_not_be_known_is_told_so_beside_the_phone(
    open_panel, until, redis_url, raw
) -> None:
    raw.set(f"rate:{CALLER}", "3", ex=600)
    raw.execute_command(
        *("ACL", "SETUSER", "ann", "on", ">secret", "allkeys", "allchannels"),
        *("+@all", "-pttl", "-pexpiretime"),
    )
    cache = open_backend(parse_target(redis_url.replace("://", "://ann:secret@")))
    await cache.connect()
    hand = open_panel(cache)
    await hand.dial()
    await until(lambda: label(hand, "Session") == "TTL not told")
    assert label(hand, "Rate") == f"4 of {RATE_LIMIT} · TTL not told"
    assert label(hand, "Customer") == "Astrid Lindqvist · pro · TTL not told"
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)
    await cache.aclose()
    raw.execute_command("ACL", "DELUSER", "ann")


# -- the clock -----------------------------------------------------------------------------------


async def test_half_an_hour_is_skipped_and_pie_finds_no_session(open_panel) -> None:
    clock = VirtualClock()
    cache = open_backend(parse_target("memory:"), clock=clock)
    hand = open_panel(cache, clock=clock)
    await hand.dial()

    hand.choose("Put the clock forward", "29 minutes")
    assert label(hand, "Difference from the real time") == "+29:00"
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert "Your session has expired." in hand.transcript()


async def test_the_clock_is_stopped_stepped_and_sped_up(open_panel) -> None:
    clock = VirtualClock()
    cache = open_backend(parse_target("memory:"), clock=clock)
    hand = open_panel(cache, clock=clock)
    await cache.set("greeting", "hello", 60)
    hand.click("Stop the clock")
    assert clock.pace == 0
    assert "stopped" in label(hand, "Difference from the real time")

    hand.click("Step to the next expiry")
    assert not await cache.has("greeting")

    hand.choose("Put the clock forward", "60 times")
    assert clock.pace == 60
    hand.click("Stop the clock")
    hand.click("Let the clock run")
    assert clock.pace == 60


async def test_silence_follows_the_clock_of_the_cache(open_panel, until) -> None:
    clock = VirtualClock()
    hand = open_panel(open_backend(parse_target("memory:"), clock=clock), clock=clock)
    hand.switch("Measure silence")
    clock.set_pace(0)
    await hand.dial()
    silence = hand.button("Press nothing until the menu's time is up")
    await until(lambda: silence.text() == "Press nothing  ·  0:08")
    clock.put_forward(5000)
    await until(lambda: silence.text() == "Press nothing  ·  0:03")
    hand.choose("Put the clock forward", "1 minute")
    await hand.until(CallPhase.ENDED)
    assert "We did not get your choice." in hand.transcript()


# -- scenarios -----------------------------------------------------------------------------------


async def test_the_samples_are_run_in_the_window(hand, until, cache) -> None:
    await cache.set("somebody:else", 1, 700)
    await hand.open_scenarios()
    hand.click("Run scenarios")
    await until(lambda: "all as expected" in hand.text("Report"))
    assert "7 runs" in hand.text("Report")
    assert "Rate limit reached on the 11th call" in hand.text("Report")
    assert await cache.has("somebody:else"), "time passes for the scenario's own keys only"


async def test_many_runs_of_one_scenario_are_told_together(hand, until, tmp_path) -> None:
    call = {"caller": CALLER, "times": 2, "expect": ["callbacks are ice dice"]}
    text = json.dumps({"version": 1, "name": "Twice", "calls": [call]})
    (tmp_path / "twice.json").write_text(text)
    await hand.open_scenarios(tmp_path)
    (times,) = (
        each
        for each in hand.panel.findChildren(QSpinBox)
        if each.accessibleName() == "How often each scenario is run"
    )
    times.setValue(3)

    hand.click("Run scenarios")

    await until(lambda: "3 of 3 runs failed" in hand.text("Report"))
    report = hand.text("Report")
    assert "Twice × 3, 3 failed" in report
    assert "6 calls, 18 callbacks" in report
    assert report.count("call 1 #1: callbacks are ice dice (3 times)") == 1


async def test_what_failed_is_told_with_its_line(hand, until, tmp_path) -> None:
    call = {"caller": CALLER, "expect": ["callbacks are ice"]}
    (tmp_path / "a.json").write_text(
        json.dumps({"version": 1, "name": "Mine", "calls": [call]}, indent=1)
    )
    (tmp_path / "b.json").write_text('{"version": 1,\n"nam": "x"}')
    await hand.open_scenarios(tmp_path)
    assert "b.json:2:" in hand.text("Report")

    hand.click("Run scenarios")
    await until(lambda: "1 of 1 run failed" in hand.text("Report"))

    assert "they were ice pie dice" in hand.text("Report")


async def test_a_call_is_saved_as_a_scenario_and_run(hand, until, tmp_path) -> None:
    await hand.dial()
    hand.click("Key 2")
    await hand.until(CallPhase.MENU)
    hand.click("Press nothing until the menu's time is up")
    await until(lambda: "Please enter four digits." in hand.transcript())
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)

    (tmp_path / "mine.json").write_text("an older one")
    hand.switch("Save this call")
    files = FileHand(until)
    await files.name_file(tmp_path / "mine.json")
    await files.press("Replace")
    await until(lambda: hand.status() == "written: mine.json")
    await hand.open_scenarios(tmp_path)
    hand.click("Run scenarios")

    await until(lambda: "1 run, all as expected" in hand.text("Report"))


async def test_a_run_can_be_stopped(hand, until) -> None:
    await hand.open_scenarios()
    speed = hand.named("Simulated seconds in a real one", (QComboBox,))
    speed.setCurrentIndex(1)
    hand.click("Run scenarios")
    await until(lambda: hand.button("Run scenarios").text() == "Stop")
    hand.click("Run scenarios")
    await until(lambda: hand.button("Run scenarios").text() == "Run")
    assert "Stopped" in hand.text("Report")


async def test_everything_is_reached_by_keyboard(hand) -> None:
    hand.button("Show: Scenarios").setFocus()
    QTest.keyClick(hand.button("Show: Scenarios"), Qt.Key.Key_Space)
    assert hand.button("Run scenarios").isVisible()
    assert hand.unnamed_controls() == []


# -- what is assumed -----------------------------------------------------------------------------


def dialog_of(hand) -> AssumptionsDialog:
    return hand.panel.findChildren(AssumptionsDialog)[-1]


async def test_what_is_assumed_is_adjusted_and_kept(open_panel, cache, tmp_path, until) -> None:
    file = tmp_path / "preferences.json"
    hand = open_panel(cache, preferences=KeptPreferences(file))
    hand.switch("Assumptions about the platform")
    await until(lambda: hand.panel.findChildren(AssumptionsDialog))
    hand.tick("Hanging up in a menu sends PIE before DICE")
    hand.click("Close the assumptions")

    await hand.dial()
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)

    assert [row[0] for row in hand.callbacks()] == ["ICE", "DICE  CALLERHANGUP"]
    assert not KeptPreferences(file).now.calls.tells_hangup_in_menu


async def test_a_reply_is_waited_for_as_long_as_it_is_assumed(
    open_panel, cache, tmp_path, until
) -> None:
    preferences = KeptPreferences(tmp_path / "preferences.json")
    hand = open_panel(cache, preferences=preferences)
    hand.switch("Assumptions about the platform")
    await until(lambda: hand.panel.findChildren(AssumptionsDialog))
    (number,) = (
        each
        for each in dialog_of(hand).findChildren(QSpinBox)
        if each.accessibleName() == "A reply is waited for"
    )
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "150")
    hand.click("Close the assumptions")
    hand.switch("Deliver 2 s late")

    hand.click("Dial")
    await hand.until(CallPhase.ENDED)

    assert hand.callbacks()[0][3] == "no reply"
    assert "A reply is waited for 0.15 s" in hand.transcript()


async def test_scenarios_run_under_the_same_assumptions(open_panel, cache, tmp_path, until) -> None:
    preferences = KeptPreferences(None)
    preferences.assume(CallAssumptions(tells_hangup_in_menu=False))
    hand = open_panel(cache, preferences=preferences)
    call = {"caller": CALLER, "steps": [{"hangUp": True}], "expect": ["callbacks are ice dice"]}
    text = json.dumps({"version": 1, "name": "leaves at once", "calls": [call]})
    (tmp_path / "leaves.json").write_text(text)
    await hand.open_scenarios(tmp_path)

    hand.click("Run scenarios")

    await until(lambda: "all as expected" in hand.text("Report"))
    assert "1 run" in hand.text("Report")


async def test_assumptions_go_back_to_their_defaults(open_panel, cache, until) -> None:
    preferences = KeptPreferences(None)
    preferences.assume(CallAssumptions(keeps_hash=True, adds_call_id_alias=False))
    hand = open_panel(cache, preferences=preferences)
    hand.switch("Assumptions about the platform")
    await until(lambda: hand.panel.findChildren(AssumptionsDialog))

    hand.click("Restore the defaults")

    assert preferences.now.calls == CallAssumptions(adds_call_id_alias=False)
    hand.click("Close the assumptions")


async def test_every_assumption_has_a_control_with_a_name_and_a_note(hand, until) -> None:
    hand.switch("Assumptions about the platform")
    await until(lambda: hand.panel.findChildren(AssumptionsDialog))
    kinds = (QSpinBox, QComboBox, QLineEdit, QCheckBox)
    controls = [
        each
        for kind in kinds
        for each in dialog_of(hand).findChildren(kind)
        if not isinstance(each.parent(), QSpinBox)
    ]

    assert len(controls) == len(fields(CallAssumptions)) - 1  # callId has its place in the menu
    assert all(each.accessibleName() and each.accessibleDescription() for each in controls)
    hand.click("Close the assumptions")


async def test_adjusted_assumptions_are_copied_marked_and_used(open_panel, cache, until) -> None:
    hand = open_panel(cache)
    hand.switch("Assumptions about the platform")
    await until(lambda: hand.panel.findChildren(AssumptionsDialog))
    (reason,) = (
        each
        for each in dialog_of(hand).findChildren(QComboBox)
        if each.accessibleName() == "Reason when the function hangs up"
    )
    QTest.keyClicks(reason, "CALLEEH")
    hand.click("Copy the adjusted assumptions as JSON")
    hand.click("Close the assumptions")

    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert json.loads(QApplication.clipboard().text()) == {"hangupReason": "CALLEEHANGUP"}
    assert hand.callbacks()[-1][0] == "DICE  CALLEEHANGUP"
    hand.select_callback(2)
    assert "Assumed, in no document: reason" in hand.sentences_of_the_request()
