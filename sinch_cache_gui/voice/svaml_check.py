"""Reading a reply: bytes in, typed SVAML and a list of problems out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sinch_cache_gui.cache.interface import JsonValue
from sinch_cache_gui.voice.callbacks import Event
from sinch_cache_gui.voice.problems import Problem, Weight
from sinch_cache_gui.voice.svaml import (
    CheckedReply,
    GoToMenu,
    Instruction,
    PlayFiles,
    RunMenu,
    SetCookie,
    Svaml,
    consequence_of_failure,
)
from sinch_cache_gui.voice.svaml_build import build_action, build_instruction
from sinch_cache_gui.voice.svaml_fields import (
    ACTIONS,
    HINTS,
    INSTRUCTIONS,
    MAX_COOKIE_BYTES,
    Rule,
    Shape,
)
from sinch_cache_gui.voice.svaml_walk import FieldWalk, kind_of

MAX_REPLY_BYTES: Final = 1_048_576
"""A larger reply is not read: this tool's own bound, the platform's is not documented."""

_ENVELOPE: Final = (Rule("instructions"), Rule("action"))
_ORDER: Final = {Weight.ERROR: 0, Weight.WARNING: 1, Weight.NOTE: 2}


def check_body(event: Event, body: bytes) -> CheckedReply:
    """Read what a function answered to `event`. Whatever the bytes, there is an answer."""
    if not body.strip():
        if not event.takes_svaml:
            return CheckedReply(None)
        return _unusable(event, "The reply is empty; instructions and an action are expected.")
    if len(body) > MAX_REPLY_BYTES:
        return _unusable(event, f"The reply has {len(body):,} bytes; over 1 MB is not read.")
    try:
        value: JsonValue = json.loads(body)
    except UnicodeDecodeError:
        return _unusable(event, "The reply is not JSON: its bytes are not UTF-8.")
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return _unusable(event, f"The reply is not JSON: {error.msg} ({where}).")
    except RecursionError:
        return _unusable(event, "The reply is JSON nested too deeply to be read.")
    return check_reply(event, value)


def check_reply(event: Event, value: JsonValue) -> CheckedReply:
    """Check a reply that is JSON already."""
    if not event.takes_svaml:
        note = Problem(
            Weight.NOTE,
            "$",
            f"{event.upper()} takes no SVAML: an empty reply with status 200 is enough.",
            "The reply is ignored.",
        )
        return CheckedReply(None, () if value in (None, {}) else (note,))
    return _Check(event).reply(value)


def _unusable(event: Event, message: str) -> CheckedReply:
    if not event.takes_svaml:
        note = Problem(Weight.NOTE, "$", message, "The reply is ignored.")
        return CheckedReply(None, (note,))
    error = Problem(Weight.ERROR, "$", message, consequence_of_failure(event))
    return CheckedReply(None, (error,))


class _Check:
    """Collects the problems of one reply."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._problems: list[Problem] = []

    def reply(self, value: JsonValue) -> CheckedReply:
        if not isinstance(value, dict):
            self._error(
                "$", f"An object with instructions and action is expected, not {kind_of(value)}."
            )
            return self._result(None)
        walk = FieldWalk(self._problems)
        envelope = walk.canonical_names(value, _ENVELOPE, "$")
        instructions = self._instructions(envelope.get("instructions"))
        found = self._action(envelope.get("action"), "action" in envelope, bool(instructions))
        if found is None:
            return self._result(None)
        shape, fields = found
        action = build_action(shape.name, fields)
        if isinstance(action, RunMenu):
            self._problems += menu_problems(action)
        return self._result(Svaml(shape.name, action, instructions))

    def _action(
        self, value: JsonValue, is_there: bool, has_instructions: bool
    ) -> tuple[Shape, Mapping[str, JsonValue]] | None:
        if not is_there:
            also = " Instructions do nothing without one." if has_instructions else ""
            self._error("$.action", f"The action is missing; exactly one is expected.{also}")
            return None
        if isinstance(value, list):
            self._error("$.action", "Exactly one action is expected, not a list of them.")
            return None
        return self._shaped(value, ACTIONS, "$.action", "action")

    def _instructions(self, value: JsonValue) -> tuple[Instruction, ...]:
        path = "$.instructions"
        if value is None:
            return ()
        if not isinstance(value, list):
            self._error(path, f"A list is expected, not {kind_of(value)}.")
            return ()
        found = [
            self._shaped(item, INSTRUCTIONS, f"{path}[{at}]", "instruction")
            for at, item in enumerate(value)
        ]
        built = tuple(
            build_instruction(shape.name, fields) for shape, fields in filter(None, found)
        )
        self._check_cookies(built)
        for at, instruction in enumerate(built):
            self._check_locale(instruction, f"{path}[{at}]")
        return built

    def _shaped(
        self, value: JsonValue, shapes: Mapping[str, Shape], path: str, what: str
    ) -> tuple[Shape, Mapping[str, JsonValue]] | None:
        """Check one action or instruction; answer its shape and its fields in documented names."""
        if not isinstance(value, dict):
            self._error(path, f"The {what} is an object with a name, not {kind_of(value)}.")
            return None
        walk = FieldWalk(self._problems)
        named = walk.canonical_names(value, (Rule("name"),), path, tells_unknown=False)
        name = named.get("name")
        if not isinstance(name, str):
            self._error(f"{path}.name", f"The {what} has no name.")
            return None
        shape = shapes.get(name.lower())
        if shape is None:
            self._error(f"{path}.name", f"“{name}” is not an {what} of SVAML.{_hint(name, what)}")
            return None
        if name != shape.name:
            self._note(f"{path}.name", f"The documented spelling is {shape.name}.")
        if self._event not in shape.allowed_in:
            self._not_allowed(shape, f"{path}.name")
            return None
        hint = HINTS.get((self._event, shape.name))
        if hint:
            self._note(f"{path}.name", hint)
        rest = {key: item for key, item in named.items() if key != "name"}
        fields = walk.checked(rest, shape.fields, path)
        walk_errors = any(problem.weight is Weight.ERROR for problem in walk.own_problems)
        return None if walk_errors else (shape, fields)

    def _not_allowed(self, shape: Shape, path: str) -> None:
        where = ", ".join(event.upper() for event in Event if event in shape.allowed_in)
        also = ""
        if shape.name == "continue" and self._event is Event.ICE:
            also = " The builder of Sinch Functions offers it there all the same."
        self._error(path, f"{shape.name} may answer {where}, not {self._event.upper()}.{also}")

    def _check_locale(self, instruction: Instruction, path: str) -> None:
        if isinstance(instruction, PlayFiles) and not instruction.locale:
            spoken = [prompt for prompt in instruction.prompts if prompt.has_speech]
            if spoken:
                message = "With #tts or #ssml a locale is required."
                consequence = "The prompt may not be played."
                self._problems.append(
                    Problem(Weight.WARNING, f"{path}.locale", message, consequence)
                )

    def _check_cookies(self, instructions: tuple[Instruction, ...]) -> None:
        cookies = [item for item in instructions if isinstance(item, SetCookie)]
        size = sum(len((item.key + item.value).encode("utf-8", "replace")) for item in cookies)
        if size > MAX_COOKIE_BYTES:
            self._problems.append(
                Problem(
                    Weight.WARNING,
                    "$.instructions",
                    f"The cookies take {size:,} bytes together; {MAX_COOKIE_BYTES:,} is the limit "
                    "(older documentation).",
                    "What is over the limit may be lost.",
                )
            )

    def _error(self, path: str, message: str) -> None:
        self._problems.append(Problem(Weight.ERROR, path, message))

    def _note(self, path: str, message: str) -> None:
        self._problems.append(Problem(Weight.NOTE, path, message, "It is accepted."))

    def _result(self, svaml: Svaml | None) -> CheckedReply:
        consequence = consequence_of_failure(self._event)
        told = [
            replace(problem, consequence=consequence)
            if problem.weight is Weight.ERROR and not problem.consequence
            else problem
            for problem in self._problems
        ]
        told.sort(key=lambda problem: _ORDER[problem.weight])
        checked = CheckedReply(svaml, tuple(told))
        return replace(checked, svaml=None) if checked.has_errors else checked


def _hint(name: str, what: str) -> str:
    if what == "action" and name.lower() in INSTRUCTIONS:
        return " It is an instruction: it belongs into the list of instructions."
    if what == "instruction" and name.lower() in ACTIONS:
        return " It is an action: it belongs into “action”."
    return ""


def menu_problems(run: RunMenu) -> list[Problem]:
    """Answer what is wrong with how the menus of `run` hang together."""
    problems = []
    path = "$.action.menus"
    if run.menu("main") is None:
        started = run.first_menu()
        then = (
            f"Documents disagree about mainMenu; here “{started.id}” plays first."
            if started
            else "The platform returns an error: here PIE with menuResult.type “error”."
        )
        problems.append(Problem(Weight.WARNING, path, "No menu has the id “main”.", then))
    if run.main_menu is not None and run.menu(run.main_menu) is None:
        message = f"mainMenu names “{run.main_menu}”, which is not among the menus."
        problems.append(
            Problem(Weight.WARNING, "$.action.mainMenu", message, "Here “main” plays first.")
        )
    if run.is_voice_enabled and not run.locale:
        problems.append(
            Problem(
                Weight.WARNING,
                "$.action.locale",
                "With enableVoice a locale is required.",
                "Spoken input may not be understood.",
            )
        )
    for at, menu in enumerate(run.menus):
        problems += _problems_of_menu(run, at, f"{path}[{at}]", menu.id)
    return problems


def _problems_of_menu(run: RunMenu, at: int, path: str, menu_id: str) -> list[Problem]:
    problems = []
    if any(earlier.id == menu_id for earlier in run.menus[:at]):
        problems.append(
            Problem(
                Weight.WARNING,
                f"{path}.id",
                f"Another menu is called “{menu_id}” already.",
                "Here the first of them plays.",
            )
        )
    seen: set[str] = set()
    for number, option in enumerate(run.menus[at].options):
        where = f"{path}.options[{number}]"
        if option.dtmf in seen:
            message = f"Key {option.dtmf} has a meaning already."
            problems.append(
                Problem(Weight.WARNING, f"{where}.dtmf", message, "Here the first one counts.")
            )
        seen.add(option.dtmf)
        target = option.target
        if isinstance(target, GoToMenu) and run.menu(target.menu_id) is None:
            problems.append(
                Problem(
                    Weight.WARNING,
                    f"{where}.action",
                    f"It leads to “{target.menu_id}”, which is not among the menus.",
                    "Here PIE is sent with menuResult.type “error”.",
                )
            )
    return problems
