"""The bytes of a key as a text to edit, and the text as bytes again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from sinch_cache_gui.cache.interface import KeyType, StoredValue
from sinch_cache_gui.values.decoders import HEX_BYTES, Decoded, decode, hex_rows
from sinch_cache_gui.values.json_check import JsonProblem, find_problem_sliced, line_and_column
from sinch_cache_gui.values.json_text import (
    compactness_work,
    format_head,
    format_work,
    one_line_work,
)
from sinch_cache_gui.values.slices import run_sliced
from sinch_cache_gui.values.utf8 import check_work, decode_work, encode_work

MAX_EDITED_BYTES: Final = 20_000_000
"""Above this, only the head of a value is read and shown, unless all of it is asked for."""

MAX_LOADED_BYTES: Final = 60_000_000
"""Above this, all of a value is loaded to be looked at, and not to be edited.

The editor needs some 35 bytes for a byte of short lines: 2 GB and a minute for so many. 200 MB took
more than 6 GB and three minutes, and a window that runs out of memory loses all unsaved text.
"""

MAX_SHOWN_BYTES: Final = 1_000_000_000
"""Above this, all of a value is not loaded either: it takes as much memory as it has bytes."""

HEAD_BYTES: Final = 200_000
"""How much of a value too large to edit is shown."""

FIRST_BYTES: Final = 8_000
"""How much of a long value is shown while all of it is read: a few screens."""

LONG_BYTES: Final = 500_000
"""From here on reading a value takes so long that its beginning is shown first."""

MAX_LINE: Final = 100_000
"""A line an editor lays out without the hand noticing, in characters; twice that is too much."""

MAX_GROWTH: Final = 20
"""Formatting makes a text nested absurdly deep much longer; then it is shown as it is stored."""


class ContentKind(Enum):
    """What stands in a key, as the editor sees it."""

    JSON = "JSON"
    TEXT = "text"
    BINARY = "binary"
    OTHER = "other"
    """A type other than string."""


class Layout(Enum):
    """How JSON is stored, and so how it is saved again, whatever white space the editor shows."""

    AS_SHOWN = "as shown"
    COMPACT = "compact"
    SPACED = "spaced"
    """On one line with a space behind each comma and colon, as Python's json writes it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the editor shows of a key.

    Attributes:
        kind: What it is.
        shown: The text to show; empty where there is none.
        layout: How the text is saved.
        reason: Why it cannot be edited, for people; empty if it can.
        is_head: Whether `shown` is only the beginning of the value.
        is_vast: Whether it is too large to edit, and all its bytes are looked at as they are, not
            what is `shown`.
        name: More exactly what it is, for people; empty where `kind` says it all.
        decoded: What the bytes say through a decoder, to be looked at; None without one.
    """

    kind: ContentKind
    shown: str = field(default="", repr=False)
    layout: Layout = Layout.AS_SHOWN
    reason: str = ""
    is_head: bool = False
    is_vast: bool = False
    name: str = ""
    decoded: Decoded | None = None

    @property
    def is_editable(self) -> bool:
        """Whether the text may be changed and saved."""
        return not self.reason


NEW_CONTENT: Final = Content(ContentKind.JSON, layout=Layout.COMPACT)
"""A value about to be created: JSON, stored compact as a function stores it."""


class TextRefused(ValueError):
    """The text cannot be stored in this key.

    Attributes:
        problem: Where and why.
    """

    def __init__(self, problem: JsonProblem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


async def content_of(
    stored: StoredValue, *, limit: int = MAX_EDITED_BYTES, shows_whole: bool = False
) -> Content:
    """Answer what to show of `stored`, letting the loop run meanwhile.

    Args:
        stored: What the key holds.
        limit: Bytes above which only the head is shown.
        shows_whole: Whether what cannot be edited as text can be looked at by its bytes.
    """
    data = stored.data
    if stored.type == KeyType.STRING and data is None:
        return head_of(stored.head, stored.size or 0)
    if data is None:
        return Content(
            ContentKind.OTHER,
            reason=f"This key holds a {stored.type}. Only strings can be edited here.",
        )
    if len(data) > limit:
        return head_of(data[:HEAD_BYTES], len(data))
    try:
        text = await run_sliced(decode_work(data))
    except UnicodeDecodeError as error:
        return await _binary_content(data, error.start)
    if await find_problem_sliced(text) is None:
        content = await _json_content(text)
        return _whole(content) if content.is_head and shows_whole else content
    decoded = await decode(data)
    if has_long_line(text):
        content = replace(_too_long_a_line(ContentKind.TEXT, text), decoded=decoded)
        return _whole(content) if shows_whole else content
    return Content(ContentKind.TEXT, text, decoded=decoded, name=_named(decoded))


async def content_once_saved(content: Content, data: bytes) -> Content:
    """Answer what to show of a text that was saved as `data`: JSON from then on, if it is that."""
    if content.kind is not ContentKind.TEXT:
        return content
    problem = await find_problem_sliced(await run_sliced(decode_work(data)))
    return replace(content, kind=ContentKind.JSON) if problem is None else content


def first_screen(stored: StoredValue) -> Content | None:
    """Answer the beginning of a long text, to be looked at while all of it is read.

    None for a short value, and where the beginning would not look like the whole.
    """
    data = stored.data
    if data is None or len(data) < LONG_BYTES:
        return None
    try:
        head = data[:FIRST_BYTES].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < FIRST_BYTES - 3:
            return None
        head = data[: error.start].decode("utf-8")
    kind = ContentKind.JSON if head.lstrip(_SPACE)[:1] in ("{", "[") else ContentKind.TEXT
    shown = head[: head.rfind("\n") + 1] or format_head(head)
    return Content(kind, shown, reason=_STILL_LOADING, is_head=True) if shown else None


_STILL_LOADING: Final = "The rest is still being loaded."


async def _binary_content(data: bytes, not_text_at: int) -> Content:
    decoded = await decode(data)
    reason = f"These bytes are not text (byte {not_text_at + 1:,} is not UTF-8)."
    if len(data) > HEX_BYTES:
        reason += f" The first {HEX_BYTES:,} of {len(data):,} are shown."
    return Content(
        ContentKind.BINARY,
        hex_rows(data, HEX_BYTES),
        reason=reason,
        decoded=decoded,
        name=_named(decoded),
    )


def _named(decoded: Decoded | None) -> str:
    return "" if decoded is None else decoded.name


async def bytes_of(text: str, content: Content) -> bytes:
    """Answer the bytes to store for `text`, edited in place of `content`.

    Raises:
        TextRefused: The value is to be JSON and the text is not, or no bytes can say it.
    """
    data = await _encoded(text)
    if content.kind is not ContentKind.JSON:
        return data
    problem = await find_problem_sliced(text)
    if problem is not None:
        raise TextRefused(problem)
    if content.layout is Layout.AS_SHOWN:
        return data
    return await _encoded(await _laid_out(text, content.layout))


async def _encoded(text: str) -> bytes:
    try:
        return await run_sliced(encode_work(text))
    except UnicodeEncodeError as error:
        line, column = line_and_column(text, error.start)
        sentence = (
            f"Half a character stands here (U+{ord(text[error.start]):04X}); it has no bytes."
        )
        raise TextRefused(JsonProblem(error.start, line, column, sentence)) from None


async def _json_content(text: str) -> Content:
    if await run_sliced(compactness_work(text)):
        layout = Layout.COMPACT
    elif "\n" not in text and await _laid_out(text, Layout.SPACED) == text:
        layout = Layout.SPACED
    else:
        layout = Layout.AS_SHOWN
    shown = text
    if layout is not Layout.AS_SHOWN:
        formatted = await run_sliced(format_work(text))
        if len(formatted) <= MAX_GROWTH * len(text):
            shown = formatted
    if has_long_line(shown):
        return _too_long_a_line(ContentKind.JSON, shown)
    kind = next((name for first, name in _JSON_KINDS if text.lstrip(_SPACE)[:1] in first), "")
    decoded = await decode(text.encode("utf-8")) if kind == "JSON string" else None
    return Content(ContentKind.JSON, shown, layout, name=kind, decoded=decoded)


_SPACE: Final = " \t\r\n"
_JSON_KINDS: Final = (
    ('"', "JSON string"),
    ("-0123456789", "JSON number"),
    ("tf", "JSON boolean"),
    ("n", "JSON null"),
)
"""By the first character; an object or an array is what everybody expects and needs no word."""


async def _laid_out(text: str, layout: Layout) -> str:
    match layout:
        case Layout.AS_SHOWN:
            return text
        case Layout.COMPACT:
            return await run_sliced(one_line_work(text))
        case Layout.SPACED:
            return await run_sliced(one_line_work(text, ", ", ": "))


def has_long_line(text: str) -> bool:
    """Whether a stretch of `MAX_LINE` characters, at a multiple of as many, holds no line end."""
    windows = range(0, len(text) - MAX_LINE + 1, MAX_LINE)
    return any(text.find("\n", at, at + MAX_LINE) < 0 for at in windows)


def _whole(content: Content) -> Content:
    """Answer the same of a text with too long a line where all of it can be looked at."""
    reason = content.reason.replace(_BEGINNING, _ALL)
    return replace(content, reason=reason, is_vast=True)


_BEGINNING: Final = "the beginning is shown, broken into shorter lines."
_ALL: Final = "all of it is shown as it is stored, to be read."


def _too_long_a_line(kind: ContentKind, text: str) -> Content:
    lines: list[str] = []
    for line in text[:HEAD_BYTES].split("\n"):
        lines += [line[at : at + 1000] for at in range(0, len(line), 1000)] or [""]
    return Content(
        kind,
        "\n".join(lines),
        reason=f"A line of {max(map(len, text.split(chr(10)))):,} characters is too long to edit;"
        f" {_BEGINNING} It can still be renamed, copied to another key and deleted; to change it,"
        " store it with line breaks.",
        is_head=True,
    )


def head_of(data: bytes, size: int) -> Content:
    """Answer what to show of a value too large to edit.

    Args:
        data: Its first bytes.
        size: How many it has.
    """
    head = _text_of_head(data)
    shown = data if head is not None else data[:HEX_BYTES]
    reason = f"This value has {size:,} bytes; the first {len(shown):,} are shown."
    if size > MAX_LOADED_BYTES:
        reason += f" It is too large to edit here. {_OTHER_WAYS}"
    if head is None:
        return Content(ContentKind.BINARY, hex_rows(shown, HEX_BYTES), reason=reason, is_head=True)
    lines = [line[:1000] for line in head.split("\n")]
    if has_long_line(head):
        lines = [head[at : at + 1000] for at in range(0, len(head), 1000)]
    return Content(ContentKind.TEXT, "\n".join(lines), reason=reason, is_head=True)


_OTHER_WAYS: Final = (
    "It can be renamed, copied and deleted; to have all of it in a file, export the key, or use"
    " redis-cli --raw GET."
)


async def vast_content(data: bytes) -> Content:
    """Answer what to say of a value that was loaded whole, and is too large to edit."""
    reason = (
        f"All of the {len(data):,} bytes are here to be read, searched and copied. More than"
        f" {MAX_LOADED_BYTES // 1_000_000} MB are too many to edit. To change it, export the key,"
        " change the file and import that; or use redis-cli."
    )
    try:
        await run_sliced(check_work(data))
    except UnicodeDecodeError as error:
        reason = f"Byte {error.start + 1:,} is not UTF-8, so this is no text. {reason}"
        return Content(ContentKind.BINARY, reason=reason, is_vast=True)
    return Content(ContentKind.TEXT, reason=reason, is_vast=True)


def _text_of_head(data: bytes) -> str | None:
    """Answer the text that `data` is the beginning of; None if it is none."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(data) or error.reason != "unexpected end of data":
            return None
        return data[: error.start].decode("utf-8")  # a character is cut by the head's end
