"""Voice callbacks (API version 1) as they are sent on the wire.

A callback is kept as the JSON object that travels: documented fields are written by the builders
below, and whatever else somebody adds stays. Which fields are documented is in callback_fields.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sinch_cache_gui.cache.interface import JsonValue

UNSET_APPLICATION_KEY: Final = "00000000-0000-0000-0000-000000000000"
"""Stands for the key of a Voice application as long as nobody gave one."""


class Event(StrEnum):
    """The callbacks, named as in their `event` field."""

    ICE = "ice"
    ACE = "ace"
    PIE = "pie"
    DICE = "dice"
    NOTIFY = "notify"

    @property
    def takes_svaml(self) -> bool:
        """Whether a reply with instructions and an action is expected."""
        return self in (Event.ICE, Event.ACE, Event.PIE)


class MenuResultType(StrEnum):
    """How a menu ended, as `menuResult.type` says it. The list is open."""

    RETURN = "return"
    SEQUENCE = "sequence"
    TIMEOUT = "timeout"
    HANGUP = "hangup"
    INVALID_INPUT = "invalidinput"
    ERROR = "error"


class InputMethod(StrEnum):
    """How the caller answered a menu. The list is open."""

    DTMF = "dtmf"
    VOICE = "voice"


class CallResult(StrEnum):
    """What became of a call, as `result` of DICE says it. The list is open."""

    NOT_AVAILABLE = "N/A"
    ANSWERED = "ANSWERED"
    BUSY = "BUSY"
    NO_ANSWER = "NOANSWER"
    FAILED = "FAILED"


class EndReason(StrEnum):
    """Why a simulated call ended, as `reason` of DICE says it, where that is not assumed."""

    CALLER_HANGUP = "CALLERHANGUP"
    CALLEE_HANGUP = "CALLEEHANGUP"
    MANAGER_HANGUP = "MANAGERHANGUP"
    GENERAL_ERROR = "GENERALERROR"
    CANCEL = "CANCEL"
    CALLBACK_ERROR = "CALLBACKERROR"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount; a rate is per minute.

    Attributes:
        currency_id: ISO 4217, or None where the platform says nothing.
        amount: In units of the currency.
    """

    currency_id: str | None = "USD"
    amount: float = 0.0

    def as_json(self) -> JsonValue:
        """As it travels."""
        return {"currencyId": self.currency_id, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class Destination:
    """The dialled party.

    Attributes:
        endpoint: A number, a user name or a SIP address.
        type: `number`, `did`, `username`, `sip`; the list is open.
    """

    endpoint: str
    type: str = "number"

    def as_json(self) -> JsonValue:
        """As it travels."""
        return {"type": self.type, "endpoint": self.endpoint}


@dataclass(frozen=True, slots=True)
class MenuResult:
    """How a menu ended.

    Attributes:
        type: A `MenuResultType` or any other word.
        menu_id: The menu that was active.
        value: x of `return(x)`, or the digits of a sequence. For any other type the platform's
            value is not documented, and none is sent.
        input_method: An `InputMethod`; None where there was no input.
    """

    type: str
    menu_id: str | None
    value: str | None = None
    input_method: str | None = None

    def as_json(self) -> JsonValue:
        """As it travels."""
        return _without_none(
            menuId=self.menu_id,
            type=str(self.type),
            value=self.value,
            inputMethod=None if self.input_method is None else str(self.input_method),
        )


@dataclass(frozen=True, slots=True)
class Amd:
    """What answering-machine detection found.

    Attributes:
        status: `machine`, `human`, `notsure`, `hangup`; the list is open.
        reason: `longgreeting`, `initialsilence`, `beep`, ...; the list is open.
        duration: The sources disagree about its meaning and unit.
    """

    status: str
    reason: str | None = None
    duration: int | None = None

    def as_json(self) -> JsonValue:
        """As it travels."""
        return _without_none(status=self.status, reason=self.reason, duration=self.duration)


@dataclass(frozen=True, slots=True)
class CallSetup:
    """What stays the same in every callback of a call.

    Attributes:
        call_id: Travels as `callid`.
        caller: The caller's number (CLI) in E.164, or `private`.
        called: The dialled party.
        adds_call_id_alias: Whether `callId` travels beside `callid`: the wire has only the latter,
            but the samples of "Working with the Cache" read the former.
        application_key: Of the Voice application.
        user_rate: Price per minute.
        domain: `pstn`, `mxp`; the list is open.
        origination_type: `PSTN`, `MXP`; the list is open.
        rdnis: The number the call was redirected from.
        custom: Free text of at most 1,024 bytes.
        conference_id: Of the conference the caller has been put into.
        call_resource_url: Where the call can be managed.
        call_headers: Set by the app that began the call, if one did: (key, value).
        user: Legacy: the user that started the call.
        unknown: Further fields, sent as they are in every callback.
    """

    call_id: str
    caller: str
    called: Destination
    adds_call_id_alias: bool = True
    application_key: str = UNSET_APPLICATION_KEY
    user_rate: Money = Money()
    domain: str = "pstn"
    origination_type: str = "PSTN"
    rdnis: str | None = ""
    custom: str | None = None
    conference_id: str | None = None
    call_resource_url: str | None = None
    call_headers: Sequence[tuple[str, str]] = ()
    user: str | None = None
    unknown: Mapping[str, JsonValue] = field(default_factory=dict)

    def first_fields(self, event: Event) -> dict[str, JsonValue]:
        """The fields every callback begins with."""
        return _without_none(
            event=str(event),
            callid=self.call_id,
            callId=self.call_id if self.adds_call_id_alias else None,
            conferenceId=self.conference_id,
        )

    def headers(self) -> JsonValue:
        """`callHeaders` as it travels; None if there is none."""
        if not self.call_headers:
            return None
        return [{"key": key, "value": value} for key, value in self.call_headers]


@dataclass(frozen=True, slots=True)
class Callback:
    """One callback, ready to be sent, looked at, or edited.

    Attributes:
        event: Which one.
        fields: The JSON object that travels, in the order it is written.
    """

    event: Event
    fields: Mapping[str, JsonValue]

    @property
    def call_id(self) -> str | None:
        """The call's id, None where the callback carries none as text."""
        value = self.fields.get("callid")
        return value if isinstance(value, str) else None

    def body(self) -> bytes:
        """The exact bytes that are sent, and signed."""
        text = json.dumps(dict(self.fields), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")  # a lone surrogate becomes a JSON escape


def edited(text: str) -> Callback:
    """Answer the callback somebody wrote as JSON, every field as it was written.

    Raises:
        ValueError: It is not a JSON object that names its event; the message is a sentence.
    """
    try:
        fields = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"This is not JSON: {error.msg} in line {error.lineno}.") from error
    except RecursionError:
        raise ValueError("This is JSON nested too deeply to be read.") from None
    if not isinstance(fields, dict):
        raise ValueError("A callback is a JSON object.")  # noqa: TRY004 (a wrong value of a text)
    event = fields.get("event")
    if not isinstance(event, str) or event not in set(Event):
        names = ", ".join(Event)
        raise ValueError(f"The field event names the callback: {names}.")
    return Callback(Event(event), fields)


def timestamp(at_ms: int) -> str:
    """Answer `at_ms` since the epoch as callbacks write it: ISO 8601, UTC, whole seconds."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ice(setup: CallSetup, at_ms: int, *, duration_s: int | None = None) -> Callback:
    """A call reached the platform."""
    return _callback(
        Event.ICE,
        setup,
        callResourceUrl=setup.call_resource_url,
        timestamp=timestamp(at_ms),
        version=1,
        custom=setup.custom,
        userRate=setup.user_rate.as_json(),
        cli=setup.caller,
        to=setup.called.as_json(),
        domain=setup.domain,
        applicationKey=setup.application_key,
        originationType=setup.origination_type,
        duration=duration_s,
        rdnis=setup.rdnis,
        callHeaders=setup.headers(),
        user=setup.user,
    )


def ace(setup: CallSetup, at_ms: int, *, amd: Amd | None = None) -> Callback:
    """The callee picked up."""
    return _callback(
        Event.ACE,
        setup,
        callResourceUrl=setup.call_resource_url,
        timestamp=timestamp(at_ms),
        version=1,
        custom=setup.custom,
        applicationKey=setup.application_key,
        amd=None if amd is None else amd.as_json(),
        user=setup.user,
    )


def pie(setup: CallSetup, at_ms: int, result: MenuResult) -> Callback:
    """A menu ended."""
    return _callback(
        Event.PIE,
        setup,
        timestamp=timestamp(at_ms),
        menuResult=result.as_json(),
        version=1,
        custom=setup.custom,
        applicationKey=setup.application_key,
    )


def dice(
    setup: CallSetup, at_ms: int, *, reason: str, result: str, duration_s: int, debit: Money
) -> Callback:
    """The call is over. It carries the caller as `from`, and no `cli`."""
    return _callback(
        Event.DICE,
        setup,
        timestamp=timestamp(at_ms),
        reason=str(reason),
        result=str(result),
        version=1,
        custom=setup.custom,
        debit=debit.as_json(),
        userRate=setup.user_rate.as_json(),
        to=setup.called.as_json(),
        applicationKey=setup.application_key,
        duration=duration_s,
        callHeaders=setup.headers(),
        user=setup.user,
        **{"from": setup.caller},
    )


def notify(
    setup: CallSetup,
    type_: str,
    *,
    destination: str | None = None,
    amd: Amd | None = None,
    error_code: int | None = None,
    error_message: str | None = None,
) -> Callback:
    """Something happened beside the call: a recording, a late AMD result, a calling error.

    It has no timestamp.
    """
    return _callback(
        Event.NOTIFY,
        setup,
        version=1,
        type=type_,
        custom=setup.custom,
        destination=destination,
        amd=None if amd is None else amd.as_json(),
        errorCode=error_code,
        errorMsg=error_message,
        user=setup.user,
    )


def _callback(event: Event, setup: CallSetup, **fields: JsonValue) -> Callback:
    return Callback(
        event, setup.first_fields(event) | _without_none(**fields) | dict(setup.unknown)
    )


def _without_none(**fields: JsonValue) -> dict[str, JsonValue]:
    return {name: value for name, value in fields.items() if value is not None}
