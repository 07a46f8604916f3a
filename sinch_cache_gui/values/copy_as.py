"""A key as a line of code that writes it: TypeScript, C#, redis-cli, Python."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Final

from sinch_cache_gui.cache.interface import KeyType, Snapshot
from sinch_cache_gui.values.json_check import find_problem
from sinch_cache_gui.values.json_notes import notes_work
from sinch_cache_gui.values.slices import run_through

MOST_BYTES: Final = 250_000
"""Of a value that is said in code; a longer one would hold the window, and no reader wants it."""

LONGEST_PROMPT_BYTES: Final = 4095
"""What the prompt of redis-cli takes of a line (LINENOISE_MAX_LINE); a file may hold more."""


class Language(Enum):
    """Where the code is to run."""

    TYPESCRIPT = "TypeScript"
    CSHARP = "C#"
    REDIS_CLI = "redis-cli"
    PYTHON = "Python"


class NotSayable(ValueError):
    """The language has no way to write this key as it is.

    Attributes:
        sentence: Why, for people.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def copy_as(language: Language, snapshot: Snapshot, now_ms: int) -> str:
    """Answer code that writes the key as it is, with the time it has left.

    TypeScript and C# speak of a function's own cache (source: "Working with the Cache"), which
    takes whole seconds: what is left is rounded up. redis-cli code is a line for its prompt.

    Raises:
        NotSayable: The key or the value is nothing that language could store as it is.
    """
    if (size := len(snapshot.payload)) > MOST_BYTES:
        raise NotSayable(
            f"This value of {size:,} bytes is too long to be copied as code. Export it instead."
        )
    left_ms = None if snapshot.deadline_ms is None else max(snapshot.deadline_ms - now_ms, 1)
    return _WRITERS[language](snapshot, left_ms)


def _typescript(snapshot: Snapshot, left_ms: int | None) -> str:
    key, text = _json_parts(snapshot, "context.cache.set")
    # In an object literal this name would set the prototype instead of a member.
    value = f"JSON.parse({_code_string(text)})" if _MAY_NAME_PROTO.search(text) else _js_json(text)
    ttl, note = _seconds(left_ms, _HUNDRED_YEARS)
    note += _loss_note(text)
    return f"{note}await context.cache.set({_code_string(key)}, {value}, {ttl});"


def _csharp(snapshot: Snapshot, left_ms: int | None) -> str:
    key, text = _json_parts(snapshot, "Context.Cache.Set")
    ttl, note = _seconds(left_ms, _MOST_OF_AN_INT)
    value = f"JsonSerializer.Deserialize<JsonElement>({_code_string(text)})"
    return f"{note}await Context.Cache.Set({_code_string(key)}, {value}, ttlSeconds: {ttl});"


def _redis_cli(snapshot: Snapshot, left_ms: int | None) -> str:
    key, payload = _cli_string(snapshot.key), _cli_string(snapshot.payload)
    if snapshot.type != KeyType.STRING:
        return f"RESTORE {key} {left_ms or 0} {payload}"
    return f"SET {key} {payload}" + ("" if left_ms is None else f" PX {left_ms}")


def _python(snapshot: Snapshot, left_ms: int | None) -> str:
    key, payload = _python_string(snapshot.key), _python_string(snapshot.payload)
    if snapshot.type != KeyType.STRING:
        return f"client.restore({key}, {left_ms or 0}, {snapshot.payload!r})"
    return f"client.set({key}, {payload}" + (")" if left_ms is None else f", px={left_ms})")


_WRITERS: Final[dict[Language, Callable[[Snapshot, int | None], str]]] = {
    Language.TYPESCRIPT: _typescript,
    Language.CSHARP: _csharp,
    Language.REDIS_CLI: _redis_cli,
    Language.PYTHON: _python,
}

_MAY_NAME_PROTO: Final = re.compile(r"__proto__|\\u00(?:5f|70|72|6f|74)", re.IGNORECASE)

_HUNDRED_YEARS: Final = (100 * 365 * 86_400, "a hundred years")
_MOST_OF_AN_INT: Final = (2**31 - 1, "68 years")
"""The longest time that is said in code, in seconds and in words. C# takes no more for an int."""


def _seconds(left_ms: int | None, longest: tuple[int, str]) -> tuple[int, str]:
    """Answer the seconds to write, and a comment where they are not what the key has left."""
    longest_s, in_words = longest
    if left_ms is None:
        said = "This key has no expiry. A function's cache always sets one"
        return longest_s, f"// {said}: here, {in_words}.\n"
    if left_ms > longest_s * 1000:
        return longest_s, f"// This key has more time left than is written here: {in_words}.\n"
    return -(-left_ms // 1000), ""


def _loss_note(text: str) -> str:
    """Answer a comment on what JavaScript does not keep of a value; empty if it keeps all."""
    notes = run_through(notes_work(text))
    if not notes:
        return ""
    more = f" ({len(notes) - 1:,} more like this.)" if len(notes) > 1 else ""
    return f"// Not stored as it is: line {notes[0].line:,}. {notes[0].sentence}{more}\n"


def _json_parts(snapshot: Snapshot, call: str) -> tuple[str, str]:
    """Answer the key and the JSON text of a key that a function could have written."""
    if snapshot.type != KeyType.STRING:
        raise NotSayable(f"This key holds a {snapshot.type}; {call} stores JSON in strings.")
    try:
        key = snapshot.key.decode("utf-8")
    except UnicodeDecodeError:
        raise NotSayable(f"The name of this key is not text; {call} takes text.") from None
    try:
        text = snapshot.payload.decode("utf-8")
    except UnicodeDecodeError:
        raise NotSayable(f"This value is not text; {call} stores JSON.") from None
    if find_problem(text) is not None:
        raise NotSayable(f"This value is not JSON; {call} would store it in other bytes.")
    return key, text.strip(" \t\r\n")


def _js_json(text: str) -> str:
    # Valid JSON is a JavaScript expression; these two are line ends to older readers.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _code_string(text: str) -> str:
    """Answer a string literal that TypeScript and C# read alike."""
    return _quoted(text, _unicode_escape)


_PLAIN: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _quoted(text: str, escape: Callable[[str], str]) -> str:
    return '"' + "".join(_PLAIN.get(c) or (c if c.isprintable() else escape(c)) for c in text) + '"'


def _unicode_escape(char: str) -> str:
    units = char.encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _cli_string(data: bytes) -> str:
    """Answer bytes as the prompt of redis-cli reads them: text as it is, the rest escaped."""
    try:
        return _quoted(data.decode("utf-8"), lambda char: _byte_escapes(char.encode("utf-8")))
    except UnicodeDecodeError:
        return '"' + "".join(map(_cli_byte, data)) + '"'


def _cli_byte(byte: int) -> str:
    char = chr(byte)
    return _PLAIN.get(char) or (char if 32 <= byte < 127 else f"\\x{byte:02x}")


def _byte_escapes(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def _python_string(data: bytes) -> str:
    try:
        return repr(data.decode("utf-8"))
    except UnicodeDecodeError:
        return repr(data)
