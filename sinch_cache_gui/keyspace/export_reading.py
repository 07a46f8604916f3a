"""Reading a file of exported keys, in slices: it may be large, and it may be anything."""

from __future__ import annotations

import asyncio
import base64
import binascii
import codecs
import gc
import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from sinch_cache_gui.cache.interface import MAX_TTL_MS, KeyType
from sinch_cache_gui.keyspace.exports import FORMAT, VERSION, ExportedKey
from sinch_cache_gui.keyspace.undo import SETTLED_EVERY
from sinch_cache_gui.pacing import Breather

PIECE_BYTES: Final = 1 << 18
"""What is read of the file at once."""

HEAD_CHARACTERS: Final = 1 << 20
"""Within so many a file has to say that it is an export: nothing else is read any further."""

LONG_CHARACTERS: Final = 1 << 20
"""An object longer than this is read member by member, and a string in it piece by piece."""

_DECODER: Final = json.JSONDecoder()
# Not `*+`: until CPython 3.11.5 it ended within an escape that it could not take.
_WITHIN_STRING: Final = re.compile(
    r'(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){0,5000}'
)
_BEGUN_ESCAPE: Final = re.compile(r"(?:\\(?:u[0-9a-fA-F]{0,4})?)?")
_HALF_A_PAIR: Final = "\ud800"
_SPACE: Final = re.compile(r"[ \t\n\r]*")

_TORN: Final = 12
"""How close to the end of what was read an error may be that more text would mend."""


class NotAnExport(ValueError):
    """The file holds no exported keys.

    Attributes:
        sentence: What is wrong, and where, for people.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


async def read_export(path: Path, told: Callable[[int], bool]) -> list[ExportedKey] | None:
    """Answer the keys of a file; None if it was stopped.

    Args:
        path: The file.
        told: Called with how many keys were read; answers whether to go on.

    Raises:
        NotAnExport: It holds none, or one that makes no sense; then none is answered.
        OSError: It cannot be read.
    """
    file = await asyncio.to_thread(_opened, path)
    try:
        return await _read(_JsonText(file), told)
    finally:
        await asyncio.to_thread(file.close)


def _opened(path: Path) -> IO[bytes]:
    # A pipe nobody writes to would be waited for, for ever.
    if path.exists() and not path.is_file():
        raise NotAnExport("This is a folder or a device, not a file.")
    return path.open("rb")


async def _read(text: _JsonText, told: Callable[[int], bool]) -> list[ExportedKey] | None:
    is_export = False
    keys: list[ExportedKey] | None = None
    said: dict[str, object] = {}
    if not await text.skips("{"):
        raise await text.what_it_is()
    if not await text.skips("}"):
        while True:
            name = await text.value()
            await text.demand(":")
            is_export = is_export or said.get("format") == FORMAT
            if name == "keys" and is_export:
                if keys is not None:
                    raise NotAnExport("This export has two lists of keys; make them one.")
                keys = await _read_keys(text, told)
                if keys is None:
                    return None
            else:
                said[str(name)] = await text.value()
            if not await text.skips(","):
                break
        await text.demand("}")
    await text.demand_end()
    if said.get("format") != FORMAT:
        raise text.says_nothing()
    if said.get("version") != VERSION:
        raise NotAnExport(f"This export is of version {said.get('version')!r}; 1 can be read.")
    if keys is None:
        raise NotAnExport("This export has no list of keys.")
    return keys


async def _read_keys(text: _JsonText, told: Callable[[int], bool]) -> list[ExportedKey] | None:
    text.has_begun = True
    keys: list[ExportedKey] = []
    if not await text.skips("["):
        raise NotAnExport("This export has no list of keys.")
    if await text.skips("]"):
        return keys
    breathe = Breather()
    while True:
        keys.append(await _parse_key(await text.value(), len(keys) + 1))
        if len(keys) % SETTLED_EVERY == 0:
            gc.freeze()  # they stay: the collector would hold the window with each of its rounds
        await breathe()
        if not await text.skips(","):
            await text.demand("]")
            return keys
        if not told(len(keys)):
            return None


class _JsonText:
    """The text of a file, value by value, with little more of it in memory than the value.

    Attributes:
        has_begun: Whether the list of keys was reached: only then is it read as far as it goes.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.has_begun = False
        self._file = file
        self._decoder: codecs.IncrementalDecoder | None = None
        self._text = ""
        self._at = 0
        self._read = 0
        self._lines = 0
        self._is_whole = False

    async def skips(self, character: str) -> bool:
        """Go past `character` if it comes next; answer whether it does."""
        await self._skip_space()
        if self._text[self._at : self._at + 1] != character:
            return False
        self._at += 1
        return True

    async def demand(self, character: str) -> None:
        """Go past `character`.

        Raises:
            NotAnExport: Something else comes next.
        """
        if not await self.skips(character):
            raise self._torn() if self._is_at_end() else self._wrong(self._at, f"no {character}")

    async def demand_end(self) -> None:
        """Raise `NotAnExport` if anything else follows."""
        await self._skip_space()
        if not self._is_at_end():
            raise self._wrong(self._at, "something follows behind the end")

    async def value(self) -> object:
        """Answer the value that comes next; of a long object, long strings as UTF-8.

        Raises:
            NotAnExport: None does.
        """
        return await self._value(may_be_long=self.has_begun)

    async def _value(self, *, may_be_long: bool) -> object:
        await self._skip_space()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_whole and self._is_torn(error):
                    raise self._torn() from None
                if self._is_whole or not self._may_be_torn(error):
                    raise self._wrong(error.pos, error.msg[:1].lower() + error.msg[1:]) from None
                is_long = len(self._text) - self._at > LONG_CHARACTERS
                if may_be_long and is_long and self._text[self._at] == "{":
                    return await self._long_object()
                await self._read_on()
                continue
            except RecursionError:
                raise NotAnExport("This file is nested far too deep for an export.") from None
            except ValueError:  # Python reads no integer of thousands of digits
                raise self._wrong(self._at, "a number has far too many digits") from None
            if end < len(self._text) or not await self._read_on():  # a number may go on
                self._at = end
                return value

    async def _long_object(self) -> dict[str, object]:
        said: dict[str, object] = {}
        self._at += 1
        while True:
            name = await self._value(may_be_long=False)
            if not isinstance(name, str):
                raise self._wrong(self._at, "a member has no name")
            await self.demand(":")
            if await self.skips('"'):
                said[name] = await self._string_begun()
            else:
                said[name] = await self._value(may_be_long=False)
            if not await self.skips(","):
                await self.demand("}")
                return said

    async def _string_begun(self) -> str | bytes:
        """Answer the string whose quotation mark was passed; a long one as UTF-8, if it has any."""
        gathered = BytesIO()  # joining the pieces of 100 MB would take 70 ms (measured)
        is_utf_8 = True
        breathe = Breather()
        while True:
            within = _WITHIN_STRING.match(self._text, self._at, self._at + PIECE_BYTES)
            end = self._at if within is None else within.end()
            piece: str = _DECODER.decode(f'"{self._text[self._at : end]}"')
            if len(piece) > 1 and "\ud800" <= piece[-1] <= "\udbff":
                piece, end = piece[:-1], end - len("\\ud800")  # its other half may follow
            try:
                gathered.write(piece.encode())
            except UnicodeEncodeError:
                is_utf_8 = False
            has_moved, self._at = end > self._at, end
            if self._text[end : end + 1] == '"':
                self._at += 1
                if not is_utf_8:
                    return _HALF_A_PAIR
                whole = gathered.getvalue()
                return whole if len(whole) > PIECE_BYTES else whole.decode()
            if not has_moved or len(self._text) - end < _TORN:
                may_go_on = _BEGUN_ESCAPE.fullmatch(self._text, end) is not None
                if may_go_on and not await self._read_on():
                    raise self._torn()
                if not may_go_on and not has_moved:
                    raise self._wrong(end, "a string holds what it may not")
            await breathe()

    async def what_it_is(self) -> NotAnExport:
        """Answer why a text that does not begin like an export is none."""
        if self._is_at_end():
            return NotAnExport("This file is empty.")
        await self.value()
        return self.says_nothing()

    def says_nothing(self) -> NotAnExport:
        """Answer why a text that is JSON is no export."""
        return NotAnExport(f"This file does not say that it is a “{FORMAT}”.")

    def _is_at_end(self) -> bool:
        return self._is_whole and self._at >= len(self._text)

    async def _skip_space(self) -> None:
        while True:
            if (space := _SPACE.match(self._text, self._at)) is not None:
                self._at = space.end()
            if self._at < len(self._text) or not await self._read_on():
                return

    async def _read_on(self) -> bool:
        """Have more of the text, as much again as there is; answer whether there was more."""
        if self._is_whole:
            return False
        if not self.has_begun and self._read > HEAD_CHARACTERS:
            raise self.says_nothing()
        self._lines += self._text.count("\n", 0, self._at)
        rest = self._text[self._at :]
        piece = await asyncio.to_thread(self._file.read, max(PIECE_BYTES, len(rest)))
        self._is_whole = not piece
        if self._decoder is None:
            self._decoder = _decoder_for(piece)
        try:
            more = self._decoder.decode(piece)
        except UnicodeDecodeError as error:
            raise self._not_text(rest, error) from None
        if self._is_whole and self._decoder.getstate()[0]:
            raise self._torn()  # within a character
        self._read += len(more)
        self._text, self._at = rest + more, 0
        return bool(more) or not self._is_whole

    def _not_text(self, before: str, error: UnicodeDecodeError) -> NotAnExport:
        line = self._lines + before.count("\n") + error.object.count(b"\n", 0, error.start) + 1
        return NotAnExport(
            f"This file is not text in UTF-8, as every export is: line {line:,}."
            " If an editor saved it otherwise, save it as UTF-8."
        )

    def _may_be_torn(self, error: json.JSONDecodeError) -> bool:
        """Whether more text might mend it."""
        return error.pos >= len(self._text) - _TORN or self._is_torn(error)

    def _is_torn(self, error: json.JSONDecodeError) -> bool:
        """Whether only more text could mend it."""
        is_open = error.msg.startswith("Unterminated string")
        return is_open or error.pos >= len(self._text.rstrip())

    def _torn(self) -> NotAnExport:
        line = self._line_at(len(self._text))
        return NotAnExport(f"This file ends in the middle, at line {line:,}: a part is missing.")

    def _wrong(self, at: int, what: str) -> NotAnExport:
        return NotAnExport(f"This file is not JSON: line {self._line_at(at):,}, {what}.")

    def _line_at(self, at: int) -> int:
        return self._lines + self._text.count("\n", 0, at) + 1


def _decoder_for(beginning: bytes) -> codecs.IncrementalDecoder:
    """Answer what reads a text that begins so: some editors save UTF-16, with a mark before it."""
    is_utf_16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return codecs.getincrementaldecoder("utf-16" if is_utf_16 else "utf-8-sig")()


async def _parse_key(item: object, number: int) -> ExportedKey:
    if not isinstance(item, dict):
        raise NotAnExport(f"Key {number:,} of this export is not an object.")
    kind, ttl_ms = item.get("type"), item.get("ttl_ms")
    if not isinstance(kind, str):
        raise NotAnExport(f"Key {number:,} of this export has no type.")
    is_whole = isinstance(ttl_ms, int) and not isinstance(ttl_ms, bool)
    if ttl_ms is not None and not (is_whole and 0 < ttl_ms <= MAX_TTL_MS):
        raise NotAnExport(
            f"Key {number:,} of this export has a TTL that makes no sense: {str(ttl_ms)[:40]}."
        )
    payload = await _parse_bytes(item, "value" if kind == KeyType.STRING else "dump", number)
    return ExportedKey(await _parse_bytes(item, "key", number), kind, payload, ttl_ms)


async def _parse_bytes(item: dict[str, object], name: str, number: int) -> bytes:
    text, packed = item.get(name), item.get(f"{name}_base64")
    if text is not None and packed is not None:
        raise NotAnExport(
            f"Key {number:,} of this export has both “{name}” and “{name}_base64”; leave one."
        )
    try:
        if isinstance(text, str):
            return text.encode("utf-8")
        if isinstance(text, bytes):
            return text
        if isinstance(packed, str):
            return base64.b64decode(packed, validate=True)
        if isinstance(packed, bytes):
            return await _unpacked(packed)
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise NotAnExport(f"The {name} of key {number:,} of this export has no bytes.") from None
    raise NotAnExport(f"Key {number:,} of this export has no {name}.")


async def _unpacked(packed: bytes) -> bytes:
    """Answer the bytes of a long base64.

    Raises:
        binascii.Error: It is none.
    """
    breathe = Breather()
    gathered = BytesIO()
    for start in range(0, len(packed), PIECE_BYTES):
        piece = packed[start : start + PIECE_BYTES]
        if b"=" in piece and start + PIECE_BYTES < len(packed):
            raise binascii.Error("it goes on behind its end")
        gathered.write(base64.b64decode(piece, validate=True))
        await breathe()
    return gathered.getvalue()
