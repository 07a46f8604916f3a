"""A menu digit by digit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.callbacks import MenuResult
from sinch_cache_gui.voice.menu import (
    DigitTaken,
    InputIgnored,
    InputRefused,
    MenuFinished,
    MenuRun,
    MenuStep,
    PromptPlayed,
    SilenceNoticed,
)
from sinch_cache_gui.voice.prompts import parse_prompt
from sinch_cache_gui.voice.svaml import GoToMenu, Menu, MenuOption, ReturnValue, RunMenu

MAIN = Menu(
    "main",
    main_prompt=parse_prompt("#tts[Press 1 or 2]"),
    repeat_prompt=parse_prompt("#tts[Once more]"),
    repeats=1,
    timeout_ms=6000,
    options=(MenuOption("1", ReturnValue("sales")), MenuOption("2", GoToMenu("case"))),
)
CASE = Menu("case", main_prompt=parse_prompt("#tts[Your case]"), max_digits=4, repeats=0)
RUN = RunMenu((MAIN, CASE))


def heard(steps: list[MenuStep]) -> list[str]:
    return [step.prompt.spoken for step in steps if isinstance(step, PromptPlayed)]


def kinds(steps: list[MenuStep]) -> list[type[MenuStep]]:
    return [type(step) for step in steps]


class Played:
    """A menu that is played, and what it told last of its end."""

    def __init__(self, run: RunMenu, assumptions: CallAssumptions | None = None) -> None:
        self._menu = MenuRun(run, assumptions)
        self.result: MenuResult | None = None

    @property
    def menu_id(self) -> str | None:
        return self._menu.menu_id

    @property
    def deadline_ms(self) -> int | None:
        return self._menu.deadline_ms

    def start(self, now_ms: int) -> list[MenuStep]:
        return self._told(self._menu.start(now_ms))

    def press(self, digit: str, now_ms: int) -> list[MenuStep]:
        return self._told(self._menu.press(digit, now_ms))

    def speak(self, words: str, now_ms: int) -> list[MenuStep]:
        return self._told(self._menu.speak(words, now_ms))

    def pass_time(self, now_ms: int) -> list[MenuStep]:
        return self._told(self._menu.pass_time(now_ms))

    def hang_up(self) -> list[MenuStep]:
        return self._told(self._menu.hang_up())

    def _told(self, steps: list[MenuStep]) -> list[MenuStep]:
        ends = [step.result for step in steps if isinstance(step, MenuFinished)]
        assert len(ends) <= (self.result is None)
        self.result = ends[0] if ends else self.result
        return steps


def test_return_ends_the_menu_with_its_value() -> None:
    menu = Played(RUN)
    assert heard(menu.start(0)) == ["Press 1 or 2"]

    steps = menu.press("1", 500)

    assert steps == [
        DigitTaken("1"),
        MenuFinished(MenuResult("return", "main", "sales", "dtmf")),
    ]
    assert menu.deadline_ms is None


def test_without_a_repeat_prompt_the_main_one_or_nothing_is_heard_again() -> None:
    run = RunMenu((replace(MAIN, repeat_prompt=None),))
    for repeats_main_prompt, again in ((True, ["Press 1 or 2"]), (False, [])):
        menu = Played(run, CallAssumptions(repeats_main_prompt=repeats_main_prompt))
        menu.start(0)
        assert heard(menu.press("9", 500)) == again
        assert menu.deadline_ms == 6500


def test_an_option_may_lead_to_another_menu_without_a_result() -> None:
    menu = Played(RUN)
    menu.start(0)

    steps = menu.press("2", 500)

    assert heard(steps) == ["Your case"]
    assert menu.menu_id == "case"
    assert menu.result is None


def sequence_menu() -> Played:
    menu = Played(RunMenu((Menu("main", max_digits=4, timeout_ms=5000, repeats=0),)))
    menu.start(0)
    return menu


def test_a_sequence_ends_at_its_longest() -> None:
    menu = sequence_menu()
    for at_ms, digit in enumerate("47*"):
        assert kinds(menu.press(digit, at_ms)) == [DigitTaken]

    menu.press("1", 4)

    assert menu.result == MenuResult("sequence", "main", "47*1", "dtmf")


def test_a_sequence_ends_at_hash_which_is_not_part_of_it() -> None:
    menu = sequence_menu()
    menu.press("4", 1)

    menu.press("#", 2)

    assert menu.result == MenuResult("sequence", "main", "4", "dtmf")


def test_a_sequence_ends_by_silence_after_the_last_digit() -> None:
    menu = sequence_menu()
    menu.press("4", 4999)
    assert menu.deadline_ms == 9999
    assert menu.pass_time(9998) == []

    assert kinds(menu.pass_time(9999)) == [SilenceNoticed, MenuFinished]
    assert menu.result == MenuResult("sequence", "main", "4", "dtmf")


def test_hash_alone_is_no_sequence() -> None:
    menu = sequence_menu()

    menu.press("#", 1)

    assert menu.result == MenuResult("invalidinput", "main")


def test_an_option_wins_over_a_sequence_that_is_exactly_it() -> None:
    options = (MenuOption("0", ReturnValue("operator")),)
    menu = Played(RunMenu((Menu("main", max_digits=4, options=options),)))
    menu.start(0)
    menu.press("0", 1)
    assert menu.result is None

    menu.press("#", 2)

    assert menu.result == MenuResult("return", "main", "operator", "dtmf")


def test_a_menu_of_one_digit_without_options_is_a_sequence() -> None:
    menu = Played(RunMenu((Menu("main"),)))
    menu.start(0)

    menu.press("7", 1)

    assert menu.result == MenuResult("sequence", "main", "7", "dtmf")


def test_wrong_input_repeats_and_then_gives_up() -> None:
    menu = Played(RUN)
    menu.start(0)

    first = menu.press("9", 100)
    assert kinds(first) == [DigitTaken, InputRefused, PromptPlayed]
    assert heard(first) == ["Once more"]

    assert kinds(menu.press("9", 200)) == [DigitTaken, InputRefused, MenuFinished]
    assert menu.result == MenuResult("invalidinput", "main")


def test_silence_repeats_and_then_times_out() -> None:
    menu = Played(RUN)
    menu.start(0)

    assert heard(menu.pass_time(6000)) == ["Once more"]
    assert menu.deadline_ms == 12_000
    menu.pass_time(12_000)

    assert menu.result == MenuResult("timeout", "main")


def test_a_long_silence_uses_up_every_try_at_once() -> None:
    menu = Played(RUN)
    menu.start(0)

    assert kinds(menu.pass_time(60_000)) == [
        SilenceNoticed,
        PromptPlayed,
        SilenceNoticed,
        MenuFinished,
    ]


def test_wrong_input_at_any_try_makes_the_result_invalid_input() -> None:
    menu = Played(RUN)
    menu.start(0)
    menu.press("9", 100)

    menu.pass_time(20_000)

    assert menu.result == MenuResult("invalidinput", "main")


def test_a_digit_after_the_deadline_belongs_to_the_next_try() -> None:
    menu = Played(RUN)
    menu.start(0)

    steps = menu.press("1", 6001)

    assert kinds(steps) == [SilenceNoticed, PromptPlayed, DigitTaken, MenuFinished]


def test_what_the_reply_leaves_out_is_assumed_and_adjustable() -> None:
    bare = RunMenu((Menu("main", main_prompt=parse_prompt("#tts[Well?]")),))
    menu = Played(bare, CallAssumptions(menu_timeout_ms=1000, menu_repeats=1))
    menu.start(0)

    assert heard(menu.pass_time(1000)) == ["Well?"]
    menu.pass_time(2000)

    assert menu.result == MenuResult("timeout", "main")
    assert CallAssumptions().menu_timeout_ms == 5000


def test_hanging_up_ends_the_menu() -> None:
    menu = Played(RUN)
    menu.start(0)

    menu.hang_up()

    assert menu.result == MenuResult("hangup", "main")
    assert menu.hang_up() == []
    assert kinds(menu.press("1", 10)) == [InputIgnored]


@pytest.mark.parametrize("run", [RunMenu(()), RunMenu((CASE,)), RunMenu((CASE,), main_menu="x")])
def test_without_a_menu_to_begin_with_the_result_is_an_error(run: RunMenu) -> None:
    menu = Played(run)

    menu.start(0)

    assert menu.result is not None
    assert menu.result.type == "error"


def test_main_menu_chooses_what_plays_first() -> None:
    menu = Played(RunMenu((MAIN, CASE), main_menu="case"))

    assert heard(menu.start(0)) == ["Your case"]


def test_an_option_into_a_missing_menu_is_an_error() -> None:
    options = (MenuOption("1", GoToMenu("gone")),)
    menu = Played(RunMenu((Menu("main", options=options),)))
    menu.start(0)

    menu.press("1", 1)

    assert menu.result == MenuResult("error", "main")


PLAYING = CallAssumptions(plays_for_a_while=True)


def test_barge_cuts_the_prompt() -> None:
    menu = Played(RUN, PLAYING)
    menu.start(0)

    menu.press("1", 10)

    assert menu.result == MenuResult("return", "main", "sales", "dtmf")


def test_without_barge_keys_during_the_prompt_do_not_count() -> None:
    run = RunMenu((MAIN,), is_barge_allowed=False)
    menu = Played(run, PLAYING)
    menu.start(0)
    ends_ms = MAIN.main_prompt.estimated_ms()

    assert kinds(menu.press("1", ends_ms - 1)) == [InputIgnored]
    assert menu.deadline_ms == ends_ms + 6000

    menu.press("1", ends_ms)
    assert menu.result == MenuResult("return", "main", "sales", "dtmf")


def test_spoken_words_choose_an_option_where_voice_is_on() -> None:
    menu = Played(RunMenu((MAIN, CASE), is_voice_enabled=True))
    menu.start(0)

    assert kinds(menu.speak("what?", 10)) == [InputRefused, PromptPlayed]
    menu.speak("Sales", 20)

    assert menu.result == MenuResult("return", "main", "sales", "voice")


def test_spoken_words_are_not_heard_where_voice_is_off() -> None:
    menu = Played(RUN)
    menu.start(0)

    assert kinds(menu.speak("sales", 10)) == [InputIgnored]


@pytest.mark.parametrize("key", ["", "a", "12", "٣"])
def test_only_keys_of_a_phone_can_be_pressed(key: str) -> None:
    menu = Played(RUN)
    menu.start(0)

    with pytest.raises(ValueError, match="not a key"):
        menu.press(key, 1)


# -- what is assumed, and may be assumed otherwise -------------------------------------------------


def entered(run: RunMenu, assumptions: CallAssumptions, keys: str) -> MenuResult | None:
    menu = Played(run, assumptions)
    menu.start(0)
    for key in keys:
        menu.press(key, 1)
    return menu.result


def test_an_option_may_be_taken_before_more_digits_come() -> None:
    both = Menu("main", max_digits=3, options=(MenuOption("1", ReturnValue("sales")),))
    run = RunMenu((both,))

    assert entered(run, CallAssumptions(), "1") is None
    assert entered(run, CallAssumptions(), "123").value == "123"
    at_once = CallAssumptions(waits_for_more_digits=False)
    assert entered(run, at_once, "1").value == "sales"
    assert entered(run, at_once, "234").value == "234"


def test_the_hash_may_be_part_of_a_sequence() -> None:
    run = RunMenu((CASE,), main_menu="case")
    assert entered(run, CallAssumptions(), "47#").value == "47"
    assert entered(run, CallAssumptions(keeps_hash=True), "47#").value == "47#"


def test_the_first_menu_may_be_main_whatever_is_asked() -> None:
    run = RunMenu((MAIN, CASE), main_menu="case")
    assert heard(Played(run).start(0)) == ["Your case"]
    at_main = CallAssumptions(starts_at_main=True)
    assert heard(Played(run, at_main).start(0)) == ["Press 1 or 2"]
    without = RunMenu((CASE,), main_menu="case")
    (ended,) = Played(without, at_main).start(0)
    assert ended.result.type == "error"


@pytest.mark.parametrize(
    ("last_try_decides", "type_"), [(False, "invalidinput"), (True, "timeout")]
)
def test_silence_after_wrong_input(last_try_decides: bool, type_: str) -> None:
    menu = Played(RUN, CallAssumptions(last_try_decides=last_try_decides))
    menu.start(0)
    menu.press("9", 1)
    menu.pass_time(60_000)
    assert menu.result is not None
    assert menu.result.type == type_


def test_a_result_without_input_may_have_an_empty_value() -> None:
    for assumptions, value in (
        (CallAssumptions(), None),
        (CallAssumptions(sends_empty_value=True), ""),
    ):
        menu = Played(RUN, assumptions)
        menu.start(0)
        menu.hang_up()
        assert menu.result == MenuResult("hangup", "main", value)


BOTH = RunMenu((Menu("main", max_digits=3, options=(MenuOption("12", ReturnValue("sales")),)),))


def test_digits_that_are_an_option_may_be_a_sequence_all_the_same() -> None:
    assert entered(BOTH, CallAssumptions(), "12#").type == "return"
    as_digits = CallAssumptions(option_beats_sequence=False, waits_for_more_digits=False)
    assert entered(BOTH, as_digits, "12#") == MenuResult("sequence", "main", "12", "dtmf")


def test_a_lone_hash_may_complete_an_empty_sequence() -> None:
    run = RunMenu((CASE,), main_menu="case")
    assert entered(run, CallAssumptions(), "#").type == "invalidinput"
    assert entered(run, CallAssumptions(refuses_lone_hash=False), "#").value == ""
    kept = CallAssumptions(refuses_lone_hash=False, keeps_hash=True)
    assert entered(run, kept, "#").value == "#"


def test_the_result_may_name_the_menu_it_began_with() -> None:
    nested = Menu("main", options=(MenuOption("1", GoToMenu("case")),))
    run = RunMenu((nested, CASE))
    assert entered(run, CallAssumptions(), "147#").menu_id == "case"
    assert entered(run, CallAssumptions(names_active_menu=False), "147#").menu_id == "main"


@pytest.mark.parametrize(
    ("assumptions", "words", "result"),
    [
        (CallAssumptions(), "1", MenuResult("return", "main", "sales", "voice")),
        (CallAssumptions(words_match_key=False), "1", None),
        (CallAssumptions(words_match_value=False), "sales", None),
        (CallAssumptions(), "a person", None),
        (
            CallAssumptions(sends_other_words=True),
            "a person",
            MenuResult("sequence", "main", "a person", "voice"),
        ),
    ],
)
def test_what_spoken_words_mean(
    assumptions: CallAssumptions, words: str, result: MenuResult | None
) -> None:
    menu = Played(RunMenu((MAIN, CASE), is_voice_enabled=True), assumptions)
    menu.start(0)
    menu.speak(words, 1)
    assert menu.result == result
