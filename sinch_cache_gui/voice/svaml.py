"""SVAML, the language a function answers a callback in: instructions and one action, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.prompts import NO_PROMPT, Prompt

KEYS: Final = "1234567890*#"
"""The keys of a phone."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a text."""

    text: str
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class PlayFiles:
    """Play prompts, one after the other."""

    prompts: tuple[Prompt, ...]
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class SendDtmf:
    """Send keys to the other end; `w` is a pause of 500 ms."""

    value: str


@dataclass(frozen=True, slots=True)
class SetCookie:
    """Keep a value for the later callbacks of the call."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up before anything is played."""


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the call."""


@dataclass(frozen=True, slots=True)
class StopRecording:
    """Stop recording the call."""


Instruction: TypeAlias = (
    Say | PlayFiles | SendDtmf | SetCookie | Answer | StartRecording | StopRecording
)


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with the call as it is."""


@dataclass(frozen=True, slots=True)
class ReturnValue:
    """A key of a menu ends it: PIE with this value."""

    value: str


@dataclass(frozen=True, slots=True)
class GoToMenu:
    """A key of a menu leads to another menu, without a callback."""

    menu_id: str


MenuTarget: TypeAlias = ReturnValue | GoToMenu


@dataclass(frozen=True, slots=True)
class MenuOption:
    """A key, and where it leads."""

    dtmf: str
    target: MenuTarget


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu of `runMenu`. None stands for what the reply left out.

    Attributes:
        id: Its name.
        main_prompt: Played first.
        repeat_prompt: Played when no expected input came.
        repeats: How often it is played again.
        max_digits: The digits collected as a sequence.
        timeout_ms: The silence that completes the input.
        options: Keys with a meaning.
    """

    id: str
    main_prompt: Prompt = NO_PROMPT
    repeat_prompt: Prompt | None = None
    repeats: int | None = None
    max_digits: int | None = None
    timeout_ms: int | None = None
    options: tuple[MenuOption, ...] = ()


@dataclass(frozen=True, slots=True)
class RunMenu:
    """Play menus and collect what the caller enters.

    Attributes:
        menus: In the order they were written.
        main_menu: The menu to play first; None: the one called `main`.
        is_barge_allowed: Whether input during a prompt counts.
        is_voice_enabled: Whether the caller may speak.
        locale: Of what is spoken.
    """

    menus: tuple[Menu, ...]
    main_menu: str | None = None
    is_barge_allowed: bool = True
    is_voice_enabled: bool = False
    locale: str | None = None

    def menu(self, menu_id: str | None) -> Menu | None:
        """Answer the menu of that name."""
        return next((menu for menu in self.menus if menu.id == menu_id), None)

    def first_menu(self) -> Menu | None:
        """Answer the menu that plays first.

        The sources contradict each other ("`main` always plays first", "`mainMenu` selects");
        taken here: `mainMenu` where it names a menu, else `main`.
        """
        return self.menu(self.main_menu) or self.menu("main")


@dataclass(frozen=True, slots=True)
class ConnectPstn:
    """Call a number and connect the caller to it; None: the number that was dialled."""

    number: str | None = None
    max_duration_s: int | None = None
    dial_timeout_s: int | None = None
    are_callbacks_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ConnectSip:
    """Connect the caller to a SIP address."""

    endpoint: str
    max_duration_s: int | None = None
    are_callbacks_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class ConnectMxp:
    """Connect the caller to an app user; None: the user that was dialled."""

    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class DetectDigits:
    """A conference listens for keys and sends what it collected as PIE."""

    max_digits: int = 1
    timeout_ms: int = 3000


@dataclass(frozen=True, slots=True)
class ConnectConf:
    """Put the caller into a conference."""

    conference_id: str
    detects: DetectDigits | None = None


@dataclass(frozen=True, slots=True)
class ConnectStream:
    """Connect the caller to a web socket."""

    endpoint: str
    max_duration_s: int | None = None


@dataclass(frozen=True, slots=True)
class Park:
    """Let the caller wait."""

    intro_prompt: Prompt = NO_PROMPT
    hold_prompt: Prompt = NO_PROMPT
    max_duration_s: int | None = None


Connect: TypeAlias = ConnectPstn | ConnectSip | ConnectMxp | ConnectConf | ConnectStream
Action: TypeAlias = Hangup | Continue | RunMenu | Connect | Park


@dataclass(frozen=True, slots=True)
class Svaml:
    """A reply that can be carried out.

    Attributes:
        action_name: The action's name as documented: `runMenu`.
        action: The one action.
        instructions: What is done first, in order.
    """

    action_name: str
    action: Action
    instructions: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedReply:
    """What was found in a reply.

    Attributes:
        svaml: What to carry out; None where that is impossible, or where nothing is expected.
        problems: What there is to say about it, the worst first.
    """

    svaml: Svaml | None
    problems: tuple[Problem, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether the reply cannot be carried out."""
        return any(problem.weight is Weight.ERROR for problem in self.problems)


def consequence_of_failure(event: Event) -> str:
    """Answer what the platform does without a reply it can carry out, one sentence.

    ICE and notify are as documented; ACE as the documentation of about 2020 has it; for PIE and
    DICE no source says it, and the sentence says so.
    """
    return {
        Event.ICE: "The platform plays an error message and disconnects the call.",
        Event.ACE: "The call is connected all the same (older documentation).",
        Event.PIE: "What the platform does is not documented: it is assumed.",
        Event.DICE: "The call is over either way.",
        Event.NOTIFY: "The notification is lost.",
    }[event]
