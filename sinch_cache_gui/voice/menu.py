"""runMenu, digit by digit: a state machine that knows no clock and no call.

What is documented: options `return(x)` (ends the menu) and `menu(id)` (leads to another one, no
callback); a sequence ends at `maxDigits`, at `#` or by silence; `repeatPrompt` plays `repeats`
times when no expected input came. What is not documented is a field of `CallAssumptions`, or says
"assumed" where it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.callbacks import InputMethod, MenuResult, MenuResultType
from sinch_cache_gui.voice.prompts import Prompt
from sinch_cache_gui.voice.svaml import KEYS, GoToMenu, Menu, MenuOption, MenuTarget, RunMenu


@dataclass(frozen=True, slots=True)
class PromptPlayed:
    """The caller heard a prompt.

    Attributes:
        menu_id: Of the menu it belongs to.
        prompt: What was played.
        is_repeat: Whether it was the prompt for another try.
    """

    menu_id: str
    prompt: Prompt
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class DigitTaken:
    """A key counted.

    Attributes:
        digit: Which one.
    """

    digit: str


@dataclass(frozen=True, slots=True)
class InputIgnored:
    """A key, or what was said, did not count.

    Attributes:
        entered: The key or the words.
        reason: One sentence.
    """

    entered: str
    reason: str


@dataclass(frozen=True, slots=True)
class InputRefused:
    """What was entered leads nowhere.

    Attributes:
        entered: The digits or words.
    """

    entered: str


@dataclass(frozen=True, slots=True)
class SilenceNoticed:
    """The caller entered nothing until the time was up."""


@dataclass(frozen=True, slots=True)
class MenuFinished:
    """The menu is over: a PIE with this result follows.

    Attributes:
        result: As `menuResult` carries it.
    """

    result: MenuResult


MenuStep: TypeAlias = (
    PromptPlayed | DigitTaken | InputIgnored | InputRefused | SilenceNoticed | MenuFinished
)


class MenuRun:
    """One run of `runMenu`. Each input answers the steps it led to, the last maybe the end."""

    def __init__(self, run: RunMenu, assumptions: CallAssumptions | None = None) -> None:
        self._run = run
        self._assumptions = assumptions or CallAssumptions()
        self._menu: Menu | None = None
        self._first_id: str | None = None
        self._collected = ""
        self._tries_left = 0
        self._has_refused = False
        self._prompt_ends_ms = 0
        self._deadline_ms: int | None = None
        self._result: MenuResult | None = None

    @property
    def menu_id(self) -> str | None:
        """The menu that is active, or was last."""
        return None if self._menu is None else self._menu.id

    @property
    def deadline_ms(self) -> int | None:
        """When silence completes the input; None once the menu is over."""
        return self._deadline_ms

    def start(self, now_ms: int) -> list[MenuStep]:
        """Play the first menu."""
        at_main = self._assumptions.starts_at_main
        first = self._run.menu("main") if at_main else self._run.first_menu()
        return self._finish(MenuResultType.ERROR) if first is None else self._enter(first, now_ms)

    def press(self, digit: str, now_ms: int) -> list[MenuStep]:
        """The caller presses a key.

        Raises:
            ValueError: `digit` is not one of `KEYS`.
        """
        if len(digit) != 1 or digit not in KEYS:
            raise ValueError(f"{digit!r} is not a key of a phone")
        steps = self.pass_time(now_ms)
        menu = self._menu
        if self._result is not None or menu is None:
            return [*steps, InputIgnored(digit, "The menu is over.")]
        if now_ms < self._prompt_ends_ms:
            if not self._run.is_barge_allowed:
                return [*steps, InputIgnored(digit, "The prompt still plays and barge is off.")]
            self._prompt_ends_ms = now_ms
        self._deadline_ms = now_ms + self._timeout_ms(menu)
        return [*steps, *self._take(menu, digit, now_ms)]

    def speak(self, words: str, now_ms: int) -> list[MenuStep]:
        """The caller says something.

        The words choose an option as is assumed; any others are a sequence where the menu has no
        options, and wrong input or a sequence where it has.
        """
        steps = self.pass_time(now_ms)
        menu = self._menu
        if self._result is not None or menu is None:
            return [*steps, InputIgnored(words, "The menu is over.")]
        if not self._run.is_voice_enabled:
            return [*steps, InputIgnored(words, "enableVoice is off: the menu hears only keys.")]
        for option in menu.options:
            if words.strip().lower() in self._words_for(option):
                return [*steps, *self._follow(option.target, now_ms, InputMethod.VOICE)]
        if menu.options and not self._assumptions.sends_other_words:
            return [*steps, *self._refuse(words, now_ms)]
        ended = self._finish(MenuResultType.SEQUENCE, words.strip(), InputMethod.VOICE)
        return [*steps, *ended]

    def _words_for(self, option: MenuOption) -> set[str]:
        """What chooses an option when it is said."""
        words = {option.dtmf} if self._assumptions.words_match_key else set()
        if self._assumptions.words_match_value and not isinstance(option.target, GoToMenu):
            words.add(option.target.value.lower())
        return words

    def pass_time(self, now_ms: int) -> list[MenuStep]:
        """Time goes on without input, for however many tries it is enough."""
        steps: list[MenuStep] = []
        while self._deadline_ms is not None and now_ms >= self._deadline_ms:
            steps += self._be_silent(self._deadline_ms)
        return steps

    def hang_up(self) -> list[MenuStep]:
        """The caller leaves."""
        return [] if self._result is not None else self._finish(MenuResultType.HANGUP)

    def _enter(self, menu: Menu, now_ms: int) -> list[MenuStep]:
        self._menu = menu
        self._first_id = self._first_id or menu.id
        repeats = menu.repeats
        self._tries_left = self._assumptions.menu_repeats if repeats is None else repeats
        self._has_refused = False
        return self._play(menu, menu.main_prompt, now_ms, is_repeat=False)

    def _play(self, menu: Menu, prompt: Prompt, now_ms: int, *, is_repeat: bool) -> list[MenuStep]:
        self._collected = ""
        plays_ms = prompt.estimated_ms() if self._assumptions.plays_for_a_while else 0
        self._prompt_ends_ms = now_ms + plays_ms
        self._deadline_ms = self._prompt_ends_ms + self._timeout_ms(menu)
        return [PromptPlayed(menu.id, prompt, is_repeat)] if prompt.parts else []

    def _timeout_ms(self, menu: Menu) -> int:
        return menu.timeout_ms or self._assumptions.menu_timeout_ms

    def _take(self, menu: Menu, digit: str, now_ms: int) -> list[MenuStep]:
        """Count a key."""
        longest = menu.max_digits or 1
        if longest == 1:
            return [DigitTaken(digit), *self._complete(menu, digit, now_ms)]
        if digit == "#":
            entered = self._collected or digit
            ending = digit if self._collected and self._assumptions.keeps_hash else ""
            completed = self._complete(menu, entered, now_ms, ending)
            return [DigitTaken(digit), *completed]
        self._collected += digit
        is_option = self._option(menu, self._collected) is not None
        is_chosen = is_option and not self._assumptions.waits_for_more_digits
        if len(self._collected) < longest and not is_chosen:
            return [DigitTaken(digit)]
        return [DigitTaken(digit), *self._complete(menu, self._collected, now_ms)]

    def _complete(self, menu: Menu, entered: str, now_ms: int, ending: str = "") -> list[MenuStep]:
        """The input is whole."""
        option = self._option(menu, entered)
        if option is not None:
            return self._follow(option.target, now_ms, InputMethod.DTMF)
        is_choice = bool(menu.options) and (menu.max_digits or 1) == 1
        if is_choice or (entered == "#" and self._assumptions.refuses_lone_hash):
            return self._refuse(entered, now_ms)
        if entered == "#" and not self._assumptions.keeps_hash:
            entered = ""
        return self._finish(MenuResultType.SEQUENCE, entered + ending, InputMethod.DTMF)

    def _option(self, menu: Menu, entered: str) -> MenuOption | None:
        """Answer the option these digits choose."""
        if (menu.max_digits or 1) > 1 and not self._assumptions.option_beats_sequence:
            return None
        return next((each for each in menu.options if each.dtmf == entered), None)

    def _follow(self, target: MenuTarget, now_ms: int, method: InputMethod) -> list[MenuStep]:
        if not isinstance(target, GoToMenu):
            return self._finish(MenuResultType.RETURN, target.value, method)
        menu = self._run.menu(target.menu_id)
        return self._finish(MenuResultType.ERROR) if menu is None else self._enter(menu, now_ms)

    def _be_silent(self, now_ms: int) -> list[MenuStep]:
        menu = self._menu
        if menu is None:
            return []
        if self._collected:
            return [SilenceNoticed(), *self._complete(menu, self._collected, now_ms)]
        if self._assumptions.last_try_decides:
            self._has_refused = False
        return [SilenceNoticed(), *self._try_again(now_ms)]

    def _refuse(self, entered: str, now_ms: int) -> list[MenuStep]:
        self._has_refused = True
        return [InputRefused(entered), *self._try_again(now_ms)]

    def _try_again(self, now_ms: int) -> list[MenuStep]:
        """Play the prompt again, or give up."""
        menu = self._menu
        if menu is None or not self._tries_left:
            refused = self._has_refused
            return self._finish(MenuResultType.INVALID_INPUT if refused else MenuResultType.TIMEOUT)
        self._tries_left -= 1
        otherwise = menu.main_prompt if self._assumptions.repeats_main_prompt else Prompt()
        return self._play(menu, menu.repeat_prompt or otherwise, now_ms, is_repeat=True)

    def _finish(
        self, type_: MenuResultType, value: str | None = None, method: InputMethod | None = None
    ) -> list[MenuStep]:
        if value is None and self._assumptions.sends_empty_value:
            value = ""
        menu_id = self.menu_id if self._assumptions.names_active_menu else self._first_id
        self._result = MenuResult(type_, menu_id, value, method)
        self._collected = ""
        self._deadline_ms = None
        return [MenuFinished(self._result)]


def assumed_of(result: MenuResult) -> tuple[str, ...]:
    """Answer which parts of a PIE with this result no document says."""
    is_input = result.type in (MenuResultType.RETURN, MenuResultType.SEQUENCE)
    if not is_input:
        return ("menuResult",)
    return () if result.menu_id is None else ("menuResult.menuId",)
