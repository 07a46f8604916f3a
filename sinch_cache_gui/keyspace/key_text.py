r"""Any key as one line of text, and back byte for byte.

Printable text stands as it is. Bytes that are not UTF-8 and ASCII control characters are written
`\xNN` (or `\n`, `\r`, `\t`), other characters nobody could see or that would reorder the line are
written `\uNNNN` or `\UNNNNNNNN`, and a backslash is doubled.
"""

from __future__ import annotations

import re
from typing import Final

_NAMED: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\"}
_BYTES: Final = {r"\n": b"\n", r"\r": b"\r", r"\t": b"\t", "\\\\": b"\\"}
_ESCAPE: Final = re.compile(r"\\\\|\\[nrt]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}")


def display_key(key: bytes) -> str:
    """Answer `key` as one line that shows every byte of it."""
    text = key.decode("utf-8", "surrogateescape")
    if text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_shown, text))


def parse_key(text: str) -> bytes:
    r"""Answer the key that `display_key` shows as `text`.

    A backslash that begins no escape stands for itself, so text typed by a person is a key too.
    """
    parts = []
    end = 0
    for escape in _ESCAPE.finditer(text):
        parts.append(_encoded(text[end : escape.start()]))
        parts.append(_meant(escape.group()))
        end = escape.end()
    parts.append(_encoded(text[end:]))
    return b"".join(parts)


def _shown(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _meant(escape: str) -> bytes:
    if escape in _BYTES:
        return _BYTES[escape]
    digits = escape[2:]
    if escape[1] == "x":
        return bytes.fromhex(digits)
    code = int(digits, base=16)
    return _encoded(chr(code)) if code <= 0x10FFFF else escape.encode()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
