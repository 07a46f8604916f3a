"""A person places calls beside the cache."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QTextEdit

from sinch_cache_gui.cache.errors import CacheUnreachable
from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.cache.memory import MemoryCache
from sinch_cache_gui.cache.virtual_clock import VirtualClock
from sinch_cache_gui.ui.calls.callback_details import CallbackDetails
from sinch_cache_gui.ui.calls.phone import Transcript
from sinch_cache_gui.ui.calls.timeline import Timeline
from sinch_cache_gui.ui.theme import Theme
from sinch_cache_gui.voice.call_events import CallbackRecord, CallPhase, LineKind, TranscriptLine
from sinch_cache_gui.voice.callbacks import CallSetup, Destination, Event, ice
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.recording import CacheOperation
from sinch_cache_gui.voice.targets import Answered

CALLER = "+46701740605"


async def test_before_the_first_call_the_panel_says_what_to_do(hand) -> None:
    assert "Dial to hear" in hand.transcript()
    assert any("ICE" in sentence for sentence in hand.sentences())
    assert hand.status() == "no call yet"
    assert hand.button("Dial").isEnabled()
    assert not hand.button("Hang up").isEnabled()
    assert not hand.button("Key 1").isEnabled()


async def test_a_whole_call(hand, cache) -> None:
    await hand.dial()
    assert "Press 1 for sales" in hand.transcript()
    assert hand.status().startswith("in menu main")

    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert [row[0] for row in hand.callbacks()] == [
        "ICE",
        "PIE  sales",
        "DICE  MANAGERHANGUP",
    ]
    assert [row[2:] for row in hand.callbacks()] == [
        ["5 ops", "runMenu"],
        ["2 ops", "hangup"],
        ["–", "–"],
    ]
    session = f"session:{hand.field('Call ID').text()}"
    assert (await cache.get(session))["menuChoice"] == "sales"
    assert "The function hung up." in hand.transcript()
    assert hand.status().startswith("ended: MANAGERHANGUP")
    assert hand.button("Dial").isEnabled()
    assert not hand.button("Key 1").isEnabled()


async def test_the_operations_of_a_callback_say_what_changed(hand) -> None:
    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert hand.shown_operations()[1].endswith('10:00, menuChoice: nothing → "sales"')
    hand.select_callback(0)
    assert hand.shown_operations()[1] == f"set, rate:{CALLER}, 1:00:00, nothing → 1"
    assert hand.tabs()[0] == "Cache 5"


async def test_a_key_in_an_operation_opens_it(hand) -> None:
    await hand.dial()

    hand.click_operation(1)

    assert hand.opened == [f"rate:{CALLER}".encode()]


async def test_operations_are_told_as_they_happen(hand) -> None:
    await hand.dial()

    call_id = hand.field("Call ID").text()
    assert [operation.name for operation in hand.operations] == ["get", "set", "get", "set", "set"]
    assert {(item.call_id, item.event) for item in hand.operations} == {(call_id, "ice")}


async def test_request_and_reply_are_shown_as_json(hand) -> None:
    await hand.dial()

    request = json.loads(hand.text("Request of this callback"))
    reply = json.loads(hand.text("Reply to this callback"))

    assert request["callid"] == request["callId"] == hand.field("Call ID").text()
    assert reply["action"]["name"] == "runMenu"


async def test_digits_of_the_keyboard_press_the_keys(hand) -> None:
    await hand.dial()

    hand.type_key("2")
    await hand.until(CallPhase.MENU)
    for digit in "471":
        hand.type_key(digit)
    hand.type_key("#")
    await hand.until(CallPhase.ENDED)

    assert "case 4 7 1." in hand.transcript()
    assert "4 7 1 #" in hand.transcript()


async def test_digits_typed_into_a_field_stay_there(hand) -> None:
    field = hand.field("Caller's number")
    field.setFocus()
    field.selectAll()

    QTest.keyClicks(field, "+12025550117")

    assert field.text() == "+12025550117"


async def test_pressing_nothing_lets_the_menu_time_out(hand) -> None:
    await hand.dial()
    for _ in range(3):
        hand.click("Press nothing until the menu's time is up")
    await hand.until(CallPhase.ENDED)

    assert ["PIE  timeout", "hangup"] in [[row[0], row[3]] for row in hand.callbacks()]


async def test_hanging_up_ends_the_call(hand) -> None:
    await hand.dial()

    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)

    assert [row[0] for row in hand.callbacks()] == ["ICE", "PIE  hangup", "DICE  CALLERHANGUP"]


async def test_each_call_has_an_id_of_its_own(hand) -> None:
    first = hand.field("Call ID").text()
    assert len(bytes.fromhex(first)) == 16
    await hand.dial()
    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)
    assert hand.field("Call ID").text() == first

    await hand.dial()

    assert hand.field("Call ID").text() != first


async def test_an_id_that_was_typed_is_used(hand, cache) -> None:
    hand.field("Call ID").clear()
    QTest.keyClicks(hand.field("Call ID"), "my-call")

    await hand.dial()

    assert await cache.has("session:my-call")


async def test_a_new_id_can_be_asked_for(hand) -> None:
    before = hand.field("Call ID").text()

    hand.click("New call ID")

    assert hand.field("Call ID").text() != before


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("Caller's number", "0701740605", "The caller's number is"),
        ("Called number", "operator", "The called number is"),
        ("Call ID", "", "A call needs an id."),
    ],
)
async def test_what_cannot_be_dialled_is_said_in_a_sentence(hand, name, text, sentence) -> None:
    field = hand.field(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)

    assert any(shown.startswith(sentence) for shown in hand.sentences())
    QTest.keyClick(field, Qt.Key.Key_Return)
    await asyncio.sleep(0)
    assert hand.status() == "no call yet"


async def test_numbers_may_be_typed_as_people_write_them(hand, cache) -> None:
    field = hand.field("Caller's number")
    field.clear()
    QTest.keyClicks(field, "+46 70-174 06 12")

    await hand.dial()

    assert await cache.has("customer:+46701740612")


async def test_a_caller_can_be_chosen_from_those_the_function_knows(hand, cache) -> None:
    menu = hand.button("Choose a caller").menu()
    known = {action.text().split("\t")[0]: action for action in menu.actions()}

    known["Priya Raman"].trigger()
    await hand.dial()

    assert "Welcome back, Priya Raman." in hand.transcript()
    assert await cache.has("customer:+13125550163")


async def test_a_hidden_caller_is_called_private(hand, cache) -> None:
    hand.button("Choose a caller").menu().actions()[-1].trigger()

    await hand.dial()

    assert await cache.has("rate:private")


async def test_without_the_alias_a_call_shows_why_its_session_is_lost(hand, cache) -> None:
    hand.switch("Add callId")

    await hand.dial()

    assert await cache.has("session:undefined")
    assert "callid" in hand.text("Problems of this reply")


async def test_silence_may_be_measured_by_the_clock(open_panel, cache, monkeypatch) -> None:
    monkeypatch.setattr("sinch_cache_gui.voice.builtin.MENU_TIMEOUT_MS", 20)
    hand = open_panel(cache)
    hand.switch("Measure silence")

    hand.click("Dial")
    await hand.until(CallPhase.ENDED)

    assert ["PIE  timeout", "hangup"] in [[row[0], row[3]] for row in hand.callbacks()]


async def test_a_read_only_cache_takes_no_calls_and_says_why(open_panel, cache) -> None:
    hand = open_panel(cache, is_read_only=True)

    assert not hand.button("Dial").isEnabled()
    assert any("read-only" in sentence for sentence in hand.sentences())


class Unreachable(MemoryCache):
    async def get(self, key: str) -> JsonValue:
        raise CacheUnreachable("No answer from localhost:6379", "It refused the connection.")


async def test_an_unreachable_cache_is_shown_as_the_outcome(open_panel, notices) -> None:
    hand = open_panel(Unreachable())

    hand.click("Dial")
    await hand.until(CallPhase.ENDED)

    assert "No answer from localhost:6379" in hand.transcript()
    assert hand.callbacks()[0][3] == "no reply"
    assert hand.current_tab() == "Reply"
    assert "disconnects" in hand.text("Problems of this reply")
    assert hand.button("Dial").isEnabled()
    assert notices == []


async def test_the_chosen_callback_stays_chosen_while_the_call_goes_on(hand) -> None:
    await hand.dial()
    hand.click("Key 3")
    await hand.until(CallPhase.MENU)
    hand.select_callback(0)

    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    assert hand.selected_step().startswith("callback: ICE")


async def test_every_control_has_a_name(hand) -> None:
    await hand.dial()

    assert hand.unnamed_controls() == []


async def test_the_tab_key_goes_through_the_form_as_the_eye_does(hand) -> None:
    hand.field("Caller's number").setFocus()

    names = [hand.focused()]
    while names[-1] != "Dial":
        hand.press_tab()
        names.append(hand.focused())

    assert names == [
        "Caller's number",
        "Choose a caller",
        "Called number",
        "Call ID",
        "New call ID",
        "Dial",
    ]


async def test_the_lists_are_sound_models(hand) -> None:
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    for view in (hand.timeline(), hand.operation_list()):
        QAbstractItemModelTester(view.model(), mode, view)

    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)
    hand.select_callback(0)


@pytest.mark.parametrize("width", [300, 420])
async def test_nothing_is_wider_than_the_panel(open_panel, cache, width: int) -> None:
    hand = open_panel(cache, width=width)
    await hand.dial()

    assert hand.panel.minimumSizeHint().width() <= 300
    for name in ("Dial", "Hang up", "Key 3", "New call ID"):
        button = hand.button(name)
        right = button.mapTo(hand.panel, button.rect().bottomRight()).x()
        assert right < width


async def test_closing_the_scope_during_a_call_ends_it(hand, scope) -> None:
    await hand.dial()

    await scope.aclose()

    assert not scope.is_running("call")


async def test_huge_values_are_shown_short(hand, cache) -> None:
    await cache.set(f"customer:{CALLER}", {"name": "A" * 1_000_000})

    await hand.dial()

    assert len(hand.transcript()) < 2000
    assert max(map(len, hand.shown_operations())) < 2000
    assert "bytes more" in hand.text("Reply to this callback")


async def test_a_call_can_be_placed_for_a_caller(hand, cache) -> None:
    hand.panel.dial("+12025550142")
    await hand.until(CallPhase.MENU)

    assert hand.field("Caller's number").text() == "+12025550142"
    assert "Welcome back, Marcus Bell." in hand.transcript()


async def test_the_last_line_stays_in_sight_when_the_panel_shrinks(hand) -> None:
    await hand.dial()
    for key in ("Key 3", "Key 3", "Key 3", "Key 1"):
        hand.click(key)
    await hand.until(CallPhase.ENDED)

    hand.panel.resize(300, 620)
    await asyncio.sleep(0)

    assert "hung up" in hand.last_visible_line()


async def test_the_timeline_tells_everything_in_the_order_it_happened(hand) -> None:
    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)

    call_id = hand.field("Call ID").text()
    told = hand.steps()
    order = [
        "note: +46701740605 calls",
        "callback: ICE",
        f"operation: get rate:{CALLER}",
        f"operation: set rate:{CALLER} 1:00:00",
        f"operation: set session:{call_id} 10:00",
        "heard: “",
        "pressed: 1",
        "callback: PIE  sales",
        f"operation: get session:{call_id}",
        "note: The function hung up.",
        "callback: DICE",
    ]
    places = [next(at for at, step in enumerate(told) if step.startswith(each)) for each in order]
    assert places == sorted(places)


async def test_an_operation_tells_values_lifetime_and_difference(hand) -> None:
    await hand.dial()
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)
    call_id = hand.field("Call ID").text()

    hand.select_step(f"operation: set rate:{CALLER}")
    first = hand.text("Details of this step")
    assert "It lives for 1 hour (3,600 s) from then on." in first
    assert first.endswith("Before:\nnothing\n\nAfter:\n1")

    steps = hand.steps()
    last = max(
        at for at, step in enumerate(steps) if step.startswith(f"operation: set session:{call_id}")
    )
    assert steps[last].endswith(" → 10:00")
    hand.timeline().selectRow(last)
    told = hand.text("Details of this step")
    assert " left. It lives for 10 minutes (600 s) from then on." in told
    assert '+  "menuChoice": "sales"' in hand.text("Details of this step")
    hand.click("Open the key of this operation")
    assert hand.opened == [f"session:{call_id}".encode()]


def test_the_transcript_of_a_long_call_keeps_its_last_lines(qtbot, qapp) -> None:
    """What comes costs the same however much was heard before; the timeline keeps it all."""
    transcript = Transcript(Theme(qapp))
    qtbot.addWidget(transcript)
    transcript.start(0)
    for number in range(1, 1001):
        transcript.add(TranscriptLine(LineKind.HEARD, f"Line {number}", number * 1000))
    for key in "12":
        transcript.add(TranscriptLine(LineKind.PRESSED, key, 1_001_000))

    lines = transcript.toPlainText().splitlines()
    assert 300 <= len(lines) <= 601
    assert [line.split("  ") for line in lines[-2:]] == [
        ["16:40", "“Line 1000”"],
        ["16:41", "1 2"],
    ]
    numbers = [int(line.rpartition(" ")[2][:-1]) for line in lines[:-1]]
    assert numbers == list(range(numbers[0], 1001))


async def test_what_a_label_with_a_name_shows_is_told_a_screen_reader(
    open_panel, cache, until
) -> None:
    def named() -> dict[str, QLabel]:
        labels = [label for label in hand.panel.findChildren(QLabel) if label.isVisible()]
        return {label.accessibleName(): label for label in labels if label.accessibleName()}

    hand = open_panel(cache, clock=VirtualClock())
    await hand.dial()
    await until(
        lambda: {"State of the call", "Time of the embedded cache", "Rate"} <= named().keys()
    )
    for label in named().values():
        assert label.accessibleDescription() == label.text()


def test_what_a_callback_is_seen_to_have_done_later_stays_in_sight(qtbot, qapp) -> None:
    """The list follows its end, though a function behind a URL is told of after its reply."""
    timeline = Timeline(Theme(qapp))
    qtbot.addWidget(timeline)
    timeline.resize(300, 120)
    timeline.show()
    timeline.table.start(0)
    sent = ice(CallSetup("1", CALLER, Destination("+46846500412")), 0)
    record = CallbackRecord(1, sent, 0, 1.0, Answered(b"{}"), None, (), ())
    timeline.table.add_record(record)
    written = (CacheOperation("1", Event.ICE, "set", "k", 0),) * 20
    timeline.table.replace_record(replace(record, operations=written))
    bar = timeline.table.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_of_very_many_problems_the_first_are_listed_and_the_rest_counted(qtbot, qapp) -> None:
    details = CallbackDetails(Theme(qapp))
    qtbot.addWidget(details)
    sent = ice(CallSetup("1", CALLER, Destination("+46846500412")), 0)
    problems = tuple(Problem(Weight.NOTE, "$", f"Note {number}.") for number in range(1, 131))
    details.show_record(CallbackRecord(1, sent, 0, 1.0, Answered(b"{}"), None, problems, ()))
    listed = details.findChild(QTextEdit).toPlainText().splitlines()
    assert [line.strip() for line in listed[-2:]] == ["Note 100.", "… and 30 more"]


async def test_kinds_of_steps_can_be_left_out_of_view(hand) -> None:
    await hand.dial()
    hand.select_step("callback: ICE")
    everything = hand.steps()

    hand.click("Show what was asked of the cache")
    hand.click("Show what the caller hears")
    hand.click("Show what happens to the call")
    assert [step.partition(",")[0] for step in hand.steps()] == ["callback: ICE"]
    assert hand.selected_step().startswith("callback: ICE")
    hand.click("Key 1")
    await hand.until(CallPhase.ENDED)
    assert [step.partition(":")[0] for step in hand.steps()] == [
        "callback",
        "pressed",
        "callback",
        "callback",
    ]

    hand.click("Show what was asked of the cache")
    hand.click("Show what the caller hears")
    hand.click("Show what happens to the call")
    assert hand.steps()[: len(everything)] == everything


async def test_the_keyboard_walks_the_timeline(hand) -> None:
    await hand.dial()
    hand.timeline().setFocus()
    hand.select_callback(0)

    QTest.keyClick(hand.timeline(), Qt.Key.Key_Down)

    assert hand.selected_step() == f"operation: get rate:{CALLER}"
    assert hand.text("Details of this step").startswith(f"get rate:{CALLER}")


async def test_the_call_says_why_its_session_is_lost(hand) -> None:
    hand.switch("Add callId")
    await hand.dial()
    hand.select_step("operation: set session:undefined")
    assert "code reading callId gets undefined" in hand.text("Details of this step")


async def test_what_the_caller_says_is_typed(hand, until) -> None:
    await hand.dial()
    words = hand.field("What the caller says")
    assert words.isEnabled()

    QTest.keyClicks(words, "sales")
    QTest.keyClick(words, Qt.Key.Key_Return)

    await until(lambda: "enableVoice is off" in hand.transcript())
    assert words.text() == ""


async def test_a_running_call_folds_its_numbers_into_one_line(hand) -> None:
    call_id = hand.field("Call ID").text()
    await hand.dial()

    assert f"{CALLER} → +46846500412" in hand.sentences()
    assert f"id {call_id}" in hand.sentences()
    assert not hand.field("Call ID").isVisible()
    hand.click("Copy the call ID")
    assert QApplication.clipboard().text() == call_id

    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)

    assert hand.field("Call ID").isVisible()
    assert not hand.button("Copy the call ID").isVisible()


async def test_a_low_window_keeps_the_transcript_and_the_keys_of_a_call_in_sight(
    hand, until
) -> None:
    hand.panel.resize(340, 649)  # a window of 1280 by 720
    assert hand.panel.height() == 649
    assert not hand.button("Key 1").isVisible()

    await hand.dial()

    assert hand.panel.minimumSizeHint().height() <= 649
    assert hand.button("Key 1").isVisible()
    assert hand.first_visible_line().startswith("0:00")
    assert "calls" in hand.first_visible_line()

    hand.click("Hang up")
    await hand.until(CallPhase.ENDED)
    # Qt lays out what a page no longer shows in a turn of its own.
    await until(lambda: hand.panel.minimumSizeHint().height() <= 649)
