"""Checked fields in, typed actions and instructions out."""

from __future__ import annotations

from collections.abc import Mapping

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.prompts import NO_PROMPT, Prompt, parse_prompt
from sinch_cache_gui.voice.svaml import (
    Action,
    Answer,
    ConnectConf,
    ConnectMxp,
    ConnectPstn,
    ConnectSip,
    ConnectStream,
    Continue,
    DetectDigits,
    GoToMenu,
    Hangup,
    Instruction,
    Menu,
    MenuOption,
    MenuTarget,
    Park,
    PlayFiles,
    ReturnValue,
    RunMenu,
    Say,
    SendDtmf,
    SetCookie,
    StartRecording,
    StopRecording,
)
from sinch_cache_gui.voice.svaml_fields import OPTION

Fields = Mapping[str, JsonValue]
"""Fields that FieldWalk has checked: documented names, values of the documented kind."""


def build_instruction(name: str, fields: Fields) -> Instruction:
    """Answer the instruction of that documented name."""
    match name:
        case "say":
            return Say(_text(fields, "text") or "", _text(fields, "locale"))
        case "playFiles":
            files = _list(fields, "ids")
            prompts = tuple(parse_prompt(item) for item in files if isinstance(item, str))
            return PlayFiles(prompts, _text(fields, "locale"))
        case "sendDtmf":
            return SendDtmf(_text(fields, "value") or "")
        case "setCookie":
            return SetCookie(_text(fields, "key") or "", _text(fields, "value") or "")
        case "answer":
            return Answer()
        case "startRecording":
            return StartRecording()
        case _:
            return StopRecording()


def build_action(name: str, fields: Fields) -> Action:
    """Answer the action of that documented name."""
    match name:
        case "continue":
            return Continue()
        case "runMenu":
            return _run_menu(fields)
        case "park":
            return Park(
                _prompt(fields, "introPrompt") or NO_PROMPT,
                _prompt(fields, "holdPrompt") or NO_PROMPT,
                _number(fields, "maxDuration"),
            )
        case "connectPstn":
            return ConnectPstn(
                number=_text(fields, "number"),
                max_duration_s=_number(fields, "maxDuration"),
                dial_timeout_s=_number(fields, "dialTimeout"),
                are_callbacks_suppressed=_truth(fields, "suppressCallbacks", default=False),
            )
        case "connectSip" | "connectMxp" | "connectConf" | "connectStream":
            return _connect(name, fields)
        case _:
            return Hangup()


def _connect(name: str, fields: Fields) -> Action:
    endpoint = _text(_object(fields, "destination"), "endpoint")
    longest = _number(fields, "maxDuration")
    match name:
        case "connectSip":
            suppressed = _truth(fields, "suppressCallbacks", default=False)
            return ConnectSip(endpoint or "", longest, suppressed)
        case "connectMxp":
            return ConnectMxp(endpoint)
        case "connectConf":
            return ConnectConf(_text(fields, "conferenceId") or "", _detects(fields))
        case _:
            return ConnectStream(endpoint or "", longest)


def _detects(fields: Fields) -> DetectDigits | None:
    options = _object(fields, "conferenceDtmfOptions")
    if (_text(options, "mode") or "").lower() != "detect":
        return None
    default = DetectDigits()
    return DetectDigits(
        _number(options, "maxDigits") or default.max_digits,
        _number(options, "timeoutMills") or default.timeout_ms,
    )


def _run_menu(fields: Fields) -> RunMenu:
    return RunMenu(
        menus=tuple(_menu(item) for item in _list(fields, "menus") if isinstance(item, dict)),
        main_menu=_text(fields, "mainMenu"),
        is_barge_allowed=_truth(fields, "barge", default=True),
        is_voice_enabled=_truth(fields, "enableVoice", default=False),
        locale=_text(fields, "locale"),
    )


def _menu(fields: Fields) -> Menu:
    return Menu(
        id=_text(fields, "id") or "",
        main_prompt=_prompt(fields, "mainPrompt") or NO_PROMPT,
        repeat_prompt=_prompt(fields, "repeatPrompt"),
        repeats=_number(fields, "repeats"),
        max_digits=_number(fields, "maxDigits"),
        timeout_ms=_number(fields, "timeoutMills"),
        options=tuple(_option(item) for item in _list(fields, "options") if isinstance(item, dict)),
    )


def _option(fields: Fields) -> MenuOption:
    return MenuOption(_text(fields, "dtmf") or "", _target(_text(fields, "action") or ""))


def _target(text: str) -> MenuTarget:
    found = OPTION.fullmatch(text)
    if found is None:
        return ReturnValue("")
    leads_to = found[2].strip()
    return GoToMenu(leads_to) if found[1].lower() == "menu" else ReturnValue(leads_to)


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def _number(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) else None


def _truth(fields: Fields, name: str, *, default: bool) -> bool:
    value = fields.get(name)
    return value if isinstance(value, bool) else default


def _object(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def _list(fields: Fields, name: str) -> list[JsonValue]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


def _prompt(fields: Fields, name: str) -> Prompt | None:
    text = _text(fields, name)
    return None if text is None else parse_prompt(text)
