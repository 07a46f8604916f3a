"""Whether an expectation holds, and what was found instead."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from sinch_cache_gui.cache.errors import CacheError
from sinch_cache_gui.cache.interface import CacheBackend, Gone, JsonValue
from sinch_cache_gui.voice.call_events import CallbackRecord, CallEnd, LineKind, TranscriptLine
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.expectations import (
    COMPARISONS,
    CallbackCompares,
    CallbacksAre,
    Check,
    EndIs,
    Heard,
    KeyExists,
    ReplyHas,
    TtlCompares,
    ValueCompares,
)
from sinch_cache_gui.voice.svaml import (
    Answer,
    Instruction,
    PlayFiles,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
)
from sinch_cache_gui.voice.targets import Answered


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What an expectation looks at besides the cache.

    Attributes:
        placeholders: What {callid}, {caller}, {called} and {n} stand for.
        records: The callbacks so far.
        transcript: What the caller heard and did so far.
        end: How the call ended; None while it runs.
    """

    placeholders: Mapping[str, str]
    records: Sequence[CallbackRecord]
    transcript: Sequence[TranscriptLine]
    end: CallEnd | None


def filled(text: str, placeholders: Mapping[str, str]) -> str:
    """Answer `text` with its {placeholders} replaced."""
    for name, value in placeholders.items():
        text = text.replace(f"{{{name}}}", value)
    return text


async def what_is_wrong(check: Check, call: CallFacts, cache: CacheBackend) -> str:
    """Answer what was found instead of what is expected, one line; empty where it holds."""
    try:
        match check:
            case KeyExists():
                key = filled(check.key, call.placeholders)
                return await _key_is_wrong(key, check, cache)
            case TtlCompares():
                key = filled(check.key, call.placeholders)
                return await _ttl_is_wrong(key, check, cache)
            case ValueCompares():
                key = filled(check.key, call.placeholders)
                return await _value_is_wrong(key, check, call, cache)
    except CacheError as error:
        return f"{error.title}. {error.detail}".strip()
    return _call_is_wrong(check, call)


def _call_is_wrong(
    check: CallbackCompares | ReplyHas | Heard | CallbacksAre | EndIs,
    call: CallFacts,
) -> str:
    match check:
        case CallbackCompares():
            return _callback_is_wrong(check, call)
        case ReplyHas():
            return _reply_is_wrong(check, call.records)
        case Heard():
            heard = [line.text for line in call.transcript if line.kind is LineKind.HEARD]
            words = filled(check.words, call.placeholders)
            if any(words in text for text in heard):
                return ""
            return f"the caller heard {_listed(heard)}"
        case CallbacksAre():
            sent = tuple(record.event for record in call.records)
            return "" if sent == check.events else f"they were {' '.join(sent) or 'none'}"
        case EndIs():
            if call.end is None:
                return "the call has not ended"
            found = call.end.reason if check.field == "reason" else call.end.result
            return "" if found == check.word else f"it is {found}"
    assert_never(check)


async def _key_is_wrong(key: str, check: KeyExists, cache: CacheBackend) -> str:
    is_there = await cache.has(key)
    if is_there == check.is_there:
        return ""
    return f"{key} {'exists' if is_there else 'does not exist'}"


async def _ttl_is_wrong(key: str, check: TtlCompares, cache: CacheBackend) -> str:
    deadline = (await cache.deadlines([key.encode()]))[0]
    if isinstance(deadline, Gone):
        return f"{key} does not exist"
    left_s = math.inf if deadline is None else (deadline - cache.now_ms()) / 1000
    if COMPARISONS[check.sign](left_s, check.seconds):
        return ""
    return f"{key} has no expiry" if deadline is None else f"{key} has {left_s:,.3f} s left"


async def _value_is_wrong(
    key: str, check: ValueCompares, call: CallFacts, cache: CacheBackend
) -> str:
    if not await cache.has(key):
        return f"{key} does not exist"
    return _part_is_wrong(await cache.get(key), check, call)


def _part_is_wrong(
    value: JsonValue, check: ValueCompares | CallbackCompares, call: CallFacts
) -> str:
    for step in check.path:
        try:
            value = _inside(value, step)
        except LookupError:
            return f"there is no {step} in {_shown(value)}"
    wanted = check.value
    if isinstance(wanted, str):
        wanted = filled(wanted, call.placeholders)
    # 1 and True are equal in Python, and not in JSON.
    is_same = value == wanted and isinstance(value, bool) == isinstance(wanted, bool)
    return "" if is_same == (check.sign == "==") else f"it is {_shown(value)}"


def _callback_is_wrong(check: CallbackCompares, call: CallFacts) -> str:
    record, found = _record(check.event, check.number, call.records)
    if record is None:
        return found
    return _part_is_wrong(dict(record.callback.fields), check, call)


def _record(
    event: Event, number: int | None, records: Sequence[CallbackRecord]
) -> tuple[CallbackRecord | None, str]:
    """Answer the callback meant, or else what was sent instead."""
    found = [record for record in records if record.event is event]
    if len(found) < (number or 1):
        times = f"{len(found)} times" if found else "never"
        return None, f"{event.upper()} was sent {times}"
    return found[-1 if number is None else number - 1], ""


def _inside(value: JsonValue, step: str | int) -> JsonValue:
    if isinstance(value, dict) and isinstance(step, str):
        return value[step]
    if isinstance(value, list) and isinstance(step, int):
        return value[step]
    raise LookupError(step)


def _reply_is_wrong(check: ReplyHas, records: Sequence[CallbackRecord]) -> str:
    record, missing = _record(check.event, check.number, records)
    if record is None:
        return missing
    if check.part == "status":
        status = record.reply.status if isinstance(record.reply, Answered) else None
        if str(status) == check.name:
            return ""
        return "it has no HTTP status" if status is None else f"it has status {status}"
    if record.svaml is None:
        why = record.problems[0].message if record.problems else "nothing is expected of it"
        return f"it cannot be carried out: {why}"
    if check.part == "action":
        is_it = record.svaml.action_name.lower() == check.name.lower()
        return "" if is_it else f"its action is {record.svaml.action_name}"
    names = [_name_of(instruction) for instruction in record.svaml.instructions]
    if check.name.lower() in (name.lower() for name in names):
        return ""
    return f"its instructions are {_listed(names)}"


def _name_of(instruction: Instruction) -> str:
    match instruction:
        case Say():
            return "say"
        case PlayFiles():
            return "playFiles"
        case SendDtmf():
            return "sendDtmf"
        case SetCookie():
            return "setCookie"
        case Answer():
            return "answer"
        case StartRecording():
            return "startRecording"
        case _:
            return "stopRecording"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text}”" for text in texts) or "nothing"


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
