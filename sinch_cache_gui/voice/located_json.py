"""JSON that knows the line each of its values stands on, for messages that name it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from sinch_cache_gui.cache.interface import JsonValue

DEEPEST: Final = 100

_SPACE: Final = re.compile(r"[ \t\n\r]*")


class UnreadableJson(ValueError):
    """A text that is not JSON.

    Attributes:
        line: Where, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it stands.

    Attributes:
        value: The value itself, whole.
        line: The line it begins on, from 1.
        fields: The members of an object.
        items: The elements of an array.
    """

    value: JsonValue
    line: int
    fields: Mapping[str, Node] = field(default_factory=dict)
    items: tuple[Node, ...] = ()


def read_located(text: str) -> Node:
    """Read a whole JSON text.

    Raises:
        UnreadableJson: It is not JSON, or holds one name twice, or is nested too deeply.
    """
    reader = _Reader(text)
    node, end = reader.read(reader.skip(0), 0)
    end = reader.skip(end)
    if end < len(text):
        reader.fail("Something follows the end of the JSON.", end)
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._decoder = json.JSONDecoder(parse_constant=self._refuse)

    def skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return at if found is None else found.end()

    def read(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > DEEPEST:
            self.fail("This is nested too deeply.", at)
        opening = self._text[at : at + 1]
        if opening == "{":
            return self._object(at, depth)
        if opening == "[":
            return self._array(at, depth)
        value, end = self._scalar(at)
        return Node(value, self._line(at)), end

    def fail(self, message: str, at: int) -> NoReturn:
        raise UnreadableJson(message, self._line(at))

    def _object(self, start: int, depth: int) -> tuple[Node, int]:
        fields: dict[str, Node] = {}
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "}":
            if fields:
                at = self._expect(",", at, "A comma or } belongs here.")
            if self._text[at : at + 1] != '"':
                self.fail('A name in "quotes" belongs here.', at)
            name, end = self._scalar(at)
            if name in fields:
                self.fail(f"The name {name} stands here twice.", at)
            at = self._expect(":", self.skip(end), "A colon belongs after the name.")
            fields[str(name)], end = self.read(at, depth + 1)
            at = self.skip(end)
        value: JsonValue = {name: node.value for name, node in fields.items()}
        return Node(value, self._line(start), fields=fields), at + 1

    def _array(self, start: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "]":
            if items:
                at = self._expect(",", at, "A comma or ] belongs here.")
            node, end = self.read(at, depth + 1)
            items.append(node)
            at = self.skip(end)
        value: JsonValue = [node.value for node in items]
        return Node(value, self._line(start), items=tuple(items)), at + 1

    def _expect(self, mark: str, at: int, complaint: str) -> int:
        if self._text[at : at + 1] != mark:
            self.fail(complaint, at)
        return self.skip(at + 1)

    def _scalar(self, at: int) -> tuple[JsonValue, int]:
        try:
            return self._decoder.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            self.fail(f"This is not JSON: {error.msg.lower()}.", error.pos)
        except ValueError as error:  # NaN, or an integer of thousands of digits
            self.fail(f"This is not JSON: {error}.", at)

    def _refuse(self, name: str) -> NoReturn:
        raise ValueError(f"{name} is no number of JSON")

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1
