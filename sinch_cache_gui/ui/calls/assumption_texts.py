"""What each assumption about the platform is called, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class AssumptionText:
    """One assumption as people read it.

    Attributes:
        name: Of the attribute of `CallAssumptions`.
        text: What is assumed.
        note: What is known of it; empty where the section says it.
        unit: Of a number.
    """

    name: str
    text: str
    note: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class AssumptionSection:
    """Assumptions that belong together, and what is known of all of them (may be empty)."""

    title: str
    texts: tuple[AssumptionText, ...]
    note: str = ""


def assumption_sections() -> tuple[AssumptionSection, ...]:
    """Answer every assumption that is adjusted in one place, in the order of that place."""
    return (
        AssumptionSection(_tr("Replies"), _replies()),
        AssumptionSection(_tr("Menus"), _menus()),
        AssumptionSection(_tr("What is sent after a menu"), _results()),
        AssumptionSection(_tr("Spoken words"), _words()),
        AssumptionSection(_tr("Keys in a conference"), _conferences()),
        AssumptionSection(_tr("Answer and price"), _price()),
        AssumptionSection(
            _tr("How DICE says a call ended"),
            _ends(),
            _tr("The words are published; which of them is sent in these cases is not."),
        ),
    )


def _replies() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "reply_timeout_ms",
            _tr("A reply is waited for"),
            _tr("Not documented for version 1. Version 2 waits 5,000 ms."),
            _tr(" ms"),
        ),
        AssumptionText(
            "ends_at_bad_pie",
            _tr("PIE without a usable reply ends the call"),
            _tr("Documented for ICE only. Off: the call stays connected, as after ACE."),
        ),
        AssumptionText(
            "tells_calling_error",
            _tr("A reply that is no legal SVAML brings a notify"),
            _tr("callingerror 40001, as older documentation has it. Off by default."),
        ),
        AssumptionText(
            "cookies_field",
            _tr("Cookies come back in the field"),
            _tr("They come back, but no published schema names the field. Empty: in none."),
        ),
    )


def _menus() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "menu_timeout_ms",
            _tr("Silence completes the input after"),
            _tr("Where timeoutMills is missing. Two sources say 5,000 ms."),
            _tr(" ms"),
        ),
        AssumptionText(
            "menu_repeats",
            _tr("A prompt is repeated"),
            _tr("Where repeats is missing. The menu builder of Sinch Functions uses 2."),
            _tr(" times"),
        ),
        AssumptionText(
            "repeats_main_prompt",
            _tr("Without repeatPrompt the main prompt is repeated"),
            _tr("Not documented. Off: nothing is heard, and the menu waits again."),
        ),
        AssumptionText(
            "plays_for_a_while",
            _tr("Prompts take time"),
            _tr("Off: a key never comes during a prompt, so barge makes no difference."),
        ),
        AssumptionText(
            "starts_at_main",
            _tr("A menu always begins at main"),
            _tr("The documents contradict each other. Off: mainMenu is followed."),
        ),
        AssumptionText(
            "waits_for_more_digits",
            _tr("With maxDigits above 1, an option waits for more digits"),
            _tr("Not documented. Off: an option that fits is taken at once."),
        ),
        AssumptionText(
            "option_beats_sequence",
            _tr("With maxDigits above 1, digits that are an option choose it"),
            _tr("Not documented. Off: they are sent as a sequence."),
        ),
        AssumptionText(
            "refuses_lone_hash",
            _tr("# without a digit before it is wrong input"),
            _tr("Not documented. Off: it completes an empty sequence."),
        ),
    )


def _results() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "keeps_hash",
            _tr("The # that ends a sequence is part of its value"),
            _tr("Not documented. Off by default."),
        ),
        AssumptionText(
            "names_active_menu",
            _tr("menuId is the menu that was active at the end"),
            _tr("Not documented. Off: the one that played first."),
        ),
        AssumptionText(
            "last_try_decides",
            _tr("Only the last try makes a menu end with invalidinput"),
            _tr("Not documented. Off: wrong input at any try does; silence is timeout."),
        ),
        AssumptionText(
            "sends_empty_value",
            _tr("timeout, hangup, invalidinput and error carry an empty value"),
            _tr("Not documented. Off: they carry no value."),
        ),
        AssumptionText(
            "tells_hangup_in_menu",
            _tr("Hanging up in a menu sends PIE before DICE"),
            _tr("The result hangup is documented, its order is not. On by default."),
        ),
    )


def _words() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "words_match_key",
            _tr("The key of an option, said aloud, chooses it"),
            _tr("Not documented. On by default."),
        ),
        AssumptionText(
            "words_match_value",
            _tr("The return value of an option, said aloud, chooses it"),
            _tr("Not documented. On by default."),
        ),
        AssumptionText(
            "sends_other_words",
            _tr("Other words are sent as they are, with type sequence"),
            _tr("Not documented. Off: they are wrong input where a menu has options."),
        ),
    )


def _conferences() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "conference_times_first_key",
            _tr("Silence before the first key sends a PIE"),
            _tr("Not documented. On: type timeout, after timeoutMills. Off by default."),
        ),
        AssumptionText(
            "conference_keeps_hash",
            _tr("The # that ends the digits is part of them"),
            _tr("Not documented. Off by default."),
        ),
    )


def _price() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText(
            "prompts_answer",
            _tr("say and playFiles answer the call"),
            _tr("Not documented. Off: answer, a menu or a connection does."),
        ),
        AssumptionText(
            "bills_begun_minutes",
            _tr("A begun minute costs a whole one"),
            _tr("The one published example fits this. Off: by the second."),
        ),
    )


def _ends() -> tuple[AssumptionText, ...]:
    return (
        AssumptionText("hangup_reason", _tr("Reason when the function hangs up")),
        AssumptionText("busy_reason", _tr("Reason when the callee is busy")),
        AssumptionText("no_answer_reason", _tr("Reason when the callee does not answer")),
        AssumptionText("unreachable_reason", _tr("Reason when nobody can be reached")),
        AssumptionText("limit_reason", _tr("Reason when maxDuration is reached")),
        AssumptionText("cancelled_result", _tr("Result of a hang-up while it rings")),
        AssumptionText("bad_reply_result", _tr("Result of a bad reply before an answer")),
        AssumptionText("unanswered_result", _tr("Result of any other unanswered call")),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("AssumptionTexts", text)
