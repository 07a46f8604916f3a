"""How a call ends: its reason and its result as DICE has them, and which of these is assumed."""

from __future__ import annotations

from enum import Enum

from sinch_cache_gui.assumptions import CallAssumptions
from sinch_cache_gui.voice.call_events import CallEnd
from sinch_cache_gui.voice.callbacks import CallResult, EndReason


class Cause(Enum):
    """What ended a call. Each value is the line people read."""

    FUNCTION_HUNG_UP = "The function hung up."
    CALLER_HUNG_UP = "The caller hung up."
    CALLER_GAVE_UP = "The caller hung up before an answer."
    CALLEE_HUNG_UP = "The callee hung up."
    CALLEE_BUSY = "The callee is busy."
    CALLEE_SILENT = "The callee does not answer."
    CALLEE_UNREACHABLE = "The callee cannot be reached."
    LIMIT_REACHED = "The longest duration was reached."
    BAD_REPLY = "The call ends: the reply could not be followed."
    SAME_MENU = "Stopped: the same menu over and over."


DECLINED = {
    CallResult.BUSY: Cause.CALLEE_BUSY,
    CallResult.NO_ANSWER: Cause.CALLEE_SILENT,
    CallResult.FAILED: Cause.CALLEE_UNREACHABLE,
}
"""Why a call ends whose callee did not pick up."""

_RESULTS = {cause: result for result, cause in DECLINED.items()}


def end_of(cause: Cause, assumptions: CallAssumptions, *, was_answered: bool) -> CallEnd:
    """Answer the end of a call that was answered before, or was not."""
    reason, is_reason_assumed = _reason(cause, assumptions)
    result, is_result_assumed = _result(cause, assumptions, was_answered)
    marks = {"reason": is_reason_assumed, "result": is_result_assumed}
    names = tuple(name for name, is_assumed in marks.items() if is_assumed)
    return CallEnd(reason, result, cause.value, names)


def _reason(cause: Cause, assumptions: CallAssumptions) -> tuple[str, bool]:
    match cause:
        case Cause.CALLER_HUNG_UP:
            return EndReason.CALLER_HANGUP, False
        case Cause.CALLER_GAVE_UP:
            return EndReason.CANCEL, False
        case Cause.CALLEE_HUNG_UP:
            return EndReason.CALLEE_HANGUP, False
        case Cause.BAD_REPLY:
            return EndReason.CALLBACK_ERROR, False
        case Cause.FUNCTION_HUNG_UP:
            return assumptions.hangup_reason, True
        case Cause.CALLEE_BUSY:
            return assumptions.busy_reason, True
        case Cause.CALLEE_SILENT:
            return assumptions.no_answer_reason, True
        case Cause.CALLEE_UNREACHABLE:
            return assumptions.unreachable_reason, True
        case Cause.LIMIT_REACHED:
            return assumptions.limit_reason, True
        case Cause.SAME_MENU:
            return EndReason.GENERAL_ERROR, True


def _result(cause: Cause, assumptions: CallAssumptions, was_answered: bool) -> tuple[str, bool]:
    if (declined := _RESULTS.get(cause)) is not None:
        return declined, False
    if was_answered:
        return CallResult.ANSWERED, False
    if cause is Cause.CALLER_GAVE_UP:
        return assumptions.cancelled_result, True
    if cause is Cause.BAD_REPLY:
        return assumptions.bad_reply_result, True
    return assumptions.unanswered_result, True
