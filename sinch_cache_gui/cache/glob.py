"""Key patterns, exactly as Redis matches them (its `stringmatchlen`, byte for byte).

What differs from a shell's patterns, and is kept here because a server answers so:

- A pattern matches bytes. Nothing is special about `/`, `:` or a leading dot.
- `[c-a]` is `[a-c]`; `[^a]` excludes, `[!a]` does not; `[]` matches nothing and `[^]` any byte.
- An unbalanced `[` reaches to the end of the pattern. In `[a-]` the `]` is the end of a range.
- Ranges compare bytes as signed numbers, as servers on x86 do: 0x80 to 0xff come before 0x00.
- A trailing backslash stands for itself.
- Only `*` alone matches the empty key; `**` does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

KeyMatcher: TypeAlias = Callable[[bytes], bool]
"""Answers whether a key matches."""

_SPECIAL: Final = re.compile(rb"[*?\[\\]")
_WILD: Final = frozenset("*?[")
_STAR, _ANY, _OPEN, _BACKSLASH = b"*?[\\"
_CLOSE, _CARET, _DASH = b"]^-"

_Token: TypeAlias = int | frozenset[int] | None
"""One byte of a key: that byte, one of these, or any at all. A star is not a token."""


def is_glob(text: str) -> bool:
    """Answer whether a person's text is a pattern, rather than plain text to look for."""
    return not _WILD.isdisjoint(text)


def escape_pattern(literal: bytes) -> bytes:
    """Answer a pattern (or a part of one) that matches exactly these bytes."""
    return _SPECIAL.sub(rb"\\\g<0>", literal)


def compile_pattern(pattern: bytes) -> KeyMatcher:
    """Answer a function that tells whether a key matches, fast enough for a million keys."""
    if pattern == b"*":
        return _match_all
    chunks = _parse(pattern)
    literals = [_literal(chunk) for chunk in chunks]
    if None not in literals:
        quick = _compile_literals([literal for literal in literals if literal is not None])
        if quick is not None:
            return quick
    return _compile_regex(chunks)


def _match_all(_key: bytes) -> bool:
    return True


def _compile_literals(literals: list[bytes]) -> KeyMatcher | None:
    """The shapes that need no regular expression: `a`, `a*`, `*a`, `*a*`."""
    match literals:
        case [literal]:
            return lambda key: key == literal
        case [prefix, b""] if prefix:
            return lambda key: key.startswith(prefix)
        case [b"", suffix] if suffix:
            return lambda key: key.endswith(suffix)
        case [b"", part, b""] if part:
            return lambda key: part in key
    return None


def _compile_regex(chunks: list[list[_Token]]) -> KeyMatcher:
    """Chunks joined by stars.

    Each chunk but the first and the last is matched at its first place and never moved
    (an atomic group), so that many stars cost no more than length of key times length of pattern.
    """
    first, *rest = [b"".join(map(_token_regex, chunk)) for chunk in chunks]
    text = first
    if rest:
        middle = b"".join(b"(?>.*?%s)" % chunk for chunk in rest[:-1])
        text += b"%s.*%s" % (middle, rest[-1])
        if not any(chunks):
            text = b".+"
    fullmatch = re.compile(text, re.DOTALL).fullmatch
    return lambda key: fullmatch(key) is not None


def _token_regex(token: _Token) -> bytes:
    match token:
        case None:
            return b"."
        case int():
            return re.escape(bytes((token,)))
    if not token:
        return b"(?!)"
    return b"[%s]" % b"".join(b"\\x%02x" % byte for byte in sorted(token))


def _literal(chunk: list[_Token]) -> bytes | None:
    plain = [token for token in chunk if isinstance(token, int)]
    return bytes(plain) if len(plain) == len(chunk) else None


def _parse(pattern: bytes) -> list[list[_Token]]:
    """Split at stars; several stars in a row are one."""
    chunks: list[list[_Token]] = [[]]
    at, end = 0, len(pattern)
    was_star = False
    while at < end:
        byte = pattern[at]
        at += 1
        if byte == _STAR:
            if not was_star:
                chunks.append([])
            was_star = True
            continue
        was_star = False
        if byte == _ANY:
            chunks[-1].append(None)
        elif byte == _OPEN:
            members, at = _parse_class(pattern, at)
            chunks[-1].append(members)
        elif byte == _BACKSLASH and at < end:
            chunks[-1].append(pattern[at])
            at += 1
        else:
            chunks[-1].append(byte)
    return chunks


def _parse_class(pattern: bytes, at: int) -> tuple[frozenset[int], int]:
    """Read what follows a `[`; answer the bytes it allows and where the pattern goes on."""
    end = len(pattern)
    is_negated = at < end and pattern[at] == _CARET
    at += is_negated
    members: set[int] = set()
    while at < end and pattern[at] != _CLOSE:
        if pattern[at] == _BACKSLASH and at + 1 < end:
            members.add(pattern[at + 1])
            at += 2
        elif at + 2 < end and pattern[at + 1] == _DASH:
            members |= _signed_range(pattern[at], pattern[at + 2])
            at += 3
        else:
            members.add(pattern[at])
            at += 1
    allowed = frozenset(range(256)) - members if is_negated else frozenset(members)
    return allowed, at + 1


def _signed_range(first: int, last: int) -> set[int]:
    low, high = sorted(((first ^ 0x80) - 0x80, (last ^ 0x80) - 0x80))
    return {value & 0xFF for value in range(low, high + 1)}
