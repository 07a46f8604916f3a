"""What is assumed of the voice platform where no public document says how it behaves.

One list for everybody: the window lets each be adjusted, preferences keep them, and a scenario or
the command line may name those that shall be otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

AssumedValue: TypeAlias = bool | int | str


@dataclass(frozen=True, slots=True)
class CallAssumptions:
    """How simulated calls behave where no public document says it.

    Attributes:
        reply_timeout_ms: How long a reply is waited for. Version 2 of the voice API waits 5,000.
        menu_timeout_ms: Silence that completes the input where `timeoutMills` is missing; two
            sources say 5,000.
        menu_repeats: Repetitions of a prompt where `repeats` is missing; 2 is the default of Sinch
            Functions' menu builder and of version 2 of the voice API.
        plays_for_a_while: Whether a prompt takes time (estimated from its length), so that input
            during it is barged in or ignored. Off: a prompt is over as soon as it starts.
        starts_at_main: Whether a menu begins at `main` whatever `mainMenu` says.
        waits_for_more_digits: Whether an option waits for more digits if `maxDigits` is above 1.
        option_beats_sequence: Whether digits that are an option choose it if `maxDigits` is above
            1. Off: they are a sequence.
        keeps_hash: Whether the `#` that ends a sequence is part of its value.
        refuses_lone_hash: Whether `#` without a digit before it is wrong input. Off: it completes
            an empty sequence.
        last_try_decides: Whether silence at the last try is `timeout` in spite of wrong input.
        sends_empty_value: Whether `timeout` and its like carry an empty value, and not none.
        names_active_menu: Whether `menuId` is the menu that was active at the end. Off: the first.
        tells_hangup_in_menu: Whether hanging up in a menu sends PIE before DICE.
        repeats_main_prompt: Whether the main prompt stands in for a missing `repeatPrompt`.
        words_match_key: Whether the words for an option's key choose it.
        words_match_value: Whether an option's return value, said aloud, chooses it.
        sends_other_words: Whether words that choose no option are sent as a sequence. Off: they
            are wrong input.
        conference_times_first_key: Whether silence ends the input of a conference that detects
            keys before the first one, with `timeout`.
        conference_keeps_hash: Whether `#` is part of the digits of a conference.
        ends_at_bad_pie: Whether a PIE without a reply to carry out ends the call.
        tells_calling_error: Whether a reply that is no legal SVAML makes the platform send notify
            with `callingerror`, as older documentation has it.
        prompts_answer: Whether what is played to the caller answers the call.
        cookies_field: The field that carries cookies in later callbacks; empty: none does.
        hangup_reason: The `reason` of DICE when the function hangs up.
        busy_reason: When the callee is busy.
        no_answer_reason: When the callee does not answer.
        unreachable_reason: When the callee cannot be reached.
        limit_reason: When the longest duration is reached.
        cancelled_result: The `result` of DICE when the caller hangs up while it rings.
        bad_reply_result: After a reply nobody can carry out, before an answer.
        unanswered_result: When a call ends otherwise before it was answered.
        bills_begun_minutes: Whether a begun minute costs a whole one, as the one published example
            has it; or each second its part.
        adds_call_id_alias: Whether `callId` travels beside `callid`.
    """

    reply_timeout_ms: int = 5000
    menu_timeout_ms: int = 5000
    menu_repeats: int = 2
    plays_for_a_while: bool = False
    starts_at_main: bool = False
    waits_for_more_digits: bool = True
    option_beats_sequence: bool = True
    keeps_hash: bool = False
    refuses_lone_hash: bool = True
    last_try_decides: bool = False
    sends_empty_value: bool = False
    names_active_menu: bool = True
    tells_hangup_in_menu: bool = True
    repeats_main_prompt: bool = True
    words_match_key: bool = True
    words_match_value: bool = True
    sends_other_words: bool = False
    conference_times_first_key: bool = False
    conference_keeps_hash: bool = False
    ends_at_bad_pie: bool = True
    tells_calling_error: bool = False
    prompts_answer: bool = True
    cookies_field: str = ""
    hangup_reason: str = "MANAGERHANGUP"
    busy_reason: str = "N/A"
    no_answer_reason: str = "TIMEOUT"
    unreachable_reason: str = "GENERALERROR"
    limit_reason: str = "TIMEOUT"
    cancelled_result: str = "NOANSWER"
    bad_reply_result: str = "FAILED"
    unanswered_result: str = "N/A"
    bills_begun_minutes: bool = True
    adds_call_id_alias: bool = True


RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "reply_timeout_ms": (100, 120_000),
    "menu_timeout_ms": (100, 120_000),
    "menu_repeats": (0, 10),
}
"""The least and the most that makes sense for each number."""

REASONS: Final = (
    "N/A",
    "TIMEOUT",
    "CALLERHANGUP",
    "CALLEEHANGUP",
    "BLOCKED",
    "MANAGERHANGUP",
    "NOCREDITPARTNER",
    "GENERALERROR",
    "CANCEL",
    "USERNOTFOUND",
    "CALLBACKERROR",
    "ESTABLISHED",
    "OTHERPEERANSWERED",
    "CLIENTNETWORK",
    "CONGESTION",
)
"""Every published `reason` of DICE."""

RESULTS: Final = ("N/A", "ANSWERED", "BUSY", "NOANSWER", "FAILED")
"""Every published `result` of DICE."""

LONGEST_FIELD_NAME: Final = 40
"""Characters of the name of a field that somebody assumes."""

_DEFAULTS: Final[Mapping[str, AssumedValue]] = asdict(CallAssumptions())
_FIELD_NAME: Final = re.compile(rf"([A-Za-z_]\w{{0,{LONGEST_FIELD_NAME - 1}}})?", re.ASCII)


def words_for(name: str) -> tuple[str, ...]:
    """Answer the words an assumption is one of; empty where it is no such word."""
    if name.endswith("_reason"):
        return REASONS
    return RESULTS if name.endswith("_result") else ()


def written(name: str) -> str:
    """Answer how files write the name of an assumption: `replyTimeoutMs`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


NAMES: Final[Mapping[str, str]] = {written(name): name for name in _DEFAULTS}
"""Every assumption by its name in files."""


def what_is_wrong(name: str, value: object) -> str:
    """Answer what an assumption has to be, as the end of a sentence; empty where `value` is it."""
    default = _DEFAULTS[name]
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "is true or false"
    if isinstance(default, int):
        least, most = RANGES[name]
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        fits = is_whole and least <= int(str(value)) <= most
        return "" if fits else f"is a whole number from {least:,} to {most:,}"
    words = words_for(name)
    if words:
        return "" if value in words else f"is one of {', '.join(words)}"
    fits = isinstance(value, str) and _FIELD_NAME.fullmatch(value) is not None
    return "" if fits else "is the name of a field, or empty"


def assumed(
    values: Mapping[str, object], otherwise: CallAssumptions | None = None
) -> CallAssumptions:
    """Answer `otherwise` with those of `values` that make sense in their places.

    Args:
        values: By the names of the attributes.
        otherwise: The defaults if None.
    """
    found = asdict(otherwise or CallAssumptions())
    for name, value in values.items():
        if name in found and not what_is_wrong(name, value):
            found[name] = value
    return CallAssumptions(**found)


def adjusted(assumptions: CallAssumptions) -> dict[str, AssumedValue]:
    """Answer those that are not as by default, by their names in files."""
    found: dict[str, AssumedValue] = asdict(assumptions)
    return {written(name): value for name, value in found.items() if value != _DEFAULTS[name]}
