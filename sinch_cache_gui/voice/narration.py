"""What the lines of a transcript say."""

from __future__ import annotations

from sinch_cache_gui.voice.call_events import LineKind
from sinch_cache_gui.voice.menu import (
    DigitTaken,
    InputIgnored,
    InputRefused,
    MenuFinished,
    MenuStep,
    PromptPlayed,
    SilenceNoticed,
)
from sinch_cache_gui.voice.svaml import (
    Action,
    Answer,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Instruction,
    PlayFiles,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
)


def line_of_instruction(instruction: Instruction) -> tuple[LineKind, str]:
    """Tell an instruction that is carried out."""
    match instruction:
        case Say():
            return LineKind.HEARD, instruction.text
        case PlayFiles():
            return LineKind.HEARD, " ".join(prompt.spoken for prompt in instruction.prompts)
        case SendDtmf():
            return LineKind.NOTE, f"Keys are sent: {instruction.value}"
        case SetCookie():
            return LineKind.NOTE, f"Cookie {instruction.key} is set."
        case Answer():
            return LineKind.NOTE, "The call is answered."
        case StartRecording():
            return LineKind.NOTE, "Recording starts."
        case _:
            return LineKind.NOTE, "Recording stops."


def line_of_step(step: MenuStep) -> tuple[LineKind, str] | None:
    """Tell a step in a menu; None where there is nothing to tell."""
    match step:
        case PromptPlayed():
            return LineKind.HEARD, step.prompt.spoken
        case DigitTaken():
            return LineKind.PRESSED, step.digit
        case InputIgnored():
            return LineKind.NOTE, f"{step.entered} does not count: {step.reason}"
        case InputRefused():
            return LineKind.NOTE, f"{step.entered} leads nowhere in this menu."
        case SilenceNoticed():
            return LineKind.NOTE, "Nothing is pressed until the time is up."
        case MenuFinished():
            return None


def endpoint_of(action: Action) -> str | None:
    """Whom or what an action connects to; None for the number that was dialled, and for others."""
    match action:
        case ConnectConf():
            return f"conference {action.conference_id}"
        case ConnectPstn():
            return action.number
        case ConnectSip() | ConnectMxp() | ConnectStream():
            return action.endpoint
        case _:
            return None
