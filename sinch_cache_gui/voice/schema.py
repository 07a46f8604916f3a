"""Reading the fields of an object one by one, with every complaint kept and its line named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sinch_cache_gui.voice.located_json import Node


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a file.

    Attributes:
        line: Where, from 1.
        message: One sentence.
    """

    line: int
    message: str


class Fields:
    """An object whose fields are asked for by name; whatever is never asked for is unknown.

    Args:
        node: The object.
        what: What it is, for complaints: "a call".
        complaints: Where they go.
    """

    def __init__(self, node: Node, what: str, complaints: list[Complaint]) -> None:
        self._what = what
        self._complaints = complaints
        self._asked: set[str] = set()
        self.node = node
        self._fields: Mapping[str, Node] = node.fields
        if not isinstance(node.value, dict):
            self.complain(node, f"{what.capitalize()} is an object in braces.")

    def complain(self, node: Node, message: str) -> None:
        """Keep a complaint about `node`."""
        self._complaints.append(Complaint(node.line, message))

    def get(self, name: str) -> Node | None:
        """Answer a field, None where it is missing."""
        self._asked.add(name)
        return self._fields.get(name)

    def text(self, name: str, default: str | None = None) -> str:
        """Answer a field that is text; without a default it is required."""
        found = self.get(name)
        if found is None:
            if default is None:
                self.complain(self.node, f"{self._what.capitalize()} needs “{name}”.")
            return default or ""
        if not isinstance(found.value, str):
            self.complain(found, f"“{name}” is a text.")
            return default or ""
        return found.value

    def word(self, name: str, words: Iterable[str], default: str) -> str:
        """Answer a field that is one of a few words."""
        found, known = self.text(name, default), tuple(words)
        if found not in known:
            self.complain(self._fields.get(name, self.node), f"“{name}” is {_either(known)}.")
            return default
        return found

    def number(self, name: str, most: float) -> float:
        """Answer a field that is a number from 0 to `most`; 0 where it is missing."""
        found = self.get(name)
        if found is None:
            return 0
        value = found.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= float(str(value)) <= most:
            self.complain(found, f"“{name}” is a number from 0 to {most:g}.")
            return 0
        return float(str(value))

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """Answer a field that is a whole number within bounds."""
        found = self.get(name)
        if found is None:
            return default
        value = found.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.complain(found, f"“{name}” is a whole number from {least:,} to {most:,}.")
            return default
        return value

    def truth(self, name: str, *, default: bool) -> bool:
        """Answer a field that is true or false."""
        found = self.get(name)
        if found is None:
            return default
        if not isinstance(found.value, bool):
            self.complain(found, f"“{name}” is true or false.")
            return default
        return found.value

    def items(self, name: str) -> tuple[Node, ...]:
        """Answer the elements of a field that is a list."""
        found = self.get(name)
        if found is None:
            return ()
        if not isinstance(found.value, list):
            self.complain(found, f"“{name}” is a list in brackets.")
        return found.items

    def finish(self) -> None:
        """Complain about every field nobody asked for."""
        for name, node in self._fields.items():
            if name in self._asked:
                continue
            near = get_close_matches(name, self._asked, 1)
            hint = f" Did you mean “{near[0]}”?" if near else ""
            self.complain(node, f"{self._what.capitalize()} has no “{name}”.{hint}")


def _either(words: tuple[str, ...]) -> str:
    quoted = [f"“{word}”" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
