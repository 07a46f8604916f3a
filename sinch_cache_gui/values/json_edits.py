"""Changes of one place of a JSON text. Every character outside the change stays what it was.

White space and separators are written as they are found around the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sinch_cache_gui.values.json_check import JsonProblem, find_problem, line_and_column
from sinch_cache_gui.values.json_outline import FOR_EVER, Node, Outline, Path, Shift
from sinch_cache_gui.values.json_spans import Part, end_of_string
from sinch_cache_gui.values.json_text import InvalidJson
from sinch_cache_gui.values.replacement import Replacement

_SPACE: Final = " \t\n\r"
_INSET: Final = re.compile(r"[ \t]*")
_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")
_FIRST_INSET: Final = re.compile(r"\n([ \t]+)\S")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the text.

    Attributes:
        change: What is written where.
        focus: Where, in the new text, the value begins that the user looks at next.
        shift: Where what stood in the old text stands in the new one.
    """

    change: Replacement
    focus: int
    shift: Shift


def set_value(node: Node, new: str) -> Edit:
    """Answer how the value of `node` becomes `new`, as it is spelt.

    Raises:
        InvalidJson: `new` is not JSON.
    """
    new = new.strip(_SPACE)
    _demand_json(new)
    change = Replacement(node.start, node.end, new)
    return Edit(change, node.start, Shift.of(change))


def rename(node: Node, name: str) -> Edit:
    """Answer how a member gets another name, spelt as `name_literal` answers.

    Raises:
        InvalidJson: `name` begins like a JSON string and is none.
    """
    literal = name_literal(name)
    change = Replacement(node.first, node.name_end, literal)
    grown = len(literal) - (node.name_end - node.first)
    return Edit(change, node.start + grown, Shift.of(change))


def name_literal(name: str) -> str:
    """Answer a name as a JSON string: as it is if it stands in quotation marks, else quoted.

    Raises:
        InvalidJson: It begins with a quotation mark and is not one JSON string.
    """
    if not name.startswith('"'):
        quoted = json.dumps(name, ensure_ascii=False)
        return _HALF_CHARACTER.sub(lambda half: f"\\u{ord(half.group()):04x}", quoted)
    name = name.rstrip(_SPACE)
    _demand_json(name)
    return name


def add_part(outline: Outline, path: Path, position: int, new: str) -> Edit:
    """Answer how an expanded container gets another part.

    Args:
        outline: The text and its tree.
        path: The container.
        position: Where the new part will stand: 0 for the first.
        new: A value; for an object a name, a colon and a value.
    """
    text, parts = outline.text, outline.parts(path)
    container = outline.node(path)
    if not parts:
        before, after = _lines_inside(text, container)
        change = Replacement(container.start + 1, container.end - 1, before + new + after)
        begin = change.start + len(before)
    else:
        between = _separator(text, container, parts)
        if position < len(parts):
            at = parts[position].first
            change = Replacement(at, at, new + between)
            begin = at
        else:
            at = parts[-1].end
            change = Replacement(at, at, between + new)
            begin = at + len(between)
    return Edit(change, begin + _value_offset(new), Shift.of(change))


def member_text(outline: Outline, path: Path, literal: str, value: str) -> str:
    """Answer a member as the members of an expanded object are written."""
    text, parts = outline.text, outline.parts(path)
    joint = ": " if "\n" in text or '": ' in text else ":"
    if parts:
        found = text[end_of_string(text, parts[0].first) : parts[0].start]
        joint = joint if "\n" in found else found
    return f"{literal}{joint}{value}"


def new_name(outline: Outline, path: Path) -> str:
    """Answer a name that no member of an expanded object is spelt like."""
    text = outline.text
    taken = {text[first : end_of_string(text, first)] for first, _, _ in outline.parts(path)}
    name, number = '"new"', 2
    while name in taken:
        name = f'"new{number}"'
        number += 1
    return name


def remove_part(outline: Outline, path: Path) -> Edit:
    """Answer how a part goes, with its comma and the white space that was its own."""
    container, parts, at = _place_of(outline, path)
    if len(parts) == 1:
        change = Replacement(container.start + 1, container.end - 1, "")
        focus = container.start
    elif at + 1 < len(parts):
        change = Replacement(parts[at].first, parts[at + 1].first, "")
        focus = parts[at + 1].start - (change.end - change.start)
    else:
        change = Replacement(parts[at - 1].end, parts[at].end, "")
        focus = parts[at - 1].start
    return Edit(change, focus, Shift.of(change))


def move_part(outline: Outline, path: Path, by: int) -> Edit | None:
    """Answer how a part changes places with the one before (-1) or behind (1) it.

    None if there is none.
    """
    _, parts, at = _place_of(outline, path)
    if not 0 <= at + by < len(parts):
        return None
    upper, lower = parts[min(at, at + by)], parts[max(at, at + by)]
    text = outline.text
    between = text[upper.end : lower.first]
    change = Replacement(
        upper.first,
        lower.end,
        text[lower.first : lower.end] + between + text[upper.first : upper.end],
    )
    up = upper.first - lower.first
    down = lower.end - upper.end
    shift = Shift(
        (
            (0, upper.first, 0),
            (upper.first, upper.end, down),
            (lower.first, lower.end, up),
            (lower.end, FOR_EVER, 0),
        )
    )
    return Edit(change, parts[at].start + (up if by < 0 else down), shift)


def apply(text: str, change: Replacement) -> str:
    """Answer the text after a change."""
    return text[: change.start] + change.new + text[change.end :]


def _demand_json(text: str) -> None:
    problem = find_problem(text)
    if problem is None:
        half = _HALF_CHARACTER.search(text)
        if half is None:
            return
        line, column = line_and_column(text, half.start())
        sentence = f"Half a character stands here (U+{ord(half.group()):04X}); it has no bytes."
        problem = JsonProblem(half.start(), line, column, sentence)
    raise InvalidJson(problem)


def _place_of(outline: Outline, path: Path) -> tuple[Node, Sequence[Part], int]:
    if not path:
        raise ValueError("the root stands in no container")
    return outline.node(path[:-1]), outline.parts(path[:-1]), path[-1]


def _value_offset(new: str) -> int:
    """Answer where the value of a part to be written begins in it."""
    if not new.startswith('"'):
        return 0
    colon = end_of_string(new, 0)
    while colon < len(new) and new[colon] in _SPACE + ":":
        colon += 1
    return 0 if colon == len(new) else colon


def _separator(text: str, container: Node, parts: Sequence[Part]) -> str:
    """Answer what stands, or would stand, between two parts of a container."""
    if len(parts) > 1:
        return text[parts[0].end : parts[1].first]
    inset = text[container.start + 1 : parts[0].first]
    if "\n" in inset:
        return "," + inset[inset.rindex("\n") :]
    first = parts[0]
    has_name = first.start > first.first
    joint = text[end_of_string(text, first.first) : first.start] if has_name else inset
    return ", " if joint.endswith(" ") else ","


def _lines_inside(text: str, container: Node) -> tuple[str, str]:
    """Answer what belongs before and behind the only part of an empty container."""
    if "\n" not in text:
        return "", ""
    begin = text.rfind("\n", 0, container.start) + 1
    match = _INSET.match(text, begin)
    inset = "" if match is None else match.group()
    step = _FIRST_INSET.search(text)
    return f"\n{inset}{'  ' if step is None else step.group(1)}", f"\n{inset}"
