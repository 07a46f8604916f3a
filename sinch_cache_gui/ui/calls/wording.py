"""Times, values and counts of a call as people read them."""

from __future__ import annotations

import json
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from sinch_cache_gui.cache.interface import Gone, JsonValue
from sinch_cache_gui.keyspace.expiry import format_countdown
from sinch_cache_gui.values.json_text import InvalidJson, format_json
from sinch_cache_gui.voice.call_events import CallbackRecord, CallPhase, CallState
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.problems import Weight
from sinch_cache_gui.voice.recording import CacheOperation, KnownLifetime, KnownValue, Unread
from sinch_cache_gui.voice.targets import Answered

ARROW = "→"

LONGEST_LINE = 600
LONGEST_LAID_OUT = 65_536


def _tr(text: str) -> str:
    return QCoreApplication.translate("CallWording", text)


def offset_text(ms: int) -> str:
    """Answer a time since the call began: `0:07`."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes}:{seconds:02}"


def ahead_text(ms: int) -> str:
    """Answer how far a clock is from the real time: `+29:00`, `+1:00:05`, empty for under 1 s."""
    seconds = round(abs(ms) / 1000)
    if not seconds:
        return ""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "+" if ms > 0 else "−"
    return f"{sign}{hours}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes}:{seconds:02}"


def clock_text(at_ms: int) -> str:
    """Answer a moment as a clock on the wall shows it: `14:03:27`."""
    return datetime.fromtimestamp(at_ms / 1000).strftime("%H:%M:%S")


def took_text(ms: float) -> str:
    """Answer how long a reply took: `0.4 ms`, `12 ms`, `5.0 s`."""
    if ms < 0.1:
        return _tr("< 0.1 ms")
    if ms < 1:
        return _tr("{0} ms").format(f"{ms:.1f}")
    return (
        _tr("{0} ms").format(f"{ms:.0f}") if ms < 1000 else _tr("{0} s").format(f"{ms / 1000:.1f}")
    )


def operations_text(count: int) -> str:
    """Answer `1 op`, `3 ops`, or a dash."""
    if not count:
        return "–"
    return _tr("1 op") if count == 1 else _tr("{0} ops").format(count)


def outcome_text(record: CallbackRecord) -> str:
    """Answer in a word or two what a callback led to."""
    if not isinstance(record.reply, Answered):
        return _tr("no reply")
    errors = sum(problem.weight is Weight.ERROR for problem in record.problems)
    if errors:
        return _tr("1 error") if errors == 1 else _tr("{0} errors").format(errors)
    if record.svaml is not None:
        return record.svaml.action_name
    return "–"


def cause_text(record: CallbackRecord) -> str:
    """Answer what a callback told the function, in a word: the digits, the reason."""
    fields = record.callback.fields
    if record.event is Event.PIE:
        result = fields.get("menuResult")
        if isinstance(result, dict):
            return str(result.get("value") or result.get("type") or "")
    return str(fields.get("reason") or "") if record.event is Event.DICE else ""


def shortened(text: str) -> str:
    """Answer the beginning of a long text: nobody reads more of it in one line."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def value_text(value: KnownValue) -> str:
    """Answer a value on one line, a long one shortened."""
    if value is Unread.UNREAD:
        return ""
    if value is None:
        return _tr("nothing")
    return shortened(json.dumps(value, ensure_ascii=False))


def operation_text(operation: CacheOperation) -> str:
    """Answer what an operation found or changed, on one line."""
    if operation.error:
        return operation.error
    if operation.is_certain:
        return _change_text(operation)
    if operation.after is Unread.UNREAD:
        return doubt_text(operation)
    return _tr("maybe: {0}").format(_change_text(operation))


def _change_text(operation: CacheOperation) -> str:
    before, after = value_text(operation.before), value_text(operation.after)
    if not operation.is_write:
        return after
    if operation.name == "extend":
        return _tr("{0} s added").format(f"{operation.ttl_s or 0:,}")
    if isinstance(operation.before, dict) and isinstance(operation.after, dict):
        return _difference(operation.before, operation.after)
    return f"{before or '?'} {ARROW} {after}"


def doubt_text(operation: CacheOperation) -> str:
    """Answer why an operation may not be the callback's own; empty if it is."""
    return "" if operation.is_certain else _tr("seen while this ran; maybe by somebody else")


def operation_line(operation: CacheOperation) -> str:
    """Answer what an operation did to which key, on one line."""
    doubt = "" if operation.is_certain else _tr("maybe:")
    named = (doubt, operation.name, shortened(operation.key), ttl_text(operation))
    return " ".join(part for part in named if part)


def ttl_text(operation: CacheOperation) -> str:
    """Answer the TTL before and after a write: `9:41 → 10:00`, `10:00` for a new key."""
    before, after = operation.left_before, operation.left_after
    if isinstance(before, int) or before is None:
        if after is not Unread.UNREAD:
            return f"{_left_text(before)} {ARROW} {_left_text(after)}"
        return _left_text(before)
    if operation.ttl_s is None:
        return ""
    if operation.name == "extend":
        return f"+{format_countdown(operation.ttl_s * 1000)}"
    return format_countdown(operation.ttl_s * 1000)


def _left_text(left: KnownLifetime) -> str:
    match left:
        case int():
            return format_countdown(left)
        case Gone():
            return _tr("gone")
        case None:
            return _tr("no expiry")
        case _:
            return ""


def lifetime_text(operation: CacheOperation) -> str:
    """Answer in words what an operation did to the TTL; empty if nothing is known of it."""
    if operation.name == "extend" and not operation.error:
        if isinstance(operation.left_before, Gone):
            return _tr("There was no such key: nothing was extended.")
        if operation.left_before is None:
            return _tr("It has no expiry: nothing was extended.")
    told = (_lifetime_before(operation.left_before), _lifetime_after(operation))
    return " ".join(part for part in told if part)


def _lifetime_before(left: KnownLifetime) -> str:
    if left is None:
        return _tr("It had no expiry.")
    return _tr("It had {0} left.").format(format_countdown(left)) if isinstance(left, int) else ""


def _lifetime_after(operation: CacheOperation) -> str:
    if operation.ttl_s is None:
        return ""
    span = _span(operation.ttl_s)
    if operation.name == "extend":
        return _tr("It lives {0} longer.").format(span)
    return _tr("It lives for {0} from then on.").format(span)


def _span(seconds: int) -> str:
    """Answer a time span for people: `10 minutes (600 s)`."""
    exact = _tr("{0} s").format(f"{seconds:,}")
    for size, one, many in (
        (86_400, _tr("1 day"), _tr("{0} days")),
        (3600, _tr("1 hour"), _tr("{0} hours")),
        (60, _tr("1 minute"), _tr("{0} minutes")),
    ):
        if seconds >= size and not seconds % size:
            count = seconds // size
            return f"{one if count == 1 else many.format(f'{count:,}')} ({exact})"
    return exact


def whole_change_text(operation: CacheOperation) -> str:
    """Answer the values before and after an operation in full, over lines."""
    is_plain = operation.error or not operation.is_write or operation.after is Unread.UNREAD
    if is_plain or operation.name == "extend":
        return operation_text(operation)
    before, after = value_text(operation.before) or "?", value_text(operation.after)
    return f"{before}\n{ARROW} {after}"


def _difference(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> str:
    """Answer what differs between two objects: `menuChoice: nothing → "sales"`."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if not names:
        return _tr("the same value again")
    return ", ".join(
        f"{name}: {value_text(before.get(name))} {ARROW} {value_text(after.get(name))}"
        for name in names
    )


def pretty(body: bytes) -> str:
    """Answer JSON laid out over lines, or whatever the bytes are as they are.

    Of a body that is too long to be laid out at once, the beginning as it is.
    """
    if len(body) > LONGEST_LAID_OUT:
        beginning = body[:LONGEST_LAID_OUT].decode("utf-8", "backslashreplace")
        left = _tr("… and {0} bytes more").format(f"{len(body) - LONGEST_LAID_OUT:,}")
        return f"{beginning}\n{left}"
    text = body.decode("utf-8", "backslashreplace")
    try:
        return format_json(text)
    except InvalidJson:
        return text


def state_text(state: CallState | None) -> str:
    """Answer where a call stands, in a few words."""
    if state is None or state.phase is CallPhase.READY:
        return _tr("no call yet")
    match state.phase:
        case CallPhase.WAITING if state.waiting_for is not None:
            return _tr("{0}: waiting for the reply").format(state.waiting_for.upper())
        case CallPhase.MENU:
            return _tr("in menu {0}").format(state.menu_id)
        case CallPhase.ENDED:
            return _tr("ended: {0}").format(state.end.reason if state.end else "")
        case phase:
            return _tr(phase.value)
