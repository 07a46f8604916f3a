"""Assumptions as files name them: in a scenario, or in a file of their own."""

from __future__ import annotations

from difflib import get_close_matches

from sinch_cache_gui.assumptions import NAMES, AssumedValue, what_is_wrong
from sinch_cache_gui.voice.located_json import Node, UnreadableJson, read_located
from sinch_cache_gui.voice.schema import Complaint


class InvalidAssumptions(ValueError):
    """A text that holds no assumptions; the message names every line that is wrong."""


def read_assumptions(node: Node, complaints: list[Complaint]) -> dict[str, AssumedValue]:
    """Answer what an object assumes, by the names of the attributes of `CallAssumptions`.

    Args:
        node: The object; its names are written like `replyTimeoutMs`.
        complaints: Where whatever makes no sense is told.
    """
    if not isinstance(node.value, dict):
        complaints.append(Complaint(node.line, "“assumptions” is an object in braces."))
    found: dict[str, AssumedValue] = {}
    for written, inner in node.fields.items():
        name, value = NAMES.get(written), inner.value
        if name is None:
            near = get_close_matches(written, NAMES, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            complaints.append(Complaint(inner.line, f"Nothing is assumed as “{written}”.{hint}"))
            continue
        wrong = what_is_wrong(name, value)
        if wrong:
            complaints.append(Complaint(inner.line, f"“{written}” {wrong}."))
        elif isinstance(value, bool | int | str):
            found[name] = value
    return found


def parse_assumptions(text: str, source: str) -> dict[str, AssumedValue]:
    """Read a file that holds assumptions and nothing else.

    Args:
        text: JSON.
        source: The file's name, for messages.

    Raises:
        InvalidAssumptions: With every complaint and its line.
    """
    complaints: list[Complaint] = []
    try:
        found = read_assumptions(read_located(text), complaints)
    except UnreadableJson as error:
        raise InvalidAssumptions(f"{source}:{error.line}: {error}") from None
    if complaints:
        lines = (f"{source}:{each.line}: {each.message}" for each in complaints)
        raise InvalidAssumptions("\n".join(lines))
    return found
